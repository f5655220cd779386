#!/usr/bin/env python3
"""Makes a seed corpus for every fuzz target: FOLDER/TARGET/seed-NAME, small inputs that are whole, so that the fuzzer starts
behind the checks that it would take hours to guess.

    make_corpus.py FOLDER [DRYDOCK]

Everything is made here, from the standard library alone (zstd seeds beyond the simplest need the zstd program, databases the
drydock program). The names of seeds are digests of their bytes: running it again adds nothing. A target without seeds is an
error: each target of tests/fuzz/meson.build has its function, by its name, in one of the seed_*.py files."""
import hashlib
import pathlib
import re
import subprocess
import sys
import tempfile

import seed_archives
import seed_bills
import seed_packages
import seed_programs
import seed_texts

HERE = pathlib.Path(__file__).resolve().parent
FEEDS = {"osv": "json", "alpine-secdb": "json", "kev": "json", "trivy-db": "db", "jar-index": "db"} # what a database is made of, and the name's ending
MAX_SEED_BYTES = 128 * 1024


def feed_seeds(kind):
    """The texts (bytes, for a BoltDB or SQLite file) of one kind of feed."""
    if kind == "jar-index":
        return [seed_archives.java_index()]
    if kind == "trivy-db":
        return [bytes(seed_archives.Bolt(seed_archives.trivy_tree(), 4096).file)]
    return list(getattr(seed_texts, "feed_" + kind.replace("-", "_"))())


def databases(program):
    """Small databases, one a feed and one of all, as the program builds them."""
    with tempfile.TemporaryDirectory() as folder:
        root, arguments = pathlib.Path(folder), []
        for kind, ending in FEEDS.items():
            path = root / f"{kind}.{ending}"
            path.write_bytes(to_bytes(feed_seeds(kind)[0]))
            arguments.append(f"{kind}={path}")
        for number, some in enumerate([*([argument] for argument in arguments), arguments]):
            out = root / f"{number}.ddb"
            done = subprocess.run([program, "db", "build", "-o", out, *some], capture_output=True, check=False)
            if done.returncode == 0:
                yield out.read_bytes()
            else: # an older program, perhaps
                print(f"make_corpus.py: no database of {' '.join(some)}: {done.stderr.decode(errors='replace')}", file=sys.stderr)


def to_bytes(seed):
    return seed.encode("utf-8", "surrogatepass") if isinstance(seed, str) else bytes(seed)


def targets():
    table = (HERE / "meson.build").read_text()
    return re.findall(r"^  '(\w+)': \[", table, re.M)


def seeds_of(target, program):
    """None: nothing here knows the target."""
    if target == "vulndb_reader":
        return databases(program) if program else []
    for module in (seed_archives, seed_bills, seed_packages, seed_programs, seed_texts):
        if hasattr(module, target):
            return getattr(module, target)()
    return None


def write_seeds(folder, seeds):
    folder.mkdir(parents=True, exist_ok=True)
    for seed in map(to_bytes, seeds):
        if len(seed) > MAX_SEED_BYTES:
            sys.exit(f"make_corpus.py: {folder.name}: a seed of {len(seed)} bytes slows the fuzzer down")
        (folder / ("seed-" + hashlib.sha256(seed).hexdigest()[:16])).write_bytes(seed)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    program, without = (sys.argv[2] if len(sys.argv) == 3 else None), []
    for target in targets():
        seeds = seeds_of(target, program)
        if seeds is None:
            without.append(target)
            continue
        write_seeds(pathlib.Path(sys.argv[1]) / target, seeds)
    if without:
        sys.exit("make_corpus.py: no seeds for " + ", ".join(without))


if __name__ == "__main__":
    main()
