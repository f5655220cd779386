"""What every file of an image is: packages' files and what became of them, executables that nothing explains."""
import base64
import hashlib
import pathlib
import shutil
import struct
import subprocess
import unittest

from drydock import (ALPINE_RELEASE, OS_RELEASE, Test, deb, docker_archive, folder, hardlink, layer, main, needs, node, oci_members,
                     symlink, wheel, write_tar)

INFO = "var/lib/dpkg/info/"


def elf(text=b""):
    """The header of an x86-64 program, and something behind it."""
    return b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 0, 0, 0, 64, 56, 0, 64, 0, 0) + text


def dpkg(name, files, conffiles=(), only_listed=()):
    """The members that dpkg keeps of a package: its list, with folders, and its digests; and its record in the database."""
    paths = {"/."}
    for path in [*files, *dict(conffiles), *only_listed]:
        paths.update("/" + str(p) for p in [path, *pathlib.PurePath(path).parents] if str(p) != ".")
    record = deb(name, "1.0-1").rstrip("\n") + "\n"
    if conffiles:
        record += "Conffiles:\n" + "".join(f" /{p} {hashlib.md5(d).hexdigest()}\n" for p, d in dict(conffiles).items())
    return record + "\n", [(INFO + name + ".list", "".join(p + "\n" for p in sorted(paths))),
                           (INFO + name + ".md5sums", "".join(f"{hashlib.md5(d).hexdigest()}  {p}\n" for p, d in files.items()))]


def debian(*packages):
    """A layer's members: the database, the lists and the files themselves."""
    members = [("etc/os-release", OS_RELEASE)]
    members.append(("var/lib/dpkg/status", "".join(record for record, _ in packages)))
    return members + [member for _, lists in packages for member in lists]


def apk(name, files):
    """A record of apk's database; files as (path, mode, data), or (path, target) for links."""
    text, last = f"P:{name}\nV:1.0-r0\nA:x86_64\n", None
    for path, mode, data in files:
        parent, base = path.rsplit("/", 1)
        text += f"F:{parent}\n" if parent != last else ""
        digest = base64.b64encode(hashlib.sha1(data).digest()).decode()
        text += f"R:{base}\n" + (f"a:0:0:{mode:o}\n" if mode != 0o644 else "") + f"Z:Q1{digest}\n"
        last = parent
    return text + "\n"


class Coverage(Test):
    def image(self, *layers, options=()):
        return self.scan(docker_archive(self.dir / "image.tar", [layer(*members) for members in layers]), *options)["Drydock"]

    def unexplained(self, *layers):
        return [e["Path"] for e in self.image(*layers)["Coverage"]["Unexplained"]]

    def changes(self, *layers, options=()):
        return [(c["Path"], c["Change"]) for c in self.image(*layers, options=options)["Changes"]]

    def test_each_file_is_of_one_class(self):
        files = {"bin/tool": elf(), "usr/lib/libx.so.1": elf(b"x"), "usr/share/x/table": b"data"}
        coverage = self.image([
            *debian(dpkg("x", files)), folder("usr/bin"), symlink("bin", "usr/bin"),
            ("usr/bin/tool", files["bin/tool"], 0o755), ("usr/lib/libx.so.1", files["usr/lib/libx.so.1"]),
            ("usr/share/x/table", "data"), (INFO + "x.postinst", "#!/bin/sh\n", 0o755),
            ("app/node_modules/a/package.json", node("a", "1")), ("app/node_modules/a/build/a.node", elf(b"node")),
            ("app/node_modules/a/cli.js", "#!/usr/bin/env node\n", 0o755),
            ("opt/notes.txt", "text"), ("opt/no-script", "#!/bin/sh\n"), ("opt/A.class", b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(60)),
            ("usr/local/bin/backdoor", elf(b"?" * 100), 0o755), ("entry.sh", "#!/bin/sh\necho\n", 0o755), ("lib/plain", elf(b"!")),
        ])["Coverage"]
        self.assertEqual({e["Path"]: e["Size"] for e in coverage["Unexplained"]},
                         {"usr/local/bin/backdoor": 164, "entry.sh": 15, "lib/plain": 65})
        self.assertEqual([e["Path"] for e in coverage["Unexplained"] if e.get("Script")], ["entry.sh"])
        executables = {name: files["Executables"] for name, files in coverage["Files"].items()}
        self.assertEqual(executables, {"OS package": 3, "language package": 2, "program": 0, "data": 0, "unexplained": 3})
        self.assertEqual(coverage["Files"]["data"]["Count"], 4)  # three below opt, etc/os-release
        self.assertEqual(coverage["UnexplainedBytes"], 164 + 15 + 65)

    def test_layers_hide_and_replace(self):
        below = [*debian(dpkg("x", {"usr/bin/x": elf()})), ("usr/bin/x", elf(), 0o755), ("opt/a/tool", elf(), 0o755),
                 ("opt/b/tool", elf(), 0o755), ("opt/c/tool", elf(), 0o755), ("opt/d", elf(), 0o755)]
        above = [("opt/a/.wh.tool", ""), ("opt/b/.wh..wh..opq", ""), ("opt/b/other", elf(), 0o755), ("opt/c", "a file"),
                 ("opt/d", "text now")]
        self.assertEqual(self.unexplained(below), ["opt/a/tool", "opt/b/tool", "opt/c/tool", "opt/d"])
        self.assertEqual(self.unexplained(below, above), ["opt/b/other"])
        self.assertEqual(self.unexplained(below, above, [(".wh.opt", "")]), [])
        self.assertEqual(self.image(below, above)["Coverage"]["Unexplained"][0]["Layer"]["DiffID"][:7], "sha256:")

    def test_a_layer_may_write_through_a_link_of_a_lower_one(self):
        below = [*debian(dpkg("x", {"bin/x": elf(), "lib/y.so": elf()})), symlink("bin", "usr/bin"), symlink("lib", "/usr/lib"),
                 folder("usr/bin"), folder("usr/lib")]
        above = [("bin/x", elf(), 0o755), ("usr/lib/y.so", elf()), ("lib/z.so", elf())]
        self.assertEqual(self.unexplained(below, above), ["usr/lib/z.so"])
        self.assertEqual(self.changes(below, above), [])
        self.assertEqual(self.changes(below, above, [("usr/bin/.wh.x", "")]), [("usr/bin/x", "gone")])

    def test_hard_links_share_what_explains_them(self):
        members = [*debian(dpkg("git", {"usr/bin/git": elf(b"git")})), ("usr/lib/git-core/git", elf(b"git"), 0o755),
                   hardlink("usr/bin/git", "usr/lib/git-core/git"), hardlink("usr/lib/git-core/git-add", "usr/lib/git-core/git"),
                   ("opt/own", elf(), 0o755), hardlink("opt/twin", "opt/own")]
        coverage = self.image(members)["Coverage"]
        self.assertEqual([(e["Path"], e["Size"]) for e in coverage["Unexplained"]], [("opt/own", 64), ("opt/twin", 64)])
        self.assertEqual(coverage["UnexplainedBytes"], 64)
        self.assertEqual(coverage["Files"]["OS package"]["ExecutableBytes"], 67)
        self.assertEqual(self.changes(members, options=["--integrity"]), [])

    def test_files_that_are_gone_or_of_another_type(self):
        files = {"usr/bin/a": elf(b"a"), "usr/bin/b": elf(b"b"), "usr/bin/c": elf(b"c"), "usr/share/doc/x/copyright": b"doc",
                 "usr/share/man/man1/a.1.gz": b"man"}
        base = [*debian(dpkg("x", files, only_listed=["usr/lib/x", "usr/bin/link"])),
                *[(path, data, 0o755) for path, data in files.items()]]
        self.assertEqual(self.changes(base), [])
        self.assertEqual(self.changes(base, [("usr/bin/.wh.a", ""), symlink("usr/bin/b", "c")]),
                         [("usr/bin/a", "gone"), ("usr/bin/b", "a link, not a file")])
        self.assertEqual(self.changes(base, [(".wh.nothing", ""), ("usr/share/.wh.doc", ""), ("usr/share/.wh.man", "")]), [])

    def test_a_package_whose_files_are_gone(self):
        base = [*debian(dpkg("x", {"usr/bin/x": elf(), "usr/lib/x/data": b"1"}, conffiles={"etc/x": b"conf"}),
                        dpkg("kept", {"usr/bin/kept": elf()}), dpkg("meta", {"usr/share/doc/meta/copyright": b"c"})),
                ("usr/bin/x", elf(), 0o755), ("usr/lib/x/data", "1"), ("etc/x", "conf"), ("usr/bin/kept", elf(), 0o755)]
        path = docker_archive(self.dir / "gone.tar", [layer(*base), layer(("usr/bin/.wh.x", ""), ("usr/lib/.wh.x", ""))])
        listed = self.run_program("packages", path, code=0).stdout.decode()
        self.assertEqual([line.replace("│", " ").split()[0] for line in listed.splitlines() if "files gone" in line], ["x"])
        self.assertEqual(self.scan(path)["Drydock"]["Changes"], [])

    def test_diverted_files_are_not_missed(self):
        base = [*debian(dpkg("dash", {"bin/sh": elf(b"dash")}), dpkg("other", {"bin/sh": elf(b"other"), "bin/o": elf()})),
                ("var/lib/dpkg/diversions", "/bin/sh\n/bin/sh.distrib\ndash\n"), ("bin/sh", elf(b"dash"), 0o755), ("bin/o", elf())]
        self.assertEqual(self.changes(base), [("bin/sh.distrib", "gone")])
        self.assertEqual(self.changes([*base, ("bin/sh.distrib", elf(b"other"), 0o755)], options=["--integrity"]), [])

    def test_alpine_records_modes(self):
        files = [("bin/busybox", 0o755, elf()), ("bin/sh", 0o777, b"/bin/busybox"), ("etc/motd", 0o644, b"hello"),
                 ("usr/bin/su", 0o4755, elf(b"su"))]
        base = [("etc/os-release", ALPINE_RELEASE), ("lib/apk/db/installed", apk("busybox", files)), ("bin/busybox", elf(), 0o755),
                symlink("bin/sh", "/bin/busybox"), ("etc/motd", "hello"), ("usr/bin/su", elf(b"su"), 0o4755)]
        self.assertEqual(self.changes(base, options=["--integrity"]), [])
        above = [("bin/sh", elf(), 0o755), ("usr/bin/su", elf(b"us"), 0o755), ("etc/motd", "HELLO")]
        self.assertEqual(self.changes(base, above), [("bin/sh", "a file, not a link"), ("usr/bin/su", "mode 755, not 4755")])
        self.assertEqual(self.changes(base, above, options=["--integrity"]),
                         [("bin/sh", "a file, not a link"), ("etc/motd", "contents changed"), ("usr/bin/su", "mode 755, not 4755"),
                          ("usr/bin/su", "contents changed")])
        self.assertEqual(self.changes(base, [symlink("bin/sh", "/opt/sh")], options=["--integrity"])[0][0], "bin/sh")

    def test_integrity_compares_contents(self):
        files = {"usr/bin/x": elf(b"good"), "usr/lib/x.conf": b"same"}
        base = layer(*debian(dpkg("x", files, conffiles={"etc/x.conf": b"default\n"})), ("usr/bin/x", elf(b"good"), 0o755),
                     ("usr/lib/x.conf", "same"), ("etc/x.conf", "default\n"))
        above = layer(("usr/bin/x", elf(b"evil"), 0o755), ("etc/x.conf", "mine\n"))
        wanted = [("etc/x.conf", "contents changed", True), ("usr/bin/x", "contents changed", None)]
        forms = [docker_archive(self.dir / "plain.tar", [base, above]), write_tar(self.dir / "oci.tar", oci_members([base, above]))]
        packed = self.dir / "packed.tar.gz"
        packed.write_bytes(subprocess.run(["gzip", "-c", forms[0]], stdout=subprocess.PIPE, check=True).stdout)
        for path in [*forms, packed]:
            changes = self.scan(path, "--integrity")["Drydock"]["Changes"]
            self.assertEqual([(c["Path"], c["Change"], c.get("Configuration")) for c in changes], wanted, path)
            self.assertEqual(self.scan(path)["Drydock"]["Changes"], [])

    def test_a_root_file_system(self):
        files = {"usr/bin/x": elf(b"good"), "usr/bin/y": elf(b"y"), "usr/lib/z": b"z"}
        root = self.dir / "root"
        for path, data, *mode in [*debian(dpkg("x", files)), ("usr/bin/x", elf(b"evil"), 0o755), ("usr/lib/z", b"z"),
                                  ("opt/tool", elf(), 0o755)]:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data if isinstance(data, bytes) else data.encode())
            (root / path).chmod(mode[0] if mode else 0o644)
        (root / "opt/same").hardlink_to(root / "usr/bin/x")
        report = self.scan(root, "--integrity", command="rootfs")["Drydock"]
        self.assertEqual([e["Path"] for e in report["Coverage"]["Unexplained"]], ["opt/tool"])
        self.assertEqual([(c["Path"], c["Change"]) for c in report["Changes"]],
                         [("usr/bin/x", "contents changed"), ("usr/bin/y", "gone")])
        report = self.scan(root, "--skip-dirs", "usr/bin", command="rootfs")["Drydock"]
        self.assertEqual(report["Changes"], [])  # nobody has looked

    def test_python_lists_its_files(self):
        site = "usr/local/lib/python3.12/site-packages/"
        digest = base64.urlsafe_b64encode(hashlib.sha256(elf(b"f")).digest()).decode().rstrip("=")
        record = (f"flask/_speed.so,sha256={digest},65\nflask/__pycache__/a.pyc,,\nflask/gone.py,,3\nflask-3.0.dist-info/METADATA,,\n"
                  '../../../bin/flask,,30\n"flask/odd, name.py",,2\n')
        members = [(site + "flask-3.0.dist-info/METADATA", wheel("flask", "3.0")), (site + "flask-3.0.dist-info/RECORD", record),
                   (site + "flask/_speed.so", elf(b"f"), 0o755), (site + "flask/odd, name.py", "1\n"),
                   ("usr/local/bin/flask", "#!/usr/local/bin/python3\n#12345\n", 0o755), (site + "own.so", elf())]
        self.assertEqual(self.unexplained(members), [site + "own.so"])
        self.assertEqual(self.changes(members, options=["--integrity"]), [("usr/local/bin/flask", "32 bytes, not 30"), (site + "flask/gone.py", "gone")])
        changed = [*members, (site + "flask/_speed.so", elf(b"g"), 0o755)]
        self.assertIn((site + "flask/_speed.so", "contents changed"), self.changes(changed, options=["--integrity"]))


SPEC = """Name: tool
Version: 1
Release: 1
Summary: test
License: MIT
%description
test
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/etc %{buildroot}/usr/share/doc/tool %{buildroot}/var/lib/tool
printf program > %{buildroot}/usr/bin/tool
printf other > %{buildroot}/usr/bin/other
printf third > %{buildroot}/usr/bin/third
ln %{buildroot}/usr/bin/third %{buildroot}/usr/bin/twin
ln -s tool %{buildroot}/usr/bin/link
printf default > %{buildroot}/etc/tool.conf
printf doc > %{buildroot}/usr/share/doc/tool/README
touch %{buildroot}/var/lib/tool/state %{buildroot}/var/lib/tool/loose
%files
%attr(4755,root,root) /usr/bin/tool
%attr(755,root,root) /usr/bin/other
/usr/bin/third
/usr/bin/twin
/usr/bin/link
%config(noreplace) /etc/tool.conf
%doc /usr/share/doc/tool/README
%dir /var/lib/tool
%ghost /var/lib/tool/state
%verify(not size mode filedigest mtime) /var/lib/tool/loose
"""


@needs("sqlite")
@unittest.skipUnless(shutil.which("rpmbuild") and shutil.which("rpm"), "needs rpm and rpmbuild")
class RpmCoverage(Test):
    def make_root(self):
        def run(*argv):
            subprocess.run([str(a) for a in argv], check=True, capture_output=True)
        spec, self.root = self.dir / "tool.spec", self.dir / "root"
        spec.write_text(SPEC)
        run("rpmbuild", "-bb", "--quiet", "--nodeps", "--define", f"_topdir {self.dir}", spec)
        (self.root / "etc").mkdir(parents=True)
        (self.root / "etc/os-release").write_text('NAME="Rocky Linux"\nID="rocky"\nVERSION_ID="9.3"\n')
        run("rpm", "--root", self.root, "--dbpath", "/var/lib/rpm", "--define", "_db_backend sqlite", "-i", "--nodeps", "--nosignature",
            *self.dir.glob("RPMS/*/*.rpm"))

    def changes(self, *options):
        return [(c["Path"], c["Change"], c.get("Configuration", False))
                for c in self.scan(self.root, *options, command="rootfs")["Drydock"]["Changes"]]

    def test_changes_are_those_of_rpm(self):
        self.make_root()
        self.assertEqual(self.changes("--integrity"), [])
        for path in ("usr/share/doc/tool/README", "var/lib/tool/state", "usr/bin/other"):
            (self.root / path).unlink(missing_ok=True)
        (self.root / "usr/bin/tool").chmod(0o755)
        (self.root / "usr/bin/third").write_text("THIRD")
        (self.root / "usr/bin/link").unlink()
        (self.root / "usr/bin/link").symlink_to("third")
        (self.root / "etc/tool.conf").write_text("longer than the default")
        (self.root / "var/lib/tool/loose").write_text("anything")
        told = [("etc/tool.conf", "23 bytes, not 7", True), ("usr/bin/link", "leads to third, not to tool", False),
                ("usr/bin/other", "gone", False), ("usr/bin/tool", "mode 755, not 4755", False)]
        self.assertEqual(self.changes(), told)
        told += [("usr/bin/third", "contents changed", False), ("usr/bin/twin", "contents changed", False)]
        self.assertEqual(self.changes("--integrity"), sorted(told))
        verified = subprocess.run(["rpm", "-V", "--root", self.root, "--dbpath", "/var/lib/rpm", "--nodeps", "tool"],
                                  stdout=subprocess.PIPE, text=True, check=False).stdout
        paths = {line.split()[-1].lstrip("/") for line in verified.splitlines()} - {"usr/share/doc/tool/README"}
        self.assertEqual(paths, {path for path, _, _ in told})


if __name__ == "__main__":
    main()
