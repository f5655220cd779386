"""What all black-box tests share: running the program, and making images of every form in a temporary folder."""
import gzip
import hashlib
import io
import json
import os
import pathlib
import pty
import re
import signal
import subprocess
import tarfile
import tempfile
import unittest

signal.signal(signal.SIGHUP, signal.SIG_DFL) # nohup may be in force around the tests, which the program would respect

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("DRYDOCK", str(ROOT / "build" / "drydock"))
SHARED = pathlib.Path(os.environ.get("DRYDOCK_SHARED", ROOT.parent / "shared"))

def features():
    """Names of what this build can leave out, with + or - in front."""
    text = subprocess.run([PROGRAM, "version"], stdout=subprocess.PIPE, text=True, check=False).stdout
    return next((line.split()[2:] for line in text.splitlines() if line.startswith("built with:")), [])


def needs(feature):
    return unittest.skipIf("-" + feature in features(), f"needs {feature}, which this build leaves out")


OS_RELEASE = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
ALPINE_RELEASE = 'ID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\n'


def deb(name, version, source=None, maintainer="Debian Testers <test@debian.org>", status="install ok installed"):
    text = f"Package: {name}\nStatus: {status}\nArchitecture: amd64\nMaintainer: {maintainer}\n"
    if source:
        text += f"Source: {source}\n"
    return text + f"Version: {version}\nDescription: a package of the tests\n\n"


def node(name, version):
    return json.dumps({"name": name, "version": version})


def wheel(name, version):
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nText.\n"


# A layer is a list of members: (path, bytes or text) or (path, bytes or text, mode) for a file, or a TarInfo; see the small makers below.

def symlink(path, target):
    info = tarfile.TarInfo(path)
    info.type, info.linkname = tarfile.SYMTYPE, target
    return info


def hardlink(path, target):
    info = tarfile.TarInfo(path)
    info.type, info.linkname = tarfile.LNKTYPE, target
    return info


def folder(path):
    info = tarfile.TarInfo(path)
    info.type, info.mode = tarfile.DIRTYPE, 0o755
    return info


def layer(*members, format=tarfile.PAX_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as tar:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
                continue
            path, data, *mode = member
            data = data.encode() if isinstance(data, str) else data
            info = tarfile.TarInfo(path)
            info.size, info.mode = len(data), mode[0] if mode else 0o644
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def sha(data):
    return hashlib.sha256(data).hexdigest()


def pack(data, how):
    if how == "gzip":
        return gzip.compress(data, 1, mtime=0)
    if how == "multi-gzip":
        half = len(data) // 2
        return gzip.compress(data[:half], 1, mtime=0) + gzip.compress(data[half:], 1, mtime=0)
    if how == "zstd":
        return subprocess.run(["zstd", "-1", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout
    return data


def config_of(layers, arch="amd64"):
    return json.dumps({
        "architecture": arch, "os": "linux", "created": "2026-01-02T03:04:05Z", "config": {"Cmd": ["/bin/sh"]},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + sha(data) for data in layers]},
        "history": [{"created_by": f"RUN step {i}"} for i in range(len(layers))],
    }).encode()


def write_tar(path, members):
    with tarfile.open(path, "w") as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return str(path)


def docker_members(layers, tag="test:1", how="plain"):
    config = config_of(layers)
    stored = [pack(data, how) for data in layers]
    names = [f"{sha(data)}/layer.tar" for data in stored]
    manifest = [{"Config": sha(config) + ".json", "RepoTags": [tag], "Layers": names}]
    return list(dict(zip(names, stored)).items()) + [(sha(config) + ".json", config), ("manifest.json", json.dumps(manifest).encode())]


def docker_archive(path, layers, **options):
    return write_tar(path, docker_members(layers, **options))


LAYER_TYPES = {"plain": "tar", "gzip": "tar+gzip", "multi-gzip": "tar+gzip", "zstd": "tar+zstd"}


def oci_blobs(layers, how="gzip", arch="amd64"):
    """The manifest's descriptor, and the blobs by digest."""
    config = config_of(layers, arch)
    stored = [pack(data, how) for data in layers]
    blobs = {sha(data): data for data in [config, *stored]}
    manifest = json.dumps({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "sha256:" + sha(config), "size": len(config)},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1." + LAYER_TYPES[how], "digest": "sha256:" + sha(data),
                    "size": len(data)} for data in stored],
    }).encode()
    blobs[sha(manifest)] = manifest
    descriptor = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:" + sha(manifest),
                  "size": len(manifest), "platform": {"os": "linux", "architecture": arch}}
    return descriptor, blobs


def oci_members(layers, how="gzip", tag="latest"):
    descriptor, blobs = oci_blobs(layers, how)
    descriptor["annotations"] = {"org.opencontainers.image.ref.name": tag}
    return index_members([descriptor], blobs)


def index_members(descriptors, blobs):
    index = json.dumps({"schemaVersion": 2, "manifests": descriptors}).encode()
    return [("oci-layout", b'{"imageLayoutVersion":"1.0.0"}'), ("index.json", index)] + [
        ("blobs/sha256/" + digest, data) for digest, data in blobs.items()]


def write_folder(path, members):
    for name, data in members:
        file = pathlib.Path(path) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return str(path)


def isolate(env, folder):
    """An environment in which no configuration of this machine's user counts; folders are below `folder`."""
    folder = pathlib.Path(folder)
    home = folder / "home"
    (home / ".docker").mkdir(parents=True, exist_ok=True)
    (folder / "run").mkdir(exist_ok=True)
    (folder / "registries.conf").touch()
    env = {key: value for key, value in env.items()
           if not re.match(r"(?i)(https?|all|no)_proxy$|AWS_|REGISTRY_AUTH_FILE$|DOCKER_|CONTAINER_HOST$|SSL_CERT_|TRIVY_|DRYDOCK_", key)}
    env.update(HOME=str(home), DOCKER_CONFIG=str(home / ".docker"), XDG_CONFIG_HOME=str(home / ".config"),
               XDG_CACHE_HOME=str(home / ".cache"), XDG_DATA_HOME=str(home / ".local/share"), XDG_RUNTIME_DIR=str(folder / "run"),
               CONTAINERS_REGISTRIES_CONF=str(folder / "registries.conf"), DRYDOCK_SKIP_DB_UPDATE="true",
               DRYDOCK_CACHE_DIR=str(folder / "cache"), TRIVY_CACHE_DIR=str(folder / "no-trivy"))
    return env


class Test(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder_ = tempfile.TemporaryDirectory()
        self.addCleanup(folder_.cleanup)
        self.dir = pathlib.Path(folder_.name)
        # Without the cache, since most tests scan anew what they scanned before; ServerTest and the tests of the cache have it.
        self.env = {**isolate(os.environ, self.dir), "TMPDIR": str(self.dir), "NO_COLOR": "1", "DRYDOCK_NO_CACHE": "true"}
        self.env.pop("SOURCE_DATE_EPOCH", None)

    def run_program(self, *arguments, input=None, code=None, env=None):
        done = subprocess.run([PROGRAM, *map(str, arguments)], input=input, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={**self.env, **(env or {})}, cwd=self.dir, timeout=120)
        self.assertGreaterEqual(done.returncode, 0, done.stderr.decode(errors="replace"))
        if code is not None:
            self.assertEqual(done.returncode, code, done.stderr.decode(errors="replace"))
        return done

    def scan(self, path, *options, command="image", input=None, code=0):
        """The JSON report of a scan."""
        done = self.run_program(command, path, "--format", "json", "--list-all-pkgs", "--quiet", *options, input=input, code=code)
        return json.loads(done.stdout)

    def fails(self, *arguments, says=(), input=None):
        """The command ends with 2 and one line that says what, where and what to try."""
        done = self.run_program(*arguments, input=input, code=2)
        text = done.stderr.decode(errors="replace")
        errors = [line for line in text.splitlines() if line.startswith("drydock: error: ")]
        self.assertEqual(len(errors), 1, text)
        self.assertNotRegex(errors[0], r": (\S+): \1: ") # what is said twice
        for word in says:
            self.assertIn(word, errors[0])
        self.assertEqual(done.stdout, b"")
        return errors[0]


def open_terminal():
    """Both ends of a pseudo-terminal; skips the test where there are none."""
    try:
        return pty.openpty()
    except OSError as error:
        raise unittest.SkipTest("needs pseudo-terminals (/dev/pts)") from error


def packages(report, kind=None):
    """(name, version) of all packages, or of one Type."""
    return sorted((p["Name"], ":".join(filter(None, [str(p.get("Epoch", ""))] + [p["Version"]])) +
                   ("-" + p["Release"] if p.get("Release") else ""))
                  for r in report["Results"] if kind in (None, r["Type"]) for p in r.get("Packages") or [])


def findings(report):
    return sorted((v["VulnerabilityID"], v["PkgName"]) for r in report["Results"] for v in r["Vulnerabilities"])


def main():
    unittest.main(verbosity=2)
