"""Damage at random in what somebody hands over while it is asked for: documents, layers and answers of a registry and of its token
server, what lies beside an image there, databases, exports and descriptions of an engine. The same judgement as of damaged files (test_mutations.py): the program ends by itself,
soon, with 0 and a report, or with 2 and one line that says what is wrong.

DRYDOCK_MUTATIONS=N tries N of each instead of as many as ten seconds allow, DRYDOCK_SEED=S others than the usual ones."""
import gzip
import json
import os
import random
import time

import test_mutations as mutations
import seed_bills # found by the former's path
from bolt import trivy_file
from drydock import deb, docker_archive, layer, main, needs, node, oci_blobs, pack, sha
from fake_docker import FakeDocker
from servers import TYPES, FakeRegistry, ServerTest, TokenServer, push_artifact, push_image, push_index
from test_mutations import damaged, damaged_json, damaged_tar, some_image, some_layers

COUNT = int(os.environ.get("DRYDOCK_MUTATIONS", 0))
SECONDS = 10 / 3 # each of the three, where no number is given
BILLS = [text.encode() if isinstance(text, str) else text for text in seed_bills.catalog_bill()]
ROOT = [("var/lib/dpkg/status", deb("a", "1"))]


# ---- a registry ----------------------------------------------------------------------------------------------------------------

class OddRegistry(FakeRegistry):
    """Its answers go through `spoil` (random source, path, status, body, headers), each with a random source of its own, so that it does
    not matter in what order they are asked for."""
    spoil, seed = None, ""

    def answer(self, handler, seen):
        reply = type(handler).reply
        if self.spoil:
            rng = random.Random(f"{self.seed} {seen.method} {seen.path}")
            handler.reply = lambda status, body=b"", headers=None: reply(handler, *self.spoil(rng, seen.path, status, body, dict(headers or {})))
        else:
            handler.__dict__.pop("reply", None)
        super().answer(handler, seen)


def push(registry, manifest, blobs, media_type=TYPES["manifest"]):
    for data in blobs:
        registry.blob("app", data)
    registry.manifest("app", "1", manifest, media_type)


def parts_of(layers, how="gzip"):
    """An OCI image as (manifest, its JSON, blobs by hex digest)."""
    descriptor, blobs = oci_blobs(layers, how)
    manifest = blobs.pop(descriptor["digest"].split(":")[1])
    return manifest, json.loads(manifest), blobs


def in_layer(rng, registry):
    layers = some_layers(rng)
    place = rng.randrange(len(layers))
    layers[place] = damaged_tar(rng, layers[place])
    push_image(registry, "app", "1", layers, rng.choice(["plain", "gzip", "multi-gzip"]))


def in_stored_layer(rng, registry):
    """The digest of the damaged bytes is right, or that of the sound ones is told."""
    _, document, blobs = parts_of(some_layers(rng), rng.choice(["plain", "gzip"]))
    entry = rng.choice(document["layers"])
    data = damaged(rng, blobs.pop(entry["digest"].split(":")[1]))
    if rng.random() < 0.5:
        entry.update(digest="sha256:" + sha(data), size=len(data))
    push(registry, json.dumps(document).encode(), blobs.values())
    registry.blobs[entry["digest"]] = data


def in_manifest(rng, registry):
    manifest, _, blobs = parts_of(some_layers(rng))
    push(registry, damaged_json(rng, manifest), blobs.values(), rng.choice([TYPES["manifest"], TYPES["v2s2"], TYPES["index"], "text/html"]))


def in_config(rng, registry):
    _, document, blobs = parts_of(some_layers(rng))
    config = damaged_json(rng, blobs.pop(document["config"]["digest"].split(":")[1]))
    document["config"].update(digest="sha256:" + sha(config), size=len(config))
    push(registry, json.dumps(document).encode(), [config, *blobs.values()])


def in_index(rng, registry):
    children = [push_image(registry, "app", None, some_layers(rng), arch=arch) for arch in ("amd64", "arm64")]
    push_index(registry, "app", "1", children)
    index = damaged_json(rng, registry.manifests.pop(("app", "1")))
    registry.manifest("app", "1", index, rng.choice([TYPES["index"], TYPES["list"]]))


def in_old_manifest(rng, registry):
    """Docker's first form: each step of the history is JSON in JSON."""
    layers = some_layers(rng)
    text = json.loads(list(mutations.seed_archives.schema_1())[1])
    text["fsLayers"] = [{"blobSum": "sha256:" + sha(pack(data, "gzip"))} for data in layers]
    text["history"] = [text["history"][number % 2] for number in range(len(layers))]
    if rng.random() < 0.5:
        step = rng.choice(text["history"])
        step["v1Compatibility"] = damaged_json(rng, step["v1Compatibility"].encode()).decode(errors="replace")
        manifest = json.dumps(text).encode()
    else:
        manifest = damaged_json(rng, json.dumps(text).encode())
    push(registry, manifest, [pack(data, "gzip") for data in layers], TYPES["v2s1"])


FIELDS = {"Content-Type": "application/json", "Docker-Content-Digest": "sha256:" + "0" * 64, "Link": '</v2/app/tags/list?n=1&last=b>; rel="next"',
          "WWW-Authenticate": 'Bearer realm="http://localhost/token",service="s",scope="repository:app:pull", Basic realm="x"', "Retry-After": "0",
          "Content-Range": "bytes 5-9/10", "Location": "/v2/app/manifests/1", "Content-Encoding": "gzip", "ETag": '"x"', "Set-Cookie": "a=b"}


def spoil_heads(rng, _path, status, body, headers):
    if rng.random() < 0.4:
        return status, body, headers
    if rng.random() < 0.3:
        status = rng.choice([200, 204, 206, 301, 307, 400, 401, 403, 404, 416, 500])
    for name in rng.choices(list(FIELDS), k=rng.choice([1, 1, 3])):
        value = FIELDS[name] if rng.random() < 0.3 else damaged(rng, FIELDS[name].encode()).decode("latin-1")
        headers[name] = value
    return status, body, headers


def spoil_bodies(rng, _path, status, body, headers):
    """All but the sound documents: pages of names, errors, the parts that a digest speaks of."""
    text = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
    return status, damaged_json(rng, text) if isinstance(body, (dict, list)) else damaged(rng, text), headers


def in_heads(rng, registry):
    push_image(registry, "app", "1", some_layers(rng))
    registry.spoil = spoil_heads


def in_names(rng, registry):
    """The tag is not there; the list of those that are is damaged, and what the registry says of it."""
    push_image(registry, "app", "2", some_layers(rng)[:1])
    registry.spoil = spoil_bodies


def in_token(rng, registry):
    push_image(registry, "app", "1", some_layers(rng))
    registry.auth = registry.tokens
    answer = {"token": "token-0", "expires_in": 300, "issued_at": "2026-01-02T03:04:05Z"}
    registry.tokens.fail = (rng.choice([200, 200, 401, 403]), damaged_json(rng, json.dumps(answer).encode()))


def in_attached(rng, registry):
    """A bill of materials beside the image, in one of the ways to find it."""
    image = push_image(registry, "app", "1", some_layers(rng)[:1])
    bill = rng.choice(BILLS)
    bill = damaged_json(rng, bill) if bill.startswith(b"{") and b"\n" not in bill else damaged(rng, bill)
    kind = rng.choice(["application/vnd.cyclonedx+json", "application/spdx+json", "application/vnd.dsse.envelope.v1+json", "application/vnd.in-toto+json"])
    tag = image["digest"].replace(":", "-") + rng.choice([".sbom", ".att"]) if rng.random() < 0.5 else None
    found = push_artifact(registry, "app", tag, [(bill, kind)], artifact_type=kind, subject=None if tag else image)
    if rng.random() < 0.3:
        registry.spoil = lambda rng, path, *answer: (spoil_bodies(rng, path, *answer) if "/referrers/" in path or found["digest"] in path else answer)


IN_REGISTRY = [in_layer, in_stored_layer, in_manifest, in_config, in_index, in_old_manifest, in_heads, in_names, in_token, in_attached]


# ---- a database ------------------------------------------------------------------------------------------------------------------

TRIVY_LAYER = "application/vnd.aquasec.trivy.db.layer.v1.tar+gzip"
METADATA = json.dumps({"Version": 2, "UpdatedAt": "2026-01-02T03:04:05.1Z", "NextUpdate": "2026-01-03T03:04:05Z", "DownloadedAt": "2026-01-02T03:04:05Z"})


def database(trivy=None, metadata=METADATA):
    return layer(("trivy.db", trivy or trivy_file("CVE-2026-1001", filler=3)), ("metadata.json", metadata))


def push_database(registry, tar):
    push_artifact(registry, "db", "2", [(tar, TRIVY_LAYER)], config_type="application/vnd.aquasec.trivy.config.v1+json")


def in_database(rng, registry):
    push_database(registry, gzip.compress(database(trivy=damaged(rng, trivy_file("CVE-2026-1001", filler=rng.randrange(40)))), 1))


def in_metadata(rng, registry):
    push_database(registry, gzip.compress(database(metadata=damaged_json(rng, METADATA.encode())), 1))


def in_database_tar(rng, registry):
    tar = database()
    push_database(registry, gzip.compress(damaged_tar(rng, tar), 1) if rng.random() < 0.7 else damaged(rng, gzip.compress(tar, 1)))


def in_database_manifest(rng, registry):
    push_database(registry, gzip.compress(database(), 1))
    registry.manifest("db", "2", damaged_json(rng, registry.manifests["db", "2"]), TYPES["manifest"])


IN_DATABASE = [in_database, in_database, in_metadata, in_database_tar, in_database_manifest]


# ---- an engine -----------------------------------------------------------------------------------------------------------------

def in_export(rng, engine):
    engine.images[0].archive = damaged_tar(rng, engine.images[0].archive)


def in_any_export(rng, engine):
    engine.images[0].archive = rng.choice(mutations.DEPTHS)(rng)


def in_description(rng, engine):
    engine.answers["image"] = damaged_json(rng, json.dumps(engine.images[0].inspect()).encode())


def in_container(rng, engine):
    container = engine.containers["web"]
    if rng.random() < 0.5:
        engine.answers["container"] = damaged_json(rng, json.dumps(container["inspect"]).encode())
    else:
        container["root"] = damaged_tar(rng, container["root"])


def in_transfer(rng, engine):
    engine.fault = rng.choice(["cut", "error", "refuse", "cut-between"])
    engine.images[0].archive = some_image(rng, some_layers(rng))


IN_ENGINE = [in_export, in_any_export, in_description, in_container, in_transfer]


@needs("curl")
class Served(mutations.Judge, ServerTest):
    def try_all(self, places, attempt):
        end, number = time.monotonic() + SECONDS, 0
        while number < COUNT or (not COUNT and time.monotonic() < end):
            rng = random.Random(mutations.SEED * 1000003 + number)
            place = places[number % len(places)]
            with self.subTest(number=number, place=place.__name__):
                attempt(rng, place, number)
            number += 1

    def options(self, number):
        return ["--timeout", "1s", *(["--no-cache"] if number % 3 else []), *(["--no-verify"] if number % 4 == 3 else [])]

    def registry(self):
        registry = self.serve(OddRegistry())
        registry.tokens = self.serve(TokenServer(real=False))

        def begin(number):
            registry.spoil, registry.auth, registry.seed = None, None, str(number)
            for kept in (registry.blobs, registry.manifests, registry.types, registry.seen, registry.tokens.seen):
                kept.clear()
        return registry, begin

    def test_a_registry(self):
        registry, begin = self.registry()

        def attempt(rng, place, number):
            begin(number)
            place(rng, registry)
            beside = ["--sbom-sources", "oci"] if place is in_attached else []
            self.judge([registry.host + "/app:1", "--image-src", "remote", *beside, *self.options(number)])
        self.try_all(IN_REGISTRY, attempt)

    def test_a_database(self):
        registry, begin = self.registry()
        image = docker_archive(self.dir / "a.tar", [layer(("node_modules/b/package.json", node("b", "1.5.0")))])

        def attempt(rng, place, number):
            begin(number)
            place(rng, registry)
            if self.judge_any(["db", "update", "-q", registry.host + "/db:2"]) == 0:
                self.judge([image])
        self.try_all(IN_DATABASE, attempt)

    def test_an_engine(self):
        engine = self.serve(FakeDocker(self.dir / "docker.sock"))
        self.env["DOCKER_HOST"] = engine.host

        def attempt(rng, place, number):
            engine.images, engine.containers, engine.answers, engine.fault = [], {}, {}, None
            image = engine.add_image(some_layers(rng), ["app:1"])
            engine.add_container("web", image, layer(*ROOT))
            place(rng, engine)
            what = ["--container", "web"] if place is in_container else ["app:1", "--image-src", "docker"]
            self.judge([*what, *self.options(number)])
        self.try_all(IN_ENGINE, attempt)


if __name__ == "__main__":
    main()
