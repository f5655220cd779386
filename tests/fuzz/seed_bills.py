"""Seeds of the fuzz target that reads bills of materials: each format as the tests write it, and what wraps them."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
import bills  # noqa: E402


def report():
    def package(name, version, purl, **more):
        return {"ID": f"{name}@{version}", "Name": name, "Version": version, "Identifier": {"PURL": purl, "UID": "1"}, "Licenses": ["MIT"],
                "Layer": {"DiffID": "sha256:" + "0" * 64}, "Drydock": {"File": more.get("FilePath", "var/lib/dpkg/status")}, **more}
    bash = package("bash", "5.2", "pkg:deb/debian/bash@5.2-2?arch=amd64&distro=debian-12.5&epoch=1", Release="2", Epoch=1, Arch="amd64", SrcName="b", SrcVersion="5",
                   SrcRelease="1", Maintainer="A <a@b.example>", DependsOn=["libc6@2"])
    libc = package("libc6", "2", "pkg:deb/debian/libc6@2", SrcName="glibc", SrcVersion="2")
    jar = package("org.quay:rope", "1.0", "pkg:maven/org.quay/rope@1.0", FilePath="app/a.jar/lib/b.jar", Digest="sha1:" + "01" * 20)
    jar["Drydock"] = {"File": "app/a.jar", "CPEs": ["cpe:2.3:a:b"], "Owner": "bash"}
    go = package("example.org/mast", "v1.0.0", "pkg:golang/example.org/mast@v1.0.0", FilePath="usr/bin/ship", Relationship="direct", Dev=True,
                 Locations=[{"StartLine": 3, "EndLine": 4}])
    return {"SchemaVersion": 2, "ArtifactName": "harbour", "ArtifactType": "container_image", "Metadata": {
        "OS": {"Family": "debian", "Name": "12.5", "Extended": True}, "ImageID": "sha256:" + "1" * 64, "DiffIDs": ["sha256:" + "0" * 64], "RepoTags": ["a:1"],
        "ImageConfig": {"os": "linux", "history": [{"created_by": "RUN a"}]}, "Layers": [{"Size": 1, "DiffID": "sha256:" + "0" * 64}]}, "Results": [
        {"Target": "harbour (debian 12.5)", "Class": "os-pkgs", "Type": "debian", "Packages": [bash, libc]},
        {"Target": "Java", "Class": "lang-pkgs", "Type": "jar", "Packages": [jar], "Drydock": {"GoneFindings": [{"PkgID": "org.quay:rope@1.0"}]}},
        {"Target": "usr/bin/ship", "Class": "lang-pkgs", "Type": "gobinary", "Packages": [go]},
        {"Target": "Python", "Class": "lang-pkgs", "Type": "python-pkg", "Vulnerabilities": [{"PkgID": "p@1", "PkgName": "p", "InstalledVersion": "1", "PkgPath": "a/METADATA"}]}],
        "Drydock": {"Incomplete": True, "OwnedPackages": [{"Type": "node-pkg", "Name": "n", "Version": "1", "FilePath": "p.json", "Owner": "bash"}],
                    "LockedPackages": [], "Facts": [{"Key": "nvr", "Value": "x", "File": "y"}]}}


def catalog_bill():
    one = report()
    bom, doc = bills.cyclonedx(one), bills.spdx(one)
    yield json.dumps(one)
    yield json.dumps(bom)
    yield bills.cyclonedx_xml(bom)
    yield json.dumps(doc)
    yield bills.spdx_tags(doc)
    yield "SPDXID: a\npackages:\n- SPDXID: b\n  name: c\n  versionInfo: '1'\n  externalRefs:\n  - referenceType: purl\n    referenceLocator: pkg:npm/c@1\nspdxVersion: SPDX-2.3\n"
    yield json.dumps(bills.spdx3(one))
    yield json.dumps(bills.syft(one))
    yield json.dumps(bills.github(one))
    yield json.dumps(bills.statement("https://cyclonedx.org/bom", bom))
    yield json.dumps(bills.envelope(bills.statement("https://slsa.dev/provenance/v1", {}))) + "\n" + json.dumps(bills.envelope(bills.statement("x", {"Data": json.dumps(doc)})))
    yield json.dumps({"mediaType": "x", "dsseEnvelope": bills.envelope(bills.statement("x", {"Data": bom}))})
    yield json.dumps({"sbom": doc})
