"""Seeds of the fuzz targets that read containers: compressed streams, tar, zip, BoltDB, images, and what workers send."""
import bz2
import gzip
import hashlib
import io
import json
import lzma
import pathlib
import shutil
import sqlite3
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
import drydock  # noqa: E402  the makers of images that the black-box tests use

TEXT = b"A layer holds files; a file holds facts.\n" * 9
LAYER = [("etc/os-release", drydock.OS_RELEASE), ("var/lib/dpkg/status", drydock.deb("libc6", "2.36-9", "glibc (2.36-8)")),
         ("var/lib/dpkg/info/libc6.list", "/.\n/usr/lib/python3/dist-packages/six-1.16.0.dist-info/METADATA\n"),
         ("usr/lib/python3/dist-packages/six-1.16.0.dist-info/METADATA", drydock.wheel("six", "1.16.0")),
         ("app/node_modules/a/package.json", drydock.node("a", "1.2.3"))]


# ---- compressed streams ------------------------------------------------------------------------------------------------

def zstd_raw(data):
    """A frame of raw and run-length blocks (RFC 8878, 3.1.1): needs no compressor."""
    blocks = struct.pack("<I", len(data) << 3)[:3] + data + struct.pack("<I", 70 << 3 | 1 << 1 | 1)[:3] + b"z"
    return b"\x28\xb5\x2f\xfd" + struct.pack("<BB", 0x00, 0x38) + blocks


def gzip_with_fields(data):
    """Extra field, name, comment and header check (RFC 1952, 2.3.1)."""
    head = b"\x1f\x8b\x08\x1e\0\0\0\0\0\xff" + struct.pack("<H", 4) + b"ab\0\0" + b"layer.tar\0" + b"a comment\0"
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = deflate.compress(data) + deflate.flush()
    return head + struct.pack("<H", zlib.crc32(head) & 0xffff) + body + struct.pack("<II", zlib.crc32(data), len(data))


def compressed(data):
    fixed = zlib.compressobj(9, zlib.DEFLATED, 31, 8, zlib.Z_FIXED)
    yield from (gzip.compress(data, level, mtime=0) for level in (0, 1, 9))
    yield fixed.compress(data) + fixed.flush()
    yield gzip.compress(data[:9], mtime=0) + gzip.compress(data[9:], mtime=0)
    yield gzip.compress(data, mtime=0) + bytes(512)
    yield gzip_with_fields(data)
    yield bz2.compress(data)
    yield lzma.compress(data)
    yield lzma.compress(data, check=lzma.CHECK_CRC32) + lzma.compress(data)
    yield zstd_raw(data)
    yield b"\x50\x2a\x4d\x18" + struct.pack("<I", 3) + b"abc" + zstd_raw(data)
    if shutil.which("zstd"):
        for options in (["-1"], ["-19", "--no-check"], ["--long=27"]):
            yield subprocess.run(["zstd", "-q", "-c", *options], input=data, stdout=subprocess.PIPE, check=True).stdout


def codec_inflate():
    yield TEXT
    yield from compressed(TEXT)
    yield from compressed(bytes(70000))


# ---- tar ---------------------------------------------------------------------------------------------------------------

def member(name, data=b"", type=tarfile.REGTYPE, fields=(), pax=None, format=tarfile.USTAR_FORMAT, after_header=b""):
    """A member whose header has `fields`, (offset, bytes), written over it before its checksum is made."""
    info = tarfile.TarInfo(name)
    info.size, info.type, info.mode, info.pax_headers = len(data) + len(after_header), type, 0o644, pax or {}
    blocks = info.tobuf(format=tarfile.PAX_FORMAT if pax else format)
    head, block = blocks[:-512], bytearray(blocks[-512:])
    for offset, value in fields:
        block[offset:offset + len(value)] = value
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return head + bytes(block) + after_header + data + bytes(-len(data) % 512)


def octal(value):
    return b"%011o\0" % value


def sparse_members():
    data, real = b"x" * 512 + b"y" * 100, octal(5000)
    ranges = octal(0) + octal(512) + octal(4096) + octal(100)
    old = [(257, b"ustar  \0"), (386, ranges), (483, real)]
    yield member("old-gnu", data, b"S", old)
    more = (octal(4200) + octal(0)).ljust(504, b"\0") + bytes(8)
    yield member("old-gnu-extended", data, b"S", [(124, octal(len(data))), *old, (482, b"\1")], after_header=more)
    name = {"GNU.sparse.name": "a/sparse-file", "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "5000"}
    yield member("GNUSparseFile.0/a", b"2\n0\n512\n4096\n100\n".ljust(512, b"\0") + data, pax=name)
    version_01 = {"GNU.sparse.map": "0,512,4096,100", "GNU.sparse.numblocks": "2", "GNU.sparse.size": "5000", "GNU.sparse.name": "b"}
    yield member("GNUSparseFile.1/b", data, pax=version_01)
    records = b"".join(pax_record(key, value) for key, value in [
        (b"GNU.sparse.size", b"5000"), (b"GNU.sparse.numblocks", b"2"), (b"GNU.sparse.offset", b"0"), (b"GNU.sparse.numbytes", b"512"),
        (b"GNU.sparse.offset", b"4096"), (b"GNU.sparse.numbytes", b"100")])
    yield member("PaxHeaders/c", records, b"x") + member("c", data)


def pax_record(key, value):
    length = len(key) + len(value) + 3
    while len(str(length)) + len(key) + len(value) + 3 != length:
        length = len(str(length)) + len(key) + len(value) + 3
    return b"%d %s=%s\n" % (length, key, value)


def odd_members():
    yield member("base-256", b"abc", fields=[(124, b"\x80" + struct.pack(">QI", 0, 3)[1:])])
    yield member("version-7", b"abc", fields=[(257, bytes(255))])
    yield member("negative", fields=[(124, b"\xff" * 12)])
    yield member("spaces", b"abc", fields=[(124, b"         3 \0"), (136, b"\xff" * 11 + b"\xc0")])
    yield member("prefix", b"abc", fields=[(345, b"a/folder/before")])
    yield member("../../out/./of//here/", b"abc")
    yield member("././@LongLink", b"a/" * 90 + b"long\0", b"L") + member("././@LongLink", b"b/" * 90 + b"link\0", b"K") + member("short", type=b"2")
    yield member("pax_global_header", pax_record(b"comment", b"x") + pax_record(b"path", b"everywhere"), b"g") + member("a", b"abc")
    yield member("PaxHeaders/a", pax_record(b"size", b"3") + pax_record(b"path", "é/ü".encode()) + pax_record(b"linkpath", b""), b"x") + member("a", b"abc")
    for type in b"1234567ADVMNZ":
        yield member("type", type=bytes([type]), fields=[(157, b"etc/target")])


def tars():
    end = bytes(1024)
    for format in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        long_name = "a" * 60 + "/" + "b" * 60 + ("" if format == tarfile.USTAR_FORMAT else "/" + "c" * 160)
        yield drydock.layer(drydock.folder("etc"), *LAYER, (long_name, "text"), drydock.symlink("etc/link", "../usr/lib/os-release"),
                            drydock.hardlink("etc/hard", "etc/os-release"), ("lib/.wh.old", ""), ("opt/.wh..wh..opq", ""), format=format)
    yield from (data + end for data in (*sparse_members(), *odd_members()))
    yield b"".join(data for data in (*sparse_members(), *odd_members()) if b"negative" not in data)


def codec_tar():
    for data in tars():
        for first in (0, 1, 2, 3, 75):
            yield bytes([first]) + data


# ---- zip ---------------------------------------------------------------------------------------------------------------

class Unseekable(io.BytesIO):
    """Makes zipfile write sizes behind the contents (APPNOTE 4.3.9)."""

    def seekable(self):
        return False

    def tell(self):
        raise OSError

    def seek(self, *_):
        raise OSError


def zip_of(out, method, comment=b"", zip64=False):
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(zipfile.ZipInfo("folder/"), b"")
        for name in ("folder/a.txt", "empty", "ünïcode"):
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            with archive.open(info, "w", force_zip64=zip64) as file:
                file.write(TEXT if name != "empty" else b"")
        archive.comment = comment
    return out.getvalue()


def zip64_end(data):
    """The same archive with a zip64 end record and its locator (4.3.14, 4.3.15)."""
    at = data.rindex(b"PK\5\6")
    count, size, offset = struct.unpack_from("<HII", data, at + 10)
    end64 = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, size, offset)
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 0xffff, 0xffff, 0xffffffff, 0xffffffff, 0)
    return data[:at] + end64 + b"PK\6\7" + struct.pack("<IQI", 0, at, 1) + end


def codec_zip():
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2):
        data = zip_of(io.BytesIO(), method)
        yield from (data, zip64_end(data), b"#!/bin/sh\n" + data)
    yield zip_of(io.BytesIO(), zipfile.ZIP_DEFLATED, b"a comment PK\5\6", True)
    yield zip_of(Unseekable(), zipfile.ZIP_DEFLATED)


# ---- Java archives -----------------------------------------------------------------------------------------------------

MANIFEST = (b"Manifest-Version: 1.0\r\nImplementation-Title: core\r\nImplementation-Version: 1.0\r\nImplementation-Vendor-Id: org.acme.a-very-long\r\n"
            b" -group\r\nBundle-SymbolicName: org.acme.core;singleton:=true\r\nBundle-License: \"http://www.apache.org/licenses/LICENSE-2.0.txt\";link=\"x\", MIT\r\n\r\n"
            b"Name: org/acme/\r\nImplementation-Version: 2\r\n")
POM = (b"<?xml version=\"1.0\"?><project xmlns=\"http://maven.apache.org/POM/4.0.0\"><parent><groupId>org.acme</groupId><version>1</version></parent>"
       b"<artifactId>a</artifactId><licenses><license><name>MIT</name><url>https://opensource.org/licenses/MIT</url></license></licenses></project>")


def jar_of(members, method=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def catalog_jar():
    properties = b"#Generated\nversion=1.0\ngroupId=org.acme\nartifactId=a\n"
    own = {"META-INF/MANIFEST.MF": MANIFEST, "META-INF/maven/org.acme/a/pom.properties": properties, "META-INF/maven/org.acme/a/pom.xml": POM}
    bare = {"META-INF/MANIFEST.MF": MANIFEST, "org/springframework/core/A.class": b"", "LICENSE": b"Apache License\nVersion 2.0\n"}
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        inner = jar_of(own, method)
        middle = jar_of({"lib/a-1.0.jar": inner, **bare}, method)
        yield from (inner, jar_of(bare, method), middle, jar_of({"WEB-INF/lib/b.war": middle, "x/pom.properties": properties}, method))
        yield b"JM\1\0" + inner


def catalog_jar_parts():
    yield b"\0" + MANIFEST
    yield b"\0" + b"Implementation-Title: org.acme.client#rest;8.1\rPlugin-License-Name-2: BSD\rBundle-Version: %v\r"
    yield b"\1" + b"groupId = a\nartifactId:b\nversion=1\n"
    yield b"\2" + POM
    yield b"\3" + b"GNU LESSER GENERAL PUBLIC LICENSE\n   Version 2.1"
    for name in ("1.0\na/log4j-1.2-api-2.17.1.jar", "1\nx-1-linux-x86_64.jar", "\nMETA-INF/maven/g/a/pom.xml", "a.b\na.b.c-1.jar"):
        yield b"\4" + name.encode()


def java_index():
    """Trivy's Java database: SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "java.db"
        db = sqlite3.connect(path)
        db.executescript("CREATE TABLE artifacts(id INTEGER PRIMARY KEY, group_id TEXT, artifact_id TEXT);"
                         "CREATE TABLE indices(artifact_id INTEGER, version TEXT, sha1 BLOB, archive_type TEXT);")
        for number, (group, artifact) in enumerate((("org.acme", "core"), ("org.acme", "web"), ("com.other", "core"))):
            db.execute("INSERT INTO artifacts VALUES(?, ?, ?)", (number, group, artifact))
            db.executemany("INSERT INTO indices VALUES(?, ?, ?, 'jar')", [(number, f"1.{i}", hashlib.sha1(b"%d %d" % (number, i)).digest()) for i in range(4)])
        db.commit()
        db.close()
        return path.read_bytes()


# ---- BoltDB ------------------------------------------------------------------------------------------------------------

class Bolt:
    """Nested dicts of bytes as a BoltDB file (bbolt's page.go, bucket.go, db.go), each level as full as its pages get."""

    def __init__(self, tree, page_bytes=1024, inline=True, metas=2):
        self.page_bytes, self.inline = page_bytes, inline
        self.file = bytearray(metas * page_bytes)
        root = self.bucket_page(tree)
        for number in range(metas):
            meta = struct.pack("<IIIIQQQQQ", 0xED0CDAED, 2, page_bytes, 0, root, 0, 2**64 - 1, len(self.file) // page_bytes, 6 + number)
            hash_ = 0xCBF29CE484222325
            for byte in meta:
                hash_ = (hash_ ^ byte) * 0x100000001B3 % 2**64
            page = struct.pack("<QHHI", number, 4, 0, 0) + meta + struct.pack("<Q", hash_)
            self.file[number * page_bytes:number * page_bytes + len(page)] = page

    def value_of(self, value):
        if not isinstance(value, dict):
            return 0, value
        inline = self.inline and all(isinstance(v, bytes) for v in value.values()) and sum(map(len, value.values())) < 200
        if inline:
            return 1, struct.pack("<QQ", 0, 0) + self.elements(0, [(k, 0, v) for k, v in sorted(value.items())], 2)
        return 1, struct.pack("<QQ", self.bucket_page(value), 0)

    def elements(self, number, items, flags):
        table, data = b"", b""
        for index, (key, flag, value) in enumerate(items):
            at = 16 * (len(items) - index) + len(data)
            table += struct.pack("<IIII", flag, at, len(key), len(value)) if flags == 2 else struct.pack("<II", at, len(key)) + value
            data += key + (value if flags == 2 else b"")
        size = 16 + len(table) + len(data)
        return struct.pack("<QHHI", number, flags, len(items), (size - 1) // self.page_bytes) + table + data

    def level(self, items, flags):
        parents, least = [], 1 if flags == 2 else 2
        while items or not parents:
            count, size = 0, 16
            while count < len(items) and (count < least or size + 16 + len(items[count][0]) + len(items[count][2]) <= self.page_bytes):
                size += 16 + len(items[count][0]) + len(items[count][2])
                count += 1
            number = len(self.file) // self.page_bytes
            page = self.elements(number, items[:count], flags)
            self.file += page + bytes(-len(page) % self.page_bytes)
            parents.append((items[0][0] if items else b"", 0, struct.pack("<Q", number)))
            items = items[count:]
        return parents

    def bucket_page(self, tree):
        items = [(key, *self.value_of(value)) for key, value in sorted(tree.items())]
        level = self.level(items, 2)
        while len(level) > 1:
            level = self.level(level, 1)
        return struct.unpack("<Q", level[0][2])[0]


def trivy_tree():
    """A few buckets as a database of advisories has them."""
    def text(value):
        return json.dumps(value).encode()
    return {
        b"alpine 3.20": {b"zlib": {b"CVE-2022-37434": text({"FixedVersion": "1.2.12-r2"})}},
        b"debian 12": {b"glibc": {b"CVE-2024-2961": text({"FixedVersion": "2.36-9+deb12u6", "Severity": 3, "VendorIDs": ["DSA-5673-1"]}),
                                  b"CVE-2010-4756": text({"Status": 6, "Severity": 1})}},
        b"pip::GitHub Security Advisory Pip": {b"django": {b"CVE-2024-27351": text(
            {"PatchedVersions": ["3.2.25"], "VulnerableVersions": [">=3.2, <3.2.25"], "VendorIDs": ["GHSA-vm8q-m57g-pff3"]})}},
        b"Red Hat": {b"openssl": {b"RHSA-2022:1": text({"Entries": [{"FixedVersion": "1:3.0.1-2.el9", "Affected": [1], "Arches": ["x86_64"],
                                  "Cves": [{"ID": "CVE-2022-0778", "Severity": 3}]}]})}},
        b"Red Hat CPE": {b"cpe": {b"1": b'"cpe:/o:redhat:enterprise_linux:9"'}, b"repository": {b"rhel-9-baseos": b"[1]"}, b"nvr": {b"ubi9-9-1-x86_64": b"[1]"}},
        b"data-source": {b"alpine 3.20": text({"ID": "alpine", "Name": "Alpine Secdb", "URL": "https://secdb.example/"})},
        b"vulnerability": {b"CVE-2024-%04d" % i: text(
            {"Title": "x", "Description": "y" * i, "Severity": "HIGH", "CweIDs": ["CWE-79"], "References": ["https://a.example/"],
             "VendorSeverity": {"nvd": 3}, "CVSS": {"nvd": {"V3Vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "V3Score": 9.8}},
             "PublishedDate": "2024-01-02T03:04:05Z"}) for i in range(0, 2000, 400)},
    }


def bolts():
    yield Bolt(trivy_tree()).file
    yield Bolt(trivy_tree(), 4096).file
    yield Bolt(trivy_tree(), 1024, inline=False).file
    yield Bolt({b"%03d" % i: b"v" * 40 for i in range(120)}).file
    yield Bolt({}).file
    yield Bolt({b"a": {b"b": {b"c": {b"d": b"e"}}}}).file


def codec_bolt():
    yield from bolts()


def daemon_containerd():
    """containerd's metadata: images of two namespaces, one of them known by the digest of its config."""
    def image(digit, size):
        return {b"createdat": b"\x01" * 15, b"target": {b"digest": b"sha256:" + digit * 64, b"mediatype": b"application/vnd.oci.image.index.v1+json",
                                                        b"size": size, b"annotations": {b"a": b"b"}}, b"updatedat": b"\x01" * 15}
    default = {b"docker.io/library/nginx:alpine": image(b"a", b"\xa4\x0d"), b"app:1": image(b"b", b"\x02"), b"registry.example/app:2": image(b"a", b"\xa4\x0d")}
    kubernetes = {b"docker.io/library/nginx:alpine": image(b"b", b"\x02"), b"sha256:" + b"a" * 64: image(b"b", b"\x02"),
                  b"docker.io/library/nginx@sha256:" + b"b" * 64: image(b"b", b"\x02")}
    tree = {b"v1": {b"version": b"\x06", b"default": {b"images": default, b"content": {b"blob": {}}}, b"k8s.io": {b"images": kubernetes, b"labels": {b"a": b"b"}}}}
    yield Bolt(tree).file
    yield Bolt(tree, 4096).file
    yield Bolt(tree, 1024, inline=False).file
    yield Bolt({b"v1": {b"default": {b"images": {b"nginx": {b"target": b"no bucket"}, b"x": b"y"}}}}).file


# ---- images ------------------------------------------------------------------------------------------------------------

def tar_of(members):
    return drydock.layer(*members, format=tarfile.USTAR_FORMAT)


LAYERS = [drydock.layer(*LAYER, format=tarfile.USTAR_FORMAT), drydock.layer(("lib/.wh.old", ""), format=tarfile.USTAR_FORMAT)]


def images():
    for how in ("plain", "gzip"):
        yield tar_of(drydock.docker_members(LAYERS, how=how))
        yield tar_of(drydock.oci_members(LAYERS, how=how))
    pairs = [drydock.oci_blobs([LAYERS[0]], arch=arch) for arch in ("amd64", "arm64")]
    blobs = {**pairs[0][1], **pairs[1][1]}
    descriptors = [pair[0] for pair in pairs]
    index = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": descriptors}).encode()
    nested = {"mediaType": "application/vnd.oci.image.index.v1+json", "digest": "sha256:" + drydock.sha(index), "size": len(index)}
    yield tar_of(drydock.index_members(descriptors, blobs))
    yield tar_of(drydock.index_members([nested], {**blobs, drydock.sha(index): index}))
    yield tar_of(reversed(drydock.docker_members(LAYERS[:1] * 2)))


def image_open():
    for number, data in enumerate(images()):
        yield data
        yield gzip.compress(data, mtime=0)
        if number == 0:
            yield from compressed(data)


def image_documents():
    """The first byte says which document of an archive the rest is."""
    descriptor, blobs = drydock.oci_blobs(LAYERS)
    attestation = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:" + "0" * 64, "size": 9,
                   "platform": {"os": "unknown", "architecture": "unknown"},
                   "annotations": {"vnd.docker.reference.type": "attestation-manifest"}}
    named = {**descriptor, "annotations": {"org.opencontainers.image.ref.name": "a:1", "io.containerd.image.name": "docker.io/library/a:1"}}
    manifest = blobs[descriptor["digest"].split(":")[1]]
    index = json.dumps({"schemaVersion": 2, "manifests": [descriptor, attestation, named]}).encode()
    config = json.dumps({**json.loads(drydock.config_of(LAYERS)), "variant": "v8",
                         "history": [{"created_by": "RUN a", "comment": "b", "empty_layer": True}, {"created_by": "RUN c"}]}).encode()
    docker = json.dumps([{"Config": "c.json", "RepoTags": ["a:1", "b.example:5000/c:2"], "Layers": ["l.tar", "l.tar"]},
                         {"Config": "c.json", "RepoTags": None, "Layers": []}]).encode()
    yield from (bytes([which | reference]) + text for reference in (0, 0x80) for which, texts in enumerate(
        ([index], [manifest, index, *schema_1()], [manifest, *schema_1()], [config], [docker], [config])) for text in texts)


def schema_1():
    """Docker's old manifests: the topmost layer first, each with the JSON of an image."""
    def v1(**more):
        return {"v1Compatibility": json.dumps({"id": "a" * 64, "created": "2015-01-02T03:04:05Z", **more})}
    history = [v1(architecture="amd64", os="linux", author="A", config={"Cmd": ["/bin/sh"]}, container_config={"Cmd": ["/bin/sh", "-c", "#(nop) CMD \"a\""]}, parent="b"),
               v1(container_config={"Cmd": ["apt", "é"]}, throwaway=True), v1(comment="base", container_config={"Cmd": None})]
    text = {"schemaVersion": 1, "name": "library/a", "tag": "1", "architecture": "amd64", "history": history,
            "fsLayers": [{"blobSum": "sha256:" + drydock.sha(LAYERS[number % 2])} for number in range(3)]}
    yield json.dumps({"schemaVersion": 1, "fsLayers": [{"blobSum": "sha256:" + "1" * 64}]}).encode()
    yield json.dumps(text).encode()
    yield json.dumps({**text, "mediaType": "application/vnd.docker.distribution.manifest.v1+prettyjws",
                      "signatures": [{"header": {"alg": "ES256"}, "signature": "eA", "protected": "eyJmb3JtYXRMZW5ndGgiOjIyLCJmb3JtYXRUYWlsIjoiZlEifQ"}]}).encode()


def image_remote():
    """The first byte: 1 documents (@N is the N-th's digest and size), 2 a list is asked for, 4 by platform. Or answers as they are."""
    def kind(name, vendor="oci.image"):
        return f'"mediaType":"application/vnd.{vendor}.{name}+json"'
    config = drydock.config_of(LAYERS).decode()
    layers = ",".join('{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:%s","size":%d}' % (drydock.sha(data), len(data)) for data in LAYERS)
    manifest = '{"schemaVersion":2,%s,"config":{%s,@0},"layers":[%s]}' % (kind("manifest.v1"), kind("config.v1"), layers)
    foreign = ('{"schemaVersion":2,%s,"config":{%s,@0},"layers":[{"mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip","digest":"sha256:%s","size":5,'
               '"urls":["https://a.example/b","","c d","http://e.example/"]},%s]}' % (kind("distribution.manifest.v2", "docker"), kind("container.image.v1", "docker"), "1" * 64, layers))
    arm, amd = ('"platform":{"os":"linux","architecture":"%s","variant":"%s"}' % pair for pair in (("arm64", "v8"), ("amd64", "")))
    one = '{"manifests":[{%s,@1,"annotations":{"org.opencontainers.image.ref.name":"registry.example:5000/a:1"}}]}' % kind("manifest.v1")
    several = '{"manifests":[{%s,@1,%s},{%s,@1,%s},{@0,"platform":{"os":"unknown","architecture":"unknown"}},{@2}]}' % (kind("manifest.v1"), arm, kind("manifest.v1"), amd)
    nested = '{"manifests":[{"mediaType":"application/vnd.oci.image.index.v1+json",@3}]}'
    texts = [[config, manifest, one], [config, manifest, "{}", several], [config, foreign, foreign, several, nested],
             [config, foreign, '{"manifests":[{%s,@1}]}' % kind("distribution.manifest.v2", "docker")], [config, manifest, "{}", '{"manifests":[{@0},{@2}]}'], ["{}"]]
    for old in schema_1():
        texts.append(["", old.decode(), '{"manifests":[{"mediaType":"application/vnd.docker.distribution.manifest.v1+prettyjws",@1}]}'])
        texts.append(["", old.decode(), '{"manifests":[{@1}]}'])
    yield from (bytes([how]) + "\0".join(documents).encode() for documents in texts for how in (1, 3, 5))
    yield b"\0" + struct.pack("<BQ", 0, 2) + b"{}" + struct.pack("<BQ", 1, 0) + struct.pack("<BQ", 2, 0)


def scan_arrive():
    """The first byte says how the rest is walked."""
    for number, data in enumerate(images()):
        yield bytes([number % 16]) + data
    program = b"\x7fELF\x02\x01\x01" + bytes(57)
    lists = ("var/lib/dpkg/info/b.md5sums", "0" * 32 + "  bin/b\n" + "1" * 32 + "  etc/link\n")
    linked = drydock.layer(
        drydock.symlink("var/lib/rpm", "/usr/lib/rpm"), drydock.symlink("etc/os-release", "../usr/lib/release"), ("usr/lib/release", drydock.OS_RELEASE),
        ("bin/b", program, 0o755), ("var/lib/dpkg/status", drydock.deb("b", "1")), ("var/lib/dpkg/info/b.list", "/.\n/bin\n/bin/b\n"), lists, drydock.hardlink("bin/c", "bin/b"))
    for flags in (0, 1, 2, 4, 6, 8):
        yield bytes([flags]) + tar_of(drydock.docker_members([linked, *LAYERS], how=("plain", "gzip")[flags % 2]))
        yield bytes([flags]) + tar_of(reversed(drydock.docker_members([linked, linked, b""])))
    yield b"\0" + tar_of([("repositories", "{}"), ("VERSION", "1.0"), *drydock.docker_members([b"no tar at all".ljust(512), LAYERS[0]])])


def scan_serve():
    def question(text):
        return struct.pack("<I", len(text)) + text
    digest = b"sha256:" + b"a" * 64
    yield question(b"index.json") + question(b"manifests/" + digest) + question(b"blobs/" + digest)
    yield from (question(b"a b"), question(b"\x1b[2J"), question(b""), question(b"x" * 4096) * 2, question(b"x" * 4097), question(b"index.json")[:-1])


def cache_entry():
    """The first byte: the group; with 4 the hash is made right."""
    for group in range(3):
        for key, contents in ((b"sha256:a 3 1", b"{}"), (b"", b""), (b"k" * 16, bytes(64))):
            padded = key + bytes(-len(key) % 8)
            yield bytes([4 + group]) + b"DDCACHE1" + struct.pack("<QQII", len(contents), 0, len(key), group) + padded + contents
    yield b"\0DDCACHE1" + bytes(24)


def scan_image():
    """One layer's tar, perhaps compressed."""
    yield from tars()
    program = b"\x7fELF\x02\x01\x01" + bytes(57)
    yield drydock.layer(
        ("lib/apk/db/installed", "P:a\nV:1\nF:bin\nR:sh\na:0:0:777\nF:usr/bin\nR:tool\na:0:0:755\nR:gone\n"), drydock.symlink("bin", "usr/bin"),
        drydock.symlink("usr/bin/sh", "tool"), ("usr/bin/tool", program, 0o755), drydock.hardlink("usr/bin/twin", "usr/bin/tool"),
        ("var/lib/dpkg/status", drydock.deb("b", "1")), ("var/lib/dpkg/info/b.list", "/.\n/bin\n/bin/b\n/etc/c\n"),
        ("var/lib/dpkg/info/b.md5sums", "0" * 32 + "  bin/b\n"), ("var/lib/dpkg/diversions", "/bin/b\n/bin/b.old\na\n"),
        ("opt/own", program, 0o755), ("s/x-1.dist-info/METADATA", drydock.wheel("x", "1")), ("s/x-1.dist-info/RECORD", "x.py,,3\n../bin/x,,\n"))
    yield from (gzip.compress(data, mtime=0) for data in LAYERS)
    yield zstd_raw(LAYERS[0])


# ---- what workers send -------------------------------------------------------------------------------------------------

def wire_text(text):
    return struct.pack("<I", len(text)) + text.encode()


def wire_list(items):
    return struct.pack("<I", len(items)) + b"".join(items)


def image_decode():
    digest = "sha256:" + "a" * 64
    layer = b"".join(map(wire_text, ("layer.tar", digest, digest, "application/x-tar", "blobs/sha256/a", "RUN a", "https://a.example/b"))) + struct.pack("<QQ", 512, 1024)
    step = b"".join(map(wire_text, ("2026-01-02T03:04:05Z", "RUN a", ""))) + struct.pack("<I", 0)
    head = b"IMG2" + b"".join(map(wire_text, ("a:1", digest, "", "linux", "amd64", "", "2026-01-02T03:04:05Z", "{}", ""))) + struct.pack("<I", 0)
    yield head + struct.pack("<IIII", 0, 0, 0, 0)
    yield head + wire_list([wire_text("a:1"), wire_text("b:2")]) + wire_list([wire_text("a@" + digest)]) + wire_list(
        [layer + struct.pack("<I", 0), layer + struct.pack("<I", 0), layer + struct.pack("<I", 2)]) + wire_list([step, step])
    yield wire_list([b"".join(map(wire_text, choice)) for choice in (("linux", "arm64", "v8", digest), ("linux", "amd64", "", digest), ("", "", "", ""))])


class Flat:
    """An inventory as src/scan/flat.c writes it, without the head that the target puts in front: counts, the object's own row,
    tables of 32-bit words, pool of texts."""

    def __init__(self, *tables):
        self.names, self.pool, self.tables = tables, b"", {name: [] for name in tables + ("own",)}

    def add(self, table, *values):
        words = []
        for value in values:
            if isinstance(value, int):
                words.append(value)
                continue
            words += [len(self.pool), len(value)]
            self.pool += value.encode()
        self.tables[table].append(struct.pack(f"<{len(words)}I", *words))

    def add_package(self, kind, path, name):
        self.add("packages", path, name, "1.2.3-r4", "x86_64", "src", "1.2.3", "a <a@b.example>", "", "MIT", "", "app", "", "", "", "",
                 "a@1", "b@1", "", kind, 0, 0, 9, 0, 1, 2, 3, *[0] * 6, 0, 0)

    def add_members(self, *rows):
        """Rows of name, folder, mode, size; and the hash table that finds them."""
        slots = [0] * 16
        for number, (name, in_folder, mode, size) in enumerate(rows, 1):
            self.add("members", name, 0, in_folder, mode, size, 0)
            at = (name >> 1) % len(slots)
            while slots[at]:
                at = (at + 1) % len(slots)
            slots[at] = number
        for slot in slots:
            self.add("slots", slot)

    def bytes(self):
        counts = struct.pack(f"<{len(self.names)}I", *(len(self.tables[name]) for name in self.names))
        return counts + b"".join(row for name in ("own",) + self.names for row in self.tables[name]) + self.pool


def flat_layer():
    flat = Flat("files", "packages", "distros", "lists", "declared", "notes", "warnings", "links", "marks", "folders", "members",
                "slots", "bases")
    flat.add("own", "sha256:" + "a" * 64, "sha256:" + "b" * 64, 1, 9000, 0, 3, 0, 0, 0)
    return flat


def scan_layer():
    yield flat_layer().bytes()
    for kind in range(0, 16, 3):
        flat = flat_layer()
        flat.add("files", "usr/lib/os-release", "etc/os-release", kind, 0, 0, 2, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1)
        flat.add("files", "lib/apk/db/installed", "lib/apk/db/installed", (kind + 1) % 16, 0, 1, 1, *[0] * 10)
        for name in ("musl", "app"):
            flat.add_package(kind, "lib/apk/db/installed", name)
        flat.add("distros", "etc/os-release", "alpine", "3.20.3", "Alpine Linux v3.20")
        flat.add("lists", "musl", "1.2.3-r4", "x86_64", "lib/apk/db/installed",
                 "lib/\nlibc.so\nc100644\t12\tsha1:00\t\tconf\nbin/\nv\t\t\t/bin/b\tsh\nr\t\t\t\tx\n", kind, 0)
        flat.add("declared", "app/package.json", "a", "^1", "dev", kind, 1)
        flat.add("notes", "etc/apk/repositories", "repository", "v3.20/main", 0)
        flat.add("warnings", "app/x", "damaged", 1)
        flat.add("links", "etc/os-release", "../usr/lib/os-release", 0)
        flat.add("links", "bin", "/usr/bin", 0)
        flat.add("links", "var/lib/rpm", "/usr/lib/sysimage/rpm", 1)
        flat.add("marks", "usr", 1)
        flat.add("marks", "lib/apk", 0)
        for path in ("", "bin", "lib"):
            flat.add("folders", path)
        flat.add_members((0x1234, 0, 0o40755, 0), (0x5678, 1, 0o100755 | 1 << 16, 9), (0x5698, 1, 0o100755 | 5 << 16, 9), (0x9A, 2, 0o120777, 0))
        flat.add("bases", 1, "sh", 0, 0)
        flat.add("bases", 2, "ash", 0x5678, 0)
        yield flat.bytes()


def scan_inventory():
    for layers in range(3):
        flat = Flat("packages", "notes", "warnings", "layers", "unexplained", "changes")
        flat.add("own", "alpine", "3.20.3", "Alpine Linux v3.20", "etc/os-release", 1, 9, 0, 1, 0, 1, *[5, 0] * 20, 0)
        for number in range(4):
            flat.add_package(number, "lib/apk/db/installed", f"package{number}")
        flat.add("notes", "etc/apk/repositories", "apk-repository", "v3.20", 0)
        flat.add("warnings", "app/x", "damaged", 1)
        for number in range(layers):
            flat.add("layers", "sha256:" + "a" * 64, "sha256:" + "b" * 64, "RUN a", 9, 0, 8, 0, 1, number)
        flat.add("unexplained", "usr/local/bin/a", 99, 0, 0, 1)
        flat.add("changes", 3, 2, 1, "etc/passwd", "size 12, was 30")
        yield flat.bytes()
