"""Seeds of the fuzz targets that read texts: JSON, YAML, TOML, versions, ranges, references and the feeds of the database."""
import base64
import json
import pathlib
import re

import seed_archives

ROOT = pathlib.Path(__file__).resolve().parents[2]


# ---- values ------------------------------------------------------------------------------------------------------------

def codec_json():
    yield from ("{}", "[]", "null", " true\n", "-0.5e+10", "1E400", "12345678901234567890", '""', '"\\u00e9\\ud83d\\ude00\\n\\/\\ud800"', '"é€😀"', "\ufeff{}")
    yield json.dumps({"name": "a", "list": [1, 2.5, None, True, {"x": {}}], "text": "tab\t\"quoted\" \\ \x7f", "": [[]]})
    yield json.dumps({"a": list(range(40)), "b": ["x" * 70] * 3}, indent=2)
    yield "[" * 60 + "]" * 60
    yield '{"a":' * 40 + "1" + "}" * 40
    yield from ('{"a":1,}', "[1 2]", '{"a" 1}', "[1,", "nul", "01", '"\\x"', "'a'", "{} {}")


def codec_yaml():
    yield "id: RUSTSEC-2024-0001\nlist:\n  - a\n  - {b: 1, c: [x, y]}\nempty:\ntext: |\n  two\n  lines\nfolded: >-\n  one\n  line\n"
    yield "base: &b {x: 1, y: [1, 2]}\nuse: *b\nmerge:\n  <<: *b\n  z: ~\nnumbers: [0x1F, 0o17, 1_000, .5, -.inf, .nan, 1e3, +12]\n"
    yield "---\n!!str 12: !tag 'it''s'\n? [complex]\n: \"a\\u00e9\\n\\x41\"\n...\n---\nsecond\n"
    yield "a: yes\nb: 2024-01-02\nc: null\nd: !!binary aGk=\n# comment\ne: \"\"\n"
    yield "apkurl: '{{urlprefix}}/{{reponame}}'\narchs:\n  - x86_64\npackages:\n  - pkg:\n      name: zlib\n      secfixes:\n        1.2.12-r2:\n          - CVE-2022-37434\n        \"0\":\n          - CVE-1 ( + CVE-2)\n"
    yield "a: &a [x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n"
    yield "%YAML 1.1\n%TAG ! tag:x,2000:\n--- !t\n- - - a\n-\n"


def codec_xml():
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<!-- c -->\n<p:a xmlns:p="u" k="v">\n <b>1</b><b>\n2 &amp; &#x41;</b><c/>text<![CDATA[<x>]]></p:a>\n'
    yield '<?xml version="1.0" encoding="ISO-8859-1"?><!DOCTYPE a SYSTEM "x" [<!ELEMENT a ANY><!ATTLIST a k CDATA "d"><?pi x?>]><a>&oslash;</a>'
    yield '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><a k="&z;">&z;</a>'
    yield '<?xml version="1.0" encoding="windows-1252"?><a>\u00e9</a>'
    yield '<a>é€</a>'.encode("utf-16")
    yield "<a>" * 60 + "</a>" * 60


def codec_toml():
    yield ('# comment\ntitle = "TOML"\n[advisory]\nid = "RUSTSEC-2024-0001"\npackage = "a"\ndate = 2024-01-02\naliases = ["CVE-1", \'CVE-2\',]\n'
           '[versions]\npatched = [">= 1.2.3"]\nunaffected = []\n[affected.functions]\n"a::b" = ["< 1"]\n')
    yield 'a.b.c = 1\n"quoted key" = true\n\'lit\' = 0xFF_FF\no = 0o17\nb = 0b101\nf = 6.626e-34\ni = +inf\nn = nan\nneg = -1_000\n'
    yield 'm = """\nline \\\n   joined\\t\\u00e9\\U0001F600"""\nl = \'\'\'\nraw \\n\'\'\'\nd = 1979-05-27T07:32:00.999-07:00\nt = 07:32:00\nld = 1979-05-27 07:32:00\n'
    yield '[[fruit]]\nname = "apple"\n[fruit.physical]\ncolor = "red"\n[[fruit.variety]]\nname = "x"\n[[fruit]]\nname = "b"\ninline = { a = 1, b.c = [ { d = 2 }, [1, 2] ] }\n'
    yield 'a = 1\na = 2\n[a]\n[a]\nb = {\n'


# ---- versions ----------------------------------------------------------------------------------------------------------

VERSIONS = {
    "dpkg": ["1:2.36-9+deb12u4", "0~rc1-1", "1.0-1ubuntu0.1~esm2", "2.0.0+dfsg-1.1"],
    "rpm": ["1:3.0.7-27.el9", "2.0~rc1-1", "7^git1-1", "1.0-2.module+el8.1.0+3366+6dfb954c"],
    "apk": ["1.2.12-r2", "3.0_alpha1_pre2-r1", "1.0a_p20240102", "0.9.8zg-r0~abc"],
    "pep440": ["1!2.0rc1.post2.dev3+local.4", "v1.0-1", "2024.1.2", "1.0.0a1"],
    "gem": ["1.2.3.pre.1", "4.0.0.beta2", "1.0.0-x86", "0"],
    "composer": ["v1.2.3-beta.2", "dev-main", "1.x-dev", "2.0.0.0-RC1"],
    "maven": ["1.0-SNAPSHOT", "2.0.0.Final", "1.0-alpha-1", "1.0.0-jre"],
    "go": ["v1.2.3-0.20240102030405-abcdef012345", "v2.0.0+incompatible", "1.21.5", "v0.0.0-20240102030405-abcdef012345"],
    "conan": ["cci.20240102", "1.2.3@a/b", "1.0.0-alpha", "system"],
}
PLAIN_VERSIONS = ["1.2.3-rc.1+build.5", "0.0.1", "v2.0.0", "1.2"]
RANGES = {
    "dpkg": ["<< 1:2.36-9", ">= 1.0, << 2.0"],
    "rpm": ["< 1:3.0.7-27.el9", ">= 1.0-1, < 2"],
    "apk": ["<1.2.12-r2", "> 0"],
    "pep440": [">=1.0,<2.0,!=1.5.*", "~=2.2", "===1.0+x", "==1.*"],
    "gem": ["~> 1.2.3", ">= 1.0, < 2.0.beta", "!= 1.0"],
    "composer": [">=1.0,<1.1|>=2.0,<2.2", "^1.2 || ~2.3", "1.0 - 2.0", "dev-main"],
    "maven": ["[1.0,2.0)", "(,1.0],[1.2,)", "[1.5]", ">= 1.0, < 2.0"],
    "nuget": ["[1.0,2.0)", "(, 1.0]", ">= 1.0, < 2.0"],
}
PLAIN_RANGES = [">=1.2.3 <2.0.0 || ^3.1", "~1.2 || 1.x || *", "1.0.0 - 2.0.0", "< 1.2.3, >= 1.0"]


def schemes():
    """The schemes by their place in the program's table, which the targets' first byte picks from."""
    table = (ROOT / "src/version/version.c").read_text()
    return re.findall(r"^    &version_scheme_(\w+),$", table, re.M)


def pairs(of, plain):
    for place, scheme in enumerate(schemes()):
        texts = of.get(scheme, plain)
        yield from (bytes([place]) + f"{a}\t{b}".encode() for a, b in zip(texts, texts[1:] + texts[:1]))


def version_order():
    yield from pairs(VERSIONS, PLAIN_VERSIONS)


def version_range():
    yield from pairs(RANGES, PLAIN_RANGES)


def image_reference():
    digest = "sha256:" + "0123456789abcdef" * 4
    yield from ("nginx", "nginx:alpine", "a/b:1", "localhost:5000/a/b__c-d.e:tag_1@" + digest, "a@" + digest, "[::1]:5000/a", "r.example/a/b/c", "linux/arm/v7",
                "windows/amd64", "linux/arm64/v8", "./image.tar", "../a", "/a/b", "x.tar.gz", "x.tgz", "a" * 64, "A/b", "a:" + "t" * 128, "sha512:" + "0" * 128)


def daemon_answers():
    digest = "0123456789abcdef" * 4
    yield json.dumps({"Id": "sha256:" + digest, "RepoTags": ["nginx:1", "<none>:<none>", "localhost/a:2"], "RepoDigests": ["nginx@sha256:" + digest],
                      "Architecture": "arm64", "Variant": "v8", "Os": "linux", "Config": {"Env": None}})
    yield json.dumps({"Id": digest, "RepoTags": None})
    yield json.dumps({"Name": "/web", "Image": "sha256:" + digest, "Config": {"Image": "nginx:1"},
                      "ImageManifestDescriptor": {"digest": "x", "platform": {"os": "linux", "architecture": "arm64", "variant": "v8"}}})
    yield from ('{"message":"No such image: a\\u0007"}', "<html>\n502", '{"auths":{},"currentContext":"west"}',
                '{"Endpoints":{"docker":{"Host":"unix:///west.sock","SkipTLSVerify":true}}}',
                '{"Connection":{"Default":"c","Connections":{"c":{"URI":"unix:///c.sock"}}}}',
                '[engine]\nactive_service = "b"\n[engine.service_destinations.a]\nuri = "unix:///a.sock"\n',
                "unix:///var/run/docker.sock", "tcp://[::1]:99/x/", "https://host", "ssh://me@b:2/x", "host:1", "cafe01", "sha256:" + digest, "nginx@sha256:" + digest)


def net_headers():
    yield ("HTTP/1.1 401 Unauthorized\r\nContent-Type: Application/JSON; charset=utf-8\r\nWww-Authenticate: Bearer realm=\"https://auth.example/token\",service=\"s\"\r\n"
           "WWW-Authenticate: Basic realm=\"r\"\r\nDocker-Distribution-Api-Version: registry/2.0\r\nContent-Length: 12\r\n\r\n")
    yield "HTTP/2 429 \r\nRetry-After: Sun, 06 Nov 2044 08:49:37 GMT\r\n\r\n"
    yield "HTTP/1.1 503 Busy\r\nRetry-After: 120\r\n\r\n"
    yield "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 206 Part\r\nContent-Range: bytes 10-19/20\r\nETag: \"x\"\r\n\r\nETag: late\r\n"
    yield "HTTP/1.1 416 Beyond\r\nContent-Range: bytes */20\r\n\r\n"
    yield "HTTP/1.1 200 OK\r\nLink: </v2/_catalog?last=a&n=2>; rel=\"next\"\r\nLink: </b>\r\nbad name: x\r\n: y\r\nX:\x1b[2J\r\n\r\n"


def registry_config():
    entries = {"h": {"auth": "dXNlcjpwYXNz"}, "https://index.docker.io/v1/": {"auth": "dTo=", "identitytoken": "x"}, "registry.example:5000/team": {"username": "u", "password": "p"}}
    texts = (json.dumps({"auths": entries, "credHelpers": {"h": "one", "docker.io": "two"}, "credsStore": "all", "x": [1, {"a": None}]}, indent="\t"),
             '{"auths":null}', "{}", '{"ServerURL":"h","Username":"<token>","Secret":"p"}', '{"authorizationData":[{"authorizationToken":"QVdTOnBhc3M=","expiresAt":1.7e9}]}',
             '{"authorizationData":{"authorizationToken":"QVdTOnBhc3M="}}', "# a\n[default]\naws_access_key_id = A\naws_secret_access_key=B # x\n\n[work]\naws_session_token=C\n",
             "123456789012.dkr.ecr-fips.eu-west-1.amazonaws.com", "public.ecr.aws", "https://index.docker.io/v1/", "registry.example:5000/team")
    yield from (bytes([host]) + text.encode() for host in range(4) for text in texts)


def update_notes():
    part = {"Reference": "registry.example/db:2", "Digest": "sha256:" + "a" * 64, "Blob": "sha256:" + "b" * 64, "FetchedAt": "2026-01-02T03:04:05Z"}
    yield json.dumps({"File": "a.ddb", "Previous": "b.ddb", "UpdatedAt": "2026-01-02T03:04:05.123456789Z", "NextUpdate": "2026-01-03T03:04:05+02:00",
                      "Database": part, "JavaIndex": {**part, "x": [{}]}})
    yield json.dumps({"At": "2026-01-02T03:04:05Z", "Failed": True, "Problem": "no \x1b[2J route", "x": None})
    yield json.dumps({"Version": 2, "nextupdate": "2026-01-02T09:04:05Z", "UPDATEDAT": "0001-01-01T00:00:00Z", "DownloadedAt": "x"})
    yield "[]"


def git_answers():
    """An address, and what git writes when it is asked for facts."""
    commit = "tree 1\nparent 2\nauthor A <a@b.example> 1700000000 +0100\ncommitter C <c@d.example> 1700000001 +0000\ngpgsig -----BEGIN\n x\n\nSubject\n\nBody\n"
    facts = ["0123456789abcdef" * 2, "https://user:word@host.example/a/b.git\n", "main\n", commit, "v1.0\nv1.0.1\n"]
    for address in ("https://user:p%40ss@host.example:8443/owner/name.git", "git@host.example:owner/name", "host.example/owner/name", "ssh://git@host.example:22/x",
                    "file:///srv/a%20b", "git://h/x", "http://[::1]:80/x", "ext::sh -c x", "-x", "https://-h/x", "a@-h:x"):
        yield "\0".join([address, *facts])
    yield "\0".join(["x", "1" * 40, "", "remote.up.url git@host.example:a/b", "", commit, ""])


# ---- feeds -------------------------------------------------------------------------------------------------------------

def osv(**more):
    return {"schema_version": "1.6.0", "id": "GHSA-aaaa-bbbb-cccc", "aliases": ["CVE-2024-0001"], "published": "2024-01-02T03:04:05Z", "modified": "2024-02-03T00:00:00Z",
            "summary": "text", "details": "more\ntext", "references": [{"type": "WEB", "url": "https://a.example/"}],
            "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
            "database_specific": {"severity": "HIGH", "cwe_ids": ["CWE-79"]}, **more}


def affected(ecosystem, name, *events, versions=(), **more):
    return {"package": {"ecosystem": ecosystem, "name": name, "purl": "pkg:x/y"}, "versions": list(versions),
            "ranges": [{"type": "ECOSYSTEM", "events": [dict([event]) for event in events]}], **more}


def feed_osv():
    npm = affected("npm", "a", ("introduced", "0"), ("fixed", "1.2.3"), ("introduced", "2.0.0"), ("last_affected", "2.1.0"), versions=["1.0.0", "2.1.0"])
    yield json.dumps(osv(affected=[npm]))
    yield json.dumps(osv(id="PYSEC-2024-1", affected=[affected("PyPI", "Django", ("introduced", "3.2"), ("fixed", "3.2.25")),
                                                        affected("PyPI", "django", ("introduced", "0"), database_specific={"last_known_affected_version_range": "<= 1.2"})]))
    yield json.dumps(osv(id="DSA-1-1", aliases=[], upstream=["CVE-2024-1"], related=["CVE-2024-2"], affected=[affected("Debian:12", "glibc", ("introduced", "0"), ("fixed", "2.36-9"), ecosystem_specific={"urgency": "low"})]))
    yield json.dumps(osv(withdrawn="2024-03-04T00:00:00Z", affected=[{"package": {"ecosystem": "Go", "name": "b.example/c"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"limit": "*"}]},
                                                                        {"type": "GIT", "repo": "x", "events": [{"introduced": "0"}]}]}]))
    yield codec_yaml_osv()


def codec_yaml_osv():
    return "id: PYSEC-2024-2\nmodified: 2024-01-02T03:04:05Z\naffected:\n- package: {name: a, ecosystem: PyPI}\n  ranges:\n  - type: ECOSYSTEM\n    events:\n    - introduced: \"0\"\n    - fixed: 1.2\n  versions: ['1.0', 1.1]\naliases: [CVE-2024-2]\n"


def feed_alpine_secdb():
    record = {"distroversion": "v3.20", "reponame": "main", "archs": ["x86_64"], "packages": [
        {"pkg": {"name": "zlib", "secfixes": {"1.2.12-r2": ["CVE-2022-37434"], "0": ["CVE-2018-1 CVE-2018-2 (+)"], "1.0-r0": None}}}]}
    yield json.dumps(record)
    yield "distroversion: v3.20\nreponame: community\npackages:\n  - pkg:\n      name: a\n      secfixes:\n        1.0-r1:\n          - CVE-2024-1 XSA-1\n"


def feed_debian_tracker():
    yield ("[29 Mar 2023] DSA-5380-1 xorg-server - security update\n\t{CVE-2023-1393 CVE-2023-1394}\n\t[bullseye] - xorg-server 2:1.20.11-1+deb11u6\n"
           "\t[buster] - xorg-server <not-affected> (Not there)\n\tNOTE: words\n[--] DLA-1 a - b\n\t[bookworm] - a <unfixed> (low)\n")
    yield json.dumps({"glibc": {"CVE-2024-1": {"description": "text", "scope": "local", "releases": {
        "bookworm": {"status": "resolved", "fixed_version": "2.36-9", "urgency": "not yet assigned", "repositories": {"bookworm": "2.36-9"}},
        "sid": {"status": "open", "urgency": "unimportant"}, "trixie": {"status": "undetermined", "urgency": "low"},
        "bullseye": {"status": "resolved", "fixed_version": "0", "urgency": "end-of-life", "nodsa": "x", "nodsa_reason": "ignored"}}}}})


def feed_rustsec():
    advisory = ('[advisory]\nid = "RUSTSEC-2024-0001"\npackage = "a"\ndate = "2024-01-02"\nurl = "https://a.example/"\ncategories = ["memory-corruption"]\n'
                'aliases = ["CVE-2024-1"]\ncvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"\ninformational = "unsound"\n\n[versions]\npatched = ["^1.2.3", ">= 2"]\nunaffected = ["< 0.5"]\n')
    yield "```toml\n" + advisory + "```\n\n# Title\n\nText.\n"
    yield advisory


def feed_ruby_advisory_db():
    yield ("---\ngem: rails\ncve: 2024-1\nghsa: aaaa-bbbb-cccc\nosvdb: 12\nurl: https://a.example/\ntitle: text\ndate: 2024-01-02\ndescription: |\n  words\ncvss_v2: 5.0\ncvss_v3: 9.8\n"
           "unaffected_versions:\n  - \"< 4.0\"\npatched_versions:\n  - \"~> 6.1.7, >= 6.1.7.1\"\n  - \">= 7.0.4.1\"\nrelated:\n  url:\n    - https://b.example/\n")


def feed_php_advisories():
    yield ("title: text\nlink: https://a.example/\ncve: CVE-2024-1\ncomposerRepository: https://packagist.example\nbranches:\n  1.x:\n    time: 2024-01-02 03:04:05\n    versions: ['>=1.0', '<1.2.3']\n"
           "  master:\n    time: ~\n    versions: []\nreference: composer://a/b\n")


def feed_kev():
    yield json.dumps({"title": "t", "catalogVersion": "2024.01.02", "dateReleased": "2024-01-02T00:00:00.000Z", "count": 1, "vulnerabilities": [
        {"cveID": "CVE-2024-0001", "vendorProject": "a", "product": "b", "dateAdded": "2024-01-02", "dueDate": "2024-01-23", "knownRansomwareCampaignUse": "Known", "cwes": ["CWE-79"]}]})


def feed_starter():
    yield ("# date: 2026-01-02\nid\taliases\tseverity\tcvss\trated by\tkev\ttitle\n"
           "CVE-2024-0001\tGHSA-aaaa-bbbb-cccc\tHIGH\tCVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\tnvd\t2024-01-02\tWords\nCVE-2024-0002\t-\t-\t-\t-\t-\tWords\n")
    yield "id\tspace\tpackage\taffected\tstatus\tsources\nCVE-2024-0001\tdebian 12\tglibc\t<2.36-9\t-\tDSA-1-1\nCVE-2024-0002\tpip\tdjango\t>=3.2, <3.2.25\t-\tGHSA-aaaa-bbbb-cccc\n"


def vulndb_trivy():
    """The first byte picks the space of an advisory, 0xFF a whole file; from 0x80 on the value is a vulnerability's."""
    tree = seed_archives.trivy_tree()
    values = [b"{}"] + [value for space in tree.values() for package in space.values() if isinstance(package, dict) for value in package.values()]
    values.append(json.dumps({"FixedVersion": "1.2.3, 2.0", "AffectedVersion": "< 1.2.3", "Arches": ["x86_64"], "Status": 3, "Severity": 2,
                              "Entries": [{"FixedVersion": "1:1.2-3.el9", "Arches": ["aarch64"], "VendorIDs": ["ELSA-1"]}]}).encode())
    yield from (bytes([space]) + value for space in range(14) for value in values)
    yield from (b"\x80" + value for value in tree[b"vulnerability"].values())
    yield from (b"\xff" + bytes(data) for data in seed_archives.bolts())


FEED_ROWS = [feed_osv, feed_osv, feed_alpine_secdb, feed_alpine_secdb, feed_debian_tracker, feed_debian_tracker, feed_rustsec, feed_ruby_advisory_db,
             feed_php_advisories, feed_kev, feed_starter]


def vulndb_feeds():
    """The first byte picks the row of the target's table: feed and file name."""
    for row, feed in enumerate(FEED_ROWS):
        yield from (bytes([row]) + text.encode() for text in feed())


def registry_headers():
    yield 'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull",error="insufficient_scope"'
    yield 'Newauth realm="apps", title="Login to \\"apps\\"", Basic realm="simple"\nNegotiate YII=='
    yield '</a>; rel="prev";title="x, y", <https://h.example/v2/_catalog?last=b&n=2>; rel="next"'


def registry_answers():
    yield '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"Tag":"x"}}]}'
    yield '{"error":"invalid_grant","error_description":"no such user","details":"d"}'
    yield '{"token":"a.b.c","access_token":"t","expires_in":300}'
    header = base64.b64encode(b'{"formatLength":22,"formatTail":"fQ"}').decode()
    yield '{"schemaVersion":1,"x":1,"signatures":[{"signature":"eA","protected":"' + header + '"}]}'
    yield ('{"mediaType":"m","artifactType":"a","config":{"mediaType":"c"},"layers":[{"mediaType":"l","digest":"sha256:1","size":7,'
           '"annotations":{"org.opencontainers.image.title":"db.tar.gz","predicateType":"p","vnd.docker.reference.type":"attestation-manifest"}}]}')
    yield '{"repositories":["a/b","c"],"name":"</x>; rel=next"}'


def registry_routes():
    yield ('[[registry]]\nprefix = "a.example/b"\nlocation = "c.example/d"\ninsecure = true\nblocked = false\n'
           '[[registry.mirror]]\nlocation = "m.example:5000"\npull-from-mirror = "digest-only"\n')
    yield '[[registry]]\nprefix = "*.a.example"\n[[registry]]\nlocation = "docker.io"\nmirror-by-digest-only = true\n[[registry.mirror]]\nlocation = "m.example"\n'
