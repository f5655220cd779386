"""Bills of materials judged in place of images: the same findings as the image's own scan, whatever the tool, format or wrapping."""
import gzip
import json
import re
import shutil
import subprocess
import unittest

import bills
from drydock import (SHARED, OS_RELEASE, Test, deb, docker_archive, features, findings, layer, main, node, wheel)
from test_report import osv, problems

RECORDS = [
    osv("CVE-2026-1001", "Debian:12", "asrc", fixed="1:3.0-1"),
    osv("CVE-2026-1002", "Debian:12", "plain"),
    osv("CVE-2026-1003", "npm", "@scope/b", fixed="2.0.0"),
    osv("CVE-2026-1004", "PyPI", "tide-pool", fixed="3.0"),
    osv("CVE-2026-1005", "Debian:12", "foreign"),
    osv("CVE-2026-1006", "PyPI", "owned", fixed="9"),
]
FACTS = ("VulnerabilityID", "PkgName", "InstalledVersion", "FixedVersion", "Severity", "Status")


def judged(report):
    return sorted(tuple(v.get(k, "") for k in FACTS) + (v.get("PkgPath", ""),) for r in report["Results"] for v in r["Vulnerabilities"])


class Bills(Test):
    def setUp(self):
        super().setUp()
        status = (deb("a", "1:2-3", source="asrc (1:2.5-1)") + deb("plain", "5-1")
                  + deb("foreign", "1-1", maintainer="Docker <support@docker.com>") + deb("python3-owned", "1-1"))
        self.image = docker_archive(self.dir / "image.tar", [
            layer(("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", status),
                  ("var/lib/dpkg/info/python3-owned.list", "/usr/lib/python3/dist-packages/owned-1.dist-info/METADATA\n"),
                  ("usr/lib/python3/dist-packages/owned-1.dist-info/METADATA", wheel("owned", "1"))),
            layer(("app/node_modules/@scope/b/package.json", node("@scope/b", "1.0.0")),
                  ("v/lib/python3/site-packages/Tide_Pool-2.dist-info/METADATA", wheel("Tide_Pool", "2")),
                  ("srv/yarn.lock", "# yarn lockfile v1\n\n\nlocked@^1:\n  version \"1.0.0\"\n"))])
        records = self.dir / "osv"
        records.mkdir()
        for record in RECORDS:
            (records / (record["id"] + ".json")).write_text(json.dumps(record))
        self.db = self.dir / "test.ddb"
        self.run_program("db", "build", "-q", "-o", self.db, f"osv={records}", code=0)
        self.report = self.scan(self.image, "--db", self.db)
        self.expected = judged(self.report)
        self.assertEqual([v[0] for v in self.expected], ["CVE-2026-1001", "CVE-2026-1002", "CVE-2026-1003", "CVE-2026-1004"])

    def write(self, name, text):
        path = self.dir / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def judge(self, name, text, *options, **more):
        report = self.scan(self.write(name, text), "--db", self.db, *options, command="sbom", **more)
        self.assertEqual(problems(report), [])
        return report

    def documents(self):
        bom, doc = bills.cyclonedx(self.report), bills.spdx(self.report)
        found = {"trivy.json": json.dumps(self.report), "cdx.json": json.dumps(bom), "spdx.json": json.dumps(doc), "spdx": bills.spdx_tags(doc),
                 "spdx3.json": json.dumps(bills.spdx3(self.report)), "syft.json": json.dumps(bills.syft(self.report))}
        if "+expat" in features():
            found["cdx.xml"] = bills.cyclonedx_xml(bom)
        return found

    def test_the_same_findings(self):
        types = {"trivy.json": "trivy", "syft.json": "syft", "cdx.json": "cyclonedx", "cdx.xml": "cyclonedx"}
        for name, text in self.documents().items():
            report = self.judge(name, text)
            found = judged(report)
            if name == "spdx3.json":  # its suppliers are nobody's maintainers: the foreign package counts as the distribution's
                found = [v for v in found if v[0] != "CVE-2026-1005"]
            self.assertEqual(found, self.expected, name)
            self.assertEqual(report["ArtifactType"], types.get(name, "spdx"))
            self.assertEqual(report["Metadata"]["OS"]["Name"], self.report["Metadata"]["OS"]["Name"])
            self.assertEqual(report["ArtifactName"], str(self.dir / name))

    def test_our_own_report_comes_back_whole(self):
        report = self.judge("report.json", json.dumps(self.report))
        def told(r):
            return [(x["Type"], [{k: v for k, v in p.items() if k not in ("Identifier", "Drydock")} for p in x["Packages"]]) for x in r["Results"]]
        self.assertEqual(told(report), told(self.report))
        for key in ("OwnedPackages", "LockedPackages", "Facts"):
            self.assertEqual(report["Drydock"][key], self.report["Drydock"][key], key)
        for key in ("ImageID", "DiffIDs", "ImageConfig", "OS", "RepoTags", "Reference"):
            self.assertEqual(report["Metadata"].get(key), self.report["Metadata"].get(key), key)
        self.assertEqual(report["Drydock"]["VerifiedLayers"], [False, False])
        again = self.judge("again.json", json.dumps(report))
        self.assertEqual(told(again), told(report))

    def test_github_snapshots(self):
        report = self.judge("snapshot.json", json.dumps(bills.github(self.report)))
        self.assertEqual(report["ArtifactType"], "github")
        # names are as package URLs have them, and nobody's maintainers are known
        self.assertEqual({v[0] for v in judged(report)} - {"CVE-2026-1005"}, {v[0] for v in self.expected})

    def test_attestations(self):
        bom = bills.cyclonedx(self.report)
        statement = bills.statement("https://cyclonedx.org/bom", bom)
        provenance = bills.envelope(bills.statement("https://slsa.dev/provenance/v1", {"buildType": "x"}))
        as_text = bills.statement("https://spdx.dev/Document", {"Data": json.dumps(bills.spdx(self.report)), "Timestamp": "x"})
        for text in (json.dumps(statement), json.dumps(bills.envelope(statement)), json.dumps(bills.envelope(as_text)),
                     json.dumps({"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": bills.envelope(statement)}),
                     json.dumps(provenance) + "\n" + json.dumps(bills.envelope(statement)) + "\n"):
            report = self.judge("attestation.json", text)
            self.assertEqual(judged(report), self.expected)
            self.assertTrue(any("signature" in w["Message"] for w in report["Drydock"]["Warnings"]))

    def test_compressed_and_piped(self):
        text = json.dumps(bills.cyclonedx(self.report)).encode()
        packed = [gzip.compress(text)]
        if shutil.which("zstd") and "+zstd" in features():
            packed.append(subprocess.run(["zstd", "-qc"], input=text, stdout=subprocess.PIPE, check=True).stdout)
        for data in packed:
            self.assertEqual(judged(self.judge("bom.json.packed", data)), self.expected)
        for data in [text, *packed, b"\xef\xbb\xbf" + text]:
            report = self.scan("-", "--db", self.db, command="sbom", input=data)
            self.assertEqual(judged(report), self.expected)
            self.assertEqual(report["ArtifactName"], "standard input")

    def test_options_and_gates(self):
        path = self.write("bom.json", json.dumps(bills.cyclonedx(self.report)))
        report = self.scan(path, "--db", self.db, "--pkg-types", "library", command="sbom")
        self.assertEqual({r["Class"] for r in report["Results"]}, {"lang-pkgs"})
        self.assertEqual(len(findings(self.scan(path, "--db", self.db, "--ignore-unfixed", command="sbom"))), 3)
        self.run_program("sbom", path, "--db", self.db, "--exit-code", "7", "-q", code=7)
        self.run_program("sbom", path, "--db", self.db, "-q", code=0)
        other = self.scan(path, "--db", self.db, "--distro", "debian:11", command="sbom")
        self.assertNotIn("CVE-2026-1001", [v[0] for v in judged(other)])
        skipped = self.scan(path, "--db", self.db, "--skip-dirs", "app", command="sbom")
        self.assertNotIn("CVE-2026-1003", [v[0] for v in judged(skipped)])
        table = self.run_program("sbom", path, "--db", self.db, code=0).stdout.decode()
        self.assertIn("CVE-2026-1003", table)

    def test_what_is_not_listed_is_told(self):
        report = self.judge("odd.json", json.dumps({"bomFormat": "CycloneDX", "components": [
            {"type": "library", "name": "no-url\x1b[2J"}, {"type": "library", "name": "x", "version": "1", "purl": "pkg:seashell/x@1"}]}))
        told = " ".join(w["Message"] for w in report["Drydock"]["Warnings"])
        for words in ("1 components have no package URL", "1 packages have URLs of type", "lists no packages"):
            self.assertIn(words, told)
        self.assertNotIn("\x1b", self.run_program("sbom", self.dir / "odd.json", "--db", self.db).stderr.decode())

    def test_reports_without_packages(self):
        report = json.loads(json.dumps(self.report))
        for result in report["Results"]:
            result.pop("Packages", None)
        again = self.judge("short.json", json.dumps(report))
        self.assertTrue(any("lists only packages with vulnerabilities" in w["Message"] for w in again["Drydock"]["Warnings"]))
        self.assertIn("CVE-2026-1003", [v[0] for v in judged(again)])

    def test_incomplete_stays_incomplete(self):
        report = json.loads(json.dumps(self.report))
        report["Drydock"]["Incomplete"] = True
        path = self.write("incomplete.json", json.dumps(report))
        self.run_program("sbom", path, "--db", self.db, "-q", code=2)
        self.run_program("sbom", path, "--db", self.db, "-q", "--allow-incomplete", code=0)

    def test_damage_names_the_place(self):
        text = json.dumps(bills.cyclonedx(self.report), indent=1)
        for name, data, says in (
                ("cut.json", text[:-40], ["cut.json: JSON, line "]), ("trailing.json", text + "x", ["more text after the value"]),
                ("empty.json", "", ["is no SBOM that is known here", "CycloneDX"]), ("utf16.json", text.encode("utf-16"), ["UTF-16", "iconv"]),
                ("cut.json.gz", gzip.compress(text.encode())[:-20], ["cut.json.gz"]),
                ("provenance.json", json.dumps(bills.statement("https://slsa.dev/provenance/v1", {})), ["holds no SBOM", "slsa.dev"]),
                ("rdf.xml", '<rdf:RDF xmlns:spdx="http://spdx.org/rdf/terms#"></rdf:RDF>', ["RDF", "convert"]),
                ("cluster.json", '{"ClusterName": "x"}', ["Kubernetes"])):
            self.fails("sbom", self.write(name, data), "--db", self.db, says=says)
        self.fails("sbom", self.dir / "missing.json", says=["missing.json"])
        self.fails("sbom", self.dir, says=["is a folder"])
        self.fails("sbom", says=["which file?"])
        self.fails("sbom", "a", "b", says=["one file at a time"])

    def test_a_bomb_of_a_text(self):
        packed = gzip.compress(b" " * (300 << 20), 1)
        self.fails("sbom", "-", input=packed, says=["larger than the 256 MiB"])

    def test_documents_in_images(self):
        """XML and SPDX 3 are read there too; a claim counts when its file is there."""
        if "+expat" not in features():
            self.skipTest("needs expat")
        xml = ('<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components><component type="library"><name>rope</name><version>1</version>'
               '<purl>pkg:gem/rope@1</purl><properties><property name="syft:location:0:path">/opt/rope</property></properties></component></components></bom>')
        image = docker_archive(self.dir / "with.tar", [layer(("opt/app.cdx.xml", xml), ("opt/rope", "x"),
                                                             ("opt/app.spdx.json", json.dumps(bills.spdx3(self.report))))])
        names = {(p["Name"], p["Drydock"].get("Proof")) for r in self.scan(image)["Results"] for p in r["Packages"]}
        self.assertIn(("rope", "SBOM: /opt/rope"), names)


@unittest.skipUnless((SHARED / "images").is_dir(), "needs ../shared, which is not here")
class Real(Test):
    def test_parity_with_the_image(self):
        """Whatever our own report says of a real image is said again of the report."""
        for name in ("java-uberjar.tar", "war-with-3-level-jar.tar", "yarn-with-lock-file.tar", "busybox-1.31.1.tar"):
            report = self.scan(SHARED / "images" / name)
            (self.dir / "report.json").write_text(json.dumps(report))
            again = self.scan(self.dir / "report.json", command="sbom")
            self.assertEqual(judged(again), judged(report), name)
            for mine, theirs in zip(report["Results"], again["Results"], strict=True):
                self.assertEqual([p["ID"] for p in mine["Packages"]], [p["ID"] for p in theirs["Packages"]], name)
                self.assertEqual(re.sub(r"^.* \(", "(", mine["Target"]), re.sub(r"^.* \(", "(", theirs["Target"]))


if __name__ == "__main__":
    main()
