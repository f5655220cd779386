"""Seeds of the fuzz targets that read programs, and projects of the languages that make them."""
import json
import struct
import zlib


# ---- executables -------------------------------------------------------------------------------------------------------

def elf(sections, wide=True, big=False, bare=False):
    """[(name, bytes, type)]; each is a segment too, at 0x400000 + its offset."""
    order, word, header, segment, row = (">" if big else "<"), ("Q" if wide else "I"), (64 if wide else 52), (56 if wide else 32), (64 if wide else 40)
    offset, body, places = (header + segment * len(sections) + 15) // 16 * 16, b"", []
    start = offset
    for _, data, _ in sections:
        places.append(start + len(body))
        body += data + b"\0" * (-len(data) % 16)
    names = b"\0" + b"".join(name.encode() + b"\0" for name, _, _ in sections)
    table = (start + len(body) + len(names) + 15) // 16 * 16
    count = 0 if bare else len(sections) + 2
    out = b"\x7fELF" + bytes([2 if wide else 1, 2 if big else 1, 1]) + bytes(9)
    out += struct.pack(order + "HHI" + word * 3 + "IHHHHHH", 2, 62 if wide else 3, 1, 0x400000, header, 0 if bare else table, 0, header, segment, len(sections), row,
                       count, count - 1 if count else 0)
    for (_, data, kind), place in zip(sections, places):
        head = (4 if kind == 7 else 1)
        if wide:
            out += struct.pack(order + "II6Q", head, 6, place, 0x400000 + place, 0, len(data), len(data), 16)
        else:
            out += struct.pack(order + "8I", head, place, 0x400000 + place, 0, len(data), len(data), 6, 16)
    out += b"\0" * (start - len(out)) + body
    if bare:
        return out
    out += names + b"\0" * (table - len(out) - len(names))
    def row_of(name, kind, address, place, size):
        return struct.pack(order + "II" + word * 4 + "II" + word * 2, name, kind, 0, address, place, size, 0, 0, 1, 0)
    out += row_of(0, 0, 0, 0, 0)
    at = 1
    for (name, data, kind), place in zip(sections, places):
        out += row_of(at, kind, 0x400000 + place, place, len(data))
        at += len(name) + 1
    return out + row_of(0, 3, 0, start + len(body), len(names))


def pe(sections):
    out = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40) + b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, len(sections), 0, 0, 0, 112, 2)
    out += struct.pack("<H22xQ", 0x20B, 0x400000).ljust(112, b"\0")
    place, body = len(out) + 40 * len(sections), b""
    place = (place + 15) // 16 * 16
    for name, data, _ in sections:
        here = place + len(body)
        out += name.encode().ljust(8, b"\0") + struct.pack("<4I12xI", len(data), here, len(data), here, 0xC0000040)
        body += data + b"\0" * (-len(data) % 16)
    return out.ljust(place, b"\0") + body


def macho(sections):
    commands, size = b"", 32 + 152 * len(sections)
    place, body = (size + 15) // 16 * 16, b""
    for name, data, _ in sections:
        here = place + len(body)
        commands += struct.pack("<II16s4QIIII", 0x19, 152, b"__DATA", 0x400000 + here, len(data), here, len(data), 3, 3, 1, 0)
        commands += struct.pack("<16s16sQQ8I", name.encode(), b"__DATA", 0x400000 + here, len(data), here, 0, 0, 0, 0, 0, 0, 0)
        body += data + b"\0" * (-len(data) % 16)
    out = struct.pack("<8I", 0xFEEDFACF, 0x01000007, 3, 2, len(sections), len(commands), 0, 0) + commands
    return out.ljust(place, b"\0") + body


def varint(value):
    out = b""
    while value >= 0x80:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def go_info(text, version="go1.22.1"):
    framed = b"0123456789abcdef" + text.encode() + b"0123456789abcdef"
    return (b"\xff Go buildinf:" + b"\x08\x02").ljust(32, b"\0") + varint(len(version)) + version.encode() + varint(len(framed)) + framed


def go_info_old(text, base, word, big):
    framed, version, order = b"0123456789abcdef" + text.encode() + b"0123456789abcdef", b"go1.15.2", (">" if big else "<") + ("Q" if word == 8 else "I")
    strings = base + 32
    out = (b"\xff Go buildinf:" + bytes([word, big]) + struct.pack(order, strings) + struct.pack(order, strings + 2 * word)).ljust(32, b"\0")
    data = strings + 4 * word
    out += b"".join(struct.pack(order, n) for n in (data, len(version), data + len(version), len(framed)))
    return out + version + framed


def catalog_program():
    text = ("path\ta.example/b\nmod\ta.example/b\t(devel)\t\ndep\tc.example/d\tv1.2.3\th1:x=\ndep\te\tv1.0.0\n=>\t./e\t(devel)\t\n"
            "build\t-ldflags=\"-s -X 'main.version=v1.0.0'\"\nbuild\tvcs.revision=0123456789abcdef\nbuild\tvcs.time=2024-01-02T03:04:05Z\n")
    audit = zlib.compress(json.dumps({"packages": [{"name": "a", "version": "1.0.0", "dependencies": [1], "root": True, "source": "local"},
                                                   {"name": "b", "version": "2.0.0", "kind": "build", "source": "crates.io"}]}).encode())
    note = json.dumps({"type": "rpm", "name": "hello", "version": "1-2", "architecture": "x86_64", "os": "fedora", "osVersion": "40"}).encode()
    note = struct.pack("<III4s", 4, len(note), 0xCAFE1A7E, b"FDO\0") + note + b"\0" * (-len(note) % 4)
    sections = [(".go.buildinfo", go_info(text), 1), (".dep-v0", audit, 1), (".note.package", note, 7)]
    yield elf(sections)
    yield elf(sections, wide=False)
    yield elf(sections[:1], bare=True)
    for wide, big in ((True, False), (True, True), (False, True)):
        start = ((64 + 56 if wide else 52 + 32) + 15) // 16 * 16
        yield elf([(".go.buildinfo", go_info_old(text, 0x400000 + start, 8 if wide else 4, big), 1)], wide, big)
    symbols = struct.pack("<IIQQ", 0, 0, 0, 0) + struct.pack("<IIQQ", 1, 0, 0x400000, 6)
    yield elf([(".go.buildinfo", go_info("mod\tx\t(devel)\t\n"), 1), (".strtab", b"\0main.version.str\0", 3), (".symtab", symbols, 2)])
    yield pe([(".data", go_info(text), 1), (".dep-v0", audit, 1)])
    yield macho([("__go_buildinfo", go_info(text), 1), (".dep-v0", audit, 1)])
    thin = macho([(".dep-v0", audit, 1)])
    yield struct.pack(">7I", 0xCAFEBABE, 1, 0x01000007, 3, 64, len(thin), 4).ljust(64, b"\0") + thin
    yield elf([("x", b"UPX!" * 4, 1)], bare=True)


def catalog_versions():
    """The first byte chooses the name: see the target's list."""
    texts = ["strict\0003.11.2\0<prefix>", "node.js/v20.11.1\0node v0.10.48\0", "Deno/2.6.3Deno/2.6.3+3fbb1da3", "\0ruby 2.7.7p221 (2022-11-24", "\0v5.36.0\0",
             "X-Powered-By: PHP/8.3.0RC2\0", "\0openjdk\0java\0001.8\0001.8.0_352-b08\0-jvmci-", "\0OpenJDK 64-Bit Server VM (21+35) for JRE (21+35), built on ",
             "\0\00026.1.2\0\0\0Erlang/OTP 26%s", "\0003.6.0-216.1.beta (beta) (Wed", "\0GHC 9.6.5\0", "\00012.2.0\0(Debian 12.2.0-14) \0gcc version %s",
             "\0nginx version: openresty/1.21.4.3\n", "\0003.1-dev0-1eb0f22\0\0HAProxy version follows", "\0001.36.4\0001.0.0\0",
             "\0004.0.11841ce7054bd9-1542359302000000000\0", "\0-cluster-gpl\0005.7.33-ndb-7.6.17\0/mysql-8.0.4-rc/", "\0007.0.28\0heap_size\0",
             "\0postgres (PostgreSQL) 15beta4\n", "\0OpenSSL 1.1.1zb  16 Oct 2024\0AWS-LC 1.69.0)\0", "%s version n5.1.9-0+deb12u1\0",
             "const VERSION = '2.7.1'; const BRANCH_ALIAS_VERSION", "JAVA_VERSION=\"17.0.10\"\nIMPLEMENTOR=\"Azul\"\nFULL_VERSION=\"17.0.10+7\"\n", "26.2.1\n"]
    for i, text in enumerate(texts):
        yield bytes([i]) + text.encode()


# ---- projects: files with NULs between them ------------------------------------------------------------------------------

def catalog_gomod():
    mod = ("module m.example/m // c\ngo 1.16\ntoolchain go1.22.1\nrequire (\n\ta/B v1.0.0\n\tc v0.0.0-20200101000000-abcdefabcdef // indirect\n)\n"
           "require \"d\" v2.0.0+incompatible\nreplace d => e v1.0.0\nreplace a/B v1.0.0 => ../b\nexclude c v0.1.0\nretract [v1.0.0, v1.1.0]\ntool d/cmd\n")
    total = "a/B v1.0.0 h1:x=\na/B v1.0.0/go.mod h1:x=\nf v1.0.0/go.mod h1:x=\nf v1.2.0 h1:x=\n"
    work = "go 1.22\nuse (\n\t.\n\t./b\n)\nreplace f v1.2.0 => g v1.0.0\nreplace h => ./h\n"
    vendor = "# f v1.2.0\n## explicit; go 1.17\nf/x\n# d v2.0.0 => e v1.0.0\n"
    cached = "module a/B\nrequire (\n\tf v1.0.0\n\tc v1.0.0 // indirect\n)\n"
    yield "\0".join([mod, total, work, vendor, cached])
    yield "\0".join([mod.replace("1.16", "1.23"), "", work, "", cached])
    yield "\0".join([mod, "", "", vendor, ""])


def catalog_cargo():
    lock = ("version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"a\",\n \"b 1.0.0\",\n \"b 2.0.0 (registry+x)\",\n]\n\n"
            "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\nchecksum = \"00ff\"\ndependencies = [\n \"b 1.0.0\",\n]\n\n"
            "[[package]]\nname = \"b\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"b\"\nversion = \"2.0.0\"\n\n[metadata]\n\"checksum b 1.0.0 (registry+x)\" = \"00\"\n")
    root = ("[package]\nname = \"app\"\nversion = \"0.1.0\"\n[dependencies]\na = \"1\"\nc = { package = \"b\", version = \"^1.0\" }\n[dev-dependencies]\nb = \"2\"\n"
            "[target.'cfg(unix)'.build-dependencies]\nd = \"1\"\n[workspace]\nmembers = [\"crates/*\", \"**\"]\nexclude = [\"x\"]\n[workspace.package]\nversion = \"1.0.0\"\n")
    member = "[package]\nname = \"b\"\nversion.workspace = true\n[dependencies]\na.workspace = true\n"
    yield "\0".join([lock, root, member])
    yield "\0".join([lock, "", ""])
    yield "\0".join(["[root]\nname = \"a\"\nversion = \"1.0.0\"\ndependencies = [\"b 1.0.0 (x)\"]\n" + lock, root, member])
