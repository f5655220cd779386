/* The index of Java archives: built, read, damaged, from Trivy's Java database, and asked about an inventory. */
#include "match/match.h"
#include "vulndb_unit.h"

#ifdef HAVE_SQLITE
#include <sqlite3.h>
#endif

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, "test", 64 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

/* ---- the index --------------------------------------------------------------------------------------------------------------------- */

/* Group, artifact, version, and the first byte of a SHA-1 whose other bytes are 7. */
static const struct row {
    const char *group, *artifact, *version;
    unsigned char first;
} rows[] = {
    { "org.acme", "core", "1.0", 1 },      { "org.acme", "core", "2.0", 2 },
    { "org.acme", "core", "2.0", 3 },      { "com.other", "core", "2.0", 4 },
    { "javax.servlet", "jstl", "1.2", 5 }, { "jstl", "jstl", "1.2", 6 },
    { "org.apache", "zed", "9", 255 },     { "a", "aaa", "0", 0 },
    { "twice.b", "twice", "1", 9 },        { "twice.a", "twice", "1", 9 },
};

static void sha1_of(unsigned char first, unsigned char out[static 20])
{
    memset(out, 7, 20);
    out[0] = first;
}

static struct str index_bytes(bool backwards)
{
    struct error err = { 0 };
    struct vulndb_builder *builder = vulndb_builder_new(&err);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct row *r = &rows[backwards ? ARRAY_LEN(rows) - 1 - i : i];
        struct vulndb_jar jar = { str_from(r->group), str_from(r->artifact), str_from(r->version) };
        unsigned char sha1[20];
        sha1_of(r->first, sha1);
        assert_true(vulndb_add_jar(builder, &jar, sha1, &err));
    }
    vulndb_test_fill_advisories(builder);
    return vulndb_test_write(builder, &arena);
}

static void archives_are_found(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct str bytes = index_bytes(false), group;
    struct vulndb_info info;
    struct vulndb_jar jar;
    unsigned char sha1[20];
    assert_true(str_eq(bytes, index_bytes(true)));
    struct vulndb *db = vulndb_open_memory(bytes, &err);
    assert_non_null(db);
    assert_true(vulndb_verify(db, &err));
    vulndb_info(db, &info);
    assert_int_equal(info.jar_count, ARRAY_LEN(rows) - 1);
    for (size_t i = 0; i + 1 < ARRAY_LEN(rows); i++) {
        sha1_of(rows[i].first, sha1);
        assert_true(vulndb_jar_find(db, sha1, &jar, &err));
        assert_str(jar.artifact, rows[i].artifact);
        assert_str(jar.version, rows[i].version);
        assert_str(jar.group, rows[i].first == 9 ? "twice.a" : rows[i].group); /* one archive of two: the first by name */
    }
    sha1_of(100, sha1);
    assert_false(vulndb_jar_find(db, sha1, &jar, &err));
    assert_true(vulndb_jar_group(db, STR("core"), STR("1.0"), STR(""), &group, &err));
    assert_str(group, "org.acme");
    assert_false(vulndb_jar_group(db, STR("core"), STR("2.0"), STR(""), &group, &err)); /* two publish it */
    assert_true(vulndb_jar_group(db, STR("core"), STR("2.0"), STR("com.other"), &group, &err));
    assert_false(vulndb_jar_group(db, STR("core"), STR("1.0"), STR("com.other"), &group, &err));
    assert_false(vulndb_jar_group(db, STR("core"), STR("3.0"), STR(""), &group, &err));
    assert_false(vulndb_jar_group(db, STR("nothing"), STR("1.0"), STR(""), &group, &err));
    assert_int_equal(err.kind, ERROR_NONE);
    vulndb_close(db);
}

static struct str bytes_without(void)
{
    struct error err = { 0 };
    struct vulndb_builder *builder = vulndb_builder_new(&err);
    vulndb_test_fill_advisories(builder);
    return vulndb_test_write(builder, &arena);
}

/* A database without one answers too. */
static void an_index_may_be_missing(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct vulndb *db = vulndb_open_memory(bytes_without(), &err);
    struct vulndb_jar jar;
    struct str group;
    unsigned char sha1[20] = { 0 };
    assert_non_null(db);
    assert_false(vulndb_jar_find(db, sha1, &jar, &err) || vulndb_jar_group(db, STR("a"), STR("1"), STR(""), &group, &err));
    assert_int_equal(err.kind, ERROR_NONE);
    vulndb_close(db);
}

/* ---- Trivy's database ------------------------------------------------------------------------------------------------------------------ */

#ifdef HAVE_SQLITE
static void run_sql(sqlite3 *db, const char *sql)
{
    char *problem = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &problem) != SQLITE_OK)
        fail_msg("%s: %s", sql, problem);
}

static void trivys_database_is_read(void **state)
{
    (void)state;
    char path[256];
    struct error err = { 0 };
    sqlite3 *sql = NULL;
    vulndb_temp_path(path);
    assert_int_equal(sqlite3_open(path, &sql), SQLITE_OK);
    run_sql(sql,
            "CREATE TABLE artifacts(id INTEGER PRIMARY KEY, group_id TEXT, artifact_id TEXT);"
            "CREATE TABLE indices(artifact_id INTEGER, version TEXT, sha1 BLOB, archive_type TEXT);"
            "INSERT INTO artifacts VALUES(1, 'org.acme', 'core'), (2, 'b', '');"
            "INSERT INTO indices VALUES(1, '1.0', X'0102030405060708090a0b0c0d0e0f1011121314', 'jar'),"
            "(1, '2.0', X'0102', 'jar'), (1, '3.0', NULL, 'jar'), (2, '1', zeroblob(20), 'jar'), (7, '1', zeroblob(20), 'jar')");
    sqlite3_close(sql);
    struct vulndb_builder *builder = vulndb_builder_new(&err);
    const struct vulndb_feed *feed = vulndb_feed_find(STR("jar-index"));
    assert_non_null(feed);
    assert_true(feed->read(builder, path, &err));
    struct vulndb *db = vulndb_open_memory(vulndb_test_write(builder, &arena), &err);
    struct vulndb_info info;
    vulndb_info(db, &info);
    assert_int_equal(info.jar_count, 1);
    vulndb_close(db);
    builder = vulndb_builder_new(&err);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("no database at all, but long enough to be looked at", file);
    fclose(file);
    assert_false(feed->read(builder, path, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    vulndb_builder_free(builder);
    unlink(path);
}
#endif

/* ---- an inventory ------------------------------------------------------------------------------------------------------------------------ */

static struct package package_of(const char *kind, const char *name, const char *version, const char *questions,
                                 unsigned char first)
{
    struct package p = { .kind = catalog_kind_named(str_from(kind)),
                         .name = str_from(name),
                         .version = str_from(version),
                         .path = STR("a.war"),
                         .within = arena_printf(&arena, "%s.jar", name),
                         .provides = str_from(questions) };
    if (questions[0]) {
        struct buf hex;
        buf_init(&hex, 100);
        buf_printf(&hex, "sha1:%02x", first);
        for (int i = 0; i < 19; i++)
            buf_text(&hex, "07");
        p.digest = arena_str(&arena, buf_view(&hex));
        buf_free(&hex);
    }
    return p;
}

static struct inventory inventory_of(struct package *packages, size_t count)
{
    struct inventory inventory = { 0 };
    arena_init(&inventory.arena, "inventory", 1 << 20);
    inventory.packages = arena_array(&inventory.arena, count, sizeof *packages);
    memcpy(inventory.packages, packages, count * sizeof *packages);
    inventory.package_count = count;
    return inventory;
}

static struct str names_of(const struct inventory *inventory)
{
    struct buf out;
    buf_init(&out, 1 << 16);
    for (size_t i = 0; i < inventory->package_count; i++) {
        const struct package *p = &inventory->packages[i];
        assert_true(p->kind->purl_type[0] != 'm' || p->provides.len == 0);
        buf_printf(&out, "%.*s %.*s;", STR_ARG(p->name), STR_ARG(p->version));
    }
    struct str text = arena_str(&arena, buf_view(&out));
    buf_free(&out);
    return text;
}

static void inventories_are_completed(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct package packages[] = {
        package_of("node-pkg", "before", "1", "", 0),
        package_of("jar", "claimed", "1.0", "org.acme:core:1.0\n:claimed:1.0", 4), /* the manifest's claim holds */
        package_of("jar", "forged", "7", "org.acme:core:7\n:forged:7", 4),         /* it does not: the SHA-1 counts */
        package_of("jar", "g:trusted", "2", ":core:1.0", 200),                     /* nothing is known: stays */
        package_of("jar", "jstl", "1.2", ":jstl:1.2", 201),                        /* two publish it */
        package_of("jar", "core", "1.0", ":core:1.0", 202),                        /* one publishes it */
        package_of("jar", "same", "1", ":same:1", 255),
        package_of("jar", "org.apache:zed", "9", "", 0),
        package_of("rpm", "behind", "1-1", "", 0),
    };
    packages[6].within = packages[7].within; /* once identified, it is listed twice */
    struct catalog_note notes[] = { { STR("jar"), STR("sha1:0207070707070707070707070707070707070707\nx/y.jar"), STR("b.jar"),
                                      1 },
                                    { STR("jar"), STR("sha1:cc07070707070707070707070707070707070707\n"), STR("b.jar"), 0 },
                                    { STR("jar"), STR("nonsense"), STR("b.jar"), 0 },
                                    { STR("esm"), STR("infra"), STR("c"), 0 } };
    struct inventory_change changes[] = { { .package = 0 }, { .package = 8 } };
    struct vulndb *db = vulndb_open_memory(index_bytes(false), &err);
    struct inventory inventory = inventory_of(packages, ARRAY_LEN(packages));
    inventory.notes = notes;
    inventory.note_count = ARRAY_LEN(notes);
    inventory.changes = changes;
    inventory.change_count = 2;
    /* The kinds' order is the table's: these stand as the inventory sorts them. */
    bool node_first = catalog_kind_index(packages[0].kind) < catalog_kind_index(packages[1].kind);
    bool rpm_last = catalog_kind_index(packages[8].kind) > catalog_kind_index(packages[1].kind);
    assert_true(match_resolve_jars(db, &inventory, &err));
    struct str text = names_of(&inventory);
    assert_true(str_contains(text,
                             "com.other:core 2.0;g:trusted 2;jstl 1.2;org.acme:core 1.0;org.acme:core 1.0;org.acme:core 2.0;"
                             "org.apache:zed 9;"));
    assert_int_equal(inventory.package_count, 9);
    assert_str(inventory.packages[changes[0].package].name, "before");
    assert_str(inventory.packages[changes[1].package].name, "behind");
    assert_true(node_first == (changes[0].package == 0) || !node_first);
    assert_true(rpm_last == (changes[1].package == 8) || !rpm_last);
    arena_free(&inventory.arena);
    vulndb_close(db);
}

/* Without an index all stays as it is, but for the questions. */
static void inventories_stay_without_an_index(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct vulndb *bare = vulndb_open_memory(bytes_without(), &err), *databases[] = { NULL, bare };
    for (size_t i = 0; i < 2; i++) {
        struct package packages[] = { package_of("jar", "a", "1", "g:a:1\n:a:1", 1), package_of("jar", "b", "1", ":b:1", 1) };
        struct catalog_note note = { STR("jar"), STR("sha1:0207070707070707070707070707070707070707\n"), STR("b.jar"), 0 };
        struct inventory inventory = inventory_of(packages, 2);
        inventory.notes = &note;
        inventory.note_count = 1;
        assert_true(match_resolve_jars(databases[i], &inventory, &err));
        assert_str(names_of(&inventory), "a 1;b 1;");
        arena_free(&inventory.arena);
    }
    vulndb_close(bare);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(archives_are_found),        cmocka_unit_test(an_index_may_be_missing),
#ifdef HAVE_SQLITE
        cmocka_unit_test(trivys_database_is_read),
#endif
        cmocka_unit_test(inventories_are_completed), cmocka_unit_test(inventories_stay_without_an_index),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
