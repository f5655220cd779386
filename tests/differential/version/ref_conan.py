"""Order of Conan versions by Conan 2: pairs by tab on standard input, one of < = > ! a line."""
import re
import sys

from conan.internal.model.version import Version


def parse(text):
    """Conan takes any text; empty items and those that Python reads as a number with a sign are no versions here."""
    main, plus, build = text.rpartition("+") if "+" in text else (text, "", "")
    main, dash, pre = main.partition("-")
    rows = [main] + [pre] * bool(dash) + [build] * bool(plus)
    items = [item for row in rows for item in row.split(".")]
    return Version(text) if all(re.fullmatch(r"\w[\w+-]*", item, re.A) for item in items) else None


for line in sys.stdin:
    left, right = (parse(t) for t in line.rstrip("\n").split("\t"))
    if left is None or right is None:
        print("!")
        continue
    print("=" if left == right else "<" if left < right else ">")
