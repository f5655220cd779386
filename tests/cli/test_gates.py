"""Filters, gates and exit codes, with a database that the test builds from OSV records."""
import json
import os

from drydock import ALPINE_RELEASE, OS_RELEASE, Test, deb, docker_archive, findings, layer, main, needs, node, wheel


def osv(id_, ecosystem, name, fixed=None, severity=None, **more):
    events = [{"introduced": "0"}] + ([{"fixed": fixed}] if fixed else [])
    record = {"id": id_, "modified": "2026-01-01T00:00:00Z", "summary": f"Weakness in {name}",
              "affected": [{"package": {"ecosystem": ecosystem, "name": name}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}]}
    if severity:
        record["database_specific"] = {"severity": severity}
    record.update(more)
    return record


RECORDS = [
    osv("CVE-2026-0001", "npm", "b", fixed="2.0.0", severity="HIGH"),
    osv("CVE-2026-0002", "npm", "b", severity="CRITICAL"),
    osv("CVE-2026-0003", "npm", "b", fixed="1.0.0", severity="CRITICAL"),
    osv("CVE-2026-0004", "npm", "b", fixed="3.0.0", severity="LOW", withdrawn="2026-02-01T00:00:00Z"),
    osv("CVE-2026-0005", "npm", "c", fixed="2.0.0", severity="LOW"),
    osv("CVE-2026-0006", "Debian:12", "asrc", fixed="2.0-1"),
]
KEV = {"title": "KEV", "catalogVersion": "1", "dateReleased": "2026-03-01T00:00:00Z", "vulnerabilities": [
    {"cveID": "CVE-2026-0001", "dateAdded": "2026-02-01", "dueDate": "2026-02-21", "knownRansomwareCampaignUse": "Known"}]}


class Gates(Test):
    def setUp(self):
        super().setUp()
        for record in RECORDS:
            file = self.dir / "osv" / (record["id"] + ".json")
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps(record))
        (self.dir / "kev.json").write_text(json.dumps(KEV))
        self.run_program("db", "build", "-o", "t.ddb", "osv=osv", "kev=kev.json", "-q", code=0)
        self.image = docker_archive(self.dir / "a.tar", [layer(("node_modules/b/package.json", node("b", "1.5.0")), ("node_modules/c/package.json", node("c", "1.0.0")))])
        self.clean = docker_archive(self.dir / "clean.tar", [layer(("node_modules/c/package.json", node("c", "2.0.0")))])

    def code(self, *options, image=None):
        return self.run_program("image", image or self.image, "--db", "t.ddb", "-q", *options).returncode

    def test_findings(self):
        report = self.scan(self.image, "--db", "t.ddb")
        self.assertEqual(findings(report), [("CVE-2026-0001", "b"), ("CVE-2026-0002", "b"), ("CVE-2026-0005", "c")])
        first = report["Results"][0]["Vulnerabilities"][1]
        self.assertEqual((first["VulnerabilityID"], first["Severity"], first["FixedVersion"], first["Status"]), ("CVE-2026-0001", "HIGH", "2.0.0", "fixed"))
        self.assertEqual(first["Drydock"]["KEV"]["DateAdded"], "2026-02-01T00:00:00Z")
        self.assertEqual(first["Drydock"]["Evidence"]["AffectedRange"], "< 2.0.0")

    def test_filters(self):
        self.assertEqual(findings(self.scan(self.image, "--db", "t.ddb", "--severity", "HIGH,LOW")), [("CVE-2026-0001", "b"), ("CVE-2026-0005", "c")])
        self.assertEqual(findings(self.scan(self.image, "--db", "t.ddb", "--ignore-unfixed")), [("CVE-2026-0001", "b"), ("CVE-2026-0005", "c")])
        self.assertEqual(findings(self.scan(self.image, "--db", "t.ddb", "--ignore-status", "fixed")), [("CVE-2026-0002", "b")])
        self.assertEqual(self.scan(self.image, "--db", "t.ddb", "--pkg-types", "os")["Results"], [])

    def test_exit_codes(self):
        self.assertEqual(self.code(), 0)
        self.assertEqual(self.code("--exit-code", "7"), 7)
        self.assertEqual(self.code("--exit-code", "1", image=self.clean), 0)
        self.assertEqual(self.code("--exit-code", "1", "--severity", "CRITICAL"), 1)
        self.assertEqual(self.code("--exit-code", "1", "--severity", "CRITICAL", "--ignore-unfixed"), 0)
        self.assertEqual(self.code("--exit-code", "1", "--severity", "MEDIUM"), 0)

    def test_fail_on(self):
        self.assertEqual(self.code("--fail-on", "CRITICAL"), 1)
        self.assertEqual(self.code("--fail-on", "CRITICAL,fixable"), 0)
        self.assertEqual(self.code("--fail-on", "HIGH,fixable"), 1)
        self.assertEqual(self.code("--fail-on", "LOW,kev"), 1)
        self.assertEqual(self.code("--fail-on", "CRITICAL,kev"), 0)
        self.assertEqual(self.code("--fail-on", "LOW,epss>=0.5"), 0)
        self.assertEqual(self.code("--fail-on", "HIGH", "--exit-code", "5"), 5)
        self.fails("image", self.image, "--fail-on", "HIGH,nonsense", says=["nonsense"])

    def test_no_data_is_never_a_pass(self):
        alpine = docker_archive(self.dir / "alpine.tar", [layer(("etc/os-release", ALPINE_RELEASE), ("lib/apk/db/installed", "P:a\nV:1-r0\nA:x86_64\n\n"))])
        report = self.scan(alpine, "--db", "t.ddb")
        self.assertFalse(report["Results"][0]["Drydock"]["Checked"])
        self.assertIn("no data for alpine 3.20", report["Results"][0]["Drydock"]["NotChecked"])
        self.assertIn("NOT CHECKED (no data for alpine 3.20)", self.run_program("image", alpine, "--db", "t.ddb", "-q", code=0).stdout.decode())
        self.assertEqual(self.code("--exit-code", "1", image=alpine), 2)
        self.assertEqual(self.code("--fail-on", "HIGH", image=alpine), 2)
        self.assertEqual(self.code("--exit-code", "1", "--allow-no-data", image=alpine), 0)

    def test_a_gate_on_the_starter_says_so(self):
        (self.dir / "cache/last-build").unlink()
        text = self.run_program("image", self.image, "-q", code=0).stdout.decode()
        self.assertGreaterEqual(text.count("Starter database"), 2)
        self.assertEqual(self.run_program("image", self.image, "-q", "--exit-code", "1").returncode, 2)
        self.assertIn(self.run_program("image", self.image, "-q", "--exit-code", "1", "--allow-starter").returncode, (0, 1))

    def test_the_last_build_is_used(self):
        done = self.run_program("image", self.image, "-fjson", "-q", code=0)
        self.assertIn("t.ddb", json.loads(done.stdout)["Drydock"]["Database"]["Description"])

    def test_end_of_life(self):
        old = docker_archive(self.dir / "old.tar", [layer(("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", deb("a", "1", source="asrc")))])
        self.assertEqual(self.code("--exit-on-eol", "9", "--now", "2026-06-01", image=old), 0)
        self.assertEqual(self.code("--exit-on-eol", "9", "--now", "2030-06-01", image=old), 9)
        text = self.run_program("image", old, "--db", "t.ddb", "-q", "--now", "2030-06-01", code=0).stdout.decode()
        self.assertIn("End of life", text)
        self.assertEqual(findings(self.scan(old, "--db", "t.ddb")), [("CVE-2026-0006", "a")])

    def test_the_table(self):
        text = self.run_program("image", self.image, "--db", "t.ddb", "-q", code=0).stdout.decode()
        self.assertIn("Total: 3 (UNKNOWN: 0, LOW: 1, MEDIUM: 0, HIGH: 1, CRITICAL: 1)", text)
        self.assertIn("Node.js", text)
        self.assertIn("known to be exploited", text)
        only = self.run_program("image", self.image, "--db", "t.ddb", "-q", "--severity", "HIGH", code=0).stdout.decode()
        self.assertIn("Total: 1 (HIGH: 1)", only)
        clean = self.run_program("image", self.clean, "--db", "t.ddb", "-q", code=0).stdout.decode()
        self.assertIn("Node.js: no findings in 1 package", clean)

    def test_output_is_complete_or_absent(self):
        self.run_program("image", self.image, "--db", "t.ddb", "-q", "-fjson", "-o", "report.json", code=0)
        self.assertEqual(json.loads((self.dir / "report.json").read_text())["SchemaVersion"], 2)
        self.fails("image", self.image, "--db", "t.ddb", "-q", "-o", "no/such/folder/report.json", says=["no/such/folder"])

    def test_devices_and_links_are_written_to_and_not_replaced(self):
        (self.dir / "real.json").write_text("old")
        (self.dir / "link.json").symlink_to("real.json")
        self.run_program("image", self.image, "--db", "t.ddb", "-q", "-fjson", "-o", "link.json", code=0)
        self.assertTrue((self.dir / "link.json").is_symlink())
        self.assertEqual(json.loads((self.dir / "real.json").read_text())["SchemaVersion"], 2)
        done = self.run_program("image", self.image, "--db", "t.ddb", "-q", "-fjson", "-o", "/dev/stdout", code=0)
        self.assertEqual(json.loads(done.stdout)["SchemaVersion"], 2)
        self.run_program("image", self.image, "--db", "t.ddb", "-q", "-o", "/dev/null", code=0)
        self.assertTrue(os.path.exists("/dev/null") and not os.path.isfile("/dev/null"))

    @needs("yaml")
    def test_options_come_from_file_environment_and_line(self):
        (self.dir / "drydock.yaml").write_text("severity: [CRITICAL]\ndb: t.ddb\nunknown: [1]\npolicy:\n  exit-code: 3\n")
        self.assertEqual(self.run_program("image", self.image, "-q").returncode, 3)
        self.assertEqual(self.run_program("image", self.image, "-q", env={"DRYDOCK_SEVERITY": "MEDIUM"}).returncode, 0)
        self.assertEqual(self.run_program("image", self.image, "-q", "-s", "LOW", env={"DRYDOCK_SEVERITY": "MEDIUM"}).returncode, 3)
        (self.dir / "drydock.yaml").write_text("severity: [NONSENSE]\n")
        self.fails("image", self.image, says=["drydock.yaml", "NONSENSE"])

    def test_usage_errors(self):
        for arguments, word in ((["image"], "which image"), (["image", self.image, "--nonsense"], "--nonsense"), (["nonsense"], "nonsense"),
                                (["image", self.image, "-f", "Dockerfile"], "--format"), (["image", self.image, "--severity"], "--severity")):
            done = self.run_program(*arguments, code=2)
            self.assertIn(word, done.stderr.decode())


if __name__ == "__main__":
    main()
