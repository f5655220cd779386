"""rpm databases made by the real rpm: Drydock's list of packages against `rpm -qa`, as SQLite, which Debian's rpm writes, and
with the same headers in the formats that it does not write."""
import contextlib
import os
import pathlib
import shutil
import sqlite3
import struct
import subprocess
import tempfile
import unittest
import zlib

from drydock import Test, docker_archive, layer, main, needs

OS_RELEASE = 'NAME="Rocky Linux"\nID="rocky"\nVERSION_ID="9.3"\nPRETTY_NAME="Rocky Linux 9.3"\n'
METADATA = "/usr/lib/python3.11/site-packages/foo-1.0.dist-info/METADATA"

# Name of the spec: its preamble, and subpackages by name.
SPECS = {
    "plain": "Name: plain\nVersion: 1.2.3\nRelease: 4.el9\nVendor: Rocky Enterprise Software Foundation\n",
    "epoch": "Name: epoch\nEpoch: 3\nVersion: 2.0~rc1\nRelease: 1.el9\nBuildArch: noarch\n",
    "zero-epoch": "Name: zero-epoch\nEpoch: 0\nVersion: 7^git1\nRelease: 1\n",
    "modular": "Name: modular\nVersion: 18.1\nRelease: 2.module+el9\nModularityLabel: nodejs:18:9010020230101:abcd\n",
    "python3-foo": "Name: python3-foo\nVersion: 1.0\nRelease: 1\nBuildArch: noarch\nVendor: Rocky Enterprise Software Foundation\n",
    "with-a-lib": "Name: with-a-lib\nVersion: 5\nRelease: 6\n",
}




def run(*argv, **kwargs):
    return subprocess.run([str(a) for a in argv], check=True, capture_output=True, text=True, **kwargs).stdout


def spec_text(name):
    files = install = sub = ""
    if name == "python3-foo":
        install = f"mkdir -p %{{buildroot}}{os.path.dirname(METADATA)}\n"
        install += f"printf 'Metadata-Version: 2.1\\nName: foo\\nVersion: 1.0\\n' > %{{buildroot}}{METADATA}\n"
        files = METADATA + "\n"
    if name == "with-a-lib":
        sub = "%package -n libother\nSummary: test\n%description -n libother\ntest\n%files -n libother\n"
    return (f"{SPECS[name]}Summary: test\nLicense: MIT\n%description\ntest\n{sub}%install\n{install}%files\n{files}")


def write_sqlite(folder, headers):
    """Nothing to do: rpm itself wrote it."""


def write_ndb(folder, headers):
    """As rpm's lib/backend/ndb/rpmpkg.c lays it out; Debian's rpm is built without it."""
    slots, records = b"", b""
    for number, header in headers:
        begin, padding = 256 + len(records) // 16, -(len(header) + 28) % 16
        record = b"BlbS" + struct.pack("<III", number, 0, len(header)) + header + bytes(padding)
        records += record + struct.pack("<II", zlib.adler32(record), len(header)) + b"BlbE"
        slots += b"Slot" + struct.pack("<III", number, begin, 256 + len(records) // 16 - begin)
    page = b"RpmP" + struct.pack("<IIII", 0, 1, 1, len(headers) + 1) + bytes(12) + slots
    (folder / "Packages.db").write_bytes(page + (b"Slot" + bytes(12)) * ((4096 - len(page)) // 16) + records)


def write_bdb(folder, headers, byte_order=1234):
    loader = shutil.which("db5.3_load") or shutil.which("db_load")
    if not loader:
        raise unittest.SkipTest("needs db_load of db5.3-util")
    number = "<I" if byte_order == 1234 else ">I"
    pairs = [(struct.pack(number, 0), struct.pack(number, len(headers)))] + [(struct.pack(number, n), h) for n, h in headers]
    lines = ["VERSION=3", "format=bytevalue", "type=hash", "db_pagesize=4096", f"db_lorder={byte_order}", "HEADER=END"]
    lines += [" " + text.hex() for pair in pairs for text in pair] + ["DATA=END", ""]
    run(loader, folder / "Packages", input="\n".join(lines))


def write_bdb_big_endian(folder, headers):
    write_bdb(folder, headers, 4321)


FORMATS = [write_sqlite, write_ndb, write_bdb, write_bdb_big_endian]


@needs("sqlite")
@unittest.skipUnless(shutil.which("rpmbuild") and shutil.which("rpm"), "needs rpm and rpmbuild")
class Rpm(Test):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        top = pathlib.Path(folder.name)
        for name in SPECS:
            spec = top / f"{name}.spec"
            spec.write_text(spec_text(name))
            run("rpmbuild", "-bb", "--quiet", "--nodeps", "--define", f"_topdir {top}", spec)
        cls.rpms = sorted(top.glob("RPMS/*/*.rpm"))

    def make_root(self, write=write_sqlite):
        """A root file system with the packages installed; in another format, rpm's own database moves where nothing looks for it."""
        root = self.dir / write.__name__
        (root / "var/lib/rpm").mkdir(parents=True)
        (root / "etc").mkdir()
        (root / "etc/os-release").write_text(OS_RELEASE)
        run("rpm", "--root", root, "--dbpath", "/var/lib/rpm", "--define", "_db_backend sqlite", "-i", "--nodeps", "--nosignature",
            "--ignorearch", "--ignoreos", *self.rpms)
        if write is write_sqlite:
            return root
        database = root / "var/lib/rpm"
        with contextlib.closing(sqlite3.connect(database / "rpmdb.sqlite")) as connection:
            headers = connection.execute("SELECT hnum, blob FROM Packages ORDER BY hnum").fetchall()
        database.rename(root / "made-by-rpm")
        database.mkdir()
        write(database, headers)
        return root

    def each_root(self):
        for write in FORMATS:
            with self.subTest(write.__name__):
                yield self.make_root(write)

    def rows(self, root):
        report = self.scan(root, command="rootfs")
        return sorted((p["Name"], str(p.get("Epoch", 0)), p["Version"], p["Release"], p["Arch"])
                      for r in report["Results"] if r["Class"] == "os-pkgs" for p in r["Packages"])

    def expected(self, root):
        path = "/made-by-rpm" if (root / "made-by-rpm").exists() else "/var/lib/rpm"
        query = "%{NAME}\t%|EPOCH?{%{EPOCH}}:{0}|\t%{VERSION}\t%{RELEASE}\t%{ARCH}\n"
        lines = run("rpm", "-qa", "--root", root, "--dbpath", path, "--qf", query).splitlines()
        return sorted(tuple(line.split("\t")) for line in lines if not line.startswith("gpg-pubkey\t"))

    def test_packages_are_those_of_rpm(self):
        for root in self.each_root():
            self.assertEqual(self.rows(root), self.expected(root))

    def test_source_module_and_owned_files(self):
        for root in self.each_root():
            report = self.scan(root, command="rootfs")
            by_name = {p["Name"]: p for p in report["Results"][0]["Packages"]}
            self.assertEqual(by_name["libother"]["SrcName"], "with-a-lib")
            self.assertEqual((by_name["epoch"]["SrcVersion"], by_name["epoch"]["SrcRelease"]), ("2.0~rc1", "1.el9"))
            self.assertEqual(by_name["modular"]["Modularitylabel"], "nodejs:18:9010020230101:abcd")
            self.assertEqual([(p["Name"], p["Owner"]) for p in report["Drydock"]["OwnedPackages"]], [("foo", "python3-foo")])

    def test_a_database_too_large_for_memory_is_spooled(self):
        root = self.make_root()
        database = root / "var/lib/rpm/rpmdb.sqlite"
        with contextlib.closing(sqlite3.connect(database)) as connection:
            connection.execute("CREATE TABLE filler (x BLOB)")
            connection.execute("INSERT INTO filler VALUES (zeroblob(12000000))")
            connection.commit()
        layers = [layer(("etc/os-release", OS_RELEASE), ("var/lib/rpm/rpmdb.sqlite", database.read_bytes()))]
        image = docker_archive(self.dir / "large.tar", layers, how="gzip")
        refused = self.scan(image, "--max-spool", "9", code=2)
        self.assertIn("limit of 9437184", refused["Drydock"]["Warnings"][0]["Message"])
        plain = docker_archive(self.dir / "plain.tar", layers) # is read where it lies
        for report in (self.scan(image), self.scan(plain, "--max-spool", "9")):
            names = [p["Name"] for p in report["Results"][0]["Packages"]]
            self.assertEqual(names, sorted(row[0] for row in self.expected(root)))

    def test_a_removed_package_is_gone(self):
        root = self.make_root()
        run("rpm", "--root", root, "--dbpath", "/var/lib/rpm", "-e", "--nodeps", "plain")
        self.assertEqual(self.rows(root), self.expected(root))
        self.assertNotIn("plain", {row[0] for row in self.rows(root)})

    def test_a_database_cut_short_is_incomplete(self):
        for root in self.each_root():
            path = next(p for p in (root / "var/lib/rpm").iterdir() if p.name in ("rpmdb.sqlite", "Packages.db", "Packages"))
            os.truncate(path, path.stat().st_size // 2)
            done = self.run_program("rootfs", root, "--format", "json", "--list-all-pkgs", code=2)
            self.assertIn(b"rpm database", done.stdout)


if __name__ == "__main__":
    main()
