"""Package lists equal to those of the package managers themselves: this machine's, and those inside real root file systems."""
import os
import shutil
import subprocess
import sys
import tarfile
import unittest

from drydock import SHARED, Test, main, packages


def output(*argv, **options):
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


class Machine(Test):
    @unittest.skipUnless(shutil.which("dpkg-query"), "needs dpkg-query")
    def test_dpkg(self):
        text = output("dpkg-query", "-W", "-f", "${db:Status-Status}\t${Package}\t${Version}\t${source:Package}\t${source:Version}\t${Architecture}\n")
        rows = [line.split("\t") for line in text.splitlines()]
        wanted = sorted(tuple(row[1:]) for row in rows if row[0] == "installed")
        report = self.scan("/", "--pkg-types", "os", command="rootfs")

        def version(p, prefix=""):
            epoch, release = p.get(prefix + "Epoch"), p.get(prefix + "Release")
            return (f"{epoch}:" if epoch else "") + p[prefix + "Version"] + (f"-{release}" if release else "")

        got = sorted((p["Name"], version(p), p["SrcName"], version(p, "Src"), p["Arch"]) for r in report["Results"] for p in r["Packages"])
        self.assertEqual(got, wanted)

    def test_pip(self):
        site = self.dir / "env"
        try:
            subprocess.run([sys.executable, "-m", "venv", str(site)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except subprocess.CalledProcessError:
            self.skipTest("needs python3-venv")
        wanted = sorted(tuple(line.split("==")) for line in output(str(site / "bin/pip"), "list", "--format=freeze", "--disable-pip-version-check").split())
        got = [row for row in packages(self.scan(site, command="rootfs"), "python-pkg")]
        self.assertEqual(got, wanted)

    @unittest.skipUnless(os.geteuid() == 0 and (SHARED / "images").is_dir(), "needs root, and the shared Alpine root file systems")
    def test_apk(self):
        for path in sorted((SHARED / "images").glob("alpine-minirootfs-*.tar.gz")):
            root = self.dir / path.name
            with tarfile.open(path) as tar:
                tar.extractall(root)
            wanted = sorted(output("chroot", str(root), "/sbin/apk", "info", "-v").split())
            self.assertEqual(sorted(f"{name}-{version}" for name, version in packages(self.scan(root, command="rootfs"))), wanted)


if __name__ == "__main__":
    main()
