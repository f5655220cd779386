/* The feeds of distributions: Alpine's secdb and its like, Debian's bulletins and the dump of its tracker. */
#include "vulndb_feed.h"

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    log_setup(LOG_ERROR, LOG_TEXT);
    arena_init(&arena, "test", 512 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void show(struct vulndb *db, const char *space, const char *package, const char *want)
{
    assert_str(feed_show(db, space, package, &arena), want);
}

/* ---- secdb ----------------------------------------------------------------------------------------------------------------- */

static const char secdb_yaml[] = "---\n"
                                 "distroversion: v3.9\n"
                                 "reponame: main\n"
                                 "packages:\n"
                                 "  - pkg:\n"
                                 "      name: xen\n"
                                 "      secfixes:\n"
                                 "        4.9.0-r1:\n"
                                 "          - CVE-2017-1 XSA-218\n"
                                 "          - CVE-2017-2 (+ regression fix)\n"
                                 "          - CVE 2018-3\n"
                                 "          - CVE_2019-4\n"
                                 "          - XSA-245\n"
                                 "          - nothing to see\n"
                                 "        \"0\":\n"
                                 "          - CVE-2016-5\n"
                                 "  - pkg:\n"
                                 "      secfixes:\n"
                                 "        1.10:\n"
                                 "          - CVE-2020-6\n"
                                 "      name: named-after\n";

static void secdb_entries_hold_identifiers_and_words(void **state)
{
    (void)state;
    NEEDS_YAML();
    struct vulndb *db = feed_database("alpine-secdb", "main.yaml", secdb_yaml, &arena);
    show(db, "alpine 3.9", "xen",
         "CVE-2016-5 not_affected\n"
         "CVE-2017-1 fixed (,4.9.0-r1) fixed 4.9.0-r1 XSA-218\n"
         "CVE-2017-2 fixed (,4.9.0-r1) fixed 4.9.0-r1\n"
         "CVE-2018-3 fixed (,4.9.0-r1) fixed 4.9.0-r1\n"
         "CVE-2019-4 fixed (,4.9.0-r1) fixed 4.9.0-r1\n"
         "XSA-245 fixed (,4.9.0-r1) fixed 4.9.0-r1\n");
    show(db, "alpine 3.9", "named-after", "CVE-2020-6 fixed (,1.10) fixed 1.10\n");
    vulndb_close(db);
}

static void secdb_is_of_the_distribution_that_it_names(void **state)
{
    (void)state;
    static const struct {
        const char *head, *space;
    } cases[] = {
        { "\"distroversion\":\"v3.20\",\"reponame\":\"community\"", "alpine 3.20" },
        { "\"distroversion\":\"edge\",\"reponame\":\"main\"", "alpine edge" },
        { "\"urlprefix\":\"https://example.org/wolfi/os\",\"reponame\":\"os\"", "wolfi" },
        { "\"reponame\":\"chainguard\"", "chainguard" },
        { "\"urlprefix\":\"https://example.org/minimos\",\"reponame\":\"os\"", "minimos" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str json = arena_printf(
            &arena, "{\"packages\":[{\"pkg\":{\"name\":\"a\",\"secfixes\":{\"1.2-r0\":[\"CVE-2024-1\"]}}}],%s}", cases[i].head);
        struct vulndb *db = feed_database("alpine-secdb", "a.json", json.ptr, &arena);
        show(db, cases[i].space, "a", "CVE-2024-1 fixed (,1.2-r0) fixed 1.2-r0\n");
        vulndb_close(db);
    }
}

static void secdb_without_a_distribution_is_an_error(void **state)
{
    (void)state;
    struct feed_folder folder;
    struct error err = { 0 };
    struct vulndb_builder *builder = vulndb_builder_new(&err);
    feed_folder_make(&folder);
    const char *path = feed_folder_put(&folder, "a.json", STR("{\"reponame\":\"x\",\"packages\":[]}"));
    assert_false(feed_read("alpine-secdb", path, builder, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    feed_folder_free(&folder);
    vulndb_builder_free(builder);
}

/* ---- Debian's bulletins ---------------------------------------------------------------------------------------------------- */

static const char bulletins[] = "[29 Mar 2023] DSA-5-1 curl - security update\n"
                                "\t{CVE-2023-1 CVE-2023-2}\n"
                                "\t[bullseye] - curl 7.74.0-1.3+deb11u5\n"
                                "\t[buster] - curl <not-affected> (came in later)\n"
                                "\t[stretch] - curl <end-of-life> (no more)\n"
                                "\t[sid] - curl 8.0-1\n"
                                "\tNOTE: CVE-2023-9 in [bullseye] - curl 9.9\n"
                                "[28 Mar 2023] DSA-4-2 rails - regression update\n"
                                "        [bullseye] - rails 2:6.0.3.7-2\n"
                                "[02 Jul 2002] DSA-3 mod-ssl -- buffer overflow\n"
                                "    \t{CVE-2002-3 }\n"
                                "\t[woody] - mod-ssl 2.8.9-2\n"
                                "something else\n"
                                "\t{CVE-2023-8}\n"
                                "\t[bullseye] - other 1.0\n";

static struct vulndb *bulletin_database(void)
{
    struct feed_folder folder;
    struct error err = { 0 };
    struct vulndb_builder *builder = vulndb_builder_new(&err);
    feed_folder_make(&folder);
    if (!feed_read("debian-tracker", feed_folder_put(&folder, "list", str_from(bulletins)), builder, &err))
        fail_msg("%s", err.text);
    feed_folder_free(&folder);
    struct vulndb *db = vulndb_open_memory(vulndb_test_write(builder, &arena), &err);
    assert_non_null(db);
    return db;
}

static void bulletins_are_expanded_to_cves_and_releases(void **state)
{
    (void)state;
    struct vulndb *db = bulletin_database();
    show(db, "debian 11", "curl",
         "CVE-2023-1 fixed (,7.74.0-1.3+deb11u5) fixed 7.74.0-1.3+deb11u5 DSA-5-1\n"
         "CVE-2023-2 fixed (,7.74.0-1.3+deb11u5) fixed 7.74.0-1.3+deb11u5 DSA-5-1\n");
    show(db, "debian 10", "curl", "CVE-2023-1 not_affected DSA-5-1\nCVE-2023-2 not_affected DSA-5-1\n");
    show(db, "debian 9", "curl", "CVE-2023-1 end_of_life (,) DSA-5-1\nCVE-2023-2 end_of_life (,) DSA-5-1\n");
    show(db, "debian 11", "rails", "DSA-4-2 fixed (,2:6.0.3.7-2) fixed 2:6.0.3.7-2 DSA-4-2\n");
    show(db, "debian 3.0", "mod-ssl", "CVE-2002-3 fixed (,2.8.9-2) fixed 2.8.9-2 DSA-3\n");
    show(db, "debian 11", "other", "");
    assert_str(feed_show_record(db, "CVE-2023-1", &arena), "curl: security update | |");
    struct vulndb_source_info source;
    struct error err = { 0 };
    assert_true(vulndb_source_at(db, 0, &source, &err));
    assert_int_equal(source.date_s, 1680048000); /* 29 March 2023 */
    vulndb_close(db);
}

/* ---- Debian's dump --------------------------------------------------------------------------------------------------------- */

static const char dump[] =
    "{\"openssl\":{"
    "\"CVE-2024-1\":{\"description\":\"Reads too far.\",\"releases\":{"
    "\"bookworm\":{\"status\":\"resolved\",\"fixed_version\":\"3.0.14-1\",\"urgency\":\"medium**\"},"
    "\"bullseye\":{\"status\":\"open\",\"urgency\":\"not yet assigned\"},"
    "\"sid\":{\"status\":\"open\",\"urgency\":\"low\"}}},"
    "\"CVE-2024-2\":{\"releases\":{"
    "\"bookworm\":{\"status\":\"resolved\",\"fixed_version\":\"0\",\"urgency\":\"low\"},"
    "\"bullseye\":{\"status\":\"undetermined\",\"urgency\":\"low\"}}},"
    "\"CVE-2024-3\":{\"releases\":{"
    "\"bookworm\":{\"status\":\"open\",\"urgency\":\"unimportant\",\"nodsa\":\"Minor issue\",\"nodsa_reason\":\"\"},"
    "\"bullseye\":{\"status\":\"open\",\"urgency\":\"high\",\"nodsa_reason\":\"ignored\"}}},"
    "\"TEMP-0000000-ABC\":{\"releases\":{"
    "\"bookworm\":{\"status\":\"open\",\"urgency\":\"end-of-life\"},"
    "\"bullseye\":{\"status\":\"open\",\"urgency\":\"low\",\"nodsa_reason\":\"postponed\"}}}}}";

static void the_dump_has_statuses_and_urgencies(void **state)
{
    (void)state;
    struct vulndb *db = feed_database("debian-tracker", "dump.json", dump, &arena);
    show(db, "debian 12", "openssl",
         "CVE-2024-1 fixed MEDIUM (,3.0.14-1) fixed 3.0.14-1\n"
         "CVE-2024-2 not_affected LOW\n"
         "CVE-2024-3 affected LOW (,)\n"
         "TEMP-0000000-ABC end_of_life (,)\n");
    show(db, "debian 11", "openssl",
         "CVE-2024-1 affected (,)\n"
         "CVE-2024-3 will_not_fix HIGH (,)\n"
         "TEMP-0000000-ABC fix_deferred LOW (,)\n");
    vulndb_close(db);
}

static void a_folder_without_the_feed_is_an_error(void **state)
{
    (void)state;
    struct feed_folder folder;
    struct error err = { 0 };
    struct vulndb_builder *builder = vulndb_builder_new(&err);
    feed_folder_make(&folder);
    feed_folder_put(&folder, "README", STR("words"));
    assert_false(feed_read("debian-tracker", folder.path, builder, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    feed_folder_free(&folder);
    vulndb_builder_free(builder);
}

static void damage_is_survived(void **state)
{
    (void)state;
    feed_damage("alpine-secdb", "main.yaml", secdb_yaml);
    feed_damage(
        "alpine-secdb", "a.json",
        "{\"distroversion\":\"v3.9\",\"packages\":[{\"pkg\":{\"name\":\"a\",\"secfixes\":{\"1-r0\":[\"CVE-2024-1\"]}}}]}");
    feed_damage("debian-tracker", "dump.json", dump);
}

static void damaged_bulletins_are_survived(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bulletins; i++) {
        struct feed_folder folder;
        struct error err = { 0 };
        struct vulndb_builder *builder = vulndb_builder_new(&err);
        feed_folder_make(&folder);
        assert_true(feed_read("debian-tracker", feed_folder_put(&folder, "list", str_make(bulletins, i)), builder, &err));
        feed_folder_free(&folder);
        vulndb_builder_free(builder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secdb_entries_hold_identifiers_and_words),
        cmocka_unit_test(secdb_is_of_the_distribution_that_it_names),
        cmocka_unit_test(secdb_without_a_distribution_is_an_error),
        cmocka_unit_test(bulletins_are_expanded_to_cves_and_releases),
        cmocka_unit_test(the_dump_has_statuses_and_urgencies),
        cmocka_unit_test(a_folder_without_the_feed_is_an_error),
        cmocka_unit_test(damage_is_survived),
        cmocka_unit_test(damaged_bulletins_are_survived),
    };
    return cmocka_run_group_tests_name("vulndb_feed_distro", tests, set_up, tear_down);
}
