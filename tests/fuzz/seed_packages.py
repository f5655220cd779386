"""Seeds of the fuzz targets that read what package managers and distributions leave in an image."""
import io
import json
import os
import sqlite3
import struct
import tempfile
import zlib


# ---- text --------------------------------------------------------------------------------------------------------------

def catalog_dpkg():
    first = ("Package: libc6\nStatus: install ok installed\nPriority: optional\nArchitecture: amd64\nMulti-Arch: same\n"
             "Source: glibc (2.36-8)\nVersion: 2.36-9+deb12u4\nMaintainer: GNU Libc Maintainers <a@debian.example>\n"
             "Conffiles:\n /etc/ld.so.conf.d/x.conf 0123456789abcdef0123456789abcdef\nDescription: GNU C Library\n folded\n .\n text\n")
    second = "Package: tzdata\nStatus: deinstall ok config-files\nVersion: 2024a-0\nArchitecture: all\n"
    yield first
    yield first + "\n" + second + "\n\n" + first.replace("libc6", "a").replace("\n", "\r\n")
    yield "Package: a\nVersion: 1:2.3~rc1-4ubuntu0.1~esm2\nSource: b\nStatus: hold ok half-configured\n" + "Package: twice\n"
    yield "/.\n/usr\n/usr/lib/python3/dist-packages/six-1.16.0.dist-info/METADATA\n/usr/share/nodejs/a/package.json\nrelative\n"
    yield "0123456789abcdef0123456789abcdef  usr/lib/a.egg-info\n0123456789abcdef0123456789abcdef  usr/lib/node_modules/b/package.json\nshort\n"


def catalog_apk():
    package = "C:Q1abcdefghijklmnopqrstuvwxyz0=\nP:{0}\nV:1.2.5-r0\nA:x86_64\nS:383304\nI:622592\nT:text\nU:https://a.example/\nL:MIT AND BSD\no:{1}\nm:A <a@b.example>\nt:1\nc:0\nD:so:libc p>1\np:so:libc=1 cmd:a=1\nr:b\n"
    files = "F:lib\nM:0:0:755\nR:libc.so\na:0:0:755\nZ:Q1x=\nF:usr/lib/python3.12/site-packages/six-1.dist-info\nR:METADATA\nZ:Q1y=\n"
    yield package.format("musl", "musl") + files
    yield (package.format("ssl_client", "busybox") + "\n") * 2 + package.format("a", "") + files + "\n\n"
    yield "P:a\n\nV:1\n\nP:b\nV:1-r1\nR:package.json\nF:\nR:\n"
    yield ("https://dl.example/alpine/v3.20/main\n# comment\n@edge https://dl.example/alpine/edge/testing\n/media/cdrom/apks\n"
           "http://mirror.example/alpine/v3.19/community\nhttps://dl.example/alpine/latest-stable/main\n")


def catalog_distro():
    rows = [("debian", "12", "Debian GNU/Linux 12 (bookworm)"), ("alpine", "3.20.3", "Alpine Linux v3.20"), ("rhel", "9.4", "Red Hat Enterprise Linux 9.4 (Plow)"),
            ("ubuntu", "24.04", "Ubuntu 24.04 LTS"), ("amzn", "2023", "Amazon Linux 2023"), ("opensuse-leap", "15.6", "openSUSE Leap 15.6"),
            ("rhcos", "417", "Red Hat Enterprise Linux CoreOS"), ("sles", "15.5", "SUSE Linux Enterprise Server 15 SP5"), ("mariner", "2.0.20240101", "CBL-Mariner/Linux")]
    for id_, version, name in rows:
        yield f"NAME='x'\nID={id_}\nID_LIKE=\"a b\"\nVERSION_ID=\"{version}\"\nPRETTY_NAME=\"{name}\"\n# a comment\nRHEL_VERSION=9.4\n\nBROKEN\nESC=\"a\\\"b\\$c\\`d\\\\\"\n"
    yield from ("CentOS Linux release 7.9.2009 (Core)\n", "Rocky Linux release 9.3 (Blue Onyx)\n", "Amazon Linux release 2 (Karoo)\n", "Amazon Linux AMI release 2018.03\n",
                "Fedora release 40 (Forty)\n", "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n", "VMware Photon OS 4.0\nPHOTON_BUILD_NUMBER=1\n",
                "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\nDISTRIB_CODENAME=trusty\nDISTRIB_DESCRIPTION=\"Ubuntu 14.04\"\n", "12.5\n", "trixie/sid\n", "3.20.3\n",
                "Gentoo Base System release 2.15\n", "AlmaLinux release 8.10 (Cerulean Leopard)\n")


def catalog_python():
    yield ("Metadata-Version: 2.1\nName: Django\nVersion: 4.2.7\nSummary: text\nLicense: BSD-3-Clause\nLicense-Expression: MIT OR Apache-2.0\n"
           "Classifier: License :: OSI Approved :: BSD License\nClassifier: Framework :: Django\nRequires-Dist: asgiref (<4,>=3.6.0)\n\nA description.\nName: no\n")
    yield "Metadata-Version: 1.0\r\nName: a.b_c-D\r\nVersion: 1!2.0.post3.dev4+local.5\r\nLicense: UNKNOWN\r\n  folded\r\n"
    yield "Name: only\n\nVersion: 1\n"


def catalog_node():
    yield json.dumps({"name": "@scope/a", "version": "1.2.3-rc.1+b", "license": "MIT", "dependencies": {"b": "^1.0.0"}})
    yield json.dumps({"name": "a", "version": "1.0.0", "license": {"type": "MIT", "url": "x"}, "licenses": [{"type": "BSD"}, "MIT"], "deep": [[[{}]]]}, indent=2)
    yield "\ufeff" + json.dumps({"version": 1, "name": None, "x": 1e400})
    yield json.dumps({"services": [{"name": "esm-infra", "status": "enabled"}, {"name": "esm-apps", "status": "n/a", "entitled": True}], "attached": True})


def catalog_redhat():
    yield "bash\t5.1.8-1.cm2\t1650000000\t1640000000\tMicrosoft Corporation\t(none)\t9000\tx86_64\t0\tbash-5.1.8-1.cm2.src.rpm\n" * 2 + "short\tline\n"
    yield json.dumps({"metadata": {"icm_version": 1}, "from_dnf_hint": True, "content_sets": ["rhel-9-for-x86_64-baseos-rpms", "rhel-9-for-x86_64-appstream-rpms"], "image_contents": []})
    yield json.dumps({"com.redhat.component": "ubi9-container", "version": "9.4", "release": "1181", "architecture": "x86_64"})
    yield ('FROM sha256:abc\nARG A=1.2\nENV V=${A} R="3"\n# comment\nLABEL com.redhat.component="ubi8-container" \\\n      name="ubi8" \\\n# inside\n'
           "      version=$V release='$R' architecture=\"x86_64\"\nLABEL old form of label\nRUN rm -rf /\nENV \"q\\\"uote\"=a\\ b\n")


# ---- rpm: headers (rpm's docs/manual/hregions.md, format_header.md) --------------------------------------------------------

INT32, STRING, BINARY, STRINGS = 4, 6, 7, 8
NAME, VERSION, RELEASE, EPOCH, VENDOR, LICENSE, ARCH, SOURCE, DIRINDEX, BASENAMES, DIRNAMES, MODULE = (
    1000, 1001, 1002, 1003, 1011, 1014, 1022, 1044, 1116, 1117, 1118, 5096)


def header(*entries, region=True):
    index, data = b"", b""
    for tag, kind, value in entries:
        items = value if isinstance(value, list) else [value]
        if kind == INT32:
            data += bytes(-len(data) % 4)
        index += struct.pack(">IIII", tag, kind, len(data), len(items))
        data += b"".join(struct.pack(">I", item) if kind == INT32 else item.encode() + b"\0" for item in items)
    if region:
        trailer = struct.pack(">IIiI", 63, BINARY, -16 - len(index), 16)
        index = struct.pack(">IIII", 63, BINARY, len(data), 16) + index
        data += trailer
    return struct.pack(">II", len(index) // 16, len(data)) + index + data


def headers():
    def nvr(name, version, release):
        return (NAME, STRING, name), (VERSION, STRING, version), (RELEASE, STRING, release)
    yield header(*nvr("bash", "5.1.8", "9.el9"), (VENDOR, STRING, "Red Hat, Inc."), (LICENSE, STRING, "GPLv3+"), (ARCH, STRING, "x86_64"), (SOURCE, STRING, "bash-5.1.8-9.el9.src.rpm"))
    yield header(*nvr("openssl-libs", "3.0.7", "27.el9"), (EPOCH, INT32, 1), (SOURCE, STRING, "openssl-3.0.7-27.el9.src.rpm"), region=False)
    yield header(*nvr("nodejs", "18.12.1", "2.module+el8"), (MODULE, STRING, "nodejs:18:8070020221212161539:bd1311ed"))
    yield header(*nvr("python3-foo", "1.0", "1"), (DIRINDEX, INT32, [1, 0, 0]), (BASENAMES, STRINGS, ["foo", "METADATA", "RECORD"]),
                 (DIRNAMES, STRINGS, ["/usr/lib/python3.11/site-packages/foo-1.0.dist-info/", "/usr/bin/"]))
    yield header(*nvr("gpg-pubkey", "fd431d51", "4ae0493b"))


def catalog_rpm_header():
    yield from headers()


# ---- rpm: its three databases ----------------------------------------------------------------------------------------------

def ndb(blobs):
    """lib/backend/ndb/rpmpkg.c of rpm."""
    slots, records = b"", b""
    for number, blob in enumerate(blobs, 1):
        begin = 256 + len(records) // 16
        record = b"BlbS" + struct.pack("<III", number, 0, len(blob)) + blob + bytes(-(len(blob) + 28) % 16)
        records += record + struct.pack("<II", zlib.adler32(record), len(blob)) + b"BlbE"
        slots += b"Slot" + struct.pack("<III", number, begin, 256 + len(records) // 16 - begin)
    page = b"RpmP" + struct.pack("<IIII", 0, 1, 1, len(blobs) + 1) + bytes(12) + slots
    return page + (b"Slot" + bytes(12)) * ((4096 - len(page)) // 16) + records


class Bdb:
    """Pages of Berkeley DB's hash (dbinc/db_page.h): items of at most 100 bytes on the page, longer ones in overflow chains."""

    def __init__(self, blobs, order="<", page_bytes=512):
        self.order, self.page_bytes = order, page_bytes
        self.overflow, items = [], [b"\1" + bytes(4), b"\1" + bytes(4)]
        for number, blob in enumerate(blobs, 1):
            items += [b"\1" + struct.pack(order + "I", number), self.item(blob)]
        page, offsets = bytearray(page_bytes), []
        low = page_bytes
        for item in items:
            low -= len(item)
            page[low:low + len(item)] = item
            offsets.append(low)
        struct.pack_into(order + f"{len(offsets)}H", page, 26, *offsets)
        self.head(page, 1, 13, count=len(offsets))
        meta = bytearray(page_bytes)
        struct.pack_into(order + "III", meta, 12, 0x061561, 9, page_bytes)
        meta[25] = 8
        struct.pack_into(order + "I", meta, 32, 1 + len(self.overflow))
        self.file = bytes(meta) + bytes(page) + b"".join(self.overflow)

    def head(self, page, number, kind, next_=0, count=0, used=0):
        struct.pack_into(self.order + "I4xIHH", page, 8, number, next_, count, used)
        page[25] = kind

    def item(self, blob):
        if len(blob) <= 100:
            return b"\1" + blob
        first, room = 2 + len(self.overflow), self.page_bytes - 26
        parts = [blob[at:at + room] for at in range(0, len(blob), room)]
        for index, part in enumerate(parts):
            page = bytearray(self.page_bytes)
            self.head(page, first + index, 7, first + index + 1 if index + 1 < len(parts) else 0, 1, len(part))
            page[26:26 + len(part)] = part
            self.overflow.append(bytes(page))
        return b"\3\0\0\0" + struct.pack(self.order + "II", first, len(blob))


def sqlite(blobs, *pragmas, statements=()):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "rpmdb.sqlite")
        database = sqlite3.connect(path, isolation_level=None)
        for text in (*pragmas, "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)",
                     "CREATE TABLE 'Name' (key TEXT NOT NULL, hnum INTEGER NOT NULL)"):
            database.execute(text)
        for blob in blobs:
            database.execute("INSERT INTO Packages(blob) VALUES (?)", [blob])
        for text in statements:
            database.execute(text)
        wal = open(path + "-wal", "rb").read() if os.path.exists(path + "-wal") else b""
        database.close()
        with open(path, "rb") as file:
            return file.read(), wal


def catalog_rpm():
    blobs = list(headers())
    short = header((NAME, STRING, "short"), (VERSION, STRING, "1"), (RELEASE, STRING, "2"), region=False)
    long = header((NAME, STRING, "long"), (VERSION, STRING, "1"), (RELEASE, STRING, "2"), (LICENSE, STRING, "x" * 3000))
    for order in "<>":
        yield Bdb(blobs, order).file
        yield Bdb([long, *blobs[:2]], order, 4096).file
        yield Bdb([short, short], order).file
    for some in (blobs, blobs[:1], [long], []):
        yield ndb(some)
    small = "PRAGMA page_size = 512"
    yield sqlite(blobs, small)[0]
    yield sqlite([long] + blobs * 12, small, statements=["DELETE FROM Packages WHERE hnum % 5 = 0"])[0]
    yield sqlite([], small)[0]
    yield sqlite(blobs, "PRAGMA page_size = 1024", "PRAGMA auto_vacuum = FULL")[0]
    yield from sqlite(blobs[:2], small, "PRAGMA journal_mode = WAL")
