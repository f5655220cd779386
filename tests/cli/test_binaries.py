"""Programs without a package: versions that they tell themselves, what belongs to OS packages, and real programs of this machine."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

from drydock import OS_RELEASE, ROOT, Test, deb, docker_archive, layer, main, symlink

sys.path.insert(0, str(ROOT / "tests" / "fuzz"))
from seed_programs import elf, go_info  # pylint: disable=wrong-import-position

NGINX = b"\0nginx version: nginx/1.25.1\n\0built with OpenSSL 3.0.2 15 Mar 2022\0"
PYTHON = b"\0strict\x003.11.9\0<prefix>/lib/pythonX.X\0"
JAVA = b"\0openjdk\0java\x000.0\x0017.0.10+7\0"


def program(text):
    return elf([(".rodata", text, 1)])


class Binaries(Test):
    def report(self, path, *options, code=0):
        return json.loads(self.run_program("packages", path, "--format", "json", "--quiet", *options, code=code).stdout)

    def found(self, path, *options):
        """{path: (name, version)} of programs that are listed."""
        out = {}
        for result in self.report(path, *options).get("Results") or []:
            for p in result.get("Packages") or []:
                if result["Type"] == "binary":
                    out[p["FilePath"]] = (p["Name"], p["Version"])
        return out

    def image(self, *layers):
        return docker_archive(self.dir / "image.tar", list(layers))

    def test_programs_put_there_by_hand(self):
        image = self.image(layer(("etc/os-release", OS_RELEASE), ("usr/local/bin/python3.11", program(PYTHON), 0o755),
                                 ("usr/local/sbin/nginx", program(NGINX), 0o755), ("opt/java/bin/java", program(JAVA), 0o755),
                                 ("opt/java/release", 'JAVA_VERSION="17.0.10"\nJAVA_RUNTIME_VERSION="17.0.10+7"\n'),
                                 ("usr/local/bin/tool", program(NGINX), 0o755), ("usr/local/bin/curl", "curl/8.5.0\0", 0o755)))
        self.assertEqual(self.found(image), {"usr/local/bin/python3.11": ("python", "3.11.9"), "usr/local/sbin/nginx": ("nginx", "1.25.1"),
                                             "opt/java/release": ("openjdk", "17.0.10+7")})
        nginx = next(p for r in self.report(image)["Results"] for p in r.get("Packages", []) if p["Name"] == "nginx")
        self.assertEqual(nginx["Identifier"]["PURL"], "pkg:generic/nginx@1.25.1")
        self.assertEqual(nginx["Drydock"]["Proof"], 'text "nginx version: nginx/1.25.1"')
        self.assertEqual(nginx["Drydock"]["CPEs"], ["cpe:2.3:a:f5:nginx:1.25.1:*:*:*:*:*:*:*", "cpe:2.3:a:nginx:nginx:1.25.1:*:*:*:*:*:*:*"])

    def test_programs_of_packages_are_no_findings(self):
        status = deb("python3.11-minimal", "3.11.9-1") + deb("nginx", "1.25.1-1")
        base = layer(("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", status),
                     ("var/lib/dpkg/info/python3.11-minimal.list", "/.\n/usr\n/usr/bin\n/usr/bin/python3.11\n"),
                     ("var/lib/dpkg/info/nginx.list", "/.\n/usr\n/usr/sbin\n/usr/sbin/nginx\n"),
                     ("usr/bin/python3.11", program(PYTHON), 0o755), symlink("usr/bin/python3", "python3.11"),
                     ("usr/sbin/nginx", program(NGINX), 0o755))
        report = self.report(self.image(base))
        listed = [p["Name"] for r in report["Results"] for p in r.get("Packages", []) if r["Type"] == "binary"]
        self.assertEqual(listed, [])
        owned = {p["Name"] for p in report["Drydock"]["OwnedPackages"]}
        self.assertEqual(owned, {"python", "nginx"})

    def test_go_programs_without_a_version(self):
        info = (".go.buildinfo", go_info("path\ttraefik.example/traefik\nmod\ttraefik.example/traefik\t(devel)\t\n"), 1)
        image = self.image(layer(("usr/bin/traefik", elf([info, (".rodata", b"\x11\0\x003.0.4\0\0", 1)]), 0o755),
                                 ("usr/bin/helm", elf([info, (".rodata", b"\0v3.1.0\0v3.2.0\0", 1)]), 0o755)))
        found = {p["FilePath"]: p["Version"] for r in self.report(image)["Results"] for p in r["Packages"] if p["Name"] == "traefik.example/traefik"}
        self.assertEqual(found["usr/bin/traefik"], "v3.0.4")
        self.assertEqual(found.get("usr/bin/helm", ""), "")

    def test_programs_of_this_machine(self):
        """What is read is what `X --version` says; programs that are not there are passed over."""
        wanted = {"python3": r"Python ([\d.]+)", "perl": r"\(v([\d.]+)\)", "bash": r"version ([\d.]+)", "openssl": r"OpenSSL ([\d.]+[a-z]*)",
                  "curl": r"curl ([\d.]+)", "git": r"git version ([\d.]+)", "node": r"v([\d.]+)", "php": r"PHP ([\d.]+)", "xz": r"xz \(XZ Utils\) ([\d.]+)",
                  "gzip": r"gzip ([\d.]+)", "zstd": r"v([\d.]+)", "jq": r"jq-([\d.]+)", "nginx": r"nginx/([\d.]+)", "sqlite3": r"^([\d.]+)",
                  "go": r"go([\d.]+)"}
        seen = 0
        for name, pattern in wanted.items():
            at = shutil.which(name)
            real = pathlib.Path(os.path.realpath(at)) if at else None
            if not real or real.read_bytes()[:4] != b"\x7fELF":
                continue
            option = {"go": "version", "openssl": "version"}.get(name, "--version")
            done = subprocess.run([at, option], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            said = re.search(pattern, done.stdout, re.M)
            tree = self.dir / "machine" / name
            (tree / "bin").mkdir(parents=True)
            shutil.copy(real, tree / "bin" / real.name)
            found = list(self.found(str(tree), "--as", "rootfs").values())
            if not said or (not found and real.stat().st_size < 1 << 20):
                continue # what it says comes from a library
            with self.subTest(name):
                self.assertEqual([v for _, v in found], [said.group(1)])
                seen += 1
        if not seen:
            self.skipTest("none of the programs is here")


if __name__ == "__main__":
    main()
