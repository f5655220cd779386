"""Folders are read by several workers at once, and the report is the same, byte for byte, however many there are."""
import json
import os
import pathlib
import random
import shutil
import subprocess
import unittest

from drydock import OS_RELEASE, PROGRAM, Test, deb, main, node, packages, wheel

WORKERS = ("2", "2", "3", "8", "8", "64") # chance has a part in who reads what: some more than once


def write(path, text, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)


class Folders(Test):
    prefix = []

    def report(self, command, path, parallel, *options):
        done = self.run_program(command, path, "--parallel", parallel, "--format", "json", "--list-all-pkgs", "--quiet", *options,
                                env={"SOURCE_DATE_EPOCH": "1000000000"})
        return done.stdout

    def same(self, command, path, *options):
        """The report, which must not depend on the number of workers nor on chance."""
        first = self.report(command, path, "1", *options)
        for parallel in WORKERS:
            self.assertEqual(self.report(command, path, parallel, *options), first, parallel)
        return json.loads(first)

    def system(self, files=3000):
        """A root file system with a package database here and its files there."""
        root, chance = self.dir / "root", random.Random(5)
        write(root / "etc/os-release", OS_RELEASE)
        lists, status = {}, ""
        for i in range(40):
            name = f"package{i}"
            status += deb(name, f"1.{i}-1")
            lists[name] = ["/."]
        for i in range(files):
            folder = f"usr/{chance.choice(['lib', 'share', 'bin', 'libexec/deep/er'])}/d{i % 97}"
            body = b"\x7fELF" + bytes(60) if i % 5 == 0 else b"#!/bin/sh\n" if i % 5 == 1 else b"text\n"
            write(root / folder / f"f{i}", body, 0o755 if i % 3 else 0o644)
            if i % 4:
                lists[f"package{i % 40}"].append(f"/{folder}/f{i}")
        write(root / "var/lib/dpkg/status", status)
        for name, paths in lists.items():
            write(root / f"var/lib/dpkg/info/{name}.list", "".join(path + "\n" for path in paths))
        for i in range(200):
            write(root / f"srv/app{i % 7}/node_modules/m{i}/package.json", node(f"m{i}", "1.0.0"))
            write(root / f"usr/lib/python3/dist-packages/w{i}-2.{i}.dist-info/METADATA", wheel(f"w{i}", f"2.{i}"))
        return root

    def test_a_system(self):
        root = self.system()
        report = self.same("rootfs", root)
        self.assertEqual(len(packages(report, "debian")), 40)
        self.assertEqual(len(packages(report, "node-pkg")), 200)
        self.assertEqual(len(packages(report, "python-pkg")), 200)
        classes = report["Drydock"]["Coverage"]["Files"]
        self.assertGreater(classes["OS package"]["Count"], 2000)
        self.assertGreater(classes["unexplained"]["Count"], 100)
        self.assertEqual(sum(c["Count"] for c in classes.values()), report["Drydock"]["Files"])

    def test_the_order_of_folders_does_not_show(self):
        """A copy whose entries were made in another order, and so stand in another order, gives the same."""
        root = self.system(files=1500)
        first, second = root / "opt/one", root / "zoo/other"
        for i in range(60):
            write(first / f"f{i}", b"\x7fELF" + bytes(100 + i), 0o755)
            second.mkdir(parents=True, exist_ok=True)
            os.link(first / f"f{i}", second / f"f{i}")
        copy = self.dir / "copy"
        paths = sorted(root.rglob("*"))
        random.Random(9).shuffle(paths)
        made = {}
        for path in paths:
            target = copy / path.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                target.mkdir(exist_ok=True)
            elif path.stat().st_ino in made:
                os.link(made[path.stat().st_ino], target)
            else:
                shutil.copy2(path, target)
                made[path.stat().st_ino] = target
        reports = []
        for at in (root, copy):
            report = json.loads(self.report("rootfs", at, "2"))
            self.assertEqual(report.pop("ArtifactName"), str(at))
            del report["ReportID"]
            for result in report["Results"]:
                result["Target"] = result["Target"].replace(str(at), "")
            reports.append(report)
        self.assertEqual(reports[0], reports[1])

    def test_hard_links_over_all_of_the_tree(self):
        root = self.system()
        body = b"\x7fELF" + bytes(5000)
        write(root / "usr/lib/d1/shared", body, 0o755)
        for i in range(60):
            target = root / f"opt/part{i}/deep/link{i}"
            target.parent.mkdir(parents=True)
            os.link(root / "usr/lib/d1/shared", target)
        before = json.loads(self.report("rootfs", root, "1"))
        report = self.same("rootfs", root)

        def executables(report, what="ExecutableBytes"):
            return sum(c[what] for c in report["Drydock"]["Coverage"]["Files"].values())
        self.assertEqual(executables(before), executables(report))
        (root / "opt").rename(self.dir / "gone") # of 61 names one is left, which has all the bytes
        self.assertEqual(executables(self.same("rootfs", root)), executables(report))
        self.assertEqual(executables(report, "Executables") - 60, executables(json.loads(self.report("rootfs", root, "8")), "Executables"))

    def test_links_between_parts(self):
        """A database that is reached through linked folders is walked for a second time."""
        root = self.system()
        (root / "var/lib").rename(root / "moved")
        (root / "var/lib").symlink_to("../moved")
        for i in range(30):
            (root / f"srv/app{i % 7}/link{i}").symlink_to(f"../app{(i + 1) % 7}/node_modules")
        (root / "data").mkdir()
        (root / "etc/os-release").rename(root / "data/release")
        (root / "etc/os-release").symlink_to("/data/release")
        report = self.same("rootfs", root)
        self.assertEqual(len(packages(report, "debian")), 40)
        self.assertEqual(report["Metadata"]["OS"], {"Family": "debian", "Name": "12"})

    def test_contents(self):
        root = self.system()
        for i in range(40):
            lines = (root / f"var/lib/dpkg/info/package{i}.list").read_text().splitlines()[1:]
            write(root / f"var/lib/dpkg/info/package{i}.md5sums", "".join(f"{'0' * 32}  {path[1:]}\n" for path in lines[::3]))
        report = self.same("rootfs", root, "--integrity")
        self.assertGreater(len([c for c in report["Drydock"]["Changes"] if c["Change"] == "contents changed"]), 500)

    def test_what_is_left_out(self):
        root = self.system()
        report = self.same("rootfs", root, "--skip-dirs", "srv/app3,**/d5", "--skip-files", "**/package.json")
        self.assertEqual(packages(report, "node-pkg"), [])
        self.assertEqual(len(packages(report, "debian")), 40)
        tree = self.same("fs", root / "srv", "--skip-dirs", "app3")
        self.assertEqual(len(packages(tree, "node-pkg")), 171)

    def test_warnings_stay_in_order(self):
        root = self.system()
        for i in range(50):
            write(root / f"srv/app{i % 7}/broken{i}/package-lock.json", "{")
            write(root / f"usr/share/broken{i}/node_modules/x/package.json", "[")
        warnings = self.same("rootfs", root)["Drydock"]["Warnings"]
        self.assertGreaterEqual(len(warnings), 50)
        self.assertEqual([w["File"] for w in warnings], sorted(w["File"] for w in warnings))

    @unittest.skipIf(os.geteuid() == 0 and not shutil.which("setpriv"), "needs setpriv")
    def test_what_may_not_be_read(self):
        root = self.system()
        for i in range(20):
            (root / f"usr/share/d{i}").chmod(0)
            write(root / f"srv/app{i % 7}/closed{i}/package-lock.json", "{}", 0)
        self.addCleanup(lambda: [(root / f"usr/share/d{i}").chmod(0o755) for i in range(20)])
        self.dir.chmod(0o777)
        if os.geteuid() == 0: # whom nothing is closed to
            self.prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        report = self.same("rootfs", root)
        self.assertEqual(report["Drydock"]["Unreadable"], 40)
        self.assertEqual(len([w for w in report["Drydock"]["Warnings"] if "closed" in w["File"]]), 20)

    def run_program(self, *arguments, env=None, **options):
        """As somebody else, where the test wants that."""
        if not self.prefix:
            return super().run_program(*arguments, env=env, **options)
        return subprocess.run([*self.prefix, PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, check=True,
                              env={**self.env, **(env or {})}, timeout=120)

    def test_one_large_folder(self):
        """Many files in one folder are shared too."""
        root = self.dir / "flat"
        for i in range(2000):
            write(root / f"r{i}-requirements.txt", f"p{i}==1.{i}\n")
        self.assertEqual(len(packages(self.same("fs", root))), 2000)

    def test_a_deep_folder(self):
        root = self.dir / "deep"
        path = root
        for i in range(400):
            path = path / "d"
        pathlib.Path(path).mkdir(parents=True)
        for i in range(600):
            write(root / f"many/m{i}/requirements.txt", f"p{i}==1.{i}\n")
        report = self.same("fs", root)
        self.assertEqual(report["Drydock"]["Unreadable"], 1)
        self.assertEqual(len(packages(report)), 600)


if __name__ == "__main__":
    main()
