"""Many images at once: the overview in every format, what belongs in one row, failures, gates, reports of each, platforms; and reports of
single images from everywhere against their schema."""
import fcntl
import html.parser
import json
import os
import re
import signal
import struct
import subprocess
import termios
import unicodedata
import urllib.parse

from drydock import (ALPINE_RELEASE, OS_RELEASE, PROGRAM, ROOT, config_of, deb, docker_members, index_members, layer, main, needs,
                     node, open_terminal, oci_blobs, oci_members, pack, packages, sha, write_folder, write_tar)
from fake_docker import FakeDocker
from servers import (FakeRegistry, Proxy, Registry, ServerTest, TYPES, needs_registry, push_artifact, push_image, push_index, wait_until)
from test_gates import osv
from test_report import jsonschema, problems

SCHEMA = json.loads((ROOT / "docs" / "overview.schema.json").read_text())
RECORDS = [
    osv("CVE-2026-0001", "npm", "b", fixed="2.0.0", severity="HIGH"),
    osv("CVE-2026-0002", "npm", "b", severity="CRITICAL"),
    osv("CVE-2026-0003", "npm", "c", fixed="2.0.0", severity="LOW"),
    osv("CVE-2026-0004", "Debian:12", "asrc", fixed="2.0-1"),
]
BASE = layer(("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", deb("a", "1.0-1", source="asrc")))
BAD = [BASE, layer(("node_modules/b/package.json", node("b", "1.5.0")))]           # HIGH, CRITICAL, and one of Debian
POOR = [BASE, layer(("node_modules/c/package.json", node("c", "1.0.0")))]          # LOW, and one of Debian
CLEAN = [layer(("node_modules/c/package.json", node("c", "2.0.0")))]               # nothing
OTHER = [layer(("etc/os-release", ALPINE_RELEASE), ("lib/apk/db/installed", "P:musl\nV:1.2.5-r0\nA:x86_64\n\n"))] # no data
OLD = [layer(("etc/os-release", 'ID=debian\nVERSION_ID="9"\n'), ("var/lib/dpkg/status", deb("old", "1")))]
NOW = ["--now", "2026-06-01"]


class ManyTest(ServerTest):
    def setUp(self):
        super().setUp()
        for record in RECORDS:
            file = self.dir / "osv" / (record["id"] + ".json")
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps(record))
        self.run_program("db", "build", "-o", "t.ddb", "osv=osv", "-q", code=0)
        self.env.update(DRYDOCK_IMAGE_SRC="remote", DRYDOCK_DB=str(self.dir / "t.ddb"), SOURCE_DATE_EPOCH="1767225600")

    def archive(self, name, layers, form="docker"):
        members = docker_members(layers) if form == "docker" else oci_members(layers)
        return write_tar(self.dir / name, members)

    def many(self, *arguments, code=0, form="json", **more):
        """The overview; for JSON as it is, by its schema."""
        done = self.run_program("image", *arguments, *NOW, "--format", form, "--quiet", code=code, **more)
        if form != "json":
            return done.stdout.decode()
        overview = json.loads(done.stdout)
        self.assertEqual(problems(overview, SCHEMA, "overview", SCHEMA), [])
        if jsonschema and hasattr(jsonschema, "Draft202012Validator"):
            validator = jsonschema.Draft202012Validator
            validator.check_schema(SCHEMA)
            self.assertEqual([e.message for e in validator(SCHEMA).iter_errors(overview)], [])
        return overview

    @staticmethod
    def names(overview):
        return [row["Names"] for row in overview["Images"]]


class Rows(ManyTest):
    def test_a_row_for_each_image(self):
        bad, poor, old = self.archive("bad.tar", BAD), self.archive("poor.tar", POOR), self.archive("old.tar", OLD)
        overview = self.many(bad, poor, old)
        self.assertEqual(self.names(overview), [[bad], [poor], [old]])
        self.assertEqual((overview["Title"], overview["Failures"], overview["CreatedAt"]), ("3 images", 0, "2026-01-01T00:00:00Z"))
        row = overview["Images"][0]
        self.assertEqual(row["Vulnerabilities"], {"CRITICAL": 1, "HIGH": 1, "MEDIUM": 0, "LOW": 0, "UNKNOWN": 1, "Fixable": 2})
        self.assertEqual(row["Packages"], {"OS": 1, "Language": 1})
        self.assertEqual((row["OS"]["Family"], row["OS"]["Name"], row["OS"]["EOSL"]), ("debian", "12", False))
        self.assertEqual(row["Platform"], {"OS": "linux", "Architecture": "amd64"})
        self.assertEqual(row["Size"], sum(map(len, BAD)))
        self.assertEqual(row["Digest"], "sha256:" + sha(config_of(BAD)))
        self.assertEqual((overview["Images"][2]["OS"]["EOSL"], overview["Images"][2]["NotChecked"]), (True, "no data for debian 9"))

    def test_counts_are_those_of_single_reports(self):
        image = self.archive("bad.tar", BAD)
        report = self.scan(image, *NOW)
        counts = {}
        for result in report["Results"]:
            for finding in result["Vulnerabilities"]:
                counts[finding["Severity"]] = counts.get(finding["Severity"], 0) + 1
        row = self.many(image, self.archive("clean.tar", CLEAN))["Images"][0]
        self.assertEqual({k: v for k, v in row["Vulnerabilities"].items() if v and k != "Fixable"}, counts)

    def test_several_names_of_one_image_are_one_row(self):
        docker, oci = self.archive("a.tar", BAD), self.archive("b.tar", BAD, form="oci")
        folder = write_folder(self.dir / "folder", oci_members(BAD))
        overview = self.many(docker, self.archive("clean.tar", CLEAN), oci, folder)
        self.assertEqual([len(names) for names in self.names(overview)], [3, 1])
        self.assertEqual(overview["Title"], "2 images under 4 names")
        text = self.many(docker, oci, form="table")
        self.assertIn(f"│ {docker} ", text)
        self.assertIn(f"│ =\u00a0{oci} ", text)

    def test_what_is_named_twice_is_scanned_once(self):
        image, other = self.archive("a.tar", BAD), self.archive("b.tar", CLEAN)
        overview = self.many(image, image, other, image)
        self.assertEqual(self.names(overview), [[image], [other]])
        self.assertEqual(json.loads(self.run_program("image", image, image, "-f", "json", "-q", code=0).stdout)["SchemaVersion"], 2)

    def test_diff_ids_that_are_only_claimed_join_nothing(self):
        """Whose config claims the diff IDs of another image, but has other layers, has a row of its own."""
        descriptor, blobs = oci_blobs(BAD)
        manifest = json.loads(blobs[descriptor["digest"].split(":")[1]])
        for i, data in enumerate([pack(BASE, "gzip"), pack(CLEAN[0], "gzip")]):
            blobs[sha(data)] = data
            manifest["layers"][i].update(digest="sha256:" + sha(data), size=len(data))
        text = json.dumps(manifest).encode()
        blobs[sha(text)] = text
        liar = write_tar(self.dir / "liar.tar", index_members([dict(descriptor, digest="sha256:" + sha(text), size=len(text))], blobs))
        for images in ([self.archive("a.tar", BAD), liar], [liar, str(self.dir / "a.tar")]):
            overview = self.many(*images)
            self.assertEqual(self.names(overview), [[image] for image in images])
            self.assertEqual(sorted(row["Vulnerabilities"]["CRITICAL"] for row in overview["Images"]), [0, 1])

    def test_order(self):
        images = {"b.tar": POOR, "a.tar": CLEAN, "d.tar": BAD, "c.tar": OTHER, "e.tar": OLD}
        paths = [self.archive(name, layers) for name, layers in images.items()] + [str(self.dir / "0gone.tar")]
        for key, order in (("", "badce"), ("name", "abcde"), ("severity", "dbace"), ("fixable", "bdace"), ("packages", "bdace"), ("os", "acebd")):
            overview = self.many(*paths, *(["--sort", key] if key else []), code=2)
            found = [os.path.basename(names[0])[0] for names in self.names(overview)]
            self.assertEqual("".join(found), order + "0", key) # failures are last
        self.assertEqual(overview["Failures"], 1)
        self.fails("image", paths[0], "--sort", "colour", says=["--sort", "colour", "severity"])

    def test_failures_come_last_and_are_counted(self):
        good, damaged = self.archive("good.tar", CLEAN), self.archive("damaged.tar", BAD)
        with open(damaged, "r+b") as file:
            file.truncate(3000)
        done = self.run_program("image", damaged, good, "./gone.tar", *NOW, "-f", "json", "-q", code=2)
        overview = json.loads(done.stdout)
        self.assertEqual(self.names(overview), [[good], [damaged], ["./gone.tar"]])
        self.assertEqual(set(overview["Images"][2]), {"Names", "Error"})
        self.assertIn("No such file", overview["Images"][2]["Error"])
        lines = done.stderr.decode().splitlines()
        self.assertEqual(len(lines), 3, lines) # one for each, and one for all
        self.assertEqual(lines[-1], "drydock: error: 2 of 3 could not be scanned")
        for form in ("table", "markdown", "html"):
            text = self.many(damaged, good, "./gone.tar", form=form, code=2)
            self.assertLess(text.index("good.tar"), text.index("gone.tar"))
            self.assertIn("2 of 3", text)
        self.assertEqual(self.many("./gone.tar", "./lost.tar", code=2)["Failures"], 2)

    def test_bad_options_are_refused_before_any_scan(self):
        image = self.archive("a.tar", CLEAN)
        for arguments, says in (
                ([image, "--report-format", "html"], "--report-format"), ([image, "--only-tags", "x"], "--all-tags"),
                ([image, "--format", "xml"], "markdown"), (["--input", image, "--from-file", "x"], "--input"),
                (["--container", "x", image], "--container"), (["--container", "x"], "--image-src"), (["--platform", "all", image, "./b.tar"], "one image"),
                (["--platform", "all", "--input", "-"], "file first"), ([image, "UPPER:1"], "UPPER:1"),
                (["--all-tags", "localhost:1/app:1"], "without a tag")):
            self.fails("image", *arguments, says=[says])
        self.fails("rootfs", "/", "--format", "html", says=["drydock image"])

    def test_the_same_bytes_every_time(self):
        images = [self.archive("a.tar", BAD), self.archive("b.tar", POOR), self.archive("c.tar", OTHER)]
        for form in ("table", "json", "markdown", "html"):
            texts = {self.many(*images, "--parallel", n, "--no-cache", form=form) if form != "json" else
                     json.dumps(self.many(*images, "--parallel", n, "--no-cache")) for n in (1, 2, 4)}
            self.assertEqual(len(texts), 1, form)


class Lists(ManyTest):
    def setUp(self):
        super().setUp()
        self.registry = self.serve(FakeRegistry(page=2))
        for repository, tag, layers in (("app", "1.0", BAD), ("app", "1.1", POOR), ("app", "latest", POOR), ("team/web", "latest", CLEAN)):
            push_image(self.registry, repository, tag, layers)
        self.host = self.registry.host

    def named(self, *names):
        return [[f"{self.host}/{name}" for name in ([one] if isinstance(one, str) else one)] for one in names]

    def test_from_file(self):
        archive = self.archive("a.tar", CLEAN)
        text = f"# images of ours\n\n{self.host}/app:1.0   # bad\r\n\t{archive}\n{self.host}/app:1.0\n"
        (self.dir / "list.txt").write_text(text)
        expected = [[f"{self.host}/app:1.0"], [archive]]
        for overview in (self.many("--from-file", "list.txt"), self.many("--from-file", "-", input=text.encode())):
            self.assertEqual(self.names(overview), expected)
        self.assertEqual(self.many("--from-file", "list.txt")["Title"], "list.txt: 2 images")
        (self.dir / "bad.txt").write_text("nginx\nBAD NAME\n")
        self.fails("image", "--from-file", "bad.txt", says=["bad.txt line 2", "BAD NAME"])
        self.fails("image", "--from-file", "-", says=["standard input names no image"], input=b"# none\n")
        self.fails("image", "--from-file", "none.txt", says=["none.txt"])

    def test_all_tags(self):
        overview = self.many("--all-tags", self.host + "/app")
        self.assertEqual(self.names(overview), self.named("app:1.0", ["app:1.1", "app:latest"]))
        self.assertEqual(overview["Title"], f"{self.host}/app: 2 images under 3 names")
        self.assertEqual(self.names(self.many("--all-tags", self.host + "/app", "--only-tags", "1.*")), self.named("app:1.0", "app:1.1"))
        self.assertEqual(self.names(self.many("--all-tags", self.host + "/app", "--only-tags", "x, latest")), self.named("app:latest"))
        self.fails("image", "--all-tags", self.host + "/app", "--only-tags", "x*", says=["--only-tags"])
        self.fails("image", "--all-tags", self.host + "/none", says=[self.host + "/none", "404"])

    def test_catalog(self):
        overview = self.many("--catalog", self.host)
        self.assertEqual(self.names(overview), self.named("app:1.0", ["app:1.1", "app:latest"], "team/web:latest"))
        latest = self.many("--catalog", f"{self.host},{self.host}", "--only-tags", "latest", self.archive("a.tar", BAD))
        self.assertEqual(self.names(latest), [[str(self.dir / "a.tar")]] + self.named("app:latest", "team/web:latest"))
        port = self.registry.port
        self.registry.stop()
        self.addCleanup(setattr, self.registry, "stop", lambda: None)
        self.fails("image", "--catalog", f"localhost:{port}", "--timeout", "1s", says=[f"localhost:{port}"])

    def test_what_is_no_image_is_left_out(self):
        subject = push_image(self.registry, "app", "1.0", BAD)
        push_artifact(self.registry, "app", "chart", [(b"chart", "application/vnd.cncf.helm.chart.content.v1.tar+gzip")],
                      config_type="application/vnd.cncf.helm.config.v1+json")
        push_artifact(self.registry, "app", subject["digest"].replace(":", "-") + ".sig", [(b"{}", "application/vnd.dev.cosign.simplesigning.v1+json")])
        overview = self.many("--all-tags", self.host + "/app")
        self.assertEqual(self.names(overview), self.named("app:1.0", ["app:1.1", "app:latest"]))
        self.assertEqual((overview["LeftOut"], overview["Failures"]), (1, 0)) # tags of signatures are not even asked for
        self.assertIn("Left out: 1 that is no container image\n", self.many("--all-tags", self.host + "/app", form="table"))
        self.many(self.host + "/app:chart", self.host + "/app:1.0", code=2) # but who names one is told

    def test_a_repository_that_cannot_be_listed(self):
        proxy = self.serve(Proxy(self.registry.url))
        proxy.rule("/v2/app/tags", status=403, body='{"errors":[{"code":"DENIED","message":"not for you"}]}')
        overview = self.many("--catalog", proxy.host, code=2)
        self.assertEqual(self.names(overview), [[proxy.host + "/team/web:latest"], [proxy.host + "/app"]])
        self.assertIn("not for you", overview["Images"][1]["Error"])

    def test_what_is_missing_or_broken_leaves_the_others(self):
        proxy = self.serve(Proxy(self.registry.url))
        proxy.rule("/v2/team/web/manifests", status=404, body='{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}')
        overview = self.many("--catalog", proxy.host, code=2)
        self.assertEqual([("Error" in row) for row in overview["Images"]], [False, False, True])

    def test_shared_layers_are_fetched_once(self):
        self.many("--catalog", self.host)
        blobs = [s.path for s in self.registry.seen if s.method == "GET" and "/blobs/" in s.path]
        base = "sha256:" + sha(pack(BASE, "gzip"))
        self.assertEqual(len([path for path in blobs if path.endswith(base)]), 1)
        self.registry.seen.clear()
        self.many("--catalog", self.host)
        self.assertEqual(self.registry.count("GET", "/blobs/"), 0)

    @needs_registry
    def test_a_real_registry(self):
        registry = self.serve(Registry(catalog_max=2))
        for repository in ("a", "b/c", "d", "e", "f"):
            push_image(registry, repository, "1", BAD)
            push_image(registry, repository, "2", CLEAN)
        overview = self.many("--catalog", registry.host)
        self.assertEqual([len(row["Names"]) for row in overview["Images"]], [5, 5])


class Gates(ManyTest):
    def codes(self, *images, **options):
        return self.run_program("image", *images, *NOW, "-f", "json", "-q", *options.get("with_", ())).returncode

    def test_gates_hold_for_each_image(self):
        bad, poor, clean = self.archive("a.tar", BAD), self.archive("b.tar", POOR), self.archive("c.tar", CLEAN)
        self.assertEqual(self.codes(bad, poor, clean), 0)
        for options, code in ((["--exit-code", "3"], 3), (["--fail-on", "HIGH"], 1), (["--fail-on", "CRITICAL,fixable"], 0),
                              (["--exit-code", "3", "--severity", "MEDIUM"], 0), (["--fail-on", "LOW", "--exit-code", "7"], 7)):
            self.assertEqual(self.codes(clean, poor, bad, with_=options), code, options)
        overview = self.many(bad, poor, clean, "--fail-on", "HIGH", code=1)
        self.assertEqual([row.get("FailedGate") for row in overview["Images"]], ["2 findings fail the gate --fail-on", None, None])
        overview = self.many(bad, poor, clean, "--exit-code", "4", code=4)
        self.assertEqual([row.get("FailedGate") for row in overview["Images"]],
                         ["3 findings fail the gate --exit-code", "2 findings fail the gate --exit-code", None])

    def test_failures_outrank_gates(self):
        self.assertEqual(self.codes(self.archive("a.tar", BAD), "./gone.tar", with_=["--exit-code", "3"]), 2)
        self.assertEqual(self.codes("./gone.tar", self.archive("a.tar", BAD), with_=["--exit-code", "3"]), 2)

    def test_a_gate_that_cannot_judge(self):
        bad, other = self.archive("a.tar", BAD), self.archive("b.tar", OTHER)
        overview = self.many(bad, other, "--exit-code", "3", code=2)
        self.assertEqual(overview["Failures"], 0)
        self.assertIn("cannot judge", overview["Images"][1]["FailedGate"])
        self.many(bad, other, "--exit-code", "3", "--allow-no-data", code=3)

    def test_end_of_life(self):
        self.many(self.archive("a.tar", CLEAN), self.archive("b.tar", OLD), "--exit-on-eol", "5", code=5)


class Cells(html.parser.HTMLParser):
    """The tables of a page, as lists of rows of texts; fails where elements do not nest. Links as they are."""
    VOID = {"meta", "wbr", "br"}

    def __init__(self, text):
        super().__init__()
        self.open, self.rows, self.links, self.text = [], [], [], ""
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        elif tag == "a":
            self.links.append(dict(attrs)["href"])

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()

    def handle_data(self, data):
        self.text += data if "style" not in self.open else ""
        if "td" in self.open or "th" in self.open:
            self.rows[-1][-1] += data


def markdown_rows(text):
    """Rows of all tables: cells between bars that are not escaped."""
    return [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line.startswith("|")]


class Formats(ManyTest):
    HOSTILE = "a|b`<img src=x onerror=alert(1)>\"'&\x1b[2J\u202e*_[x](y)@me.tar"

    def setUp(self):
        super().setUp()
        self.images = [self.archive("bad.tar", BAD), self.archive(self.HOSTILE, POOR), self.archive("other.tar", OTHER), self.archive("old.tar", OLD)]

    def test_html(self):
        text = self.many(*self.images, "./gone.tar", form="html", code=2)
        page = Cells(text)
        self.assertTrue(text.startswith("<!doctype html>"))
        self.assertNotIn("<img", text)
        self.assertNotRegex(text, "<script|javascript:|https?://") # needs nothing else, and runs nothing
        head, *rows = page.rows
        self.assertEqual(head, ["Image", "OS", "Size", "Packages", "Critical", "High", "Medium", "Low", "Unknown", "Fixable", "Notes"])
        self.assertEqual(rows[0][1:2] + rows[0][4:10], ["debian 12", "1", "1", "0", "0", "1", "2"])
        self.assertEqual(rows[1][0], str(self.dir / self.HOSTILE).replace("\x1b", "?").replace("\u202e", "?"))
        self.assertEqual(rows[2][4:10], ["?"] * 6) # nobody looked
        self.assertIn("NOT CHECKED (no data for alpine 3.20)", rows[2][10])
        self.assertIn("end of life since", rows[3][10])
        self.assertEqual(rows[4][0], "./gone.tar")
        self.assertNotRegex(text.replace("\n", ""), "[\x00-\x1f\x7f\x80-\x9f\u202e]")

    def test_markdown(self):
        text = self.many(*self.images, "./gone.tar", form="markdown", code=2)
        head, line, *rows = markdown_rows(text)
        self.assertEqual({len(row) for row in (head, line, *rows)}, {11}, text)
        self.assertEqual([cell.strip() for cell in rows[0][4:10]], ["**1**", "**1**", "0", "0", "1", "2"])
        self.assertIn("``", rows[1][0]) # marks that the name has are inside others
        self.assertIn("## Could not be scanned: 1 of 5\n\n- `./gone.tar`: ", text)
        self.assertNotRegex(text.replace("\n", ""), "[\x00-\x1f\x7f\x80-\x9f\u202e]")
        try:
            from markdown_it import MarkdownIt
        except ImportError:
            return
        page = Cells(MarkdownIt("commonmark").enable("table").render(text))
        self.assertEqual(page.rows[2][0], str(self.dir / self.HOSTILE).replace("\x1b", "?").replace("\u202e", "?"))

    def test_severities_that_are_not_wanted_have_no_column(self):
        for form in ("table", "markdown", "html"):
            text = self.many(*self.images, "--severity", "HIGH,CRITICAL", "--ignore-unfixed", form=form)
            self.assertNotRegex(text, r"Med|Low|Unkn(?!own:)")
            self.assertIn("only CRITICAL, HIGH; without what has no fix yet", text)
        overview = self.many(*self.images, "--severity", "HIGH")
        self.assertEqual(overview["Images"][0]["Vulnerabilities"], {"HIGH": 1, "Fixable": 1})
        self.assertEqual(overview["Filters"], "only HIGH")

    def test_one_image_in_a_format_of_overviews(self):
        for form in ("markdown", "html"):
            self.assertIn("bad.tar", self.many(self.images[0], form=form))

    def test_output(self):
        for form in ("table", "json", "markdown", "html"):
            done = self.run_program("image", *self.images, *NOW, "-f", form, "-q", "-o", "out", code=0)
            self.assertEqual((done.stdout, done.stderr), (b"", b""))
            self.assertEqual((self.dir / "out").read_bytes(), self.run_program("image", *self.images, *NOW, "-f", form, "-q", code=0).stdout)

    def test_the_starter_database_is_told_above_and_below(self):
        self.env.pop("DRYDOCK_DB")
        self.env["DRYDOCK_CACHE_DIR"] = str(self.dir / "other")
        for form in ("table", "markdown", "html"):
            self.assertEqual(self.many(*self.images, form=form).count("Starter database"), 2)
        self.assertTrue(self.many(*self.images)["Database"]["Starter"])

    def on_terminal(self, width, *arguments):
        master, slave = open_terminal()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
        process = subprocess.Popen([PROGRAM, "image", *arguments, *NOW, "-q"], stdin=subprocess.DEVNULL, stdout=slave, stderr=subprocess.DEVNULL,
                                   cwd=self.dir, env={**self.env, "TERM": "xterm"})
        os.close(slave)
        data = b""
        while True:
            try:
                part = os.read(master, 65536)
            except OSError: # the other side is closed
                part = b""
            if not part:
                break
            data += part
        os.close(master)
        process.wait()
        return data.decode().replace("\r\n", "\n")

    def test_tables_fit_the_terminal(self):
        def columns(line):
            return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)

        os.chdir(self.dir) # short names
        self.addCleanup(os.chdir, ROOT)
        for width in (60, 80, 100, 140, 200):
            text = self.on_terminal(width, "./bad.tar", "./other.tar", "./old.tar", "./gone.tar", "--exit-code", "1")
            self.assertLessEqual(max(columns(line) for line in text.splitlines()), width, text)
            self.assertIn("./bad.tar", text)
            self.assertIn("NOT CHECKED", text)
            self.assertEqual("┌" in text, width > 60)
            self.assertNotIn("\x1b", text)
            tables = re.findall(r"(?:^[┌│├└].*\n)+", text, re.M)
            for table in tables:
                self.assertEqual(len({columns(line) for line in table.splitlines()}), 1, table)
        self.env["NO_COLOR"] = ""
        self.assertIn("\x1b[31;1m", self.on_terminal(140, "./bad.tar", "./other.tar"))

    def test_what_the_log_says(self):
        done = self.run_program("image", *self.images, "./gone.tar", *NOW, "-o", "out", code=2)
        text = done.stderr.decode()
        for i, image in enumerate(self.images[:1] + self.images[2:], 1):
            self.assertIn(f"of 5: {image}\n", text)
        self.assertEqual(text.count("database: "), 1)
        quiet = self.run_program("image", *self.images, *NOW, "-o", "out", "-q", code=0)
        self.assertEqual(quiet.stderr, b"")


class OwnReports(ManyTest):
    def test_reports_are_those_of_single_scans(self):
        bad, clean = self.archive("bad.tar", BAD), self.archive("clean.tar", CLEAN)
        overview = self.many(bad, clean, "./gone.tar", "--report-dir", "new/reports", "--no-cache", code=2)
        files = sorted(path.name for path in (self.dir / "new/reports").iterdir())
        self.assertEqual([self.dir / row["Report"] for row in overview["Images"][:2]], [self.dir / "new/reports" / name for name in files])
        self.assertEqual((self.dir / overview["Images"][0]["Report"]).read_bytes(),
                         self.run_program("image", bad, *NOW, "-f", "json", "-q", "--no-cache", code=0).stdout)
        self.many(bad, clean, "--report-dir", "text", "--report-format", "table")
        self.assertEqual(sorted(path.suffix for path in (self.dir / "text").iterdir()), [".txt", ".txt"])
        self.assertIn("Reports: text\n", self.many(bad, clean, "--report-dir", "text", form="table"))

    def test_links_lead_to_the_reports(self):
        images = [self.archive("bad.tar", BAD), self.archive("clean (1)|#?.tar", CLEAN)]
        for folder in ("pages/a b", "."):
            (self.dir / folder).mkdir(parents=True, exist_ok=True)
            for reports in ("reports", "pages/a b/in", "pages/a #?%(b)", str(self.dir / "absolute")):
                for form, end in (("html", "html"), ("markdown", "md")):
                    output = self.dir / folder / f"all.{end}"
                    self.many(*images, "--report-dir", reports, "--output", output, form=form)
                    text = output.read_text()
                    links = Cells(text).links if form == "html" else re.findall(r"\[report\]\(([^)]*)\)", text)
                    self.assertEqual(len(links), 2)
                    for link in links:
                        self.assertNotIn(str(self.dir), link)
                        target = output.parent / urllib.parse.unquote(link)
                        self.assertIn(json.loads(target.read_text())["ArtifactName"], images)

    def test_names_of_files(self):
        registry = self.serve(FakeRegistry())
        push_image(registry, "team/app", "1", BAD)
        overview = self.many(f"{registry.host}/team/app:1", "--report-dir", "r")
        self.assertEqual(overview["Images"][0]["Report"], f"r/0001-localhost_{registry.port}_team_app_1.json")
        os.makedirs(self.dir / "..x", exist_ok=True)
        self.archive("..x/.hidden.tar", CLEAN)
        overview = self.many("./..x/.hidden.tar", "--report-dir", "r")
        self.assertEqual(overview["Images"][0]["Report"], "r/0001-x_.hidden.tar.json")


class Platforms(ManyTest):
    ARM = [BASE, layer(("node_modules/b/package.json", node("b", "2.0.0")))]

    def setUp(self):
        super().setUp()
        self.registry = self.serve(FakeRegistry())
        self.app = self.registry.host + "/app:1"

    def push(self, *platforms, **more):
        """(layers, architecture, variant)"""
        descriptors = []
        for layers, arch, variant in platforms:
            descriptor = push_image(self.registry, "app", None, layers, arch=arch)
            if variant:
                descriptor["platform"]["variant"] = variant
            descriptors.append(descriptor)
        push_index(self.registry, "app", "1", descriptors + more.get("others", []), more.get("kind", TYPES["index"]))
        return descriptors

    def test_each_platform_has_a_row(self):
        note = push_artifact(self.registry, "app", None, [(b"{}", "application/vnd.in-toto+json")])
        note.update(platform={"os": "unknown", "architecture": "unknown"}, annotations={"vnd.docker.reference.type": "attestation-manifest"})
        descriptors = self.push((BAD, "amd64", None), (self.ARM, "arm", "v7"), (BAD, "386", None), others=[note])
        overview = self.many(self.app, "--platform", "all")
        rows = overview["Platforms"]
        self.assertEqual([row["Names"] for row in rows], [["linux/amd64"], ["linux/arm/v7"], ["linux/386"]])
        self.assertEqual([row["Digest"] for row in rows], [d["digest"] for d in descriptors])
        self.assertEqual(rows[1]["Platform"], {"OS": "linux", "Architecture": "arm", "Variant": "v7"})
        self.assertEqual((overview["Title"], overview["Failures"]), (self.app, 0))
        self.assertEqual(overview["Differences"], [
            {"PkgName": "b", "InstalledVersion": "1.5.0", "PackageDiffers": True, "VulnerabilityIDs": ["CVE-2026-0001", "CVE-2026-0002"],
             "Platforms": ["linux/amd64", "linux/386"]},
            {"PkgName": "b", "InstalledVersion": "2.0.0", "PackageDiffers": True, "VulnerabilityIDs": ["CVE-2026-0002"], "Platforms": ["linux/arm/v7"]}])
        base = sha(pack(BASE, "gzip"))
        self.assertEqual(self.registry.count("GET", "/blobs/sha256:" + base), 1)

    def test_every_format(self):
        self.push((BAD, "amd64", None), (self.ARM, "arm64", None))
        text = self.many(self.app, "--platform", "all", form="table")
        self.assertRegex(text, r"│ Platform +│ OS ")
        self.assertRegex(text, r"│ b +│ 1\.5\.0 +│ linux/amd64 +│ CVE-2026-0001, CVE-2026-0002 +│")
        rows = markdown_rows(self.many(self.app, "--platform", "all", form="markdown"))
        self.assertEqual([cell.strip() for cell in rows[-1]], ["b", "2.0.0", "linux/arm64", "CVE-2026-0002"])
        page = Cells(self.many(self.app, "--platform", "all", form="html"))
        self.assertIn(["b", "1.5.0", "✓", "–", "CVE-2026-0001, CVE-2026-0002"], page.rows)

    def test_no_differences(self):
        self.push((BAD, "amd64", None), (BAD, "arm64", None))
        self.assertEqual(self.many(self.app, "--platform", "all")["Differences"], [])
        for form in ("table", "markdown", "html"):
            self.assertIn("Packages and findings are the same on all platforms.", self.many(self.app, "--platform", "all", form=form))

    def test_platforms_of_one_name(self):
        descriptors = self.push((BAD, "amd64", None), (self.ARM, "amd64", None))
        names = [row["Names"][0] for row in self.many(self.app, "--platform", "all")["Platforms"]]
        self.assertEqual(names, ["linux/amd64 " + d["digest"][:19] for d in descriptors])

    def test_a_platform_that_fails(self):
        descriptors = self.push((BAD, "amd64", None), (self.ARM, "arm64", None), (BAD, "386", None))
        del self.registry.manifests["app", descriptors[1]["digest"]]
        overview = self.many(self.app, "--platform", "all", code=2)
        self.assertEqual([row["Names"] for row in overview["Platforms"]], [["linux/amd64"], ["linux/386"], ["linux/arm64"]])
        self.assertEqual(overview["Platforms"][2]["Platform"]["Architecture"], "arm64")
        self.assertEqual(overview["Differences"], []) # of those that could be compared

    def test_archives_and_images_of_one_platform(self):
        first, blobs = oci_blobs(BAD)
        second, more = oci_blobs(self.ARM, arch="arm64")
        index = write_tar(self.dir / "index.tar", index_members([first, second], {**blobs, **more}))
        self.assertEqual(len(self.many(index, "--platform", "all")["Platforms"]), 2)
        for image in (self.archive("a.tar", BAD), self.archive("b.tar", BAD, form="oci")):
            self.assertEqual([row["Names"] for row in self.many(image, "--platform", "all")["Platforms"]], [["linux/amd64"]])
        push_image(self.registry, "one", "1", BAD)
        self.assertEqual(len(self.many(self.registry.host + "/one:1", "--platform", "all")["Platforms"]), 1)

    def test_gates_and_reports(self):
        self.push((BAD, "amd64", None), (CLEAN, "arm64", None))
        overview = self.many(self.app, "--platform", "all", "--fail-on", "HIGH", "--report-dir", "r", code=1)
        self.assertEqual([row.get("FailedGate") for row in overview["Platforms"]], ["2 findings fail the gate --fail-on", None])
        for row in overview["Platforms"]:
            self.assertIn(row["Names"][0], json.loads((self.dir / row["Report"]).read_text())["ArtifactName"])


class Interruption(ManyTest):
    def test_it_leaves_nothing_behind(self):
        registry = self.serve(FakeRegistry())
        push_image(registry, "app", "0", CLEAN)
        push_image(registry, "app", "1", BAD)
        proxy = self.serve(Proxy(registry.url))
        proxy.rule("/v2/app/manifests/1", delay=60)
        tmp = self.dir / "tmp"
        tmp.mkdir()
        process = subprocess.Popen([PROGRAM, "image", "--all-tags", proxy.host + "/app", *NOW, "-q", "-f", "html", "-o", "out.html"], cwd=self.dir,
                                   env={**self.env, "TMPDIR": str(tmp)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_until(lambda: proxy.count(path="/manifests/1$"), "the second image")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        self.assertEqual((process.returncode, out), (-signal.SIGINT, b""))
        self.assertEqual(err.decode(), "drydock: error: interrupted\n")
        self.assertEqual(list(tmp.iterdir()), [])
        self.assertFalse((self.dir / "out.html").exists())


@needs("curl")
class SingleReports(ManyTest):
    """Reports of one image by its schema, wherever it comes from, and from the cache."""

    def report(self, *arguments, command="image"):
        more = [*NOW, "--list-all-pkgs"] if command == "image" else []
        report = json.loads(self.run_program(command, *arguments, *more, "-f", "json", "-q", code=0).stdout)
        self.assertEqual(problems(report), [])
        return report

    def both(self, *arguments):
        """Anew, and from the cache."""
        first, second = self.report(*arguments), self.report(*arguments)
        self.assertEqual({v for r in (first, second) for v in [len(r["Drydock"]["VerifiedLayers"])]}, {len(first["Metadata"]["Layers"])})
        for key in ("Results", "Metadata", "ArtifactName"):
            self.assertEqual(second[key], first[key])
        self.assertEqual(packages(first), [("a", "1.0-1"), ("b", "1.5.0")])
        return first, second

    def test_of_a_registry(self):
        registry = self.serve(FakeRegistry())
        descriptor = push_image(registry, "team/app", "1", BAD)
        digest = descriptor["digest"]
        name = f"{registry.host}/team/app"
        first, second = self.both(name + ":1")
        self.assertEqual((first["ArtifactName"], first["Metadata"]["Reference"]), (name + ":1", name + ":1"))
        self.assertEqual((first["Metadata"]["RepoTags"], first["Metadata"]["RepoDigests"]), ([name + ":1"], [f"{name}@{digest}"]))
        self.assertEqual([r["Drydock"]["VerifiedLayers"] for r in (first, second)], [[True] * 2, [False] * 2])
        by_digest = self.report(f"{name}@{digest}")
        self.assertEqual((by_digest["Metadata"]["RepoTags"], by_digest["Metadata"]["RepoDigests"]), ([], [f"{name}@{digest}"]))

    def test_of_an_index(self):
        registry = self.serve(FakeRegistry())
        push_index(registry, "app", "1", [push_image(registry, "app", None, BAD), push_image(registry, "app", None, CLEAN, arch="arm64")])
        self.both(registry.host + "/app:1", "--platform", "linux/amd64")

    def test_of_an_engine_and_a_container(self):
        engine = self.serve(FakeDocker(self.dir / "docker.sock"))
        image = engine.add_image(BAD, ["registry.example/app:1", "app:1"])
        engine.add_container("web", image, layer(("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", deb("a", "1.0-1"))))
        self.env.update(DOCKER_HOST=engine.host, DRYDOCK_IMAGE_SRC="docker")
        first, _ = self.both("app:1")
        self.assertEqual(first["Metadata"]["RepoTags"], image.tags)
        self.assertEqual(packages(self.report("--container", "web")), [("a", "1.0-1")])

    def test_of_archives(self):
        self.both(self.archive("a.tar", BAD))
        self.both(self.archive("b.tar", BAD, form="oci"))

    def test_packages_of_a_registry(self):
        registry = self.serve(FakeRegistry())
        push_image(registry, "app", "1", BAD)
        app = registry.host + "/app:1"
        report = self.report(app, command="packages")
        self.assertEqual((packages(report), report["ArtifactName"], report["ArtifactType"]), ([("a", "1.0-1"), ("b", "1.5.0")], app, "container_image"))
        registry.seen.clear()
        self.assertIn("│ b ", self.run_program("packages", app, code=0).stdout.decode())
        self.assertEqual(registry.count("GET", "/blobs/"), 0) # the cache is used
        self.run_program("packages", app, "--no-cache", code=0)
        self.assertEqual(registry.count("GET", "/blobs/"), 3)
        push_index(registry, "app", "2", [push_image(registry, "app", None, BAD), push_image(registry, "app", None, CLEAN, arch="arm64")])
        self.assertEqual(packages(self.report(registry.host + "/app:2", "--platform", "linux/arm64", command="packages")), [("c", "2.0.0")])
        self.fails("packages", registry.host + "/none:1", says=["none"])
        done = self.run_program("packages", app, "--platform", "all", code=2)
        self.assertIn(b"--platform all is for drydock image", done.stderr)

    def test_what_packages_takes_for_a_path(self):
        (self.dir / "app").mkdir()
        (self.dir / "app/package-lock.json").write_text(json.dumps({"lockfileVersion": 3, "packages": {"node_modules/x": {"version": "1.0.0"}}}))
        self.assertEqual(packages(self.report("app", command="packages")), [("x", "1.0.0")])
        self.fails("packages", "app", "--as", "image", "--offline", says=["app", "--offline"])
        self.fails("packages", "nothing", "--offline", says=["nothing is no file or folder here", "--offline"])
        for path in ("./nothing", "nothing.tar", "package-lock.json"):
            self.fails("packages", path, says=[path, "No such file"])
        self.fails("image", "app", "--offline", says=["for the file or folder of that name write ./app"])


if __name__ == "__main__":
    main()
