/* Installed Python packages, archives of them, and what conda installed. */
#include "catalog_listing.h"
#include "zip_write.h"

static const struct listing_row rows[] = {
    { "s/a-1.dist-info/METADATA", "Name: A.b\nVersion: 1\nLicense: Apache License, Version 2.0\nRequires-Dist: B_c (>=1)\n",
      "A.b 1 licence=Apache License, Version 2.0 id=s/a-b root=s/a-1.dist-info needs=s/b-c\n", 0 },
    { "s/a-1.dist-info/METADATA",
      "Name: a\nVersion: 1\nRequires-Dist: b[x,y]>=1,<2 ; python_version > \"3\"\nRequires-Dist: c; extra == 'd'\n"
      "Requires-Dist: e @ file:///e.whl\nRequires-Dist: (bad)\n",
      "a 1 id=s/a root=s/a-1.dist-info needs=s/b,s/e\n", 0 },
    { "s/a-1.dist-info/METADATA",
      "Name: a\nVersion: 1\nLicense: see below\nClassifier: License :: OSI Approved\n"
      "Classifier: License :: OSI Approved :: GNU General Public License v2 or later (GPLv2+)\n"
      "Classifier: License :: OSI Approved :: GNU Library or Lesser General Public License (LGPL)\n"
      "Classifier: License :: OSI Approved :: MIT License\nClassifier: Topic :: X\n",
      "a 1 licence=GNU General Public License v2 or later (GPLv2+),GNU Library or Lesser General Public License (LGPL),MIT License "
      "id=s/a root=s/a-1.dist-info\n",
      0 },
    { "s/a-1.dist-info/METADATA",
      "Name: a\nVersion: 1\nLicense: Common Development and Distribution License 1.0 (CDDL-1.0) and ZPL_or_PSF, , BSD\n",
      "a 1 licence=Common Development and Distribution License 1.0 (CDDL-1.0),ZPL,PSF,BSD id=s/a root=s/a-1.dist-info\n", 0 },
    { "s/a-1.dist-info/METADATA",
      "Name: a\nVersion: 1\nLicense: Permission is hereby granted,\n  free of charge, or not\n  \nX: y\n",
      "a 1 licence=text://Permission is hereby granted, free of charge, or not id=s/a root=s/a-1.dist-info\n", 0 },
    { "s/a-1.dist-info/METADATA", "Name: a\nVersion: 1\nLicense: \nLicense-File: LICENSE.txt\nLicense-File: NOTICE\n",
      "a 1 licence=file://LICENSE.txt id=s/a root=s/a-1.dist-info\n", 0 },
    { "s/a-1.dist-info/METADATA", "Name: a\nVersion: 1\nLicense: UNKNOWN\n", "a 1 licence=UNKNOWN id=s/a root=s/a-1.dist-info\n",
      0 },
    { "s/a-1.dist-info/METADATA", "Name: a\nVersion: 1\nLicense: MIT\x07\n", "a 1 id=s/a root=s/a-1.dist-info\n", 0 },
    { "six-1.egg-info", "Name: six\nVersion: 1\n", "six 1 id=six\n", 0 },
    { "p/six-1.egg-info", "Name: six\nVersion: 1\n", "six 1 id=p/six\n", 0 },
    { "p/six.egg-info/PKG-INFO", "Name: six\nVersion: 1\n", "six 1 id=p/six root=p/six.egg-info\n", 0 },
    { "p/six-1.egg/EGG-INFO/PKG-INFO", "Name: six\nVersion: 1\n", "six 1 id=p/six root=p/six-1.egg/EGG-INFO\n", 0 },
    { "opt/conda/conda-meta/numpy-1.26.4-py311_0.json",
      "{\"build\": \"py311_0\", \"depends\": [\"python >=3.11,<3.12.0a0\", \"blas\", \"__glibc >=2.17\", 5], \"files\": [\"a\"],"
      " \"license\": \"BSD-3-Clause\", \"md5\": \"0a\", \"name\": \"numpy\", \"sha256\": \"0B\", \"version\": \"1.26.4\"}",
      "numpy 1.26.4 licence=BSD-3-Clause id=opt/conda/numpy digest=md5:0a needs=opt/conda/python,opt/conda/blas\n", 0 },
    { "c/envs/x/conda-meta/a-1-0.json",
      "{\"name\": \"a\", \"version\": \"1\", \"sha256\": \"00ff\", \"license\": \"MIT or GPL\"}",
      "a 1 licence=MIT,GPL id=c/envs/x/a digest=sha256:00ff\n", 0 },
    { "c/conda-meta/a-1-0.json", "{\"name\": \"a\"}", "", 0 },
    { "c/conda-meta/a-1-0.json", "{\"name\": \"a\", \"version\": \"1\", \"x\": ", "a 1 id=c/a\n", 1 },
};

static void metadata_becomes_packages(void **state)
{
    (void)state;
    assert_listings(rows, ARRAY_LEN(rows));
}

static void damaged_metadata_survive(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strlen(rows[i].text) < 400)
            assert_flips_survive(rows[i].path, str_from(rows[i].text));
}

static void claims_are_as_documented(void **state)
{
    (void)state;
    static const struct {
        const char *path, *kind; /* NULL: nobody's */
    } paths[] = {
        { "s/a.egg-info/requires.txt", "python-pkg" },
        { "s/requires.txt", NULL },
        { "s/a.egg", "python-pkg" },
        { "s/a-1-py3-none-any.whl", "python-pkg" },
        { "app.pyz", "python-pkg" },
        { "app.pyzw", "python-pkg" },
        { "bin/app.pex", "python-pkg" },
        { "opt/conda/conda-meta/history", NULL },
        { "opt/conda/conda-meta/state.json", NULL },
        { "opt/conda/conda-meta/ca-certificates-2024.2-0.json", "conda-pkg" },
        { "requirements.txt", "pip" },
        { "a/requirements-test.txt", "pip" },
        { "a/dev-requirements.txt", "pip" },
        { "requirements/base.txt", NULL },
        { "notes.txt", NULL },
        { "pylock.toml", "pylock" },
        { "a/pylock.linux.toml", "pylock" },
        { "pylock.linux.arm64.toml", NULL },
        { "pylock..toml", NULL },
        { "notpylock.toml", NULL },
        { "uv.lock", "uv" },
        { "tool.py.lock", "uv" },
        { "pyproject.toml", "pyproject" },
        { "environment.yaml", "conda-environment" },
        { "environment.json", NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        const struct catalog_kind *kind = catalog_claim(str_from(paths[i].path));
        if (!paths[i].kind ? kind != NULL : !kind || strcmp(kind->name, paths[i].kind) != 0)
            fail_msg("%s: claimed by %s", paths[i].path, kind ? kind->name : "nobody");
    }
}

/* ---- several folders of one image ----------------------------------------------------------------------------------------------- */

static void needs_are_found_in_other_folders(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_begin(&parsed);
    parse_more(&parsed, "usr/local/lib/s/a-1.dist-info/METADATA",
               STR("Name: a\nVersion: 1\nRequires-Dist: b\nRequires-Dist: c\nRequires-Dist: d\n"));
    parse_more(&parsed, "usr/local/lib/s/b-1.dist-info/METADATA", STR("Name: b\nVersion: 1\n"));
    parse_more(&parsed, "usr/lib/s/b-2.dist-info/METADATA", STR("Name: b\nVersion: 2\n"));
    parse_more(&parsed, "opt/s/c-1.dist-info/METADATA", STR("Name: C\nVersion: 1\n"));
    parse_more(&parsed, "usr/lib/s/c-2.dist-info/METADATA", STR("Name: C\nVersion: 2\n"));
    parse_more(&parsed, "usr/lib/s/e.egg-info/PKG-INFO", STR("Name: e\nVersion: 3\n"));
    parse_more(&parsed, "usr/lib/s/e.egg-info/requires.txt", STR("a>=1\n\n[x]\nb\n[:python_version<'3']\nc\n"));
    settle_kind_of(&parsed, "s/a.dist-info/METADATA");
    assert_str(package_named(&parsed, "a")->depends, "usr/local/lib/s/b\nusr/lib/s/c\nusr/local/lib/s/d");
    assert_str(package_named(&parsed, "e")->depends, "usr/local/lib/s/a\nusr/lib/s/c");
    parse_free(&parsed);
}

/* ---- archives --------------------------------------------------------------------------------------------------------------------- */

static void parse_archive(struct parsed *parsed, const char *path, struct str bytes)
{
    const struct catalog_kind *kind = catalog_claim(str_from(path));
    assert_non_null(kind);
    assert_true(kind->wants_blob);
    char *exact = malloc(bytes.len ? bytes.len : 1);
    assert_non_null(exact);
    if (bytes.len)
        memcpy(exact, bytes.ptr, bytes.len);
    struct blob blob = { .memory = str_make(exact, bytes.len), .fd = -1, .size = bytes.len };
    struct catalog_file file = { .kind = kind, .path = str_from(path), .blob = &blob, .scratch = &parsed->scratch };
    parse_begin(parsed);
    assert_true(catalog_parse(&file, &parsed->facts));
    free(exact);
    arena_free(&parsed->scratch);
}

static void make_archive(struct zip_builder *zip, struct arena *arena, bool is_app)
{
    struct zip_lies none = { 0 };
    arena_init(arena, "zip", 1u << 20);
    zip_begin(zip, arena);
    zip_add(zip, "EGG-INFO/PKG-INFO", STR("Name: a\nVersion: 1\n"), true, none);
    zip_add(zip, "EGG-INFO/requires.txt", STR("b\n[x]\nc\n"), false, none);
    if (is_app)
        zip_add(zip, "__main__.py", STR(""), false, none);
    zip_add(zip, "x/b-2.dist-info/METADATA", STR("Name: b\nVersion: 2\nLicense: MIT\nRequires-Dist: a\n"), true, none);
    zip_add(zip, "y/b-2.dist-info/METADATA", STR("Name: b\nVersion: 2\n"), true, none);
    zip_add(zip, "y/c.dist-info/METADATA", STR("nothing"), true, none);
}

static void archives_hold_packages(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool is_app;
        const char *want;
        size_t warnings;
    } archives[] = {
        { "s/a.egg", false, "a 1 id=s/a proof=PKG-INFO needs=s/b\nb 2 licence=MIT id=s/b proof=METADATA needs=s/a\n", 1 },
        { "s/a.whl", false,
          "a 1 id=s/a.whl/a proof=PKG-INFO needs=s/a.whl/b\nb 2 licence=MIT id=s/a.whl/b proof=METADATA needs=s/a.whl/a\n", 1 },
        { "a.pyz", true, "a 1 id=a.pyz/a proof=PKG-INFO needs=a.pyz/b\nb 2 licence=MIT id=a.pyz/b proof=METADATA needs=a.pyz/a\n",
          1 },
        { "a.pyz", false, "", 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(archives); i++) {
        struct arena arena;
        struct zip_builder zip;
        struct parsed parsed;
        make_archive(&zip, &arena, archives[i].is_app);
        struct str bytes = zip_finish(&zip, "");
        parse_archive(&parsed, archives[i].path, bytes);
        assert_listing(&parsed, archives[i].want, archives[i].path);
        assert_int_equal(parsed.facts.warning_count, archives[i].warnings);
        if (parsed.facts.package_count) {
            assert_str(parsed.facts.packages[0].within, "EGG-INFO/PKG-INFO");
            assert_str(parsed.facts.packages[0].path, archives[i].path);
        }
        parse_free(&parsed);
        arena_free(&arena);
    }
}

static void wheels_are_not_installed(void **state)
{
    (void)state;
    struct arena arena;
    struct zip_builder zip;
    struct parsed parsed;
    make_archive(&zip, &arena, false);
    parse_archive(&parsed, "a.whl", zip_finish(&zip, ""));
    settle_kind_of(&parsed, "a.whl");
    for (size_t i = 0; i < parsed.facts.package_count; i++)
        assert_true(parsed.facts.packages[i].locked_only);
    parse_free(&parsed);
    arena_free(&arena);
}

static void damaged_archives_are_warnings(void **state)
{
    (void)state;
    struct arena arena;
    struct zip_builder zip;
    make_archive(&zip, &arena, false);
    struct str whole = zip_finish(&zip, "");
    for (size_t len = 0; len < whole.len; len++) {
        struct parsed parsed;
        parse_archive(&parsed, "a.egg", str_head(whole, len));
        assert_int_equal(parsed.facts.package_count, 0);
        assert_int_equal(parsed.facts.warning_count, 1);
        parse_free(&parsed);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metadata_becomes_packages),     cmocka_unit_test(damaged_metadata_survive),
        cmocka_unit_test(claims_are_as_documented),      cmocka_unit_test(needs_are_found_in_other_folders),
        cmocka_unit_test(archives_hold_packages),        cmocka_unit_test(wheels_are_not_installed),
        cmocka_unit_test(damaged_archives_are_warnings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
