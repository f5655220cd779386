"""Bills of materials as other tools write them, made of the JSON report on an image: what each format and tool has of it."""
import base64
import json
import uuid
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

TITLED = {"node-pkg", "python-pkg", "gemspec", "jar", "conda-pkg"}  # Trivy's groups of all packages of one sort


def packages(report):
    """(result, package) of all that is listed."""
    return [(r, p) for r in report["Results"] for p in r.get("Packages") or []]


def is_os(result):
    return result["Class"] == "os-pkgs"


def version(p):
    """As purl has it: epochs are a qualifier."""
    return p["Version"] + ("-" + p["Release"] if p.get("Release") else "")


def whole(p, key=""):
    epoch, release = p.get(key + "Epoch"), p.get(key + "Release")
    return (f"{epoch}:" if epoch else "") + p[key + "Version"] + (f"-{release}" if release else "")


def refs(report):
    """Of each package a reference, and by result and ID those of what others need."""
    all_ = packages(report)
    names = {id(p): f"{i}-{p['ID']}" for i, (_, p) in enumerate(all_)}
    ids = {}
    for r, p in all_:
        ids.setdefault((id(r), p["ID"]), names[id(p)])
    return names, ids


def purl_with(p, **qualifiers):
    more = "&".join(f"{k}={quote(v, safe='')}" for k, v in qualifiers.items() if v)
    purl = p["Identifier"].get("PURL", "")
    return purl + (("&" if "?" in purl else "?") + more if more and purl else "")


# ---- Trivy ------------------------------------------------------------------------------------------------------------------------


def trivy_properties(r, p):
    found = {"PkgID": p["ID"], "PkgType": r["Type"], "LayerDiffID": p["Layer"].get("DiffID")}
    if is_os(r):
        found.update({k: str(p[k]) for k in ("SrcName", "SrcVersion", "SrcRelease", "SrcEpoch") if p.get(k)})
    elif r["Type"] in TITLED:
        found["FilePath"] = p["FilePath"]
    if p.get("Modularitylabel"):
        found["Modularitylabel"] = p["Modularitylabel"]
    return {k: v for k, v in found.items() if v}


def trivy_groups(report):
    """The applications: lock files and programs that have packages."""
    return [r for r in report["Results"] if not is_os(r) and r["Type"] not in TITLED]


def cyclonedx(report):
    def properties(**values):
        return [{"name": "aquasecurity:trivy:" + k, "value": v} for k, v in values.items()]
    names, ids = refs(report)
    metadata, os_ = report["Metadata"], report["Metadata"].get("OS")
    root = {"bom-ref": "root", "type": "container", "name": report["ArtifactName"],
            "properties": [{"name": "aquasecurity:trivy:DiffID", "value": d} for d in metadata.get("DiffIDs", [])]}
    components, needs = [], {"root": []}
    if os_:
        components.append({"bom-ref": "os", "type": "operating-system", "name": os_["Family"], "version": os_["Name"],
                           "properties": properties(Type=os_["Family"], Class="os-pkgs")})
        needs["root"].append("os")
    for i, r in enumerate(trivy_groups(report)):
        components.append({"bom-ref": f"app{i}", "type": "application", "name": r["Target"], "properties": properties(Type=r["Type"], Class=r["Class"])})
        needs["root"].append(f"app{i}")
        needs[f"app{i}"] = [names[id(p)] for p in r["Packages"]]
    for r, p in packages(report):
        group, _, name = p["Name"].rpartition(":") if r["Type"] in ("jar", "pom") else ("", "", p["Name"])
        components.append({"bom-ref": names[id(p)], "type": "library", "group": group, "name": name, "version": version(p),
                           "purl": p["Identifier"].get("PURL"), "licenses": [{"license": {"name": x}} for x in p.get("Licenses", [])],
                           "supplier": {"name": p.get("Maintainer", "")}, "properties": properties(**trivy_properties(r, p))})
        if is_os(r):
            needs.setdefault("os", []).append(names[id(p)])
        needs[names[id(p)]] = [ids[id(r), d] for d in p.get("DependsOn", [])]
    return {"$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
            "serialNumber": "urn:uuid:" + str(uuid.UUID(int=1)), "metadata": {"component": root},
            "components": [{k: v for k, v in c.items() if v} for c in components],
            "dependencies": [{"ref": k, "dependsOn": v} for k, v in needs.items()]}


def cyclonedx_xml(bom):
    """The same document in CycloneDX's XML."""
    def texts(c):
        return "".join(f"<{k}>{escape(c[k])}</{k}>" for k in ("group", "name", "version") if k in c)

    def component(c):
        supplier = f"<supplier><name>{escape(c['supplier']['name'])}</name></supplier>" if c.get("supplier", {}).get("name") else ""
        licences = "".join(f"<license><name>{escape(x['license']['name'])}</name></license>" for x in c.get("licenses", []))
        properties = "".join(f"<property name={quoteattr(x['name'])}>{escape(x['value'])}</property>" for x in c.get("properties", []))
        return (f"<component type={quoteattr(c['type'])} bom-ref={quoteattr(c['bom-ref'])}>{supplier}{texts(c)}"
                + (f"<licenses>{licences}</licenses>" if licences else "") + (f"<purl>{escape(c['purl'])}</purl>" if c.get("purl") else "")
                + (f"<properties>{properties}</properties>" if properties else "") + "</component>\n")
    needs = "".join(f"<dependency ref={quoteattr(d['ref'])}>" + "".join(f"<dependency ref={quoteattr(x)}/>" for x in d["dependsOn"]) + "</dependency>\n"
                    for d in bom["dependencies"])
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1">\n<metadata>'
            + component(bom["metadata"]["component"]) + "</metadata>\n<components>\n" + "".join(map(component, bom["components"]))
            + "</components>\n<dependencies>\n" + needs + "</dependencies>\n</bom>\n")


def spdx(report):
    names, ids = refs(report)
    os_ = report["Metadata"].get("OS")
    spdx_id = {ref: f"SPDXRef-Package-{i}" for i, ref in enumerate(names.values())}

    def note(*lines):
        return [{"annotator": "Tool: trivy-0.66.0", "annotationDate": "2026-01-01T00:00:00Z", "annotationType": "OTHER", "comment": x} for x in lines]
    found = [{"SPDXID": "SPDXRef-ContainerImage", "name": report["ArtifactName"], "downloadLocation": "NONE", "primaryPackagePurpose": "CONTAINER",
              "annotations": note(*["DiffID: " + d for d in report["Metadata"].get("DiffIDs", [])])}]
    ties = [("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-ContainerImage")]
    if os_:
        found.append({"SPDXID": "SPDXRef-OperatingSystem", "name": os_["Family"], "versionInfo": os_["Name"], "downloadLocation": "NONE",
                      "primaryPackagePurpose": "OPERATING-SYSTEM", "annotations": note("Class: os-pkgs", "Type: " + os_["Family"])})
    for i, r in enumerate(trivy_groups(report)):
        found.append({"SPDXID": f"SPDXRef-Application-{i}", "name": r["Target"], "downloadLocation": "NONE", "primaryPackagePurpose": "APPLICATION",
                      "annotations": note("Class: lang-pkgs", "Type: " + r["Type"])})
        ties += [(f"SPDXRef-Application-{i}", "CONTAINS", spdx_id[names[id(p)]]) for p in r["Packages"]]
    for r, p in packages(report):
        licence = " AND ".join(p.get("Licenses", [])) or "NONE"
        entry = {"SPDXID": spdx_id[names[id(p)]], "name": p["Name"], "versionInfo": version(p), "downloadLocation": "NONE",
                 "supplier": "Organization: " + p["Maintainer"] if p.get("Maintainer") else "NOASSERTION", "licenseConcluded": licence,
                 "licenseDeclared": licence, "primaryPackagePurpose": "LIBRARY",
                 "annotations": note(*[f"{k}: {v}" for k, v in trivy_properties(r, p).items() if not k.startswith("Src") and k != "FilePath"])}
        if p["Identifier"].get("PURL"):
            entry["externalRefs"] = [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": p["Identifier"]["PURL"]}]
        if is_os(r):
            entry["sourceInfo"] = f"built package from: {p['SrcName']} {whole(p, 'Src')}"
            ties.append(("SPDXRef-OperatingSystem", "CONTAINS", entry["SPDXID"]))
        elif r["Type"] in TITLED:
            entry["sourceInfo"] = "package found in: " + p["FilePath"]
        found.append(entry)
        ties += [(entry["SPDXID"], "DEPENDS_ON", spdx_id[ids[id(r), d]]) for d in p.get("DependsOn", [])]
    return {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": report["ArtifactName"],
            "documentNamespace": "https://example.org/1", "creationInfo": {"creators": ["Organization: x", "Tool: trivy-0.66.0"],
                                                                           "created": "2026-01-01T00:00:00Z"},
            "packages": found, "relationships": [{"spdxElementId": a, "relationshipType": w, "relatedSpdxElement": b} for a, w, b in ties]}


def spdx_tags(doc):
    """The same document as tag-value."""
    out = ["SPDXVersion: SPDX-2.3", "DataLicense: CC0-1.0", "SPDXID: SPDXRef-DOCUMENT", "DocumentName: x", "DocumentNamespace: https://example.org/1"]
    out += ["Creator: " + c for c in doc["creationInfo"]["creators"]] + ["Created: 2026-01-01T00:00:00Z", ""]
    tags = {"versionInfo": "PackageVersion", "downloadLocation": "PackageDownloadLocation", "supplier": "PackageSupplier",
            "sourceInfo": "PackageSourceInfo", "licenseConcluded": "PackageLicenseConcluded", "licenseDeclared": "PackageLicenseDeclared",
            "primaryPackagePurpose": "PrimaryPackagePurpose"}
    for p in doc["packages"]:
        out += ["PackageName: " + p["name"], "SPDXID: " + p["SPDXID"]]
        out += [f"{tag}: <text>{p[key]}</text>" if key == "sourceInfo" else f"{tag}: {p[key]}" for key, tag in tags.items() if key in p]
        out += [f"ExternalRef: PACKAGE-MANAGER purl {x['referenceLocator']}" for x in p.get("externalRefs", [])] + [""]
    for p in doc["packages"]:
        for a in p["annotations"]:
            out += ["Annotator: Tool: trivy", "AnnotationDate: 2026-01-01T00:00:00Z", "AnnotationType: OTHER", "SPDXREF: " + p["SPDXID"],
                    f"AnnotationComment: <text>{a['comment']}</text>"]
    out += [f"Relationship: {r['spdxElementId']} {r['relationshipType']} {r['relatedSpdxElement']}" for r in doc["relationships"]]
    return "\n".join(out) + "\n"


# ---- others ------------------------------------------------------------------------------------------------------------------------


def upstream(r, p):
    if not is_os(r) or (p["SrcName"] == p["Name"] and whole(p, "Src") == whole(p)):
        return None
    return p["SrcName"] if whole(p, "Src") == whole(p) else f"{p['SrcName']}@{whole(p, 'Src')}"


def spdx3(report):
    names, ids = refs(report)
    licences, graph = {}, []
    for r, p in packages(report):
        graph.append({"type": "software_Package", "spdxId": names[id(p)], "name": p["Name"], "software_packageVersion": version(p),
                      "software_packageUrl": purl_with(p, upstream=upstream(r, p))})
        for text in p.get("Licenses", [])[:1]:
            key = licences.setdefault(text, f"licence{len(licences)}")
            graph.append({"type": "Relationship", "spdxId": "l-" + names[id(p)], "from": names[id(p)], "relationshipType": "hasDeclaredLicense", "to": [key]})
        if p.get("DependsOn"):
            graph.append({"type": "Relationship", "spdxId": "r-" + names[id(p)], "from": names[id(p)], "relationshipType": "dependsOn",
                          "to": [ids[id(r), d] for d in p["DependsOn"]]})
        if not is_os(r):
            graph.append({"type": "software_File", "spdxId": "f-" + names[id(p)], "name": "./" + p["FilePath"]})
            graph.append({"type": "Relationship", "spdxId": "e-" + names[id(p)], "from": names[id(p)], "relationshipType": "contains", "to": ["f-" + names[id(p)]]})
    graph += [{"type": "simplelicensing_LicenseExpression", "spdxId": v, "simplelicensing_licenseExpression": k} for k, v in licences.items()]
    os_ = report["Metadata"]["OS"]
    graph.append({"type": "software_Package", "spdxId": "os", "name": os_["Family"], "software_packageVersion": os_["Name"],
                  "software_primaryPurpose": "operatingSystem"})
    graph.append({"type": "SpdxDocument", "spdxId": "doc", "rootElement": ["os"]})
    return {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": graph}


SYFT_IDS = {"redhat": "rhel", "amazon": "amzn", "oracle": "ol"}


def syft(report):
    names, ids = refs(report)
    os_, artifacts, ties = report["Metadata"]["OS"], [], []
    for r, p in packages(report):
        metadata = {}
        if is_os(r):
            metadata = {"package": p["Name"], "source": p["SrcName"] if p["SrcName"] != p["Name"] else "", "version": whole(p),
                        "sourceVersion": whole(p, "Src") if whole(p, "Src") != whole(p) else "", "architecture": p.get("Arch", ""),
                        "maintainer": p.get("Maintainer", ""), "files": [{"path": "/etc/x"}]}
        file = p["Drydock"]["File"]
        if p.get("FilePath", file) != file:
            metadata["virtualPath"] = "/" + file + ":" + p["FilePath"][len(file) + 1:]
        artifacts.append({"id": names[id(p)], "name": p["Name"].rpartition(":")[2], "version": whole(p),
                          "type": "deb" if is_os(r) else r["Type"], "foundBy": "x", "locations": [{"path": "/" + file, "layerID": p["Layer"].get("DiffID", "")}],
                          "licenses": [{"value": x, "spdxExpression": "", "type": "declared"} for x in p.get("Licenses", [])], "cpes": [],
                          "purl": purl_with(p, upstream=upstream(r, p)), "metadata": metadata})
        ties += [{"parent": ids[id(r), d], "child": names[id(p)], "type": "dependency-of"} for d in p.get("DependsOn", [])]
    layers = [{"mediaType": "x", "digest": d, "size": 1} for d in report["Metadata"].get("DiffIDs", [])]
    return {"artifacts": artifacts, "artifactRelationships": ties, "files": [],
            "source": {"id": "x", "type": "image", "metadata": {"userInput": report["ArtifactName"], "imageID": report["Metadata"].get("ImageID", ""),
                                                                "tags": [], "layers": layers}},
            "distro": {"prettyName": "", "id": SYFT_IDS.get(os_["Family"], os_["Family"]), "versionID": os_["Name"]},
            "descriptor": {"name": "syft", "version": "1.0.0"}, "schema": {"version": "16.0.0", "url": "x"}}


def github(report):
    names, ids = refs(report)
    manifests = {}
    for r, p in packages(report):
        manifest = manifests.setdefault(r["Target"], {"name": r["Target"], "resolved": {}})
        if not is_os(r) and r["Type"] not in TITLED:
            manifest["file"] = {"source_location": r["Target"]}
        manifest["resolved"][names[id(p)]] = {"package_url": purl_with(p, upstream=upstream(r, p)), "scope": "runtime", "relationship": "direct",
                                              "dependencies": [ids[id(r), d] for d in p.get("DependsOn", [])]}
    return {"version": 0, "job": {"id": "1", "correlator": "x"}, "sha": "0" * 40, "ref": "refs/heads/main",
            "detector": {"name": "x", "version": "1", "url": "https://example.org"}, "scanned": "2026-01-01T00:00:00Z", "manifests": manifests}


def statement(predicate_type, predicate):
    return {"_type": "https://in-toto.io/Statement/v0.1", "subject": [{"name": "x", "digest": {"sha256": "0" * 64}}],
            "predicateType": predicate_type, "predicate": predicate}


def envelope(statement_):
    return {"payloadType": "application/vnd.in-toto+json", "payload": base64.b64encode(json.dumps(statement_).encode()).decode(),
            "signatures": [{"keyid": "", "sig": "x"}]}
