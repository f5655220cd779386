/* Which kind claims which path, and the table of kinds. */
#include "catalog_unit.h"

static const struct {
    const char *path, *kind; /* NULL: nobody's */
} claimed_paths[] = {
    { "etc/os-release", "os-release" },
    { "usr/lib/os-release", "os-release" },
    { "srv/etc/os-release", NULL },
    { "os-release", NULL },
    { "etc/debian_version", "release-file" },
    { "etc/redhat-release", "release-file" },
    { "etc/SuSE-release", "release-file" },
    { "etc/suse-release", NULL },
    { "var/lib/dpkg/status", "dpkg" },
    { "var/lib/dpkg/status-old", NULL },
    { "backup/var/lib/dpkg/status", NULL },
    { "var/lib/dpkg/status.d/base", "dpkg" },
    { "var/lib/dpkg/status.d/libssl3", "dpkg" },
    { "var/lib/dpkg/status.d/libssl3.md5sums", "dpkg-files" },
    { "var/lib/dpkg/status.d/deeper/libssl3", NULL },
    { "var/lib/dpkg/status.d", NULL },
    { "var/lib/dpkg/info/libc6:amd64.list", "dpkg-files" },
    { "var/lib/dpkg/info/libc6:amd64.md5sums", "dpkg-files" },
    { "var/lib/dpkg/info/libc6:amd64.postinst", NULL },
    { "lib/apk/db/installed", "apk" },
    { "usr/lib/apk/db/installed", "apk" },
    { "lib/apk/db/scripts.tar", NULL },
    { "etc/apk/repositories", "apk-repositories" },
    { "var/lib/ubuntu-advantage/status.json", "ubuntu-pro" },
    { "package.json", "node-pkg" },
    { "app/node_modules/@babel/core/package.json", "node-pkg" },
    { "app/package.json.bak", NULL },
    { "app/package-lock.json", "npm" },
    { "app/npm-shrinkwrap.json", "npm" },
    { "yarn.lock", "yarn" },
    { "pnpm-lock.yaml", "pnpm" },
    { "bun.lock", "bun" },
    { "deno.lock", "deno" },
    { "requirements.txt", "pip" },
    { "requirements-dev.txt", "pip" },
    { "Pipfile.lock", "pipenv" },
    { "poetry.lock", "poetry" },
    { "uv.lock", "uv" },
    { "pdm.lock", "pdm" },
    { "pylock.toml", "pylock" },
    { "opt/conda/conda-meta/zlib-1.2.13-h5eee18b_0.json", "conda-pkg" },
    { "environment.yml", "conda-environment" },
    { "app.jar", "jar" },
    { "app.war", "jar" },
    { "pom.xml", "pom" },
    { "opt/java/openjdk/release", "java-release" },
    { "usr/local/bin/composer", "script-version" },
    { "usr/local/lib/erlang/releases/26/OTP_VERSION", "script-version" },
    { "go.mod", "gomod" },
    { "go.sum", "gomod" },
    { "Cargo.lock", "cargo" },
    { "Gemfile.lock", "bundler" },
    { "gems/specifications/rake-13.gemspec", "gemspec" },
    { "composer.lock", "composer" },
    { "vendor/composer/installed.json", "composer-vendor" },
    { "pubspec.lock", "pub" },
    { "mix.lock", "hex" },
    { "Package.resolved", "swift" },
    { "Podfile.lock", "cocoapods" },
    { "conan.lock", "conan" },
    { "Manifest.toml", "julia" },
    { "var/lib/pacman/local/zlib-1-1/desc", "pacman" },
    { "usr/lib/python3/dist-packages/six-1.16.0.egg-info", "python-pkg" },
    { "usr/lib/python3/dist-packages/six-1.16.0.egg-info/PKG-INFO", "python-pkg" },
    { "usr/lib/python3/dist-packages/six-1.16.0.egg-info/top_level.txt", NULL },
    { "site-packages/six.egg/EGG-INFO/PKG-INFO", "python-pkg" },
    { "site-packages/six-1.16.0.dist-info/METADATA", "python-pkg" },
    { "site-packages/six-1.16.0.dist-info/RECORD", "python-record" },
    { "site-packages/NOT-EGG-INFO/PKG-INFO", NULL },
    { "METADATA", NULL },
    { "PKG-INFO", NULL },
    { "a/METADATA", NULL },
    { "six.dist-info/METADATA", "python-pkg" },
    { "", NULL },
    { "etc", NULL },
    { "a/b/c.", NULL },
    { ".egg-info", "python-pkg" },
};

static void paths_find_their_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(claimed_paths); i++) {
        const struct catalog_kind *kind = catalog_claim(str_from(claimed_paths[i].path));
        if (!claimed_paths[i].kind ? kind != NULL : !kind || strcmp(kind->name, claimed_paths[i].kind) != 0)
            fail_msg("%s: claimed by %s, want %s", claimed_paths[i].path, kind ? kind->name : "nobody",
                     claimed_paths[i].kind ? claimed_paths[i].kind : "nobody");
    }
}

/* A path that fits the pattern: "*" becomes "x", leading folders are added. */
static void path_of_pattern(const char *pattern, char out[static 256])
{
    size_t n = 0;
    if (strncmp(pattern, "**/", 3) == 0) {
        n = (size_t)snprintf(out, 256, "some/folder/");
        pattern += 3;
    }
    for (; *pattern && n < 255; pattern++)
        out[n++] = *pattern == '*' ? 'x' : *pattern;
    out[n] = '\0';
}

static void claims_find_every_kind(void **state)
{
    (void)state;
    size_t fixed = 0;
    for (size_t k = 0; k < catalog_kind_count(); k++) {
        const struct catalog_kind *kind = catalog_kind_at(k);
        assert_true(catalog_kind_index(kind) == k);
        assert_non_null(kind->name);
        bool reads = kind->claims->pattern || kind->is_program; /* others are only named: what a program holds */
        assert_true(!reads || (kind->parse && kind->max_bytes > 0));
        if (!kind->is_facts_only && (!kind->scheme || !kind->purl_type))
            fail_msg("%s: no scheme or no purl type", kind->name);
        for (const struct catalog_claim *claim = kind->claims; claim->pattern; claim++) {
            char path[256];
            path_of_pattern(claim->pattern, path);
            fixed += !strchr(claim->pattern, '*');
            struct str where = str_from(path);
            const struct catalog_kind *found = kind->is_folder ? catalog_claim_folder(where) : catalog_claim(where);
            fixed -= kind->is_folder && !strchr(claim->pattern, '*');
            /* A kind with a further check may refuse the made-up name. */
            if (!kind->accepts && found != kind)
                fail_msg("%s of %s is claimed by %s", path, kind->name, found ? found->name : "nobody");
        }
    }
    const char *const *paths = catalog_fixed_paths();
    for (; *paths; paths++, fixed--)
        assert_null(strchr(*paths, '*'));
    assert_true(fixed == 0);
    assert_null(catalog_kind_at(catalog_kind_count()));
}

static void too_large_files_are_a_warning(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool incomplete;
    } rows[] = { { "var/lib/dpkg/status", true }, { "etc/os-release", true }, { "a/package.json", false } };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct parsed parsed;
        parse_begin(&parsed);
        const struct catalog_kind *kind = catalog_claim(str_from(rows[i].path));
        /* The text is not read: a view that lies about its length shows it. */
        struct catalog_file file = {
            .kind = kind, .path = str_from(rows[i].path), .text = str_make("x", kind->max_bytes + 1), .scratch = &parsed.scratch
        };
        assert_true(catalog_parse(&file, &parsed.facts));
        assert_int_equal(parsed.facts.warning_count, 1);
        assert_true(parsed.facts.warnings[0].incomplete == rows[i].incomplete);
        assert_str(parsed.facts.warnings[0].path, rows[i].path);
        parse_free(&parsed);
    }
}

static void warnings_are_printable(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_begin(&parsed);
    assert_true(catalog_warn(&parsed.facts, STR("a"), false, "bad \x1b[31m%s\n", "na\xcc\x88me"));
    assert_str(parsed.facts.warnings[0].text, "bad ?[31mna\xcc\x88me?");
    assert_true(catalog_warn(&parsed.facts, STR("a"), false, "%s", "\xff\xc3"));
    assert_str(parsed.facts.warnings[1].text, "??");
    assert_true(catalog_warn(&parsed.facts, STR("a"), false, "%s",
                             "\xc2\x9b"
                             "1m"));
    assert_str(parsed.facts.warnings[2].text, "??1m");
    assert_true(parsed.facts.warnings[0].path.ptr == parsed.facts.warnings[1].path.ptr);
    parse_free(&parsed);
}

static void full_arenas_are_told(void **state)
{
    (void)state;
    struct str text = STR("Package: a\nVersion: 1\n\nPackage: b\nVersion: 2\n");
    bool refused = false, done = false;
    for (size_t cap = 0; cap < 64u << 10; cap += 16) {
        struct parsed parsed;
        parse_begin(&parsed);
        parsed.arena.cap_bytes = cap;
        struct catalog_file file = { .kind = catalog_claim(STR("var/lib/dpkg/status")),
                                     .path = STR("var/lib/dpkg/status"),
                                     .text = text,
                                     .scratch = &parsed.scratch };
        bool ok = catalog_parse(&file, &parsed.facts);
        assert_true(ok != parsed.arena.exhausted);
        refused |= !ok;
        done |= ok;
        parse_free(&parsed);
    }
    assert_true(refused && done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_find_their_kind),         cmocka_unit_test(claims_find_every_kind),
        cmocka_unit_test(too_large_files_are_a_warning), cmocka_unit_test(warnings_are_printable),
        cmocka_unit_test(full_arenas_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
