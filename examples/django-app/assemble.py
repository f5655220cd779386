#!/usr/bin/env python3
"""Puts an image archive together from a Dockerfile and the results of the steps that need a machine to run them.

Every instruction of the last stage becomes a history entry, as `docker build` writes it. COPY is done here; FROM, RUN
and COPY --from take the next --result in turn:

    rootfs:TAR          the tar of a root file system
    diff:OLD.tar:NEW.tar   what NEW adds to OLD, changes in it or takes from it (as a whiteout)
    tree:FOLDER:PATH    FOLDER, laid at PATH and owned by root

The archive is what `docker save` writes since Docker 25: manifest.json and an OCI layout over the same blobs (OCI image
specification 1.1, "Image Layout"; layers are plain tar). --oci writes a second one: OCI only, layers gzip-compressed.
"""
import argparse
import gzip
import hashlib
import io
import json
import os
import platform
import posixpath
import re
import shutil
import stat
import sys
import tarfile
import tempfile
import time

ARCH = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "ppc64le": "ppc64le", "s390x": "s390x", "riscv64": "riscv64"}
# Never part of a layer: what belongs to the machine that ran the step, and its logs and caches. (The package manager's
# settings of this machine are among them: they may name a proxy with a password.)
LEFT_OUT = re.compile(
    r"(dev|proc|sys|run|tmp)/.|var/(log|cache/ldconfig|cache/apt|lib/apt/lists)/.|usr/sbin/policy-rc\.d$|"
    r"etc/(resolv\.conf|hostname|machine-id)$|etc/apt/apt\.conf\.d/9?9?0?0?mmdebstrap$|\.dockerenv$")


def instructions(path):
    """The (keyword, rest) pairs of the last stage."""
    with open(path, encoding="utf-8") as file:
        text = "".join(line for line in file if not line.lstrip().startswith("#"))
    stage = []
    for line in text.replace("\\\n", "").splitlines():
        keyword, _, rest = line.strip().partition(" ")
        if keyword.upper() == "FROM":
            stage = []
        if keyword:
            stage.append((keyword.upper(), rest.strip()))
    return stage


class Layer:
    """One layer as a tar file: members in, digest and path out."""

    def __init__(self, folder, epoch):
        self.file = tempfile.NamedTemporaryFile(dir=folder, suffix=".layer", delete=False)
        self.sum = hashlib.sha256()
        self.size = 0
        self.epoch = epoch
        self.names = set()
        self.tar = tarfile.open(fileobj=self, mode="w|", format=tarfile.PAX_FORMAT, bufsize=1 << 20)

    def write(self, data):
        self.file.write(data)
        self.sum.update(data)
        self.size += len(data)
        return len(data)

    def add(self, member, content=None):
        member.mtime = int(min(member.mtime, self.epoch))
        member.pax_headers = {}
        member.uname = member.gname = ""
        self.names.add(member.name)
        self.tar.addfile(member, content)

    def folders(self, path):
        """The folders above PATH, as the tools write them: each once, before what is in it."""
        parts = path.strip("/").split("/")
        for end in range(1, len(parts)):
            name = "/".join(parts[:end])
            if name not in self.names:
                member = tarfile.TarInfo(name)
                member.type, member.mode, member.mtime = tarfile.DIRTYPE, 0o755, self.epoch
                self.add(member)

    def close(self):
        self.tar.close()
        self.file.close()
        self.path = self.file.name
        self.digest = "sha256:" + self.sum.hexdigest()
        return self


def members(tar):
    """The members of a root file system by plain name ("usr/bin/perl"), in their order."""
    found = {}
    for member in tar:
        member.name = posixpath.normpath(member.name).lstrip("/")
        if member.islnk():
            member.linkname = posixpath.normpath(member.linkname).lstrip("/")
        if member.name != "." and not LEFT_OUT.match(member.name):
            found[member.name] = member
    return found


def same(old, old_all, new, new_all):
    """Whether two members are one file that nobody touched. Hard links are followed: their order is chance."""
    if old.islnk():
        old = old_all[old.linkname]
    if new.islnk():
        new = new_all[new.linkname]
    facts = [(m.type, m.mode, m.uid, m.gid, m.size, m.linkname, 0 if m.isdir() else int(m.mtime)) for m in (old, new)]
    return facts[0] == facts[1]


def add_rootfs(layer, new_path, old_path=None):
    with tarfile.open(new_path) as new_tar:
        new_all = members(new_tar)
        old_all = {}
        if old_path:
            with tarfile.open(old_path) as old_tar:
                old_all = members(old_tar)
        wanted = {name for name, m in new_all.items()
                  if name not in old_all or not same(old_all[name], old_all, m, new_all)}
        for name in list(wanted):
            parent = posixpath.dirname(name)
            while parent and parent in new_all:
                wanted.add(parent)
                parent = posixpath.dirname(parent)
        written_links = {}
        for name in sorted(wanted):
            member = new_all[name]
            target = new_all[member.linkname] if member.islnk() else member
            if target.isreg():
                # Of the names of one file, the first in the layer is the file and the others are links to it.
                first = written_links.setdefault(target.name, name)
                if first != name:
                    link = tarfile.TarInfo(name)
                    link.type, link.linkname, link.mode, link.mtime = tarfile.LNKTYPE, first, target.mode, target.mtime
                    layer.add(link)
                    continue
                content = new_tar.extractfile(target)
                target.name = name
                layer.add(target, content)
            else:
                layer.add(member)
        for name in sorted(old_all.keys() - new_all.keys()):
            if posixpath.dirname(name) in old_all and posixpath.dirname(name) not in new_all:
                continue  # its folder is gone as a whole
            layer.folders(name)
            mark = tarfile.TarInfo(posixpath.join(posixpath.dirname(name), ".wh." + posixpath.basename(name)))
            mark.mtime = layer.epoch
            layer.add(mark)


def add_tree(layer, folder, path):
    path = path.strip("/")
    layer.folders(path)
    if os.path.isdir(folder):
        entries = [("", folder)]
        for top, folders, files in os.walk(folder):
            folders[:] = sorted(f for f in folders if f != "__pycache__")
            for name in folders + files:
                full = os.path.join(top, name)
                entries.append((os.path.relpath(full, folder), full))
    else:
        entries = [("", folder)]
    for name, full in sorted(entries):
        member = tarfile.TarInfo(posixpath.join(path, name) if name else path)
        info = os.lstat(full)
        member.mtime = layer.epoch
        member.mode = 0o755 if info.st_mode & stat.S_IXUSR else 0o644
        if stat.S_ISLNK(info.st_mode):
            member.type, member.linkname, member.mode = tarfile.SYMTYPE, os.readlink(full), 0o777
            layer.add(member)
        elif stat.S_ISDIR(info.st_mode):
            member.type = tarfile.DIRTYPE
            if member.name not in layer.names:
                layer.add(member)
        else:
            member.size = info.st_size
            with open(full, "rb") as content:
                layer.add(member, content)


def add_copy(layer, context, workdir, sources, target):
    into_folder = target.endswith("/") or len(sources) > 1 or target in (".", "./")
    target = posixpath.normpath(posixpath.join(workdir, target))
    for source in sources:
        full = os.path.join(context, source)
        if os.path.isdir(full) or not into_folder:
            add_tree(layer, full, target)
        else:
            add_tree(layer, full, posixpath.join(target, os.path.basename(source)))


class Image:
    def __init__(self, args, epoch):
        self.args, self.epoch = args, epoch
        self.results = list(args.result)
        self.layers, self.history = [], []
        self.config = {"Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], "WorkingDir": "/"}
        self.created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch))

    def note(self, text, empty=False):
        entry = {"created": self.created, "created_by": text, "comment": "buildkit.dockerfile.v0"}
        if empty:
            entry["empty_layer"] = True
        self.history.append(entry)

    def new_layer(self):
        return Layer(self.args.work, self.epoch)

    def add_result(self, what):
        if not self.results:
            sys.exit(f"assemble.py: no --result left for: {what}")
        kind, _, rest = self.results.pop(0).partition(":")
        layer = self.new_layer()
        if kind == "rootfs":
            add_rootfs(layer, rest)
        elif kind == "diff":
            old, new = rest.split(":")
            add_rootfs(layer, new, old)
        elif kind == "tree":
            folder, path = rest.split(":")
            add_tree(layer, folder, path)
        else:
            sys.exit(f"assemble.py: unknown kind of result: {kind}")
        self.layers.append(layer.close())

    def run(self, keyword, rest):
        config = self.config
        if keyword == "FROM":
            self.add_result(rest)
            suite = rest.partition(":")[2] or rest
            self.history.append({"created": self.created, "created_by": f"# debian.sh --arch '{self.arch()}' out/ '{suite}'"})
            config["Cmd"] = ["bash"]
        elif keyword == "RUN":
            self.add_result(rest)
            self.note(f"RUN /bin/sh -c {rest} # buildkit")
        elif keyword == "COPY" and rest.startswith("--from"):
            self.add_result(rest)
            self.note("COPY " + rest.partition(" ")[2] + " # buildkit")
        elif keyword == "COPY":
            *sources, target = rest.split()
            layer = self.new_layer()
            add_copy(layer, self.args.context, config["WorkingDir"], sources, target)
            self.layers.append(layer.close())
            self.note(f"COPY {rest} # buildkit")
        elif keyword == "WORKDIR":
            config["WorkingDir"] = posixpath.join(config["WorkingDir"], rest)
            layer = self.new_layer()
            layer.folders(config["WorkingDir"] + "/x")
            self.layers.append(layer.close())
            self.note(f"WORKDIR {config['WorkingDir']}")
        else:
            self.set_config(keyword, rest)
            self.note(f"{keyword} {rest}", empty=True)

    def set_config(self, keyword, rest):
        config = self.config
        if keyword == "ENV":
            for pair in rest.split():
                name = pair.partition("=")[0]
                config["Env"] = [old for old in config["Env"] if old.partition("=")[0] != name] + [pair]
        elif keyword in ("CMD", "ENTRYPOINT"):
            config[keyword.capitalize()] = json.loads(rest)
        elif keyword == "USER":
            config["User"] = rest
        elif keyword == "EXPOSE":
            config.setdefault("ExposedPorts", {})[rest + "/tcp"] = {}
        else:
            sys.exit(f"assemble.py: this Dockerfile's {keyword} is not known here")

    @staticmethod
    def arch():
        return ARCH.get(platform.machine(), platform.machine())

    def config_json(self):
        return json.dumps({
            "architecture": self.arch(), "os": "linux", "created": self.created, "config": self.config,
            "history": self.history, "rootfs": {"type": "layers", "diff_ids": [layer.digest for layer in self.layers]},
        }).encode()


OCI = "application/vnd.oci.image."


def descriptor(kind, data_or_digest, size=None, **more):
    if size is None:
        data_or_digest, size = "sha256:" + hashlib.sha256(data_or_digest).hexdigest(), len(data_or_digest)
    return {"mediaType": OCI + kind, "digest": data_or_digest, "size": size, **more}


class Archive:
    """The outer tar. Each blob is written once."""

    def __init__(self, path, epoch):
        self.final, self.epoch, self.have = path, epoch, set()
        self.tar = tarfile.open(path + ".part", "w", format=tarfile.PAX_FORMAT)

    def member(self, name, size, content):
        if name not in self.have:
            self.have.add(name)
            info = tarfile.TarInfo(name)
            info.size, info.mtime = size, self.epoch
            self.tar.addfile(info, content)

    def text(self, name, data):
        self.member(name, len(data), io.BytesIO(data))

    def blob(self, data):
        self.text("blobs/sha256/" + hashlib.sha256(data).hexdigest(), data)

    def close(self):
        self.tar.close()
        os.replace(self.final + ".part", self.final)


def write_archive(path, image, name, layers, docker):
    """LAYERS: (digest, size, path of the stored bytes, "tar" or "tar+gzip") from the lowest up."""
    out = Archive(path, image.epoch)
    config = image.config_json()
    manifest = json.dumps({
        "schemaVersion": 2, "mediaType": OCI + "manifest.v1+json", "config": descriptor("config.v1+json", config),
        "layers": [descriptor("layer.v1." + kind, digest, size) for digest, size, _, kind in layers]}).encode()
    tag = name.rpartition(":")[2]
    index = json.dumps({
        "schemaVersion": 2, "mediaType": OCI + "index.v1+json",
        "manifests": [descriptor("manifest.v1+json", manifest, annotations={
            "io.containerd.image.name": "docker.io/" + name, "org.opencontainers.image.ref.name": tag})]}).encode()
    for digest, size, file, _ in layers:
        with open(file, "rb") as content:
            out.member("blobs/sha256/" + digest[7:], size, content)
    out.blob(config)
    out.blob(manifest)
    out.text("index.json", index)
    if docker:
        out.text("manifest.json", json.dumps([{
            "Config": "blobs/sha256/" + hashlib.sha256(config).hexdigest(), "RepoTags": [name],
            "Layers": ["blobs/sha256/" + digest[7:] for digest, *_ in layers]}]).encode())
    out.text("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
    out.close()


def gzip_layer(layer):
    """The layer compressed, with a header that says nothing about when and from what."""
    packed = layer.path + ".gz"
    with open(layer.path, "rb") as plain, open(packed, "wb") as raw:
        with gzip.GzipFile("", "wb", 6, raw, mtime=0) as out:
            shutil.copyfileobj(plain, out, 1 << 20)
    with open(packed, "rb") as file:
        digest = "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
    return digest, os.path.getsize(packed), packed, "tar+gzip"


def main():
    parser = argparse.ArgumentParser(description="Puts an image archive together from a Dockerfile and --results.")
    parser.add_argument("--dockerfile", required=True)
    parser.add_argument("--context", required=True)
    parser.add_argument("--work", required=True, help="folder for layer files, on the disk of the output")
    parser.add_argument("--name", required=True, help="repository:tag")
    parser.add_argument("--result", action="append", default=[])
    parser.add_argument("--oci", help="write an OCI archive with gzip layers too")
    parser.add_argument("output")
    args = parser.parse_args()
    now = int(time.time())
    image = Image(args, int(os.environ.get("SOURCE_DATE_EPOCH", now - now % 86400)))
    try:
        for keyword, rest in instructions(args.dockerfile):
            image.run(keyword, rest)
        if image.results:
            sys.exit("assemble.py: more --results than steps: " + " ".join(image.results))
        write_archive(args.output, image, args.name,
                      [(layer.digest, layer.size, layer.path, "tar") for layer in image.layers], docker=True)
        if args.oci:
            write_archive(args.oci, image, args.name, [gzip_layer(layer) for layer in image.layers], docker=False)
    finally:
        for layer in image.layers:
            for path in (layer.path, layer.path + ".gz"):
                if os.path.exists(path):
                    os.unlink(path)


if __name__ == "__main__":
    main()
