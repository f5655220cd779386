"""Order of Python versions by `packaging`: pairs by tab on standard input, one of < = > ! a line."""
import sys

from packaging.version import InvalidVersion, Version

for line in sys.stdin:
    try:
        left, right = (Version(t) for t in line.rstrip("\n").split("\t"))
    except InvalidVersion:
        print("!")
        continue
    print("<" if left < right else ">" if left > right else "=")
