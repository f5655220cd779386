"""Writes BoltDB files (bbolt v2 pages) as Trivy's database is one, from nested dictionaries: a dict is a bucket, bytes or a text a value.
Every bucket is one leaf page with as many overflow pages as it needs; of both meta pages the second counts."""
import json
import struct

PAGE = 4096
LEAF, META = 2, 4


def _page(number, flags, count, body):
    pages = max(1, -(-(16 + len(body)) // PAGE))
    return (struct.pack("<QHHI", number, flags, count, pages - 1) + body).ljust(pages * PAGE, b"\0")


def _fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def _bucket(items, out):
    """Appends the bucket's pages to `out`, those of its sub-buckets first; the number of its own."""
    values = []
    for key, value in sorted((key.encode(), value) for key, value in items.items()):
        is_bucket = isinstance(value, dict)
        if is_bucket:
            value = struct.pack("<QQ", _bucket(value, out), 0)
        values.append((is_bucket, key, value.encode() if isinstance(value, str) else value))
    heads, data = b"", b""
    for index, (is_bucket, key, value) in enumerate(values):
        position = 16 * (len(values) - index) + len(data)
        heads += struct.pack("<IIII", is_bucket, position, len(key), len(value))
        data += key + value
    number = len(out) // PAGE
    out += _page(number, LEAF, len(values), heads + data)
    return number


def bolt_file(buckets):
    out = bytearray(2 * PAGE)
    root = _bucket(buckets, out)
    for number in (0, 1):
        meta = struct.pack("<IIIIQQQQQ", 0xED0CDAED, 2, PAGE, 0, root, 0, 0xFFFFFFFFFFFFFFFF, len(out) // PAGE, 6 + number)
        out[number * PAGE:(number + 1) * PAGE] = _page(number, META, 0, meta + struct.pack("<Q", _fnv(meta)))
    return bytes(out)


def trivy_file(vulnerability, package="b", fixed="2.0.0", filler=0):
    """A database with one weakness of an npm package, and `filler` others that nothing has."""
    source = "npm::GitHub Security Advisory npm"
    advisory = json.dumps({"PatchedVersions": [fixed], "VulnerableVersions": [f"<{fixed}"]})
    detail = json.dumps({"Title": "Weakness", "Severity": "HIGH", "VendorSeverity": {"ghsa": 3}})
    packages = {package: {vulnerability: advisory}}
    details = {vulnerability: detail}
    for number in range(filler):
        name = f"CVE-2020-{10000 + number}"
        packages[f"filler-{number}"] = {name: advisory}
        details[name] = json.dumps({"Title": f"Filler {number * 2654435761 % 1000003}", "Severity": "LOW"})
    return bolt_file({source: packages, "vulnerability": details,
                      "data-source": {source: json.dumps({"ID": "ghsa", "Name": "GitHub Security Advisory npm", "URL": "https://registry.example"})}})
