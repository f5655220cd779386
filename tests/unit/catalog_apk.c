/* apk databases and the branches that packages may come from. */
#include "catalog_unit.h"

#define INSTALLED "lib/apk/db/installed"

static const char sample[] =
    "C:Q1qKcZ+j23xssAXmgQhkOO8dHnbWw=\nP:musl\nV:1.2.5-r0\nA:x86_64\nS:407278\nI:667648\nT:a C library\nU:https://musl.example/\n"
    "L:MIT\no:musl\nm:Some One "
    "<one@alpine.example>\nt:1\nc:abc\np:so:libc.musl-x86_64.so.1=1\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\nZ:Q1=\n"
    "\n"
    "P:py3-six\nV:1.16.0-r9\nA:noarch\nL:MIT OR Apache-2.0\no:six\nm:Some One "
    "<one@alpine.example>\nF:usr\nF:usr/lib/python3.12/site-packages\nR:six.py\n"
    "F:usr/lib/python3.12/site-packages/six-1.16.0-py3.12.egg-info\nR:PKG-INFO\nZ:Q1=\nR:top_level.txt\nF:\nR:package.json\n";

static void records_become_packages(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, INSTALLED, str_from(sample));
    assert_int_equal(parsed.facts.package_count, 2);
    assert_int_equal(parsed.facts.warning_count, 0);
    const struct package *musl = package_named(&parsed, "musl"), *six = package_named(&parsed, "py3-six");
    assert_str(musl->version, "1.2.5-r0");
    assert_str(musl->arch, "x86_64");
    assert_str(musl->licence, "MIT");
    assert_str(musl->provides, "so:libc.musl-x86_64.so.1=1");
    assert_str(six->provides, "");
    assert_str(musl->maintainer, "Some One <one@alpine.example>");
    assert_true(musl->offset == 0 && sample[musl->length] == '\n');
    assert_str(six->source_name, "six");
    assert_str(six->source_version, "");
    assert_true(strncmp(sample + six->offset, "P:py3-six", 9) == 0);
    assert_true(six->offset + six->length == strlen(sample));
    parse_free(&parsed);
}

static void files_are_listed(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, "usr/lib/apk/db/installed", str_from(sample));
    assert_int_equal(parsed.facts.list_count, 2);
    assert_listed(&parsed, 0, "musl", "lib/\n100755\t\t\t\tld-musl-x86_64.so.1\n");
    assert_listed(&parsed, 1, "py3-six",
                  "usr/lib/python3.12/site-packages/\n100644\t\t\t\tsix.py\n"
                  "usr/lib/python3.12/site-packages/six-1.16.0-py3.12.egg-info/\n100644\t\t\t\tPKG-INFO\n"
                  "100644\t\t\t\ttop_level.txt\n/\n100644\t\t\t\tpackage.json\n");
    assert_str(parsed.facts.lists[0].version, "1.2.5-r0");
    assert_str(parsed.facts.lists[0].arch, "x86_64");
    assert_string_equal(parsed.facts.lists[0].kind->name, "apk");
    parse_free(&parsed);

    /* links have all bits, what is below etc/ is configuration, of a record that is not kept nothing is listed */
    parse_begin(&parsed);
    parsed.wants_digests = true;
    parse_more(
        &parsed, INSTALLED,
        STR("P:a\nV:1\nF:bin\nM:0:0:755\nR:sh\na:0:0:777\nZ:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nF:etc/x\nR:c\na:0:9:4640\nZ:Q1=\n"
            "\nP:b\nF:x\nR:y\n\nP:a\nV:2\nF:x\nR:y\n\nP:c\nV:1\nF:z\nR:q\n"));
    assert_int_equal(parsed.facts.list_count, 2);
    assert_listed(&parsed, 0, "a",
                  "bin/\n777\t\tsha1:0000000000000000000000000000000000000000\t\tsh\netc/x/\nc104640\t\t\t\tc\n");
    assert_listed(&parsed, 1, "c", "z/\n100644\t\t\t\tq\n");
    parse_free(&parsed);
}

static void damage_is_a_warning(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        size_t packages, warnings;
        bool incomplete;
    } rows[] = {
        { STR_INIT("P:a\n\nP:b\nV:1-r0\n"), 1, 1, false },
        { STR_INIT("V:1-r0\n\nP:b\nV:1-r0\n\n"), 1, 1, false },
        { STR_INIT("P:b\nV:1\x1b-r0\n"), 0, 1, false },
        { STR_INIT("P:b\nV:1-r0\njunk\n"), 1, 1, true },
        { STR_INIT("\x1f\x8b\x08\0\0\0"), 0, 1, true },
        { STR_INIT("P:b\nV:1-r0\n\nP:b\nV:2-r0\n"), 1, 0, false },
        { STR_INIT(""), 0, 0, false },
        { STR_INIT("\n\n"), 0, 0, false },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct parsed parsed;
        parse_text(&parsed, INSTALLED, rows[i].text);
        if (parsed.facts.package_count != rows[i].packages || parsed.facts.warning_count != rows[i].warnings)
            fail_msg("row %zu: %zu packages, %zu warnings", i, parsed.facts.package_count, parsed.facts.warning_count);
        assert_true(!rows[i].warnings || parsed.facts.warnings[0].incomplete == rows[i].incomplete);
        parse_free(&parsed);
    }
    assert_cut_anywhere(INSTALLED, str_from(sample));
    assert_flips_survive(INSTALLED, str_from(sample));
}

static void repositories_name_their_branch(void **state)
{
    (void)state;
    static const struct {
        const char *text, *branches[3];
    } rows[] = {
        { "https://mirror.example/alpine/v3.20/main\nhttps://mirror.example/alpine/v3.20/community\n", { "v3.20" } },
        { "https://mirror.example/alpine/edge/main\n", { "edge" } },
        { "http://mirror.example/alpine/v3.19/main\n#http://mirror.example/alpine/edge/main\n@edge "
          "http://mirror.example/alpine/edge/testing\n",
          { "v3.19" } },
        { "http://m.example/alpine/v3.19/main\r\nhttp://m.example/alpine/edge/main\r\n", { "v3.19", "edge" } },
        { "/media/cdrom/apks\n", { 0 } },
        { "https://m.example/v/main\nhttps://m.example/version/x\n", { 0 } },
        { "", { 0 } },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct parsed parsed;
        parse_text(&parsed, "etc/apk/repositories", str_from(rows[i].text));
        size_t count = 0;
        for (; count < 3 && rows[i].branches[count]; count++) {
            assert_true(count < parsed.facts.note_count);
            assert_str(parsed.facts.notes[count].key, "apk-repository");
            assert_str(parsed.facts.notes[count].value, rows[i].branches[count]);
        }
        assert_int_equal(parsed.facts.note_count, count);
        parse_free(&parsed);
        assert_flips_survive("etc/apk/repositories", str_from(rows[i].text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_become_packages),
        cmocka_unit_test(files_are_listed),
        cmocka_unit_test(damage_is_a_warning),
        cmocka_unit_test(repositories_name_their_branch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
