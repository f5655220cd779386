/* vulndb_unit.h - databases for tests: built into a temporary file and read back into memory. */
#ifndef DRYDOCK_VULNDB_UNIT_H
#define DRYDOCK_VULNDB_UNIT_H

#include <unistd.h>

#include "unit.h"
#include "vulndb_walk.h"

/* A path for a temporary file that does not exist yet, in TMPDIR. */
static inline void vulndb_temp_path(char path[static 256])
{
    const char *dir = getenv("TMPDIR");
    snprintf(path, 256, "%.200s/drydock-vulndb-XXXXXX", dir && dir[0] ? dir : "/tmp");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
}

/* Writes and frees the builder; the file's bytes in the arena. */
static inline struct str vulndb_test_write(struct vulndb_builder *builder, struct arena *arena)
{
    char path[256];
    struct error err = { 0 };
    struct str bytes = { 0 };
    vulndb_temp_path(path);
    if (!vulndb_builder_write(builder, path, 1700000000, &err) || !file_read(path, (size_t)1 << 30, arena, &bytes, &err))
        fail_msg("%s", err.text);
    unlink(path);
    vulndb_builder_free(builder);
    return bytes;
}

/* A small database with something in every section. */
static inline void vulndb_test_fill_advisories(struct vulndb_builder *builder)
{
    struct error err = { 0 };
    struct arena arena;
    arena_init(&arena, "test", 1 << 20);
    const struct vulndb_source debian = { STR("debian"), STR("Debian Security Tracker"), STR("https://example.org/debian"),
                                          STR("") };
    const struct vulndb_source pypa = { STR("osv"), STR("Python Packaging Advisory Database"), STR("https://example.org/pypa"),
                                        STR("base") };
    const struct str bulletin = STR("DSA-1-1"), others[] = { STR("GHSA-1111-2222-3333"), STR("PYSEC-2024-1") };
    const struct str arches[] = { STR("amd64"), STR("arm64") },
                     exact[] = { STR("3.0"), STR("2.9.1"), STR("1.5"), STR("no version") };
    const uint32_t cpes[] = { 7, 9 };
    assert_true(vulndb_add_source(builder, &debian, 1600000000, &err) && vulndb_add_source(builder, &pypa, 1650000000, &err));

    struct vulndb_advisory curl = { .space = STR("debian 12"),
                                    .package = STR("curl"),
                                    .vulnerability = STR("CVE-2024-1"),
                                    .source = STR("debian"),
                                    .vendor_ids = &bulletin,
                                    .vendor_id_count = 1,
                                    .has_severity = true,
                                    .severity = SEVERITY_HIGH,
                                    .fixed = STR("7.88.1-10+deb12u5"),
                                    .arches = arches,
                                    .arch_count = 2,
                                    .cpes = cpes,
                                    .cpe_count = 2,
                                    .flavour = STR("fips") };
    version_set_init(&curl.affected, &arena);
    version_set_add(&curl.affected,
                    (struct version_span){ .high = STR("7.88.1-10+deb12u5"), .low_open = true, .high_open = true });
    assert_true(vulndb_add_advisory(builder, &curl, &err));
    struct vulndb_advisory open = { .space = STR("debian 12"),
                                    .package = STR("curl"),
                                    .vulnerability = STR("CVE-2024-2"),
                                    .source = STR("debian"),
                                    .status = STATUS_WILL_NOT_FIX };
    version_set_init(&open.affected, &arena);
    version_set_add(&open.affected, (struct version_span){ .low_open = true, .high_open = true });
    assert_true(vulndb_add_advisory(builder, &open, &err));
    struct vulndb_advisory django = { .space = STR("pip"),
                                      .package = STR("Django_X"),
                                      .vulnerability = STR("CVE-2024-1"),
                                      .source = STR("Python Packaging Advisory Database"),
                                      .vendor_ids = others,
                                      .vendor_id_count = 2,
                                      .fixed = STR("2.0, 4.1"),
                                      .affected_text = STR(">=1.0, <2.0 || >=4.0, <=4.0.5"),
                                      .exact = exact,
                                      .exact_count = 4 };
    version_set_init(&django.affected, &arena);
    version_set_add(&django.affected, (struct version_span){ .low = STR("1.0"), .high = STR("2.0"), .high_open = true });
    version_set_add(&django.affected, (struct version_span){ .low = STR("4.0"), .high = STR("4.0.5") });
    assert_true(vulndb_add_advisory(builder, &django, &err));
    arena_free(&arena);
}

static inline void vulndb_test_fill_facts(struct vulndb_builder *builder)
{
    struct error err = { 0 };
    const struct str others[] = { STR("GHSA-1111-2222-3333"), STR("PYSEC-2024-1") };
    const uint32_t cpes[] = { 7, 9 };
    const struct vulndb_rating ratings[] = {
        { .source = STR("nvd"),
          .severity = SEVERITY_CRITICAL,
          .cvss3 = STR("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
          .cvss2 = STR("AV:N/AC:L/Au:N/C:P/I:P/A:P") },
        { .source = STR("ghsa"),
          .severity = SEVERITY_HIGH,
          .cvss4 = STR("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"),
          .score4 = 9.1f },
    };
    const struct str cwes[] = { STR("CWE-79"), STR("CWE-22") },
                     links[] = { STR("https://example.org/b"), STR("https://example.org/a") };
    const struct vulndb_vulnerability v = { .id = STR("CVE-2024-1"),
                                            .title = STR("A title"),
                                            .description = STR("What it is about."),
                                            .ratings = ratings,
                                            .rating_count = 2,
                                            .severity = SEVERITY_HIGH,
                                            .cwes = cwes,
                                            .cwe_count = 2,
                                            .references = links,
                                            .reference_count = 2,
                                            .aliases = others,
                                            .alias_count = 2,
                                            .published_s = 1700000001,
                                            .modified_s = 1700000002,
                                            .kev_added_s = 1700000003,
                                            .kev_due_s = 1700000004,
                                            .kev_ransomware = true,
                                            .epss = 0.25f,
                                            .epss_percentile = 0.75f };
    assert_true(vulndb_add_vulnerability(builder, &v, &err));
    assert_true(vulndb_add_cpe(builder, 7, STR("cpe:/o:redhat:enterprise_linux:9::baseos"), &err));
    assert_true(vulndb_add_cpe_map(builder, "repository", STR("rhel-9-for-x86_64-baseos-rpms"), cpes, 2, &err));
    assert_true(vulndb_add_cpe_map(builder, "nvr", STR("ubi9-1-x86_64"), cpes + 1, 1, &err));
}

static inline void vulndb_test_fill_jars(struct vulndb_builder *builder)
{
    struct error err = { 0 };
    const struct vulndb_jar jars[] = { { STR("org.acme"), STR("core"), STR("1.0") },
                                       { STR("org.acme"), STR("core"), STR("1.1") },
                                       { STR("org.acme"), STR("web"), STR("1.0") } };
    for (size_t i = 0; i < 3; i++) {
        unsigned char sha1[20] = { (unsigned char)i, 1, 2, 3 };
        assert_true(vulndb_add_jar(builder, &jars[i], sha1, &err));
    }
}

static inline void vulndb_test_fill(struct vulndb_builder *builder)
{
    vulndb_test_fill_jars(builder);
    vulndb_test_fill_advisories(builder);
    vulndb_test_fill_facts(builder);
}

static inline struct str vulndb_test_bytes(struct arena *arena)
{
    struct error err = { 0 };
    struct vulndb_builder *builder = vulndb_builder_new(&err);
    assert_non_null(builder);
    vulndb_test_fill(builder);
    return vulndb_test_write(builder, arena);
}

#endif
