"""Bills of materials that lie beside an image in its registry (--sbom-sources oci): as cosign, BuildKit and the referrers API have them."""
import base64
import json

from drydock import OS_RELEASE, deb, layer, main, packages
from servers import FakeRegistry, Registry, ServerTest, needs_registry, push_artifact, push_image, push_index

LAYERS = [layer(("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", deb("in-the-layers", "1-1")))]
BILL = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": [
    {"type": "operating-system", "name": "debian", "version": "12", "bom-ref": "os"},
    {"type": "library", "name": "in-the-bill", "version": "2-1", "bom-ref": "p", "purl": "pkg:deb/debian/in-the-bill@2-1?arch=amd64&distro=debian-12"}]}
STATEMENT_TYPE = "application/vnd.in-toto+json"
DSSE, OCI_BILL = "application/vnd.dsse.envelope.v1+json", "application/vnd.cyclonedx+json"


def statement(predicate, kind="https://cyclonedx.org/bom"):
    return {"_type": "https://in-toto.io/Statement/v0.1", "predicateType": kind, "subject": [], "predicate": predicate}


def envelope(document):
    payload = base64.b64encode(json.dumps(document).encode()).decode()
    return json.dumps({"payloadType": STATEMENT_TYPE, "payload": payload, "signatures": []}).encode()


class Attached(ServerTest):
    def setUp(self):
        super().setUp()
        self.env["DRYDOCK_IMAGE_SRC"] = "remote"
        self.registry = self.serve(self.server())
        self.image = push_image(self.registry, "app", "1", LAYERS)
        self.tag = self.image["digest"].replace(":", "-")

    def server(self):
        return FakeRegistry()

    def names(self, *options):
        return [name for name, _ in packages(self.scan(f"{self.registry.host}/app:1", "--no-cache", *options))]

    def check(self):
        self.assertEqual(self.names("--sbom-sources", "oci"), ["in-the-bill"])
        self.assertEqual(self.names(), ["in-the-layers"])

    def test_an_attestation_of_cosign(self):
        push_artifact(self.registry, "app", self.tag + ".att", [
            (envelope(statement({"buildType": "x"}, "https://slsa.dev/provenance/v0.2")), DSSE), (envelope(statement(BILL)), DSSE)])
        self.check()

    def test_an_sbom_of_cosign(self):
        push_artifact(self.registry, "app", self.tag + ".sbom", [(json.dumps(BILL).encode(), OCI_BILL)])
        self.check()

    def test_a_referrer(self):
        push_artifact(self.registry, "app", None, [(json.dumps(BILL).encode(), OCI_BILL)], artifact_type=OCI_BILL, subject=self.image)
        self.check()

    def test_an_attestation_of_buildkit(self):
        attestation = push_artifact(self.registry, "app", None, [(json.dumps(statement(BILL)).encode(), STATEMENT_TYPE)])
        image = dict(self.image, platform={"os": "linux", "architecture": "amd64"})
        push_index(self.registry, "app", "1", [image, dict(attestation, platform={"os": "unknown", "architecture": "unknown"}, annotations={
            "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": self.image["digest"]})])
        self.check()

    def test_without_one_the_layers_are_scanned(self):
        self.assertEqual(self.names("--sbom-sources", "oci"), ["in-the-layers"])
        push_artifact(self.registry, "app", self.tag + ".att", [(b"no envelope", DSSE)])
        self.assertEqual(self.names("--sbom-sources", "oci"), ["in-the-layers"])

    def test_other_sources_are_refused(self):
        self.fails("image", "--sbom-sources", "rekor", "app", says=["--sbom-sources", "oci"])


@needs_registry
class AttachedInDockerRegistry(Attached):
    """The same against a registry that has no referrers API."""

    def server(self):
        return Registry()

    def test_a_referrer(self):
        bill = push_artifact(self.registry, "app", None, [(json.dumps(BILL).encode(), OCI_BILL)], artifact_type=OCI_BILL, subject=self.image)
        push_index(self.registry, "app", self.tag, [dict(bill, artifactType=OCI_BILL)]) # the specification's fallback
        self.check()


if __name__ == "__main__":
    main()
