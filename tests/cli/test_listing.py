"""Source trees, lists of packages, dependency trees, and options that choose among packages."""
import json
import os
import unittest

from drydock import OS_RELEASE, Test, deb, docker_archive, folder, layer, main, needs, node

LOCK = json.dumps({
    "name": "shop", "version": "1.0.0", "lockfileVersion": 3, "packages": {
        "": {"name": "shop", "version": "1.0.0", "dependencies": {"web": "^1.0.0"}, "devDependencies": {"check": "^3.0.0"}},
        "node_modules/web": {"version": "1.2.0", "license": "MIT", "dependencies": {"parts": "^2.0.0"}},
        "node_modules/parts": {"version": "2.0.1"},
        "node_modules/check": {"version": "3.0.0", "dev": True, "dependencies": {"parts": "^1.0.0"}},
        "node_modules/check/node_modules/parts": {"version": "1.0.0", "dev": True},
    }}, indent=1)


class Listing(Test):
    def tree(self, files):
        for path, text in files.items():
            target = self.dir / "tree" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        return str(self.dir / "tree")

    def fs(self, path, *options):
        done = self.run_program("fs", path, "--format", "json", "--list-all-pkgs", "--quiet", *options, code=0)
        report = json.loads(done.stdout)
        return {(result["Target"], p["ID"]): p for result in report["Results"] for p in result["Packages"]}

    def listed(self, *arguments, code=0):
        return self.run_program("packages", *arguments, code=code).stdout.decode()

    def test_a_lock_file_tells_its_graph(self):
        found = self.fs(self.tree({"package-lock.json": LOCK, "node_modules/web/package.json": node("web", "1.2.0"),
                                   "package.json": node("shop", "1.0.0")}))
        self.assertEqual(sorted(i for _, i in found), ["parts@2.0.1", "web@1.2.0"])
        web = found["package-lock.json", "web@1.2.0"]
        self.assertEqual((web["Relationship"], web["DependsOn"], web["Licenses"]), ("direct", ["parts@2.0.1"], ["MIT"]))
        line = next(i for i, text in enumerate(LOCK.splitlines(), 1) if '"node_modules/web"' in text)
        self.assertEqual(web["Locations"][0]["StartLine"], line)
        parts = found["package-lock.json", "parts@2.0.1"]
        self.assertEqual((parts["Relationship"], parts["Indirect"]), ("indirect", True))
        self.assertEqual(parts["Drydock"]["DependencyPath"], ["web@1.2.0", "parts@2.0.1"])

    def test_development_and_relations(self):
        path = self.tree({"package-lock.json": LOCK})
        names = sorted(i for _, i in self.fs(path, "--include-dev-deps"))
        self.assertEqual(names, ["check@3.0.0", "parts@1.0.0", "parts@2.0.1", "web@1.2.0"])
        names = sorted(i for _, i in self.fs(path, "--include-dev-deps", "--pkg-relationships", "direct"))
        self.assertEqual(names, ["check@3.0.0", "web@1.2.0"])
        self.run_program("fs", path, "--pkg-relationships", "cousin", code=2)

    def test_one_file_and_left_out_files(self):
        path = self.tree({"a/package-lock.json": LOCK, "b/test/package-lock.json": LOCK, ".git/package-lock.json": LOCK})
        self.assertEqual({t for t, _ in self.fs(path)}, {"a/package-lock.json", "b/test/package-lock.json"})
        self.assertEqual({t for t, _ in self.fs(path, "--skip-dirs", "**/test")}, {"a/package-lock.json"})
        self.assertEqual({t for t, _ in self.fs(path, "--skip-files", "a/*.json")}, {"b/test/package-lock.json"})
        for way in (path + "/b", "tree/b", "./tree/b/", "b"):
            self.assertEqual({t for t, _ in self.fs("tree", "--skip-dirs", way)}, {"a/package-lock.json"}, way)
        self.assertEqual({t for t, _ in self.fs(path + "/a/package-lock.json")}, {"package-lock.json"})

    def test_links_are_not_followed(self):
        path = self.tree({"a/package-lock.json": LOCK})
        os.symlink("..", path + "/a/up")
        os.symlink("package-lock.json", path + "/a/again")
        self.assertEqual({t for t, _ in self.fs(path)}, {"a/package-lock.json"})

    def test_file_patterns(self):
        path = self.tree({"locks/web.lock.json": LOCK})
        self.assertEqual(self.fs(path), {})
        self.assertEqual({t for t, _ in self.fs(path, "--file-patterns", r"npm:web\.lock\.json$")}, {"locks/web.lock.json"})
        for wrong in ("npm", "nonsense:x", "npm:("):
            self.run_program("fs", path, "--file-patterns", wrong, code=2)

    def test_table_tree_and_why(self):
        path = self.tree({"package-lock.json": LOCK})
        self.assertIn("package-lock.json:", self.listed(path))
        self.assertIn("web 1.2.0\n└── parts 2.0.1", self.listed(path, "--tree"))
        self.assertIn("parts 2.0.1\n└── web 1.2.0 (direct)", self.listed(path, "--why", "parts"))
        self.assertIn("parts 1.0.0 (dev)\n└── check 3.0.0 (dev) (direct)",
                      self.listed(path, "--why", "parts@1.0.0", "--include-dev-deps"))
        self.assertIn("no package is named", self.listed(path, "--why", "nothing"))
        self.assertIn("web 1.2.0\n└── parts 2.0.1", self.listed(path + "/package-lock.json", "--tree"))
        self.run_program("packages", path, "--tree", "--changed", code=2)
        report = json.loads(self.listed(path, "--format", "json"))
        self.assertEqual([p["ID"] for p in report["Results"][0]["Packages"]], ["parts@2.0.1", "web@1.2.0"])

    def image(self, *layers):
        base = layer(("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", deb("a", "1")))
        return docker_archive(self.dir / "image.tar", [base, *layers])

    def test_locked_but_not_installed(self):
        lock = layer(("app/package-lock.json", LOCK))
        report = self.scan(self.image(lock))
        self.assertEqual([r["Class"] for r in report["Results"]], ["os-pkgs"])
        self.assertEqual(sorted(p["Name"] for p in report["Drydock"]["LockedPackages"]), ["parts", "web"])
        report = self.scan(self.image(lock), "--detection-priority", "comprehensive")
        self.assertEqual([r["Target"] for r in report["Results"][1:]], ["app/package-lock.json"])
        self.assertIn("not installed", self.listed(self.image(lock)))
        installed = layer(("app/node_modules/web/package.json", node("web", "1.2.0")),
                          ("app/node_modules/parts/package.json", node("parts", "2.0.1")))
        report = self.scan(self.image(lock, installed), "--detection-priority", "comprehensive")
        self.assertEqual([r["Target"] for r in report["Results"][1:]], ["Node.js"])
        self.assertEqual(report["Drydock"]["LockedPackages"], [])

    def test_nix_store_paths(self):
        digest = "0123456789abcdfghijklmnpqrsvwxyz"
        paths = [f"nix/store/{digest}-{name}" for name in ("openssl-3.0.12-dev", "gcc-wrapper-12.3.0", "source", "x-1.drv")]
        self.assertEqual([(p["Name"], p["Version"]) for p in self.scan(self.image(layer(*map(folder, paths))))["Results"][1]["Packages"]],
                         [("gcc-wrapper", "12.3.0"), ("openssl", "3.0.12")])
        gone = layer((f"nix/store/.wh.{digest}-gcc-wrapper-12.3.0", ""))
        report = self.scan(self.image(layer(*map(folder, paths)), gone))
        self.assertEqual([p["Name"] for p in report["Results"][1]["Packages"]], ["openssl"])

    @needs("expat")
    def test_poms_are_completed_by_the_users_maven_repository(self):
        def pom(name, version, rest, parent=""):
            return (f"<project><modelVersion>4.0.0</modelVersion>{parent}<groupId>org.sample</groupId><artifactId>{name}</artifactId>"
                    f"<version>{version}</version>{rest}</project>")

        def needs_of(name, version=""):
            return (f"<dependencies><dependency><groupId>org.sample</groupId><artifactId>{name}</artifactId>"
                    f"{version and '<version>' + version + '</version>'}</dependency></dependencies>")

        def stored(name, version, rest):
            folder_of = self.dir / "home/.m2/repository/org/sample" / name / version
            folder_of.mkdir(parents=True)
            (folder_of / f"{name}-{version}.pom").write_text(pom(name, version, rest))

        parent = "<parent><groupId>org.sample</groupId><artifactId>base</artifactId><version>1</version><relativePath/></parent>"
        path = self.tree({"pom.xml": pom("app", "1", needs_of("web"), parent)})
        stored("base", "1", f"<packaging>pom</packaging><dependencyManagement>{needs_of('web', '2.0')}</dependencyManagement>")
        stored("web", "2.0", needs_of("parts", "3.1"))
        stored("parts", "3.1", "")

        def listed(home):
            done = self.run_program("fs", path, "--format", "json", "--list-all-pkgs", "--quiet", code=0, env={"HOME": str(home)})
            return {(p["Name"], p["Version"], p["Relationship"]) for r in json.loads(done.stdout)["Results"] for p in r["Packages"]}

        self.assertEqual(listed(self.dir / "home"), {("org.sample:app", "1", "root"), ("org.sample:web", "2.0", "direct"),
                                                     ("org.sample:parts", "3.1", "indirect")})
        self.assertNotIn("org.sample:parts", {name for name, _, _ in listed(self.dir)})

    def test_a_root_file_system_and_an_image_are_told_apart(self):
        path = self.tree({"etc/os-release": OS_RELEASE, "var/lib/dpkg/status": deb("a", "1"), "srv/package-lock.json": LOCK})
        self.assertIn("not installed", self.listed(path))
        self.assertNotIn("not installed", self.listed(path, "--as", "fs"))
        self.run_program("packages", path, "--as", "boat", code=2)
        self.run_program("packages", str(self.dir / "missing.tar"), code=2)


if __name__ == "__main__":
    main()
