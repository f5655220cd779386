/* JavaScript: lock files of npm, Yarn, pnpm, Bun and Deno, and what installed packages load. */
#include "catalog_listing.h"

/* ---- npm --------------------------------------------------------------------------------------------------------------- */

static const char npm_3[] =
    "{\"name\":\"app\",\"version\":\"1.0.0\",\"lockfileVersion\":3,\"requires\":true,\"packages\":{\n"
    "\"\":{\"name\":\"app\",\"workspaces\":[\"libs/*\"],\"dependencies\":{\"a\":\"^1\",\"al\":\"npm:real@2\"},"
    "\"devDependencies\":{\"t\":\"1\"}},\n"
    "\"libs/m\":{\"version\":\"0.1.0\",\"license\":\"MIT\",\"dependencies\":{\"b\":\"^1\"}},\n"
    "\"libs/m/node_modules/b\":{\"version\":\"1.5.0\"},\n"
    "\"libs/n\":{\"dependencies\":{\"b\":\"*\"}},\n"
    "\"node_modules/@s/d\":{\"version\":\"3.0.0\",\"optional\":true},\n"
    "\"node_modules/a\":{\"version\":\"1.2.0\",\"integrity\":\"sha512-aa==\",\n"
    "  \"license\":[{\"type\":\"MIT\"},{\"type\":\"\"},{\"type\":\"ISC\"}],\"dependencies\":{\"b\":\"2\",\"gone\":\"1\"},\n"
    "  \"optionalDependencies\":{\"@s/d\":\"3\"},\"peerDependencies\":{\"al\":\"2\"}},\n"
    "\"node_modules/a/node_modules/b\":{\"version\":\"2.0.0\",\"dev\":true,\"dependencies\":{\"@s/d\":\"3\"}},\n"
    "\"node_modules/al\":{\"name\":\"real\",\"version\":\"2.0.1\",\"peer\":true},\n"
    "\"node_modules/b\":{\"version\":\"2.0.0\",\"inBundle\":true,\"license\":{\"type\":\"BSD\"}},\n"
    "\"node_modules/broken\":{\"link\":true},\n"
    "\"node_modules/m\":{\"resolved\":\"libs/m\",\"link\":true},\n"
    "\"node_modules/n\":{\"resolved\":\"libs/n\",\"link\":true},\n"
    "\"node_modules/stub\":{\"dev\":true,\"optional\":true,\"peer\":true},\n"
    "\"node_modules/t\":{\"version\":\"1.0.0\",\"dev\":true,\"licenses\":[{\"type\":\"MIT\"},{\"type\":\"BSD\"}],"
    "\"dependencies\":{\"m\":\"*\"}}\n"
    "},\"dependencies\":{\"never\":{\"version\":\"9\"}}}\n";

static const char npm_1[] = "{\"lockfileVersion\":1,\"requires\":true,\"dependencies\":{\n"
                            "\"a\":{\"version\":\"1.0.0\",\"integrity\":\"sha1-x=\",\"requires\":{\"b\":\"^2\",\"c\":\"1\"},\n"
                            "  \"dependencies\":{\"b\":{\"version\":\"2.0.0\",\"dev\":true,\"requires\":{\"c\":\"1\"}}}},\n"
                            "\"al\":{\"version\":\"npm:@r/eal@1.5.0\"},\n"
                            "\"b\":{\"version\":\"1.0.0\",\"bundled\":true},\n"
                            "\"c\":{\"version\":\"1.0.0\",\"dev\":true,\"requires\":{\"b\":\"1\",\"lost\":\"1\"}}}}\n";

static const struct listing_row npm_rows[] = {
    { "package-lock.json", npm_3,
      "m 0.1.0 direct @3 licence=MIT needs=b@1.5.0\n"
      "b 1.5.0 indirect @4\n"
      "n  direct @5 id=n needs=b@2.0.0\n"
      "@s/d 3.0.0 indirect @6\n"
      "a 1.2.0 direct @7-9 licence=MIT,ISC digest=sha512-aa== needs=b@2.0.0,@s/d@3.0.0,real@2.0.1\n"
      "b 2.0.0 indirect @10 licence=BSD needs=@s/d@3.0.0\n"
      "real 2.0.1 direct @11\n"
      "t 1.0.0 direct dev @17 licence=MIT,BSD needs=m@0.1.0\n",
      0 },
    { "w/npm-shrinkwrap.json", npm_1,
      "a 1.0.0 @2-3 digest=sha1-x= needs=b@2.0.0,c@1.0.0\n"
      "b 2.0.0 dev @3 needs=c@1.0.0\n"
      "@r/eal 1.5.0 @4\n"
      "b 1.0.0 @5\n"
      "c 1.0.0 dev @6 needs=b@1.0.0\n",
      0 },
    { "package-lock.json", "{\"packages\":{\"node_modules/a\":{\"version\":\"1.0.0\"},\"node_modules/b\":{\"version\":\"1.0.",
      "a 1.0.0 indirect @1\n", 1 },
    { "package-lock.json", "{\"packages\":{\"node_modules/a\\n\":{\"version\":\"1\"},\"node_modules/b\":{\"version\":\"1\"}}}",
      "b 1 indirect @1\n", 1 },
    { "package-lock.json", "{\"lockfileVersion\":3}", "", 0 },
    { "package-lock.json", "[]", "", 0 },
    { "package-lock.json", "", "", 1 },
};

static void npm_locks(void **state)
{
    (void)state;
    assert_listings(npm_rows, ARRAY_LEN(npm_rows));
    assert_null(catalog_claim(STR("node_modules/a/package-lock.json")));
    assert_null(catalog_claim(STR("app/node_modules/.package-lock.json")));
}

/* Version 1 does not say what is direct: package.json does. The shrinkwrap outranks the lock beside it. */
static void npm_settles(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, "w/npm-shrinkwrap.json", str_from(npm_1));
    parse_more(&parsed, "w/package-lock.json", str_from(npm_1));
    parse_more(&parsed, "w/package.json",
               STR("{\"dependencies\":{\"a\":\"1\"},\"devDependencies\":{\"b\":\"1\",\"al\":\"npm:@r/eal@1\"}}"));
    settle_kind_of(&parsed, "package-lock.json");
    assert_listing(&parsed,
                   "a 1.0.0 direct @2-3 digest=sha1-x= needs=b@2.0.0,c@1.0.0\n"
                   "b 2.0.0 indirect dev @3 needs=c@1.0.0\n"
                   "@r/eal 1.5.0 direct @4\n"
                   "b 1.0.0 direct @5\n"
                   "c 1.0.0 indirect dev @6 needs=b@1.0.0\n",
                   "settled");
    parse_free(&parsed);
}

/* ---- Yarn --------------------------------------------------------------------------------------------------------------- */

static const char classic[] = "# yarn lockfile v1\n\n\n"
                              "\"@s/a@^1.0.0\", \"@s/a@^1.1.0\":\n"
                              "  version \"1.2.0\"\n"
                              "  resolved \"x/a.tgz#e50347611d7e690943208bbdafebcbc2fb866d46\"\n"
                              "  dependencies:\n"
                              "    b \"^2.0.0 || ^3.0.0\"\n"
                              "    changed \"1.0.0\"\n"
                              "  optionalDependencies:\n"
                              "    lodash \"npm:lodash-es@^4.17.21\"\n"
                              "\n"
                              "b@^1.0.0, \"b@^1.0.0 <2\":\n"
                              "  version \"1.5.0\"\n"
                              "\n"
                              "\"b@^2.0.0 || ^3.0.0\":\n"
                              "  version \"3.0.0\"\n"
                              "  integrity sha512-bb==\n"
                              "\n"
                              "changed@2.0.0:\n"
                              "  version \"2.0.0\"\n"
                              "\n"
                              "\"lodash@npm:lodash-es@^4.17.21\":\n"
                              "  version \"4.17.21\"\n"
                              "\n"
                              "\"local@file:vendor/local.tgz\":\n"
                              "  version \"0.0.1\"\n"
                              "\n"
                              "jquery@git+https://u:p@git.example/jquery:\n"
                              "  version \"3.0.0\"\n"
                              "\n"
                              "t@*:\n"
                              "  version \"1.0.0\"\n"
                              "  dependencies:\n"
                              "    b \"^1.0.0\"\n";

static const char berry[] =
    "__metadata:\n  version: 8\n  cacheKey: 10c0\n\n"
    "\"@m/a@workspace:packages/a\":\n  version: 0.0.0-use.local\n  resolution: \"@m/a@workspace:packages/a\"\n"
    "  dependencies:\n    debug: \"npm:4.3.4\"\n  languageName: unknown\n  linkType: soft\n\n"
    "\"@m/b@npm:1.0.0, @m/b@workspace:packages/b\":\n  version: 0.0.0-use.local\n"
    "  resolution: \"@m/b@workspace:packages/b\"\n  linkType: soft\n\n"
    "\"debug@npm:4.3.4, debug@npm:^4.3.0\":\n  version: 4.3.4\n  resolution: \"debug@npm:4.3.4\"\n"
    "  dependencies:\n    ms: \"npm:2.1.2\"\n    \"@s/x\": \"npm:^1.0.0\"\n"
    "  peerDependenciesMeta:\n    supports-color:\n      optional: true\n"
    "  checksum: 10c0/ab\n  languageName: node\n  linkType: hard\n\n"
    "? \"@s/x@npm:^1.0.0, @s/x@npm:^1.0.1\"\n:\n  version: 1.0.2\n  resolution: \"@s/x@npm:1.0.2\"\n\n"
    "\"low@npm:lodash@^4.17.0\":\n  version: 4.17.21\n  resolution: \"lodash@npm:4.17.21\"\n\n"
    "\"ms@npm:2.1.2\":\n  version: 2.1.2\n  resolution: \"ms@npm:2.1.2\"\n\n"
    "\"ts@npm:^5.0.0\":\n  version: 5.0.4\n  resolution: \"ts@npm:5.0.4\"\n\n"
    "\"ts@patch:ts@npm%3A^5.0.0#optional!builtin<compat/ts>\":\n  version: 5.0.4\n"
    "  resolution: \"ts@patch:ts@npm%3A5.0.4#optional!builtin<compat/ts>::version=5.0.4&hash=1\"\n";

/* Archives and repositories at addresses are installed, folders and links are the project's own. */
static const char fetched[] =
    "\"git@https://git.example/git.git#commit=ab\":\n  version: 1.1.1\n  resolution: "
    "\"git@https://git.example/git.git#commit=ab\"\n  dependencies:\n    a: \"npm:^1.0.0\"\n\n"
    "\"a@npm:^1.0.0\":\n  version: 1.0.0\n"
    "  dependencies:\n    git: \"https://git.example/git.git#commit=ab\"\n    tar: \"http://h.example/tar.tgz\"\n\n"
    "tar@http://h.example/tar.tgz:\n  version \"2.0.0\"\n"
    "  resolved \"http://h.example/tar.tgz#e50347611d7e690943208bbdafebcbc2fb866d46\"\n\n"
    "short@user/short:\n  version \"3.0.0\"\n"
    "  resolved \"https://git.example/user/short.git#e50347611d7e690943208bbdafebcbc2fb866d46\"\n\n"
    "\"l@link:../l\":\n  version \"0.0.0\"\n\n\"p@portal:../p\":\n  version \"0.0.0\"\n\n"
    "\"f@file:../f\":\n  version \"0.0.0\"\n";

static const struct listing_row yarn_rows[] = {
    { "yarn.lock", classic,
      "@s/a 1.2.0 @4-11 digest=sha1:e50347611d7e690943208bbdafebcbc2fb866d46 needs=b@3.0.0,changed@2.0.0,lodash-es@4.17.21\n"
      "b 1.5.0 @13-14\n"
      "b 3.0.0 @16-18 digest=sha512-bb==\n"
      "changed 2.0.0 @20-21\n"
      "lodash-es 4.17.21 @23-24\n"
      "t 1.0.0 @32-35 needs=b@1.5.0\n",
      0 },
    { "app/yarn.lock", berry,
      "debug 4.3.4 @18-29 needs=ms@2.1.2,@s/x@1.0.2\n"
      "@s/x 1.0.2 @31-34\n"
      "lodash 4.17.21 @36-38\n"
      "ms 2.1.2 @40-42\n"
      "ts 5.0.4 @44-46\n",
      0 },
    { "yarn.lock",
      "a@^1:\r\n  version \"1.0.0\"\r\n\r\nb@unknown:1:\r\n  version \"2\"\r\n\r\n<<<<<<< HEAD\r\nc@1:\r\n  resolved \"x\"\r\n",
      "a 1.0.0 @1-2\n", 2 },
    { "yarn.lock", "a@npm:1:\n  version: 1.0.2", "", 1 },
    /* a lost first line: neither version is the entry's */
    { "yarn.lock",
      "a@1:\n  version \"1.0.0\"\n  resolved \"x\"\n\n  version \"2.0.0\"\n  resolved \"y\"\n\nb@1:\n  version \"1.1.0\"\n",
      "b 1.1.0 @8-9\n", 1 },
    { "yarn.lock", "a@link:../a:\n  version \"0.0.0\"\n\n  version \"2.0.0\"\n\nb@1:\n  version \"1.1.0\"\n", "b 1.1.0 @6-7\n",
      1 },
    { "yarn.lock", fetched,
      "git 1.1.1 @1-5 needs=a@1.0.0\n"
      "a 1.0.0 @7-11 needs=git@1.1.1,tar@2.0.0\n"
      "tar 2.0.0 @13-15 digest=sha1:e50347611d7e690943208bbdafebcbc2fb866d46\n"
      "short 3.0.0 @17-19\n",
      0 },
    { "yarn.lock", "", "", 0 },
};

static void yarn_locks(void **state)
{
    (void)state;
    assert_listings(yarn_rows, ARRAY_LEN(yarn_rows));
    assert_null(catalog_claim(STR("app/.yarn/cache/x/yarn.lock")));
    assert_null(catalog_claim(STR("app/node_modules/x/yarn.lock")));
}

static void yarn_settles(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, "app/yarn.lock", str_from(berry));
    struct catalog_facts *facts = &parsed.facts;
    size_t locked = facts->package_count;
    parse_more(
        &parsed, "app/package.json",
        STR("{\"name\":\"mono\",\"version\":\"2.0.0\",\"workspaces\":{\"packages\":[\"packages/*\",\"!packages/no\"]},"
            "\"dependencies\":{\"low\":\"npm:lodash@^4.17.0\"},\"devDependencies\":{\"ts\":\"^5.0.0\",\"debug\":\"^4.3.0\"},"
            "\"peerDependencies\":{\"ms\":\"*\"}}"));
    parse_more(&parsed, "app/packages/a/package.json",
               STR("{\"name\":\"@m/a\",\"version\":\"1.0.0\",\"dependencies\":{\"@m/b\":\"1.0.0\",\"ms\":\">=2 <3\"}}"));
    parse_more(&parsed, "app/packages/b/package.json", STR("{\"name\":\"@m/b\",\"optionalDependencies\":{\"@s/x\":\"^1.0.1\"}}"));
    parse_more(&parsed, "app/packages/no/package.json", STR("{\"name\":\"no\",\"dependencies\":{\"ts\":\"^5.0.0\"}}"));
    parse_more(&parsed, "app/other/package.json", STR("{\"name\":\"other\",\"dependencies\":{\"ts\":\"^5.0.0\"}}"));
    facts->package_count = locked; /* the kind sees its own only */
    settle_kind_of(&parsed, "yarn.lock");
    assert_listing(&parsed,
                   "debug 4.3.4 direct dev @18-29 needs=ms@2.1.2,@s/x@1.0.2\n"
                   "@s/x 1.0.2 direct @31-34\n"
                   "lodash 4.17.21 direct @36-38\n"
                   "ms 2.1.2 direct @40-42\n"
                   "ts 5.0.4 direct dev @44-46\n"
                   "@m/a 1.0.0 workspace proof=package.json needs=@m/b,ms@2.1.2\n"
                   "@m/b  workspace id=@m/b proof=package.json needs=@s/x@1.0.2\n"
                   "mono 2.0.0 root proof=package.json needs=lodash@4.17.21,ts@5.0.4,debug@4.3.4,@m/a@1.0.0,@m/b\n",
                   "settled");
    parse_free(&parsed);

    parse_text(&parsed, "yarn.lock", str_from(classic));
    settle_kind_of(&parsed, "yarn.lock"); /* without a package.json nothing is known */
    assert_true(parsed.facts.packages[0].relation == RELATION_UNKNOWN && !parsed.facts.packages[0].dev);
    parse_more(&parsed, "package.json", STR("{\"devDependencies\":{\"t\":\"*\"},\"dependencies\":{\"b\":\"^3\"}}"));
    parse_free(&parsed);
}

/* ---- pnpm --------------------------------------------------------------------------------------------------------------- */

static const char pnpm_5[] =
    "lockfileVersion: 5.4\n\nspecifiers:\n  a: ^1.0.0\n\ndependencies:\n  a: 1.0.0_b@2.0.0\n  al: /c/3.0.0\n\n"
    "devDependencies:\n  d: 1.0.0\n\npackages:\n\n"
    "  /@s/e/1.0.0:\n    resolution: {integrity: sha512-e==}\n    dev: false\n\n"
    "  /a/1.0.0_b@2.0.0:\n    resolution: {integrity: sha512-a==}\n    peerDependencies:\n      b: '*'\n"
    "    dependencies:\n      b: 2.0.0\n    optionalDependencies:\n      '@s/e': 1.0.0\n    dev: false\n\n"
    "  /b/2.0.0:\n    resolution: {integrity: sha512-b==}\n    dev: false\n\n"
    "  registry.example/c/3.0.0:\n    resolution: {integrity: sha512-c==}\n    dev: false\n\n"
    "  /c/3.0.0:\n    resolution: {integrity: sha512-c==}\n    dev: false\n\n"
    "  /d/1.0.0:\n    resolution: {integrity: sha512-d==}\n    dev: true\n";

static const char pnpm_6[] =
    "lockfileVersion: '6.0'\n\nimporters:\n\n  .:\n    dependencies:\n      a:\n        specifier: ^1\n"
    "        version: 1.0.0(b@2.0.0)\n      local:\n        specifier: file:x.tgz\n        version: file:x.tgz\n\n"
    "  w:\n    devDependencies:\n      b:\n        specifier: ^2\n        version: 2.0.0\n\npackages:\n\n"
    "  /a@1.0.0(b@2.0.0):\n    resolution: {integrity: sha512-a==}\n    dependencies:\n      b: 2.0.0\n    dev: false\n\n"
    "  /b@2.0.0:\n    resolution: {integrity: sha512-b==}\n    dev: false\n\n"
    "  file:x.tgz:\n    resolution: {tarball: file:x.tgz}\n    name: local\n    version: 4.0.0\n"
    "    dependencies:\n      b: 2.0.0\n    dev: false\n";

static const char pnpm_9[] =
    "---\nlockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    packageManagerDependencies:\n      pnpm:\n        version: 11.0.0\n\n"
    "packages:\n\n  pnpm@11.0.0: {}\n\nsnapshots:\n\n  pnpm@11.0.0: {}\n\n---\n"
    "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      al:\n        specifier: npm:real@1\n        version: real@1.0.0\n"
    "      dir:\n        specifier: file:dir\n        version: file:dir\n    optionalDependencies:\n      git:\n        specifier: x\n"
    "        version: https://h.example/git.tgz\n    devDependencies:\n      p:\n        specifier: ^1\n        version: 1.0.0(q@1.0.0)\n"
    "      gone:\n        specifier: link:../gone\n        version: link:../gone\n\npackages:\n\n"
    "  '@s/u@1.0.0':\n    resolution: {integrity: sha512-u==}\n\n  dir@file:dir:\n    resolution: {directory: dir}\n\n"
    "  git@https://h.example/git.tgz:\n    resolution: {tarball: x}\n    version: 2.0.1\n\n"
    "  p@1.0.0:\n    resolution: {integrity: sha512-p==}\n\n  q@1.0.0:\n    resolution: {integrity: sha512-q==}\n\n"
    "  real@1.0.0:\n    resolution: {integrity: sha512-r==}\n\nsnapshots:\n\n"
    "  '@s/u@1.0.0': {}\n\n  dir@file:dir:\n    dependencies:\n      '@s/u': 1.0.0\n\n"
    "  git@https://h.example/git.tgz: {}\n\n  p@1.0.0(q@1.0.0):\n    dependencies:\n      q: 1.0.0\n"
    "    optionalDependencies:\n      absent: 1.0.0\n\n  q@1.0.0: {}\n\n  real@1.0.0: {}\n";

static const struct listing_row pnpm_rows[] = {
    { "pnpm-lock.yaml", pnpm_5,
      "@s/e 1.0.0 indirect @15-0 digest=sha512-e==\n"
      "a 1.0.0 direct @19-0 digest=sha512-a== needs=b@2.0.0,@s/e@1.0.0\n"
      "b 2.0.0 indirect @29-0 digest=sha512-b==\n"
      "c 3.0.0 direct @33-0 digest=sha512-c==\n"
      "d 1.0.0 direct dev @41-0 digest=sha512-d==\n",
      0 },
    { "w/pnpm-lock.yaml", pnpm_6,
      "a 1.0.0 direct @22-0 digest=sha512-a== needs=b@2.0.0\n"
      "b 2.0.0 direct @28-0 digest=sha512-b==\n"
      "local 4.0.0 direct @32-0 needs=b@2.0.0\n",
      0 },
    { "pnpm-lock.yaml", pnpm_9,
      "@s/u 1.0.0 indirect @46-0 digest=sha512-u==\n"
      "git 2.0.1 direct @52-0 id=git@https://h.example/git.tgz\n"
      "p 1.0.0 direct dev @56-0 id=p@1.0.0(q@1.0.0) digest=sha512-p== needs=q@1.0.0\n"
      "q 1.0.0 indirect dev @59-0 digest=sha512-q==\n"
      "real 1.0.0 direct @62-0 digest=sha512-r==\n",
      0 },
    { "pnpm-lock.yaml", "lockfileVersion: 5.4\npackages:\n\n  /a/1.0.0:\n    dev: false\n\n  /b/1-x_y:\n    dev: false\n\n  'c\n",
      "a 1.0.0 indirect @4-0\n", 2 },
    { "pnpm-lock.yaml",
      "lockfileVersion: 5.4\npackages:\n  /x/1.0.0: {}\n  file:a:\n    name: a\n    version: 1.0.0\n    version: 2.0.0\n",
      "x 1.0.0 indirect @3-0\na  indirect @4-0 id=a\n", 1 },
    { "pnpm-lock.yaml", "packages: {}\n", "", 1 },
    { "pnpm-lock.yaml", "- a\n", "", 1 },
    { "pnpm-lock.yaml", "", "", 0 },
};

static void pnpm_locks(void **state)
{
    (void)state;
    NEEDS_YAML();
    assert_listings(pnpm_rows, ARRAY_LEN(pnpm_rows));
    assert_null(catalog_claim(STR("node_modules/a/pnpm-lock.yaml")));
}

/* ---- Bun, Deno ---------------------------------------------------------------------------------------------------------- */

static const char bun_lock[] =
    "{ // comment\n  \"lockfileVersion\": 1,\n  \"workspaces\": {\n"
    "    \"\": {\"name\": \"app\", \"dependencies\": {\"glob\": \"^10\",}, \"devDependencies\": {\"t\": \"1\",},},\n"
    "    \"libs/m\": {\"name\": \"m\", \"version\": \"0.1.0\", \"dependencies\": {\"glob\": \"^9\"}},\n  },\n"
    "  /* two\n  lines, with a \" */ \"packages\": {\n"
    "    \"@s/x\": [\"@s/x@1.0.0\", \"\", {}, \"sha512-x==\"],\n"
    "    \"git\": [\"git@git+ssh://git@h.example/git.git#abc\", {}, \"abc\"],\n"
    "    \"glob\": [\"glob@10.4.5\", \"\", {\"dependencies\": {\"min\": \"^9\", \"@s/x\": \"1\"}, \"bin\": \"a,]\"}, \"sha512-g==\",],\n"
    "    \"m\": [\"m@workspace:libs/m\"],\n"
    "    \"min\": [\"min@3.0.0\", \"\", {}, \"sha512-3==\"],\n"
    "    \"t\": [\"t@1.0.0\", \"\", {\"dependencies\": {\"min\": \"3\"}}, \"sha512-t==\"],\n"
    "    \"glob/min\": [\"min@9.0.0\", \"\", {\"peerDependencies\": {\"@s/x\": \"*\"}}, \"sha512-9==\"],\n"
    "    \"m/glob\": [\"real-glob@9.0.0\", \"\", {}, \"sha512-m==\"],\n"
    "  },\n}\n";

static const char deno_5[] =
    "{\"version\":\"5\",\"specifiers\":{\"jsr:@std/enc@^1.0.0\":\"1.0.5\",\"jsr:@std/bytes@^1.0.0\":\"1.0.2\","
    "\"npm:chalk@5\":\"5.3.0\",\"npm:old@1\":\"1.0.0_peer@2.0.0\"},\n"
    "\"jsr\":{\"@std/bytes@1.0.2\":{\"integrity\":\"00\"},\n"
    "\"@std/enc@1.0.5\":{\"integrity\":\"00\",\"dependencies\":[\"jsr:@std/bytes@^1.0.0\",\"npm:chalk@5\"]}},\n"
    "\"npm\":{\"chalk@5.3.0\":{\"integrity\":\"sha512-c==\"},\n"
    "\"old@1.0.0_peer@2.0.0\":{\"dependencies\":[\"peer\",\"chalk@5.3.0\"]},\n"
    "\"peer@2.0.0\":{}},\n"
    "\"workspace\":{\"dependencies\":[\"jsr:@std/enc@^1.0.0\"],\"packageJson\":{\"dependencies\":[\"npm:old@1\"]}}}\n";

static const char deno_3[] =
    "{\"version\":\"3\",\"packages\":{\"specifiers\":{\"npm:a@1\":\"npm:a@1.0.0\"},\n"
    "\"npm\":{\"a@1.0.0\":{\"integrity\":\"sha512-a==\",\"dependencies\":{\"b\":\"b@2.0.0\"}},\"b@2.0.0\":{}}},"
    "\"remote\":{\"x\":\"00\"}}\n";

static const char deno_2[] =
    "{\"version\":\"2\",\"remote\":{},\"npm\":{\"specifiers\":{\"a@1\":\"a@1.0.0\"},\n"
    "\"packages\":{\"a@1.0.0\":{\"dependencies\":{\"b\":\"b@2.0.0\"}},\"b@2.0.0\":{\"dependencies\":{}}}}}\n";

static const struct listing_row other_rows[] = {
    { "bun.lock", bun_lock,
      "@s/x 1.0.0 indirect @9 digest=sha512-x==\n"
      "git git+ssh://git@h.example/git.git#abc indirect dev @10\n"
      "glob 10.4.5 direct @11 digest=sha512-g== needs=min@9.0.0,@s/x@1.0.0\n"
      "m 0.1.0 workspace @12\n"
      "min 3.0.0 indirect dev @13 digest=sha512-3==\n"
      "t 1.0.0 direct dev @14 digest=sha512-t== needs=min@3.0.0\n"
      "min 9.0.0 indirect @15 digest=sha512-9== needs=@s/x@1.0.0\n"
      "real-glob 9.0.0 direct @16 digest=sha512-m==\n",
      0 },
    { "bun.lock", "{\"packages\":{\"a\":[\"a@1.0.0\"],\"b\":[]}}", "a 1.0.0 indirect dev @1\n", 1 },
    { "bun.lock", "{\"packages\":[1,],}", "", 0 },
    { "bun.lock", "{/*", "", 1 },
    { "deno.lock", deno_5,
      "@std/bytes 1.0.2 indirect @2 digest=00\n"
      "@std/enc 1.0.5 direct @3 digest=00 needs=@std/bytes@1.0.2,chalk@5.3.0\n"
      "chalk 5.3.0 indirect @4 digest=sha512-c==\n"
      "old 1.0.0 direct @5 needs=peer@2.0.0,chalk@5.3.0\n"
      "peer 2.0.0 indirect @6\n",
      0 },
    { "deno.lock", deno_3, "a 1.0.0 @2 digest=sha512-a== needs=b@2.0.0\nb 2.0.0 @2\n", 0 },
    { "deno.lock", deno_2, "a 1.0.0 direct @2 needs=b@2.0.0\nb 2.0.0 indirect @2\n", 0 },
    { "deno.lock", "{\"version\":\"4\",\"npm\":{\"a@1.0.0\":{}", "a 1.0.0 @1\n", 1 },
};

static void bun_and_deno_locks(void **state)
{
    (void)state;
    assert_listings(other_rows, ARRAY_LEN(other_rows));
    struct parsed parsed;
    parse_text(&parsed, "deno.lock", str_from(deno_5));
    assert_null(package_named(&parsed, "@std/enc")->kind->ecosystem); /* no advisories are of JSR */
    assert_string_equal(package_named(&parsed, "chalk")->kind->ecosystem, "npm");
    parse_free(&parsed);
}

/* ---- what is installed ---------------------------------------------------------------------------------------------------- */

static void add_installed(struct parsed *parsed, const char *path, const char *name, const char *version, const char *more)
{
    char text[512];
    snprintf(text, sizeof text, "{\"name\":\"%s\",\"version\":\"%s\"%s}", name, version, more);
    parse_more(parsed, path, str_from(text));
}

static void installed_packages_find_each_other(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_begin(&parsed);
    add_installed(&parsed, "srv/package.json", "app", "1.0.0",
                  ",\"dependencies\":{\"a\":\"1\",\"s\":\"^1\"},\"devDependencies\":{\"c\":\"1\"},\"workspaces\":[\"x\"]");
    add_installed(
        &parsed, "srv/node_modules/a/package.json", "a", "1.0.0",
        ",\"dependencies\":{\"b\":\"2\",\"c\":\"1\",\"bad name\":\"1\"},\"optionalDependencies\":{\"c\":\"1\",\"no\":\"1\"},"
        "\"licenses\":[{\"type\":\"MIT\"},{\"type\":\"ISC\"}]");
    add_installed(&parsed, "srv/node_modules/a/node_modules/b/package.json", "b", "2.0.0", ",\"peerDependencies\":{\"c\":\"*\"}");
    add_installed(&parsed, "srv/node_modules/b/package.json", "b", "1.0.0", "");
    add_installed(&parsed, "node_modules/c/package.json", "other", "1.0.0", ",\"license\":\"MIT\",\"licenses\":[\"X\"]");
    add_installed(&parsed, "srv/node_modules/.pnpm/s@1/node_modules/s/package.json", "s", "1.5.0",
                  ",\"dependencies\":{\"u\":\"^2\"}");
    add_installed(&parsed, "srv/node_modules/.pnpm/s@2/node_modules/s/package.json", "s", "2.0.0", "");
    add_installed(&parsed, "srv/node_modules/.pnpm/u@2/node_modules/u/package.json", "u", "2.0.0", "");
    parse_more(&parsed, "srv/node_modules/@s/nameless/package.json", STR("{\"version\":\"3.0.0\"}"));
    parse_more(&parsed, "srv/node_modules/a/dist/package.json", STR("{\"version\":\"3.0.0\"}"));
    settle_kind_of(&parsed, "package.json");
    assert_listing(&parsed,
                   "app 1.0.0 id=srv root=srv needs=srv/node_modules/a,srv/node_modules/.pnpm/s@1/node_modules/s\n"
                   "a 1.0.0 licence=MIT,ISC id=srv/node_modules/a root=srv/node_modules/a "
                   "needs=srv/node_modules/a/node_modules/b,node_modules/c\n"
                   "b 2.0.0 id=srv/node_modules/a/node_modules/b root=srv/node_modules/a/node_modules/b needs=node_modules/c\n"
                   "b 1.0.0 id=srv/node_modules/b root=srv/node_modules/b\n"
                   "other 1.0.0 licence=MIT id=node_modules/c root=node_modules/c\n"
                   "s 1.5.0 id=srv/node_modules/.pnpm/s@1/node_modules/s root=srv/node_modules/.pnpm/s@1/node_modules/s "
                   "needs=srv/node_modules/.pnpm/u@2/node_modules/u\n"
                   "s 2.0.0 id=srv/node_modules/.pnpm/s@2/node_modules/s root=srv/node_modules/.pnpm/s@2/node_modules/s\n"
                   "u 2.0.0 id=srv/node_modules/.pnpm/u@2/node_modules/u root=srv/node_modules/.pnpm/u@2/node_modules/u\n"
                   "@s/nameless 3.0.0 id=srv/node_modules/@s/nameless root=srv/node_modules/@s/nameless\n",
                   "installed");
    assert_int_equal(parsed.facts.declared_count, 3); /* of the project's package.json alone */
    assert_int_equal(parsed.facts.note_count, 1);
    parse_free(&parsed);
}

/* ---- damage ----------------------------------------------------------------------------------------------------------------- */

static void damaged_locks_survive(void **state)
{
    (void)state;
    assert_rows_survive(npm_rows, 2);
    assert_rows_survive(yarn_rows, 2);
    assert_rows_survive(other_rows, ARRAY_LEN(other_rows));
    for (size_t i = 0; i < 3; i++) { /* YAML is whole or it is not: lines are cut, and what is left must not lie */
        struct str text = str_from(pnpm_rows[i].text);
        assert_flips_survive(pnpm_rows[i].path, text);
        for (size_t len = 0; len < text.len; len++) {
            struct parsed cut;
            parse_text(&cut, pnpm_rows[i].path, str_head(text, len));
            parse_free(&cut);
        }
    }
}

static void deep_locks_are_bounded(void **state)
{
    (void)state;
    struct buf text;
    struct parsed parsed;
    buf_init(&text, 16u << 20);
    buf_text(&text, "{\"lockfileVersion\":1,\"dependencies\":");
    for (int i = 0; i < 5000; i++)
        buf_text(&text, "{\"a\":{\"version\":\"1.0.0\",\"requires\":{\"z\":\"1\"},\"dependencies\":");
    parse_text(&parsed, "package-lock.json", buf_view(&text));
    assert_int_equal(parsed.facts.warning_count, 1);
    parse_free(&parsed);

    buf_clear(&text);
    buf_text(&text, "{\"packages\":{\"");
    for (int i = 0; i < 3000; i++)
        buf_text(&text, "node_modules/a/");
    buf_text(&text, "node_modules/b\":{\"version\":\"1\",\"dependencies\":{\"c\":\"1\"}}}}");
    parse_text(&parsed, "package-lock.json", buf_view(&text));
    assert_int_equal(parsed.facts.package_count, 1);
    parse_free(&parsed);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(npm_locks),
        cmocka_unit_test(npm_settles),
        cmocka_unit_test(yarn_locks),
        cmocka_unit_test(yarn_settles),
        cmocka_unit_test(pnpm_locks),
        cmocka_unit_test(bun_and_deno_locks),
        cmocka_unit_test(installed_packages_find_each_other),
        cmocka_unit_test(damaged_locks_survive),
        cmocka_unit_test(deep_locks_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
