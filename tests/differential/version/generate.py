"""Pairs of versions to compare: random ones by each scheme's grammar, and real ones found in advisory feeds, each paired
with its neighbours and with itself after small changes. The same seed gives the same pairs."""
import os
import random
import re
import subprocess
import tarfile

SHARED = os.environ.get("DRYDOCK_SHARED") or os.path.join(os.path.dirname(__file__), "../../../../shared")

# Where each scheme's real versions are: feed archive, pattern of its members, pattern of a version.
FEEDS = {
    "dpkg": [("debian-tracker", r"list$", r"\] - \S+ (\d\S*)"), ("ubuntu-cve-tracker", r"CVE-", r"released \(([^ )]+)\)")],
    "rpm": [("almalinux-osv", r"json$", r'"fixed": *"([^"]+)"')],
    "apk": [("alpine-secdb", r"yaml$", r"^ +(\d\S*-r\d+):")],
    "pep440": [("pypa-advisories", r"yaml$", r"""(?:fixed|introduced): ["']?([^"'\s]+)|^  - ["']?(\d[^"'\s]*)""")],
    "semver": [("bitnami-osv", r"json$", r'"(?:fixed|introduced)": *"([^"]+)"')],
    "go": [("go-vulndb-osv", r"json$", r'"(?:fixed|introduced)": *"([^"]+)"')],
    "cargo": [("rustsec-advisories", r"md$", r'"[<>=^~ ]*(\d[^", ]*)')],
    "gem": [("rubysec-advisories", r"yml$", r"""["'][<>=~ ]*(\d[0-9A-Za-z.-]*)""")],
    "composer": [("php-security-advisories", r"yaml$", r"'[<>=]*(\d[^']*)'")],
}
FEEDS["npm"] = FEEDS["maven"] = FEEDS["conan"] = FEEDS["semver"] + FEEDS["cargo"]

# What a random version is made of: "A|B" a choice, "x?" maybe, "x*" repeated up to twice, {name} a part.
NUMBER = ["0", "1", "2", "3", "9", "10", "11", "19", "20", "100", "00", "01", "010", "20240102", "123456789"]
GRAMMARS = {
    "dpkg": (["{epoch}?{up}{up}*{rev}?"], {
        "epoch": ["0:", "1:", "2:", "01:"], "rev": ["-{up}", "-0ubuntu{n}", "-{n}+deb12u{n}", "-0"],
        "up": ["{n}", "{n}.{n}", "{n}.{n}.{n}", "{n}~{word}{n}", "{n}+{word}{n}", "{word}", "~", "+", ".", "{n}-{n}", "_"]}),
    "rpm": (["{epoch}?{up}{up}*{rev}?"], {
        "epoch": ["0:", "1:", "2:", "01:"], "rev": ["-{up}", "-{n}.el{n}", "-{n}.el8_{n}.{n}", "-{n}"],
        "up": ["{n}", "{n}.{n}", "{n}.{n}.{n}", "{n}~{word}{n}", "{n}^{word}{n}", "{word}", "~", "^", ".", "_", "+"]}),
    "pacman": (["{epoch}?{up}{up}*{rev}?"], {
        "epoch": ["0:", "1:", "2:", "01:"], "rev": ["-{n}", "-{n}.{n}", "-{up}"],
        "up": ["{n}", "{n}.{n}", "{n}.{n}.{n}", "{n}{word}{n}", "{word}", ".", "_", "+", "..", ".r{n}.g{word}"]}),
    "apk": (["{n}{dot}*{letter}?{suffix}*{rev}?"], {
        "dot": [".{n}"], "letter": ["a", "b", "z", "a1"], "rev": ["-r{n}"],
        "suffix": ["_alpha{n}", "_beta", "_beta{n}", "_pre{n}", "_rc{n}", "_rc", "_cvs", "_svn{n}", "_git{n}", "_hg", "_p{n}", "_p"]}),
    "pep440": (["v?{epoch}?{n}{dot}*{pre}?{post}?{dev}?{local}?"], {
        "epoch": ["0!", "1!"], "dot": [".{n}", ".0"], "sep": ["", ".", "-", "_"],
        "pre": ["{sep}{a}{sep}{n}", "{sep}{a}"], "a": ["a", "b", "rc", "c", "alpha", "BETA", "pre", "preview"],
        "post": ["{sep}post{sep}{n}", "{sep}rev", "-{n}", "{sep}r{n}"], "dev": ["{sep}dev{sep}{n}", ".dev"],
        "local": ["+{word}", "+{n}", "+{word}.{n}", "+{n}-{word}", "+{n}.{n}", "+{n}{word}"]}),
    "semver": (["{n}.{n}.{n}{pre}?{build}?"], {
        "pre": ["-{id}", "-{id}.{id}", "-{id}.{id}.{id}"], "id": ["{n}", "{word}", "{word}{n}", "{n}{word}", "-", "{word}-{n}"],
        "build": ["+{id}", "+{id}.{id}"]}),
    "gem": (["{n}{part}*{part}*{dash}?"], {"part": [".{n}", ".0", ".{word}", ".{word}{n}", ".{n}{word}", ".pre", ".rc{n}"],
                                         "dash": ["-{word}", "-{n}", "-{n}.{word}"]}),
    "composer": (["v?{n}{dot}*{stab}?{build}?", "dev-{word}", "{n}.x-dev", "{n}.{n}.x-dev", "20100102", "2010-01-02{stab}?",
                  "{n}.*-dev", "v{n}{dot}*-dev", "{word}", "{n}{dot}* {word}"], {
        "dot": [".{n}", ".x"], "sep": ["", ".", "-", "_"], "build": ["+{word}", "+{n}.{n}"],
        "stab": ["{sep}{a}{n}", "{sep}{a}", "-{a}.{n}", "{sep}{a}{n}-dev", "-dev", "-{a}-{n}"],
        "a": ["alpha", "a", "beta", "b", "RC", "rc", "stable", "patch", "pl", "p", "Beta"]}),
    "maven": (["{n}{part}*{part}*"], {"part": [".{n}", "-{n}", ".{q}", "-{q}", "-{q}{n}", "{q}{n}", "-{q}-{n}", ".0", "-0", "{q}", "-", "."],
              "q": ["alpha", "a", "beta", "b", "milestone", "m", "rc", "cr", "snapshot", "SNAPSHOT", "sp", "ga", "final", "release",
                    "Final", "RELEASE", "jre", "x", "foo"]}),
}
GRAMMARS["conan"] = (["{item}{dot}*{dot}*{pre}?{build}?"], {
    "item": ["{n}", "{n}", "{word}", "{n}{word}", "{word}{n}"], "dot": [".{item}", ".0"],
    "pre": ["-{item}{dot}*", "-{item}-{item}"], "build": ["+{item}{dot}*"]})
GRAMMARS["npm"] = (["{v}?{n}.{n}.{n}{pre}?{build}?", "{n}.{n}.{n}{word}{n}?"], dict(GRAMMARS["semver"][1], v=["v", "=", "=v", "v ", " "]))
GRAMMARS["cargo"] = GRAMMARS["semver"]
GRAMMARS["go"] = (["v?{n}.{n}.{n}{pre}?{build}?", "v{n}.{n}", "v{n}", "v{n}.{n}.{n}-0.20240102030405-abcdef012345", "v{n}.{n}.{n}+incompatible"],
                  GRAMMARS["semver"][1])
COMMON = {"n": NUMBER, "word": ["a", "b", "rc", "beta", "Z", "abc", "x", "pre", "git", "dev", "el"]}


def expand(rng, form, parts):
    """One random text of the form."""
    def one(match):
        name, plain, sign = match.group(1), match.group(2), match.group(3)
        times = {"": 1, "?": rng.randrange(2), "*": rng.randrange(3)}[sign]
        return "".join(expand(rng, rng.choice(parts.get(name) or COMMON[name]), parts) if name else plain for _ in range(times))
    return re.sub(r"(?:\{(\w+)\}|([^{}]))([?*]?)", one, form)


def mutate(rng, text, alphabet):
    """The text after one to three small changes."""
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(text) + 1)
        kind = rng.randrange(5)
        if kind == 0:
            text = text[:at] + rng.choice(alphabet) + text[at:]
        elif kind == 1:
            text = text[:at] + text[at + 1:]
        elif kind == 2:
            text = text[:at] + rng.choice(alphabet) + text[at + 1:]
        elif kind == 3:
            text = text[:at]
        else:
            text = re.sub(r"\d+", lambda m: str(max(0, int(m.group()) + rng.choice([-1, 0, 1]))), text, count=1)
    return text


def real_versions(scheme):
    """All versions that the feeds have for the scheme, in natural order; none where the feeds are absent."""
    found = set()
    for feed, member_pattern, pattern in FEEDS.get(scheme, []):
        path = os.path.join(SHARED, "feeds", feed + ".tar.zst")
        if not os.path.exists(path):
            continue
        with subprocess.Popen(["zstd", "-dc", path], stdout=subprocess.PIPE) as unpack, \
                tarfile.open(fileobj=unpack.stdout, mode="r|") as archive:
            for member in archive:
                if member.isfile() and re.search(member_pattern, member.name):
                    text = archive.extractfile(member).read().decode("utf-8", "replace")
                    found.update(v for m in re.finditer(pattern, text, re.M) for v in m.groups() if v)
    return sorted(found, key=lambda v: [(p.isdigit(), int(p) if p.isdigit() else 0, p) for p in re.findall(r"\d+|\D+", v)])


def table_pairs(scheme):
    """The pairs of tests/data/version, but Go's toolchains, which the reference does not know."""
    path = os.path.join(os.path.dirname(__file__), "../../data/version", scheme + ".tsv")
    with open(path, encoding="utf-8") as table:
        rows = [line.rstrip("\n").split("\t") for line in table if not line.startswith("#")]
    return [(left, right) for left, _, right in rows if not (left + right).startswith("go")]


def usable(scheme, pair):
    """References that hold numbers in machine words are not asked about larger ones."""
    limit = {"dpkg": 15, "semver": 15, "npm": 15, "cargo": 18, "apk": 8}.get(scheme, 40)
    return all("\t" not in t and "\n" not in t and t.isascii() and not re.search(r"\d{%d}" % (limit + 1), t) for t in pair)


def pairs(scheme, count, seed=1, tables=True):
    """`count` generated pairs, then the real versions' neighbours and the committed tables' pairs."""
    rng = random.Random(f"{scheme} {seed}")
    forms, parts = GRAMMARS[scheme]
    real = real_versions(scheme)
    alphabet = sorted(set("0123456789.-" + "".join(real)[:20000])) if real else "0123456789.-+~abr"
    made = 0
    while made < count:
        kind = rng.randrange(10)
        left = rng.choice(real) if real and kind < 4 else expand(rng, rng.choice(forms), parts)
        right = expand(rng, rng.choice(forms), parts) if kind > 6 else mutate(rng, left, alphabet)
        if rng.randrange(8) == 0:
            left = mutate(rng, right, alphabet)
        if usable(scheme, (left, right)):
            made += 1
            yield left, right
    for step in (1, 2, 7):
        for pair in zip(real, real[step:]):
            if usable(scheme, pair):
                yield pair
    if tables:
        yield from (pair for pair in table_pairs(scheme) if usable(scheme, pair))
