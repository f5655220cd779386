"""Scans that are ended from outside, servers that break the rules of HTTP, layers of odd forms, secrets in what is said: whatever
happens, no process and no file is left, and one line tells of it."""
import base64
import gzip
import io
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tarfile
import threading
import unittest

from drydock import PROGRAM, layer, main, needs, node, pack, packages, sha
from servers import (FakeRegistry, OCI, PASSWORD, Proxy, ServerTest, TYPES, USER, push_image, push_index, wait_until)

LAYERS = [layer((f"app/node_modules/m{i}/package.json", node(f"m{i}", "1.0.0")), ("noise", os.urandom(200000))) for i in range(3)]
EXPECTED = [(f"m{i}", "1.0.0") for i in range(3)]
STORED = [pack(data, "gzip") for data in LAYERS]
has_proc = unittest.skipUnless(os.path.exists("/proc/self/stat"), "needs /proc")


def descendants(pid):
    """Processes below one, as (pid, whether system calls are filtered)."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = pathlib.Path("/proc", entry, "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if fields[0] != "Z":
                parents.setdefault(int(fields[1]), []).append(int(entry))
    found, waiting = [], [pid]
    while waiting:
        below = parents.get(waiting.pop(), [])
        waiting += below
        found += below
    return found


def is_confined(pid):
    try:
        found = re.search(r"Seccomp:\s*(\d)", pathlib.Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return None
    return found and found[1] == "2"


class FaultTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.env["DRYDOCK_IMAGE_SRC"] = "remote"
        self.registry = self.serve(FakeRegistry())
        push_image(self.registry, "app", "1", LAYERS)
        self.proxy = self.serve(Proxy(self.registry.url))
        self.app = self.proxy.host + "/app:1"
        self.temporary = self.dir / "tmp"
        self.temporary.mkdir()
        self.env["TMPDIR"] = str(self.temporary)

    def refuses(self, reference, *options, says=()):
        error = self.fails("image", "--no-cache", "--timeout", "5s", reference, *options, says=says)
        self.assertNotRegex(error, "[\x00-\x1f\x7f]")
        self.assertEqual(list(self.temporary.iterdir()), [])
        return error


# ---- ended from outside ------------------------------------------------------------------------------------------------------

@has_proc
class Ended(FaultTest):
    def start(self, *options):
        """A scan whose layers come slowly, and its processes: those that fetch, and those that read."""
        self.proxy.clear()
        self.proxy.rule("|".join(map(sha, STORED)), trickle=100000)
        process = subprocess.Popen([PROGRAM, "image", self.app, "--format", "json", "--output", "report.json", "--quiet", *options],
                                   env=self.env, cwd=self.dir, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        wait_until(lambda: self.proxy.count("GET", "|".join(map(sha, STORED))) == len(STORED) and
                   len(descendants(process.pid)) == 2 * len(STORED), "the layers to arrive")
        return process

    def nothing_left(self, below):
        wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in below), "its processes to end")
        self.assertEqual(list(self.temporary.iterdir()), [])
        self.assertEqual([path for path in (self.dir / "cache").rglob("*") if path.is_file() and "documents" not in path.parts], [])
        self.assertEqual(list(self.dir.glob("report.json*")), [])

    def test_by_signals_to_it_or_to_all(self):
        for number, to_all in ((signal.SIGINT, False), (signal.SIGINT, True), (signal.SIGTERM, False), (signal.SIGHUP, True)):
            process = self.start()
            below = descendants(process.pid)
            (os.killpg if to_all else os.kill)(process.pid, number)
            self.assertEqual(process.wait(5), -number)
            self.assertLessEqual(process.stderr.read().count(b"\n"), 1)
            self.nothing_left(below)

    def test_by_a_signal_that_nobody_can_catch(self):
        process = self.start()
        below = descendants(process.pid)
        process.kill()
        process.wait(5)
        self.nothing_left(below)

    def test_its_processes_one_by_one(self):
        for confined, says in ((False, "fetched it was ended"), (True, "stopped by the system")):
            process = self.start("--no-cache")
            chosen = [pid for pid in descendants(process.pid) if is_confined(pid) == confined]
            if not chosen:
                self.skipTest("no system call filter here")
            os.kill(chosen[0], signal.SIGKILL)
            self.assertEqual(process.wait(20), 2)
            said = process.stderr.read().decode()
            self.assertRegex(said, rf"^drydock: error: {re.escape(self.app)}.*{says}.*\n$")

    def test_what_was_walked_before_a_failure_is_kept(self):
        self.proxy.rule(sha(STORED[2]), status=404)
        self.fails("image", self.app, says=["404", "push it again"])
        self.proxy.clear()
        self.assertEqual(packages(self.scan(self.app)), EXPECTED)
        self.assertEqual(self.proxy.count("GET", "/blobs/"), 1)

    def test_readers_have_no_connections(self):
        process = self.start("--no-cache")
        readers = [pid for pid in descendants(process.pid) if is_confined(pid)]
        if not readers:
            self.skipTest("no system call filter here")
        for pid in readers:
            folder = pathlib.Path(f"/proc/{pid}/fd")
            self.assertEqual([os.readlink(file) for file in folder.iterdir() if os.readlink(file).startswith("socket:")], [])
            self.assertEqual(os.readlink(folder / "1"), "/dev/null")


# ---- servers that break rules ------------------------------------------------------------------------------------------------

class Raw:
    """A server that answers /v2/ as it should, has no HEAD, and answers everything else by a function of the connection."""

    def __init__(self, answer):
        self.socket, self.answer, self.running = socket.create_server(("127.0.0.1", 0)), answer, True
        self.host = f"localhost:{self.socket.getsockname()[1]}"
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while self.running:
            connection, _ = self.socket.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            try:
                while self.running:
                    request = b""
                    while b"\r\n\r\n" not in request:
                        part = connection.recv(65536)
                        if not part:
                            return
                        request += part
                    if request.startswith(b"HEAD "):
                        connection.sendall(b"HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n")
                    elif request.startswith(b"GET /v2/ "):
                        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}")
                    else:
                        return self.answer(connection)
            except OSError:
                pass

    def stop(self):
        self.running = False
        socket.create_connection(self.socket.getsockname()).close()
        self.thread.join(5)
        self.socket.close()


def sends(text):
    return lambda connection: connection.sendall(text)


def sends_for_ever(head, more):
    def answer(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head)
        while True:
            connection.sendall(more)
    return answer


class Rules(FaultTest):
    def test_answers_that_are_no_http(self):
        ok = b"HTTP/1.1 200 OK\r\n"
        for answer, says in ((sends(b"220 mail ready\r\n"), "not in HTTP"), (sends(b"HTTP/1.1 99999 X\r\n\r\n"), "not in HTTP"),
                             (sends(ok + b"Content-Length: -5\r\n\r\n"), "not in HTTP"),
                             (sends(ok + b"Content-Encoding: gzip\r\nContent-Length: 0\r\n\r\n"), "gzip"),
                             (sends_for_ever(b"", b"X-A: " + b"b" * 1000 + b"\r\n"), "header"),
                             (sends_for_ever(b"X-A: ", b"b" * 10000), "header"),
                             (sends_for_ever(b"\r\n", b"x" * 65536), "larger than"),
                             (sends_for_ever(b"Content-Length: 99999999999\r\n\r\n", b"x" * 65536), "larger than")):
            server = self.serve(Raw(answer))
            self.refuses(server.host + "/app:1", says=[server.host, says])

    def test_a_lost_first_connection(self):
        for what in ({"drop": True}, {"truncate": 0}):
            self.proxy.clear()
            self.proxy.rule("/v2/$", times=1, **what)
            self.assertEqual(packages(self.scan(self.app)), EXPECTED)

    def test_connections_that_serve_one_request(self):
        class Closing(FakeRegistry):
            def answer(self, handler, seen):
                handler.served = getattr(handler, "served", 0) + 1
                return handler.drop() if handler.served > 1 else super().answer(handler, seen)
        registry = self.serve(Closing())
        push_image(registry, "app", "1", LAYERS)
        self.assertEqual(packages(self.scan(registry.host + "/app:1")), EXPECTED)

    def test_damaged_bytes_are_told_by_their_digest(self):
        for at in (0, 5000, len(STORED[0]) - 1):
            self.proxy.clear()
            self.proxy.rule(sha(STORED[0]), corrupt=at)
            self.refuses(self.app, says=["layer 1 of 3", "the digest should be sha256:" + sha(STORED[0])])


class Indexes(FaultTest):
    def index(self, entries, name):
        text = json.dumps({"schemaVersion": 2, "mediaType": TYPES["index"], "manifests": entries, "x": name}).encode()
        return {"mediaType": TYPES["index"], "digest": self.registry.manifest("app", name, text, TYPES["index"]), "size": len(text)}

    def test_indexes_in_indexes(self):
        entry = push_image(self.registry, "app", None, LAYERS)
        for depth in range(6):
            entry = self.index([entry], f"deep{depth}")
        self.assertEqual(packages(self.scan(self.registry.host + "/app:deep1")), EXPECTED)
        self.refuses(self.registry.host + "/app:deep5", says=["indexes deep"])
        for depth in range(3):
            entry = self.index([entry if depth else push_image(self.registry, "app", None, LAYERS, arch="s390x")] * 50, f"wide{depth}")
        self.registry.seen.clear()
        self.refuses(self.registry.host + "/app:wide2", "--platform", "all", says=["manifests"])
        self.assertLess(len(self.registry.seen), 400)

    def test_an_index_that_lists_itself(self):
        digest = "sha256:" + "2" * 64
        push_index(self.registry, "app", "self", [{"mediaType": TYPES["index"], "digest": digest, "size": 10}])
        self.registry.manifests["app", digest] = self.registry.manifests["app", "self"]
        self.refuses(self.registry.host + "/app:self", says=[self.registry.host, "has not the digest"])

    def test_a_thousand_platforms(self):
        entry = push_image(self.registry, "app", None, LAYERS)
        push_index(self.registry, "app", "many", [{**entry, "platform": {"os": "linux", "architecture": f"a\x1b{i}\n"}} for i in range(1000)])
        error = self.refuses(self.registry.host + "/app:many", "--platform", "linux/none", says=["linux/none"])
        self.assertLess(len(error), 2000)


# ---- odd layers --------------------------------------------------------------------------------------------------------------

class Layers(FaultTest):
    def push(self, stored, kind="tar+gzip"):
        """An image of layers as they are stored; what they inflate to is nobody's business."""
        config = json.dumps({"architecture": "amd64", "os": "linux",
                             "rootfs": {"type": "layers", "diff_ids": ["sha256:" + "0" * 64] * len(stored)}}).encode()
        text = json.dumps({"schemaVersion": 2, "mediaType": TYPES["manifest"], "config": {
            "mediaType": TYPES["config"], "digest": self.registry.blob("app", config), "size": len(config)}, "layers": [
                {"mediaType": OCI + "layer.v1." + kind, "digest": self.registry.blob("app", data), "size": len(data)} for data in stored]})
        self.registry.manifest("app", "odd", text.encode(), TYPES["manifest"])
        return self.registry.host + "/app:odd"

    @needs("isal")
    def test_an_empty_disk_of_two_gigabytes(self): # it is packed a thousandfold, as a bomb is
        info = tarfile.TarInfo("var/disk.img")
        info.size, out = 2 << 30, io.BytesIO()
        out.write(gzip.compress(info.tobuf(), 9, mtime=0))
        out.write(gzip.compress(b"\0" * (16 << 20), 9, mtime=0) * 128)
        out.write(gzip.compress(LAYERS[0], 9, mtime=0))
        self.assertEqual(packages(self.scan(self.push([out.getvalue()]))), EXPECTED[:1])

    def test_empty_and_repeated_layers(self):
        empty = gzip.compress(b"\0" * 1024)
        self.assertEqual(packages(self.scan(self.push([empty, *STORED, empty, *STORED, empty]))), EXPECTED)
        self.assertEqual(self.registry.count("GET", "/blobs/"), 1 + 1 + len(STORED)) # each once, and the config

    def test_two_hundred_layers(self):
        layers = [gzip.compress(layer((f"app/node_modules/n{i}/package.json", node(f"n{i}", "1.0.0"))), 1) for i in range(200)]
        self.assertEqual(len(packages(self.scan(self.push(layers)))), 200)

    def test_what_is_no_layer(self):
        for stored in (b"plain words, no archive " * 50, STORED[0][:-1000], gzip.compress(LAYERS[0][:-150000])):
            self.refuses(self.push([stored]), says=["layer 1 of 1"])


# ---- secrets -----------------------------------------------------------------------------------------------------------------

class Secrets(FaultTest):
    SENT = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    def test_servers_that_quote_the_request(self):
        class Quoting(FakeRegistry):
            def answer(self, handler, seen):
                given = seen.headers.get("Authorization")
                if not given:
                    return handler.reply(401, b"", {"WWW-Authenticate": 'Basic realm="x"'})
                return self.error(handler, 403, "DENIED", "you sent " + given)
        server = self.serve(Quoting())
        self.refuses(server.host + "/app:1", "--username", USER, "--password", PASSWORD, says=["access denied (403)"])
        self.refuses(server.host + "/app:1", "--registry-token", "abcdefgh", says=[server.host])
        for options in (["--username", USER, "--password", PASSWORD], ["--registry-token", "abcdefgh"]):
            done = self.run_program("image", "--no-cache", "--debug", *options, server.host + "/app:1", code=2)
            self.assertNotRegex(done.stderr.decode(), f"{self.SENT}|{PASSWORD}|abcdefgh")

    @has_proc
    def test_nothing_is_on_command_lines(self):
        registry = self.serve(FakeRegistry(auth="basic"))
        push_image(registry, "app", "1", LAYERS)
        self.proxy = self.serve(Proxy(registry.url).rule("|".join(map(sha, STORED)), trickle=200000))
        with subprocess.Popen([PROGRAM, "image", "--debug", "--no-cache", "--username", USER, "--password-stdin", self.proxy.host + "/app:1"],
                              env=self.env, cwd=self.dir, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            process.stdin.write(PASSWORD.encode())
            process.stdin.close()
            wait_until(lambda: len(descendants(process.pid)) == 2 * len(STORED), "the layers to arrive")
            lines = [pathlib.Path(f"/proc/{pid}/cmdline").read_text() for pid in [process.pid, *descendants(process.pid)]]
            said = process.stdout.read().decode()
            self.assertEqual(process.wait(20), 0, said)
        self.assertNotRegex("".join(lines) + said, f"{self.SENT}|{PASSWORD}")

    @unittest.skipUnless(shutil.which("strace"), "needs strace")
    def test_offline_is_offline(self):
        trace = self.dir / "trace"
        env = {**self.env, "DRYDOCK_SKIP_DB_UPDATE": "false", "DRYDOCK_IMAGE_SRC": "docker,podman,containerd,remote",
               "ASAN_OPTIONS": "detect_leaks=0"} # a sanitizer cannot look for leaks while it is traced
        for command in (["image", "--offline", self.app], ["image", "--offline", "--all-tags", self.proxy.host + "/app"],
                        ["db", "update", "--offline", self.app]):
            done = subprocess.run(["strace", "-f", "-qq", "-e", "trace=connect,sendto", "-o", trace, PROGRAM, *command], env=env, cwd=self.dir,
                                  stderr=subprocess.PIPE, check=False)
            if not trace.exists():
                self.skipTest("strace may not trace here")
            self.assertEqual(done.returncode, 2)
            self.assertIn(b"--offline", done.stderr)
            self.assertNotIn("AF_INET", trace.read_text())
        self.assertEqual(self.proxy.seen, [])


if __name__ == "__main__":
    main()
