"""Damage at random, at every depth: in the archive, in a layer, in a compressed stream, in a package database, in a document, with
digests and checksums made right again around it, so that it gets as deep as it can. However an image is broken, the program ends by
itself, soon, with 0 and a report or with 2; then it wrote a report that says it is incomplete, or one line that says what is wrong.

DRYDOCK_MUTATIONS=N runs N images instead of a few, DRYDOCK_SEED=S others than the usual ones; DRYDOCK_IMAGES=A:B damages the
archives A and B too, and DRYDOCK_KEEP=FOLDER keeps the images that failed."""
import gzip
import json
import os
import pathlib
import random
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fuzz"))
import seed_archives
import seed_packages
from drydock import (OS_RELEASE, Test, config_of, deb, docker_members, hardlink, index_members, layer, main, node, oci_blobs, sha, symlink,
                     wheel)

COUNT = int(os.environ.get("DRYDOCK_MUTATIONS", 120))
SEED = int(os.environ.get("DRYDOCK_SEED", 20260102))
IMAGES = [pathlib.Path(path) for path in os.environ.get("DRYDOCK_IMAGES", "").split(":") if path]
KEEP = os.environ.get("DRYDOCK_KEEP")
MAX_SECONDS = 20
BLOCK = 512
INTERESTING = [b"\0", b"\xff", b"\x7f\xff\xff\xff", b"\xff" * 8, b"\x80" + b"\0" * 10 + b"\1", b"77777777777\0", b"99999999999999999999", b"[" * 300, b"../" * 9,
               b"\0" * BLOCK, b"-1", b"\n\n", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\"", b"{", b"\xed\xa0\x80"]


# ---- damage to bytes -----------------------------------------------------------------------------------------------------

def flip(rng, data):
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def cut(rng, data):
    del data[rng.randrange(len(data)):]


def drop(rng, data):
    at = rng.randrange(len(data))
    del data[at:at + rng.choice([1, 7, BLOCK, rng.randrange(1, 4096)])]


def put(rng, data):
    at = rng.randrange(len(data) + 1)
    data[at:at] = rng.choice(INTERESTING)


def write(rng, data):
    at, text = rng.randrange(len(data)), rng.choice(INTERESTING)
    data[at:at + len(text)] = text


def repeat(rng, data):
    at, size = rng.randrange(len(data)), rng.choice([1, 16, BLOCK, 2 * BLOCK, rng.randrange(1, 4096)])
    data[at:at] = data[at:at + size] * rng.randrange(1, 4)


def move(rng, data):
    at, size = rng.randrange(len(data)), rng.randrange(1, 2048)
    part = data[at:at + size]
    del data[at:at + size]
    at = rng.randrange(len(data) + 1)
    data[at:at] = part


DAMAGES = [flip, flip, flip, cut, drop, put, write, write, repeat, move]


def damaged(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 5, 20])):
        if data:
            rng.choice(DAMAGES)(rng, data)
    return bytes(data)


def headers_of(data):
    """Where the headers of a tar stand, as far as they can be followed."""
    at = 0
    while at + BLOCK <= len(data) and data[at:at + BLOCK].strip(b"\0"):
        yield at
        size = data[at + 124:at + 136].strip(b" \0")
        at += BLOCK + -(-(int(size, 8) if size.isdigit() and size.isascii() and not size.strip(b"01234567") else 0) // BLOCK) * BLOCK


def damaged_headers(rng, data):
    """Some fields of some headers, with the checksums made right."""
    data, places = bytearray(data), list(headers_of(data))
    for at in rng.choices(places, k=rng.choice([1, 1, 2, 6])) if places else []:
        block = bytearray(data[at:at + BLOCK])
        field, size = rng.choice([(0, 100), (100, 8), (124, 12), (124, 12), (124, 12), (156, 1), (156, 1), (157, 100), (257, 8), (345, 155), (386, 96), (482, 13)])
        if rng.random() < 0.4:
            block[field:field + size] = rng.choice(INTERESTING)[:size].ljust(size, rng.choice([b"\0", b"9", b"/"]))
        elif size == 1:
            block[field] = rng.choice(b"01234567gxLKSVDMN\0\xff")
        else:
            block[field + rng.randrange(size)] = rng.randrange(256)
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
        data[at:at + BLOCK] = block
    return bytes(data)


def damaged_tar(rng, data):
    return rng.choice([damaged, damaged_headers, damaged_headers])(rng, data)


def damaged_json(rng, data):
    """Values of other kinds and sizes in a text that stays JSON; or damage as to any bytes."""
    if rng.random() < 0.4:
        return damaged(rng, data)
    document = [json.loads(data)]
    for _ in range(rng.choice([1, 1, 3])):
        places = list(places_of(document))
        if places:
            where, key = rng.choice(places)
            where[key] = rng.choice([None, True, -1, 0, 2**63, 2**64, 1e300, "", "\0", "../../x", "sha256:" + "0" * 64, [], {}, [[[]]], [None] * 300,
                                     json.loads(json.dumps(document[0])), "x" * 5000])
    return json.dumps(document[0]).encode()


def places_of(value):
    for key in (value if isinstance(value, dict) else range(len(value))):
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from places_of(value[key])


# ---- sound images to damage ------------------------------------------------------------------------------------------------

APK = "\n".join(seed_packages.catalog_apk()).replace("\n\n\n", "\n\n")
FILES = [
    ("etc/os-release", OS_RELEASE), ("etc/lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=22.04\n"),
    ("var/lib/dpkg/status", deb("libc6", "2.36-9", "glibc (2.36-8)") + deb("zlib1g", "1:1.2.13.dfsg-1")),
    ("var/lib/dpkg/info/libc6.list", "/.\n/usr/lib/python3/dist-packages/six-1.16.0.dist-info/METADATA\n"),
    ("lib/apk/db/installed", APK), ("etc/apk/repositories", "https://dl.example/alpine/v3.20/main\n"),
    ("usr/lib/python3/dist-packages/six-1.16.0.dist-info/METADATA", wheel("six", "1.16.0")),
    ("app/node_modules/a/package.json", node("a", "1.2.3")), ("root/buildinfo/Dockerfile-ubi9-9.4-1", list(seed_packages.catalog_redhat())[3]),
    ("root/buildinfo/content_manifests/a.json", list(seed_packages.catalog_redhat())[1]),
    ("var/lib/ubuntu-advantage/status.json", list(seed_packages.catalog_node())[3]),
]
RPM_NAMES = {b"SQLi": "rpmdb.sqlite", b"RpmP": "Packages.db"}
RPM_FILES = [("var/lib/rpm/" + RPM_NAMES.get(data[:4], "Packages"), data) for data in seed_packages.catalog_rpm()]
TARS = list(seed_archives.tars())
LINKS = [symlink("var/lib/rpm", "../../usr/lib/sysimage/rpm"), symlink("etc/a", "/etc/a"), hardlink("usr/lib/os-release", "etc/os-release"),
         ("etc/.wh.gone", ""), ("opt/.wh..wh..opq", "")]


def some_files(rng):
    return [*rng.sample(FILES, rng.randrange(1, len(FILES))), rng.choice(RPM_FILES), *rng.sample(LINKS, rng.randrange(len(LINKS)))]


def some_layers(rng):
    return [layer(*some_files(rng)) for _ in range(rng.randrange(1, 4))]


def some_image(rng, layers):
    how = rng.choice(["plain", "plain", "gzip", "multi-gzip"])
    if rng.random() < 0.5:
        return layer(*docker_members(layers, how=how))
    descriptor, blobs = oci_blobs(layers, how)
    return layer(*index_members([descriptor], blobs))


# ---- one image, damaged at one depth ------------------------------------------------------------------------------------------

def in_archive(rng):
    return damaged_tar(rng, some_image(rng, some_layers(rng)))


def in_compressed_archive(rng):
    data = some_image(rng, some_layers(rng))
    packed = rng.choice(list(seed_archives.compressed(data))) if len(data) < 60000 else gzip.compress(data, 1)
    return damaged(rng, packed)


def in_layer(rng):
    layers = some_layers(rng)
    place = rng.randrange(len(layers))
    layers[place] = damaged_tar(rng, rng.choice([layers[place], rng.choice(TARS)]))
    return some_image(rng, layers)


def in_compressed_layer(rng):
    """The digest of the compressed bytes is right; there is no diff ID to be wrong."""
    stored = damaged(rng, rng.choice(list(seed_archives.compressed(rng.choice(TARS)))))
    manifest = json.dumps([{"Config": "c.json", "RepoTags": ["a:1"], "Layers": ["l.tar"]}])
    return layer(("c.json", config_of([stored])), ("l.tar", stored), ("manifest.json", manifest))


def in_file(rng):
    files = some_files(rng)
    for place, file in enumerate(files):
        if isinstance(file, tuple) and file[1] and rng.random() < 0.5:
            files[place] = (file[0], damaged(rng, file[1] if isinstance(file[1], bytes) else file[1].encode()))
    return some_image(rng, [layer(*files)])


def in_document(rng):
    descriptor, blobs = oci_blobs(some_layers(rng))
    manifest = damaged_json(rng, blobs.pop(descriptor["digest"].split(":")[1]))
    blobs[sha(manifest)] = manifest
    descriptor.update(digest="sha256:" + sha(manifest), size=len(manifest))
    members = index_members([descriptor], blobs)
    if rng.random() < 0.4:
        members = [(name, damaged_json(rng, data) if name == "index.json" else data) for name, data in members]
    return layer(*members)


def in_docker_document(rng):
    """The config's name is no digest, so that its bytes are free."""
    *layers, (name, config), (manifest_name, manifest) = docker_members(some_layers(rng))
    documents = [("config.json", config), (manifest_name, manifest.replace(name.encode(), b"config.json"))]
    return layer(*layers, *((name, damaged_json(rng, data) if rng.random() < 0.7 else data) for name, data in documents))


DEPTHS = [in_archive, in_compressed_archive, in_layer, in_layer, in_compressed_layer, in_file, in_file, in_document, in_docker_document]


def in_given_image(rng):
    return damaged_tar(rng, rng.choice(IMAGES).read_bytes())


# ---- the judgement -------------------------------------------------------------------------------------------------------------

class Judge(Test):
    def judge(self, arguments):
        return self.judge_any(["image", *arguments, "-fjson", "--list-all-pkgs", "-q"])

    def judge_any(self, arguments):
        began = time.monotonic()
        done = self.run_program(*arguments)
        self.assertLess(time.monotonic() - began, MAX_SECONDS)
        self.assertIn(done.returncode, (0, 2), done.stderr)
        lines = done.stderr.decode().split("\n")[:-1]
        errors = [line for line in lines if line.startswith("drydock: error: ")]
        self.assertEqual([line for line in lines if not line.startswith("drydock: ") or re.search("[\x00-\x1f\x7f-\x9f]", line)], [])
        for trouble in ("please report", "ended without an answer", "stopped by the system"): # a worker that crashed or went round and round
            self.assertNotIn(trouble, done.stderr.decode())
        if done.stdout:
            self.assertEqual(json.loads(done.stdout)["Drydock"]["Incomplete"], done.returncode == 2)
        elif done.returncode or arguments[0] == "image":
            self.assertEqual((done.returncode, len(errors)), (2, 1), done.stderr)
        return done.returncode


class Mutations(Judge):
    def try_image(self, number, name, data):
        path = self.dir / "image.tar"
        path.write_bytes(data)
        try:
            self.judge([path, *(["--no-verify"] if number % 2 else [])])
        except Exception:
            if KEEP:
                pathlib.Path(KEEP, f"mutation-{SEED}-{number}-{name}.tar").write_bytes(data)
            raise

    def test_damage_at_every_depth(self):
        depths = DEPTHS + [in_given_image] * (2 if IMAGES else 0)
        for number in range(COUNT):
            rng = random.Random(SEED * 1000003 + number)
            depth = depths[number % len(depths)]
            with self.subTest(number=number, depth=depth.__name__):
                self.try_image(number, depth.__name__, depth(rng))


if __name__ == "__main__":
    main()
