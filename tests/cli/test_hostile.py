"""Bad input: one line that says what, where and what to try, and exit code 2; damage inside one file is a warning."""
import gzip
import io
import json
import resource
import tarfile

from drydock import (OS_RELEASE, Test, config_of, deb, docker_archive, docker_members, layer, main, node, oci_blobs, oci_members, index_members,
                     packages, sha, write_folder, write_tar)

LAYERS = [layer(("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", deb("a", "1"))), layer(("node_modules/b/package.json", node("b", "1.0.0")))]


class Hostile(Test):
    def image(self, members, name="image.tar"):
        return write_tar(self.dir / name, members)

    def test_what_is_no_image(self):
        (self.dir / "empty.tar").write_bytes(b"")
        (self.dir / "noise.tar").write_bytes(bytes(range(256)) * 64)
        (self.dir / "folder").mkdir()
        for name in ("empty.tar", "noise.tar", "./folder", "./missing.tar"):
            self.fails("image", name, says=[name.removeprefix("./")])
        self.fails("image", "--input", "-", input=b"", says=["standard input"])

    def test_every_truncation_of_an_archive(self):
        for members in (docker_members(LAYERS), oci_members(LAYERS)):
            data = open(self.image(members), "rb").read()
            for size in range(0, len(data) - 1024, 2560):
                (self.dir / "cut.tar").write_bytes(data[:size])
                done = self.run_program("image", "cut.tar", "-q", "-fjson")
                self.assertIn(done.returncode, (0, 2))
                if done.returncode == 0: # only the archive's padding was cut
                    self.assertTrue(json.loads(done.stdout)["Results"])

    def test_a_wrong_digest_names_the_layer(self):
        descriptor, blobs = oci_blobs(LAYERS, how="plain")
        digest = sha(LAYERS[1])
        blobs[digest] = blobs[digest][:600] + b"x" + blobs[digest][601:]
        path = self.image(index_members([descriptor], blobs))
        self.fails("image", path, says=["layer 2 of 2", digest])
        self.assertEqual(self.run_program("image", path, "--no-verify", "-q").returncode, 0)

    def test_a_wrong_diff_id(self):
        config = config_of([LAYERS[0], b"other"])
        manifest = [{"Config": "c.json", "RepoTags": None, "Layers": ["0.tar", "1.tar"]}]
        path = self.image([("c.json", config), ("0.tar", LAYERS[0]), ("1.tar", LAYERS[1]), ("manifest.json", json.dumps(manifest).encode())])
        self.fails("image", path, says=["layer 2 of 2", "diff ID"])
        zipped = self.image([("c.json", config), ("0.tar", LAYERS[0]), ("1.tar", gzip.compress(LAYERS[1])),
                             ("manifest.json", json.dumps(manifest).encode())])
        self.fails("image", zipped, "--verify", says=["layer 2 of 2", "diff ID"])

    def test_a_wrong_config_digest(self):
        descriptor, blobs = oci_blobs(LAYERS)
        config = sha(config_of(LAYERS))
        blobs[config] = blobs[config].replace(b"linux", b"linuz")
        self.fails("image", self.image(index_members([descriptor], blobs)), says=[config])

    def test_a_missing_layer(self):
        members = [m for m in docker_members(LAYERS) if m[0] != f"{sha(LAYERS[1])}/layer.tar"]
        self.fails("image", self.image(members), says=[sha(LAYERS[1])])

    def change_manifest(self, change):
        descriptor, blobs = oci_blobs(LAYERS)
        manifest = json.loads(blobs.pop(descriptor["digest"].split(":")[1]))
        change(manifest)
        data = json.dumps(manifest).encode()
        descriptor["digest"], descriptor["size"] = "sha256:" + sha(data), len(data)
        blobs[sha(data)] = data
        return self.image(index_members([descriptor], blobs))

    def test_unknown_and_encrypted_layers(self):
        def media_type(text):
            return lambda manifest: manifest["layers"][0].update(mediaType=text)
        self.fails("image", self.change_manifest(media_type("application/x-thing")), says=["application/x-thing"])
        self.fails("image", self.change_manifest(media_type("application/vnd.oci.image.layer.v1.tar+gzip+encrypted")), says=["encrypted"])

    def test_deep_json(self):
        self.fails("image", self.image([("manifest.json", b"[" * 100000)]), says=["manifest.json"])
        self.fails("image", self.image([("oci-layout", b'{"imageLayoutVersion":"1.0.0"}'), ("index.json", b'{"a":' * 100000)]), says=["index.json"])

    def bad_layer(self, data, how="plain"):
        return docker_archive(self.dir / "bad.tar", [data], how=how)

    def header(self, size_field):
        info = tarfile.TarInfo("etc/passwd")
        block = bytearray(info.tobuf(format=tarfile.USTAR_FORMAT))
        block[124:136] = size_field
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
        return bytes(block)

    def test_lying_sizes_in_a_layer(self):
        for field in (b"\xff" * 12, b"\x80" + b"\x7f" * 11, b"77777777777\0", b"-0000000001\0"):
            self.fails("image", self.bad_layer(self.header(field) + b"\0" * 2048), says=["layer 1 of 1"])

    def test_a_gzip_bomb(self):
        bomb = gzip.compress(b"\0" * (400 << 20), 9)
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        members = [("c.json", config_of([b""])), ("l.tar", bomb), ("manifest.json", b'[{"Config":"c.json","Layers":["l.tar"]}]')]
        done = self.run_program("image", self.image(members), "-q")
        self.assertIn(done.returncode, (0, 2)) # zeroes are an empty tar, or more than the ratio allows
        self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, 60)
        whole = gzip.compress(gzip.compress(b"\0" * (64 << 20)) * 100)
        (self.dir / "whole.tar.gz").write_bytes(whole)
        self.fails("image", "whole.tar.gz")

    def test_damage_in_one_file_is_a_warning(self):
        report = self.scan(docker_archive(self.dir / "a.tar", [layer(
            ("node_modules/deep/package.json", "[" * 100000), ("node_modules/b/package.json", node("b", "1.0.0")),
            ("node_modules/c/package.json", '{"name":"c","version":'))]))
        self.assertEqual(packages(report), [("b", "1.0.0")])
        self.assertEqual(sorted(w["File"] for w in report["Drydock"]["Warnings"]), ["node_modules/c/package.json", "node_modules/deep/package.json"])
        self.assertFalse(report["Drydock"]["Incomplete"])

    def test_a_package_database_that_is_not_understood(self):
        path = docker_archive(self.dir / "a.tar", [layer(("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", bytes(range(256)) * 8))])
        report = self.scan(path, code=2)
        self.assertTrue(report["Drydock"]["Incomplete"])
        self.assertTrue(any(w["Incomplete"] for w in report["Drydock"]["Warnings"]))
        self.scan(path, "--allow-incomplete", code=0)
        table = self.run_program("image", path, "-q", code=2).stdout.decode()
        self.assertIn("Incomplete", table)

    def test_a_folder_whose_links_lead_out(self):
        secret = self.dir / "secret"
        secret.write_bytes(b"[" + b"1," * 1000)
        folder = write_folder(self.dir / "layout", [("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')])
        (self.dir / "layout/index.json").symlink_to(secret)
        message = self.fails("image", "./layout", says=["layout"])
        self.assertNotIn("1,1", message)

    def test_a_database_cut_short(self):
        path = docker_archive(self.dir / "a.tar", LAYERS)
        for data in (b"", b"DDB", b"\0" * 4096, bytes(range(256)) * 64):
            (self.dir / "bad.ddb").write_bytes(data)
            self.fails("image", path, "--db", "bad.ddb", "-q", says=["bad.ddb"])

    def test_control_characters_do_not_reach_the_terminal(self):
        path = docker_archive(self.dir / "a.tar", [layer(("node_modules/x/package.json", json.dumps({"name": "\x1b[31mred", "version": "1.0.0\n\x1b]0;t\x07"})))])
        for arguments in (["image", path, "--list-all-pkgs"], ["image", path, "--list-all-pkgs", "--debug"]):
            done = self.run_program(*arguments)
            self.assertNotIn(b"\x1b", done.stdout + done.stderr)
        for name, shown in (("\x9b31m", "\\xc2\\x9b31m"), ("\udc9b31m", "\\x9b31m"), ("\udced\udca0\udc80", "\\xed\\xa0\\x80"), ("été", "été")):
            members = [(f"{name}/{member}", data) for member, data in docker_members(LAYERS)]
            self.assertIn(shown, self.fails("image", write_tar(self.dir / "folder.tar", members)))


if __name__ == "__main__":
    main()
