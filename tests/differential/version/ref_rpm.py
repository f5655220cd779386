"""Order of rpm versions by librpm: pairs by tab on standard input, one of < = > ! a line.

As in rpm's dependencies, a version without release equals it with any release."""
import sys

import rpm


def parse(text):
    text = text.strip()
    if not text or any(c <= " " or c == "\x7f" for c in text):
        return None
    digits = len(text) - len(text.lstrip("0123456789"))
    epoch = "0"
    if text[digits:digits + 1] == ":":
        epoch, text = text[:digits] or "0", text[digits + 1:]
    version, dash, release = text.rpartition("-")
    if not dash:
        version, release = text, None
    return (epoch, version, release) if version else None


for line in sys.stdin.buffer:
    left, right = (parse(t) for t in line.rstrip(b"\n").decode("latin-1").split("\t"))
    if left is None or right is None:
        print("!")
        continue
    if left[2] is None or right[2] is None:
        left, right = left[:2] + ("0",), right[:2] + ("0",)
    print("=><"[rpm.labelCompare(left, right)])
