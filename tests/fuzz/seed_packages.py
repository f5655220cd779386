"""Seeds of the fuzz targets that read what package managers and distributions leave in an image."""
import io
import json
import os
import sqlite3
import struct
import tempfile
import zipfile
import zlib


# ---- text --------------------------------------------------------------------------------------------------------------

def catalog_dpkg():
    first = ("Package: libc6\nStatus: install ok installed\nPriority: optional\nArchitecture: amd64\nMulti-Arch: same\n"
             "Source: glibc (2.36-8)\nVersion: 2.36-9+deb12u4\nMaintainer: GNU Libc Maintainers <a@debian.example>\n"
             "Conffiles:\n /etc/ld.so.conf.d/x.conf 0123456789abcdef0123456789abcdef\nDescription: GNU C Library\n folded\n .\n text\n")
    second = "Package: tzdata\nStatus: deinstall ok config-files\nVersion: 2024a-0\nArchitecture: all\n"
    yield first
    yield first + "\n" + second + "\n\n" + first.replace("libc6", "a").replace("\n", "\r\n")
    yield "Package: a\nVersion: 1:2.3~rc1-4ubuntu0.1~esm2\nSource: b\nStatus: hold ok half-configured\n" + "Package: twice\n"
    yield "/.\n/usr\n/usr/lib/python3/dist-packages/six-1.16.0.dist-info/METADATA\n/usr/share/nodejs/a/package.json\nrelative\n"
    yield "/bin/sh\n/bin/sh.distrib\ndash\n/x\n/y\n:\n/cut\n"
    yield "0123456789abcdef0123456789abcdef  usr/lib/a.egg-info\n0123456789abcdef0123456789abcdef  usr/lib/node_modules/b/package.json\nshort\n"


def catalog_apk():
    package = "C:Q1abcdefghijklmnopqrstuvwxyz0=\nP:{0}\nV:1.2.5-r0\nA:x86_64\nS:383304\nI:622592\nT:text\nU:https://a.example/\nL:MIT AND BSD\no:{1}\nm:A <a@b.example>\nt:1\nc:0\nD:so:libc p>1\np:so:libc=1 cmd:a=1\nr:b\n"
    files = "F:lib\nM:0:0:755\nR:libc.so\na:0:0:755\nZ:Q1x=\nF:usr/lib/python3.12/site-packages/six-1.dist-info\nR:METADATA\nZ:Q1y=\n"
    yield package.format("musl", "musl") + files
    yield (package.format("ssl_client", "busybox") + "\n") * 2 + package.format("a", "") + files + "\n\n"
    yield "P:a\n\nV:1\n\nP:b\nV:1-r1\nR:package.json\nF:\nR:\n"
    yield ("https://dl.example/alpine/v3.20/main\n# comment\n@edge https://dl.example/alpine/edge/testing\n/media/cdrom/apks\n"
           "http://mirror.example/alpine/v3.19/community\nhttps://dl.example/alpine/latest-stable/main\n")


def catalog_distro():
    rows = [("debian", "12", "Debian GNU/Linux 12 (bookworm)"), ("alpine", "3.20.3", "Alpine Linux v3.20"), ("rhel", "9.4", "Red Hat Enterprise Linux 9.4 (Plow)"),
            ("ubuntu", "24.04", "Ubuntu 24.04 LTS"), ("amzn", "2023", "Amazon Linux 2023"), ("opensuse-leap", "15.6", "openSUSE Leap 15.6"),
            ("rhcos", "417", "Red Hat Enterprise Linux CoreOS"), ("sles", "15.5", "SUSE Linux Enterprise Server 15 SP5"), ("mariner", "2.0.20240101", "CBL-Mariner/Linux")]
    for id_, version, name in rows:
        yield f"NAME='x'\nID={id_}\nID_LIKE=\"a b\"\nVERSION_ID=\"{version}\"\nPRETTY_NAME=\"{name}\"\n# a comment\nRHEL_VERSION=9.4\n\nBROKEN\nESC=\"a\\\"b\\$c\\`d\\\\\"\n"
    yield from ("CentOS Linux release 7.9.2009 (Core)\n", "Rocky Linux release 9.3 (Blue Onyx)\n", "Amazon Linux release 2 (Karoo)\n", "Amazon Linux AMI release 2018.03\n",
                "Fedora release 40 (Forty)\n", "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n", "VMware Photon OS 4.0\nPHOTON_BUILD_NUMBER=1\n",
                "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\nDISTRIB_CODENAME=trusty\nDISTRIB_DESCRIPTION=\"Ubuntu 14.04\"\n", "12.5\n", "trixie/sid\n", "3.20.3\n",
                "Gentoo Base System release 2.15\n", "AlmaLinux release 8.10 (Cerulean Leopard)\n")


def catalog_python():
    yield ("Metadata-Version: 2.1\nName: Django\nVersion: 4.2.7\nSummary: text\nLicense: BSD-3-Clause\nLicense-Expression: MIT OR Apache-2.0\n"
           "Classifier: License :: OSI Approved :: BSD License\nClassifier: Framework :: Django\nRequires-Dist: asgiref (<4,>=3.6.0)\n\nA description.\nName: no\n")
    yield "Metadata-Version: 1.0\r\nName: a.b_c-D\r\nVersion: 1!2.0.post3.dev4+local.5\r\nLicense: UNKNOWN\r\n  folded\r\n"
    yield "Name: only\n\nVersion: 1\n"
    yield "flask/a.py,sha256=ZYSVKyqIXhNZFbBrKBkR6-_ApHlhEOSE7wgwRSEIGhw,65\n../../../bin/flask,,30\n\"odd, \"\"name.py\",,2\nx//y/,,\n"
    egg_info = "Metadata-Version: 1.1\nName: a\nVersion: 1\nLicense: GPL v2 or later, Apache License, Version 2.0\nClassifier: License :: OSI Approved :: MIT License\n"
    yield "six>=1.10\nattrs\n\n[x]\nidna\n\n[:python_version<'3']\nenum34[y]==1\n"
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive:
            for name, text in (("EGG-INFO/PKG-INFO", egg_info), ("EGG-INFO/requires.txt", "b\n[x]\nc\n"), ("__main__.py", ""), ("x/b-2.dist-info/METADATA", "Name: b\nVersion: 2\nRequires-Dist: a\n")):
                archive.writestr(zipfile.ZipInfo(name), text, method)
        yield out.getvalue()
    yield json.dumps({"name": "numpy", "version": "1.26.4", "license": "BSD-3-Clause", "depends": ["python >=3.11,<3.12.0a0", "__glibc >=2.17"], "sha256": "00ff", "md5": "0a"})


def catalog_python_locks():
    yield ("# pins\nDjango == 4.2.7 ; python_version > '3' # c\nzope.interface[test, docs]===5.4.0 \\\n  --hash=sha256:aa11 \\\n  --hash=sha256:bb22\n-r base.txt\n"
           "c (== 2!1.0rc1)\nd>=1,==1.5,<2\ne @ file:///e.whl\n")
    yield "\ufeffa==1\r\n".encode("utf-16-le")
    yield json.dumps({"_meta": {}, "default": {"a.b": {"hashes": ["sha256:00ff"], "version": "==1.0"}, "c": {"git": "x"}}, "develop": {"a.b": {"version": "==1.0"}}}, indent=4)
    manifest = ("[project]\ndependencies = [\"A>=1\", \"c\"]\n[project.optional-dependencies]\nx = [\"b[y]==1\"]\n[dependency-groups]\ndev = [\"t\", {include-group = \"x\"}]\n"
                "[tool.poetry.dependencies]\npython = \"^3\"\nq = {version = \"^1\"}\n[tool.poetry.group.docs.dependencies]\ns = \"*\"\n[tool.pdm.dev-dependencies]\ntest = [\"v\"]\n")
    records = ("[[package]]\nname = \"a\"\nversion = \"1.0\"\ngroups = [\"main\", \"default\"]\n{}\n[[package]]\nname = \"b\"\nversion = \"1.0\"\ncategory = \"dev\"\n[[package]]\nname = \"b\"\n"
               "version = \"2.5\"\n[[package]]\nname = \"t\"\nversion = \"1\"\ngroups = [\"dev\"]\n")
    yield records.format("[package.dependencies]\nB = \">=2\"\nt = [{version = \"*\"}, {version = \"<1\"}]\n") + manifest
    yield records.format("dependencies = [\"b>=2; x\", \"t[y]\"]\n") + manifest
    yield ("[manifest]\nmembers = [\"b\"]\nrequirements = [{name = \"a\"}]\n" + records.format("source = {virtual = \".\"}\ndependencies = [{name = \"b\", version = \"2.5\"}]\n"
           "[package.optional-dependencies]\nx = [{name = \"b\"}]\n[package.dev-dependencies]\ndev = [{name = \"t\"}]\n"))
    yield (records.replace("[package", "[packages") .format("directory = {path = \".\"}\ndependencies = [{name = \"b\", version = \"2.5\"}, {name = \"t\"}]\n").replace("[[packages]]\nname = \"t", "[[packages]]\nname = \"T_")
           + manifest)
    yield "name: x\ndependencies:\n  - python=3.11.4=h1\n  - numpy 1.26.4\n  - conda-forge::scipy==1.11\n  - blas\n  - lib>=3\n  - 5\n  - pip:\n    - django[x]==5.0 ; a\n"


def catalog_maven():
    project = "<project><modelVersion>4.0.0</modelVersion>%s</project>"
    dependency = "<dependency><groupId>%s</groupId><artifactId>%s</artifactId>%s</dependency>"
    root = project % ("<groupId>g</groupId><artifactId>root</artifactId><version>${revision}</version><packaging>pom</packaging>"
                      "<properties><revision>1</revision><v>[1]</v></properties><modules><module>a</module><module>b/pom.xml</module></modules>"
                      "<licenses><license><name>MIT</name></license></licenses><dependencyManagement><dependencies>"
                      + dependency % ("${project.groupId}", "a", "<version>${v}</version><scope>runtime</scope>")
                      + dependency % ("g", "c", "<version>2</version><type>pom</type><scope>import</scope>") + "</dependencies></dependencyManagement>")
    parent = "<parent><groupId>g</groupId><artifactId>root</artifactId><version>${revision}</version>%s</parent>"
    a = project % (parent % "" + "<artifactId>app</artifactId><dependencies>" + dependency % ("g", "a", "") + dependency % (
        "g", "b", "<version>1.0</version><optional>true</optional><exclusions><exclusion><groupId>*</groupId><artifactId>c</artifactId></exclusion></exclusions>")
        + dependency % ("g", "c", "<version>(1,3]</version><scope>test</scope><classifier>x</classifier>") + "</dependencies>")
    b = project % (parent % "<relativePath>../pom.xml</relativePath>" + "<artifactId>lib</artifactId><profiles><profile><id>p</id><activation>"
        "<activeByDefault>true</activeByDefault></activation><properties><v>1</v></properties><dependencies>" + dependency % ("g", "app", "<version>1</version>")
        + "</dependencies></profile></profiles>")
    files = [project % f"<groupId>g</groupId><artifactId>{n}</artifactId><version>{v}</version><dependencies>{d}</dependencies><dependencyManagement><dependencies>"
             f"{d}</dependencies></dependencyManagement>" for n, v, d in (
        ("a", "1", dependency % ("g", "b", "<version>1.0</version>")), ("b", "1.0", dependency % ("g", "c", "<version>[2]</version>")),
        ("c", "2", dependency % ("g", "a", "<version>1</version><scope>compile</scope>")))]
    yield "\0".join([root, a, b, b, *files])
    yield "\0".join([a, root])
    yield root
    yield project % "<parent><groupId>g</groupId><artifactId>p</artifactId><version>1</version></parent><groupId>g</groupId><artifactId>p</artifactId><version>1</version>"
    yield project % "<artifactId>x</artifactId><groupId>${a}</groupId><version>${b}${b}</version><properties><a>${b}</a><b>${a}${c}</b><c/></properties>"


def catalog_dotnet():
    yield json.dumps({"version": 1, "dependencies": {"net6.0": {
        "A.B": {"type": "Direct", "requested": "[1.0, )", "resolved": "1.0.0", "contentHash": "YQ==", "dependencies": {"c": "2.0", "p": "1"}},
        "C": {"type": "Transitive", "resolved": "2.0"}, "p": {"type": "Project"}}, "net7.0": {"A.B": {"type": "Transitive", "resolved": "1.0.0"}}}}, indent=1)
    yield '<packages>\n<package id="A" version="1.0" targetFramework="net45" developmentDependency="true"/>\n<package id="B" version="2"/></packages>'
    yield ('<Project><PropertyGroup><V>1</V><W Condition="x">2</W></PropertyGroup><ItemGroup><PackageVersion Include="A;B" Version="$(V).2"/>'
           '<PackageReference Update="C"><Version>[1.0]</Version></PackageReference><GlobalPackageReference Include="D" Version="$(W)"/></ItemGroup></Project>')
    yield json.dumps({"runtimeTarget": {"name": "t"}, "targets": {"t": {"W/1": {"dependencies": {"A": "2", "runtimepack.R": "8"}, "runtime": {"W.dll": {}}},
        "A/2": {"native": {"x": {}}}, "N/1": {}, "runtimepack.R/8": {"runtimeTargets": {"y": {}}}}},
        "libraries": {"W/1": {"type": "project"}, "A/2": {"type": "package", "sha512": "sha512-YQ=="}, "N/1": {"type": "package"}, "runtimepack.R/8": {"type": "runtimepack"}}})
    yield "# comment\na.b:c:1.0=compileClasspath,testRuntimeClasspath\n d:e:2=testA, testB\nempty=x\n"
    yield ('<verification-metadata><configuration/><components><component group="g" name="n" version="1"><artifact name="n-1.jar"><sha256 value="'
           + "0" * 64 + '"/></artifact></component></components></verification-metadata>')
    yield json.dumps({"lockVersion": 1, "configurations": ["compile"], "dependencies": [
        {"org": "o", "name": "n", "version": "1", "artifacts": [{"name": "n.jar", "hash": "sha1:00"}], "configurations": ["test", "compile"]}]})


def catalog_node():
    yield json.dumps({"name": "@scope/a", "version": "1.2.3-rc.1+b", "license": "MIT", "dependencies": {"b": "^1.0.0"}})
    yield json.dumps({"name": "a", "version": "1.0.0", "license": {"type": "MIT", "url": "x"}, "licenses": [{"type": "BSD"}, "MIT"], "deep": [[[{}]]]}, indent=2)
    yield "\ufeff" + json.dumps({"version": 1, "name": None, "x": 1e400})
    yield json.dumps({"services": [{"name": "esm-infra", "status": "enabled"}, {"name": "esm-apps", "status": "n/a", "entitled": True}], "attached": True})


def catalog_ruby():
    yield ("GIT\n  remote: https://git.example/a\n  revision: 0123\n  specs:\n    a (1.0)\n      b (>= 1)\n\nGEM\n  remote: https://gems.example/\n  specs:\n"
           "    b (1.16.2)\n      c (~> 1)\n    b (1.16.2-x86_64-linux)\n      c\n    c (2.0.0.pre)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  a!\n  b (~> 1, >= 1.1)\n\n"
           "CHECKSUMS\n  b (1.16.2) sha256=aa11\n\nBUNDLED WITH\n   2.5.6\n")
    yield ("# stub: rake 13.0.6 ruby lib\nGem::Specification.new do |s|\n  s.name = \"rake\".freeze\n  s.version = '13.0.6'\n  s.licenses = [\"MIT\".freeze, \"Ruby\"]\n"
           "  s.add_runtime_dependency(%q<a>.freeze, [\">= 0\"])\nelse\n  s.license = 'MIT'\nend\n")


def catalog_php():
    package = {"name": "acme/a", "version": "v1.2.0", "dist": {"shasum": "0a1b"}, "require": {"php": ">=8", "acme/b": "^1"}, "replace": {"acme/c": "*"},
               "license": ["MIT"], "install-path": "../acme/a"}
    yield json.dumps({"packages": [package, {"name": "acme/b", "version": "dev-main", "license": "MIT"}], "packages-dev": [package]}, indent=4)
    yield json.dumps({"packages": [package], "dev": True, "dev-package-names": ["acme/a"]})
    yield json.dumps([package, package])
    yield json.dumps({"require": {"php": "*", "acme/a": "^1"}, "require-dev": {"acme/b": "*"}})
    yield "<?php\n/**\n * text\n */\n$wp_version = '6.4.2';\n"
    yield "<?php\n/*\nPlugin Name: A b\nVersion: 5.3.1 x\nLicense: GPLv2 or later */\n"
    yield ('a:4:{s:4:"name";s:5:"redis";s:7:"channel";s:12:"pecl.php.net";s:7:"version";a:2:{s:7:"release";s:5:"6.0.2";s:3:"api";i:1;}'
           's:7:"license";a:1:{s:8:"_content";s:3:"PHP";}}')


def catalog_pins():
    yield 'name = "a"\n[deps]\nA = "11-22"\n[extras]\nB = "33-44"\n'
    yield 'packages:\n  async:\n    dependency: "direct main"\n    description:\n      name: async\n      sha256: "ab12"\n    source: hosted\n    version: "2.11.0"\nsdks:\n  dart: "x"\n'
    yield "PODS:\n  - A (4.2.0):\n    - A/B (= 4.2.0)\n  - A/B (4.2.0)\n\nDEPENDENCIES:\n  - A (~> 4.2)\n"
    pin = {"identity": "a", "package": "a", "repositoryURL": "https://git.example/a/a.git", "location": "git@git.example:a/a.git", "state": {"version": "1.0", "branch": None, "revision": "01"}}
    yield json.dumps({"object": {"pins": [pin]}, "version": 1})
    yield json.dumps({"pins": [pin, pin], "version": 3}, indent=1)
    yield json.dumps({"graph_lock": {"nodes": {"0": {"requires": ["1"]}, "1": {"ref": "a/1.0@b/c#d:e", "requires": ["2"]}, "2": {"ref": "b/system"}}}})
    yield json.dumps({"version": "0.5", "requires": ["a/1.0#b%1.5"], "build_requires": ["c/2"], "python_requires": []})
    yield 'julia_version = "1.9.0"\nmanifest_format = "2.0"\n\n[[deps.A]]\ndeps = ["B"]\nuuid = "11-22"\nversion = "1"\n\n    [deps.A.deps]\n    B = "33-44"\n[[deps.B]]\nuuid = "33-44"\n'
    yield '[[A]]\ndeps = ["B"]\nuuid = "11-22"\n\n[[B]]\nuuid = "33-44"\nversion = "1.0"\n'
    yield '%{\n  "a": {:hex, :a, "1.0", "951c", [:mix], [{:b, "~> 1", [hex: :b, optional: false]}], "hexpm", "7af5"},\n  "c": {:git, "u", "01", []},\n}\n'
    yield '{"1.2.0",\n[{<<"a">>,{pkg,<<"a">>,<<"2.9.0">>},0},\n {<<"b"/utf8>>,{git,"u",{ref,"01"}},1}]}.\n[{pkg_hash_ext,[{<<"a">>, <<"66">>}]}].\n'
    yield '%% c\n{application, a,\n [{description, "x \\"y\\""},{vsn, "4.2"},{modules, [a, \'b c\']},{applications, [b]},{env, [{x, #{a => 1}}]}]}.\n'


def catalog_rare():
    yield json.dumps({"name": "a", "version-semver": "0.1.0", "port-version": 1, "overrides": [{"name": "fmt", "version": "10.1.1"}]})
    yield "Package: zlib\nVersion: 1.3.1\nPort-Version: 2\nDepends: a:x64-linux, b[c]\nArchitecture: x64-linux\nStatus: install ok installed\n\nPackage: b\nFeature: c\nStatus: install ok installed\n"
    yield json.dumps({"packages": [{"name": "zlib", "SPDXID": "SPDXRef-port", "versionInfo": "1.3.1#2", "licenseConcluded": "Zlib"}]})
    yield "[requires]\nzlib/1.2.13\na/3.0@u/c#0a # b\n[tool_requires]\nb/[>1]\n[full_requires]\n    b/1.2:5678\n"
    yield "Package: dplyr\nVersion: 1.1.4\nLicense: MIT\nDepends: R (>= 3.5.0)\nImports: cli (>= 3.4.0),\n    utils\nBuilt: R 4.2.2\n"
    yield json.dumps({"Packages": {"R6": {"Package": "R6", "Version": "2.5.1", "Requirements": ["R", "cli"]}, "cli": {"Version": "1"}}})
    yield "jobs:\n  build:\n    steps:\n      - uses: actions/checkout@v4\n      - uses: ./local\n  call:\n    uses: a/b/.github/workflows/c.yml@main\nruns:\n  steps:\n    - uses: a/b@v1\n"
    yield "packages:\n- completed:\n    hackage: aeson-1.4.6.0@sha256:0f,123\n- completed:\n    name: a\n    version: 0.1\nextra-deps:\n- b-0.3@rev:1\n- git: u\n"
    yield "constraints: any.Cabal ==3.2.1.0,\n             any.aeson ==2.1.0.0,\n             aeson +flag\n"
    yield 'provider "registry.example/a/b" {\n  version     = "5.31.0"\n  constraints = "~> 5.0"\n  hashes = [\n    "h1:0a=",\n  ]\n}\n'
    yield '-- c\n--[==[ x ]==]\npackage = "lpeg"\nversion = "1.1.0-1"\ndescription = {\n  summary = [[a]],\n  license = "MIT"\n}\ndependencies = { "lua >= 5.1", \'a >= 3\' }\n'
    yield 'opam-version: "2.0"\nversion: "1.7.0"\nlicense: [\n  "ISC"\n  "MIT" ]\ndepends: ["ocaml"]\n'


def catalog_javascript():
    needs = {"b": "^2", "@s/c": "npm:d@1"}
    packages = {"": {"name": "app", "workspaces": ["libs/*"], "dependencies": needs, "devDependencies": {"t": "1"}},
                "libs/m": {"version": "0.1.0", "dependencies": needs}, "node_modules/m": {"resolved": "libs/m", "link": True},
                "node_modules/b": {"version": "2.0.0", "integrity": "sha512-x==", "license": ["MIT", {"type": "ISC"}], "peerDependencies": needs},
                "node_modules/@s/c": {"name": "d", "version": "1.0.0", "dev": True},
                "node_modules/b/node_modules/t": {"version": "1.0.0", "optional": True}}
    yield json.dumps({"lockfileVersion": 3, "packages": packages}, indent=1)
    tree = {"a": {"version": "1.0.0", "requires": needs, "dependencies": {"b": {"version": "npm:real@2.0.0", "dev": True}}}, "b": {"version": "file:x"}}
    yield json.dumps({"lockfileVersion": 1, "dependencies": tree})
    yield json.dumps({"name": "app", "version": "1.0.0", "workspaces": {"packages": ["p/*", "!p/no"]}, "dependencies": needs,
                      "devDependencies": {"t": "workspace:*"}, "optionalDependencies": needs, "licenses": [{"type": "MIT"}]})
    yield ('# yarn lockfile v1\n\n"@s/a@^1.0.0", "@s/a@npm:@o/a@2":\n  version "1.2.0"\n  resolved "x#' + "0" * 40 +
           '"\n  dependencies:\n    b "^2 || ^3"\n\nb@^2, b@^3:\n  version "2.0.0"\n  integrity sha512-x==\n\nl@file:x:\n  version "1"\n')
    yield ('__metadata:\n  version: 8\n\n"a@npm:1, a@workspace:x":\n  version: 0.0.0-use.local\n  resolution: "a@workspace:x"\n\n'
           '? "b@npm:^1, b@npm:^2"\n:\n  version: 1.0.2\n  resolution: "real@npm:1.0.2"\n  dependencies:\n    "@s/x": "npm:^1::y"\n')
    yield ("lockfileVersion: 5.4\ndependencies:\n  a: 1.0.0_b@2.0.0\ndevDependencies:\n  d: /c/3.0.0\npackages:\n\n  /a/1.0.0_b@2.0.0:\n"
           "    resolution: {integrity: sha512-a==}\n    dependencies:\n      '@s/e': 1.0.0\n    dev: false\n\n  /@s/e/1.0.0:\n    dev: true\n")
    yield ("---\nlockfileVersion: '9.0'\nimporters:\n  .:\n    configDependencies: {a: 1}\n---\nlockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n"
           "      al:\n        specifier: npm:r@1\n        version: r@1.0.0(q@1.0.0)\npackages:\n  r@1.0.0:\n    version: 1.0.0\nsnapshots:\n"
           "  r@1.0.0(q@1.0.0):\n    dependencies:\n      q: 1.0.0\n  q@1.0.0: {}\n")
    yield ("lockfileVersion: '6.0'\nimporters:\n  .:\n    devDependencies:\n      l:\n        specifier: file:x\n        version: file:x\npackages:\n"
           "  file:x:\n    name: l\n    version: 4.0.0\n    dev: true\n  /@s/a@1.0.0(b@2.0.0):\n    dev: false\n")
    yield ('{ // c\n"workspaces": {"": {"name": "app", "dependencies": {"g": "1",},}, "m": {"name": "m", "version": "1",},},\n/* c */"packages": {\n'
           '"g": ["g@1.0.0", "", {"dependencies": {"n": "1"}}, "sha512-x==",],\n"g/n": ["n@2.0.0", "", {}, ""], "m": ["m@workspace:m"],},}\n')
    yield json.dumps({"version": "4", "specifiers": {"jsr:@s/e@^1": "1.0.5", "npm:c@5": "5.3.0_p@1"}, "jsr": {"@s/e@1.0.5": {"integrity": "0" * 64, "dependencies": ["npm:c@5"]}},
                      "npm": {"c@5.3.0_p@1": {"dependencies": ["p"]}, "p@1.0.0": {}}, "workspace": {"packageJson": {"dependencies": ["npm:c@5"]}}})
    yield json.dumps({"version": "3", "packages": {"specifiers": {"npm:a@1": "npm:a@1.0.0"}, "npm": {"a@1.0.0": {"dependencies": {"b": "b@2.0.0"}}}}})


def catalog_redhat():
    yield "bash\t5.1.8-1.cm2\t1650000000\t1640000000\tMicrosoft Corporation\t(none)\t9000\tx86_64\t0\tbash-5.1.8-1.cm2.src.rpm\n" * 2 + "short\tline\n"
    yield json.dumps({"metadata": {"icm_version": 1}, "from_dnf_hint": True, "content_sets": ["rhel-9-for-x86_64-baseos-rpms", "rhel-9-for-x86_64-appstream-rpms"], "image_contents": []})
    yield json.dumps({"com.redhat.component": "ubi9-container", "version": "9.4", "release": "1181", "architecture": "x86_64"})
    yield ('FROM sha256:abc\nARG A=1.2\nENV V=${A} R="3"\n# comment\nLABEL com.redhat.component="ubi8-container" \\\n      name="ubi8" \\\n# inside\n'
           "      version=$V release='$R' architecture=\"x86_64\"\nLABEL old form of label\nRUN rm -rf /\nENV \"q\\\"uote\"=a\\ b\n")


def catalog_purl():
    yield "pkg:deb/debian/a%2Bb@1:2.3-4?arch=amd64&distro=debian-12.5&epoch=1"
    yield "pkg:npm/%40a/b@1.2.3#c/d"
    yield "pkg:npm/@a/b#/c/../d/"
    yield "PKG:///Golang/A.example/B/c@v1.0.0%2Bincompatible?vcs_url=git%2Bhttps://a.example/b%40c&X=y#z"
    yield "pkg:julia/A@1.0?uuid=abcdef01-2345-6789-abcd-ef0123456789"
    yield "pkg:swift/a.example/B/C@1"


def catalog_os_kinds():
    yield ("%NAME%\\ntide\\n\\n%VERSION%\\n1:2.0-3\\n\\n%BASE%\\nsea\\n\\n%ARCH%\\nx86_64\\n\\n%PACKAGER%\\nA <a@b.example>\\n\\n%LICENSE%\\nMIT\\nGPL\\n\\n"
           "%DEPENDS%\\nglibc>=2.38\\nlibmoon.so=1-64\\n\\n%PROVIDES%\\nlibtide.so=2-64\\n\\n%FILES%\\netc/\\netc/a\\nusr/bin/b\\n\\n%BACKUP%\\netc/a\\t0123\\n")
    yield "dir /usr\\nobj /usr/bin/tide 0123456789abcdef0123456789abcdef 1700000000\\nobj /usr/a b 0123456789abcdef0123456789abcdef 1\\nsym /usr/l -> l.so 1\\n"
    yield ">=dev-libs/moon-2.0-r1:0/3=[ssl,-test] !!app-sea/ebb ssl? ( || ( =dev-sea/a-1* ~dev-sea/b-2 ) )"
    yield ("Package: busybox\\nVersion: 1.36.1-1\\nDepends: libc | musl, tide (>= 2), tide (<< 3)\\nLicense: GPL-2.0\\nArchitecture: mips\\n"
           "Status: install ok installed\\n\\nPackage: libc\\nVersion: 1\\nProvides: libc.so (= 4), libm\\n")
    yield "/usr/bin/tide\\n/usr/lib/l\\t0120777\\tl.so\\n"
    yield json.dumps({"Content": [{"Name": "curl", "Publisher": "B", "Version": "8.11.0", "Release": "1.abc.br1", "Epoch": "1", "Architecture": "x86_64"}, {"Name": "x"}, 7]})


def catalog_sbom():
    purl = {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:npm/rope@4"}
    cpe = {"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:b:c:1:*:*:*:*:*:*:*"}
    yield json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": {"component": {"type": "operating-system", "name": "debian"}}, "components": [
        {"bom-ref": "a", "type": "library", "group": "@quay", "name": "Rope", "version": "1", "purl": "pkg:npm/%40quay/rope@1", "cpe": "cpe:2.3:a:b",
         "licenses": [{"license": {"id": "MIT"}}, {"expression": "A OR B"}], "hashes": [{"alg": "SHA-1", "content": "01" * 20}],
         "properties": [{"name": "aquasecurity:trivy:FilePath", "value": "a/b"}], "evidence": {"occurrences": [{"location": "c"}]},
         "components": [{"type": "file", "name": "d"}, {"name": "e", "purl": "pkg:pypi/e@2"}]}], "dependencies": [{"ref": "a", "dependsOn": ["a", "b"]}]})
    yield json.dumps({"spdxVersion": "SPDX-2.3", "packages": [
        {"SPDXID": "p", "name": "tide", "versionInfo": "1-2", "licenseDeclared": "NONE", "licenseConcluded": "MIT", "sourceInfo": "package found in: x/y",
         "externalRefs": [cpe, dict(purl, referenceLocator="pkg:bitnami/tide@1-2?arch=arm64&distro=debian-12")], "checksums": [{"algorithm": "SHA256", "checksumValue": "0" * 64}]},
        {"SPDXID": "n", "name": "rope", "externalRefs": [purl]}, {"SPDXID": "q", "name": "bin/q", "primaryPackagePurpose": "APPLICATION"}],
        "files": [{"SPDXID": "f", "fileName": "./lib/rope.js"}], "relationships": [
        {"spdxElementId": "n", "relationshipType": kind, "relatedSpdxElement": "f"} for kind in ("CONTAINS", "CONTAINED_BY", "DEPENDS_ON", "DEPENDENCY_OF")]})
    yield ("SPDXVersion: SPDX-2.3\\nPackageName: rope\\nSPDXID: n\\nPackageVersion: 4\\nPackageLicenseDeclared: MIT\\nPackageComment: <text>two\\nlines</text>\\n"
           "ExternalRef: PACKAGE-MANAGER purl pkg:npm/rope@4\\nPackageChecksum: SHA1: " + "01" * 20 + "\\nRelationship: n CONTAINS f\\nFileName: ./a\\nSPDXID: f\\n")
    yield json.dumps({"tide": {"arch": "amd64", "version": "1.0-2", "distro": "debian-10"}})
    yield "\\n".join(json.dumps(line) for line in (
        {"jsonwall": "1.0", "schema": "1.0", "count": 4}, {"kind": "package", "name": "tide", "version": "2-3", "sha256": "x", "arch": "amd64"},
        {"kind": "path", "path": "/bin/tide", "mode": "0755", "slices": ["tide_bins"], "size": 7, "sha256": "0" * 64},
        {"kind": "path", "path": "/bin/ebb", "mode": "0777", "slices": ["tide_bins"], "link": "tide"})) + "\\n"


# ---- rpm: headers (rpm's docs/manual/hregions.md, format_header.md) --------------------------------------------------------

CHAR, INT16, INT32, STRING, BINARY, STRINGS = 1, 3, 4, 6, 7, 8
NAME, VERSION, RELEASE, EPOCH, VENDOR, LICENSE, ARCH, SOURCE, DIRINDEX, BASENAMES, DIRNAMES, MODULE = (
    1000, 1001, 1002, 1003, 1011, 1014, 1022, 1044, 1116, 1117, 1118, 5096)
SIZES, STATES, MODES, DIGESTS, TARGETS, FLAGS, VERIFY, ALGORITHM = 1028, 1029, 1030, 1035, 1036, 1037, 1045, 5011


def header(*entries, region=True):
    index, data = b"", b""
    for tag, kind, value in entries:
        items = value if isinstance(value, list) else [value]
        if kind == INT32:
            data += bytes(-len(data) % 4)
        index += struct.pack(">IIII", tag, kind, len(data), len(items))
        width = {CHAR: ">B", INT16: ">H", INT32: ">I"}.get(kind)
        data += b"".join(struct.pack(width, item) if width else item.encode() + b"\0" for item in items)
    if region:
        trailer = struct.pack(">IIiI", 63, BINARY, -16 - len(index), 16)
        index = struct.pack(">IIII", 63, BINARY, len(data), 16) + index
        data += trailer
    return struct.pack(">II", len(index) // 16, len(data)) + index + data


def headers():
    def nvr(name, version, release):
        return (NAME, STRING, name), (VERSION, STRING, version), (RELEASE, STRING, release)
    yield header(*nvr("bash", "5.1.8", "9.el9"), (VENDOR, STRING, "Red Hat, Inc."), (LICENSE, STRING, "GPLv3+"), (ARCH, STRING, "x86_64"), (SOURCE, STRING, "bash-5.1.8-9.el9.src.rpm"))
    yield header(*nvr("openssl-libs", "3.0.7", "27.el9"), (EPOCH, INT32, 1), (SOURCE, STRING, "openssl-3.0.7-27.el9.src.rpm"), region=False)
    yield header(*nvr("nodejs", "18.12.1", "2.module+el8"), (MODULE, STRING, "nodejs:18:8070020221212161539:bd1311ed"))
    yield header(*nvr("python3-foo", "1.0", "1"), (DIRINDEX, INT32, [1, 0, 0]), (BASENAMES, STRINGS, ["foo", "METADATA", "RECORD"]),
                 (DIRNAMES, STRINGS, ["/usr/lib/python3.11/site-packages/foo-1.0.dist-info/", "/usr/bin/"]))
    yield header(*nvr("tool", "1", "1"), (DIRINDEX, INT32, [0, 0, 0]), (BASENAMES, STRINGS, ["tool", "link", "conf"]), (DIRNAMES, STRINGS, ["/usr/bin/"]),
                 (SIZES, INT32, [9, 4, 7]), (FLAGS, INT32, [0, 0, 1]), (VERIFY, INT32, [0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFBD]), (MODES, INT16, [0o104755, 0o120777, 0o100644]),
                 (STATES, CHAR, [0, 0, 1]), (DIGESTS, STRINGS, ["ab" * 32, "", "cd" * 32]), (TARGETS, STRINGS, ["", "tool", ""]), (ALGORITHM, INT32, 8))
    yield header(*nvr("gpg-pubkey", "fd431d51", "4ae0493b"))


def catalog_rpm_header():
    yield from headers()


# ---- rpm: its three databases ----------------------------------------------------------------------------------------------

def ndb(blobs):
    """lib/backend/ndb/rpmpkg.c of rpm."""
    slots, records = b"", b""
    for number, blob in enumerate(blobs, 1):
        begin = 256 + len(records) // 16
        record = b"BlbS" + struct.pack("<III", number, 0, len(blob)) + blob + bytes(-(len(blob) + 28) % 16)
        records += record + struct.pack("<II", zlib.adler32(record), len(blob)) + b"BlbE"
        slots += b"Slot" + struct.pack("<III", number, begin, 256 + len(records) // 16 - begin)
    page = b"RpmP" + struct.pack("<IIII", 0, 1, 1, len(blobs) + 1) + bytes(12) + slots
    return page + (b"Slot" + bytes(12)) * ((4096 - len(page)) // 16) + records


class Bdb:
    """Pages of Berkeley DB's hash (dbinc/db_page.h): items of at most 100 bytes on the page, longer ones in overflow chains."""

    def __init__(self, blobs, order="<", page_bytes=512):
        self.order, self.page_bytes = order, page_bytes
        self.overflow, items = [], [b"\1" + bytes(4), b"\1" + bytes(4)]
        for number, blob in enumerate(blobs, 1):
            items += [b"\1" + struct.pack(order + "I", number), self.item(blob)]
        page, offsets = bytearray(page_bytes), []
        low = page_bytes
        for item in items:
            low -= len(item)
            page[low:low + len(item)] = item
            offsets.append(low)
        struct.pack_into(order + f"{len(offsets)}H", page, 26, *offsets)
        self.head(page, 1, 13, count=len(offsets))
        meta = bytearray(page_bytes)
        struct.pack_into(order + "III", meta, 12, 0x061561, 9, page_bytes)
        meta[25] = 8
        struct.pack_into(order + "I", meta, 32, 1 + len(self.overflow))
        self.file = bytes(meta) + bytes(page) + b"".join(self.overflow)

    def head(self, page, number, kind, next_=0, count=0, used=0):
        struct.pack_into(self.order + "I4xIHH", page, 8, number, next_, count, used)
        page[25] = kind

    def item(self, blob):
        if len(blob) <= 100:
            return b"\1" + blob
        first, room = 2 + len(self.overflow), self.page_bytes - 26
        parts = [blob[at:at + room] for at in range(0, len(blob), room)]
        for index, part in enumerate(parts):
            page = bytearray(self.page_bytes)
            self.head(page, first + index, 7, first + index + 1 if index + 1 < len(parts) else 0, 1, len(part))
            page[26:26 + len(part)] = part
            self.overflow.append(bytes(page))
        return b"\3\0\0\0" + struct.pack(self.order + "II", first, len(blob))


def sqlite(blobs, *pragmas, statements=()):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "rpmdb.sqlite")
        database = sqlite3.connect(path, isolation_level=None)
        for text in (*pragmas, "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)",
                     "CREATE TABLE 'Name' (key TEXT NOT NULL, hnum INTEGER NOT NULL)"):
            database.execute(text)
        for blob in blobs:
            database.execute("INSERT INTO Packages(blob) VALUES (?)", [blob])
        for text in statements:
            database.execute(text)
        wal = open(path + "-wal", "rb").read() if os.path.exists(path + "-wal") else b""
        database.close()
        with open(path, "rb") as file:
            return file.read(), wal


def catalog_rpm():
    blobs = list(headers())
    short = header((NAME, STRING, "short"), (VERSION, STRING, "1"), (RELEASE, STRING, "2"), region=False)
    long = header((NAME, STRING, "long"), (VERSION, STRING, "1"), (RELEASE, STRING, "2"), (LICENSE, STRING, "x" * 3000))
    for order in "<>":
        yield Bdb(blobs, order).file
        yield Bdb([long, *blobs[:2]], order, 4096).file
        yield Bdb([short, short], order).file
    for some in (blobs, blobs[:1], [long], []):
        yield ndb(some)
    small = "PRAGMA page_size = 512"
    yield sqlite(blobs, small)[0]
    yield sqlite([long] + blobs * 12, small, statements=["DELETE FROM Packages WHERE hnum % 5 = 0"])[0]
    yield sqlite([], small)[0]
    yield sqlite(blobs, "PRAGMA page_size = 1024", "PRAGMA auto_vacuum = FULL")[0]
    yield from sqlite(blobs[:2], small, "PRAGMA journal_mode = WAL")
