"""Images and containers that an engine on this machine has: Docker as a fake that fails at will, Podman and containerd themselves."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import unittest

from drydock import OS_RELEASE, PROGRAM, deb, docker_archive, layer, main, needs, node, packages, sha, symlink
from fake_docker import FakeDocker
from servers import Certificates, ServerTest, wait_until

LAYERS = [layer(("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", deb("a", "1.0-1"))),
          layer(("app/node_modules/b/package.json", node("b", "1.0.0")))]
ARM = [layer(("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", deb("arm", "2.0-1")))]
# What a container made of LAYERS: b is gone, c is new.
ROOT = layer(("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", deb("a", "1.0-1")),
             ("app/node_modules/c/package.json", node("c", "3.0.0")), symlink("link", "app"))
EXPECTED = [("a", "1.0-1"), ("b", "1.0.0")]
CHANGED = [("a", "1.0-1"), ("c", "3.0.0")]


@needs("curl")
class Docker(ServerTest):
    def setUp(self):
        super().setUp()
        self.socket = self.dir / "docker.sock"

    def engine(self, tags=("registry.example:5000/team/app:1", "nginx:alpine"), layers=None, **options):
        engine = self.serve(FakeDocker(self.socket, **options))
        self.image = engine.add_image(layers or LAYERS, list(tags))
        self.env["DOCKER_HOST"] = engine.host
        return engine

    def look(self, name, *options):
        return self.scan(name, "--image-src", "docker", *options)

    def container(self, name, *options):
        done = self.run_program("image", "--container", name, *options, "--format", "json", "--list-all-pkgs", "--quiet", code=0)
        return json.loads(done.stdout)

    def asked(self, engine, end):
        return [path for path in engine.requests if path.partition("?")[0].endswith(end)]

    def test_names_and_ids(self):
        self.engine()
        id_ = self.image.id
        digest = next(d for d in self.image.inspect()["RepoDigests"] if d.startswith("nginx@"))
        for name in ("nginx:alpine", "docker.io/library/nginx:alpine", "registry.example:5000/team/app:1", id_, id_[7:], id_[7:19],
                     id_[:19], digest):
            report = self.look(name)
            self.assertEqual(packages(report), EXPECTED, name)
            self.assertEqual(report["Metadata"]["ImageID"], id_)
            self.assertEqual(report["Metadata"]["RepoTags"], self.image.tags)
            self.assertEqual(report["Metadata"]["RepoDigests"], self.image.inspect()["RepoDigests"])

    def test_an_image_without_names(self):
        self.engine(tags=())
        report = self.look(self.image.id)
        self.assertEqual(packages(report), EXPECTED)
        self.assertFalse(report["Metadata"].get("RepoTags"))

    def test_it_is_asked_for_in_its_own_version_and_exported_by_id(self):
        for version, oldest in (("1.24", 24), ("1.41", 24), ("1.49", 44), ("1.99", 90)):
            engine = self.engine(version=version, oldest=oldest)
            self.env["DRYDOCK_CACHE_DIR"] = str(self.dir / ("cache" + version))
            self.assertEqual(packages(self.look("nginx:alpine")), EXPECTED)
            self.assertEqual(engine.requests, ["/_ping", f"/v{version}/images/nginx:alpine/json", f"/v{version}/images/{self.image.id}/get"])
            engine.stop()

    def test_what_is_known_is_not_exported_again(self):
        engine = self.engine()
        first = self.look("nginx:alpine")
        self.assertEqual(self.look("nginx:alpine")["Results"], first["Results"])
        self.assertEqual(len(self.asked(engine, "/get")), 1)

    def test_where_the_engine_is_found(self):
        engine = self.engine()
        del self.env["DOCKER_HOST"]
        self.scan("nginx:alpine", "--image-src", "docker", "--docker-host", engine.host)
        self.scan("nginx:alpine", "--image-src", "docker", "--docker-host", self.socket)
        config = pathlib.Path(self.env["DOCKER_CONFIG"])
        meta = config / "contexts/meta" / sha(b"west") / "meta.json"
        meta.parent.mkdir(parents=True)
        meta.write_text(json.dumps({"Name": "west", "Metadata": {}, "Endpoints": {"docker": {"Host": engine.host, "SkipTLSVerify": False}}}))
        self.docker_config(currentContext="west")
        self.look("nginx:alpine")
        self.docker_config()
        self.env["DOCKER_CONTEXT"] = "west"
        self.look("nginx:alpine")
        self.env["DOCKER_CONTEXT"] = "east"
        self.fails("image", "nginx:alpine", "--image-src", "docker", says=['context "east"', "docker context ls"])
        tcp = self.serve(FakeDocker())
        tcp.add_image(LAYERS, ["nginx:alpine"])
        self.env["DOCKER_HOST"] = tcp.host
        self.assertEqual(packages(self.look("nginx:alpine")), EXPECTED)

    @unittest.skipUnless(shutil.which("openssl"), "needs openssl")
    def test_tls(self):
        pki = Certificates()
        engine = self.serve(FakeDocker(tls=pki.server_context(client_ca=True)))
        engine.add_image(LAYERS, ["nginx:alpine"])
        folder = self.dir / "pki"
        folder.mkdir()
        for name, file in (("ca.pem", pki.ca), ("cert.pem", pki.client_cert), ("key.pem", pki.client_key)):
            shutil.copy(file, folder / name)
        self.env.update(DOCKER_HOST=engine.host, DOCKER_TLS_VERIFY="1", DOCKER_CERT_PATH=str(folder))
        self.assertEqual(packages(self.look("nginx:alpine")), EXPECTED)
        (folder / "ca.pem").unlink() # now nobody vouches for it
        self.fails("image", "nginx:alpine", "--image-src", "docker", says=["docker: 127.0.0.1:"])

    def test_nobody_there(self):
        self.env["DOCKER_HOST"] = f"unix://{self.dir}/none.sock"
        self.fails("image", "nginx", "--image-src", "docker", says=["nginx was not found", "no socket at", "none.sock"])
        self.env["DOCKER_HOST"] = f"unix://{self.socket}"
        with socket.socket(socket.AF_UNIX) as left_behind:
            left_behind.bind(str(self.socket))
        self.fails("image", "nginx", "--image-src", "docker", says=["nothing listens there", "systemctl start docker"])
        self.env["DOCKER_HOST"] = "ssh://me@build"
        self.fails("image", "nginx", "--image-src", "docker", says=["ssh -nNT -L", "me@build"])
        self.fails("image", "nginx", "--docker-host", "ssh://me@build", says=["--docker-host ssh://me@build: "])
        self.fails("image", "nginx", "--image-src", "docker", "--docker-host", "tcp://127.0.0.1:1", "--offline", says=["--offline"])

    def test_no_permission(self):
        self.engine()
        self.socket.chmod(0)
        self.dir.chmod(0o711)
        try: # root would be refused nothing
            done = subprocess.run([PROGRAM, "image", "nginx", "--image-src", "docker"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                  env=self.env, cwd="/", timeout=60, **({"user": 65534} if os.getuid() == 0 else {}))
        except PermissionError:
            self.skipTest("the program lies where only root may start it")
        self.assertEqual(done.returncode, 2)
        for word in ("permission denied", "group docker", "sudo", str(self.socket)):
            self.assertIn(word, done.stderr)

    def test_not_there(self):
        self.engine()
        self.fails("image", "nope", "--image-src", "docker", says=["nope was not found: docker: no image nope at " + str(self.socket)])
        self.fails("image", "--container", "nobox", says=["nobox was not found", "docker: no container nobox at", "containerd"])
        self.fails("image", "--container", "../images/x", says=["is no name of a container"])

    def test_all_sources_are_named(self):
        self.engine()
        self.fails("image", "nope", "--image-src", "docker,podman,containerd", says=["docker: no image nope", "podman: no socket at", "containerd: "])

    def test_platforms(self):
        self.engine(version="1.41")
        self.assertEqual(packages(self.look("nginx:alpine", "--platform", "linux/amd64")), EXPECTED)
        self.fails("image", "nginx:alpine", "--image-src", "docker", "--platform", "linux/arm64", says=["is for linux/amd64, not for linux/arm64"])

    def test_an_image_of_several_platforms(self):
        engine = self.engine(version="1.51")
        other = engine.add_image(ARM, [], arch="arm64")
        engine.images.remove(other)
        self.image.variants["linux/arm64"] = other
        self.assertEqual(packages(self.look("nginx:alpine", "--platform", "linux/amd64")), EXPECTED)
        engine.images.append(other) # so that its ID is known
        self.assertEqual(packages(self.look("nginx:alpine", "--platform", "linux/arm64")), [("arm", "2.0-1")])
        self.assertIn("platform=%7B%22os%22%3A%22linux%22%2C%22architecture%22%3A%22arm64%22%7D", self.asked(engine, "/get")[-1])
        self.fails("image", "nginx:alpine", "--image-src", "docker", "--platform", "linux/s390x", says=["no image nginx:alpine for linux/s390x"])

    def test_a_container(self):
        engine = self.engine()
        engine.add_container("web", self.image, ROOT, image_name="nginx:alpine")
        for name in ("web", sha(b"web"), sha(b"web")[:12]):
            report = self.container(name)
            self.assertEqual(packages(report), CHANGED)
            self.assertEqual(report["ArtifactName"], "web (container of nginx:alpine)")
            self.assertEqual(report["Metadata"]["ImageID"], self.image.id)
        self.assertEqual(len(self.asked(engine, "/export")), 3) # a container changes: it is never remembered

    def test_a_container_of_an_image_that_is_gone(self):
        engine = self.engine()
        engine.add_container("web", self.image, ROOT)
        engine.images.clear()
        self.fails("image", "--container", "web", says=["the image of container web cannot be had", "docker commit"])

    def test_exports_that_fail(self):
        engine = self.engine()
        engine.add_container("web", self.image, ROOT)
        for fault, says in (("refuse", ["docker at", "export of the image", "status 500", "no space left"]), ("cut", ["docker: "]), ("error", [])):
            engine.fault = fault
            before = len(self.asked(engine, "/get"))
            self.assertNotIn("\x1b", self.fails("image", "nginx:alpine", "--image-src", "docker", says=says))
            self.assertEqual(len(self.asked(engine, "/get")), before + 1) # two halves would not fit
        engine.fault = None
        self.assertEqual(packages(self.look("nginx:alpine")), EXPECTED)
        for engine.fault in ("cut", "cut-between"):
            self.fails("image", "--container", "web", says=["export of the container"])

    def test_answers_that_are_none(self):
        engine = self.engine()
        engine.fault = "no-docker"
        self.fails("image", "nginx:alpine", "--image-src", "docker", says=["no container engine", "status 404"])
        engine.fault = None
        for answer in ({}, [], "x", {"Id": "sha256:12"}, b"{\"Id\":"):
            engine.answers["image"] = answer
            self.fails("image", "nginx:alpine", "--image-src", "docker", says=["docker at", "its description of the image"])

    def test_an_engine_that_says_nothing(self):
        engine = self.engine()
        engine.fault = "hang"
        self.fails("image", "nginx:alpine", "--image-src", "docker", "--timeout", "1s", says=["not done within 1 s"])

    def program(self, *arguments):
        program = subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env, cwd=self.dir)
        self.addCleanup(program.stdout.close)
        self.addCleanup(program.stderr.close)
        self.addCleanup(program.kill)
        return program

    def test_a_slow_engine(self):
        engine = self.engine()
        engine.fault = "slow"
        program = self.program("image", "nginx:alpine", "--image-src", "docker", "-q", "--format", "json", "--list-all-pkgs")
        wait_until(lambda: self.asked(engine, "/get"), "the export")
        engine.release.set()
        self.assertEqual(packages(json.loads(program.communicate(timeout=60)[0])), EXPECTED)

    def test_interruption(self):
        engine = self.engine()
        engine.fault = "hang-export"
        program = self.program("image", "nginx:alpine", "--image-src", "docker")
        wait_until(lambda: self.asked(engine, "/get"), "the export")
        program.send_signal(signal.SIGINT)
        program.communicate(timeout=20)
        self.assertNotEqual(program.returncode, 0)
        self.assertEqual([str(p) for p in self.dir.rglob("drydock-*")], [])


@needs("curl")
@unittest.skipUnless(shutil.which("podman") and os.getuid() == 0, "needs podman, and to be root")
class Podman(ServerTest):
    """One engine for all tests; its storage lies in a folder of its own."""

    def setUp(self):
        super().setUp()
        self.socket = self.dir / "podman.sock"
        self.command = ["podman", "--root", str(self.dir / "storage"), "--runroot", str(self.dir / "runroot"), "--storage-driver", "vfs"]
        archive = docker_archive(self.dir / "image.tar", LAYERS, tag="localhost/app:1")
        loaded = self.podman("load", "-i", archive, check=False)
        if loaded.returncode:
            self.skipTest("podman does not work here: " + loaded.stderr.strip()[-300:])
        self.start()

    def podman(self, *arguments, check=True):
        env = {key: value for key, value in self.env.items() if key != "CONTAINER_HOST"} # with it, podman would only be a client
        return subprocess.run([*self.command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, check=check,
                              timeout=120)

    def start(self):
        service = subprocess.Popen([*self.command, "system", "service", "--time=0", f"unix://{self.socket}"], env=self.env,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(service.wait)
        self.addCleanup(service.terminate)
        wait_until(self.socket.exists, "podman's socket")
        self.env["CONTAINER_HOST"] = f"unix://{self.socket}"

    def test_images(self):
        id_ = self.podman("images", "-q", "--no-trunc").stdout.strip()
        for name in ("localhost/app:1", "app:1", id_, id_[7:19], id_[:19]):
            report = self.scan(name, "--image-src", "docker,podman")
            self.assertEqual(packages(report), EXPECTED, name)
            self.assertEqual(report["Metadata"]["ImageID"], id_)
            self.assertEqual(report["Metadata"]["RepoTags"], ["localhost/app:1"])
        self.fails("image", "nope", "--image-src", "podman", says=["podman: no image nope at " + str(self.socket)])
        self.fails("image", "app:1", "--image-src", "podman", "--platform", "linux/arm64", says=["is for linux/amd64, not for linux/arm64"])

    def test_a_container(self):
        created = self.podman("create", "--name", "box", "localhost/app:1", "true", check=False)
        mounted = self.podman("mount", "box", check=False)
        if created.returncode or mounted.returncode:
            self.skipTest("podman makes no containers here: " + (created.stderr + mounted.stderr).strip()[-300:])
        root = pathlib.Path(mounted.stdout.strip())
        shutil.rmtree(root / "app/node_modules/b")
        (root / "app/node_modules/c").mkdir()
        (root / "app/node_modules/c/package.json").write_text(node("c", "3.0.0"))
        self.podman("umount", "box")
        done = self.run_program("image", "--container", "box", "--format", "json", "--list-all-pkgs", "--quiet", code=0)
        report = json.loads(done.stdout)
        self.assertEqual(packages(report), CHANGED)
        self.assertEqual(report["ArtifactName"], "box (container of localhost/app:1)")
        self.assertEqual(packages(self.scan("localhost/app:1", "--image-src", "podman")), EXPECTED) # the image is as it was


@unittest.skipUnless(shutil.which("containerd") and shutil.which("ctr") and os.getuid() == 0, "needs containerd and ctr, and to be root")
class Containerd(ServerTest):
    def setUp(self):
        super().setUp()
        self.env.pop("CONTAINERD_ADDRESS", None)
        self.env.pop("CONTAINERD_NAMESPACE", None)
        self.root = pathlib.Path(self.env["XDG_DATA_HOME"], "containerd") # where one without root rights has it
        self.address = self.dir / "containerd.sock"
        config = self.dir / "config.toml"
        config.write_text(f'version = 2\nroot = "{self.root}"\nstate = "{self.dir}/state"\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n'
                          f'[grpc]\n  address = "{self.address}"\n')
        self.log = self.dir / "containerd.log"
        with open(self.log, "wb") as log:
            self.daemon = subprocess.Popen(["containerd", "-c", str(config)], stdout=log, stderr=log, env=self.env)
        self.addCleanup(self.stop)
        wait_until(lambda: self.daemon.poll() is not None or self.ctr("version", check=False).returncode == 0, "containerd")
        if self.daemon.poll() is not None:
            self.skipTest("containerd does not work here: " + self.log.read_text()[-300:])

    def stop(self):
        self.daemon.terminate()
        self.daemon.wait()

    def ctr(self, *arguments, check=True):
        return subprocess.run(["ctr", "-a", str(self.address), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              check=check, timeout=60)

    def load(self, tag, layers=None, namespace="default"):
        archive = docker_archive(self.dir / "image.tar", layers or LAYERS, tag=tag)
        self.ctr("-n", namespace, "images", "import", "--no-unpack", archive)
        rows = self.ctr("-n", namespace, "images", "ls").stdout.splitlines()
        return next(row.split()[2] for row in rows if row.startswith("docker.io/library/" + tag + " "))

    def look(self, name, *options):
        return self.scan(name, "--image-src", "containerd", *options)

    def test_images(self):
        digest = self.load("app:1")
        for name in ("app:1", "docker.io/library/app:1", digest, digest[7:19], "app@" + digest):
            report = self.look(name)
            self.assertEqual(packages(report), EXPECTED, name)
            self.assertEqual(report["Metadata"]["RepoTags"], ["app:1"])
        self.fails("image", "app:2", "--image-src", "containerd", says=["containerd: ", "has no image app:2 (namespaces default, k8s.io, moby)"])

    def test_no_daemon_is_needed(self):
        self.load("app:1")
        self.stop()
        self.assertEqual(packages(self.look("app:1")), EXPECTED)

    def test_namespaces(self):
        self.load("app:1", namespace="k8s.io")
        self.assertEqual(packages(self.look("app:1")), EXPECTED)
        self.load("app:1", layers=ARM)
        self.assertEqual(packages(self.look("app:1")), [("arm", "2.0-1")])
        self.env["CONTAINERD_NAMESPACE"] = "k8s.io"
        self.assertEqual(packages(self.look("app:1")), EXPECTED)
        self.env["CONTAINERD_NAMESPACE"] = "mine"
        self.fails("image", "app:1", "--image-src", "containerd", says=["(namespace mine)"])

    def test_while_it_writes(self):
        self.load("app:1")
        writer = subprocess.Popen(["sh", "-c", f'i=0; while [ $i -lt 60 ]; do ctr -a "{self.address}" images tag docker.io/library/app:1 localhost/x:$i;'
                                   " i=$((i+1)); done"], stdout=subprocess.DEVNULL)
        self.addCleanup(writer.wait)
        scans = 0
        while writer.poll() is None or scans == 0:
            self.assertEqual(packages(self.look("app:1")), EXPECTED)
            scans += 1
        self.assertEqual(len(self.look("app:1")["Metadata"]["RepoTags"]), 61)

    def test_layers_that_are_gone(self):
        self.load("app:1")
        gone = max((self.root / "io.containerd.content.v1.content/blobs/sha256").iterdir(), key=lambda path: path.stat().st_size)
        gone.unlink()
        self.fails("image", "app:1", "--image-src", "containerd", says=["app:1", gone.name[:12]])

    def test_damage(self):
        self.load("app:1")
        self.stop()
        (self.root / "io.containerd.metadata.v1.bolt/meta.db").write_bytes(b"x" * 8192)
        self.fails("image", "app:1", "--image-src", "containerd", says=["containerd: ", "meta.db: "])

    def test_containers_are_not_read(self):
        self.fails("image", "--container", "box", "--image-src", "containerd", says=["its containers are not read", "nerdctl commit"])


if __name__ == "__main__":
    main()
