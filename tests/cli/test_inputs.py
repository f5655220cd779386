"""Every form in which an image is handed over gives the same packages."""
import gzip
import json
import shutil
import subprocess
import unittest

from drydock import (OS_RELEASE, SHARED, Test, config_of, deb, docker_archive, docker_members, features, index_members, layer, main, node, oci_blobs,
                     oci_members, packages, sha, write_folder, write_tar)

LAYERS = [layer(("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", deb("a", "1:2-3", source="asrc (4-5)"))),
          layer(("app/node_modules/b/package.json", node("b", "1.0.0")))]
EXPECTED = [("a", "1:2-3"), ("b", "1.0.0")]
HAVE_ZSTD = shutil.which("zstd") is not None and "+zstd" in features()


class Inputs(Test):
    def check(self, path, *options, **more):
        report = self.scan(path, *options, **more)
        self.assertEqual(packages(report), EXPECTED)
        return report

    def forms(self):
        return ["plain", "gzip", "multi-gzip"] + (["zstd"] if HAVE_ZSTD else [])

    def test_docker_save(self):
        for how in self.forms():
            report = self.check(docker_archive(self.dir / f"{how}.tar", LAYERS, how=how))
            self.assertEqual(report["Metadata"]["RepoTags"], ["test:1"])
            self.assertEqual(report["Metadata"]["ImageID"], "sha256:" + sha(config_of(LAYERS)))

    def test_oci_archive_and_folder(self):
        for how in self.forms():
            members = oci_members(LAYERS, how=how)
            self.check(write_tar(self.dir / f"{how}.tar", members))
            report = self.check(write_folder(self.dir / how, members))
            self.assertEqual(report["Drydock"]["VerifiedLayers"], [True, True])

    def test_members_in_any_order(self):
        for members in (docker_members(LAYERS), oci_members(LAYERS)):
            self.check(write_tar(self.dir / "reversed.tar", list(reversed(members))))

    def test_compressed_as_a_whole(self):
        for members in (docker_members(LAYERS), list(reversed(oci_members(LAYERS)))):
            plain = write_tar(self.dir / "image.tar", members)
            data = open(plain, "rb").read()
            (self.dir / "image.tar.gz").write_bytes(gzip.compress(data))
            self.check(self.dir / "image.tar.gz")
            if HAVE_ZSTD:
                subprocess.run(["zstd", "-q", "-f", plain, "-o", str(self.dir / "image.tar.zst")], check=True)
                self.check(self.dir / "image.tar.zst")

    def test_standard_input(self):
        data = open(docker_archive(self.dir / "image.tar", LAYERS), "rb").read()
        for piped in (data, gzip.compress(data)):
            done = self.run_program("image", "--input", "-", "--format", "json", "--list-all-pkgs", "--quiet", input=piped, code=0)
            report = json.loads(done.stdout)
            self.assertEqual(packages(report), EXPECTED)
            self.assertEqual(report["ArtifactName"], "test:1")

    def test_one_of_several_images(self):
        other = [layer(("node_modules/c/package.json", node("c", "2.0.0")))]
        one, two = docker_members(LAYERS, tag="one:1"), docker_members(other, tag="two:2")
        manifest = json.dumps(json.loads(dict(one)["manifest.json"]) + json.loads(dict(two)["manifest.json"])).encode()
        both = write_tar(self.dir / "both.tar", [m for m in one + two if m[0] != "manifest.json"] + [("manifest.json", manifest)])
        self.assertEqual(packages(json.loads(self.run_program("image", "--input", both, "two:2", "-fjson", "--list-all-pkgs", "-q", code=0).stdout)),
                         [("c", "2.0.0")])
        self.assertEqual(packages(json.loads(self.run_program("image", "--input", both, "docker.io/library/one:1", "-fjson", "--list-all-pkgs", "-q",
                                                               code=0).stdout)), EXPECTED)
        self.fails("image", "--input", both, says=["one:1", "two:2"])
        self.fails("image", "--input", both, "three:3", says=["three:3", "one:1"])

    def test_platforms_and_attestations(self):
        arm = [layer(("node_modules/arm/package.json", node("arm", "1.0.0")))]
        first, blobs = oci_blobs(LAYERS)
        second, more = oci_blobs(arm, arch="arm64")
        note, notes = oci_blobs([layer(("attestation", "{}"))], arch="unknown")
        note["platform"] = {"os": "unknown", "architecture": "unknown"}
        note["annotations"] = {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": first["digest"]}
        image = write_tar(self.dir / "index.tar", index_members([note, first, second], {**blobs, **more, **notes}))
        self.check(image, "--platform", "linux/amd64")
        self.assertEqual(packages(self.scan(image, "--platform", "linux/arm64")), [("arm", "1.0.0")])
        self.fails("image", image, "--platform", "linux/s390x", says=["linux/s390x", "linux/arm64"])
        only = write_tar(self.dir / "only.tar", index_members([second, note], {**more, **notes}))
        self.assertEqual(packages(self.scan(only)), [("arm", "1.0.0")])

    def test_verification(self):
        report = self.check(docker_archive(self.dir / "a.tar", LAYERS), "--verify")
        self.assertEqual(report["Drydock"]["VerifiedLayers"], [True, True])
        report = self.check(self.dir / "a.tar", "--no-verify")
        self.assertEqual(report["Drydock"]["VerifiedLayers"], [False, False])

    def test_the_same_bytes_at_any_parallelism(self):
        path = docker_archive(self.dir / "a.tar", LAYERS * 3)
        env = {"SOURCE_DATE_EPOCH": "1700000000"}
        outputs = {self.run_program("image", path, "-fjson", "--list-all-pkgs", "-q", "--now", "2026-01-01", "--parallel", n, env=env,
                                    code=0).stdout for n in (1, 2, 7)}
        self.assertEqual(len(outputs), 1)

    def test_a_root_file_system(self):
        root = self.dir / "root"
        write_folder(root, [("usr/lib/os-release", OS_RELEASE.encode()), ("var/lib/dpkg/status", deb("a", "1:2-3").encode()),
                            ("app/node_modules/b/package.json", node("b", "1.0.0").encode()), ("proc/1/node_modules/x/package.json", node("x", "1").encode())])
        (root / "etc").mkdir()
        (root / "etc/os-release").symlink_to("../usr/lib/os-release")
        (root / "loop").symlink_to(".")
        report = self.check(root, command="rootfs")
        self.assertEqual(report["ArtifactType"], "filesystem")
        self.assertEqual(report["Metadata"]["OS"]["Family"], "debian")
        self.assertEqual(packages(self.scan(root, "--all-filesystems", command="rootfs"), "node-pkg"), [("b", "1.0.0"), ("x", "1")])

    def test_a_reference_names_the_command_to_run(self):
        self.fails("image", "nginx:alpine", "--offline", says=["nginx:alpine", "--offline", "docker save nginx:alpine | drydock image --input -"])
        (self.dir / "layout").mkdir()
        self.fails("image", "layout", "--offline", says=["for the file or folder of that name write ./layout"])

    @unittest.skipUnless((SHARED / "images").is_dir(), "the shared images are not here")
    def test_archives_of_other_tools(self):
        no_images = ("layer_with_bad_elf_file.tar", "nginx-compressed-layers.tar") # a bare layer; one whose layer is not what its config says
        found = {path.name: len(packages(self.scan(path))) for path in sorted((SHARED / "images").glob("*.tar")) if path.name not in no_images}
        self.assertEqual(found["npm7-with-package-lock-file.tar"], 16)
        self.assertIn("busybox-single-arch-with-attestation-manifest.tar", found)


if __name__ == "__main__":
    main()
