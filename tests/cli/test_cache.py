"""The cache of inventories: what was scanned once is not read again, and nothing that lies there can harm."""
import concurrent.futures
import json
import os
import pathlib
import time

from drydock import OS_RELEASE, Test, deb, docker_archive, layer, main, node, oci_members, packages, symlink, write_folder

LAYERS = [layer(("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", deb("a", "1:2-3") + deb("b", "4"))),
          layer(("app/node_modules/c/package.json", node("c", "1.0.0")), ("app/run", "#!/bin/sh\n", 0o755)),
          layer(("etc/.wh.gone", ""), ("srv/link", "x"))]
EXPECTED = [("a", "1:2-3"), ("b", "4"), ("c", "1.0.0")]


class Cache(Test):
    def setUp(self):
        super().setUp()
        del self.env["DRYDOCK_NO_CACHE"]

    def info(self, *options):
        return json.loads(self.run_program("cache", "info", "--format", "json", *options, code=0).stdout)

    def entries(self, group=None):
        found = self.info()
        return found["Entries"] if group is None else next(g["Entries"] for g in found["Groups"] if g["Name"] == group)

    def folder(self):
        return self.dir / "cache" / "inventories"

    def files(self):
        """The entries themselves: below the folder of a group and one of two digits."""
        return sorted(path for path in self.folder().glob("*/??/*") if path.is_file())

    def check(self, image, *options, **more):
        report = self.scan(image, *options, **more)
        self.assertEqual(packages(report), EXPECTED)
        return report

    def spoil(self, image):
        """Overwrites all layers of a layout folder with bytes that no scan could read."""
        for blob in pathlib.Path(image, "blobs", "sha256").iterdir():
            if not blob.read_bytes().startswith(b"{"):
                blob.write_bytes(b"\xa5" * blob.stat().st_size)

    # ---- scans

    def test_layers_are_not_read_again(self):
        for how in ("gzip", "plain"):
            image = write_folder(self.dir / how, oci_members(LAYERS, how=how))
            first = self.check(image)
            self.assertEqual(first["Drydock"]["VerifiedLayers"], [True] * 3)
            self.assertGreaterEqual(self.entries("layers"), 3)
            self.spoil(image)
            second = self.check(image)
            self.assertEqual(second["Drydock"]["VerifiedLayers"], [False] * 3) # nobody looked at their bytes
            self.assertEqual(second["Results"], first["Results"])
            self.fails("image", image, "--no-cache")
            self.fails("image", image, "--verify") # which is what it is for
            self.check(image) # and what failed has harmed nothing

    def test_one_layer_more(self):
        self.check(write_folder(self.dir / "a", oci_members(LAYERS)))
        more = LAYERS + [layer(("app/node_modules/d/package.json", node("d", "2.0.0")))]
        image = write_folder(self.dir / "b", oci_members(more))
        before = self.entries("layers")
        self.assertEqual(packages(self.scan(image)), sorted(EXPECTED + [("d", "2.0.0")]))
        self.assertEqual(self.entries("layers"), before + 1)
        fewer = write_folder(self.dir / "c", oci_members(LAYERS[1:]))
        self.spoil(fewer)
        self.assertEqual(packages(self.scan(fewer)), [("c", "1.0.0")])

    def test_diff_ids_that_were_computed(self):
        """A compressed layer that was verified whole is known by its diff ID, also to an archive that has it plain."""
        self.check(write_folder(self.dir / "image", oci_members(LAYERS)), "--verify")
        archive = docker_archive(self.dir / "image.tar", LAYERS)
        before = self.info()
        self.check(archive)
        self.assertEqual(self.info()["Groups"][1], before["Groups"][1])

    def test_what_is_never_kept(self):
        image = write_folder(self.dir / "image", oci_members(LAYERS))
        self.check(image, "--no-verify")
        self.check(image, "--no-cache")
        self.assertEqual(self.files(), [])
        self.spoil(image)
        self.fails("image", image)
        self.assertEqual(self.entries("layers") + self.entries("images"), 0)

    def test_no_verify_reads_what_is_kept(self):
        image = write_folder(self.dir / "image", oci_members(LAYERS))
        self.check(image)
        self.spoil(image)
        self.check(image, "--no-verify")

    def test_options_that_change_what_is_found(self):
        """None of these is answered from a scan with other options."""
        image = write_folder(self.dir / "image", oci_members(LAYERS))
        self.check(image)
        self.assertEqual(packages(self.scan(image, "--skip-dirs", "app")), [("a", "1:2-3"), ("b", "4")])
        self.check(image)
        self.check(image, "--integrity")
        self.assertEqual(packages(self.scan(image, "--skip-files", "var/lib/dpkg/status", "--skip-dirs", "app")), [])
        self.check(image)

    def test_links_that_need_a_second_walk(self):
        layers = [layer(("opt/db", deb("l", "1"))), layer(("etc/os-release", OS_RELEASE)),
                  layer(symlink("var/lib/dpkg/status", "../../../opt/db"))]
        image = write_folder(self.dir / "image", oci_members(layers))
        first = self.scan(image)
        self.assertEqual(packages(first), [("l", "1")])
        self.spoil(image)
        self.assertEqual(self.scan(image)["Results"], first["Results"])

    # ---- damage

    def test_damaged_entries_are_made_again(self):
        image = write_folder(self.dir / "image", oci_members(LAYERS))
        first = self.check(image)
        count = len(self.files())
        self.assertGreater(count, 0)
        for at in (0, 10, 20, 30, 60, -1):
            for path in self.files():
                data = bytearray(path.read_bytes())
                data[at] ^= 0x40
                path.write_bytes(data)
            self.assertEqual(self.info("--verify")["Damaged"], count)
            self.assertIn(b"damaged", self.run_program("cache", "info", "--verify", code=0).stdout)
            self.assertEqual(self.check(image)["Results"], first["Results"])
            self.assertEqual(self.info("--verify")["Damaged"], 0)
            self.assertEqual(len(self.files()), count)
        for path in self.files():
            path.write_bytes(path.read_bytes()[:100])
        self.assertEqual(self.check(image)["Results"], first["Results"])
        self.assertEqual(self.info("--verify")["Damaged"], 0)

    def test_a_folder_that_cannot_be_used(self):
        image = write_folder(self.dir / "image", oci_members(LAYERS))
        self.folder().mkdir(parents=True)
        self.folder().chmod(0o777)
        done = self.run_program("image", image, code=0)
        self.assertIn(b"without the cache", done.stderr)
        self.assertEqual(self.files(), [])
        self.assertNotIn(b"without the cache", self.run_program("image", image, "--no-cache", code=0).stderr)
        self.fails("cache", "info", says=["inventories", "others may write"])
        self.folder().rmdir()
        self.folder().write_text("a file")
        self.check(image)

    # ---- many at once

    def test_many_scans_and_clears_at_once(self):
        image = write_folder(self.dir / "image", oci_members(LAYERS))
        expected = self.check(image)["Results"]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            scans = [pool.submit(self.scan, image) for _ in range(24)]
            clears = [pool.submit(self.run_program, "cache", "clear", code=0) for _ in range(8)]
            for scan in scans:
                self.assertEqual(scan.result()["Results"], expected)
            for clear in clears:
                clear.result()
        self.assertEqual(self.info("--verify")["Damaged"], 0)
        self.assertEqual(list(self.folder().glob("new/*")), [])

    # ---- commands

    def test_info(self):
        self.assertEqual(self.info()["Entries"], 0)
        self.assertFalse(self.folder().exists())
        self.check(write_folder(self.dir / "image", oci_members(LAYERS)))
        info = self.info()
        self.assertEqual(info["Folder"], str(self.folder()))
        self.assertEqual(info["Bytes"], sum(path.stat().st_size for path in self.files()))
        self.assertEqual(info["Entries"], len(self.files()))
        self.assertNotIn("Damaged", info)
        text = self.run_program("cache", "info", code=0).stdout.decode()
        for word in ("documents", "layers", "images", "all", "1.0 GiB"):
            self.assertIn(word, text)
        elsewhere = self.run_program("cache", "info", "--cache-dir", self.dir / "none", "-fjson", code=0)
        self.assertEqual(json.loads(elsewhere.stdout)["Entries"], 0)

    def test_clear_leaves_databases(self):
        self.check(write_folder(self.dir / "image", oci_members(LAYERS)))
        (self.dir / "cache" / "db").mkdir(exist_ok=True)
        database = self.dir / "cache" / "db" / "x.ddb"
        database.write_bytes(b"x" * 5000)
        text = self.run_program("cache", "clear", code=0).stdout.decode()
        self.assertIn("removed", text)
        self.assertIn("databases", text)
        self.assertEqual(self.files(), [])
        self.assertEqual(list(self.folder().iterdir()), [])
        self.assertTrue(database.exists())
        self.assertIn("removed 0 entries", self.run_program("cache", "clear", code=0).stdout.decode())
        self.check(self.dir / "image")
        self.assertGreater(self.entries(), 0)

    def test_prune(self):
        image = write_folder(self.dir / "image", oci_members(LAYERS))
        self.check(image)
        count = len(self.files())
        old, *rest = self.files()
        os.utime(old, (time.time() - 40 * 86400,) * 2)
        self.run_program("cache", "prune", code=0)
        self.run_program("cache", "prune", "--older-than", "41d", code=0)
        self.assertEqual(len(self.files()), count)
        self.assertIn(b"removed 1 entry", self.run_program("cache", "prune", "--older-than", "30d", code=0).stdout)
        self.assertEqual(self.files(), rest)
        for number, path in enumerate(rest):
            os.utime(path, (time.time() - 60 * number,) * 2)
        newest = rest[0].stat().st_size
        self.run_program("cache", "prune", "--max-size", newest, code=0)
        self.assertEqual(self.files(), rest[:1])
        self.run_program("cache", "prune", "--max-size", "0", code=0)
        self.assertEqual(self.files(), [])
        self.check(image)

    def test_scans_keep_to_the_bound(self):
        images = [write_folder(self.dir / f"image{i}", oci_members([layer((f"n{i}/node_modules/p{i}/package.json", node(f"p{i}", "1")))]))
                  for i in range(6)]
        self.scan(images[0])
        size = self.info()["Bytes"]
        self.assertGreater(size, 0)
        for image in images:
            self.scan(image, "--cache-max-size", str(3 * size))
            self.assertLessEqual(self.info()["Bytes"], 3 * size)
        self.assertGreater(self.entries(), 0)

    def test_wrong_words(self):
        self.fails("cache", "prune", "--max-size", "much", says=["--max-size", "500M"])
        self.fails("cache", "prune", "--older-than", "30", says=["--older-than", "30d"])
        self.fails("cache", "info", "--format", "xml", says=["xml"])
        self.fails("cache", "clear", "everything", says=["everything"])
        self.fails("image", "./x.tar", "--cache-max-size", "-1", says=["--cache-max-size"])

    def test_sizes(self):
        self.check(write_folder(self.dir / "image", oci_members(LAYERS)))
        for size in ("1G", "1.5GiB", "1GB", "1048576K", "1t", "1073741824"):
            self.assertIn(b"removed 0 entries", self.run_program("cache", "prune", "--max-size", size, code=0).stdout)
        for age in ("1s", "1m", "1h", "1d", "1w"):
            for path in self.files():
                os.utime(path, (time.time(),) * 2)
            self.run_program("cache", "prune", "--older-than", age, code=0)


if __name__ == "__main__":
    main()
