/* Lock files of Dart, Swift, CocoaPods, Conan, Julia, Elixir and Erlang, and Erlang's applications. */
#include "catalog_listing.h"

#define UUID_A "11111111-1111-1111-1111-111111111111"
#define UUID_B "22222222-2222-2222-2222-222222222222"
#define UUID_C "33333333-3333-3333-3333-333333333333"

static const struct listing_row yaml_rows[] = {
    { "app/pubspec.lock",
      "# made by a tool\n"
      "packages:\n"
      "  async:\n"
      "    dependency: \"direct main\"\n"
      "    description:\n"
      "      name: async\n"
      "      sha256: \"ab12\"\n"
      "      url: \"https://pub.example\"\n"
      "    source: hosted\n"
      "    version: \"2.11.0\"\n"
      "  flutter:\n"
      "    dependency: \"direct dev\"\n"
      "    description: flutter\n"
      "    source: sdk\n"
      "    version: \"0.0.0\"\n"
      "  meta:\n"
      "    dependency: transitive\n"
      "    version: 1.9\n"
      "sdks:\n"
      "  dart: \">=3.0.0\"\n",
      "async 2.11.0 direct @3-10 digest=sha256:ab12\nflutter 0.0.0 direct @11-15\nmeta 1.9 indirect @16-18\n", 0 },
    { "pubspec.lock", "packages:\n  a: 7\n  b:\n    version: [1]\n  c:\n    version: \"\"\n", "", 0 },
    { "pubspec.lock", "packages: [a, b]\n", "", 0 },
    { "pubspec.lock", "packages:\n  a:\n    version: \"3.0.2\"\n    version: \"0.0.0\"\n  b:\n    version: \"1.0\"\n",
      "b 1.0 @5-6\n", 1 },
    { "pubspec.lock", "packages:\n  a: {version: \"1\"}\n  b: {version: \"2\"}\n  a: {version: \"3\"}\n", "b 2 @3\n", 1 },
    { "pubspec.lock", "packages:\n  a: {version: \"1\"\n", "", 1 },
    { "ios/Podfile.lock",
      "PODS:\n"
      "  - Center (4.2.0):\n"
      "    - Center/Analytics (= 4.2.0)\n"
      "    - Gone\n"
      "  - Center/Analytics (4.2.0):\n"
      "    - Center/Core\n"
      "  - Center/Core (4.2.0)\n"
      "  - \"Utilities/NSData+zlib (7.5.2)\"\n"
      "\n"
      "DEPENDENCIES:\n"
      "  - Center (~> 4.2)\n"
      "  - \"Utilities/NSData+zlib\"\n"
      "  - Local (from `../Local`)\n"
      "\n"
      "COCOAPODS: 1.11.2\n",
      "Center 4.2.0 direct @2-4 needs=Center/Analytics@4.2.0\n"
      "Center/Analytics 4.2.0 indirect @5-6 needs=Center/Core@4.2.0\n"
      "Center/Core 4.2.0 indirect @7\n"
      "Utilities/NSData+zlib 7.5.2 direct @8\n",
      0 },
    { "Podfile.lock", "PODS: 7\nDEPENDENCIES: {}\n", "", 0 },
    { "Podfile.lock", "PODS:\n  - A (1)\n  - B\n  - C ()\n  - 7\n  - D (2):\n", "A 1 @2\nD 2 @6\n", 0 },
    { "Podfile.lock", "PODS:\n  - A (1)\n  - B (from `../x`)\n  - C (= 1)\n  - D (4.2\n", "A 1 @2\n", 0 },
};

static const struct listing_row rows[] = {
    { "Package.resolved",
      "{\n"
      "  \"object\": {\n"
      "    \"pins\": [\n"
      "      {\n"
      "        \"package\": \"Nimble\",\n"
      "        \"repositoryURL\": \"https://git.example/Quick/Nimble.git\",\n"
      "        \"state\": { \"branch\": null, \"revision\": \"0123\", \"version\": \"9.2.1\" }\n"
      "      }\n"
      "    ]\n"
      "  },\n"
      "  \"version\": 1\n"
      "}\n",
      "git.example/Quick/Nimble 9.2.1 @4-8\n", 0 },
    { "x.xcworkspace/xcshareddata/swiftpm/Package.resolved",
      "{\"pins\":[{\"identity\":\"a\",\"kind\":\"remoteSourceControl\",\"location\":\"git@git.example:team/a.git\",\"state\":{\"branch\":"
      "\"main\",\"revision\":\"0123\"}},\n"
      "{\"identity\":\"b\",\"location\":\"ssh://git@git.example:22/team/b/\",\"state\":{\"revision\":\"4567\"}},\n"
      "{\"identity\":\"mona.list\",\"kind\":\"registry\",\"location\":\"\",\"state\":{\"version\":\"1.0.0\"}},\n"
      "{\"identity\":\"none\",\"location\":\"https://git.example/none\",\"state\":{}}],\"version\":3}",
      "git.example/team/a main @1\ngit.example:22/team/b 4567 @2\nmona.list 1.0.0 @3\n", 0 },
    { "Package.resolved", "{\"pins\":{},\"object\":[]}", "", 0 },
    { "Package.resolved", "{\"pins\":[{\"identity\":\"a\",\"state\":{\"version\":\"1\"}},", "a 1 @1\n", 1 },
    { "conan.lock",
      "{\n"
      " \"graph_lock\": {\n"
      "  \"nodes\": {\n"
      "   \"0\": {\n"
      "    \"requires\": [\"1\", \"3\"],\n"
      "    \"path\": \"conanfile.txt\"\n"
      "   },\n"
      "   \"1\": {\n"
      "    \"ref\": \"pkga/0.0.1#7dcb\",\n"
      "    \"requires\": [\"2\", \"9\"]\n"
      "   },\n"
      "   \"2\": { \"ref\": \"pkgb/system\" },\n"
      "   \"3\": { \"ref\": \"pkgc/0.1.1@user/testing#1:2\" },\n"
      "   \"4\": { \"ref\": \"no version\" }\n"
      "  }\n"
      " },\n"
      " \"version\": \"0.4\"\n"
      "}\n",
      "pkga 0.0.1 direct @8-11 id=pkga/0.0.1 needs=pkgb/system\n"
      "pkgb system indirect @12 id=pkgb/system\n"
      "pkgc 0.1.1 direct @13 id=pkgc/0.1.1\n",
      0 },
    { "conan.lock", "{\"graph_lock\":{\"nodes\":{\"0\":{\"ref\":\"me/1\",\"requires\":[\"1\"]},\"1\":{\"ref\":\"a/2\"}}}}",
      "me 1 root @1 id=me/1 needs=a/2\na 2 direct @1 id=a/2\n", 0 },
    { "conan.lock",
      "{\n \"version\": \"0.5\",\n \"requires\": [\n  \"zlib/1.2.11#4524fcdd41f33e8df88ece6e755a5dcc%1650538915.154\",\n  \"a/[>1]\"\n ],\n"
      " \"build_requires\": [\"cmake/3.27.0\"],\n \"python_requires\": []\n}\n",
      "zlib 1.2.11 @4 id=zlib/1.2.11\ncmake 3.27.0 dev @7 id=cmake/3.27.0\n", 0 },
    { "mix.lock",
      "%{\n"
      "  # a comment\n"
      "  \"bunt\": {:hex, :bunt, \"0.2.0\", \"951c\", [:mix], [], \"hexpm\", \"7af5\"},\n"
      "  \"credo\": {:hex, :credo, \"1.6.6\", \"f51f\", [:mix], [{:bunt, \"~> 0.2.0\", [hex: :bunt, repo: \"hexpm\", optional: false]},\n"
      "    {:other, \"~> 1\", [hex: :other]}], \"hexpm\", \"6255\"},\n"
      "  \"old\": {:hex, :old_name, \"1.0.0\", \"aa\", [:rebar3], [{:credo, \"1\", [hex: :credo]}]},\n"
      "  \"esaml\": {:git, \"https://git.example/esaml.git\", \"4294\", []},\n"
      "}\n",
      "bunt 0.2.0 @3 digest=sha256:7af5\ncredo 1.6.6 @4-5 digest=sha256:6255 needs=bunt@0.2.0\nold_name 1.0.0 @6 needs=credo@1.6.6\n",
      0 },
    { "mix.lock", "%{\n  \"bunt\":\n}\n", "", 0 },
    { "mix.lock", "%{\n  \"a\": {:hex, :a, \"1\"},\n  \"b\": {:hex, :b, \"2", "a 1 @2\n", 1 },
    { "mix.lock", "", "", 0 },
    { "rebar.lock",
      "{\"1.2.0\",\n"
      "[{<<\"certifi\">>,{pkg,<<\"certifi\">>,<<\"2.9.0\">>},0},\n"
      " {<<\"foo\">>,{git,\"https://git.example/foo\",{ref,\"0123abcd\"}},1},\n"
      " {<<\"app\">>,{pkg,<<\"other\"/utf8>>,<<\"1.0\">>,<<\"AA\">>,<<\"BB\">>},2}]}.\n"
      "[\n"
      "{pkg_hash,[ % comment\n"
      " {<<\"certifi\">>, <<\"6F2A\">>}]},\n"
      "{pkg_hash_ext,[\n"
      " {<<\"certifi\">>, <<\"266D\">>},{<<\"gone\">>, <<\"00\">>}]}\n"
      "].\n",
      "certifi 2.9.0 direct @2 digest=sha256:266D\nfoo 0123abcd indirect @3\nother 1.0 indirect @4\n", 0 },
    { "rebar.lock", "[{<<\"a\">>,{git,\"u\",{ref,\"01\"}},0}].\n", "a 01 direct @1\n", 0 },
    { "rebar.lock", "{\"1.2.0\",[{<<\"a\">>,{pkg,<<\"a\">>,<<\"1\">>},0}}.", "", 1 },
    { "usr/lib/erlang/lib/stdlib-4.2/ebin/stdlib.app",
      "%% comment {\n{application, stdlib,\n [{description, \"ERTS CXC \\\"138\\\" 10\"},\n  {vsn, \"4.2\"},\n  {modules, [array, 'b c']},\n"
      "  {applications, [kernel]},\n  {env, [{x, #{a => 1}}]}]}.\n",
      "stdlib 4.2 root=usr/lib/erlang/lib/stdlib-4.2 needs=kernel\n", 0 },
    { "a/ebin/a.app", "{application, a, [{vsn, ", "", 1 },
    { "a/other.app", "<xml/>", "", 0 },
    { "a/ebin/a.app", "[].", "", 0 },
};

static const struct listing_row julia_rows[] = {
    { "Manifest.toml",
      "julia_version = \"1.9.0\"\n"
      "manifest_format = \"2.0\"\n"
      "\n"
      "[[deps.A]]\n"
      "deps = [\"C\"]\n"
      "uuid = \"" UUID_A "\"\n"
      "version = \"0.21.4\"\n"
      "\n"
      "    [deps.A.extensions]\n"
      "    X = \"B\"\n"
      "\n"
      "[[deps.B]]\n"
      "uuid = \"" UUID_B "\"\n"
      "    [deps.B.deps]\n"
      "    A = \"" UUID_A "\"\n"
      "[[deps.C]]\n"
      "uuid = \"" UUID_C "\"\n",
      "A 0.21.4 @4-7 id=" UUID_A " needs=" UUID_C "\nB 1.9.0 @12-13 id=" UUID_B " needs=" UUID_A "\nC 1.9.0 @16-17 id=" UUID_C
      "\n",
      0 },
    { "env/JuliaManifest.toml",
      "[[A]]\ndeps = [\"B\"]\nuuid = \"" UUID_A "\"\n\n[[B]]\nuuid = \"" UUID_B "\"\nversion = \"1.0.0\"\n",
      "A unknown @1-3 id=" UUID_A " needs=" UUID_B "\nB 1.0.0 @5-7 id=" UUID_B "\n", 0 },
    { "Manifest.toml", "julia_version = \"1.9.0\"\nmanifest_format = \"2.0\"\n\n[deps]\n", "", 0 },
    { "Manifest.toml", "julia_version = 1.9\n[A]\nuuid = \"x\"\n[[B]]\nuuid = \"" UUID_B "\"\n", "B unknown @4-5 id=" UUID_B "\n",
      0 },
    { "Manifest.toml", "[[A]]\ngit-tree-sha1 = \"0a\"\nuuid = \"" UUID_A "\"\n[[B]]\ndeps = []\n", "", 2 },
    { "Manifest.toml", "[[A]\n", "", 1 },
};

static void lock_files_list_packages(void **state)
{
    (void)state;
    assert_listings(rows, ARRAY_LEN(rows));
    assert_listings(julia_rows, ARRAY_LEN(julia_rows));
}

static void yaml_lock_files_list_packages(void **state)
{
    (void)state;
    NEEDS_YAML();
    assert_listings(yaml_rows, ARRAY_LEN(yaml_rows));
}

static void applications_know_each_other(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_begin(&parsed);
    parse_more(&parsed, "l/a-1/ebin/a.app", STR("{application,a,[{vsn,\"1\"},{applications,[b,gone]}]}."));
    parse_more(&parsed, "l/b-2/ebin/b.app", STR("{application,b,[{vsn,\"2\"}]}."));
    settle_kind_of(&parsed, "l/a-1/ebin/a.app");
    assert_listing(&parsed, "a 1 root=l/a-1 needs=b@2\nb 2 root=l/b-2\n", "settled");
    parse_free(&parsed);
}

static void julia_projects_say_what_is_direct(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_begin(&parsed);
    parse_more(&parsed, "j/Manifest-v1.11.toml",
               STR("manifest_format = \"2.0\"\n[[deps.A]]\ndeps = [\"B\"]\nuuid = \"a\"\nversion = \"1\"\n[[deps.B]]\nuuid = "
                   "\"b\"\nversion = \"2\"\n[[deps.T]]\ndeps = [\"B\", \"U\"]\nuuid = \"t\"\nversion = \"3\"\n[[deps.U]]\nuuid "
                   "= \"u\"\nversion = \"4\"\n"));
    parse_more(&parsed, "j/Project.toml",
               STR("name = \"me\"\n[deps]\nA = \"a\"\n[extras]\nT = \"t\"\n[compat]\njulia = \"1\"\n"));
    parse_more(&parsed, "other/Project.toml", STR("[deps]\nB = \"b\"\n"));
    assert_int_equal(parsed.facts.warning_count, 0);
    settle_kind_of(&parsed, "j/Manifest-v1.11.toml");
    assert_listing(
        &parsed,
        "A 1 direct @2-5 id=a needs=b\nB 2 indirect @6-8 id=b\nT 3 direct dev @9-12 id=t needs=b,u\nU 4 indirect dev @13-15 "
        "id=u\n",
        "settled");
    parse_free(&parsed);
}

static void deep_terms_are_a_warning(void **state)
{
    (void)state;
    static const char *const opens[] = { "[", "{", "%{", "{:a, [" };
    assert_depth_is_a_warning("mix.lock", opens, ARRAY_LEN(opens));
}

static void damaged_files_survive(void **state)
{
    (void)state;
    assert_rows_survive(rows, ARRAY_LEN(rows));
}

/* YAML may be cut off inside a plain scalar, Julia's TOML before a version, without a trace: these need only survive. */
static void damage_without_a_trace_survives(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(julia_rows); i++)
        if (julia_rows[i].text[0])
            assert_flips_survive(julia_rows[i].path, str_from(julia_rows[i].text));
    NEEDS_YAML();
    for (size_t i = 0; i < ARRAY_LEN(yaml_rows); i++)
        assert_flips_survive(yaml_rows[i].path, str_from(yaml_rows[i].text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lock_files_list_packages),        cmocka_unit_test(yaml_lock_files_list_packages),
        cmocka_unit_test(applications_know_each_other),    cmocka_unit_test(julia_projects_say_what_is_direct),
        cmocka_unit_test(deep_terms_are_a_warning),        cmocka_unit_test(damaged_files_survive),
        cmocka_unit_test(damage_without_a_trace_survives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
