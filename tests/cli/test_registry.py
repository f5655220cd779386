"""Images in registries: every form of image and of authentication, against a real registry and odd ones, and what bad ones get."""
import json
import os
import pathlib
import re
import shutil
import unittest

from drydock import OS_RELEASE, config_of, deb, docker_archive, layer, main, needs, node, pack, packages, sha
from servers import (FakeRegistry, PASSWORD, Proxy, Registry, ServerTest, TYPES, TokenServer, USER, certificates, free_port, needs_registry,
                     needs_skopeo, push_docker, push_image, push_index, skopeo_push)

LAYERS = [layer(("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", deb("a", "1:2-3")), ("noise", os.urandom(400000))),
          layer(("app/node_modules/b/package.json", node("b", "1.0.0")))]
EXPECTED = [("a", "1:2-3"), ("b", "1.0.0")]
LARGE = sha(pack(LAYERS[0], "gzip")) # the layer that takes its time
ARM = [layer(("node_modules/arm/package.json", node("arm", "1.0.0")))]


class RegistryTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.env["DRYDOCK_IMAGE_SRC"] = "remote"

    def scan_remote(self, reference, *options, **more):
        return self.scan(reference, "--no-cache", *options, **more)

    def check(self, reference, *options):
        report = self.scan_remote(reference, *options)
        self.assertEqual(packages(report), EXPECTED)
        return report

    def refuses(self, reference, *options, says=()):
        error = self.fails("image", "--no-cache", "--timeout", "1s", reference, *options, says=says)
        self.assertNotRegex(error, "[\x00-\x1f\x7f]")
        return error


@needs_registry
class Forms(RegistryTest):
    def setUp(self):
        super().setUp()
        self.registry = self.serve(Registry())
        self.app = self.registry.host + "/app"

    @needs_skopeo
    def test_what_skopeo_pushes(self):
        archive = "docker-archive:" + docker_archive(self.dir / "a.tar", LAYERS)
        for form in ("v2s2", "oci", "v2s1"):
            skopeo_push(self.registry, archive, "app:" + form, form=form)
            report = self.check(f"{self.app}:{form}")
            self.assertEqual(report["ArtifactName"], f"{self.app}:{form}")
            self.assertEqual(report["Metadata"]["RepoTags"], [f"{self.app}:{form}"])

    def test_gzip_and_plain_layers(self):
        for how in ("gzip", "plain", "multi-gzip"):
            descriptor = push_image(self.registry, "app", how, LAYERS, how=how)
            report = self.check(f"{self.app}:{how}")
            self.assertEqual(report["Metadata"]["ImageID"], "sha256:" + sha(config_of(LAYERS)))
            self.assertEqual(report["Drydock"]["VerifiedLayers"], [True, True])
            self.assertEqual(report["Metadata"]["RepoDigests"], [f"{self.app}@{descriptor['digest']}"])

    @needs("zstd")
    @unittest.skipIf(shutil.which("zstd") is None, "needs the zstd program")
    def test_zstd_layers(self):
        push_image(self.registry, "app", "zstd", LAYERS, how="zstd")
        self.check(self.app + ":zstd")

    def test_by_digest_and_by_default_tag(self):
        descriptor = push_image(self.registry, "app", "latest", LAYERS)
        self.check(self.app)
        self.check(f"{self.app}@{descriptor['digest']}")
        self.check(f"{self.app}:gone@{descriptor['digest']}")

    def test_an_index_of_platforms(self):
        first, second = push_image(self.registry, "app", None, LAYERS), push_image(self.registry, "app", None, ARM, arch="arm64")
        for name, kind in (("oci", TYPES["index"]), ("docker", TYPES["list"])):
            push_index(self.registry, "app", name, [first, second], kind)
            self.check(f"{self.app}:{name}", "--platform", "linux/amd64")
            self.assertEqual(packages(self.scan_remote(f"{self.app}:{name}", "--platform", "linux/arm64")), [("arm", "1.0.0")])
            self.refuses(f"{self.app}:{name}", "--platform", "linux/s390x", says=["linux/s390x", "linux/arm64"])

    def test_a_foreign_layer_is_fetched_from_its_address(self):
        registry, other = self.serve(FakeRegistry(auth="basic")), self.serve(FakeRegistry())
        digest = other.blob("any", pack(LAYERS[0], "gzip"))
        push_docker(registry, "app", "1", LAYERS, foreign=["ftp://localhost/x", f"{other.url}/v2/any/blobs/{digest}"])
        self.check(registry.host + "/app:1", "--username", USER, "--password", PASSWORD)
        self.assertEqual([s.headers.get("Authorization") for s in other.seen], [None])
        other.blobs.clear()
        self.refuses(registry.host + "/app:1", "--username", USER, "--password", PASSWORD, says=[registry.host, other.host, "404"])

    def test_only_unseen_layers_are_fetched(self):
        proxy = self.serve(Proxy(self.registry.url))
        push_image(self.registry, "app", "1", LAYERS)
        push_image(self.registry, "app", "2", LAYERS + [layer(("node_modules/c/package.json", node("c", "2.0.0")))])
        self.assertEqual(packages(self.scan(proxy.host + "/app:1")), EXPECTED)
        proxy.clear()
        self.assertEqual(packages(self.scan(proxy.host + "/app:2")), EXPECTED + [("c", "2.0.0")])
        self.assertEqual(proxy.count("GET", "/blobs/"), 2) # the config and one layer


@needs_registry
class Access(RegistryTest):
    def test_tls(self):
        registry = self.serve(Registry(tls=True))
        push_image(registry, "app", "1", LAYERS)
        app = registry.host + "/app:1"
        self.refuses(app, says=[registry.host, "certificate", "--cacert"])
        self.check(app, "--cacert", certificates().ca)
        self.check(app, "--insecure")
        folder = pathlib.Path(self.env["HOME"], ".config/containers/certs.d", registry.host)
        folder.mkdir(parents=True)
        shutil.copy(certificates().ca, folder / "ca.crt")
        self.check(app)

    def test_client_certificates(self):
        registry = self.serve(Registry(tls=True, client_ca=True))
        push_image(registry, "app", "1", LAYERS)
        app, pki = registry.host + "/app:1", certificates()
        self.refuses(app, "--cacert", pki.ca, says=[registry.host])
        self.check(app, "--cacert", pki.ca, "--client-cert", pki.client_cert, "--client-key", pki.client_key)
        folder = pathlib.Path(self.env["HOME"], ".config/docker/certs.d", registry.host)
        folder.mkdir(parents=True)
        shutil.copy(pki.ca, folder / "ca.crt")
        shutil.copy(pki.client_cert, folder / "client.cert")
        self.refuses(app, says=["client.key"])
        shutil.copy(pki.client_key, folder / "client.key")
        self.check(app)

    def test_basic_authentication(self):
        registry = self.serve(Registry(auth="htpasswd"))
        push_image(registry, "app", "1", LAYERS)
        app = registry.host + "/app:1"
        self.refuses(app, says=[registry.host, "401", "drydock registry login"])
        self.refuses(app, "--username", USER, "--password", "wrong", says=[USER, "--username", "401"])
        self.check(app, "--username", USER, "--password", PASSWORD)

    def test_tokens(self):
        tokens = self.serve(TokenServer(denied=["secret"]))
        registry = self.serve(Registry(auth=tokens))
        push_image(registry, "app", "1", LAYERS)
        app = registry.host + "/app:1"
        self.check(app)
        self.assertEqual(tokens.count(), 1) # for manifest, config and layers
        self.assertNotIn("Authorization", tokens.seen[0].headers)
        self.check(app, "--username", USER, "--password", PASSWORD)
        self.assertTrue(tokens.seen[-1].headers["Authorization"].startswith("Basic "))
        self.check(app, "--registry-token", tokens.mint(["repository:app:pull"]))
        self.refuses(app, "--username", USER, "--password", "wrong", says=["incorrect username or password", "--username"])
        self.refuses(app, "--registry-token", "nonsense", says=["--registry-token"])
        self.refuses(registry.host + "/secret:1", says=["secret is private, or there is none"])
        self.docker_config(auths={registry.host: {"identitytoken": "identity"}})
        self.check(app)
        self.assertEqual(tokens.seen[-1].method, "POST")
        self.assertIn(b"grant_type=refresh_token", tokens.seen[-1].body)

    def test_token_servers_that_fail(self):
        tokens = self.serve(TokenServer(real=False))
        registry = self.serve(FakeRegistry(auth=tokens))
        push_image(registry, "app", "1", LAYERS)
        for fail, says in (((403, {"details": "go away"}), "go away"), ((200, "<html>"), "no token"), ((200, {"token": ""}), "no token"),
                           ((200, {"token": "a\r\nX: y"}), "no token"), ((500, ""), "500"), ((404, ""), "404")):
            tokens.fail = fail
            self.refuses(registry.host + "/app:1", says=[registry.host, tokens.host, says])
        for realm in ("file:///etc/passwd", "nowhere", "http://", "http://h/\x01"):
            registry.realm = realm
            self.refuses(registry.host + "/app:1", says=[registry.host])

    def test_credentials_do_not_go_where_there_is_no_tls(self):
        tokens = self.serve(TokenServer(real=False))
        registry = self.serve(FakeRegistry(auth=tokens, tls=True))
        push_image(registry, "app", "1", LAYERS)
        self.check(registry.host + "/app:1", "--cacert", certificates().ca)
        login = ["--cacert", certificates().ca, "--username", USER, "--password", PASSWORD]
        self.check(registry.host + "/app:1", *login) # nobody listens in on this machine
        tokens.seen.clear()
        registry.realm = f"http://0.0.0.0:{tokens.port}/token" # the same server, but no name of this machine
        self.refuses(registry.host + "/app:1", *login, says=[registry.realm, "no TLS"])
        self.assertEqual(tokens.seen, [])
        self.check(registry.host + "/app:1", *login, "--insecure")

    def test_a_token_that_ends_early_is_renewed(self):
        tokens = self.serve(TokenServer(real=False))
        registry = self.serve(FakeRegistry(auth=tokens))
        push_image(registry, "app", "1", LAYERS)
        given, registry.auth.given = registry.auth.given, _Forgetful()
        self.check(registry.host + "/app:1")
        self.assertGreater(tokens.count(), 2)
        self.assertEqual(given, {})

    def test_redirects_take_no_credentials_along(self):
        registry = self.serve(FakeRegistry(auth="basic"))
        storage = self.serve(FakeRegistry())
        push_image(registry, "app", "1", LAYERS)
        push_image(storage, "app", "1", LAYERS)
        proxy = self.serve(Proxy(registry.url))
        proxy.rule("/blobs/", redirect=storage.url + "{path}")
        self.check(proxy.host + "/app:1", "--username", USER, "--password", PASSWORD)
        self.assertEqual({s.headers.get("Authorization") for s in storage.seen}, {None})
        self.assertGreater(storage.count("GET", "/blobs/"), 2)


class _Forgetful(dict):
    """Tokens that are good for one use."""

    def get(self, key, default=None):
        return self.pop(key, default)


@needs_registry
class Faults(RegistryTest):
    def setUp(self):
        super().setUp()
        self.registry = self.serve(Registry())
        push_image(self.registry, "app", "1", LAYERS)
        self.proxy = self.serve(Proxy(self.registry.url))
        self.app = self.proxy.host + "/app:1"

    def test_a_layer_that_breaks_off_is_gone_on_with(self):
        for what in ({"drop_after": 100000}, {"truncate": 100000}, {"drop_after": 0}):
            self.proxy.clear()
            self.proxy.rule(LARGE, times=2, **what)
            self.check(self.app)
            ranges = [s.headers["Range"] for s in self.proxy.seen if "Range" in s.headers]
            self.assertEqual(len(ranges), 2 if 100000 in what.values() else 0)
        self.proxy.clear()
        self.proxy.rule(LARGE, times=2, truncate=100000, no_ranges=True)
        self.check(self.app)

    def test_what_passes_is_tried_again(self):
        for what in ({"status": 500, "times": 2}, {"status": 429, "headers": {"Retry-After": "1"}, "times": 1}, {"drop": True, "times": 1},
                     {"status": 503, "times": 1}):
            self.proxy.clear()
            self.proxy.rule("/manifests/", **what)
            self.check(self.app)

    def test_redirects_to_another_port(self):
        self.proxy.rule("/blobs/|/manifests/", redirect=self.registry.url + "{path}")
        self.check(self.app)
        self.proxy.clear()
        self.proxy.rule("/blobs/", redirect="{path}")
        self.refuses(self.app, says=[self.proxy.host, "loop"])

    def test_what_lasts_is_said(self):
        for what, says in (({"status": 503}, "503"), ({"status": 429}, "429"), ({"drop": True}, self.proxy.host),
                           ({"status": 429, "headers": {"Retry-After": "100"}}, "100 s"),
                           ({"status": 403, "body": {"errors": [{"code": "DENIED", "message": "not\x1b[2J for\nyou"}]}}, "not [2J for you (403)"),
                           ({"status": 200, "body": "<html>Log in", "headers": {"Content-Type": "text/html"}}, "web page"),
                           ({"status": 404, "body": "<html>", "headers": {"Content-Type": "text/html"}}, "web page"),
                           ({"status": 200, "body": "{}", "headers": {"Content-Type": "application/json"}}, ""),
                           ({"status": 200, "body": "[" * 1000}, ""), ({"status": 204}, "204"), ({"status": 304}, "304")):
            self.proxy.clear()
            what["body"] = json.dumps(what["body"]) if isinstance(what.get("body"), dict) else what.get("body", b"")
            self.proxy.rule("/manifests/", **what)
            self.refuses(self.app, says=[says])

    def test_lies_about_digest_and_size(self):
        other = "sha256:" + "1" * 64
        for pattern, what, says in (
                ("/manifests/", {"headers": {"Docker-Content-Digest": other}}, other),
                ("/manifests/", {"method": "GET", "corrupt": 30}, "digest"),
                ("/manifests/", {"method": "HEAD", "length": 7}, "7"),
                (sha(config_of(LAYERS)), {"corrupt": 30}, "digest"),
                (LARGE, {"corrupt": 5000}, "layer 1 of 2"),
                (LARGE, {"shorten": 5000}, "5000"),
                (LARGE, {"grow": b"more"}, "bytes"),
                (LARGE, {"status": 200, "body": b"<html>"}, "6 bytes"),
                (LARGE, {"status": 404}, "404")):
            self.proxy.clear()
            self.proxy.rule(pattern, **what)
            self.refuses(self.app, says=[says])

    def test_a_registry_without_head_or_digests(self):
        for odd in ({"head": False}, {"digests": False}):
            registry = self.serve(FakeRegistry(**odd))
            push_image(registry, "app", "1", LAYERS)
            self.check(registry.host + "/app:1")

    def test_names_that_are_not_there(self):
        self.refuses(self.registry.host + "/app:2", says=["manifest unknown (404)", "there is no tag \"2\" in app; it has 1"])
        self.refuses(self.registry.host + "/none:1", says=["there is no repository none"])
        self.refuses(self.registry.host + "/app@sha256:" + "0" * 64, says=["404", "0" * 64])
        self.refuses("no-such-host.invalid/app:1", says=["no-such-host.invalid", "DNS"])
        self.refuses(f"localhost:{free_port()}/app:1", says=["refused"])
        self.refuses("localhost:1/UPPER", says=["not an image reference"])

    def test_offline(self):
        self.refuses(self.app, "--offline", says=["--offline"])
        self.assertEqual(self.proxy.seen, [])


@needs_registry
class Mirrors(RegistryTest):
    def setUp(self):
        super().setUp()
        self.registry = self.serve(Registry())
        self.mirror = self.serve(Proxy(self.registry.url))
        self.own = self.serve(Proxy(self.registry.url))
        push_image(self.registry, "app", "1", LAYERS)
        push_image(self.registry, "mirrored/app", "1", LAYERS)

    def configure(self, more=""):
        self.registries_conf(f'[[registry]]\nlocation = "{self.own.host}"\n'
                             f'[[registry.mirror]]\nlocation = "{self.mirror.host}/mirrored"\n{more}')

    def test_a_mirror_comes_first(self):
        self.configure()
        report = self.check(self.own.host + "/app:1")
        self.assertEqual(report["ArtifactName"], self.own.host + "/app:1")
        self.assertEqual(self.own.seen, [])

    def test_its_registry_helps_out(self):
        self.configure()
        self.mirror.rule("/manifests/", status=404)
        self.check(self.own.host + "/app:1")
        self.mirror.clear()
        self.mirror.rule("/blobs/", status=404)
        self.check(self.own.host + "/app:1")
        self.assertGreater(self.mirror.count("GET", "/blobs/"), 0)

    def test_each_one_is_quoted(self):
        self.configure()
        error = self.refuses(self.own.host + "/app:2", says=[self.own.host, self.mirror.host])
        self.assertLess(error.index(self.mirror.host), error.index("; " + self.own.host))

    def test_rewritten_and_blocked(self):
        self.registries_conf(f'[[registry]]\nprefix = "docker.io/library"\nlocation = "{self.mirror.host}/mirrored"\n')
        report = self.check("app:1")
        self.assertEqual(report["Metadata"]["RepoTags"], ["app:1"])
        self.registries_conf('[[registry]]\nlocation = "docker.io"\nblocked = true\n')
        self.refuses("app:1", says=["registries.conf", "blocks"])
        other = self.dir / "other.conf"
        other.write_text(f'[[registry]]\nprefix = "docker.io/library"\nlocation = "{self.mirror.host}/mirrored"\n')
        self.check("app:1", "--registries-conf", other)
        self.registries_conf("[[registry]\n")
        self.refuses("app:1", says=["registries.conf", "line 1"])


class Lists(RegistryTest):
    def setUp(self):
        super().setUp()
        self.registry = self.serve(FakeRegistry(page=2))
        for number in range(5):
            push_image(self.registry, "app", f"v{number}", LAYERS[1:])
        push_image(self.registry, "team/other", "1", LAYERS[1:])
        self.proxy = self.serve(Proxy(self.registry.url))

    def images(self, *arguments):
        done = self.run_program("image", *arguments, "--quiet", "--no-cache", code=0)
        return sorted(re.findall(r"│ (?:=\s)?localhost:\d+/(\S+)", done.stdout.decode()))

    def test_all_pages_are_read(self):
        tags = [f"app:v{number}" for number in range(5)]
        self.assertEqual(self.images("--all-tags", self.registry.host + "/app"), tags)
        self.assertEqual(self.images("--catalog", self.registry.host), [*tags, "team/other:1"])

    def test_a_page_may_have_fewer_than_are_asked_for(self):
        self.proxy.rule("n=1000", status=400, body=json.dumps({"errors": [{"code": "PAGINATION_NUMBER_INVALID"}]}))
        self.assertEqual(len(self.images("--all-tags", self.proxy.host + "/app")), 5)

    def test_lists_that_lead_astray(self):
        for link, says in (("</v2/app/tags/list?n=1000>; rel=next", "without an end"), ("<http://elsewhere.invalid/>; rel=next", "not followed")):
            self.proxy.clear()
            self.proxy.rule("/tags/list", headers={"Link": link})
            self.refuses("--all-tags", self.proxy.host + "/app", says=[self.proxy.host, says])
        for body, says in (("<html>", "web page"), ("[", "list of tags"), ("", "list of tags")):
            self.proxy.clear()
            self.proxy.rule("/tags/list", status=200, body=body)
            self.refuses("--all-tags", self.proxy.host + "/app", says=[self.proxy.host, says])
        self.refuses("--all-tags", self.registry.host + "/none", says=["repository name not known", "404"])
        self.refuses("--catalog", "no/registry", says=["is not a registry"])


if __name__ == "__main__":
    main()
