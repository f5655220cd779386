"""drydock repo: repositories in folders, from servers by every protocol, with credentials, and hostile ones that must run nothing."""
import base64
import http.server
import json
import os
import pathlib
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

from drydock import PROGRAM, Test, main, packages

HAVE_GIT = shutil.which("git") is not None
BACKEND = HAVE_GIT and os.path.join(subprocess.run(["git", "--exec-path"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip(),
                                    "git-http-backend")
WAIT_S = 60


def wait_for(condition, what):
    end = time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("waited in vain for " + what)
        time.sleep(0.01)


def lock(name, version):
    return json.dumps({"name": "app", "lockfileVersion": 3, "packages": {
        "": {"name": "app"}, f"node_modules/{name}": {"version": version}}})


class Server(http.server.ThreadingHTTPServer):
    """git http-backend, or plain files, with what a test wants of credentials and faults."""
    daemon_threads = True

    def __init__(self, root, password=None, plain=False, redirect=None, status=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.root, self.password, self.plain, self.redirect, self.status = root, password, plain, redirect, status
        self.seen = []
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def close(self):
        self.shutdown()
        self.thread.join()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self):
        path, _, query = self.path.partition("?")
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.path, dict(self.headers), body))
        if self.server.redirect:
            return self.answer(301, Location=self.server.redirect + self.path)
        if self.server.status:
            return self.answer(self.server.status, b"no\n")
        given = self.headers.get("Authorization", "")
        if self.server.password:
            password = base64.b64decode(given.partition(" ")[2]).decode().partition(":")[2] if given else None
            if password != self.server.password:
                return self.answer(401, b"who are you?\n", WWW_Authenticate='Basic realm="git"')
        if self.server.plain:
            file = self.server.root / path.lstrip("/")
            return self.answer(200, file.read_bytes()) if file.is_file() else self.answer(404)
        env = {**os.environ, "GIT_PROJECT_ROOT": str(self.server.root), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
               "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
               "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""), "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
               "REMOTE_ADDR": "127.0.0.1", "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
        out = subprocess.run([BACKEND], input=body, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env, check=False).stdout
        head, _, rest = out.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        self.answer(int(fields.pop("Status", "200").split()[0]), rest, **{k.replace("-", "_"): v for k, v in fields.items()})

    do_GET = do_POST = handle_any


@unittest.skipUnless(HAVE_GIT, "needs git")
class Repo(Test):
    def setUp(self):
        super().setUp()
        self.temp = self.dir / "temporary"
        self.temp.mkdir()
        self.home = self.dir / "home"
        self.home.mkdir(exist_ok=True)
        for name in [n for n in self.env if n.startswith("GIT_") or n.endswith("_TOKEN") or n.lower().endswith("_proxy")]:
            del self.env[name]
        self.env.update(HOME=str(self.home), XDG_CONFIG_HOME=str(self.home / ".config"), TMPDIR=str(self.temp), DRYDOCK_SKIP_DB_UPDATE="true")

    def tearDown(self):
        left = [p.name for p in self.temp.iterdir()]
        super().tearDown()
        self.assertEqual(left, [])

    def git(self, *arguments, cwd=None):
        env = {**os.environ, "HOME": str(self.dir), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
               "GIT_AUTHOR_NAME": "Ann Author", "GIT_AUTHOR_EMAIL": "ann@mail.example", "GIT_AUTHOR_DATE": "1700000000 +0100",
               "GIT_COMMITTER_NAME": "Carl Committer", "GIT_COMMITTER_EMAIL": "carl@mail.example", "GIT_COMMITTER_DATE": "1700000000 +0100"}
        return subprocess.run(["git", *map(str, arguments)], cwd=cwd or self.dir, env=env, check=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True).stdout.strip()

    def make(self, name="work"):
        """A work tree: v1 tagged on main, then main, and a branch of its own."""
        work = self.dir / name
        self.git("init", "-q", "-b", "main", work)

        def commit(version, message):
            (work / "package-lock.json").write_text(lock("left", version))
            self.git("add", "-A", cwd=work)
            self.git("commit", "-q", "-m", message, cwd=work)
            return self.git("rev-parse", "HEAD", cwd=work)
        self.first = commit("1.0.0", "The first\n\nwith a body")
        self.git("tag", "-a", "v1", "-m", "one", cwd=work)
        self.second = commit("1.5.0", "The second")
        self.third = commit("2.0.0", "The third")
        self.git("tag", "v2", cwd=work)
        self.git("tag", "latest", cwd=work)
        self.git("checkout", "-q", "-b", "feature/x", self.first, cwd=work)
        self.fourth = commit("3.0.0", "Apart")
        self.git("checkout", "-q", "main", cwd=work)
        return work

    def bare(self, name="bare.git"):
        work = self.make(name + "-work")
        self.git("clone", "-q", "--bare", work, self.dir / name)
        return self.dir / name

    def serve(self, **options):
        server = Server(self.dir, **options)
        self.addCleanup(server.close)
        return server

    def repo(self, what, *options, env=None, code=0):
        done = self.run_program("repo", what, "--format", "json", "--list-all-pkgs", *options, code=code, env=env)
        self.said = done.stderr.decode()
        return json.loads(done.stdout)

    def version(self, report):
        return dict(packages(report))["left"]

    def refused(self, *arguments, says=(), env=None):
        done = self.run_program("repo", *arguments, code=2, env=env)
        text = done.stderr.decode()
        errors = [line for line in text.splitlines() if line.startswith("drydock: error: ")]
        self.assertEqual(len(errors), 1, text)
        for word in says:
            self.assertIn(word, errors[0])
        self.assertEqual(done.stdout, b"")
        return text

    # ---- folders

    def test_work_tree(self):
        work = self.make()
        self.git("remote", "add", "origin", "https://me:secret@host.example/owner/name.git", cwd=work)
        report = self.repo(work)
        self.assertEqual(report["ArtifactType"], "repository")
        self.assertEqual(report["ArtifactName"], str(work))
        self.assertEqual(report["Metadata"], {
            "RepoURL": "https://host.example/owner/name.git", "Branch": "main", "Tags": ["latest", "v2"], "Commit": self.third, "CommitMsg": "The third",
            "Author": "Ann Author <ann@mail.example>", "Committer": "Carl Committer <carl@mail.example>"})
        self.assertEqual(self.version(report), "2.0.0")
        (work / "package-lock.json").write_text(lock("left", "9.9.9")) # what lies there counts
        self.assertEqual(self.version(self.repo(work)), "9.9.9")
        self.git("checkout", "-q", "--force", "--detach", self.first, cwd=work)
        detached = self.repo(work)["Metadata"]
        self.assertNotIn("Branch", detached)
        self.assertEqual((detached["Tags"], detached["CommitMsg"]), (["v1"], "The first\n\nwith a body"))
        self.git("remote", "set-url", "origin", "git@host.example:owner/name", cwd=work)
        self.assertEqual(self.repo(work)["Metadata"]["RepoURL"], "git@host.example:owner/name")

    def test_folder_without_repository(self):
        (self.dir / "plain").mkdir()
        (self.dir / "plain/package-lock.json").write_text(lock("left", "1.0.0"))
        report = self.repo(self.dir / "plain")
        self.assertEqual((report["Metadata"], report["ArtifactType"], self.version(report)), ({}, "repository", "1.0.0"))
        self.assertEqual(self.version(self.repo(self.dir / "plain/package-lock.json")), "1.0.0")
        self.refused(self.dir / "plain", "--branch", "main", says=["not a git repository"])
        self.git("init", "-q", self.dir / "empty")
        self.repo(self.dir / "empty")
        self.refused(self.dir / "empty", "--branch", "main", says=["no branch main"])
        self.git("init", "-q", "--bare", self.dir / "empty.git")
        self.refused(self.dir / "empty.git", says=["no commits"])

    def test_choosing(self):
        work, bare = self.make(), self.bare()
        for where in (work, bare, "file://" + str(bare), work / ".git"):
            for options, version, branch in ((("--branch", "feature/x"), "3.0.0", "feature/x"), (("--tag", "v1"), "1.0.0", None),
                                             (("--commit", self.second), "1.5.0", None), (("--commit", self.second[:9]), "1.5.0", None),
                                             (("--branch", "main"), "2.0.0", "main")):
                report = self.repo(where, *options)
                self.assertEqual(self.version(report), version, (where, options))
                self.assertEqual(report["Metadata"].get("Branch"), branch)
            self.refused(where, "--branch", "v1", says=["no branch v1"])
            self.refused(where, "--tag", "main", says=["no tag main"])
            self.refused(where, "--commit", "1" * 40, says=["no commit 1111"])
        report = self.repo(bare)
        self.assertEqual((self.version(report), report["Metadata"]["Branch"]), ("2.0.0", "main"))

    def test_subfolder(self):
        work = self.make()
        (work / "sub").mkdir()
        (work / "sub/package-lock.json").write_text(lock("below", "1.0.0"))
        self.git("add", "-A", cwd=work)
        self.git("commit", "-q", "-m", "below", cwd=work)
        self.assertEqual(packages(self.repo(work / "sub", "--branch", "main")), [("below", "1.0.0")])
        self.refused(work / "sub", "--tag", "v1", says=["no folder sub"])

    def test_objects_of_another_hash(self):
        work = self.dir / "sha256"
        self.git("init", "-q", "-b", "main", "--object-format=sha256", work)
        (work / "package-lock.json").write_text(lock("left", "1.0.0"))
        self.git("add", "-A", cwd=work)
        self.git("commit", "-q", "-m", "one", cwd=work)
        report = self.repo(work, "--branch", "main")
        self.assertEqual((self.version(report), len(report["Metadata"]["Commit"])), ("1.0.0", 64))

    # ---- servers

    def check_server(self, url):
        report = self.repo(url)
        self.assertEqual(self.version(report), "2.0.0")
        self.assertEqual((report["ArtifactName"], report["ArtifactType"]), (url, "repository"))
        metadata = report["Metadata"]
        self.assertEqual((metadata["RepoURL"], metadata["Branch"], metadata["Commit"], metadata["CommitMsg"]), (url, "main", self.third, "The third"))
        for options, version in ((("--branch", "feature/x"), "3.0.0"), (("--tag", "v1"), "1.0.0"), (("--commit", self.second), "1.5.0"),
                                 (("--commit", self.first[:8]), "1.0.0")):
            self.assertEqual(self.version(self.repo(url, *options)), version, options)
        self.refused(url, "--branch", "none", says=["none", "git ls-remote"])
        self.refused(url, "--branch", "v1", says=["no branch v1"])
        self.refused(url, "--tag", "none", says=["none", "git ls-remote"])
        self.refused(url, "--commit", "1" * 40, says=["1111"])

    def test_http(self):
        self.bare()
        server = self.serve()
        self.check_server(server.origin + "/bare.git")
        self.assertTrue(any(b"deepen 1" in body for _, _, body in server.seen))
        self.refused(server.origin + "/none.git", says=["not found", "token"])

    def test_a_server_that_gives_only_what_it_lists(self):
        bare = self.bare()
        self.git("config", "uploadpack.allowAnySHA1InWant", "false", cwd=bare)
        self.git("config", "protocol.version", "0", cwd=bare)
        server = self.serve()
        self.env.update(GIT_CONFIG_COUNT="0")
        (self.home / ".gitconfig").write_text("[protocol]\nversion = 0\n") # not taken from there
        self.assertEqual(self.version(self.repo(server.origin + "/bare.git", "--commit", self.second)), "1.5.0")

    def test_plain_files_on_a_server(self):
        self.git("update-server-info", cwd=self.bare())
        self.check_server(self.serve(plain=True).origin + "/bare.git")

    def test_git_daemon(self):
        self.bare()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        daemon = subprocess.Popen(["git", "-c", "safe.directory=*", "daemon", "--listen=127.0.0.1", f"--port={port}", "--export-all",
                                   "--reuseaddr", f"--base-path={self.dir}", str(self.dir)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(lambda: (daemon.terminate(), daemon.wait()))

        def listens():
            with socket.socket() as s:
                return daemon.poll() is not None or s.connect_ex(("127.0.0.1", port)) == 0
        wait_for(listens, "git daemon")
        if daemon.poll() is not None:
            self.skipTest("needs git daemon")
        self.check_server(f"git://127.0.0.1:{port}/bare.git")

    def test_ssh(self):
        bare = self.bare()
        ssh = self.dir / "bin/ssh"
        ssh.parent.mkdir()
        seen = self.dir / "seen"
        ssh.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {seen}\nfor last; do :; done\ncase "$*" in *" -G "*) exit 1;; esac\neval "$last"\n')
        ssh.chmod(0o755)
        env = {"PATH": f"{ssh.parent}:{os.environ['PATH']}", "SSH_AUTH_SOCK": "/nowhere"}
        for url in (f"ssh://me@host.example{bare}", f"me@host.example:{bare}"):
            report = self.repo(url, env=env)
            self.assertEqual((self.version(report), report["ArtifactName"]), ("2.0.0", url.replace("ssh://me@", "ssh://")))
            self.assertIn("-oBatchMode=yes", seen.read_text().split("\n"))
            self.assertIn("me@host.example", seen.read_text().split("\n"))
            seen.unlink()
        own = self.dir / "own/ssh"
        own.parent.mkdir()
        shutil.copy(ssh, own)
        self.repo(f"me@host.example:{bare}", env={"GIT_SSH_COMMAND": f"{own} -i key"})
        self.assertEqual(seen.read_text().split("\n")[:3], ["-i", "key", "-oBatchMode=yes"])
        seen.unlink()
        (self.home / ".gitconfig").write_text(f"[core]\nsshCommand = {own} -i configured\n")
        self.repo(f"me@host.example:{bare}")
        self.assertIn("configured", seen.read_text())
        self.assertIn("-oBatchMode=yes", seen.read_text())
        refusing = self.dir / "refuse/ssh"
        refusing.parent.mkdir()
        refusing.write_text("#!/bin/sh\necho 'me@host.example: Permission denied (publickey).' >&2\nexit 255\n")
        refusing.chmod(0o755)
        self.refused(f"me@host.example:{bare}", env={"GIT_SSH_COMMAND": str(refusing)}, says=["Permission denied (publickey)", "ssh-add"])

    # ---- credentials

    def test_credentials(self):
        self.bare()
        server = self.serve(password="geheim-1234")
        url = server.origin + "/bare.git"
        self.assertEqual(self.version(self.repo(url, env={"DRYDOCK_TOKEN": "geheim-1234"})), "2.0.0")
        for what, options in ((url, ["--token", "geheim-1234"]), (url.replace("http://", "http://user:geheim-1234@"), [])):
            report = self.repo(what, *options)
            self.assertEqual((self.version(report), report["ArtifactName"], report["Metadata"]["RepoURL"]), ("2.0.0", url, url))
            self.assertNotIn("geheim", self.said + json.dumps(report))
        self.refused(url, says=["DRYDOCK_TOKEN", "token"])
        for text in (self.refused(url, env={"DRYDOCK_TOKEN": "wrong-5678"}, says=["DRYDOCK_TOKEN"]),
                     self.refused(url, "--debug", env={"DRYDOCK_TOKEN": "wrong-5678", "GIT_TRACE": "1", "GIT_CURL_VERBOSE": "1"}),
                     self.refused(url.replace("http://", "http://wrong-5678:wrong-5678@"), "--debug")):
            self.assertNotIn("wrong", text)
            self.assertNotIn(base64.b64encode(b"x-access-token:wrong-5678").decode(), text)

    def test_no_secret_on_a_command_line(self):
        """A git that notes its arguments stands before the real one."""
        self.bare()
        url = self.serve(password="geheim-1234").origin + "/bare.git"
        noted = self.dir / "noted"
        wrapper = self.dir / "bin/git"
        wrapper.parent.mkdir()
        wrapper.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {noted}\nexec {shlex.quote(shutil.which("git"))} "$@"\n')
        wrapper.chmod(0o755)
        env = {"PATH": f"{wrapper.parent}:{os.environ['PATH']}"}
        self.repo(url.replace("http://", "http://user:geheim-1234@"), env=env)
        self.repo(url, "--tag", "v1", env={**env, "DRYDOCK_TOKEN": "geheim-1234"})
        self.assertIn("clone", noted.read_text())
        self.assertNotIn("geheim", noted.read_text())

    def test_credentials_go_to_their_host_alone(self):
        self.bare()
        other = self.serve()
        first = self.serve(redirect=other.origin)
        self.refused(first.origin + "/bare.git", env={"DRYDOCK_TOKEN": "geheim-1234"}, says=["elsewhere"])
        self.assertEqual(other.seen, [])
        self.repo(first.origin + "/bare.git") # without any it may lead elsewhere
        self.assertTrue(other.seen)
        self.repo(other.origin + "/bare.git", env={"GITHUB_TOKEN": "geheim-1234", "GITLAB_TOKEN": "geheim-1234", "BITBUCKET_TOKEN": "geheim-1234"})
        for server in (first, other):
            for _, headers, _ in server.seen[1 if server is first else 0:]:
                self.assertNotIn("Authorization", headers)

    def test_credential_helper_of_the_user(self):
        self.bare()
        url = self.serve(password="geheim-1234").origin + "/bare.git"
        ran = self.dir / "ran"
        (self.home / ".gitconfig").write_text(
            f'[credential]\nhelper = "!f() {{ echo username=me; echo password=geheim-1234; }}; f"\n[alias]\nclone = !touch {ran}\n'
            f'[core]\nhooksPath = {self.dir}/hooks\nfsmonitor = touch {ran}\n[filter "x"]\nsmudge = touch {ran}\n')
        (self.dir / "hooks").mkdir()
        (self.dir / "hooks/post-checkout").write_text(f"#!/bin/sh\ntouch {ran}\n")
        (self.dir / "hooks/post-checkout").chmod(0o755)
        self.assertEqual(self.version(self.repo(url)), "2.0.0")
        self.assertFalse(ran.exists())

    def test_settings_that_lead_elsewhere(self):
        self.bare()
        server = self.serve()
        (self.home / ".gitconfig").write_text(f'[url "{server.origin}/"]\ninsteadOf = https://git.example/\n')
        self.refused("git.example/bare.git", says=["that protocol is not used here"]) # https stays https
        (self.home / ".gitconfig").write_text(f'[url "{server.origin}/"]\ninsteadOf = http://git.example/\n')
        self.assertEqual(self.version(self.repo("http://git.example/bare.git")), "2.0.0")
        (self.home / ".gitconfig").write_text(f'[url "ext::sh -c touch% {self.dir}/ran% "]\ninsteadOf = http://git.example/\n')
        self.refused("http://git.example/bare.git")
        self.assertFalse((self.dir / "ran").exists())

    # ---- what is refused

    def test_no_address(self):
        ran = self.dir / "ran"
        for what in ("ext::sh -c touch% " + str(ran), f"ext::sh", "fd::17", "http::https://host.example/x", "gopher://host.example/x", "nothing",
                     "ssh://-oProxyCommand=touch/x", "-oProxyCommand=x:y", "host with spaces:x", "https://", "file://host.example/x",
                     "https://host.example/a\nb", "rsync://host.example/x"):
            self.refused("--", what)
        self.refused("--", "--upload-pack=touch " + str(ran), says=["no address"])
        work = self.make()
        for option in ("--branch", "--tag"):
            for name in ("--upload-pack=x", "-x", "a..b", "a b", "a:b", "a~1", "a^", "@{u}", "a*", "/a", "a\\b"):
                self.refused(work, f"{option}={name}", says=["no name that git knows"])
        for name in ("HEAD", "-x", "zz", "abc", "main", "1" * 65):
            self.refused(work, f"--commit={name}", says=["no hash"])
        self.refused(work, "--branch=main", "--tag=v1", says=["one of them"])
        self.assertFalse(ran.exists())

    def test_offline(self):
        self.bare()
        server = self.serve()
        for url in (server.origin + "/bare.git", "git@host.example:x/y", "host.example/x/y"):
            self.refused(url, "--offline", says=["--offline"])
        self.assertEqual(server.seen, [])
        self.repo(self.dir / "bare.git", "--offline")

    def test_without_git(self):
        work = self.make()
        (self.dir / "nothing").mkdir()
        env = {"PATH": str(self.dir / "nothing")}
        self.assertEqual(self.version(self.repo(work, env=env)), "2.0.0")
        self.refused(work, "--tag", "v1", env=env, says=["git program", "not installed"])
        self.refused("https://host.example/x", env=env, says=["git program", "not installed"])

    def test_faults_of_servers(self):
        for status, words in ((403, ["403", "token"]), (429, ["429", "later"]), (500, ["500"])):
            self.refused(self.serve(status=status).origin + "/x", says=words)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.refused(f"http://127.0.0.1:{probe.getsockname()[1]}/x", says=["connect"])

    # ---- hostile repositories

    def trap(self, name):
        """A command that must never run."""
        self.ran = self.dir / "ran"
        script = self.dir / ("trap-" + name)
        script.write_text(f"#!/bin/sh\necho {name} >> {self.ran}\ncat\n")
        script.chmod(0o755)
        return script

    def hostile(self):
        work = self.make("hostile")
        self.git("config", "user.name", "x", cwd=work)
        (work / ".gitattributes").write_text("* filter=trap diff=trap merge=trap\n*.bin filter=lfs diff=lfs merge=lfs -text\n")
        (work / "big.bin").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 5\n")
        (work / ".gitmodules").write_text('[submodule "s"]\npath = s\nurl = ext::' + str(self.trap("submodule")) + "\nupdate = !" +
                                          str(self.trap("update")) + "\n")
        (work / ".lfsconfig").write_text("[lfs]\nurl = http://127.0.0.1:1/\n")
        (work / "link").symlink_to("/etc")
        (work / "lock").symlink_to("/etc/passwd")
        self.git("add", "-A", cwd=work)
        self.git("update-index", "--add", "--cacheinfo", f"160000,{self.first},s", cwd=work)
        self.git("commit", "-q", "-m", "traps", cwd=work)
        hooks = work / ".git/hooks"
        hooks.mkdir(exist_ok=True)
        for hook in ("post-checkout", "pre-auto-gc", "post-index-change", "reference-transaction", "fsmonitor-watchman", "post-upload-pack",
                     "pre-receive", "update", "post-merge", "query-watchman"):
            shutil.copy(self.trap("hook-" + hook), hooks / hook)
        settings = {
            "core.fsmonitor": "fsmonitor", "core.pager": "pager", "core.editor": "editor", "core.sshCommand": "ssh", "core.askPass": "askpass",
            "core.gitProxy": "proxy", "core.alternateRefsCommand": "alternates", "gpg.program": "gpg", "diff.external": "diff", "filter.trap.smudge": "smudge",
            "filter.trap.clean": "clean", "filter.trap.process": "process", "filter.lfs.smudge": "lfs", "filter.lfs.process": "lfs-process",
            "diff.trap.textconv": "textconv", "diff.trap.command": "diff-command", "merge.trap.driver": "driver", "credential.helper": "helper",
            "uploadpack.packObjectsHook": "pack-objects", "remote.origin.uploadpack": "upload-pack", "remote.origin.vcs": "vcs",
            "sequence.editor": "sequence", "interactive.diffFilter": "interactive", "init.templateDir": "template", "receive.procReceiveRefs": "x"}
        for key, name in settings.items():
            self.git("config", "--replace-all", key, self.trap(name), cwd=work)
        for key, value in {"log.showSignature": "true", "filter.trap.required": "true", "core.hooksPath": str(hooks), "fetch.recurseSubmodules": "true",
                           "submodule.recurse": "true", "submodule.s.update": f"!{self.trap('submodule-update')}", "submodule.s.active": "true",
                           "submodule.s.url": "ext::" + str(self.trap("submodule-url")), "protocol.ext.allow": "always", "protocol.allow": "always",
                           "remote.origin.url": f"ext::{self.trap('remote')}", "alias.rev-parse": f"!{self.trap('alias')}",
                           "core.worktree": str(work), "include.path": str(self.dir / "included")}.items():
            self.git("config", "--replace-all", key, value, cwd=work)
        (self.dir / "included").write_text(f"[core]\nfsmonitor = {self.trap('included')}\n")
        return work

    def test_hostile_folder(self):
        work = self.hostile()
        head = self.git("--git-dir", work / ".git", "-c", "core.worktree=", "rev-parse", "main")
        subprocess.run(["git", "-C", str(work), "status"], env={**self.env, "GIT_CONFIG_NOSYSTEM": "1"}, check=False, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        self.assertTrue(self.ran.exists(), "the traps do not work")
        self.ran.unlink()
        for bare in ("false", "true"):
            self.git("config", "--file", work / ".git/config", "core.bare", bare)
            self.check_hostile(work, head)
        self.assertEqual(self.repo(work)["Metadata"]["Commit"], head)

    def check_hostile(self, work, head):
        for options in ([], ["--branch", "main"], ["--tag", "v1"], ["--commit", head], ["--commit", self.second[:10]]):
            for where in (work, work / ".git", "file://" + str(work)):
                report = self.repo(where, *options)
                self.assertIn("left", dict(packages(report)))
                self.assertFalse(self.ran.exists(), (where, options, self.ran.exists() and self.ran.read_text()))

    def test_hostile_repository_of_a_server(self):
        work = self.hostile()
        self.git("clone", "-q", "--bare", "-c", "protocol.ext.allow=never", work, self.dir / "served.git")
        if self.ran.exists():
            self.ran.unlink()
        origin = self.serve().origin
        for options in ([], ["--branch", "main"], ["--tag", "v1"], ["--commit", self.second]):
            self.repo(origin + "/served.git", *options)
            self.assertFalse(self.ran.exists(), options)

    def test_objects_that_are_missing(self):
        """A partial clone would ask its remote for them, by a command of its own."""
        work = self.make("partial")
        trap = self.trap("promisor")
        for key, value in {"core.repositoryFormatVersion": "1", "extensions.partialClone": "origin", "remote.origin.promisor": "true",
                           "remote.origin.url": str(self.dir / "nowhere.git"), "remote.origin.uploadpack": str(trap),
                           "protocol.file.allow": "always"}.items():
            self.git("config", key, value, cwd=work)
        blob = self.git("rev-parse", "v1:package-lock.json", cwd=work)
        (work / ".git/objects" / blob[:2] / blob[2:]).unlink()
        self.repo(work)
        self.refused(work, "--tag", "v1")
        head = self.git("rev-parse", "v1^{commit}", cwd=work)
        (work / ".git/objects" / head[:2] / head[2:]).unlink()
        self.refused(work, "--tag", "v1")
        self.repo(work)
        self.assertFalse(self.ran.exists())

    def test_variables_of_another_repository(self):
        """What a hook or a script around this program has set for its own repository."""
        work, other = self.make(), self.dir / "other"
        self.git("init", "-q", other)
        env = {"GIT_DIR": str(other / ".git"), "GIT_WORK_TREE": str(other), "GIT_INDEX_FILE": str(other / "index"), "GIT_OBJECT_DIRECTORY": str(other),
               "GIT_NAMESPACE": "x", "GIT_TEMPLATE_DIR": str(other), "GIT_CONFIG_PARAMETERS": "'core.bare'='true'"}
        self.assertEqual(self.repo(work, env=env)["Metadata"]["Commit"], self.third)
        self.assertEqual(self.version(self.repo(work, "--tag", "v1", env=env)), "1.0.0")
        self.bare()
        self.assertEqual(self.version(self.repo(self.serve().origin + "/bare.git", env=env)), "2.0.0")
        self.assertEqual(sorted(p.name for p in other.iterdir()), [".git"])

    def test_a_tree_that_is_hard_to_remove(self):
        work = self.make()
        deep = work / "/".join(["d" * 20] * 150)
        deep.mkdir(parents=True)
        (deep / "file").write_text("x")
        (work / "0").mkdir()
        (work / "0/1").write_text("x")
        self.git("add", "-A", cwd=work)
        self.git("commit", "-q", "-m", "deep", cwd=work)
        self.repo(work, "--branch", "main")

    # ---- an end before its time

    def start(self, *arguments):
        return subprocess.Popen([PROGRAM, "repo", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env, cwd=self.dir)

    def processes(self, text):
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if text in line and int(entry.parent.name) != os.getpid():
                found.append(line)
        return found

    @unittest.skipUnless(sys.platform == "linux", "needs /proc")
    def test_interrupted(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen(8)
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/x"
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                program = self.start(url, "--quiet")
                connection, _ = silent.accept()
                with connection:
                    wait_for(lambda: list(self.temp.iterdir()), "the temporary folder")
                    program.send_signal(number)
                    out, said = program.communicate(timeout=WAIT_S)
                self.assertEqual((program.returncode, out), (-number, b""))
                self.assertIn(b"interrupted", said)
                self.assertEqual(list(self.temp.iterdir()), [])
                wait_for(lambda: not self.processes(url), "git to end")
            self.env["DRYDOCK_TIMEOUT"] = "1s"
            self.refused(url, says=["--timeout"])
            self.assertEqual(list(self.temp.iterdir()), [])

    def test_interrupted_while_it_scans(self):
        """The signal comes while files are checked out or walked: whenever it is, nothing is left."""
        work = self.make()
        for i in range(3000):
            path = work / f"d{i % 50}/e{i}/package-lock.json"
            path.parent.mkdir(parents=True)
            path.write_text(lock(f"p{i}", "1.0.0"))
        self.git("add", "-A", cwd=work)
        self.git("commit", "-q", "-m", "many", cwd=work)
        for entries in (1, 1, 20, 50):
            program = self.start(work, "--branch", "main", "--quiet")

            def ready():
                folders = list(self.temp.iterdir())
                return program.poll() is not None or (folders and len(list(folders[0].iterdir())) >= entries)
            try:
                wait_for(ready, "files")
            except OSError:
                pass
            program.send_signal(signal.SIGINT)
            program.communicate(timeout=WAIT_S)
            self.assertIn(program.returncode, (0, 2, -signal.SIGINT))
            self.assertEqual(list(self.temp.iterdir()), [])


if __name__ == "__main__":
    main()
