"""Layers joined: what whiteouts, opaque folders, links and replaced folders leave to be seen."""
import tarfile

from drydock import (ALPINE_RELEASE, OS_RELEASE, Test, deb, docker_archive, folder, hardlink, layer, main, node, packages, symlink,
                     wheel)

STATUS = "var/lib/dpkg/status"


class Squash(Test):
    def image(self, *layers, **options):
        return self.scan(docker_archive(self.dir / "image.tar", list(layers), **options))

    def names(self, *layers, kind=None):
        return [name for name, _ in packages(self.image(*layers), kind)]

    def test_an_upper_layer_replaces_the_database(self):
        report = self.image(layer(("etc/os-release", OS_RELEASE), (STATUS, deb("old", "1") + deb("kept", "1"))),
                            layer((STATUS, deb("kept", "1") + deb("new", "2"))))
        self.assertEqual(packages(report), [("kept", "1"), ("new", "2")])

    def test_a_package_is_of_the_first_layer_of_its_run(self):
        base = layer(("etc/os-release", OS_RELEASE), (STATUS, deb("a", "1") + deb("b", "1") + deb("c", "1")))
        middle = layer((STATUS, deb("a", "1") + deb("b", "2")))
        top = layer((STATUS, deb("a", "1") + deb("b", "2") + deb("c", "1")))
        report = self.image(base, middle, top)
        layers = [entry["DiffID"] for entry in report["Metadata"]["Layers"]]
        of = {p["Name"]: layers.index(p["Layer"]["DiffID"]) for p in report["Results"][0]["Packages"]}
        self.assertEqual(of, {"a": 0, "b": 1, "c": 2})
        read = {p["Name"]: layers.index(p["Drydock"]["FileLayer"]["DiffID"]) for p in report["Results"][0]["Packages"]}
        self.assertEqual(set(read.values()), {2})
        by = {p["Name"]: p["Drydock"]["CreatedBy"] for p in report["Results"][0]["Packages"]}
        self.assertEqual(by["b"], "RUN step 1")

    def test_a_whiteout_hides_a_file_of_a_lower_layer_only(self):
        self.assertEqual(self.names(layer(("n/node_modules/a/package.json", node("a", "1")), ("n/node_modules/b/package.json", node("b", "1"))),
                                    layer(("n/node_modules/a/.wh.package.json", ""), ("n/node_modules/.wh.b", ""))), [])
        self.assertEqual(self.names(layer(("n/node_modules/a/package.json", node("a", "1"))),
                                    layer(("n/node_modules/a/package.json", node("a", "2")), ("n/node_modules/.wh.a", ""))), ["a"])

    def test_an_opaque_folder_hides_lower_layers_whatever_its_place_in_the_tar(self):
        below = layer(("n/node_modules/a/package.json", node("a", "1")), ("n/node_modules/b/package.json", node("b", "1")))
        for members in ([("n/node_modules/.wh..wh..opq", ""), ("n/node_modules/c/package.json", node("c", "1"))],
                        [("n/node_modules/c/package.json", node("c", "1")), ("n/node_modules/.wh..wh..opq", "")]):
            self.assertEqual(self.names(below, layer(*members)), ["c"])

    def test_a_file_or_link_that_replaces_a_folder_hides_its_children(self):
        below = layer(folder("n/node_modules/a"), ("n/node_modules/a/package.json", node("a", "1")))
        self.assertEqual(self.names(below, layer(("n/node_modules/a", "a file now"))), [])
        self.assertEqual(self.names(below, layer(symlink("n/node_modules", "/elsewhere"))), [])
        self.assertEqual(self.names(below, layer(folder("n/node_modules"))), ["a"])

    def test_a_claimed_file_replaced_by_something_else_is_gone(self):
        below = layer(("n/node_modules/a/package.json", node("a", "1")))
        self.assertEqual(self.names(below, layer(folder("n/node_modules/a/package.json"))), [])
        self.assertEqual(self.names(below, layer(symlink("n/node_modules/a/package.json", "nowhere"))), [])

    def test_of_equal_names_in_one_tar_the_last_wins(self):
        self.assertEqual(packages(self.image(layer(("node_modules/a/package.json", node("a", "1")), ("node_modules/a/package.json", node("a", "2"))))),
                         [("a", "2")])

    def test_os_release_through_links(self):
        for target in ("../usr/lib/os-release", "/usr/lib/os-release", "../../../usr/lib/os-release"):
            report = self.image(layer(("usr/lib/os-release", ALPINE_RELEASE), symlink("etc/os-release", target)))
            self.assertEqual(report["Metadata"]["OS"], {"Family": "alpine", "Name": "3.20.3", "EOSL": True})
        report = self.image(layer(("usr/lib/os-release", OS_RELEASE), hardlink("etc/os-release", "usr/lib/os-release")))
        self.assertEqual(report["Metadata"]["OS"]["Family"], "debian")

    def test_links_that_lead_to_files_that_no_kind_claims_by_name(self):
        release = ("etc/os-release", OS_RELEASE)
        cases = [
            [layer(release, ("opt/state/db", deb("a", "1")), symlink(STATUS, "/opt/state/db"))],
            [layer(release, ("opt/state/db", deb("a", "1"))), layer(symlink(STATUS, "../../../opt/state/db"))],
            [layer(release, ("opt/dpkg/status", deb("a", "1")), symlink("var/lib/dpkg", "/opt/dpkg"))],
            [layer(release, ("opt/store/0001", deb("a", "1")), hardlink(STATUS, "opt/store/0001"))],
            [layer(release, symlink("var/lib", "/data/lib"), ("data/lib/dpkg/status", deb("a", "1")))],
        ]
        for layers in cases:
            self.assertEqual(packages(self.image(*layers)), [("a", "1")])

    def test_hard_links_into_a_package_store(self):
        store = [("store/v3/ab/cdef", node("a", "1")), ("store/v3/ab/0123", node("b", "1"))]
        self.assertEqual(self.names(layer(*store, hardlink("app/node_modules/a/package.json", "store/v3/ab/cdef"),
                                          hardlink("app/node_modules/b/package.json", "store/v3/ab/0123"),
                                          hardlink("lib/node_modules/a/package.json", "store/v3/ab/cdef"))), ["a", "a", "b"])

    def test_a_loop_of_links_ends(self):
        self.assertEqual(self.names(layer(symlink("var/lib/dpkg", "/var/lib/loop"), symlink("var/lib/loop", "dpkg"), symlink("etc/os-release", "os-release"))), [])

    def test_paths_stay_inside_the_root(self):
        report = self.image(layer(("../../etc/os-release", OS_RELEASE), ("/var/lib/dpkg/status", deb("a", "1")),
                                  symlink("etc/debian_version", "../../../../../../etc/debian_version")))
        self.assertEqual(packages(report), [("a", "1")])
        self.assertEqual(report["Metadata"]["OS"], {"Family": "debian", "Name": "12"})

    def test_a_file_written_through_a_linked_folder_replaces_the_real_one(self):
        report = self.image(layer(symlink("lib", "usr/lib"), ("usr/lib/os-release", ALPINE_RELEASE), ("usr/lib/apk/db/installed", "P:a\nV:1-r0\nA:x86_64\n\n")),
                            layer(("lib/apk/db/installed", "P:a\nV:2-r0\nA:x86_64\n\n")))
        self.assertEqual(packages(report), [("a", "2-r0")])

    def test_every_tar_form_reads_alike(self):
        long_path = "node_modules/" + "deep/" * 30 + "package.json"
        for format_ in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
            self.assertEqual(self.names(layer((long_path, node("a", "1")), format=format_)), ["a"])

    def test_language_packages_of_an_os_package_are_tied_to_it(self):
        path = "usr/lib/python3/dist-packages/six-1.0.dist-info/METADATA"
        own = layer(("etc/os-release", OS_RELEASE), (STATUS, deb("python3-six", "1.0-1")), (path, wheel("six", "1.0")),
                    ("var/lib/dpkg/info/python3-six.list", f"/.\n/usr\n/{path}\n"), ("opt/six-2.0.dist-info/METADATA", wheel("six", "2.0")))
        report = self.image(own)
        self.assertEqual(packages(report, "python-pkg"), [("six", "2.0")])
        self.assertEqual([(p["Name"], p["Version"], p["Owner"]) for p in report["Drydock"]["OwnedPackages"]], [("six", "1.0", "python3-six")])

    def test_what_a_third_party_package_bundles_is_matched_as_language_packages(self):
        path = "opt/tool/node_modules/a/package.json"
        report = self.image(layer(("etc/os-release", OS_RELEASE), (STATUS, deb("docker-ce", "5:1-1", maintainer="Docker <support@docker.com>")),
                                  ("var/lib/dpkg/info/docker-ce.list", f"/{path}\n"), (path, node("a", "1"))))
        self.assertEqual(packages(report, "node-pkg"), [("a", "1")])
        self.assertEqual(report["Drydock"]["OwnedPackages"], [])

    def test_a_removed_layer_database_leaves_no_packages(self):
        self.assertEqual(self.names(layer(("etc/os-release", OS_RELEASE), (STATUS, deb("a", "1"))), layer(("var/lib/.wh.dpkg", ""))), [])

    def test_the_same_layer_twice_is_one(self):
        same = layer(("etc/os-release", OS_RELEASE), (STATUS, deb("a", "1")))
        report = self.image(same, layer(("x", "y")), same)
        self.assertEqual(packages(report), [("a", "1")])
        self.assertEqual(len(report["Metadata"]["Layers"]), 3)


if __name__ == "__main__":
    main()
