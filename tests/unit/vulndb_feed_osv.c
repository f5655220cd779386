/* The OSV feed: every event and its order, listed versions, names and aliases, bulletins, ecosystems, severities, damage. */
#include "vulndb_feed.h"
#include "vulndb/feeds/osv.h"

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

static void check(const char *json, const char *space, const char *package, const char *want)
{
    struct vulndb *db = feed_database("osv", "record.json", json, &arena);
    assert_str(feed_show(db, space, package, &arena), want);
    vulndb_close(db);
}

/* ---- events ---------------------------------------------------------------------------------------------------------------- */

static void events_become_spans(void **state)
{
    (void)state;
    static const struct {
        const char *ranges, *want; /* in the place of "ranges": …, and after "PYSEC-1 STATUS" */
    } cases[] = {
        /* one of each kind */
        { "[{'type':'ECOSYSTEM','events':[{'introduced':'0'},{'fixed':'1.2'}]}]", "fixed (,1.2) fixed 1.2" },
        { "[{'type':'ECOSYSTEM','events':[{'introduced':'1.0'},{'fixed':'1.2'}]}]", "fixed [1.0,1.2) fixed 1.2" },
        { "[{'type':'ECOSYSTEM','events':[{'introduced':'1.0'}]}]", "affected [1.0,)" },
        { "[{'type':'ECOSYSTEM','events':[{'introduced':'0'}]}]", "affected (,)" },
        { "[{'type':'ECOSYSTEM','events':[{'introduced':'0'},{'last_affected':'1.2'}]}]", "affected (,1.2]" },
        { "[{'type':'ECOSYSTEM','events':[{'introduced':'0'},{'limit':'2.0'}]}]", "affected (,2.0)" },
        { "[{'type':'SEMVER','events':[{'introduced':'1.0'},{'limit':'*'}]}]", "affected [1.0,)" },
        /* several limits: below any of them is inside, so the highest counts; a "*" lifts all */
        { "[{'type':'ECOSYSTEM','events':[{'introduced':'1.0'},{'limit':'2.0'},{'limit':'3.0'}]}]", "affected [1.0,3.0)" },
        { "[{'type':'ECOSYSTEM','events':[{'introduced':'1.0'},{'limit':'2.0'},{'limit':'*'}]}]", "affected [1.0,)" },
        { "[{'type':'ECOSYSTEM','events':[{'introduced':'1.0'},{'fixed':'1.5'},{'limit':'1.2'}]}]", "affected [1.0,1.2)" },
        /* order of writing does not matter, order of versions does; 1.10 is after 1.9 */
        { "[{'type':'ECOSYSTEM','events':[{'fixed':'1.9'},{'introduced':'1.10'},{'fixed':'1.12'},{'introduced':'1.2'}]}]",
          "fixed [1.2,1.9) [1.10,1.12) fixed 1.9, 1.12" },
        { "[{'type':'ECOSYSTEM','events':[{'introduced':'2'},{'last_affected':'2.4'},{'introduced':'0'},{'fixed':'1.1'}]}]",
          "fixed (,1.1) [2,2.4] fixed 1.1" },
        /* events of one version stay in the order of writing: nothing, and a regression at the fix */
        { "[{'type':'ECOSYSTEM','events':[{'introduced':'1'},{'fixed':'2'},{'introduced':'2'},{'fixed':'3'}]}]",
          "fixed [1,3) fixed 3" },
        { "[{'type':'ECOSYSTEM','events':[{'introduced':'1'},{'fixed':'2'},{'introduced':'3'},{'fixed':'3'}]}]",
          "fixed [1,2) fixed 2" },
        /* a second introduced inside a span, a second fixed outside one */
        { "[{'type':'ECOSYSTEM','events':[{'introduced':'1'},{'introduced':'1.5'},{'fixed':'2'},{'fixed':'2.5'}]}]",
          "fixed [1,2) fixed 2" },
        /* several events in one object */
        { "[{'type':'ECOSYSTEM','events':[{'introduced':'1.0','fixed':'1.2'}]}]", "fixed [1.0,1.2) fixed 1.2" },
        /* ranges are joined; those of commits are no versions */
        { "[{'type':'ECOSYSTEM','events':[{'introduced':'1'},{'fixed':'2'}]},{'type':'ECOSYSTEM','events':[{'introduced':'1.5'},{'fixed':'3'}]}]",
          "fixed [1,3) fixed 3" },
        { "[{'type':'GIT','repo':'r','events':[{'introduced':'0'},{'fixed':'abcdef'}]},{'type':'ECOSYSTEM','events':[{'introduced':'0'},{'fixed':'2'}]}]",
          "fixed (,2) fixed 2" },
        /* a range with what is no version is left out, the others stay */
        { "[{'type':'ECOSYSTEM','events':[{'introduced':'0'},{'fixed':'new'}]},{'type':'ECOSYSTEM','events':[{'introduced':'5'},{'fixed':'6'}]}]",
          "fixed [5,6) fixed 6" },
        /* GitHub's bound of what has no fix */
        { "[{'type':'ECOSYSTEM','events':[{'introduced':'0'}],'database_specific':{'last_known_affected_version_range':'<= 1.4'}}]",
          "affected (,1.4]" },
        { "[{'type':'ECOSYSTEM','events':[{'introduced':'0'}],'database_specific':{'last_known_affected_version_range':'< 1.4'}}]",
          "affected (,1.4)" },
        { "[{'type':'ECOSYSTEM','events':[{'introduced':'0'},{'fixed':'2'}],'database_specific':{'last_known_affected_version_range':'<= 1.4'}}]",
          "fixed (,2) fixed 2" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str json =
            arena_printf(&arena, "{'id':'PYSEC-1','affected':[{'package':{'ecosystem':'PyPI','name':'Some_Pack'},'ranges':%s}]}",
                         cases[i].ranges);
        for (size_t k = 0; k < json.len; k++)
            if (json.ptr[k] == '\'')
                ((char *)(uintptr_t)json.ptr)[k] = '"';
        struct str want = arena_printf(&arena, "PYSEC-1 %s\n", cases[i].want);
        check(json.ptr, "pip", "some-pack", want.ptr);
    }
}

static void listed_versions_are_affected_beside_ranges(void **state)
{
    (void)state;
    check(
        "{\"id\":\"PYSEC-1\",\"affected\":[{\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"a\"},\"versions\":[\"1.0\",\"1.1\",\"9.0\",\"no version\"],"
        "\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"1.1\"},{\"fixed\":\"2\"}]}]}]}",
        "pip", "a", "PYSEC-1 fixed [1.1,2) =1.0 =9.0 fixed 2\n");
    check("{\"id\":\"PYSEC-1\",\"affected\":[{\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"a\"},\"versions\":[\"1.0\"]}]}",
          "pip", "a", "PYSEC-1 affected =1.0\n");
    /* neither: nothing is affected */
    check("{\"id\":\"PYSEC-1\",\"affected\":[{\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"a\"}}]}", "pip", "a", "");
}

static void entries_of_one_package_are_joined(void **state)
{
    (void)state;
    check(
        "{\"id\":\"GHSA-1\",\"aliases\":[\"CVE-2024-5\"],\"affected\":["
        "{\"package\":{\"ecosystem\":\"npm\",\"name\":\"a\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"2.0.0\"},{\"fixed\":\"2.0.3\"}]}]},"
        "{\"package\":{\"ecosystem\":\"npm\",\"name\":\"b\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"}]}]},"
        "{\"package\":{\"ecosystem\":\"npm\",\"name\":\"a\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"1.4.0\"}]}]}]}",
        "npm", "a", "CVE-2024-5 fixed (,1.4.0) [2.0.0,2.0.3) fixed 1.4.0, 2.0.3 GHSA-1\n");
}

/* ---- names ----------------------------------------------------------------------------------------------------------------- */

#define ONE(ecosystem, name)                                                              \
    "\"affected\":[{\"package\":{\"ecosystem\":\"" ecosystem "\",\"name\":\"" name "\"}," \
    "\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"1.0.0-1\"}]}]}]"

static void records_are_filed_under_cves(void **state)
{
    (void)state;
    check("{\"id\":\"GO-1\",\"aliases\":[\"CVE-2024-1\",\"GHSA-b\",\"GHSA-a\"]," ONE("Go", "m.org/x") "}", "go", "m.org/x",
          "CVE-2024-1 fixed (,1.0.0-1) fixed 1.0.0-1 GHSA-b GHSA-a GO-1\n");
    /* several CVEs: under each, never joined; the same one twice is one */
    check("{\"id\":\"GO-1\",\"aliases\":[\"CVE-2024-1\",\"CVE-2024-2\"]," ONE("Go", "m.org/x") "}", "go", "m.org/x",
          "CVE-2024-1 fixed (,1.0.0-1) fixed 1.0.0-1 GO-1\nCVE-2024-2 fixed (,1.0.0-1) fixed 1.0.0-1 GO-1\n");
    check("{\"id\":\"GO-1\",\"aliases\":[\"CVE-2024-1\",\"CVE-2024-1\"]," ONE("Go", "m.org/x") "}", "go", "m.org/x",
          "CVE-2024-1 fixed (,1.0.0-1) fixed 1.0.0-1 GO-1\n");
    check("{\"id\":\"CVE-2024-1\",\"aliases\":[\"CVE-2024-2\"]," ONE("kubernetes", "k8s.io/x") "}", "k8s", "k8s.io/x",
          "CVE-2024-1 fixed (,1.0.0-1) fixed 1.0.0-1 CVE-2024-2\n");
    check("{\"id\":\"JLSEC-1\",\"upstream\":[\"CVE-2024-7\"]," ONE("Julia", "X_jll") "}", "julia", "X_jll",
          "CVE-2024-7 fixed (,1.0.0-1) fixed 1.0.0-1 JLSEC-1\n");
}

static void bulletins_are_expanded(void **state)
{
    (void)state;
    check("{\"id\":\"DSA-1-1\",\"upstream\":[\"CVE-2024-1\",\"CVE-2024-2\"]," ONE("Debian:12", "curl") "}", "debian 12", "curl",
          "CVE-2024-1 fixed (,1.0.0-1) fixed 1.0.0-1 DSA-1-1\nCVE-2024-2 fixed (,1.0.0-1) fixed 1.0.0-1 DSA-1-1\n");
    /* AlmaLinux names them as related, and some only by a link */
    check("{\"id\":\"ALSA-2024:1\",\"summary\":\"Important: curl security update\",\"related\":[\"CVE-2024-1\"],"
          "\"references\":[{\"type\":\"REPORT\",\"url\":\"https://example.org/cve/CVE-2024-3.html\"}]," ONE("AlmaLinux:9",
                                                                                                            "curl") "}",
          "alma 9", "curl",
          "CVE-2024-1 fixed (,1.0.0-1) fixed 1.0.0-1 ALSA-2024:1\nCVE-2024-3 fixed (,1.0.0-1) fixed 1.0.0-1 ALSA-2024:1\n");
    /* without a CVE it stands by itself, unless it fixes no weakness */
    check("{\"id\":\"ALSA-2024:1\"," ONE("AlmaLinux:9", "curl") "}", "alma 9", "curl",
          "ALSA-2024:1 fixed (,1.0.0-1) fixed 1.0.0-1\n");
    check("{\"id\":\"ALBA-2024:1\"," ONE("AlmaLinux:9", "curl") "}", "alma 9", "curl", "");
    check("{\"id\":\"ALBA-2024:1\",\"related\":[\"CVE-2024-1\"]," ONE("AlmaLinux:9", "curl") "}", "alma 9", "curl",
          "CVE-2024-1 fixed (,1.0.0-1) fixed 1.0.0-1 ALBA-2024:1\n");
    /* a distribution's record of one CVE is that CVE; Chainguard's have names of their own */
    check("{\"id\":\"DEBIAN-CVE-2024-1\",\"upstream\":[\"CVE-2024-1\"]," ONE("Debian:12", "curl") "}", "debian 12", "curl",
          "CVE-2024-1 fixed (,1.0.0-1) fixed 1.0.0-1\n");
    check("{\"id\":\"CGA-1\",\"upstream\":[\"GHSA-1\"],\"affected\":[{\"package\":{\"ecosystem\":\"Wolfi\",\"name\":\"curl\"},"
          "\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"1.0-r1\"}]}]}]}",
          "wolfi", "curl", "GHSA-1 fixed (,1.0-r1) fixed 1.0-r1 CGA-1\n");
}

static void modules_are_keyed_with_their_stream(void **state)
{
    (void)state;
    struct vulndb *db = feed_database(
        "osv", "a.json",
        "{\"id\":\"ALSA-2024:2\",\"summary\":\"Moderate: nodejs:18 and httpd:2.4/mod_x security update\",\"related\":[\"CVE-2024-1\"],"
        "\"affected\":[{\"package\":{\"ecosystem\":\"AlmaLinux:8\",\"name\":\"npm\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":["
        "{\"introduced\":\"0\"},{\"fixed\":\"1-1.module_el8.5.0+1\"}]}]},"
        "{\"package\":{\"ecosystem\":\"AlmaLinux:8\",\"name\":\"plain\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":["
        "{\"introduced\":\"0\"},{\"fixed\":\"1-1.el8\"}]}]}]}",
        &arena);
    const char *modular = "CVE-2024-1 fixed (,1-1.module_el8.5.0+1) fixed 1-1.module_el8.5.0+1 ALSA-2024:2\n";
    assert_str(feed_show(db, "alma 8", "nodejs:18::npm", &arena), modular);
    assert_str(feed_show(db, "alma 8", "httpd:2.4::npm", &arena), modular);
    assert_str(feed_show(db, "alma 8", "npm", &arena), "");
    assert_str(feed_show(db, "alma 8", "plain", &arena), "CVE-2024-1 fixed (,1-1.el8) fixed 1-1.el8 ALSA-2024:2\n");
    vulndb_close(db);
}

static void withdrawn_and_unmaintained_are_left_out(void **state)
{
    (void)state;
    check("{\"id\":\"PYSEC-1\",\"withdrawn\":\"2024-01-01T00:00:00Z\"," ONE("PyPI", "a") "}", "pip", "a", "");
    check("{\"id\":\"RUSTSEC-1\",\"affected\":[{\"package\":{\"ecosystem\":\"crates.io\",\"name\":\"a\"},\"database_specific\":{"
          "\"informational\":\"unmaintained\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"}]}]}]}",
          "cargo", "a", "");
    check("{\"id\":\"RUSTSEC-1\",\"affected\":[{\"package\":{\"ecosystem\":\"crates.io\",\"name\":\"a\"},\"database_specific\":{"
          "\"informational\":\"unsound\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"}]}]}]}",
          "cargo", "a", "RUSTSEC-1 affected (,)\n");
}

/* ---- ecosystems ------------------------------------------------------------------------------------------------------------ */

static void ecosystems_become_spaces(void **state)
{
    (void)state;
    static const struct {
        const char *ecosystem, *space;
    } cases[] = {
        { "PyPI", "pip" },
        { "npm", "npm" },
        { "RubyGems", "rubygems" },
        { "Packagist", "composer" },
        { "crates.io", "cargo" },
        { "Packagist:https://example.org/8", "composer" },
        { "Maven:https://example.org/repo", "maven" },
        { "SwiftURL", "swift" },
        { "Hex", "erlang" },
        { "Julia", "julia" },
        { "kubernetes", "k8s" },
        { "Kubernetes", "k8s" },
        { "Bitnami", "bitnami" },
        { "Debian:12", "debian 12" },
        { "Debian", NULL },
        { "Alpine:v3.20", "alpine 3.20" },
        { "Alpine:edge", "alpine edge" },
        { "Ubuntu:22.04:LTS", "ubuntu 22.04" },
        { "Ubuntu:24.10", "ubuntu 24.10" },
        { "Ubuntu:Pro:18.04:LTS", "ubuntu 18.04-ESM" },
        { "Ubuntu:Pro:FIPS-updates:20.04:LTS", NULL },
        { "AlmaLinux:9", "alma 9" },
        { "Rocky Linux:8", "rocky 8" },
        { "Red Hat:enterprise_linux:9::baseos", "Red Hat" },
        { "Photon OS:5.0", "Photon OS 5.0" },
        { "Azure Linux:2", "CBL-Mariner 2.0" },
        { "Azure Linux:3", "Azure Linux 3.0" },
        { "openSUSE:Leap 15.5", "openSUSE Leap 15.5" },
        { "openSUSE:Tumbleweed", "openSUSE Tumbleweed" },
        { "SUSE:Linux Enterprise Server 15 SP4", "SUSE Linux Enterprise 15.4" },
        { "SUSE:Linux Enterprise Server 15 SP3-LTSS", "SUSE Linux Enterprise 15.3" },
        { "SUSE:Linux Enterprise Module for Python 3 15 SP4", "SUSE Linux Enterprise 15.4" },
        { "SUSE:Linux Enterprise Server 12", "SUSE Linux Enterprise 12" },
        { "SUSE:Linux Enterprise Micro 5.2", "SUSE Linux Enterprise Micro 5.2" },
        { "SUSE:Linux Micro 6.0", "SUSE Linux Enterprise Micro 6.0" },
        { "SUSE:Manager Server 4.3", NULL },
        { "SUSE:Linux Enterprise ", NULL },
        { "Wolfi", "wolfi" },
        { "Chainguard", "chainguard" },
        { "MinimOS", "minimos" },
        { "Echo", "echo" },
        { "Root:Debian:12", "root.io debian 12" },
        { "Root:PyPI", "root.io pip" },
        { "Root:", NULL },
        { "", NULL },
        { ":", NULL },
        { "GIT", NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct osv_space space;
        bool found = osv_space_of(str_from(cases[i].ecosystem), &arena, &space);
        if (found != (cases[i].space != NULL))
            fail_msg("%s: %s", cases[i].ecosystem, found ? "found" : "not found");
        if (found)
            assert_str(space.space, cases[i].space);
    }
}

static void red_hat_ecosystems_are_cpes_of_default_repositories(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct vulndb *db = feed_database(
        "osv", "a.json",
        "{\"id\":\"RHSA-2024:1\",\"upstream\":[\"CVE-2024-1\"]," ONE("Red Hat:enterprise_linux:9::appstream", "curl") "}",
        &arena);
    const uint32_t *indices;
    size_t count;
    struct str cpe;
    struct vulndb_cursor cursor;
    struct vulndb_hit hit;
    uint32_t index;
    assert_true(vulndb_find(db, STR("Red Hat"), STR("curl"), &cursor, &err) && vulndb_next(&cursor, &hit, &err));
    assert_int_equal(hit.cpe_count, 1);
    assert_true(vulndb_hit_cpe(db, &hit, 0, &index, &err));
    assert_true(vulndb_cpe_map(db, "repository", STR("rhel-9-for-aarch64-appstream-rpms"), &arena, &indices, &count, &err));
    assert_int_equal(count, 1);
    assert_int_equal(indices[0], index);
    assert_true(vulndb_cpe_find(db, index, &cpe, &err));
    assert_str(cpe, "cpe:/a:redhat:enterprise_linux:9::appstream");
    vulndb_close(db);
}

/* ---- descriptions ---------------------------------------------------------------------------------------------------------- */

static void severities_and_titles_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *json, *id, *want;
    } cases[] = {
        { "{\"id\":\"GHSA-1\",\"aliases\":[\"CVE-2024-1\"],\"summary\":\"Bad thing\",\"database_specific\":{\"severity\":\"MODERATE\"},"
          "\"severity\":[{\"type\":\"CVSS_V3\",\"score\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"}]," ONE("npm", "a") "}",
          "CVE-2024-1", "Bad thing | ghsa MEDIUM | GHSA-1" },
        { "{\"id\":\"GHSA-1\",\"summary\":\"Bad thing\",\"severity\":[{\"type\":\"CVSS_V3\",\"score\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"},"
          "{\"type\":\"CVSS_V4\",\"score\":\"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N\"}]," ONE("npm",
                                                                                                                       "a") "}",
          "GHSA-1", "Bad thing | ghsa MEDIUM |" },
        { "{\"id\":\"PYSEC-1\",\"severity\":[{\"type\":\"CVSS_V2\",\"score\":\"AV:N/AC:L/Au:N/C:P/I:P/A:P\"}]," ONE("PyPI",
                                                                                                                    "a") "}",
          "PYSEC-1", " | osv HIGH |" },
        { "{\"id\":\"BIT-x-1\",\"aliases\":[\"CVE-2024-1\"],\"database_specific\":{\"severity\":\"Critical\"}," ONE("Bitnami",
                                                                                                                    "a") "}",
          "CVE-2024-1", " | bitnami CRITICAL | BIT-x-1" },
        { "{\"id\":\"UBUNTU-CVE-2024-1\",\"upstream\":[\"CVE-2024-1\"],\"severity\":[{\"type\":\"Ubuntu\",\"score\":\"medium\"}]," ONE(
              "Ubuntu:22.04:LTS", "a") "}",
          "CVE-2024-1", " | ubuntu MEDIUM |" },
        { "{\"id\":\"ALSA-1\",\"summary\":\"Important: a security update\",\"related\":[\"CVE-2024-1\",\"CVE-2024-2\"],"
          "\"details\":\"Fixes:\\n\\n* a: reads too far (CVE-2024-1)\\n\"," ONE("AlmaLinux:9", "a") "}",
          "CVE-2024-1", "a: reads too far | alma HIGH |" },
        { "{\"id\":\"ALSA-1\",\"summary\":\"Important: a security update\",\"related\":[\"CVE-2024-1\",\"CVE-2024-2\"],"
          "\"details\":\"Fixes:\\n\\n* a: reads too far (CVE-2024-1)\\n\"," ONE("AlmaLinux:9", "a") "}",
          "CVE-2024-2", "Important: a security update | alma HIGH |" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct vulndb *db = feed_database("osv", "a.json", cases[i].json, &arena);
        assert_str(feed_show_record(db, cases[i].id, &arena), cases[i].want);
        vulndb_close(db);
    }
    check(
        "{\"id\":\"DEBIAN-CVE-2024-1\",\"upstream\":[\"CVE-2024-1\"],\"affected\":[{\"package\":{\"ecosystem\":\"Debian:12\",\"name\":\"a\"},"
        "\"ecosystem_specific\":{\"urgency\":\"unimportant\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"}]}]}]}",
        "debian 12", "a", "CVE-2024-1 affected LOW (,)\n");
    check(
        "{\"id\":\"DEBIAN-CVE-2024-1\",\"upstream\":[\"CVE-2024-1\"],\"affected\":[{\"package\":{\"ecosystem\":\"Debian:12\",\"name\":\"a\"},"
        "\"ecosystem_specific\":{\"urgency\":\"end-of-life\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"}]}]}]}",
        "debian 12", "a", "CVE-2024-1 end_of_life (,)\n");
}

/* ---- files ----------------------------------------------------------------------------------------------------------------- */

static void yaml_and_arrays_are_read(void **state)
{
    (void)state;
    NEEDS_YAML();
    struct vulndb *db = feed_database("osv", "a.yaml",
                                      "id: PYSEC-9\naliases: [CVE-2024-9]\naffected:\n- package: {ecosystem: PyPI, name: A.B}\n"
                                      "  ranges:\n  - type: ECOSYSTEM\n    events:\n    - introduced: \"0\"\n    - fixed: 1.10\n",
                                      &arena);
    assert_str(feed_show(db, "pip", "a-b", &arena), "CVE-2024-9 fixed (,1.10) fixed 1.10 PYSEC-9\n");
    vulndb_close(db);
    check("[{\"id\":\"PYSEC-1\"," ONE("PyPI", "a") "}, 7, {\"id\":\"PYSEC-2\"," ONE("PyPI", "a") "}]", "pip", "a",
          "PYSEC-1 fixed (,1.0.0-1) fixed 1.0.0-1\nPYSEC-2 fixed (,1.0.0-1) fixed 1.0.0-1\n");
}

static void a_bad_file_does_not_hide_the_others(void **state)
{
    (void)state;
    struct feed_folder folder;
    struct error err = { 0 };
    struct vulndb_builder *builder = vulndb_builder_new(&err);
    feed_folder_make(&folder);
    feed_folder_put(&folder, "a.json", STR("{\"id\":"));
    feed_folder_put(&folder, "b.yaml", STR("id: [\n"));
    feed_folder_put(&folder, "c.json", STR("{\"id\":\"PYSEC-1\"," ONE("PyPI", "a") "}"));
    feed_folder_put(&folder, "d.txt", STR("passed over"));
    assert_true(feed_read("osv", folder.path, builder, &err));
    feed_folder_free(&folder);
    struct vulndb *db = vulndb_open_memory(vulndb_test_write(builder, &arena), &err);
    assert_non_null(db);
    assert_str(feed_show(db, "pip", "a", &arena), "PYSEC-1 fixed (,1.0.0-1) fixed 1.0.0-1\n");
    vulndb_close(db);
}

static void damage_is_survived(void **state)
{
    (void)state;
    feed_damage(
        "osv", "a.json",
        "{\"id\":\"GHSA-1\",\"aliases\":[\"CVE-2024-1\"],\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"a\"},\"versions\":[\"1.0.0\"],"
        "\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"},{\"last_affected\":\"2.0.0\"},{\"limit\":\"*\"}]}]}]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_become_spans),
        cmocka_unit_test(listed_versions_are_affected_beside_ranges),
        cmocka_unit_test(entries_of_one_package_are_joined),
        cmocka_unit_test(records_are_filed_under_cves),
        cmocka_unit_test(bulletins_are_expanded),
        cmocka_unit_test(modules_are_keyed_with_their_stream),
        cmocka_unit_test(withdrawn_and_unmaintained_are_left_out),
        cmocka_unit_test(ecosystems_become_spaces),
        cmocka_unit_test(red_hat_ecosystems_are_cpes_of_default_repositories),
        cmocka_unit_test(severities_and_titles_are_read),
        cmocka_unit_test(yaml_and_arrays_are_read),
        cmocka_unit_test(a_bad_file_does_not_hide_the_others),
        cmocka_unit_test(damage_is_survived),
    };
    return cmocka_run_group_tests_name("vulndb_feed_osv", tests, set_up, tear_down);
}
