"""Servers on loopback for the black-box tests: a real registry (docker-registry) with TLS and authentication, one in Python that does
what a real one cannot be made to do, a token server, a reverse proxy that injects faults, and what fills a registry.

All listen on free ports of 127.0.0.1, are ready when their constructor returns, and end with stop() (for tests: `self.serve(Registry(…))`
of ServerTest) or with the process. `server.host` is "localhost:PORT" or "127.0.0.1:PORT", `server.url` has the scheme."""
import atexit
import base64
import ctypes
import hashlib
import http.client
import http.server
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse

from drydock import Test, config_of, isolate, oci_blobs, pack, sha

HAVE_REGISTRY = shutil.which("docker-registry") is not None and shutil.which("openssl") is not None
HAVE_SKOPEO = shutil.which("skopeo") is not None
needs_registry = unittest.skipUnless(HAVE_REGISTRY, "needs docker-registry and openssl")
needs_skopeo = unittest.skipUnless(HAVE_REGISTRY and HAVE_SKOPEO, "needs docker-registry, openssl and skopeo")

# A bare system has no /etc/hosts that says where "localhost" is.
_getaddrinfo = socket.getaddrinfo
socket.getaddrinfo = lambda host, *more, **named: _getaddrinfo("127.0.0.1" if host == "localhost" else host, *more, **named)

USER, PASSWORD = "captain", "s3cret word"
DEADLINE_S = 20

OCI = "application/vnd.oci.image."
DOCKER = "application/vnd.docker."
TYPES = {"index": OCI + "index.v1+json", "manifest": OCI + "manifest.v1+json", "config": OCI + "config.v1+json",
         "list": DOCKER + "distribution.manifest.list.v2+json", "v2s2": DOCKER + "distribution.manifest.v2+json",
         "v2s1": DOCKER + "distribution.manifest.v1+prettyjws", "empty": "application/vnd.oci.empty.v1+json"}


def wait_until(condition, what):
    """Polls until the condition holds (its value is given back), or fails."""
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited {DEADLINE_S} s for {what}")


# ---- certificates ------------------------------------------------------------------------------------------------------------

class Certificates:
    """A test authority; certificates of a server (localhost, 127.0.0.1, ::1), of another host, and of a client."""

    def __init__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="drydock-pki-"))
        atexit.register(shutil.rmtree, self.dir, ignore_errors=True)
        self.ca, self.ca_key = self._make("ca", "/CN=Drydock test authority", ["-addext", "basicConstraints=critical,CA:TRUE"])
        self.cert, self.key = self._signed("server", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1", 30)
        self.client_cert, self.client_key = self._signed("client", "extendedKeyUsage=clientAuth", 30)
        self.other_cert, self.other_key = self._signed("other", "subjectAltName=DNS:other.example", 30)

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _make(self, name, subject, extra):
        cert, key = self.dir / f"{name}.pem", self.dir / f"{name}.key"
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", 30, "-subj", subject, *extra)
        return cert, key

    def _signed(self, name, extension, days):
        cert, key, request, extensions = (self.dir / f"{name}{end}" for end in (".pem", ".key", ".csr", ".ext"))
        extensions.write_text(extension + "\n")
        self._openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", request,
                      "-subj", f"/CN={name}")
        self._openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.ca_key, "-CAcreateserial", "-out", cert, "-days", days,
                      "-extfile", extensions)
        return cert, key

    def sign(self, data):
        """RS256 by the authority's key."""
        return subprocess.run(["openssl", "dgst", "-sha256", "-sign", str(self.ca_key)], input=data, stdout=subprocess.PIPE, check=True).stdout

    def server_context(self, client_ca=False):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, self.key)
        if client_ca:
            context.load_verify_locations(self.ca)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def client_context(self):
        context = ssl.create_default_context(cafile=str(self.ca))
        context.load_cert_chain(self.client_cert, self.client_key)
        return context


_certificates = []


def certificates():
    if not shutil.which("openssl"):
        raise unittest.SkipTest("needs openssl")
    if not _certificates:
        _certificates.append(Certificates())
    return _certificates[0]


# ---- a real registry ---------------------------------------------------------------------------------------------------------

class Registry:
    """Debian's docker-registry. auth: None, "htpasswd" (USER, PASSWORD) or a TokenServer. client_ca: only clients with a certificate.
    Its blobs are files below `self.dir / "data"`."""

    def __init__(self, tls=False, auth=None, client_ca=False, catalog_max=1000, port=0, folder=None, host="localhost", redirect=None):
        self.dir = pathlib.Path(folder or tempfile.mkdtemp(prefix="drydock-registry-"))
        self.own_dir = folder is None
        self.tls, self.auth = tls, auth
        config = {"version": "0.1", "log": {"level": "info", "formatter": "json"},
                  "storage": {"filesystem": {"rootdirectory": str(self.dir / "data")}, "delete": {"enabled": True},
                              "maintenance": {"uploadpurging": {"enabled": False}}},
                  "http": {"addr": f"127.0.0.1:{port}"}, "catalog": {"maxentries": catalog_max},
                  "compatibility": {"schema1": {"enabled": True}}}
        if tls:
            pki = certificates()
            config["http"]["tls"] = {"certificate": str(pki.cert), "key": str(pki.key)}
            if client_ca:
                config["http"]["tls"]["clientcas"] = [str(pki.ca)]
        if auth == "htpasswd":
            hashed = subprocess.run(["htpasswd", "-niB", "-C", "4", USER], input=PASSWORD.encode(), stdout=subprocess.PIPE, check=True).stdout
            (self.dir / "htpasswd").write_bytes(hashed)
            config["auth"] = {"htpasswd": {"realm": "test realm", "path": str(self.dir / "htpasswd")}}
        elif auth:
            config["auth"] = {"token": {"realm": auth.url + "/token", "service": auth.service, "issuer": auth.issuer,
                                        "rootcertbundle": str(certificates().ca)}}
        (self.dir / "config.yml").write_text(json.dumps(config)) # JSON is YAML
        self.log = self.dir / "log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(["docker-registry", "serve", str(self.dir / "config.yml")], stdout=log, stderr=log,
                                            env={"PATH": os.environ["PATH"], "OTEL_TRACES_EXPORTER": "none"}, preexec_fn=_die_with_parent)
        self.port = port or wait_until(self._port, "docker-registry: " + self.log.read_text(errors="replace"))
        self.host = f"{host}:{self.port}"
        self.url = ("https://" if tls else "http://") + self.host
        wait_until(self._answers, "docker-registry")

    def _port(self):
        found = re.search(r"listening on 127\.0\.0\.1:(\d+)", self.log.read_text(errors="replace"))
        if not found and self.process.poll() is not None:
            raise AssertionError("docker-registry ended: " + self.log.read_text(errors="replace"))
        return int(found[1]) if found else 0

    def _answers(self):
        try:
            return request(self.url + "/v2/")[0] in (200, 401)
        except OSError:
            return False

    def blob_file(self, digest):
        algorithm, hexes = digest.split(":")
        return self.dir / "data/docker/registry/v2/blobs" / algorithm / hexes[:2] / hexes / "data"

    def requests(self):
        """Of the access log: (method, path, status)."""
        lines = [json.loads(line) for line in self.log.read_text(errors="replace").splitlines() if line.startswith("{")]
        return [(line["http.request.method"], line["http.request.uri"], line["http.response.status"]) for line in lines
                if line.get("msg", "").startswith("response completed")]

    def stop(self):
        self.process.terminate()
        self.process.wait(DEADLINE_S)
        if self.own_dir:
            shutil.rmtree(self.dir, ignore_errors=True)


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def request(url, method="GET", body=None, headers=None):
    """(status, headers, body) of one request, without following redirects."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(parts.netloc, timeout=DEADLINE_S, context=certificates().client_context())
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=DEADLINE_S)
    try:
        connection.request(method, parts.path + ("?" + parts.query if parts.query else ""), body=body, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


# ---- servers in Python -------------------------------------------------------------------------------------------------------

class Seen:
    """A request that a server had: method, path (with query), headers, body, and the status that it got (0: none)."""

    def __init__(self, handler, body):
        self.method, self.path, self.headers, self.body, self.status = handler.command, handler.path, handler.headers, body, 0

    def __repr__(self):
        return f"{self.method} {self.path} {self.status}"


class Server:
    """A threaded HTTP/1.1 server: subclasses have answer(handler, seen), which sends with handler.reply()."""

    def __init__(self, tls=False, host="localhost", client_ca=False):
        server, self.seen = self, []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def reply(self, status, body=b"", headers=None, head=False):
                body = body.encode() if isinstance(body, str) else json.dumps(body).encode() if isinstance(body, (dict, list)) else body
                self.seen.status = status
                self.send_response(status)
                headers = {"Content-Length": str(len(body)), **(headers or {})}
                for name, value in headers.items():
                    for one in value if isinstance(value, list) else [value]:
                        self.send_header(name, one)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def drop(self):
                """Ends the connection as a cut cable does: at once, by a reset."""
                self.close_connection = True
                self.wfile.flush()
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                self.connection.close()

            def any(self):
                length = self.headers.get("Content-Length")
                self.seen = Seen(self, self.rfile.read(int(length)) if length else _dechunk(self) or b"")
                server.seen.append(self.seen)
                try:
                    server.answer(self, self.seen)
                except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
                    self.close_connection = True

            def finish(self):
                try:
                    super().finish()
                except (OSError, ValueError):
                    pass

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = any

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_):
                pass

            def shutdown_request(self, sock):
                try:
                    super().shutdown_request(sock)
                except OSError:
                    pass

        self.http = Quiet(("127.0.0.1", 0), Handler)
        if tls:
            self.http.socket = certificates().server_context(client_ca).wrap_socket(self.http.socket, server_side=True,
                                                                                    do_handshake_on_connect=False)
        self.port = self.http.server_address[1]
        self.host = f"{host}:{self.port}"
        self.url = ("https://" if tls else "http://") + self.host
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def answer(self, handler, seen):
        handler.reply(404)

    def count(self, method=None, path=""):
        return len([s for s in self.seen if method in (None, s.method) and re.search(path, s.path)])

    def stop(self):
        self.http.shutdown()
        self.http.server_close()
        self.thread.join(DEADLINE_S)


def _dechunk(handler):
    if "chunked" not in handler.headers.get("Transfer-Encoding", ""):
        return None
    body = b""
    while True:
        size = int(handler.rfile.readline().split(b";")[0], 16)
        body += handler.rfile.read(size)
        handler.rfile.readline()
        if size == 0:
            return body


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class TokenServer(Server):
    """Hands out tokens at /token, by distribution's token specification (GET) and its OAuth2 form (POST). Anonymous clients may pull when
    `anonymous`; repositories of `denied` are nobody's. `field`: "token" or "access_token"; `refresh`: identity tokens that are accepted.
    `fail`: (status, body) in place of tokens; `real`: JWTs that docker-registry takes, else short texts that FakeRegistry takes."""

    def __init__(self, anonymous=True, denied=(), field="token", expires_in=300, refresh=("identity",), real=True, tls=False, host="localhost"):
        self.anonymous, self.denied, self.field, self.expires_in, self.refresh = anonymous, set(denied), field, expires_in, set(refresh)
        self.real, self.fail, self.service, self.issuer, self.given = real, None, "test registry", "test issuer", {}
        self.numbers = itertools.count() # no two tokens are the same, also when some are used up
        super().__init__(tls=tls, host=host)

    def answer(self, handler, seen):
        if self.fail:
            return handler.reply(self.fail[0], self.fail[1], {"Content-Type": "application/json"})
        if seen.method == "POST":
            asked = urllib.parse.parse_qs(seen.body.decode())
            kind = asked.get("grant_type", [""])[0]
            known = (kind == "refresh_token" and asked.get("refresh_token", [""])[0] in self.refresh or
                     kind == "password" and (asked["username"][0], asked["password"][0]) == (USER, PASSWORD))
            if not known:
                return handler.reply(401, {"error": "invalid_grant"})
        else:
            asked = urllib.parse.parse_qs(urllib.parse.urlsplit(seen.path).query)
            basic = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            known = seen.headers.get("Authorization") == basic
            if "Authorization" in seen.headers and not known or not known and not self.anonymous:
                return handler.reply(401, {"errors": [{"code": "UNAUTHORIZED", "message": "incorrect username or password"}]},
                                     {"WWW-Authenticate": 'Basic realm="tokens"', "Content-Type": "application/json"})
        token = self.mint(asked.get("scope", []), known)
        return handler.reply(200, {self.field: token, "expires_in": self.expires_in}, {"Content-Type": "application/json"})

    def mint(self, scopes, known=True):
        access = []
        for scope in " ".join(scopes).split():
            kind, name, actions = scope.split(":")[0], ":".join(scope.split(":")[1:-1]), scope.split(":")[-1].split(",")
            if name not in self.denied:
                access.append({"type": kind, "name": name, "actions": [a for a in actions if known or a == "pull"]})
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": USER if known else "", "aud": self.service, "exp": now + 3600, "nbf": now - 60, "iat": now,
                  "jti": str(len(self.given)), "access": access}
        if not self.real:
            token = f"token-{next(self.numbers)}"
        else:
            der = ssl.PEM_cert_to_DER_cert(certificates().ca.read_text())
            head = {"typ": "JWT", "alg": "RS256", "x5c": [base64.b64encode(der).decode()]}
            signed = b64url(json.dumps(head).encode()) + "." + b64url(json.dumps(claims).encode())
            token = signed + "." + b64url(certificates().sign(signed.encode()))
        self.given[token] = access
        return token


class FakeRegistry(Server):
    """A registry in memory that pages its tags and catalogue, has the referrers API, and can be told to be odd:
    auth: None, "basic" or a TokenServer(real=False) · head: False has no HEAD · digests: False never says Docker-Content-Digest ·
    page: items a page · referrers: False has no referrers API · realm: another realm in challenges."""

    def __init__(self, auth=None, head=True, digests=True, page=100, referrers=True, realm=None, tls=False, host="localhost"):
        self.auth, self.head, self.digests, self.page, self.referrers, self.realm = auth, head, digests, page, referrers, realm
        self.blobs, self.manifests, self.types = {}, {}, {} # blobs by digest; (repository, tag or digest) to bytes; digest to type
        super().__init__(tls=tls, host=host)

    def answer(self, handler, seen):
        path = urllib.parse.urlsplit(seen.path).path
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(seen.path).query)
        found = re.fullmatch(r"/v2/(?:(.+)/(manifests|blobs|tags|referrers)/([^/]+)|_catalog)?", path)
        if not found:
            return self.error(handler, 404, "NOT_FOUND", "no such page")
        repository, kind, name = found.groups()
        if not self.allowed(handler, seen, repository):
            return None
        if kind in ("tags", None) and path != "/v2/":
            names = ({r for r, _ in self.manifests} if kind is None else
                     {t for r, t in self.manifests if r == repository and ":" not in t})
            if kind and not names:
                return self.error(handler, 404, "NAME_UNKNOWN", "repository name not known to registry")
            return self.names(handler, path, query, sorted(names), "repositories" if kind is None else "tags", repository)
        if path == "/v2/":
            return handler.reply(200, {}, {"Content-Type": "application/json"})
        if seen.method == "HEAD" and not self.head:
            return self.error(handler, 405, "UNSUPPORTED", "the operation is unsupported")
        if kind == "referrers":
            return self.refer(handler, repository, name)
        data = self.blobs.get(name) if kind == "blobs" else self.manifests.get((repository, name))
        if data is None:
            return self.error(handler, 404, "BLOB_UNKNOWN" if kind == "blobs" else "MANIFEST_UNKNOWN", kind[:-1] + " unknown")
        headers = {"Content-Type": "application/octet-stream" if kind == "blobs" else self.types["sha256:" + sha(data)]}
        if self.digests:
            headers["Docker-Content-Digest"] = "sha256:" + sha(data)
        span = re.fullmatch(r"bytes=(\d+)-", seen.headers.get("Range", ""))
        if span and int(span[1]) < len(data):
            headers["Content-Range"] = f"bytes {span[1]}-{len(data) - 1}/{len(data)}"
            return handler.reply(206, data[int(span[1]):], headers)
        return handler.reply(200, data, headers)

    def allowed(self, handler, seen, repository):
        given = seen.headers.get("Authorization", "")
        if self.auth == "basic":
            if given == "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode():
                return True
            challenge = 'Basic realm="a \\"quoted\\" realm, with a comma"'
        elif self.auth:
            scope = f"repository:{repository}:pull" if repository else "registry:catalog:*"
            access = self.auth.given.get(given.removeprefix("Bearer "))
            if access is not None and any(a["name"] == (repository or "catalog") and a["actions"] for a in access):
                return True
            challenge = f'Bearer realm="{self.realm or self.auth.url + "/token"}",service="{self.auth.service}",scope="{scope}"'
            challenge += ',error="insufficient_scope"' if access is not None else ""
        else:
            return True
        self.error(handler, 401, "UNAUTHORIZED", "authentication required", {"WWW-Authenticate": challenge})
        return False

    def error(self, handler, status, code, message, headers=None):
        handler.reply(status, {"errors": [{"code": code, "message": message, "detail": {}}]}, {"Content-Type": "application/json", **(headers or {})})

    def names(self, handler, path, query, names, key, repository):
        count = min(int(query.get("n", [self.page])[0]), self.page)
        after = [n for n in names if n > query.get("last", [""])[0]]
        headers = {"Content-Type": "application/json"}
        if len(after) > count:
            headers["Link"] = f'<{path}?n={count}&last={urllib.parse.quote(after[count - 1])}>; rel="next"'
        handler.reply(200, {"name": repository or "", key: after[:count]}, headers)

    def refer(self, handler, repository, subject):
        if not self.referrers:
            return handler.reply(404, "404 page not found\n", {"Content-Type": "text/plain"})
        found = []
        for (name, reference), data in self.manifests.items():
            document = json.loads(data)
            if name == repository and ":" in reference and document.get("subject", {}).get("digest") == subject:
                found.append({"mediaType": document["mediaType"], "digest": reference, "size": len(data), "annotations": document.get("annotations", {}),
                              "artifactType": document.get("artifactType") or document["config"]["mediaType"]})
        return handler.reply(200, {"schemaVersion": 2, "mediaType": TYPES["index"], "manifests": found}, {"Content-Type": TYPES["index"]})

    # The same calls as Pusher has, without a network.
    def blob(self, repository, data):
        self.blobs["sha256:" + sha(data)] = data
        return "sha256:" + sha(data)

    def manifest(self, repository, tag, data, media_type):
        digest = "sha256:" + sha(data)
        self.types[digest] = media_type
        self.manifests[repository, digest] = data
        if tag:
            self.manifests[repository, tag] = data
        return digest


# ---- faults ------------------------------------------------------------------------------------------------------------------

class Proxy(Server):
    """A reverse proxy in front of another server (its URL). Requests are in `seen`; rules say what goes wrong:

        proxy.rule(r"/blobs/", times=1, drop_after=1000)

    A rule is for paths that its pattern is found in, `method` (None: all), its first `times` requests (None: all) after `skip` others; the
    first rule that holds counts. What it does:
    drop=True (no answer, connection reset) · drop_after=N (reset after N bytes of the body) · truncate=N (the body ends there, and the
    connection with it, in good order) · shorten=N (body and Content-Length) · length=N (another Content-Length) · grow=B (more bytes) ·
    corrupt=N (the byte at N is changed) · delay=S · trickle=BYTES_A_SECOND · status=, body=, headers= (an answer of its own, or, with
    only headers=, added to the real one) · redirect=URL ("{path}" is replaced; 307 unless status=) · no_ranges=True."""

    def __init__(self, target, tls=False, host="localhost", client_ca=False):
        self.target, self.rules = urllib.parse.urlsplit(target), []
        super().__init__(tls=tls, host=host, client_ca=client_ca)

    def rule(self, pattern, method=None, times=None, skip=0, **what):
        self.rules.append({"pattern": pattern, "method": method, "times": times, "skip": skip, **what})
        return self

    def clear(self):
        self.rules.clear()
        self.seen.clear()

    def _match(self, seen):
        for rule in self.rules:
            if rule["times"] == 0 or rule["method"] not in (None, seen.method) or not re.search(rule["pattern"], seen.path):
                continue
            if rule["skip"]:
                rule["skip"] -= 1
                continue
            if rule["times"]:
                rule["times"] -= 1
            return rule
        return {}

    def answer(self, handler, seen):
        rule = self._match(seen)
        end = time.monotonic() + rule.get("delay", 0)
        while time.monotonic() < end and not self.http._BaseServer__shutdown_request: # pylint: disable=protected-access
            time.sleep(min(0.02, max(0, end - time.monotonic())))
        if rule.get("drop"):
            return handler.drop()
        if "redirect" in rule:
            return handler.reply(rule.get("status", 307), b"", {"Location": rule["redirect"].replace("{path}", seen.path)})
        if "status" in rule:
            return handler.reply(rule["status"], rule.get("body", b""), rule.get("headers"))
        return self._forward(handler, seen, rule)

    def _forward(self, handler, seen, rule):
        if self.target.scheme == "https":
            upstream = http.client.HTTPSConnection(self.target.netloc, timeout=DEADLINE_S, context=certificates().client_context())
        else:
            upstream = http.client.HTTPConnection(self.target.netloc, timeout=DEADLINE_S)
        headers = {name: value for name, value in seen.headers.items()
                   if name.lower() not in ("connection", "transfer-encoding", *(("range", "if-range") if rule.get("no_ranges") else ()))}
        if seen.body:
            headers["Content-Length"] = str(len(seen.body))
        try:
            upstream.request(seen.method, seen.path, body=seen.body or None, headers=headers)
            answer = upstream.getresponse()
            self._pass_on(handler, seen, rule, answer)
        finally:
            upstream.close()

    def _pass_on(self, handler, seen, rule, answer):
        names = {name.lower() for name in rule.get("headers", {})} | {"connection", "transfer-encoding"}
        if rule.get("no_ranges"):
            names |= {"accept-ranges", "content-range"}
        length = answer.headers.get("Content-Length")
        if length is None and seen.method != "HEAD": # chunked: told by its length in place of that
            data = answer.read()
            length, chunks = len(data), iter([data])
        else:
            chunks = iter(lambda: answer.read(65536), b"")
        length = int(length or 0)
        told = rule.get("length", min(length, rule.get("shorten", length)) + len(rule.get("grow", b"")))
        seen.status = answer.status
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in names | {"content-length"}:
                handler.send_header(name, value)
        for name, value in rule.get("headers", {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(told))
        handler.end_headers()
        if seen.method == "HEAD":
            return
        sent, stop = 0, rule.get("drop_after", rule.get("truncate", rule.get("shorten", length)))
        for chunk in chunks:
            chunk = bytearray(chunk[:max(0, stop - sent)])
            if "corrupt" in rule and sent <= rule["corrupt"] < sent + len(chunk):
                chunk[rule["corrupt"] - sent] ^= 0x55
            self._send(handler, chunk, rule.get("trickle"))
            sent += len(chunk)
            if sent >= stop:
                break
        handler.wfile.write(rule.get("grow", b""))
        if "drop_after" in rule:
            handler.drop()
        elif "truncate" in rule or "length" in rule:
            handler.close_connection = True

    @staticmethod
    def _send(handler, chunk, rate):
        step = max(1, rate // 50) if rate else len(chunk) or 1
        for at in range(0, len(chunk), step):
            handler.wfile.write(chunk[at:at + step])
            if rate:
                handler.wfile.flush()
                time.sleep(step / rate)


def free_port():
    """One at which nobody listens (now)."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


# ---- filling a registry ------------------------------------------------------------------------------------------------------

class Pusher:
    """Puts blobs and manifests into a registry over HTTP; knows basic authentication and TokenServers."""

    def __init__(self, registry):
        self.registry = registry

    def _headers(self, repository):
        auth = self.registry.auth
        if auth == "htpasswd":
            return {"Authorization": "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()}
        return {"Authorization": "Bearer " + auth.mint([f"repository:{repository}:pull,push"])} if auth else {}

    def blob(self, repository, data):
        digest, headers = "sha256:" + sha(data), self._headers(repository)
        status, answer, body = request(f"{self.registry.url}/v2/{repository}/blobs/uploads/", "POST", b"", {**headers, "Content-Length": "0"})
        if status != 202:
            raise AssertionError((status, body))
        place = urllib.parse.urljoin(self.registry.url, answer["Location"])
        place += ("&" if "?" in place else "?") + "digest=" + urllib.parse.quote(digest)
        status, _, body = request(place, "PUT", data, {**headers, "Content-Type": "application/octet-stream"})
        if status != 201:
            raise AssertionError((status, body))
        return digest

    def manifest(self, repository, tag, data, media_type):
        digest = "sha256:" + hashlib.sha256(data).hexdigest()
        status, _, body = request(f"{self.registry.url}/v2/{repository}/manifests/{tag or digest}", "PUT", data,
                                  {**self._headers(repository), "Content-Type": media_type})
        if status != 201:
            raise AssertionError((status, body))
        return digest


def _to(registry):
    return registry if isinstance(registry, FakeRegistry) else Pusher(registry)


def push_image(registry, repository, tag, layers, how="gzip", arch="amd64"):
    """An OCI image of plain layers; its manifest's descriptor."""
    descriptor, blobs = oci_blobs(layers, how, arch)
    manifest = blobs.pop(descriptor["digest"].split(":")[1])
    to = _to(registry)
    for data in blobs.values():
        to.blob(repository, data)
    to.manifest(repository, tag, manifest, TYPES["manifest"])
    return descriptor


def push_index(registry, repository, tag, descriptors, media_type=TYPES["index"], **more):
    text = json.dumps({"schemaVersion": 2, "mediaType": media_type, "manifests": descriptors, **more}).encode()
    return _to(registry).manifest(repository, tag, text, media_type)


def push_docker(registry, repository, tag, layers, how="gzip", foreign=None):
    """A Docker schema 2 image: its digest, and the first layer as stored. foreign: URLs of that layer, which is not put into the registry
    then (docker-registry takes no such image)."""
    to, config, stored = _to(registry), config_of(layers), [pack(data, how) for data in layers]
    entries = [{"mediaType": DOCKER + "image.rootfs.diff.tar.gzip", "digest": "sha256:" + sha(data), "size": len(data)} for data in stored]
    if foreign:
        entries[0].update(mediaType=DOCKER + "image.rootfs.foreign.diff.tar.gzip", urls=foreign)
    for data in [config] + stored[1 if foreign else 0:]:
        to.blob(repository, data)
    text = json.dumps({"schemaVersion": 2, "mediaType": TYPES["v2s2"], "layers": entries,
                       "config": {"mediaType": DOCKER + "container.image.v1+json", "digest": "sha256:" + sha(config), "size": len(config)}}).encode()
    return to.manifest(repository, tag, text, TYPES["v2s2"]), stored[0]


def push_artifact(registry, repository, tag, blobs, artifact_type="application/vnd.example.v1", config=b"{}", config_type=TYPES["empty"],
                  subject=None, annotations=None):
    """An artifact: blobs are (bytes, media type) or (bytes, media type, annotations). Its manifest's descriptor."""
    to, layers = _to(registry), []
    for data, media_type, *notes in blobs:
        layers.append({"mediaType": media_type, "digest": to.blob(repository, data), "size": len(data)})
        if notes:
            layers[-1]["annotations"] = notes[0]
    manifest = {"schemaVersion": 2, "mediaType": TYPES["manifest"], "artifactType": artifact_type, "layers": layers,
                "config": {"mediaType": config_type, "digest": to.blob(repository, config), "size": len(config)}}
    if subject:
        manifest["subject"] = {key: subject[key] for key in ("mediaType", "digest", "size")}
    if annotations:
        manifest["annotations"] = annotations
    text = json.dumps(manifest).encode()
    return {"mediaType": TYPES["manifest"], "digest": to.manifest(repository, tag, text, TYPES["manifest"]), "size": len(text)}


def skopeo_push(registry, source, name, *options, form="v2s2"):
    """`skopeo copy` of "docker-archive:…", "oci-archive:…", "dir:…" to NAME ("app:1") in the registry. form: v2s1, v2s2, oci."""
    command = ["skopeo", "copy", "--quiet", "--insecure-policy", "--format", form, *options]
    with tempfile.TemporaryDirectory() as folder:
        if registry.tls:
            shutil.copy(certificates().ca, os.path.join(folder, "ca.crt"))
            shutil.copy(certificates().client_cert, os.path.join(folder, "client.cert"))
            shutil.copy(certificates().client_key, os.path.join(folder, "client.key"))
            command += ["--dest-cert-dir", folder]
        else:
            command += ["--dest-tls-verify=false"]
        if registry.auth:
            command += ["--dest-creds", f"{USER}:{PASSWORD}"]
        env = isolate(os.environ, folder)
        done = subprocess.run(command + [source, f"docker://{registry.host}/{name}"], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                              check=False, env=env)
    if done.returncode:
        raise AssertionError(done.stderr)


class ServerTest(Test):
    """A test with servers: they end with it, and no configuration of this machine's user counts. Pauses of retries are short."""

    def setUp(self):
        super().setUp()
        self.env = isolate(self.env, self.dir)

    def serve(self, server):
        self.addCleanup(server.stop)
        return server

    def docker_config(self, **entries):
        """Writes config.json of the test's user."""
        pathlib.Path(self.env["DOCKER_CONFIG"], "config.json").write_text(json.dumps(entries))

    def registries_conf(self, text):
        pathlib.Path(self.env["CONTAINERS_REGISTRIES_CONF"]).write_text(text)
