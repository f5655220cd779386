/* vcpkg, Conan's recipes and cache, R, GitHub Actions, Haskell, Terraform, Lua, OCaml. */
#include "catalog_listing.h"

#define STATUS "app/vcpkg_installed/vcpkg/status"
#define SPDX "app/vcpkg_installed/x64-linux/share/zlib/vcpkg.spdx.json"
#define INFO "root/.conan/data/zlib/1.2.13/_/_/package/0a1b/conaninfo.txt"

static const char status[] = "Package: zlib\nVersion: 1.3.1\nPort-Version: 2\nDepends: vcpkg-cmake:x64-linux, curl[ssl]\n"
                             "Architecture: x64-linux\nMulti-Arch: same\nAbi: 0a\nStatus: install ok installed\n\n"
                             "Package: curl\nFeature: ssl\nArchitecture: x64-linux\nStatus: install ok installed\n\n"
                             "Package: curl\nVersion: 8.5.0\nArchitecture: x64-linux\nStatus: install ok installed\n\n"
                             "Package: old\nVersion: 1\nArchitecture: x64-linux\nStatus: purge ok not-installed\n\n";
static const char spdx[] =
    "{\"spdxVersion\":\"SPDX-2.2\",\"packages\":[{\"name\":\"zlib\",\"SPDXID\":\"SPDXRef-port\",\"versionInfo\":\"1.3.1#2\","
    "\"licenseConcluded\":\"Zlib\"},{\"name\":\"zlib:x64-linux\",\"SPDXID\":\"SPDXRef-binary\",\"versionInfo\":\"0a\"}]}";

static const struct listing_row rows[] = {
    { STATUS, status, "zlib 1.3.1#2 @1-8 needs=vcpkg-cmake,curl\ncurl 8.5.0 @15-18\n", 0 },
    { SPDX, spdx, "zlib 1.3.1#2 licence=Zlib root=app/vcpkg_installed/x64-linux/share/zlib\n", 0 },
    { SPDX,
      "{\"packages\":[{\"SPDXID\":\"SPDXRef-port\",\"name\":\"a\",\"versionInfo\":\"1\",\"licenseConcluded\":\"NOASSERTION\"},{",
      "a 1 root=app/vcpkg_installed/x64-linux/share/zlib\n", 1 },
    { SPDX, "{\"packages\":{}}", "", 0 },
    { "vcpkg.json",
      "{\n  \"name\": \"mine\",\n  \"version-semver\": \"0.1.0\",\n  \"dependencies\": [\"zlib\", {\"name\": \"fmt\", \"version>=\": "
      "\"10\"}],\n  \"overrides\": [\n    { \"name\": \"fmt\", \"version\": \"10.1.1\", \"port-version\": 1 }, 7\n  ]\n}\n",
      "fmt 10.1.1#1 direct @6\nmine 0.1.0 root\n", 0 },
    { "vcpkg.json", "{\"dependencies\":[\"zlib\"]}", "", 0 },
    { "conanfile.txt",
      "[requires]\nzlib/1.2.13\nopenssl/3.0.3@user/stable#0a # why\n# comment/1\nboost/[>1.70]\n\n[tool_requires]\ncmake/3.27.0\n"
      "[generators]\nx/1\n",
      "zlib 1.2.13 direct @2 id=zlib/1.2.13\nopenssl 3.0.3 direct @3 id=openssl/3.0.3\ncmake 3.27.0 direct dev @8 id=cmake/3.27.0\n",
      0 },
    { INFO, "[settings]\n    os=Linux\n[requires]\n    b/1.Y.Z\n[full_requires]\n    b/1.2:5678\n    c/3\n[options]\n    a/b\n",
      "zlib 1.2.13 direct id=zlib/1.2.13 root=root/.conan/data/zlib/1.2.13/_/_/package/0a1b needs=b/1.2,c/3\n"
      "b 1.2 indirect id=b/1.2\nc 3 indirect id=c/3\n",
      0 },
    { "usr/lib/R/library/dplyr/DESCRIPTION",
      "Type: Package\nPackage: dplyr\nVersion: 1.1.4\nLicense: MIT + file LICENSE\nDepends: R (>= 3.5.0)\nImports: cli (>= 3.4.0),\n"
      "    generics,\n    utils\nSuggests: knitr\n  , x\nBuilt: R 4.2.2; x86_64; 2023-11-17; unix\n",
      "dplyr 1.1.4 licence=MIT + file LICENSE root=usr/lib/R/library/dplyr needs=cli,generics,utils\n", 0 },
    { "src/mine/DESCRIPTION", "Package: mine\nVersion: 0.1\n", "", 0 },
    { "x/DESCRIPTION", "anything at all\n\n\x01", "", 0 },
    { "renv.lock",
      "{\n  \"R\": {\"Version\": \"4.3.0\"},\n  \"Packages\": {\n    \"R6\": {\n      \"Package\": \"R6\",\n      \"Version\": \"2.5.1\",\n"
      "      \"Requirements\": [\"R\", \"cli\"]\n    },\n    \"cli\": {\"Version\": \"3.6.1\", \"Imports\": [\"utils (>= 1)\"]}\n  }\n}\n",
      "R6 2.5.1 @4-8 needs=cli@3.6.1\ncli 3.6.1 @9\n", 0 },
    { "tf/.terraform.lock.hcl",
      "# made by a tool\nprovider \"registry.example/hashicorp/aws\" {\n  version     = \"5.31.0\"\n  constraints = \"~> 5.0\"\n"
      "  hashes = [\n    \"h1:0a=\",\n  ]\n}\n\nprovider \"registry.example/x/y\" {\n  hashes = []\n}\nprovider \"z\" {\n  version = \"1\"\n",
      "registry.example/hashicorp/aws 5.31.0 direct @2-8\n", 1 },
    { "cabal.project.freeze",
      "active-repositories: hackage.example:merge\nconstraints: any.Cabal ==3.2.1.0,\n             any.aeson ==2.1.0.0,\n"
      "             aeson +flag,\n             any.base >=4\nindex-state: hackage.example 2023\n",
      "Cabal 3.2.1.0 @2\naeson 2.1.0.0 @3\n", 0 },
    { "lua/lpeg-1.1.0-1.rockspec",
      "-- a comment\n--[==[ package = \"no\" ]==]\npackage = \"lpeg\"\nversion = \"1.1.0-1\"\nlocal x = { version = \"2\" }\n"
      "description = {\n  summary = [[a \"text\"]],\n  license = \"MIT/X11\"\n}\n"
      "dependencies = { \"lua >= 5.1\", 'luasocket >= 3.0', { \"x\" } }\nsource = { url = \"u\" }\n",
      "lpeg 1.1.0-1 licence=MIT/X11 root=lua needs=luasocket\n", 0 },
    { "a.rockspec", "local v = \"1\"\npackage = \"a\"\nversion = v .. \"-1\"\n", "", 1 },
    { "t/lib-1.2-3.rockspec", "local v = \"9\"\npackage = \"lib\"\nversion = v .. \"-1\"\n", "lib 1.2-3 root=t\n", 0 },
    { "lib-git.rockspec", "package = \"lib\"\nversion = v\n", "", 1 },
    { "a.rockspec", "package = \"a\" .. b\nversion = \"1-1\"\n", "", 1 },
    { "a.rockspec", "}}}}", "", 1 },
    { "a.rockspec", "x = [==[", "", 1 },
    { "root/.opam/default/.opam-switch/packages/dune.3.11.1/opam",
      "opam-version: \"2.0\"\nsynopsis: \"x\"\nlicense: \"MIT\"\ndepends: [\"ocaml\"]\n", "dune 3.11.1 licence=MIT\n", 0 },
    { "src/alcotest.opam", "opam-version: \"2.0\"\nversion: \"1.7.0\"\nlicense: [\n  \"ISC\"\n  \"MIT\" ]\n",
      "alcotest 1.7.0 licence=ISC,MIT\n", 0 },
    { "src/a.opam", "opam-version: \"2.0\"\n", "", 0 },
    { "src/a.opam", "version: \"1\"\n", "", 0 },
};

static const struct listing_row yaml_rows[] = {
    { ".github/workflows/ci.yml",
      "on: push\njobs:\n  build:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n      - name: b\n"
      "        uses: \"owner/repo/sub/dir@0123456789abcdef\" # v1.2.3\n      - uses: ./local\n      - uses: docker://alpine@sha256:0a\n"
      "      - run: uses\n  call:\n    uses: owner/repo/.github/workflows/shared.yml@main\n",
      "actions/checkout v4 direct @6\nowner/repo/sub/dir 0123456789abcdef direct @8\n"
      "owner/repo/.github/workflows/shared.yml main direct @13\n",
      0 },
    { "tool/action.yml", "name: x\nruns:\n  using: composite\n  steps:\n    - uses: actions/cache@v3\n",
      "actions/cache v3 direct @5\n", 0 },
    { ".github/workflows/ci.yaml", "jobs: [1, {steps: 2}]\n", "", 0 },
    { ".github/workflows/ci.yaml", "jobs: {a: {steps: [", "", 1 },
    { "stack.yaml.lock",
      "packages:\n- completed:\n    hackage: aeson-1.4.6.0@sha256:0f,123\n    pantry-tree:\n      size: 1\n  original:\n"
      "    hackage: aeson-1.4.6.0\n- completed:\n    name: mine\n    version: 0.1.0\n    url: u\nsnapshots:\n- completed:\n    size: 1\n",
      "aeson 1.4.6.0 @2\nmine 0.1.0 @8\n", 0 },
    { "stack.yaml", "resolver: lts-20.1\nextra-deps:\n- acme-missiles-0.3@rev:1\n- ../folder-x\n- git: u\n  commit: c\n",
      "acme-missiles 0.3 direct @3\n", 0 },
};

static void files_list_packages(void **state)
{
    (void)state;
    assert_listings(rows, ARRAY_LEN(rows));
    assert_null(catalog_claim(STR("repo/packages/dune/dune.3.11.1/opam")));
    assert_null(catalog_claim(STR("build/conaninfo.txt")));
    assert_null(catalog_claim(STR("vcpkg/ports/zlib/vcpkg.json")));
}

static void yaml_files_list_packages(void **state)
{
    (void)state;
    NEEDS_YAML();
    assert_listings(yaml_rows, ARRAY_LEN(yaml_rows));
    struct parsed parsed;
    parse_text(&parsed, yaml_rows[0].path, str_from(yaml_rows[0].text));
    assert_string_equal(package_named(&parsed, "actions/checkout")->kind->name, "github-action");
    assert_string_equal(package_named(&parsed, "owner/repo/.github/workflows/shared.yml")->kind->name, "github-action-workflow");
    parse_free(&parsed);
}

static void ports_are_listed_once(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_begin(&parsed);
    parse_more(&parsed, SPDX, str_from(spdx));
    parse_more(&parsed, STATUS, str_from(status));
    parse_more(&parsed, "other/x64-linux/share/zlib/vcpkg.spdx.json", str_from(spdx));
    settle_kind_of(&parsed, STATUS);
    assert_listing(&parsed,
                   "zlib 1.3.1#2 @1-8 licence=Zlib root=app/vcpkg_installed/x64-linux/share/zlib needs=curl@8.5.0\n"
                   "curl 8.5.0 @15-18\n"
                   "zlib 1.3.1#2 licence=Zlib root=other/x64-linux/share/zlib\n",
                   "settled");
    assert_str(package_named(&parsed, "curl")->arch, "x64-linux");
    parse_free(&parsed);
}

static void names_become_ids(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_begin(&parsed);
    parse_more(&parsed, "r/a/DESCRIPTION", STR("Package: a\nVersion: 1\nImports: b, c\nBuilt: x\n"));
    parse_more(&parsed, "r/b/DESCRIPTION", STR("Package: b\nVersion: 2\nPackaged: x\n"));
    settle_kind_of(&parsed, "r/a/DESCRIPTION");
    assert_listing(&parsed, "a 1 root=r/a needs=b@2\nb 2 root=r/b\n", "settled");
    parse_free(&parsed);
    parse_begin(&parsed);
    parse_more(&parsed, "r/a.rockspec", STR("package='a' version='1-1' dependencies={'b ~> 2'}"));
    parse_more(&parsed, "r/b.rockspec", STR("package='b' version='2-1'"));
    settle_kind_of(&parsed, "r/a.rockspec");
    assert_listing(&parsed, "a 1-1 root=r needs=b@2-1\nb 2-1 root=r\n", "settled");
    parse_free(&parsed);
}

static void damaged_files_survive(void **state)
{
    (void)state;
    assert_rows_survive(rows, ARRAY_LEN(rows));
    NEEDS_YAML();
    for (size_t i = 0; i < ARRAY_LEN(yaml_rows); i++)
        assert_flips_survive(yaml_rows[i].path, str_from(yaml_rows[i].text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_list_packages),   cmocka_unit_test(yaml_files_list_packages),
        cmocka_unit_test(ports_are_listed_once), cmocka_unit_test(names_become_ids),
        cmocka_unit_test(damaged_files_survive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
