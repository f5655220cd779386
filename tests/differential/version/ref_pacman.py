"""Order of pacman's versions by libalpm: pairs by tab on standard input, one of < = > ! a line."""
import ctypes
import ctypes.util
import sys

alpm = ctypes.CDLL(ctypes.util.find_library("alpm") or "libalpm.so.13")
alpm.alpm_pkg_vercmp.argtypes = [ctypes.c_char_p, ctypes.c_char_p]


def valid(text):
    """libalpm takes any text; blanks and an empty version are no versions here."""
    text = text.strip()
    if any(c <= 0x20 or c == 0x7F for c in text):
        return False
    digits = len(text) - len(text.lstrip(b"0123456789"))
    version = text[digits + 1:] if text[digits:digits + 1] == b":" else text
    return bool(version.rpartition(b"-")[0] if b"-" in version else version)


for line in sys.stdin.buffer:
    left, right = line.rstrip(b"\n").split(b"\t")
    if not valid(left) or not valid(right):
        print("!")
        continue
    order = alpm.alpm_pkg_vercmp(left.strip(), right.strip())
    print("=" if order == 0 else "<" if order < 0 else ">")
