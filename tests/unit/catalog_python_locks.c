/* Lock files and manifests of Python: requirements.txt, Pipfile.lock, poetry.lock, uv.lock, pdm.lock, pylock.toml,
 * pyproject.toml, environment.yml. */
#include "catalog_listing.h"

static const struct listing_row pins[] = {
    { "requirements.txt",
      "Django == 4.2.7 # a comment\n"
      "zope.interface[test, docs]==5.4.0 ; python_version < '3.12'\n"
      "a_b===1.0.post1\n"
      "c (== 2!1.0rc1)\n"
      "d>=1,==1.5,<2\n"
      "range>=1.0\nother~=1.0\nwild==1.*\nnot!=1\nbare\n",
      "Django 4.2.7 @1\nzope-interface 5.4.0 @2\na-b 1.0.post1 @3\nc 2!1.0rc1 @4\nd 1.5 @5\n"
      "range 1.0 @6 proof=lowest version of >=1.0\nother 1.0 @7 proof=lowest version of ~=1.0\n"
      "wild 1.0 @8 proof=lowest version of ==1.*\n",
      0 },
    { "requirements.txt", "bar >= 1.0, < 2\nlow<2,>=1.5\nbad>=x\nbar==1.0\n",
      "bar 1.0 @1\nlow 1.5 @2 proof=lowest version of <2,>=1.5\n", 0 },
    { "requirements.txt",
      "# first\n-r base.txt\n-c constraints.txt\n--index-url=x==1\n-e git+ssh://h/p.git#egg=p==1\n"
      "q @ file:///q-1.whl\nfile:///r==1\n./s==1\n{{ name }}==1\nt=={{ v }}\nu==${V}\n==1\n-==1\nv w==1\n_x==1\n",
      "", 0 },
    { "requirements.txt",
      "one==1 \\\n    --hash=sha256:aa11 \\\n    --hash=sha256:bb22\n"
      "two==2 --hash=sha256:cc33\n"
      "three \\\n  ==3 \\\n# a comment ends it\nfour==4\\\n\nfive==5 --hash=sha256:[\ntwo==2\nsix==6#7\n",
      "one 1 @1\ntwo 2 @4 digest=sha256:cc33\nthree 3 @5\nfour 4 @8\nfive 5 @10\n", 0 },
    { "requirements.txt", "a[x==1\nb]c==1\nd[x]]==1\ne[x[y]]==1\nf[x][y]==1\ng[]==1\n", "g 1 @6\n", 0 },
    { "requirements.txt",
      "\xEF\xBB\xBF"
      "a==1\r\nb==2\r\n",
      "a 1 @1\nb 2 @2\n", 0 },
    { "requirements.txt", "", "", 0 },
    { "Pipfile.lock",
      "{\n \"_meta\": {\"requires\": {\"python_version\": \"3.11\"}},\n \"default\": {\n  \"zope.interface\": {\n   \"hashes\": [\"sha256:0a\"],\n"
      "   \"version\": \"==5.4.0\"\n  },\n  \"both\": {\"version\": \"==1\"},\n  \"vcs\": {\"git\": \"x\", \"ref\": \"y\"},\n"
      "  \"any\": {\"version\": \"*\"}\n },\n \"develop\": {\n  \"both\": {\"version\": \"==1\"},\n"
      "  \"Pytest\": {\"hashes\": [\"sha256:0a\", \"sha256:0b\"], \"version\": \"===8.0\"}\n }\n}\n",
      "zope-interface 5.4.0 @4-7 digest=sha256:0a\nboth 1 @8\nPytest 8.0 dev @14\n", 0 },
    { "Pipfile.lock", "{\"default\": {\"a\": {\"version\": \"==1\"}, \"b\": {\"version\": \"==2", "a 1 @1\n", 1 },
    { "environment.yml",
      "name: x\ndependencies:\n  - python=3.11.4=h1\n  - numpy 1.26.4\n  - conda-forge::scipy==1.11\n  - blas\n  - lib>=3\n"
      "  - wild=2.*\n  - \"=\"\n  - 5\n  - pip:\n    - django[x]==5.0 ; a\n    - flask~=3.0\n    - [b]\n",
      "python 3.11.4 @3\nnumpy 1.26.4 @4\nscipy 1.11 @5\nblas  @6\nlib  @7\nwild  @8\ndjango 5.0 @12\nflask  @13\n", 2 },
    { "environment.yml", "dependencies: text\n", "", 0 },
};

static void pins_become_packages(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(pins); i++) {
        struct listing_row row = pins[i];
#ifndef HAVE_YAML
        if (strcmp(row.path, "environment.yml") == 0)
            continue;
#endif
        struct parsed parsed;
        parse_text(&parsed, row.path, str_from(row.text));
        for (size_t n = 0; n < parsed.facts.package_count; n++) /* a usual id, or none */
            parsed.facts.packages[n].id = arena_printf(&parsed.arena, "%.*s@%.*s", STR_ARG(parsed.facts.packages[n].name),
                                                       STR_ARG(parsed.facts.packages[n].version));
        assert_listing(&parsed, row.want, row.text);
        assert_int_equal(parsed.facts.warning_count, row.warnings);
        parse_free(&parsed);
    }
}

static void what_conda_has_from_pip_is_of_pypi(void **state)
{
    (void)state;
#ifdef HAVE_YAML
    struct parsed parsed;
    parse_text(&parsed, "environment.yml", STR("dependencies:\n  - numpy=1.24.3\n  - pip:\n    - zope.interface==5.4.0\n"));
    assert_string_equal(package_named(&parsed, "numpy")->kind->name, "conda-environment");
    assert_string_equal(package_named(&parsed, "zope-interface")->kind->name, "pip");
    parse_free(&parsed);
#endif
}

static void utf16_is_read(void **state)
{
    (void)state;
    static const char *const text = "a==1\r\n# \xF0\x9F\x98\x80 \xC3\xA9 \xE2\x82\xAC\r\nb==2\n";
    static const uint16_t units[] = { 'a',  '=', '=',    '1',  '\r', '\n', '#', ' ', 0xD83D, 0xDE00, ' ',
                                      0xE9, ' ', 0x20AC, '\r', '\n', 'b',  '=', '=', '2',    '\n' };
    for (int big = 0; big < 2; big++) {
        char bytes[2 + 2 * ARRAY_LEN(units)];
        bytes[0] = big ? '\xFE' : '\xFF';
        bytes[1] = big ? '\xFF' : '\xFE';
        for (size_t i = 0; i < ARRAY_LEN(units); i++) {
            bytes[2 + 2 * i + (size_t)!big] = (char)(units[i] >> 8);
            bytes[2 + 2 * i + (size_t)big] = (char)(units[i] & 255);
        }
        for (size_t len = 0; len <= sizeof bytes; len++) {
            struct parsed parsed;
            parse_text(&parsed, "requirements.txt", str_make(bytes, len));
            if (len == sizeof bytes)
                assert_listing(&parsed, "a 1 @1\nb 2 @3\n", text);
            parse_free(&parsed);
        }
    }
}

/* ---- locks with a graph ---------------------------------------------------------------------------------------------------------- */

static const char poetry[] =
    "[[package]]\nname = \"a\"\nversion = \"1.0\"\ngroups = [\"main\", \"dev\"]\n\n[package.dependencies]\nB_b = \">=2\"\n"
    "c = [\n    {version = \"*\", markers = \"x\"},\n    {version = \"<1\", optional = true},\n]\nmissing = \"*\"\n\n"
    "[[package]]\nname = \"b-b\"\nversion = \"1.0\"\n\n"
    "[[package]]\nname = \"b-b\"\nversion = \"2.5\"\n\n"
    "[[package]]\nname = \"c\"\nversion = \"3\"\ncategory = \"main\"\n\n[package.dependencies]\nb-b = {version = \"^1.0\", extras = [\"x\"]}\n\n"
    "[[package]]\nname = \"t\"\nversion = \"1\"\ncategory = \"dev\"\n\n[package.dependencies]\nu = \"*\"\n\n"
    "[[package]]\nname = \"u\"\nversion = \"1\"\ngroups = [\"dev\"]\n\n"
    "[metadata]\nlock-version = \"2.1\"\n";

static const char uv[] =
    "version = 1\n\n[manifest]\nmembers = [\"member\", \"root\"]\n\n"
    "[[package]]\nname = \"root\"\nsource = { virtual = \".\" }\ndependencies = [{ name = \"a\" }]\n\n"
    "[package.optional-dependencies]\nx = [{ name = \"o\" }]\n\n[package.dev-dependencies]\ndev = [{ name = \"t\" }, { name = \"a\" }]\n\n"
    "[[package]]\nname = \"member\"\nversion = \"0.1\"\nsource = { editable = \"member\" }\ndependencies = [{ name = \"b\", version = \"2\" }]\n\n"
    "[[package]]\nname = \"a\"\nversion = \"1\"\nsource = { registry = \"r\" }\ndependencies = [{ name = \"b\", version = \"1\", marker = \"m\" }, { name = \"b\", version = \"2\" }]\n\n"
    "[[package]]\nname = \"b\"\nversion = \"1\"\n\n[[package]]\nname = \"b\"\nversion = \"2\"\n\n"
    "[[package]]\nname = \"o\"\nversion = \"1\"\n\n"
    "[[package]]\nname = \"t\"\nversion = \"1\"\ndependencies = [{ name = \"u\" }]\n\n"
    "[[package]]\nname = \"u\"\nversion = \"1\"\ndependencies = [{ name = \"t\" }]\n";

static const struct listing_row locks[] = {
    { "poetry.lock", poetry,
      "a 1.0 @1-12 needs=b-b@2.5,c@3\nb-b 1.0 @14-16\nb-b 2.5 @18-20\nc 3 @22-28 needs=b-b@1.0\n"
      "t 1 dev @30-36 needs=u@1\nu 1 dev @38-41\n",
      0 },
    { "uv.lock", uv,
      "root  root @6-15 id=root needs=a@1,o@1,t@1,member@0.1\nmember 0.1 workspace @17-21 needs=b@2\n"
      "a 1 direct @23-27 needs=b@1,b@2\nb 1 indirect @29-31\nb 2 direct @33-35\no 1 direct @37-39\n"
      "t 1 direct dev @41-44 needs=u@1\nu 1 indirect dev @46-49 needs=t@1\n",
      0 },
    { "uv.lock",
      "[[distribution]]\nname = \"r\"\nversion = \"1\"\nsource = \"editable+.\"\n\n[[distribution.dependencies]]\nname = \"a\"\n\n"
      "[[distribution]]\nname = \"a\"\nversion = \"2\"\nsource = \"registry+x\"\n",
      "r 1 root @1-7 needs=a@2\na 2 direct @9-12\n", 0 },
    { "tool.py.lock",
      "[manifest]\nrequirements = [{ name = \"A.b\", specifier = \">=1\" }]\n\n[[package]]\nname = \"a-b\"\nversion = \"1\"\n"
      "dependencies = [{ name = \"c\" }]\n\n[[package]]\nname = \"c\"\nversion = \"2\"\n",
      "a-b 1 direct @4-7 needs=c@2\nc 2 indirect @9-11\n", 0 },
    { "uv.lock", "[[package]]\nname = \"a\"\nversion = \"1\"\n\n[[package]]\nname = \"unversioned\"\n", "a 1 @1-3\n", 0 },
    { "pdm.lock",
      "[metadata]\nlock_version = \"4.5.0\"\n\n[[package]]\nname = \"Cov\"\nversion = \"7\"\ngroups = [\"dev\"]\n\n"
      "[[package]]\nname = \"cov\"\nversion = \"7\"\nextras = [\"toml\"]\ngroups = [\"default\"]\ndependencies = [\n  \"cov==7\",\n  \"t.x>=1; python_version < \\\"3\\\"\",\n]\n\n"
      "[[package]]\nname = \"t-x\"\nversion = \"2\"\ngroups = [\"dev\"]\n",
      "cov 7 @4-7 needs=t-x@2\nt-x 2 dev @19-22\n", 0 },
    { "pylock.toml",
      "lock-version = \"1.0\"\n[[packages]]\nname = \"My_App\"\ndirectory = { path = \".\", editable = true }\n\n"
      "[[packages]]\nname = \"ham\"\nversion = \"3\"\ndependencies = [{ name = \"spam\", version = \"1.1\" }, { name = \"egg\" }]\n\n"
      "[[packages]]\nname = \"spam\"\nversion = \"1.0\"\n[[packages]]\nname = \"spam\"\nversion = \"1.1\"\n[[packages]]\nname = \"egg\"\nversion = \"1\"\n",
      "my-app  root @2-4 id=my-app\nham 3 @6-9 needs=spam@1.1,egg@1\nspam 1.0 @11-13\nspam 1.1 @14-16\negg 1 @17-19\n", 0 },
    { "pylock.toml",
      "default-groups = [\"Main\"]\n[[packages]]\nname = \"a\"\nversion = \"1\"\nmarker = \"'dev' in dependency_groups\"\n"
      "[[packages]]\nname = \"b\"\nversion = \"1\"\nmarker = \"'main' in dependency_groups or 'dev' in dependency_groups\"\n"
      "[[packages]]\nname = \"c\"\nversion = \"1\"\nmarker = \"'dev' not in dependency_groups\"\n"
      "[[packages]]\nname = \"d\"\nversion = \"1\"\n"
      "marker = \"python_version >= '3.8' and ('t' in dependency_groups or 'u' in dependency_groups)\"\n"
      "[[packages]]\nname = \"e\"\nversion = \"1\"\nmarker = \"'dev' in dependency_groups or 'x' in extras\"\n"
      "[[packages]]\nname = \"f\"\nversion = \"1\"\nmarker = \"('dev' in dependency_groups\"\n",
      "a 1 dev @2-5\nb 1 @6-9\nc 1 @10-13\nd 1 dev @14-17\ne 1 @18-21\nf 1 @22-25\n", 0 },
    { "poetry.lock", "package = 5\n", "", 0 },
    { "poetry.lock", "[[package]]\nname = \"a\"\nversion = \"1\"\n\n[[package]]\nname = \"b\"\nversion = \"2\n", "a 1 @1-3\n",
      1 },
    { "uv.lock", "version = 1\nversion = 2\n", "", 1 },
};

static void locks_become_packages(void **state)
{
    (void)state;
    assert_listings(locks, ARRAY_LEN(locks));
    for (size_t i = 0; i < ARRAY_LEN(locks); i++)
        if (strlen(locks[i].text) < 400)
            assert_rows_survive(&locks[i], 1);
}

/* ---- pyproject.toml --------------------------------------------------------------------------------------------------------------- */

static const char pyproject[] =
    "[project]\nname = \"p\"\ndependencies = [\"A>=1\", \"not a requirement\"]\n[project.optional-dependencies]\nx = [\"o[y]==1\"]\n"
    "[dependency-groups]\nlint = [\"l\", {include-group = \"dev\"}]\ndev = [\"t>1\"]\n"
    "[tool.poetry.dependencies]\npython = \"^3\"\nq = {version = \"^1\", optional = true}\n[tool.poetry.dev-dependencies]\nd = \"*\"\n"
    "[tool.poetry.group.docs.dependencies]\ns = \"^2\"\n[tool.pdm.dev-dependencies]\ntest = [\"-e file:///x\", \"v\"]\n[tool.uv]\ndev-dependencies = [\"w\"]\n[tool.black]\nx = 1\n";

static void manifests_declare(void **state)
{
    (void)state;
    static const struct {
        const char *name, *constraint, *group;
        bool dev;
    } want[] = {
        { "A", ">=1", "", false },   { "o", "==1", "x", false }, { "l", "", "lint", true },
        { "t", ">1", "dev", true },  { "q", "^1", "", false },   { "d", "*", "dev", true },
        { "s", "^2", "docs", true }, { "v", "", "test", true },  { "w", "", "dev", true },
    };
    struct parsed parsed;
    parse_text(&parsed, "a/pyproject.toml", str_from(pyproject));
    assert_int_equal(parsed.facts.declared_count, ARRAY_LEN(want));
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        const struct catalog_declared *d = &parsed.facts.declared[i];
        assert_str(d->name, want[i].name);
        assert_str(d->constraint, want[i].constraint);
        assert_str(d->group, want[i].group);
        assert_int_equal(d->dev, want[i].dev);
        assert_str(d->path, "a/pyproject.toml");
    }
    parse_free(&parsed);
    assert_flips_survive("pyproject.toml", str_from(pyproject));
    parse_text(&parsed, "pyproject.toml", STR("[project\n"));
    assert_int_equal(parsed.facts.warning_count, 1);
    parse_free(&parsed);
}

static void manifests_tell_direct_from_indirect(void **state)
{
    (void)state;
    static const struct {
        const char *path, *lock, *manifest, *want;
    } cases[] = {
        { "p/poetry.lock", poetry,
          "[tool.poetry.dependencies]\na = \"*\"\n[tool.poetry.group.dev.dependencies]\nt = \"*\"\nC = \"*\"\n",
          "a 1.0 direct @1-12 needs=b-b@2.5,c@3\nb-b 1.0 indirect @14-16\nb-b 2.5 indirect @18-20\nc 3 direct @22-28 needs=b-b@1.0\n"
          "t 1 direct dev @30-36 needs=u@1\nu 1 indirect dev @38-41\n" },
        { "p/pdm.lock",
          "[[package]]\nname = \"a\"\nversion = \"1\"\ngroups = [\"extra\"]\n[[package]]\nname = \"b\"\nversion = \"1\"\ngroups = [\"default\"]\n",
          "[project]\ndependencies = [\"c\"]\n[project.optional-dependencies]\nextra = [\"a\"]\n[dependency-groups]\ndev = [\"b\"]\n",
          "a 1 direct @1-4\nb 1 direct dev @5-8\n" },
        { "p/pylock.toml",
          "[[packages]]\nname = \"r\"\ndirectory = { path = \".\" }\n[[packages]]\nname = \"a\"\nversion = \"1\"\n[[packages]]\nname = \"b\"\nversion = \"1\"\n",
          "[project]\ndependencies = [\"A\"]\n", "r  root @1-3 id=r needs=a@1\na 1 direct @4-6\nb 1 indirect @7-9\n" },
        { "q/pylock.toml", "[[packages]]\nname = \"a\"\nversion = \"1\"\n", "[project]\ndependencies = [\"a\"]\n", "a 1 @1-3\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct parsed parsed;
        parse_begin(&parsed);
        parse_more(&parsed, "p/pyproject.toml", str_from(cases[i].manifest));
        parse_more(&parsed, cases[i].path, str_from(cases[i].lock));
        settle_kind_of(&parsed, cases[i].path);
        assert_listing(&parsed, cases[i].want, cases[i].path);
        parse_free(&parsed);
    }
}

/* ---- bounds ------------------------------------------------------------------------------------------------------------------------ */

/* Many packages of one name that need that name: no more than a step each. */
static void long_rows_of_one_name_end(void **state)
{
    (void)state;
    static const char *const paths[] = { "uv.lock", "poetry.lock", "pdm.lock", "pylock.toml" };
    for (size_t p = 0; p < ARRAY_LEN(paths); p++) {
        struct buf text;
        struct parsed parsed;
        const char *list = p == 3 ? "packages" : "package";
        buf_init(&text, 16u << 20);
        for (unsigned i = 0; i < 5000; i++) {
            buf_printf(&text, "[[%s]]\nname = \"a\"\nversion = \"%u\"\n", list, i);
            if (p == 1)
                buf_printf(&text, "[package.dependencies]\na = \">=%u\"\n", i);
            else
                buf_text(&text, p == 2 ? "dependencies = [\"a>=7\"]\n" : "dependencies = [{ name = \"a\" }]\n");
        }
        parse_text(&parsed, paths[p], buf_view(&text));
        assert_true(parsed.facts.package_count > 0 || parsed.facts.warning_count > 0);
        parse_free(&parsed);
        buf_free(&text);
    }
}

/* Memory that is too little for a file ends that file, with what is known of it, and not the next one. */
static void too_little_memory_is_a_warning(void **state)
{
    (void)state;
    static const char small[] = "[[packages]]\nname = \"a\"\nversion = \"1\"\n";
    static const char *const paths[] = { "pylock.toml", "uv.lock",   "requirements.txt",
                                         "Cargo.lock",  "yarn.lock", "package-lock.json" };
    struct buf large;
    buf_init(&large, 1u << 20);
    for (unsigned i = 0; i < 4000; i++)
        buf_printf(&large, "[[packages]]\nname = \"a%u\"\nversion = \"1\"\n", i);
    for (size_t p = 0; p < ARRAY_LEN(paths); p++) {
        struct parsed parsed;
        parse_begin(&parsed);
        parsed.scratch.cap_bytes = 256 << 10;
        parsed.scratch.exhausted = false;
        parse_more(&parsed, paths[p], buf_view(&large));
        if (p == 0)
            assert_true(parsed.facts.warning_count > 0);
        assert_false(parsed.scratch.exhausted);
        size_t packages = parsed.facts.package_count, warnings = parsed.facts.warning_count;
        parse_more(&parsed, "pylock.toml", str_from(small));
        assert_int_equal(parsed.facts.package_count, packages + 1);
        assert_int_equal(parsed.facts.warning_count, warnings);
        parse_free(&parsed);
    }
    buf_free(&large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pins_become_packages),
        cmocka_unit_test(what_conda_has_from_pip_is_of_pypi),
        cmocka_unit_test(utf16_is_read),
        cmocka_unit_test(locks_become_packages),
        cmocka_unit_test(manifests_declare),
        cmocka_unit_test(manifests_tell_direct_from_indirect),
        cmocka_unit_test(long_rows_of_one_name_end),
        cmocka_unit_test(too_little_memory_is_a_warning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
