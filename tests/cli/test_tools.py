"""Images as other tools write them: one image goes through each tool's formats, and its packages must stay the same."""
import json
import pathlib
import shutil
import subprocess
import unittest

from drydock import OS_RELEASE, Test, deb, docker_archive, features, layer, main, node, packages

LAYERS = [layer(("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", deb("a", "1:2-3") + deb("b", "1"))),
          layer(("app/node_modules/c/package.json", node("c", "1.0.0")), ("app/.wh.gone", "")),
          layer(("var/lib/dpkg/status", deb("a", "1:2-3")))]
EXPECTED = [("a", "1:2-3"), ("c", "1.0.0")]


class Tools(Test):
    def setUp(self):
        super().setUp()
        self.source = docker_archive(self.dir / "source.tar", LAYERS)

    def tool(self, *argv):
        done = subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.dir, check=False)
        if done.returncode:
            self.skipTest(f"{argv[0]} cannot do it here: {done.stdout.strip().splitlines()[-1:]}")

    def picked(self, reference):
        done = self.run_program("image", "--input", "layout", reference, "-q", "-fjson", "--list-all-pkgs", code=0)
        return json.loads(done.stdout)

    def check(self, *names, options=()):
        for name in names:
            with self.subTest(str(name)):
                self.assertEqual(packages(self.scan(f"./{name}", *options)), EXPECTED)

    @unittest.skipUnless(shutil.which("skopeo"), "needs skopeo")
    def test_skopeo(self):
        policy = self.dir / "policy.json"
        policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
        copy = ["skopeo", "--policy", policy, "copy", "-q"]
        targets = {"oci:layout:latest": "layout", "oci-archive:oci.tar:latest": "oci.tar", "dir:flat": "flat",
                   "docker-archive:docker.tar:docker.io/library/test:1": "docker.tar"}
        for target, name in targets.items():
            self.tool(*copy, "docker-archive:" + self.source, target)
            self.check(name)
        if "+zstd" in features():
            self.tool(*copy, "--dest-compress-format", "zstd", "docker-archive:" + self.source, "oci:zstd:latest")
            self.check("zstd")
        other = docker_archive(self.dir / "other.tar", LAYERS[:1])
        self.tool(*copy, "docker-archive:" + other, "oci:layout:second")
        self.fails("image", "./layout", says=["latest", "second"])
        self.assertEqual(packages(self.picked("second")), [("a", "1:2-3"), ("b", "1")])

    @unittest.skipUnless(shutil.which("umoci") and shutil.which("skopeo"), "needs umoci and skopeo")
    def test_umoci(self):
        self.test_skopeo()
        bundle = pathlib.Path(self.dir, "bundle")
        self.tool("umoci", "unpack", "--image", "layout:latest", "--rootless", bundle)
        shutil.rmtree(bundle / "rootfs/app/node_modules/c")
        (bundle / "rootfs/app/node_modules/d").mkdir()
        (bundle / "rootfs/app/node_modules/d/package.json").write_text(node("d", "2.0.0"))
        self.tool("umoci", "repack", "--image", "layout:latest", bundle)
        self.assertEqual(packages(self.picked("latest")), [("a", "1:2-3"), ("d", "2.0.0")])

    @unittest.skipUnless(shutil.which("buildah"), "needs buildah")
    def test_buildah(self):
        buildah = ["buildah", "--root", self.dir / "storage", "--runroot", self.dir / "run", "--storage-driver", "vfs"]
        policy = self.dir / "policy.json"
        policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
        self.tool(*buildah, "pull", "-q", "--policy", "always", "--signature-policy", policy, "docker-archive:" + self.source)
        for target, name in {"oci:layout:latest": "layout", "oci-archive:oci.tar:latest": "oci.tar", "dir:flat": "flat",
                             "docker-archive:docker.tar:test:1": "docker.tar"}.items():
            self.tool(*buildah, "push", "-q", "--signature-policy", policy, "localhost/test:1", target)
            self.check(name)


if __name__ == "__main__":
    main()
