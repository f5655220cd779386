"""Reports: JSON against docs/report.schema.json, tables at several widths, the same bytes for the same scan."""
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios
import unicodedata
import unittest

from drydock import ALPINE_RELEASE, OS_RELEASE, PROGRAM, ROOT, Test, deb, docker_archive, layer, main, node, open_terminal, oci_members, wheel, write_tar

try:
    import jsonschema
except ImportError:
    jsonschema = None

SCHEMA = json.loads((ROOT / "docs" / "report.schema.json").read_text())
ESCAPES = "\x1b[2J\x07\x9b31m\x7f\u202e"  # what an image or a feed may try to have a terminal do


def osv(id_, ecosystem, name, fixed=None, **more):
    events = [{"introduced": "0"}] + ([{"fixed": fixed}] if fixed else [])
    return {"id": id_, "modified": "2026-01-01T00:00:00Z", "published": "2025-12-01T10:00:00Z", "summary": f"Weakness in {name}",
            "affected": [{"package": {"ecosystem": ecosystem, "name": name}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}], **more}


RECORDS = [
    osv("CVE-2026-0001", "npm", "@scope/b", fixed="2.0.0", database_specific={"severity": "HIGH"}, aliases=["GHSA-aaaa-bbbb-cccc"],
        severity=[{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}],
        references=[{"type": "WEB", "url": "https://example.org/advisories/2026/a-long-path/to-the-advisory/CVE-2026-0001"}]),
    osv("CVE-2026-0002", "npm", "@scope/b", database_specific={"severity": "CRITICAL", "cwe_ids": ["CWE-79"]},
        summary="Bad" + ESCAPES, details="Bad" + ESCAPES),
    osv("CVE-2026-0003", "PyPI", "wide", fixed="3.0", summary="漢字 and words that go on " * 8),
    osv("CVE-2026-0004", "Debian:12", "asrc", fixed="1:2.0-1+deb12u1~really"),
    osv("CVE-2026-0005", "Debian:12", "asrc"),
]
KEV = {"title": "KEV", "catalogVersion": "1", "dateReleased": "2026-03-01T00:00:00Z", "vulnerabilities": [
    {"cveID": "CVE-2026-0001", "dateAdded": "2026-02-01", "dueDate": "2026-02-21", "knownRansomwareCampaignUse": "Known"}]}

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float)}


def problems(value, schema=SCHEMA, at="report", root=SCHEMA):
    """What is wrong by the schema: the few keywords of JSON Schema that matter most, so that the test needs no library."""
    if "$ref" in schema:
        return problems(value, root["$defs"][schema["$ref"].split("/")[-1]], at, root)
    if "anyOf" in schema:
        return [] if any(not problems(value, one, at, root) for one in schema["anyOf"]) else [f"{at}: none of the alternatives"]
    kind = schema.get("type")
    if kind and (not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        return [f"{at}: is not of type {kind}"]
    found = []
    if value not in schema.get("enum", [value]) or value != schema.get("const", value):
        found.append(f"{at}: {value!r} is not allowed")
    if isinstance(value, str) and (len(value) < schema.get("minLength", 0) or not re.search(schema.get("pattern", ""), value)):
        found.append(f"{at}: {value!r} has not the right form")
    if kind in ("integer", "number") and not (schema.get("minimum", value) <= value <= schema.get("maximum", value) and
                                              schema.get("exclusiveMinimum", value - 1) < value):
        found.append(f"{at}: {value} is out of range")
    if isinstance(value, list):
        for i, item in enumerate(value):
            found += problems(item, schema.get("items", {}), f"{at}[{i}]", root)
    if isinstance(value, dict):
        found += [f"{at}: lacks {key}" for key in schema.get("required", []) if key not in value]
        for key, item in value.items():
            others = schema.get("additionalProperties", True)
            if key in schema.get("properties", {}):
                found += problems(item, schema["properties"][key], f"{at}.{key}", root)
            elif others is False:
                found.append(f"{at}: {key} is not in the schema")
            elif others is not True:
                found += problems(item, others, f"{at}.{key}", root)
    return found


def unique_keys(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f"a key stands twice: {keys}"
    return dict(pairs)


class Reports(Test):
    def setUp(self):
        super().setUp()
        self.env["SOURCE_DATE_EPOCH"] = "1767225600"
        for record in RECORDS:
            file = self.dir / "osv" / (record["id"] + ".json")
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps(record))
        (self.dir / "kev.json").write_text(json.dumps(KEV))
        self.run_program("db", "build", "-o", "t.ddb", "osv=osv", "kev=kev.json", "-q", code=0)
        self.layers = [
            layer(("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", deb("abin", "1:1.0-1+b1", source="asrc (1:1.0-1)") + deb("clean", "2.36-9+deb12u4"))),
            layer(("node_modules/@scope/b/package.json", node("@scope/b", "1.5.0")),
                  ("deep/node_modules/@scope/b/package.json", node("@scope/b", "1.5.0")),
                  ("usr/lib/python3/dist-packages/wide-1.0.dist-info/METADATA", wheel("wide", "1.0")),
                  (f"usr/{ESCAPES}/odd-1.0.dist-info/METADATA", wheel("odd", "1.0")),
                  (f"usr/{ESCAPES}/bad-1.0.dist-info/METADATA", b"\xff" + ESCAPES.encode())),
        ]
        self.image = docker_archive(self.dir / "a.tar", self.layers)

    def images(self):
        """(name, command, path, exit code) of reports of every form."""
        write = self.dir
        broken = layer(("etc/os-release", 'ID=rocky\nVERSION_ID="9.3"\n'), ("var/lib/rpm/rpmdb.sqlite", b"SQLite format 3\0" + b"\xff" * 600))
        root = self.dir / "root"
        (root / "etc").mkdir(parents=True)
        (root / "etc" / "os-release").write_text(OS_RELEASE)
        (root / "var/lib/dpkg").mkdir(parents=True)
        (root / "var/lib/dpkg/status").write_text(deb("asrc", "1.0-1"))
        alpine = layer(("etc/os-release", ALPINE_RELEASE), ("lib/apk/db/installed", "P:musl\nV:1.2.5-r0\nA:x86_64\nL:MIT\n\n"))
        return [
            ("all kinds", "image", self.image, 0),
            ("an OCI archive", "image", write_tar(write / "oci.tar", oci_members(self.layers)), 0),
            ("no findings", "image", docker_archive(write / "clean.tar", [layer(("node_modules/c/package.json", node("c", "1.0.0")))]), 0),
            ("no packages", "image", docker_archive(write / "empty.tar", [layer(("a.txt", "text"))]), 0),
            ("not checked", "image", docker_archive(write / "alpine.tar", [alpine]), 0),
            ("incomplete", "image", docker_archive(write / "broken.tar", [broken]), 2),
            ("a folder", "rootfs", root, 0),
        ]

    def reports(self):
        for name, command, path, code in self.images():
            for options in ([], ["--list-all-pkgs"]):
                done = self.run_program(command, path, "--db", "t.ddb", "-f", "json", "-q", *options, code=code)
                yield f"{name} {options}", json.loads(done.stdout, object_pairs_hook=unique_keys)

    def test_reports_follow_the_schema(self):
        seen = {}
        for name, report in self.reports():
            with self.subTest(name):
                self.assertEqual(problems(report), [])
            seen[name.split(" [")[0]] = report
        self.assertTrue(seen["incomplete"]["Drydock"]["Incomplete"])
        self.assertEqual([r["Drydock"]["Checked"] for r in seen["not checked"]["Results"]], [False])
        self.assertIn("alpine 3.20", seen["not checked"]["Results"][0]["Drydock"]["NotChecked"])
        self.assertEqual([r["Type"] for r in seen["all kinds"]["Results"]], ["debian", "node-pkg", "python-pkg"])
        self.assertEqual(seen["a folder"]["ArtifactType"], "filesystem")
        self.assertEqual(seen["no packages"]["Results"], [])

    @unittest.skipIf(jsonschema is None, "needs python3-jsonschema (apt-get install python3-jsonschema)")
    def test_reports_follow_the_schema_by_the_library(self):
        validator = getattr(jsonschema, "Draft202012Validator", jsonschema.Draft7Validator)
        validator.check_schema(SCHEMA)
        for name, report in self.reports():
            with self.subTest(name):
                self.assertEqual([f"{list(e.absolute_path)}: {e.message}" for e in validator(SCHEMA).iter_errors(report)], [])

    def test_the_schema_refuses_what_it_should(self):
        report = self.scan(self.image, "--db", "t.ddb")
        finding = report["Results"][0]["Vulnerabilities"][0]
        for holder, key, value in [(report, "Extra", 1), (finding, "Severity", "BAD"), (finding, "PkgName", 3), (finding["PkgIdentifier"], "UID", "xyz"),
                                   (report["Metadata"], "Size", -1), (report["Results"][0]["Packages"][0]["Drydock"], "file", "x"), (report, "CreatedAt", "today")]:
            before = dict(holder)
            holder[key] = value
            self.assertEqual(len(problems(report)), 1, key)
            holder.clear()
            holder.update(before)
        del finding["Status"]
        self.assertEqual(len(problems(report)), 1)

    def test_fields_have_their_meaning(self):
        report = self.scan(self.image, "--db", "t.ddb")
        os_result, npm = report["Results"][0], report["Results"][1]
        package = next(p for p in os_result["Packages"] if p["Name"] == "abin")
        self.assertEqual((package["ID"], package["Version"], package["Release"], package["Epoch"], package["SrcName"], package["SrcRelease"]),
                         ("abin@1:1.0-1+b1", "1.0", "1+b1", 1, "asrc", "1"))
        self.assertEqual(package["Identifier"]["PURL"], "pkg:deb/debian/abin@1.0-1%2Bb1?arch=amd64&distro=debian-12&epoch=1")
        finding = next(v for v in npm["Vulnerabilities"] if v["VulnerabilityID"] == "CVE-2026-0001")
        self.assertEqual(finding["PkgIdentifier"]["PURL"], "pkg:npm/%40scope/b@1.5.0")
        self.assertEqual((finding["CVSS"]["osv"]["V3Score"], finding["PublishedDate"]), (7.5, "2025-12-01T10:00:00Z"))
        uids = [p["Identifier"]["UID"] for r in report["Results"] for p in r["Packages"]]
        self.assertEqual(len(uids), len(set(uids)))
        self.assertTrue({v["PkgIdentifier"]["UID"] for r in report["Results"] for v in r["Vulnerabilities"]} <= set(uids))
        self.assertEqual(report["CreatedAt"], "2026-01-01T00:00:00Z")

    def test_the_same_scan_gives_the_same_bytes(self):
        for options in (["-f", "json", "--list-all-pkgs"], ["-f", "table", "--list-all-pkgs"]):
            scan = ["image", self.image, "--db", "t.ddb", "-q", "--now", "2026-06-01", "--no-cache", *options]
            first = self.run_program(*scan, "--parallel", "1", code=0).stdout
            for env in ({}, {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"}, {"LC_ALL": "C", "TZ": "Asia/Tokyo"}):
                self.assertEqual(self.run_program(*scan, "--parallel", "4", code=0, env=env).stdout, first)

    def test_what_the_cache_changes(self):
        """What is answered from the cache is the same report, but its layers are not verified: nobody looked at their bytes this time."""
        del self.env["DRYDOCK_NO_CACHE"]
        scan = ["image", self.image, "--db", "t.ddb", "-q", "--now", "2026-06-01", "-f", "json", "--list-all-pkgs"]
        first, second, third = (json.loads(self.run_program(*scan, *more, code=0).stdout) for more in ((), (), ("--verify",)))
        self.assertEqual([r["Drydock"]["VerifiedLayers"] for r in (first, second, third)], [[True] * 2, [False] * 2, [True] * 2])
        self.assertEqual(problems(second), [])
        self.assertEqual(third, first)
        self.assertNotEqual(second["ReportID"], first["ReportID"])
        second["ReportID"], second["Drydock"]["VerifiedLayers"] = first["ReportID"], first["Drydock"]["VerifiedLayers"]
        self.assertEqual(second, first)

    def test_nothing_in_a_report_commands_a_terminal(self):
        self.assertIn("odd", [p["Name"] for r in self.scan(self.image, "--db", "t.ddb")["Results"] for p in r["Packages"]])
        for name, command, path, code in self.images():
            for options in (["-f", "table"], ["-f", "table", "--list-all-pkgs"], ["-f", "json", "--list-all-pkgs"]):
                text = self.run_program(command, path, "--db", "t.ddb", "-q", *options, code=code).stdout.decode()
                bad = {c for c in text if (unicodedata.category(c) == "Cc" and c != "\n") or (options[1] == "table" and c == "\u202e")}
                self.assertEqual(bad, set(), (name, options))

    # ---- tables ----

    def table(self, columns, env=None):
        """What the program prints on a terminal of so many columns."""
        master, slave = open_terminal()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        process = subprocess.Popen([PROGRAM, "image", self.image, "--db", "t.ddb", "-q"], stdin=subprocess.DEVNULL, stdout=slave,
                                   stderr=subprocess.DEVNULL, cwd=self.dir, env={**self.env, "TERM": "xterm", **(env or {})})
        os.close(slave)
        data = b""
        while True:
            try:
                part = os.read(master, 65536)
            except OSError:  # the other side is closed
                part = b""
            if not part:
                break
            data += part
        os.close(master)
        self.assertEqual(process.wait(), 0)
        return data.decode().replace("\r\n", "\n")

    @staticmethod
    def columns(line):
        return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)

    def test_tables_fit_the_terminal(self):
        for width in (80, 90, 100, 120, 150, 200):
            text = self.table(width)
            tables = re.findall(r"(?:^[┌│├└].*\n)+", text, re.M)
            self.assertEqual(len(tables), 3, text)
            for table in tables:
                widths = {self.columns(line) for line in table.splitlines()}
                self.assertEqual(len(widths), 1, table)
                self.assertLessEqual(widths.pop(), width)
            for word in ("Library", "Vulnerability", "Severity", "Status", "Installed", "Fixed", "Title"):
                self.assertIn(word, tables[0])
            self.assertIn("\nTotal: 2 (UNKNOWN: 2, LOW: 0, MEDIUM: 0, HIGH: 0, CRITICAL: 0)\n", text)
            self.assertIn("\nNode.js\n=======\nTotal: 4 (", text)
            self.assertEqual(re.findall(r"│ in (\S+) ", text), ["deep/node_modules/@scope/b", "node_modules/@scope/b"])
            self.assertEqual(len(re.findall(r"^│ @scope/b ", text, re.M)), 2)

    def test_narrow_terminals_get_paragraphs(self):
        text = self.table(60)
        self.assertNotIn("│", text)
        self.assertIn("CVE-2026-0002 CRITICAL affected\n  @scope/b 1.5.0\n", text)
        self.assertIn("  @scope/b 1.5.0, fixed in 2.0.0\n  known to be exploited: ", text)

    def test_colour_is_for_terminals_that_want_it(self):
        self.assertIn("\x1b[31;1mCRITICAL\x1b[0m", self.table(120, {"NO_COLOR": ""}))
        self.assertNotIn("\x1b", self.table(120, {"NO_COLOR": "1"}))
        self.assertNotIn("\x1b", self.table(120, {"NO_COLOR": "", "TERM": "dumb"}))
        piped = self.run_program("image", self.image, "--db", "t.ddb", "-q", env={"NO_COLOR": "", "TERM": "xterm", "COLUMNS": "80"}, code=0).stdout.decode()
        self.assertNotIn("\x1b", piped)
        self.assertIn("│ Fixed Version", piped.split("Title")[0])
        self.assertEqual(len(re.findall("^│ Library .* Installed Version .* Title +│$", piped, re.M)), 3)

    def test_targets_with_nothing_get_one_line(self):
        clean = docker_archive(self.dir / "clean.tar", [layer(("node_modules/c/package.json", node("c", "1.0.0")))])
        text = self.run_program("image", clean, "--db", "t.ddb", "-q", code=0).stdout.decode()
        self.assertIn("\nNode.js: no findings in 1 package\n", text)
        self.assertNotIn("Total", text)


if __name__ == "__main__":
    main()
