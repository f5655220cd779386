"""rpm databases made by the real rpm: Drydock's list of packages against `rpm -qa`, as SQLite, which Debian's rpm writes, and
with the same headers in the formats that it does not write.

Needs rpm and rpmbuild, and the program (DRYDOCK, default build/drydock); skipped where one is absent."""
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import struct
import subprocess
import zlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DRYDOCK = os.environ.get("DRYDOCK", str(ROOT / "build" / "drydock"))

pytestmark = [
    pytest.mark.skipif(not shutil.which("rpmbuild") or not shutil.which("rpm"), reason="rpm and rpmbuild are not installed"),
    pytest.mark.skipif(not os.path.exists(DRYDOCK), reason=f"no program at {DRYDOCK}"),
]

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


@pytest.fixture(scope="session")
def rpms(tmp_path_factory):
    top = tmp_path_factory.mktemp("rpmbuild")
    for name in SPECS:
        spec = top / f"{name}.spec"
        spec.write_text(spec_text(name))
        run("rpmbuild", "-bb", "--quiet", "--nodeps", "--define", f"_topdir {top}", spec)
    return sorted(top.glob("RPMS/*/*.rpm"))


@pytest.fixture
def sqlite_root(tmp_path, rpms):
    (tmp_path / "var/lib/rpm").mkdir(parents=True)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/os-release").write_text(OS_RELEASE)
    run("rpm", "--root", tmp_path, "--dbpath", "/var/lib/rpm", "--define", "_db_backend sqlite", "-i", "--nodeps", "--nosignature",
        "--ignorearch", "--ignoreos", *rpms)
    return tmp_path


def write_ndb(path, headers):
    """As rpm's lib/backend/ndb/rpmpkg.c lays it out; Debian's rpm is built without it."""
    slots, records = b"", b""
    for number, header in headers:
        begin, padding = 256 + len(records) // 16, -(len(header) + 28) % 16
        record = b"BlbS" + struct.pack("<III", number, 0, len(header)) + header + bytes(padding)
        records += record + struct.pack("<II", zlib.adler32(record), len(header)) + b"BlbE"
        slots += b"Slot" + struct.pack("<III", number, begin, 256 + len(records) // 16 - begin)
    page = b"RpmP" + struct.pack("<IIII", 0, 1, 1, len(headers) + 1) + bytes(12) + slots
    path.write_bytes(page + (b"Slot" + bytes(12)) * ((4096 - len(page)) // 16) + records)


def write_bdb(path, headers, byte_order):
    loader = shutil.which("db5.3_load") or shutil.which("db_load")
    if not loader:
        pytest.skip("db5.3-util is not installed")
    number = "<I" if byte_order == 1234 else ">I"
    pairs = [(struct.pack(number, 0), struct.pack(number, len(headers)))] + [(struct.pack(number, n), h) for n, h in headers]
    lines = ["VERSION=3", "format=bytevalue", "type=hash", "db_pagesize=4096", f"db_lorder={byte_order}", "HEADER=END"]
    lines += [" " + text.hex() for pair in pairs for text in pair] + ["DATA=END", ""]
    run(loader, path, input="\n".join(lines))


@pytest.fixture(params=["sqlite", "ndb", "bdb-little-endian", "bdb-big-endian"])
def image_root(request, sqlite_root):
    """The same headers in another format; the database that rpm made is moved to a folder where nothing looks for it."""
    if request.param == "sqlite":
        return sqlite_root
    database = sqlite_root / "var/lib/rpm"
    with contextlib.closing(sqlite3.connect(database / "rpmdb.sqlite")) as connection:
        headers = connection.execute("SELECT hnum, blob FROM Packages ORDER BY hnum").fetchall()
    database.rename(sqlite_root / "made-by-rpm")
    database.mkdir()
    if request.param == "ndb":
        write_ndb(database / "Packages.db", headers)
    else:
        write_bdb(database / "Packages", headers, 1234 if request.param == "bdb-little-endian" else 4321)
    return sqlite_root


def expected(root):
    moved = (root / "made-by-rpm").exists()
    query = "%{NAME}\t%|EPOCH?{%{EPOCH}}:{0}|\t%{VERSION}\t%{RELEASE}\t%{ARCH}\n"
    lines = run("rpm", "-qa", "--root", root, "--dbpath", "/made-by-rpm" if moved else "/var/lib/rpm", "--qf", query).splitlines()
    return sorted(tuple(line.split("\t")) for line in lines if not line.startswith("gpg-pubkey\t"))


def scan(root):
    # Without a database of its release nothing is checked, which is another matter than the list of packages.
    done = subprocess.run([DRYDOCK, "rootfs", root, "--format", "json", "--list-all-pkgs", "--quiet"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def os_packages(report):
    return [p for result in report["Results"] if result["Class"] == "os-pkgs" for p in result.get("Packages", [])]


def as_rows(packages):
    return sorted((p["Name"], str(p.get("Epoch", 0)), p["Version"], p["Release"], p["Arch"]) for p in packages)


def test_packages_are_those_of_rpm(image_root):
    assert as_rows(os_packages(scan(image_root))) == expected(image_root)


def test_source_and_module(image_root):
    by_name = {p["Name"]: p for p in os_packages(scan(image_root))}
    assert by_name["libother"]["SrcName"] == "with-a-lib"
    assert (by_name["epoch"]["SrcVersion"], by_name["epoch"]["SrcRelease"]) == ("2.0~rc1", "1.el9")
    assert by_name["modular"]["Modularitylabel"] == "nodejs:18:9010020230101:abcd"


def test_python_package_of_an_rpm_is_listed_once(image_root):
    report = scan(image_root)
    names = [p["Name"] for result in report["Results"] for p in result.get("Packages", [])]
    assert names.count("python3-foo") == 1
    assert names.count("foo") <= 1


def test_a_removed_package_is_gone(sqlite_root):
    run("rpm", "--root", sqlite_root, "--dbpath", "/var/lib/rpm", "-e", "--nodeps", "plain")
    rows = as_rows(os_packages(scan(sqlite_root)))
    assert rows == expected(sqlite_root)
    assert "plain" not in {row[0] for row in rows}


def test_a_database_cut_short_is_incomplete(image_root):
    path = next(p for p in (image_root / "var/lib/rpm").iterdir() if p.name in ("rpmdb.sqlite", "Packages.db", "Packages"))
    os.truncate(path, path.stat().st_size // 2)
    done = subprocess.run([DRYDOCK, "rootfs", image_root, "--format", "json", "--list-all-pkgs"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "rpm database" in done.stdout
