"""Which database is used, and what `db build` and `db info` say of one."""
import json
import shutil
import subprocess
import unittest

from drydock import SHARED, Test, docker_archive, findings, layer, main, node

RECORD = {"id": "CVE-2026-0001", "modified": "2026-01-01T00:00:00Z", "summary": "Weakness",
          "affected": [{"package": {"ecosystem": "npm", "name": "b"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "2.0.0"}]}]}]}
TRIVY = SHARED / "trivy-db" / "trivy.db.zst"
NEEDS_TRIVY = unittest.skipUnless(TRIVY.exists() and shutil.which("zstd"), "needs zstd and Trivy's database beside the checkout")


class Database(Test):
    def setUp(self):
        super().setUp()
        (self.dir / "osv.json").write_text(json.dumps(RECORD))
        self.image = docker_archive(self.dir / "a.tar", [layer(("node_modules/b/package.json", node("b", "1.5.0")))])

    def used(self, *options, env=None):
        done = self.run_program("image", self.image, "-fjson", "-q", *options, code=0, env=env)
        return json.loads(done.stdout)["Drydock"]["Database"]

    def build(self, name="t.ddb", **env):
        self.run_program("db", "build", "-o", name, "osv=osv.json", "-q", code=0, env=env)
        return self.dir / name

    def trivy(self):
        folder = self.dir / "trivy" / "db"
        folder.mkdir(parents=True)
        subprocess.run(["zstd", "-q", "-d", str(TRIVY), "-o", str(folder / "trivy.db")], check=True)
        return {"TRIVY_CACHE_DIR": str(self.dir / "trivy")}

    def test_the_starter_is_the_last_resort(self):
        self.assertTrue(self.used()["Starter"])
        self.assertIn("starter", self.run_program("db", "info", code=0).stdout.decode())

    def test_the_last_build_comes_before_the_starter_and_the_option_before_that(self):
        self.build("one.ddb")
        self.assertIn("one.ddb", self.used()["Description"])
        self.build("two.ddb")
        self.assertIn("two.ddb", self.used()["Description"])
        self.assertIn("one.ddb", self.used("--db", "one.ddb")["Description"])
        (self.dir / "two.ddb").unlink()
        self.assertTrue(self.used()["Starter"])

    @NEEDS_TRIVY
    def test_trivys_database_is_converted_once(self):
        env = self.trivy()
        first = self.run_program("image", self.image, "-fjson", code=0, env=env)
        self.assertIn("converting Trivy's database", first.stderr.decode())
        self.assertIn("Trivy's database", json.loads(first.stdout)["Drydock"]["Database"]["Description"])
        again = self.run_program("image", self.image, "-fjson", code=0, env=env)
        self.assertNotIn("converting", again.stderr.decode())
        self.build()
        self.assertIn("t.ddb", self.used(env=env)["Description"])

    @NEEDS_TRIVY
    def test_trivys_database_is_read_whole(self):
        env = self.trivy()
        self.run_program("db", "build", "-o", "trivy.ddb", "trivy-db=trivy/db/trivy.db", "-q", code=0, env=env)
        text = self.run_program("db", "info", "trivy.ddb", "--verify", code=0).stdout.decode()
        for words in ("vulnerabilities  37485", "alma 9", "ubuntu 14.04", "rubygems", "verified"):
            self.assertIn(words, text)

    def test_building_is_reproducible(self):
        env = {"SOURCE_DATE_EPOCH": "1700000000"}
        self.assertEqual(self.build("a.ddb", **env).read_bytes(), self.build("b.ddb", **env).read_bytes())

    def test_what_cannot_be_built_leaves_nothing(self):
        before = self.build().read_bytes()
        (self.dir / "bad.json").write_text("[" * 1000)
        for arguments, word in ((["osv=missing"], "missing"), (["nonsense=osv.json"], "nonsense"), (["osv.json"], "KIND=PATH"), (["trivy-db=osv.json"], "osv.json")):
            self.fails("db", "build", "-o", "t.ddb", "-q", *arguments, says=[word])
            self.assertEqual((self.dir / "t.ddb").read_bytes(), before)
        self.assertEqual([path.name for path in self.dir.iterdir() if ".tmp-" in path.name], [])

    def test_damage_is_told(self):
        data = bytearray(self.build().read_bytes())
        for cut in (1, 100, len(data) // 2, len(data) - 1):
            (self.dir / "cut.ddb").write_bytes(data[:cut])
            self.fails("image", self.image, "--db", "cut.ddb", "-q", says=["cut.ddb"])
        wrong = 0
        for at in range(0, len(data), 97):
            changed = bytearray(data)
            changed[at] ^= 0x55
            (self.dir / "changed.ddb").write_bytes(changed)
            wrong += self.run_program("db", "info", "changed.ddb", "--verify").returncode == 2
        self.assertEqual(wrong, len(range(0, len(data), 97)))

    def test_findings_of_the_record(self):
        self.build()
        self.assertEqual(findings(self.scan(self.image)), [("CVE-2026-0001", "b")])


if __name__ == "__main__":
    main()
