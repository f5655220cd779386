"""`db update`, and the updates that scans make: artifacts of a database in a registry on loopback, and everything that can go wrong."""
import contextlib
import datetime
import gzip
import io
import json
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import tarfile
import unittest

from bolt import trivy_file
from drydock import PROGRAM, docker_archive, findings, layer, main, needs, node, open_terminal
from servers import (FakeRegistry, Proxy, Registry, ServerTest, certificates, free_port, needs_registry, push_artifact, wait_until)

TRIVY_CONFIG = "application/vnd.aquasec.trivy.config.v1+json"
TRIVY_LAYER = "application/vnd.aquasec.trivy.db.layer.v1.tar+gzip"
JAVA_LAYER = "application/vnd.aquasec.trivy.javadb.layer.v1.tar+gzip"
OWN_LAYER = "application/vnd.drydock.db.v2+ddb"
BLOBS, MANIFESTS = r"/blobs/", r"/manifests/"


def moment(hours=0):
    when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)
    return when.strftime("%Y-%m-%dT%H:%M:%S.504641421Z")


def tar_gz(**members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in members.items():
            data = data.encode() if isinstance(data, str) else data
            info = tarfile.TarInfo(name.replace("__", "-").replace("_", "."))
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return gzip.compress(out.getvalue(), 1, mtime=0)


def metadata(age_h=1, next_h=None, version=2):
    return json.dumps({"Version": version, "UpdatedAt": moment(-age_h), "NextUpdate": moment(24 - age_h if next_h is None else next_h),
                       "DownloadedAt": moment()})


class UpdateTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.env.pop("DRYDOCK_SKIP_DB_UPDATE")
        self.image = docker_archive(self.dir / "a.tar", [layer(("node_modules/b/package.json", node("b", "1.5.0")))])
        self.registry = self.serve(FakeRegistry())
        self.folder = self.dir / "cache" / "db"
        self.name = self.registry.host + "/data/trivy-db:2"

    def publish(self, vulnerability, registry=None, tag="2", filler=0, **dates):
        """A version of Trivy's database with one weakness; the layer's bytes."""
        data = tar_gz(trivy_db=trivy_file(vulnerability, filler=filler), metadata_json=metadata(**dates))
        push_artifact(registry or self.registry, "data/trivy-db", tag, [(data, TRIVY_LAYER)], config_type=TRIVY_CONFIG)
        return data

    def update(self, *options, code=0, **more):
        return self.run_program("db", "update", *(options or [self.name]), code=code, **more)

    def scans(self, *options, code=0, quiet=True, **more):
        """Identifiers that a scan finds, and what it says."""
        done = self.run_program("image", self.image, "--format", "json", *(["-q"] if quiet else []), *options, code=code, **more)
        return [name for name, _ in findings(json.loads(done.stdout))], done.stderr.decode()

    def left(self):
        """Names in the folder but for those that belong there."""
        names = {path.name for path in self.folder.iterdir()} if self.folder.exists() else set()
        return sorted(name for name in names - {"current", "checked", "lock"} if not name.endswith(".ddb"))

    def an_hour_later(self):
        (self.folder / "checked").unlink(missing_ok=True)

    def fails_to_update(self, *words, options=None):
        line = self.fails("db", "update", *(options or [self.name]), says=words)
        self.assertEqual(self.left(), [])
        return line


@needs("curl")
class Update(UpdateTest):
    def test_it_fetches_once_and_again_when_there_is_a_newer_one(self):
        self.publish("CVE-2026-1001")
        said = self.update().stdout.decode()
        self.assertRegex(said, r"^updated: " + self.name + r", of \d{4}-\d\d-\d\dT\d\d:\d\dZ; the next one is due at ")
        self.assertEqual(self.scans()[0], ["CVE-2026-1001"])
        before = self.registry.count(path=BLOBS)
        self.assertRegex(self.update().stdout.decode(), "^up to date: ")
        self.assertEqual(self.registry.count(path=BLOBS), before)
        self.publish("CVE-2026-1002")
        self.assertEqual(self.scans()[0], ["CVE-2026-1001"]) # not old enough to look
        self.assertRegex(self.update().stdout.decode(), "^updated: ")
        self.assertEqual(self.scans()[0], ["CVE-2026-1002"])
        self.assertEqual(self.left(), [])

    def test_the_last_good_one_is_kept_and_no_more(self):
        for number in range(1001, 1006):
            self.publish(f"CVE-2026-{number}")
            self.update()
        note = json.loads((self.folder / "current").read_text())
        self.assertEqual(sorted(path.name for path in self.folder.glob("*.ddb")), sorted([note["File"], note["Previous"]]))

    def test_info_tells_where_it_came_from(self):
        self.publish("CVE-2026-1001")
        self.update()
        digest = next(digest for (_, name), data in self.registry.manifests.items() for digest in [name] if ":" in name)
        text = self.run_program("db", "info", code=0).stdout.decode()
        for words in (self.name, digest, "next update      20", "fetched          20", "last checked     20"):
            self.assertIn(words, text)

    def test_quiet_is_quiet(self):
        self.publish("CVE-2026-1001")
        done = self.update("-q", self.name)
        self.assertEqual((done.stdout, done.stderr), (b"", b""))

    def test_a_build_after_an_update_counts_and_an_update_after_a_build(self):
        self.publish("CVE-2026-1001")
        self.update()
        (self.dir / "trivy.db").write_bytes(trivy_file("CVE-2026-2000"))
        self.run_program("db", "build", "-q", "-o", "own.ddb", "trivy-db=trivy.db", code=0)
        self.assertEqual(self.scans()[0], ["CVE-2026-2000"])
        self.assertRegex(self.update().stdout.decode(), "^up to date: ")
        self.assertEqual(self.scans()[0], ["CVE-2026-1001"])

    def test_without_a_tag_it_is_2(self):
        self.publish("CVE-2026-1001")
        self.publish("CVE-2026-9999", tag="latest")
        self.update(self.registry.host + "/data/trivy-db")
        self.assertEqual(self.scans()[0], ["CVE-2026-1001"])

    def test_the_same_data_under_a_new_manifest_is_not_fetched_again(self):
        data = self.publish("CVE-2026-1001")
        self.update()
        before = self.registry.count(path=BLOBS)
        push_artifact(self.registry, "data/trivy-db", "2", [(data, TRIVY_LAYER)], config_type=TRIVY_CONFIG, annotations={"a": "b"})
        self.update()
        self.assertEqual(self.registry.count(path=BLOBS), before)

    def test_drydocks_own_files(self):
        (self.dir / "trivy.db").write_bytes(trivy_file("CVE-2026-3000"))
        self.run_program("db", "build", "-q", "-o", "own.ddb", "trivy-db=trivy.db", code=0)
        plain = (self.dir / "own.ddb").read_bytes()
        forms = [(plain, OWN_LAYER)]
        if shutil.which("zstd"):
            forms.append((subprocess.run(["zstd", "-c"], input=plain, stdout=subprocess.PIPE, check=True).stdout, OWN_LAYER + "+zstd"))
        for data, media_type in forms:
            push_artifact(self.registry, "data/trivy-db", "2", [(data, media_type)])
            self.assertRegex(self.update().stdout.decode(), "^updated: ")
            self.assertEqual(self.scans()[0], ["CVE-2026-3000"])
        for at in range(0, len(plain), len(plain) // 20):
            damaged = bytearray(plain)
            damaged[at] ^= 0x55
            push_artifact(self.registry, "data/trivy-db", "2", [(bytes(damaged), OWN_LAYER)])
            self.fails_to_update(self.registry.host)
        self.assertEqual(self.scans()[0], ["CVE-2026-3000"])

    @needs("sqlite")
    def test_java_index(self):
        database = sqlite3.connect(self.dir / "java.db")
        database.executescript("CREATE TABLE artifacts (id INTEGER PRIMARY KEY, group_id TEXT, artifact_id TEXT);"
                               "CREATE TABLE indices (artifact_id INTEGER, version TEXT, sha1 BLOB, archive_type TEXT);"
                               "INSERT INTO artifacts VALUES (1, 'org.example', 'thing');")
        database.execute("INSERT INTO indices VALUES (1, '1.0', ?, 'jar')", [b"\x11" * 20])
        database.commit()
        database.close()
        java = tar_gz(trivy__java_db=(self.dir / "java.db").read_bytes(), metadata_json=metadata(version=1))
        push_artifact(self.registry, "data/java", "1", [(java, JAVA_LAYER)])
        name = self.registry.host + "/data/java"
        self.publish("CVE-2026-1001")
        self.update()
        self.update(self.name, "--with-java-index", "--java-db-repository", name)
        self.assertIn("1 known by SHA-1", self.run_program("db", "info", code=0).stdout.decode())
        before = self.registry.count(path="/data/java/blobs/")
        self.publish("CVE-2026-1002")
        self.assertIn("with the index of Java archives", self.update().stdout.decode()) # it is kept, and not fetched again
        self.assertEqual(self.registry.count(path="/data/java/blobs/"), before)
        self.update(self.name, "--without-java-index")
        self.assertNotIn("SHA-1", self.run_program("db", "info", code=0).stdout.decode())
        self.fails("db", "update", name + ":1", says=["no vulnerability database"])

    def test_the_usual_references_in_their_order(self):
        second = self.serve(FakeRegistry())
        busy = self.serve(Proxy(self.registry.url)).rule(MANIFESTS, status=429, headers={"Retry-After": "3600"})
        told = self.run_program("db", "update", "--help", code=0).stdout.decode()
        usual = re.findall(r"\S+/trivy-db:2", told[:told.index("Examples:")])
        self.assertEqual(len(usual), 2)
        self.registries_conf("".join(f'[[registry]]\nprefix = "{name.rpartition("/")[0]}"\nlocation = "{place.host}/data"\ninsecure = true\n'
                                     for name, place in zip(usual, (busy, second))))
        line = self.fails("db", "update", says=[name + ": " for name in usual])
        self.assertRegex(line, r"(?i)too many requests|TOOMANYREQUESTS|429")
        self.assertRegex(line, "3600|hour|60 min")
        self.publish("CVE-2026-1002", registry=second)
        self.update("-q")
        self.assertEqual(self.scans()[0], ["CVE-2026-1002"])
        busy.clear()
        self.publish("CVE-2026-1001")
        self.update("-q")
        self.assertEqual(self.scans()[0], ["CVE-2026-1001"])

    def test_the_configuration_file_may_name_them(self):
        self.publish("CVE-2026-1001")
        (self.dir / "drydock.yaml").write_text(f"db-repository:\n- localhost:{free_port()}/data/trivy-db:2\n- {self.name}\n")
        self.assertEqual(self.scans()[0], ["CVE-2026-1001"])

    @needs_registry
    def test_a_real_registry_with_tls(self):
        registry = self.serve(Registry(tls=True))
        self.publish("CVE-2026-1001", registry=registry)
        name = registry.host + "/data/trivy-db:2"
        self.fails("db", "update", name, says=[registry.host])
        self.update(name, "--cacert", certificates().ca)
        self.assertEqual(self.scans()[0], ["CVE-2026-1001"])

    def test_progress_on_a_terminal(self):
        data = self.publish("CVE-2026-1001", filler=3000)
        proxy = self.serve(Proxy(self.registry.url)).rule(BLOBS, trickle=len(data))
        control, terminal = open_terminal()
        with subprocess.Popen([PROGRAM, "db", "update", proxy.host + "/data/trivy-db:2"], env=self.env, cwd=self.dir, stdout=subprocess.DEVNULL,
                              stderr=terminal) as process:
            os.close(terminal)
            said = b""
            with contextlib.suppress(OSError):
                while chunk := os.read(control, 4096):
                    said += chunk
        os.close(control)
        self.assertEqual(process.returncode, 0, said)
        self.assertRegex(said, rb"vulnerability database +[1-9][0-9]? %")


@needs("curl")
class Refusals(UpdateTest):
    def setUp(self):
        super().setUp()
        self.publish("CVE-2026-1001")
        self.update()
        self.addCleanup(lambda: self.assertEqual(self.scans("--skip-db-update")[0], ["CVE-2026-1001"])) # whatever happened since

    def refused(self, layers, *words):
        push_artifact(self.registry, "data/trivy-db", "2", layers)
        return self.fails_to_update(self.registry.host, *words)

    def test_another_kind_of_artifact(self):
        self.refused([(b"x", "application/vnd.example.one"), (b"y", "application/vnd.example.two")],
                     "application/vnd.example.one, application/vnd.example.two")
        self.refused([], "no layers")
        self.refused([(b"x", "")], "a layer without a media type")
        self.refused([(b"x", TRIVY_LAYER), (b"y", TRIVY_LAYER)], "one layer")

    def test_damaged_layers(self):
        good = trivy_file("CVE-2026-1002")
        whole = tar_gz(trivy_db=good, metadata_json=metadata())
        for data, *words in ((b"", "trivy.db"), (b"nothing of the kind" * 100,), (whole[:len(whole) // 2],), (whole[:-4],),
                             (tar_gz(trivy_db=good), "metadata.json"), (tar_gz(metadata_json=metadata()), "trivy.db"),
                             (tar_gz(trivy_db=good, metadata_json="{"), "metadata.json"),
                             (tar_gz(trivy_db=good, metadata_json="{}"), "schema 0"),
                             (tar_gz(trivy_db=good, metadata_json=metadata(version=3)), "schema 3"),
                             (tar_gz(trivy_db=good, metadata_json='{"Version":2}'), "when it was made"),
                             (tar_gz(trivy_db=b"x" * 10000, metadata_json=metadata()),),
                             (tar_gz(trivy_db=good[:len(good) // 2], metadata_json=metadata()),),
                             (tar_gz(trivy_db=b"", metadata_json=metadata()),)):
            with self.subTest(words):
                self.refused([(data, TRIVY_LAYER)], *words)

    def test_bytes_that_are_not_those_of_the_digest(self):
        self.publish("CVE-2026-1002")
        proxy = self.serve(Proxy(self.registry.url)).rule(BLOBS, corrupt=100)
        self.fails_to_update("digest", options=[proxy.host + "/data/trivy-db:2"])

    def test_no_such_thing(self):
        self.fails_to_update("nothing", options=[self.registry.host + "/data/nothing:2"])
        self.fails_to_update(options=["Not A Reference"])
        self.fails_to_update("db build", options=["./trivy.db"])

    def test_all_references_are_tried_and_all_failures_told(self):
        gone = f"localhost:{free_port()}/data/trivy-db:2"
        missing = self.registry.host + "/data/nothing:2"
        self.publish("CVE-2026-1001", age_h=2)
        self.update(gone, missing, self.name)
        self.update(gone, missing, "--db-repository", "ignored.invalid/x", self.name)
        self.fails_to_update(gone, missing, options=[gone, missing])
        self.fails_to_update(gone, missing, options=["--db-repository", gone, "--db-repository", missing])
        self.fails_to_update(gone, missing, options=["--db-repository", f"{gone},{missing}"])
        self.env["DRYDOCK_DB_REPOSITORY"] = gone
        self.assertNotIn(gone, self.fails_to_update(missing, options=["--db-repository", missing])) # the command line wins
        self.env.pop("DRYDOCK_DB_REPOSITORY")

    def test_too_many_requests(self):
        busy = self.serve(Proxy(self.registry.url)).rule(MANIFESTS, status=429, headers={"Retry-After": "1", "Content-Type": "application/json"},
                                                         body=b'{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}')
        name = busy.host + "/data/trivy-db:2"
        self.publish("CVE-2026-1001", age_h=3)
        self.update(name, self.name)
        line = self.fails_to_update(name, options=[name])
        self.assertRegex(line, r"(?i)429|too many requests|TOOMANYREQUESTS")

    def test_a_full_disk(self):
        self.publish("CVE-2026-1002", filler=4000)

        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (60000, 60000))
        done = subprocess.run([PROGRAM, "db", "update", self.name], env=self.env, cwd=self.dir, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              preexec_fn=small_files, check=False)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn(b"File too large", done.stderr)
        self.assertEqual(self.left(), [])

    def test_offline(self):
        self.registry.seen.clear()
        self.fails("db", "update", "--offline", self.name, says=["--offline"])
        self.assertEqual(self.registry.seen, [])


@needs("curl")
class Interrupted(UpdateTest):
    def test_a_broken_stream_is_gone_on_with(self):
        data = self.publish("CVE-2026-1001", filler=2000)
        proxy = self.serve(Proxy(self.registry.url)).rule(BLOBS, times=1, drop_after=len(data) // 2).rule(BLOBS, status=404)
        name = proxy.host + "/data/trivy-db:2"
        self.fails("db", "update", name, says=[proxy.host])
        self.assertEqual([left.split("-")[0] for left in self.left()], ["partial"])
        have = (self.folder / self.left()[0]).stat().st_size
        self.assertGreater(have, 0)
        proxy.clear()
        self.update(name)
        self.assertIn(f"bytes={have}-", [seen.headers.get("Range") for seen in proxy.seen])
        self.assertEqual(self.left(), [])
        self.assertEqual(self.scans()[0], ["CVE-2026-1001"])

    def test_a_damaged_rest_is_fetched_anew(self):
        data = self.publish("CVE-2026-1001", filler=2000)
        proxy = self.serve(Proxy(self.registry.url)).rule(BLOBS, times=1, drop_after=len(data) // 2).rule(BLOBS, status=404)
        name = proxy.host + "/data/trivy-db:2"
        self.fails("db", "update", name)
        part = self.folder / self.left()[0]
        part.write_bytes(bytes(part.stat().st_size))
        proxy.clear()
        self.update(name)
        self.assertEqual(self.left(), [])

    def test_a_whole_rest_is_not_fetched(self):
        data = self.publish("CVE-2026-1001", filler=2000)
        proxy = self.serve(Proxy(self.registry.url)).rule(BLOBS, times=1, drop_after=len(data) // 2).rule(BLOBS, status=404)
        name = proxy.host + "/data/trivy-db:2"
        self.fails("db", "update", name)
        (self.folder / self.left()[0]).write_bytes(data)
        proxy.clear()
        self.update(name)
        self.assertEqual(proxy.count("GET", BLOBS), 0)

    def test_control_c_leaves_what_can_be_gone_on_with(self):
        data = self.publish("CVE-2026-1001", filler=4000)
        proxy = self.serve(Proxy(self.registry.url)).rule(BLOBS, times=1, trickle=len(data) // 10)
        name = proxy.host + "/data/trivy-db:2"

        def arrives():
            return any(path.stat().st_size for path in self.folder.glob("partial-*"))
        for number in (signal.SIGINT, signal.SIGTERM):
            with subprocess.Popen([PROGRAM, "db", "update", name], env=self.env, cwd=self.dir, stderr=subprocess.PIPE) as process:
                wait_until(arrives, "the download to begin")
                process.send_signal(number)
                process.wait(20)
                self.assertEqual(process.returncode, -number, process.stderr.read())
            self.assertEqual([left.split("-")[0] for left in self.left()], ["partial"])
            self.assertFalse((self.folder / "current").exists())
            proxy.rule(BLOBS, times=1, trickle=len(data) // 10)
        proxy.clear()
        self.update(name)
        self.assertTrue(any(seen.headers.get("Range") for seen in proxy.seen))
        self.assertEqual(self.left(), [])


@needs("curl")
class BeforeScans(UpdateTest):
    def setUp(self):
        super().setUp()
        self.env["DRYDOCK_DB_REPOSITORY"] = self.name

    def test_the_starter_is_replaced_and_what_is_older_than_a_day(self):
        self.publish("CVE-2026-1001", age_h=30, next_h=-6)
        self.assertEqual(self.scans()[0], ["CVE-2026-1001"])
        self.registry.seen.clear()
        self.assertEqual(self.scans()[0], ["CVE-2026-1001"])
        self.assertEqual(self.registry.seen, []) # looked for within the hour
        self.publish("CVE-2026-1002", age_h=1)
        self.an_hour_later()
        self.assertEqual(self.scans()[0], ["CVE-2026-1002"])
        self.registry.seen.clear()
        self.an_hour_later()
        self.scans()
        self.assertEqual(self.registry.seen, []) # not old enough

    def test_what_its_publisher_says_is_due(self):
        self.publish("CVE-2026-1001", age_h=3, next_h=-1)
        self.scans()
        self.publish("CVE-2026-1002")
        self.an_hour_later()
        self.assertEqual(self.scans()[0], ["CVE-2026-1002"])

    def test_nothing_is_asked_where_it_is_not_wanted(self):
        self.publish("CVE-2026-1001")
        (self.dir / "trivy.db").write_bytes(trivy_file("CVE-2026-2000"))
        self.assertNotEqual(self.scans("--skip-db-update")[0], ["CVE-2026-1001"])
        self.assertNotEqual(self.scans("--offline")[0], ["CVE-2026-1001"])
        self.assertNotEqual(self.scans(env={"DRYDOCK_SKIP_DB_UPDATE": "true"})[0], ["CVE-2026-1001"])
        self.run_program("db", "build", "-q", "-o", "own.ddb", "trivy-db=trivy.db", "--now", "2020-01-01", code=0)
        self.assertEqual(self.scans()[0], ["CVE-2026-2000"])
        said = self.scans(quiet=False)[1]
        self.assertIn("days old", said)
        (self.dir / "cache" / "last-build").unlink()
        self.assertEqual(self.scans("--db", "own.ddb")[0], ["CVE-2026-2000"])
        self.run_program("packages", self.image, code=0)
        self.run_program("db", "info", code=0)
        self.assertEqual(self.registry.seen, [])

    def test_trivys_cache_when_it_is_old(self):
        folder = self.dir / "trivy" / "db"
        folder.mkdir(parents=True)
        self.env["TRIVY_CACHE_DIR"] = str(folder.parent)
        (folder / "trivy.db").write_bytes(trivy_file("CVE-2026-2000"))
        (folder / "metadata.json").write_text(metadata(age_h=2))
        self.publish("CVE-2026-1001")
        self.assertEqual(self.scans()[0], ["CVE-2026-2000"])
        self.assertEqual(self.registry.seen, [])
        (folder / "metadata.json").write_text(metadata(age_h=30))
        self.assertEqual(self.scans()[0], ["CVE-2026-1001"])

    def test_one_line_tells_of_it(self):
        self.publish("CVE-2026-1001")
        said = self.scans(quiet=False)[1]
        self.assertEqual(len([line for line in said.splitlines() if "fetching" in line]), 1, said)
        self.assertIn(self.name + ", of 20", said)

    def test_without_a_network_the_old_data_is_used(self):
        self.publish("CVE-2026-1001", age_h=50)
        self.scans()
        self.registry.seen.clear()
        for name in (f"localhost:{free_port()}/data/trivy-db:2", self.registry.host + "/data/nothing:2"):
            self.an_hour_later()
            self.env["DRYDOCK_DB_REPOSITORY"] = name
            for number in range(3):
                found, said = self.scans(quiet=False)
                self.assertEqual(found, ["CVE-2026-1001"])
                warnings = [line for line in said.splitlines() if " WARN " in line]
                self.assertEqual(len(warnings), 0 if number else 1, said) # within the hour it is not tried again
                self.assertIn("2 days old", said)
                if warnings:
                    self.assertIn(name, warnings[0])
                    self.assertIn("2 days old", warnings[0])
        self.assertEqual(self.registry.count(path="/data/trivy-db"), 0)

    def test_a_failed_update_leaves_gates_as_they_are(self):
        self.publish("CVE-2026-1001", age_h=50)
        self.scans()
        for options, code in ((["--fail-on", "HIGH"], 1), (["--exit-code", "7"], 7), (["-s", "LOW", "--exit-code", "7"], 0)):
            self.an_hour_later()
            self.scans("--db-repository", f"localhost:{free_port()}/data/trivy-db:2", *options, code=code)

    def test_a_damaged_database_is_fetched_anew(self):
        self.publish("CVE-2026-1001")
        self.scans()
        file = self.folder / json.loads((self.folder / "current").read_text())["File"]
        file.write_bytes(file.read_bytes()[:2000])
        line = self.fails("image", self.image, "-q", "--skip-db-update", says=[file.name, "db update"])
        self.assertNotIn("starter", line)
        self.assertEqual(self.scans()[0], ["CVE-2026-1001"])
        (self.folder / "current").write_text("{")
        self.assertEqual(self.scans()[0], ["CVE-2026-1001"])
        file.unlink()
        self.assertEqual(self.scans()[0], ["CVE-2026-1001"])

    def test_the_images_credentials_stay_with_the_image(self):
        self.publish("CVE-2026-1001")
        self.assertEqual(self.scans("--username", "captain", "--password", "secret")[0], ["CVE-2026-1001"])
        self.assertEqual([seen for seen in self.registry.seen if "Authorization" in seen.headers], [])


@needs("curl")
class ManyAtOnce(UpdateTest):
    def start(self, *arguments):
        return subprocess.Popen([PROGRAM, *arguments], env=self.env, cwd=self.dir, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def test_ten_scans_and_two_updates(self):
        self.publish("CVE-2026-1001", filler=500)
        self.update()
        self.publish("CVE-2026-1002", filler=500)
        scan = ("image", self.image, "--format", "json", "-q", "--skip-db-update")
        for _ in range(3):
            running = [self.start(*(scan if number not in (2, 7) else ("db", "update", self.name))) for number in range(12)]
            for process in running:
                out, said = process.communicate(timeout=60)
                self.assertEqual(process.returncode, 0, said)
                if out.startswith(b"{"):
                    self.assertIn(findings(json.loads(out)), ([("CVE-2026-1001", "b")], [("CVE-2026-1002", "b")]))
            self.assertEqual(self.left(), [])
            self.assertEqual(self.scans("--skip-db-update")[0], ["CVE-2026-1002"])
            self.publish("CVE-2026-1001", filler=500)
            self.update()
            self.publish("CVE-2026-1002", filler=500)

    def test_scans_that_start_together_fetch_once(self):
        self.publish("CVE-2026-1001", filler=2000)
        proxy = self.serve(Proxy(self.registry.url)).rule(BLOBS, delay=0.3)
        self.env["DRYDOCK_DB_REPOSITORY"] = proxy.host + "/data/trivy-db:2"
        running = [self.start("image", self.image, "--format", "json", "-q") for _ in range(8)]
        for process in running:
            out, said = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 0, said)
            self.assertEqual(findings(json.loads(out)), [("CVE-2026-1001", "b")])
        self.assertEqual(proxy.count("GET", BLOBS), 1)
        self.assertEqual(self.left(), [])


del ServerTest

if __name__ == "__main__":
    main()
