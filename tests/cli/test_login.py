"""Logging in and out, where credentials are kept, and Amazon's registries: with docker-registry, a token server, helpers that are scripts,
and a service on loopback that checks the signatures of AWS by the published recipe."""
import base64
import datetime
import hashlib
import hmac
import json
import os
import pathlib
import re
import select
import signal
import socket
import socketserver
import stat
import subprocess
import termios
import threading

from drydock import PROGRAM, layer, main, needs, node, open_terminal
from servers import PASSWORD, USER, FakeRegistry, Registry, Server, ServerTest, TokenServer, certificates, needs_registry, push_image, wait_until

BASIC = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


class LoginTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.config = pathlib.Path(self.env["DOCKER_CONFIG"]) / "config.json"

    def login(self, host, *options, password=PASSWORD, user=USER, code=0, **more):
        return self.run_program("registry", "login", host, "--username", user, "--password-stdin", *options, input=password.encode(), code=code, **more)

    def read(self):
        return json.loads(self.config.read_text())

    def helper(self, name, script):
        """A credential helper on PATH that also writes down its arguments."""
        folder = self.dir / "bin"
        folder.mkdir(exist_ok=True)
        path = folder / f"docker-credential-{name}"
        path.write_text(f"#!/bin/sh\necho \"$*\" >> {self.dir}/calls\n{script}\n")
        path.chmod(0o755)
        self.env["PATH"] = f"{folder}:{os.environ['PATH']}"

    def calls(self):
        path = self.dir / "calls"
        return path.read_text().split("\n")[:-1] if path.exists() else []


@needs("curl")
@needs_registry
class Login(LoginTest):
    def test_in_and_out_with_a_file(self):
        registry = self.serve(Registry(auth="htpasswd"))
        self.config.write_text('{\n\t"HttpHeaders": {\n\t\t"X": "y"\n\t},\n\t"psFormat": "table"\n}')
        self.config.chmod(0o644)
        done = self.login(registry.host)
        self.assertEqual(done.stdout.decode(), f"Logged in to {registry.host} as {USER}; kept in {self.config}.\n")
        self.assertIn(b"clear text in " + bytes(self.config), done.stderr)
        self.assertNotIn(PASSWORD.encode(), done.stdout + done.stderr)
        self.assertEqual(self.read(), {"HttpHeaders": {"X": "y"}, "psFormat": "table", "auths": {registry.host: {"auth": BASIC}}})
        self.assertEqual(stat.S_IMODE(self.config.stat().st_mode), 0o600)
        self.assertIn(("GET", "/v2/", 200), registry.requests())
        self.login(f"http://{registry.host}/v2/") # the same host
        self.assertEqual(list(self.read()["auths"]), [registry.host])
        self.assertIn("Logged out of", self.run_program("registry", "logout", registry.host, code=0).stdout.decode())
        self.assertEqual(self.read(), {"HttpHeaders": {"X": "y"}, "psFormat": "table", "auths": {}})
        self.assertIn("Not logged in to", self.run_program("registry", "logout", registry.host, code=0).stdout.decode())
        self.assertEqual([path.name for path in self.config.parent.iterdir()], ["config.json"]) # nothing temporary is left

    def test_a_wrong_password_is_not_kept(self):
        registry = self.serve(Registry(auth="htpasswd"))
        done = self.login(registry.host, "--debug", password="wrong word", code=2)
        text = done.stderr.decode()
        self.assertEqual(len([line for line in text.splitlines() if line.startswith("drydock: error: ")]), 1)
        self.assertIn(registry.host, text)
        self.assertNotIn("wrong word", text)
        self.assertNotIn(base64.b64encode(f"{USER}:wrong word".encode()).decode(), text)
        self.assertFalse(self.config.exists())

    def test_token_servers_judge_too(self):
        tokens = self.serve(TokenServer(anonymous=False))
        registry = self.serve(Registry(auth=tokens))
        self.login(registry.host)
        self.assertEqual(self.read()["auths"], {registry.host: {"auth": BASIC}})
        self.login(registry.host, password="wrong", code=2)
        self.assertEqual(self.read()["auths"], {registry.host: {"auth": BASIC}})

    def test_tls_needs_trust(self):
        registry = self.serve(Registry(tls=True, auth="htpasswd"))
        self.assertIn(b"certificate", self.login(registry.host, code=2).stderr)
        self.login(registry.host, "--cacert", certificates().ca)
        self.login(registry.host, "--insecure")

    def test_the_password_may_come_from_elsewhere(self):
        registry = self.serve(Registry(auth="htpasswd"))
        self.run_program("registry", "login", registry.host, "-u", USER, "--password", PASSWORD, code=0)
        self.config.unlink()
        self.run_program("registry", "login", registry.host, env={"DRYDOCK_USERNAME": USER, "DRYDOCK_PASSWORD": PASSWORD}, code=0)
        self.assertEqual(self.read()["auths"], {registry.host: {"auth": BASIC}})
        self.login(registry.host, password=PASSWORD + "\r\n")
        self.assertEqual(self.read()["auths"], {registry.host: {"auth": BASIC}})

    def test_helpers_keep_passwords(self):
        registry = self.serve(Registry(auth="htpasswd"))
        self.helper("vault", f"cat > {self.dir}/$1.json")
        self.docker_config(credsStore="absent", credHelpers={registry.host: "vault"})
        done = self.login(registry.host)
        self.assertIn("kept in docker-credential-vault", done.stdout.decode())
        self.assertNotIn(b"clear text", done.stderr)
        self.assertEqual(json.loads((self.dir / "store.json").read_text()), {"ServerURL": registry.host, "Username": USER, "Secret": PASSWORD})
        self.assertEqual(self.read(), {"credsStore": "absent", "credHelpers": {registry.host: "vault"}, "auths": {registry.host: {}}})
        self.run_program("registry", "logout", registry.host, code=0)
        self.assertEqual((self.dir / "erase.json").read_text(), registry.host)
        self.assertEqual(self.calls(), ["store", "erase"]) # no secret among the arguments

    def test_a_helper_that_fails_is_one_clear_line(self):
        registry = self.serve(Registry(auth="htpasswd"))
        self.helper("vault", "echo 'the vault is \033[31mlocked'; exit 1")
        self.docker_config(credHelpers={registry.host: "vault"})
        self.env["DRYDOCK_USERNAME"], self.env["DRYDOCK_PASSWORD"] = USER, PASSWORD
        text = self.fails("registry", "login", registry.host, says=["docker-credential-vault: the vault is"])
        self.assertNotIn("\033", text)
        self.docker_config(credHelpers={registry.host: "none/such"})
        self.fails("registry", "login", registry.host, says=["none/such"])
        self.docker_config(credHelpers={registry.host: "nowhere"})
        self.fails("registry", "login", registry.host, says=["docker-credential-nowhere", "PATH"])

    def at_terminal(self, arguments, answers):
        """Runs the program at a terminal that answers prompts; what the terminal showed, and the exit code."""
        master, slave = open_terminal()
        self.addCleanup(os.close, master)
        process = subprocess.Popen([PROGRAM, *arguments], stdin=slave, stdout=slave, stderr=slave, env=self.env, cwd=self.dir, start_new_session=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        shown = b""
        for prompt, answer, echo in answers:
            def asked():
                nonlocal shown
                if select.select([master], [], [], 0)[0]:
                    shown += os.read(master, 4096)
                return prompt in shown and bool(termios.tcgetattr(slave)[3] & termios.ECHO) == echo
            wait_until(asked, f"{prompt}: {shown}")
            if answer is None:
                process.send_signal(signal.SIGINT)
            else:
                os.write(master, answer + b"\n")
        code = wait_until(lambda: [process.poll()] if process.poll() is not None else None, "the program's end")[0]
        self.assertTrue(termios.tcgetattr(slave)[3] & termios.ECHO)
        while select.select([master], [], [], 0)[0]:
            shown += os.read(master, 4096)
        os.close(slave)
        return shown.decode(), code

    def test_a_terminal_is_asked_without_echo(self):
        registry = self.serve(Registry(auth="htpasswd"))
        shown, code = self.at_terminal(["registry", "login", registry.host],
                                       [(b"Username: ", USER.encode(), True), (b"Password: ", PASSWORD.encode(), False)])
        self.assertEqual(code, 0, shown)
        self.assertIn("Logged in", shown)
        self.assertNotIn(PASSWORD, shown)
        self.assertEqual(self.read()["auths"], {registry.host: {"auth": BASIC}})

    def test_an_interrupt_gives_the_terminal_back(self):
        shown, code = self.at_terminal(["registry", "login", "-u", USER], [(b"Password: ", None, False)])
        self.assertEqual(code, -signal.SIGINT, shown)
        self.assertFalse(self.config.exists())


@needs("curl")
class Usage(LoginTest):
    def test_what_is_no_login(self):
        self.fails("registry", "login", "registry.example", "--username", "me", says=["--password-stdin"], input=b"")
        self.fails("registry", "login", "registry.example", says=["--username"], input=b"")
        self.fails("registry", "login", "registry.example", "--username", "me", "--password-stdin", input=b"\n", says=["--password-stdin"])
        self.fails("registry", "login", "registry.example/team", "--username", "me", "--password", "x", says=["registry.example/team"])
        self.fails("registry", "login", "plainword", "--username", "me", "--password", "x", says=["plainword"])
        self.fails("registry", "login", "bad host", "--username", "me", "--password", "x", says=["bad host"])
        self.fails("registry", "login", "127.0.0.1:1", "--username", "me:you", "--password", "x", says=["colon"])
        self.assertFalse(self.config.exists())

    def test_a_damaged_configuration_is_left_alone(self):
        self.config.write_text('{"auths": {')
        self.fails("registry", "login", "127.0.0.1:1", "--username", "me", "--password", "x", says=[str(self.config)])
        self.fails("registry", "logout", "127.0.0.1:1", says=[str(self.config)])
        self.assertEqual(self.config.read_text(), '{"auths": {')

    def test_logout_without_a_file_and_with_others(self):
        self.assertIn(b"Not logged in to docker.io", self.run_program("registry", "logout", code=0).stdout)
        self.assertFalse(self.config.exists())
        other = pathlib.Path(self.env["XDG_RUNTIME_DIR"]) / "containers/auth.json"
        other.parent.mkdir()
        other.write_text(json.dumps({"auths": {"h.example": {"auth": BASIC}}}))
        self.assertIn(bytes(other), self.run_program("registry", "logout", "h.example", code=0).stderr)

    def test_help_says_what_is_left_out(self):
        text = self.run_program("registry", "login", "--help", code=0).stdout.decode()
        self.assertIn("IMDS", text)
        self.assertIn("--password-stdin", text)
        self.assertIn("registry login", self.run_program("--help", code=0).stdout.decode())


# ---- credentials at work -------------------------------------------------------------------------------------------------------

@needs("curl")
class Scans(LoginTest):
    def setUp(self):
        super().setUp()
        self.registry = self.serve(FakeRegistry(auth="basic"))
        push_image(self.registry, "team/app", "1", [layer(("node_modules/a/package.json", node("a", "1.0.0")))])
        self.name = f"{self.registry.host}/team/app:1"

    def pull(self, *options, code=0):
        return self.run_program("image", "--image-src", "remote", "-q", "-fjson", self.name, *options, code=code)

    def test_each_place_serves(self):
        entry = {"auths": {self.registry.host: {"auth": BASIC}}}
        self.pull(code=2)
        for path in (self.config, pathlib.Path(self.env["XDG_RUNTIME_DIR"]) / "containers/auth.json",
                     pathlib.Path(self.env["XDG_CONFIG_HOME"]) / "containers/auth.json"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(entry))
            self.pull()
            path.unlink()
        named = self.dir / "named.json"
        named.write_text(json.dumps({"auths": {f"{self.registry.host}/team": {"auth": BASIC}, self.registry.host: {"auth": "bm86bm8="}}}))
        self.env["REGISTRY_AUTH_FILE"] = str(named)
        self.pull()

    def test_helpers_serve_and_are_told_the_host_only(self):
        self.helper("vault", f"cat > {self.dir}/asked; echo '{json.dumps({'Username': USER, 'Secret': PASSWORD})}'")
        self.docker_config(credsStore="vault")
        self.pull()
        self.assertEqual((self.dir / "asked").read_text(), self.registry.host)
        self.assertEqual(set(self.calls()), {"get"})

    def test_a_missing_store_is_in_the_error(self):
        self.docker_config(credsStore="desktop")
        self.assertIn(b"docker-credential-desktop is not installed", self.pull(code=2).stderr)


# ---- Amazon --------------------------------------------------------------------------------------------------------------------

def hashed(data):
    return hashlib.sha256(data).hexdigest()


def signature(seen, secret, day, region, service, signed):
    """Signature Version 4 of a request, from its description in the AWS General Reference."""
    headers = "".join(f"{name}:{' '.join(seen.headers[name].split())}\n" for name in signed.split(";"))
    canonical = "\n".join([seen.method, seen.path, "", headers, signed, hashed(seen.body)])
    scope = f"{day}/{region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", seen.headers["X-Amz-Date"], scope, hashed(canonical.encode())])
    key = ("AWS4" + secret).encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class Amazon(Server):
    """ECR's GetAuthorizationToken for those whose signature is right."""
    TARGETS = {"ecr": "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken", "ecr-public": "SpencerFrontendService.GetAuthorizationToken"}

    def __init__(self, service="ecr", region="eu-west-1", keys=("AKIDEXAMPLE", "wJalr/XUtnFEMI+K7MDENG"), token=None, user=USER, tls=False):
        self.service, self.region, self.keys, self.token, self.user, self.refused = service, region, keys, token, user, []
        super().__init__(tls=tls)

    def wrong(self, seen):
        """What is wrong with the request; None: nothing."""
        found = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})",
                             seen.headers.get("Authorization", ""))
        if not found:
            return "no signature"
        key, day, region, service, signed, given = found.groups()
        if (seen.method, seen.path, key, region, service) != ("POST", "/", self.keys[0], self.region, self.service):
            return "another scope: " + found[0]
        if seen.headers.get("X-Amz-Target") != self.TARGETS[self.service] or seen.headers["Content-Type"] != "application/x-amz-json-1.1":
            return "another target or type"
        if not {"host", "x-amz-date", "x-amz-target"} <= set(signed.split(";")) or signed.split(";") != sorted(signed.split(";")):
            return "signed headers: " + signed
        if seen.headers.get("X-Amz-Security-Token") != self.token or (self.token and "x-amz-security-token" not in signed.split(";")):
            return "session token"
        date = datetime.datetime.strptime(seen.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
        if abs((datetime.datetime.now(datetime.timezone.utc) - date).total_seconds()) > 300 or date.strftime("%Y%m%d") != day:
            return "date"
        return None if signature(seen, self.keys[1], day, region, service, signed) == given else "signature"

    def answer(self, handler, seen):
        wrong = self.wrong(seen)
        self.refused += [wrong] if wrong else []
        headers = {"Content-Type": "application/x-amz-json-1.1"}
        if wrong:
            return handler.reply(400, {"__type": "com.amazon.coral.service#UnrecognizedClientException",
                                       "message": "The security token included in the request is invalid."}, headers)
        data = {"authorizationToken": base64.b64encode(f"{self.user}:{PASSWORD}".encode()).decode(), "expiresAt": 1.9e9}
        return handler.reply(200, {"authorizationData": data if self.service == "ecr-public" else [data]}, headers)


class Tunnel:
    """A proxy that leads every CONNECT to one server: so a scan can name a host that is not there."""

    def __init__(self, port):
        self.hosts = hosts = []

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                found = re.match(rb"CONNECT (\S+) HTTP/1\.1\r\n", self.rfile.readline())
                while self.rfile.readline() not in (b"\r\n", b""):
                    pass
                hosts.append(found[1].decode() if found else "none")
                with socket.create_connection(("127.0.0.1", port)) as other:
                    self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
                    pairs = {self.connection: other, other: self.connection}
                    while True:
                        for end in select.select(list(pairs), [], [])[0]:
                            data = end.recv(65536)
                            if not data:
                                return
                            pairs[end].sendall(data)

        class Quiet(socketserver.ThreadingTCPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.server = Quiet(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@needs("curl")
class Ecr(ServerTest):
    HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"

    def setUp(self):
        super().setUp()
        self.registry = self.serve(FakeRegistry(auth="basic", tls=True))
        push_image(self.registry, "team/app", "1", [layer(("node_modules/a/package.json", node("a", "1.0.0")))])
        self.tunnel = self.serve(Tunnel(self.registry.port))
        self.env.update(https_proxy=self.tunnel.url, no_proxy="127.0.0.1,localhost")

    def pull(self, *options, host=HOST, code=0):
        return self.run_program("image", "--image-src", "remote", "-fjson", "--insecure", f"{host}/team/app:1", *options, code=code)

    def keys(self, amazon):
        self.env.update(AWS_ACCESS_KEY_ID=amazon.keys[0], AWS_SECRET_ACCESS_KEY=amazon.keys[1], AWS_ENDPOINT_URL=amazon.url)

    def test_keys_of_the_environment(self):
        amazon = self.serve(Amazon())
        self.keys(amazon)
        self.assertIn(b'"team/app:1"', self.pull().stdout.replace(self.HOST.encode() + b"/", b""))
        self.assertEqual(amazon.refused, [])
        self.assertEqual(set(self.tunnel.hosts), {self.HOST + ":443"})
        self.assertEqual(amazon.seen[0].body, b"{}")

    def test_keys_of_a_session(self):
        amazon = self.serve(Amazon(token="session/token+="))
        self.keys(amazon)
        self.env["AWS_SESSION_TOKEN"] = amazon.token
        self.pull()
        self.assertEqual(amazon.refused, [])

    def test_keys_of_a_profile(self):
        amazon = self.serve(Amazon(token="tok"))
        folder = pathlib.Path(self.env["HOME"]) / ".aws"
        folder.mkdir()
        (folder / "credentials").write_text("[default]\naws_access_key_id = no\naws_secret_access_key = no\n\n[work]\n"
                                            f"aws_access_key_id = {amazon.keys[0]}\naws_secret_access_key = {amazon.keys[1]}\naws_session_token = tok\n")
        self.env.update(AWS_PROFILE="work", AWS_ENDPOINT_URL="http://127.0.0.1:1", AWS_ENDPOINT_URL_ECR=amazon.url + "/")
        self.pull()
        self.assertEqual(amazon.refused, [])
        (folder / "credentials").rename(self.dir / "keys")
        self.env["AWS_SHARED_CREDENTIALS_FILE"] = str(self.dir / "keys")
        self.pull()
        self.assertEqual(amazon.refused, [])

    def test_what_amazon_refuses(self):
        amazon = self.serve(Amazon())
        self.keys(amazon)
        self.env["AWS_SECRET_ACCESS_KEY"] = "another"
        text = self.pull(code=2).stderr.decode()
        self.assertEqual(amazon.refused, ["signature"])
        for word in (self.HOST, "UnrecognizedClientException", "AWS_ACCESS_KEY_ID"):
            self.assertIn(word, text)
        self.assertNotIn("another", text)

    def test_no_keys(self):
        self.assertIn(b"AWS_ACCESS_KEY_ID", self.pull(code=2).stderr)

    def test_other_credentials_come_first(self):
        amazon = self.serve(Amazon())
        self.keys(amazon)
        self.docker_config(auths={self.HOST: {"auth": BASIC}})
        self.pull()
        self.assertEqual(amazon.seen, [])

    def test_the_service_is_trusted_by_its_certificate_only(self):
        amazon = self.serve(Amazon(tls=True))
        self.keys(amazon)
        self.assertIn(b"certificate", self.pull(code=2).stderr) # --insecure is of the registry
        self.pull("--cacert", certificates().ca)
        self.assertEqual(amazon.refused, [])

    def test_the_public_registry(self):
        amazon = self.serve(Amazon(service="ecr-public", region="us-east-1"))
        self.keys(amazon)
        self.pull(host="public.ecr.aws")
        self.assertEqual(amazon.refused, [])
        self.assertEqual(len(amazon.seen), 1)

    def test_the_public_registry_without_a_token(self):
        amazon = self.serve(Amazon(service="ecr-public", region="us-east-1"))
        self.keys(amazon)
        self.env["AWS_SECRET_ACCESS_KEY"] = "another"
        self.registry.auth = self.serve(TokenServer(real=False)) # who is nobody may pull too
        self.assertIn(b"going on without a user of public.ecr.aws", self.pull(host="public.ecr.aws").stderr)
        self.assertEqual(amazon.refused, ["signature"])


if __name__ == "__main__":
    main()
