/* rpm databases: the same packages out of ndb, Berkeley DB (both byte orders) and SQLite; what damage gives. */
#include "rpm_fixture.h"

/* ---- the four containers ---------------------------------------------------------------------------------------------------- */

static void ndb_make(struct buf *out, const struct str *headers, size_t count)
{
    fixture_ndb(out, headers, count);
}

static void bdb_make(struct buf *out, const struct str *headers, size_t count)
{
    fixture_bdb(out, headers, count, false);
}

static void bdb_make_big_endian(struct buf *out, const struct str *headers, size_t count)
{
    fixture_bdb(out, headers, count, true);
}

static const struct container {
    const char *path;
    void (*make)(struct buf *out, const struct str *headers, size_t count);
} containers[] = {
    { "usr/lib/sysimage/rpm/Packages.db", ndb_make },
    { "var/lib/rpm/Packages", bdb_make },
    { "usr/share/rpm/Packages", bdb_make_big_endian },
#ifdef HAVE_SQLITE
    { "var/lib/rpm/rpmdb.sqlite", sqlite_make },
#endif
};

static void every_format_gives_the_same_packages(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(containers); i++) {
        struct database db;
        database_init(&db);
        containers[i].make(&db.file, db.each, SAMPLE_COUNT);
        struct run *run = run_parse(buf_view(&db.file), containers[i].path);
        assert_int_equal(run->facts.warning_count, 0);
        check_packages(&run->facts);
        assert_str(run->facts.packages[0].path, containers[i].path);
        assert_int_equal(run->facts.list_count, 2);
        assert_str(run->facts.lists[0].package, "python3-foo");
        assert_str(run->facts.lists[0].version, "1.0-1");
        assert_str(run->facts.lists[0].lines,
                   "usr/bin/\nfoo\nusr/lib/python3.11/site-packages/foo-1.0.dist-info/\nMETADATA\nRECORD\n");
        assert_str(run->facts.lists[1].package, "libstdc++");
        assert_str(run->facts.lists[1].lines,
                   "usr/lib64/\n100755\t2000\t\t\tlib.so.6\n120777\t\t\tlib.so.6\tlib.so\n"
                   "co\t\t\t\tcache\nd100644\t12\t\t\tREADME\nr\t\t\t\tloose\n/\nc100600\t3\t\t\tconf\n");
        run_free(run);
        database_free(&db);
    }
}

static void an_empty_database_is_no_damage(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(containers); i++) {
        struct database db;
        database_init(&db);
        containers[i].make(&db.file, db.each, 0);
        struct run *run = run_parse(buf_view(&db.file), containers[i].path);
        assert_int_equal(run->facts.warning_count, 0);
        assert_int_equal(run->facts.package_count, 0);
        run_free(run);
        database_free(&db);
    }
}

/* ---- damage ------------------------------------------------------------------------------------------------------------------ */

static void a_database_cut_anywhere_is_incomplete(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(containers); i++) {
        struct database db;
        database_init(&db);
        containers[i].make(&db.file, db.each, SAMPLE_COUNT);
        for (size_t len = 0; len < db.file.len; len++) {
            char *exact = malloc(len ? len : 1); /* so that a read past the end is seen */
            assert_non_null(exact);
            memcpy(exact, db.file.ptr, len);
            struct run *run = run_parse(str_make(exact, len), containers[i].path);
            assert_true(is_incomplete(run));
            run_free(run);
            free(exact);
        }
        database_free(&db);
    }
}

static void a_flipped_byte_never_loses_a_package_silently(void **state)
{
    (void)state;
    struct database db;
    database_init(&db);
    for (size_t at = 0; at < db.each[3].len; at++) {
        for (unsigned mask = 0x01; mask <= 0x80; mask <<= 1) {
            struct buf header, file;
            buf_init(&header, 1 << 16);
            buf_init(&file, MAX_FILE_BYTES);
            buf_str(&header, db.each[3]);
            header.ptr[at] = (char)((unsigned char)header.ptr[at] ^ mask);
            struct str view = buf_view(&header);
            fixture_bdb(&file, &view, 1, false);
            struct run *run = run_parse(buf_view(&file), "var/lib/rpm/Packages");
            assert_true(run->facts.package_count == 1 || is_incomplete(run));
            run_free(run);
            buf_free(&header);
            buf_free(&file);
        }
    }
    database_free(&db);
}

static void a_flipped_byte_of_a_container_is_never_a_crash(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(containers); i++) {
        struct database db;
        database_init(&db);
        containers[i].make(&db.file, db.each, SAMPLE_COUNT);
        for (size_t at = 0; at < db.file.len; at++) {
            char old = db.file.ptr[at];
            db.file.ptr[at] = (char)(old ^ (char)(1 << at % 8));
            struct run *run = run_parse(buf_view(&db.file), containers[i].path);
            assert_true(run->facts.warning_count <= 1);
            run_free(run);
            db.file.ptr[at] = old;
        }
        database_free(&db);
    }
}

/* Damage to the one header of a database, each told by its words; `kept`: the package is still listed. */
static void lying_headers_are_told(void **state)
{
    (void)state;
    enum { INDEX = 8, ENTRY = 16 };
    static const struct {
        size_t at;
        uint32_t value;
        bool kept;
        const char *says;
    } rows[] = {
        { 0, 0, false, "no or too many index entries" },
        { 0, 0x10000, false, "no or too many index entries" },
        { 0, 5, false, "do not add up" },
        { 4, 0xffffffff, false, "do not add up" },
        { INDEX + 4, 4, false, "is not a region's" },
        { INDEX + 8, 0x7fffffff, false, "outside the data" },
        { INDEX + 8, 0, false, "trailer is not one" },
        { INDEX + ENTRY, 1005, false, "NAME is missing" },
        { INDEX + ENTRY + 4, 7, false, "NAME is damaged" },
        { INDEX + ENTRY + 8, 0xfffffff0, false, "NAME is damaged" },
        { INDEX + ENTRY + 12, 0, false, "NAME is damaged" },
        { INDEX + 4 * ENTRY + 8, 0xfffffff0, true, "VENDOR is damaged" },
        { INDEX + 6 * ENTRY + 12, 2, true, "list of files is damaged" },          /* DIRINDEXES */
        { INDEX + 7 * ENTRY + 12, 0x7fffffff, true, "list of files is damaged" }, /* BASENAMES */
        { INDEX + 8 * ENTRY + 12, 0xffffff, true, "list of files is damaged" },   /* DIRNAMES */
    };
    struct database db;
    database_init(&db);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf header, file;
        buf_init(&header, 1 << 16);
        buf_init(&file, MAX_FILE_BYTES);
        buf_str(&header, db.each[3]);
        fixture_u32((unsigned char *)header.ptr + rows[i].at, rows[i].value, true);
        struct str view = buf_view(&header);
        fixture_ndb(&file, &view, 1);
        struct run *run = run_parse(buf_view(&file), "var/lib/rpm/Packages.db");
        expect_warning(run, rows[i].says);
        assert_int_equal(run->facts.package_count, rows[i].kept);
        run_free(run);
        buf_free(&header);
        buf_free(&file);
    }
    database_free(&db);
}

static void a_file_index_outside_the_folders_is_told(void **state)
{
    (void)state;
    struct rpm_sample sample = samples[3];
    sample.files[1].dir = 2;
    struct buf header, file;
    buf_init(&header, 1 << 16);
    buf_init(&file, MAX_FILE_BYTES);
    fixture_header(&header, &sample);
    struct str view = buf_view(&header);
    fixture_ndb(&file, &view, 1);
    struct run *run = run_parse(buf_view(&file), "var/lib/rpm/Packages.db");
    expect_warning(run, "list of files is damaged");
    assert_int_equal(run->facts.package_count, 1);
    run_free(run);
    buf_free(&header);
    buf_free(&file);
}

static void one_bad_record_leaves_the_others(void **state)
{
    (void)state;
    struct database db;
    database_init(&db);
    fixture_ndb(&db.file, db.each, SAMPLE_COUNT);
    db.file.ptr[4096 + 16 + 20] ^= 1; /* in the first record */
    struct run *run = run_parse(buf_view(&db.file), "var/lib/rpm/Packages.db");
    expect_warning(run, "record 1 does not match its checksum");
    assert_int_equal(run->facts.package_count, PACKAGE_COUNT - 1);
    run_free(run);
    database_free(&db);
}

static void loops_of_overflow_pages_end(void **state)
{
    (void)state;
    for (int big = 0; big <= 1; big++) {
        struct database db;
        database_init(&db);
        fixture_bdb(&db.file, db.each, SAMPLE_COUNT, big);
        unsigned char *page = (unsigned char *)db.file.ptr + 2 * FIXTURE_BDB_PAGE; /* the first chain's only page */
        fixture_u32(page + 16, 2, big);
        fixture_u16(page + 22, 1, big);
        struct run *run = run_parse(buf_view(&db.file), "var/lib/rpm/Packages");
        expect_warning(run, "loop");
        run_free(run);
        database_free(&db);
    }
}

static void records_that_share_their_bytes_are_told(void **state)
{
    (void)state;
    struct database db;
    database_init(&db);
    struct str big = db.each[3];
    fixture_ndb(&db.file, &big, 1);
    for (size_t slot = 1; slot < 200; slot++) /* every slot names the one record, under its number */
        memcpy(db.file.ptr + 32 + slot * 16, db.file.ptr + 32, 16);
    struct run *run = run_parse(buf_view(&db.file), "var/lib/rpm/Packages.db");
    expect_warning(run, "add up to more than the file");
    assert_true(run->facts.package_count < 20);
    run_free(run);
    database_free(&db);
}

static void other_files_by_that_name_are_told(void **state)
{
    (void)state;
    struct run *run = run_parse(STR("this is not a database at all"), "var/lib/rpm/Packages");
    expect_warning(run, "neither SQLite, ndb nor a Berkeley DB");
    run_free(run);
}

static void a_full_arena_is_the_only_failure(void **state)
{
    (void)state;
    struct database db;
    database_init(&db);
    fixture_ndb(&db.file, db.each, SAMPLE_COUNT);
    bool failed = false;
    for (size_t cap = 0; cap < 8192; cap += 64) {
        struct run *run = run_parse_within(buf_view(&db.file), "var/lib/rpm/Packages.db", cap);
        assert_true(run->ok != run->arena.exhausted);
        failed |= !run->ok;
        run_free(run);
    }
    assert_true(failed);
    database_free(&db);
}

static void a_log_left_beside_is_told_unless_empty(void **state)
{
    (void)state;
    unsigned char log[32 + 24 + 512] = { 0x37, 0x7f, 0x06, 0x82, 0, 0, 0, 0, 0, 0, 2, 0 };
    struct run *run = run_parse(str_make(log, sizeof log), "var/lib/rpm/rpmdb.sqlite-wal");
    expect_warning(run, "write-ahead log");
    run_free(run);
    size_t harmless[] = { 0, 31, 32, sizeof log - 1 }; /* nothing, or no whole page */
    for (size_t i = 0; i < ARRAY_LEN(harmless); i++) {
        run = run_parse(str_make(log, harmless[i]), "var/lib/rpm/rpmdb.sqlite-wal");
        assert_int_equal(run->facts.warning_count, 0);
        run_free(run);
    }
}

/* ---- real databases ------------------------------------------------------------------------------------------------------------ */

static void real_databases_are_read_whole(void **state)
{
    (void)state;
    static const struct {
        const char *file, *path, *first;
        size_t count;
    } rows[] = {
        { "libuuid-bdb-Packages", "var/lib/rpm/Packages", "libuuid", 1 },
#ifdef HAVE_SQLITE
        { "mariner-2.0-rpmdb.sqlite", "var/lib/rpm/rpmdb.sqlite", "mariner-release", 129 },
#endif
    };
    const char *shared = getenv("DRYDOCK_SHARED");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char path[4096];
        struct file_map map;
        struct error err = { 0 };
        snprintf(path, sizeof path, "%s/rpmdb/%s", shared ? shared : "../shared", rows[i].file);
        if (!file_map(path, &map, &err)) {
            print_message("skipped: %s\n", err.text);
            skip();
        }
        struct run *run = run_parse(map.bytes, rows[i].path);
        assert_int_equal(run->facts.warning_count, 0);
        assert_int_equal(run->facts.package_count, rows[i].count);
        assert_str(run->facts.packages[0].name, rows[i].first);
        run_free(run);
        file_unmap(&map);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_gives_the_same_packages),
        cmocka_unit_test(an_empty_database_is_no_damage),
        cmocka_unit_test(a_database_cut_anywhere_is_incomplete),
        cmocka_unit_test(a_flipped_byte_never_loses_a_package_silently),
        cmocka_unit_test(a_flipped_byte_of_a_container_is_never_a_crash),
        cmocka_unit_test(lying_headers_are_told),
        cmocka_unit_test(a_file_index_outside_the_folders_is_told),
        cmocka_unit_test(one_bad_record_leaves_the_others),
        cmocka_unit_test(loops_of_overflow_pages_end),
        cmocka_unit_test(records_that_share_their_bytes_are_told),
        cmocka_unit_test(other_files_by_that_name_are_told),
        cmocka_unit_test(a_full_arena_is_the_only_failure),
        cmocka_unit_test(a_log_left_beside_is_told_unless_empty),
        cmocka_unit_test(real_databases_are_read_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
