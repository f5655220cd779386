/* The feeds as they are published, where they lie beside the project: each is read whole, and says what is known of one package. */
#include "vulndb_feed.h"

static struct arena arena;

static const struct row {
    const char *kind, *archive, *space, *package;
    const char *line; /* one line of what is shown of the package */
} rows[] = {
    { "osv", "pypa-advisories", "pip", "adyen", "PYSEC-2023-1 fixed [2.2.0,7.1.0) fixed 7.1.0\n" },
    { "osv", "pypa-advisories", "pip", "ajenti", "CVE-2018-18548 affected (,) PYSEC-2018-107\n" },
    { "osv", "go-vulndb-osv", "go", "stdlib",
      "CVE-2023-45288 fixed (,1.21.9) [1.22.0-0,1.22.2) fixed 1.21.9, 1.22.2 GHSA-4v7x-pqxf-cx7m GO-2024-2687\n" },
    { "osv", "bitnami-osv", "bitnami", "activemq", "CVE-2020-13920 fixed (,5.15.12) fixed 5.15.12 BIT-activemq-2020-13920\n" },
    { "osv", "almalinux-osv", "alma 9", "389-ds-base",
      "CVE-2022-0918 fixed (,2.1.3-4.el9_1) fixed 2.1.3-4.el9_1 ALSA-2022:8162\n" },
    { "osv", "kubernetes-cves", "k8s", "k8s.io/apiserver",
      "CVE-2023-2727 fixed (,1.24.15) [1.25.0,1.25.11) [1.26.0,1.26.6) [1.27.0,1.27.3) fixed 1.24.15, 1.25.11, 1.26.6, 1.27.3\n" },
    { "alpine-secdb", "alpine-secdb", "alpine 3.9", "ansible", "CVE-2018-16859 fixed (,2.7.3-r0) fixed 2.7.3-r0\n" },
    { "debian-tracker", "debian-tracker", "debian 11", "aide",
      "CVE-2021-45417 fixed (,0.17.3-4+deb11u1) fixed 0.17.3-4+deb11u1 DSA-5051-1\n" },
    { "rustsec", "rustsec-advisories", "cargo", "abi_stable",
      "CVE-2020-36213 fixed (,0.9.1) fixed 0.9.1 GHSA-vq23-5h4f-vwpv GHSA-wqxc-qrq4-w5v4 RUSTSEC-2020-0105\n" },
    { "ruby-advisory-db", "rubysec-advisories", "rubygems", "resque",
      "CVE-2023-50725 fixed (,2.2.1) fixed 2.2.1 GHSA-gc3j-vvwf-4rp8\n" },
    { "php-advisories", "php-security-advisories", "composer", "adodb/adodb-php",
      "CVE-2016-4855 fixed [0.0.0.0-dev,5.20.6-dev) fixed 5.20.6\n" },
};

static const char *shared_folder(void)
{
    const char *named = getenv("DRYDOCK_SHARED");
    return named && named[0] ? named : "../shared";
}

static struct vulndb *read_archive(const char *kind, const char *archive)
{
    char path[512];
    struct error err = { 0 };
    struct vulndb_builder *builder = vulndb_builder_new(&err);
    snprintf(path, sizeof path, "%s/feeds/%s.tar.zst", shared_folder(), archive);
    if (access(path, R_OK) != 0) {
        print_message("%s is not there\n", path);
        vulndb_builder_free(builder);
        return NULL;
    }
    if (!feed_read(kind, path, builder, &err))
        fail_msg("%s", err.text);
    struct vulndb *db = vulndb_open_memory(vulndb_test_write(builder, &arena), &err);
    if (!db || !vulndb_verify(db, &err))
        fail_msg("%s", err.text);
    return db;
}

static void published_feeds_are_read(void **state)
{
    (void)state;
    NEEDS_ZSTD();
    NEEDS_YAML();
    struct vulndb *db = NULL;
    size_t read = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (i == 0 || strcmp(rows[i].archive, rows[i - 1].archive) != 0) {
            if (db)
                vulndb_close(db);
            db = read_archive(rows[i].kind, rows[i].archive);
        }
        if (!db)
            continue;
        struct str shown = feed_show(db, rows[i].space, rows[i].package, &arena);
        if (!str_contains(shown, rows[i].line))
            fail_msg("%s: want %sgot %.*s", rows[i].package, rows[i].line, STR_ARG(shown));
        read++;
    }
    if (db)
        vulndb_close(db);
    if (read == 0)
        skip();
}

static void the_catalogue_is_read(void **state)
{
    (void)state;
    NEEDS_ZSTD();
    struct vulndb_info info;
    struct vulndb *db = read_archive("kev", "cisa-kev");
    if (!db)
        skip();
    vulndb_info(db, &info);
    assert_true(info.vulnerability_count > 1000);
    vulndb_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(published_feeds_are_read), cmocka_unit_test(the_catalogue_is_read) };
    log_setup(LOG_ERROR, LOG_TEXT);
    arena_init(&arena, "test", (size_t)1 << 30);
    int failed = cmocka_run_group_tests_name("vulndb_feed_real", tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
