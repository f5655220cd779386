"""A Docker engine for tests: its API over a local socket or TCP, over images and containers that a test gives it. It answers as Docker
does (status codes, messages, chunked exports, versions in paths), and can be told to fail in ways that a real one only rarely does.

    engine = FakeDocker(path)                       # listens on a socket; or FakeDocker() on a free port of 127.0.0.1
    image = engine.add_image(layers, ["nginx:alpine"])
    engine.add_container("web", image, root)        # root: a tar
    engine.fault = "cut"                            # what the next exports suffer; see EXPORTS
    engine.requests                                 # paths that were asked for
    engine.stop()"""
import http.server
import io
import json
import os
import pathlib
import re
import socketserver
import tarfile
import threading
import urllib.parse

from drydock import config_of, docker_members, sha

CHUNK = 4 << 10


def tar_of(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def normal(name):
    """A name as Docker keeps it: "nginx" is "docker.io/library/nginx:latest"."""
    path, at, digest = name.partition("@")
    first, slash, _ = path.partition("/")
    if not slash or not (re.search(r"[.:]", first) or first == "localhost"):
        path = "docker.io/" + (path if slash else "library/" + path)
    if not at and ":" not in path.rsplit("/", 1)[1]:
        path += ":latest"
    return path + at + digest


class Image:
    def __init__(self, layers, tags, arch, variants):
        config = config_of(layers, arch)
        self.id, self.tags, self.arch = "sha256:" + sha(config), tags, arch
        self.variants = variants # platform: Image; of one that has several
        members = docker_members(layers, tag=None)
        members[-1] = ("manifest.json", json.dumps([{"Config": sha(config) + ".json", "RepoTags": None,
                                                     "Layers": [m[0] for m in members[:-2]]}]).encode())
        members[-2] = (sha(config) + ".json", config)
        self.archive = tar_of(members)

    def inspect(self):
        return {"Id": self.id, "RepoTags": self.tags, "RepoDigests": [re.sub(r":[^/:]*$", "", tag) + "@sha256:" + sha(tag.encode()) for tag in self.tags],
                "Created": "2026-01-02T03:04:05Z", "Config": {"Cmd": ["/bin/sh"]}, "Architecture": self.arch, "Os": "linux",
                "Size": len(self.archive), "GraphDriver": {"Data": None, "Name": "overlay2"}, "RootFS": {"Type": "layers"}}


class Failure(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = False # a local socket has none
    timeout = 30

    def log_message(self, *_):
        pass

    def address_string(self):
        return "client"

    def answer(self, status, body, kind="application/json", **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Api-Version", self.engine.version)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.engine = self.server.engine
        self.engine.requests.append(self.path)
        path, _, query = self.path.partition("?")
        try:
            self.route(urllib.parse.unquote(self.check_version(path)), dict(urllib.parse.parse_qsl(query)))
        except Failure as failure:
            self.answer(failure.status, {"message": str(failure)})
        except OSError:
            self.close_connection = True

    def check_version(self, path):
        version = re.match(r"/v(\d+)\.(\d+)(?=/)", path)
        if not version:
            return path
        asked, newest = int(version[2]), int(self.engine.version.split(".")[1])
        if asked > newest:
            raise Failure(400, f"client version 1.{asked} is too new. Maximum supported API version is {self.engine.version}")
        if asked < self.engine.oldest:
            raise Failure(400, f"client version 1.{asked} is too old. Minimum supported API version is 1.{self.engine.oldest}")
        return path[version.end():]

    def route(self, path, query):
        if path == "/_ping":
            return self.ping()
        image = re.fullmatch(r"/images/(.+)/(json|get)", path)
        if image:
            found = self.engine.image(image[1], query.get("platform"))
            return self.answer(200, self.engine.answers.get("image", found.inspect())) if image[2] == "json" else self.export(found.archive)
        container = re.fullmatch(r"/containers/([^/]+)/(json|export)", path)
        if container:
            found = self.engine.container(container[1])
            return self.answer(200, self.engine.answers.get("container", found["inspect"])) if container[2] == "json" else self.export(found["root"])
        raise Failure(404, "page not found")

    def ping(self):
        fault = self.engine.fault
        if fault == "no-docker":
            return self.answer(404, b"<html>\n<h1>not here</h1>", "text/html")
        if fault == "hang":
            self.engine.stopped.wait()
            self.close_connection = True
            return None
        return self.answer(200, b"OK", "text/plain", **{"Server": "Docker/28.0.0 (linux)", "Ostype": "linux"})

    def export(self, data):
        fault = self.engine.fault
        if fault == "refuse":
            raise Failure(500, "write /var/lib/docker/tmp/x: no space left on device\x1b[31m")
        self.send_response(200)
        self.send_header("Content-Type", "application/x-tar")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if fault == "slow": # nothing, for as long as the test wants
            self.engine.release.wait(30)
        if fault == "cut-between": # where it looks like an end: behind the first member
            with tarfile.open(fileobj=io.BytesIO(data)) as tar:
                data = data[:tar.getmembers()[1].offset]
        for at in range(0, len(data), CHUNK):
            if fault in ("cut", "error") and at > len(data) // 2:
                break
            if fault == "hang-export" and at > len(data) // 2:
                self.engine.stopped.wait()
                break
            self.chunk(data[at:at + CHUNK])
        if fault in ("cut", "cut-between", "hang-export"):
            self.wfile.flush()
            self.close_connection = True
            return self.connection.shutdown(2)
        if fault == "error": # Docker's way to tell it when the headers are gone
            self.chunk(json.dumps({"errorDetail": {"message": "layer is gone"}, "error": "layer is gone"}).encode())
        self.chunk(b"")
        return None

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))


class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass # clients that go away


class TcpServer(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        pass


class FakeDocker:
    def __init__(self, path=None, version="1.47", oldest=24, tls=None):
        self.version, self.oldest, self.fault = version, oldest, None
        self.images, self.containers, self.requests, self.answers = [], {}, [], {}
        self.stopped, self.release = threading.Event(), threading.Event()
        self.path = path
        self.server = UnixServer(str(path), Handler) if path else TcpServer(("127.0.0.1", 0), Handler)
        self.server.engine = self
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.host = f"unix://{path}" if path else f"tcp://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self):
        self.stopped.set()
        self.release.set()
        self.server.shutdown()
        self.server.server_close()
        if self.path and pathlib.Path(self.path).exists():
            os.unlink(self.path)

    def add_image(self, layers, tags, arch="amd64", variants=None):
        image = Image(layers, tags, arch, variants or {})
        self.images.append(image)
        return image

    def add_container(self, name, image, root, image_name=None, **more):
        id_ = sha(name.encode())
        self.containers[name] = {"id": id_, "root": root, "inspect": {
            "Id": id_, "Name": "/" + name, "Image": image.id, "State": {"Status": "exited", "Running": False},
            "Config": {"Image": image_name or (image.tags or [image.id])[0], "Env": None}, **more}}

    def image(self, name, platform):
        hex_ = name.removeprefix("sha256:")
        found = [i for i in self.images if normal(name) in map(normal, i.tags) or name in i.inspect()["RepoDigests"]]
        if not found and re.fullmatch("[0-9a-f]+", hex_):
            found = [i for i in self.images if i.id.startswith("sha256:" + hex_)]
        if not found:
            raise Failure(404, f"No such image: {name}" if re.fullmatch("sha256:.*", name) else f"No such image: {name if ':' in name else name + ':latest'}")
        image = found[0]
        if platform and int(self.version.split(".")[1]) >= 49:
            asked = json.loads(platform)
            variant = {**image.variants, "linux/" + image.arch: image}.get(f"{asked['os']}/{asked['architecture']}")
            if not variant:
                raise Failure(404, f"image with reference {name} was found but does not provide the specified platform ({asked['os']}/{asked['architecture']})")
            return variant
        return image

    def container(self, name):
        for key, container in self.containers.items():
            if key == name or container["id"].startswith(name):
                return container
        raise Failure(404, f"No such container: {name}")
