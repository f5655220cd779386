/* What is particular to rpm databases in SQLite: write-ahead mode, hostile schemas, loops of pages; and a build without it. */
#include "rpm_fixture.h"

#ifdef HAVE_SQLITE
static void sqlite_in_write_ahead_mode_is_read(void **state)
{
    (void)state;
    struct database db;
    database_init(&db);
    sqlite_make(&db.file, db.each, SAMPLE_COUNT);
    db.file.ptr[18] = db.file.ptr[19] = 2;
    struct run *run = run_parse(buf_view(&db.file), "var/lib/rpm/rpmdb.sqlite");
    assert_int_equal(run->facts.warning_count, 0);
    check_packages(&run->facts);
    run_free(run);
    database_free(&db);
}

static void sqlite_code_in_the_file_is_not_run(void **state)
{
    (void)state;
    static const struct {
        const char *schema, *says;
    } rows[] = {
        { "CREATE TABLE other(a)", "no table Packages" },
        { "CREATE VIEW Packages AS WITH RECURSIVE n(rowid, blob) AS (SELECT 1, x'00' UNION ALL SELECT rowid + 1, blob FROM n) "
          "SELECT * FROM n",
          "no table Packages" },
        { "CREATE TABLE Packages(blob TEXT PRIMARY KEY) WITHOUT ROWID", "cannot be read" },
        { "CREATE TABLE Packages(hnum INTEGER PRIMARY KEY, blob AS (zeroblob(hnum * 1000000)));"
          "INSERT INTO Packages(hnum) VALUES (1), (2)",
          "cannot be read" },
        { "CREATE TABLE Packages(hnum INTEGER PRIMARY KEY, blob); INSERT INTO Packages(blob) VALUES (NULL), (7)",
          "cannot be read" },
        { "CREATE TABLE Packages(hnum INTEGER PRIMARY KEY, other); INSERT INTO Packages(other) VALUES (1)", "cannot be read" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf file;
        buf_init(&file, MAX_FILE_BYTES);
        sqlite3 *sql = sql_open();
        sql_run(sql, rows[i].schema);
        sql_save(sql, &file);
        struct run *run = run_parse(buf_view(&file), "var/lib/rpm/rpmdb.sqlite");
        expect_warning(run, rows[i].says);
        assert_int_equal(run->facts.package_count, 0);
        run_free(run);
        buf_free(&file);
    }
}

/* An interior page whose children are all the same leaf: every level of these doubles the work for who follows them. */
static void sqlite_pages_in_a_loop_end(void **state)
{
    (void)state;
    struct database db;
    struct str many[64];
    database_init(&db);
    for (size_t i = 0; i < ARRAY_LEN(many); i++)
        many[i] = db.each[0];
    sqlite_make(&db.file, many, ARRAY_LEN(many));
    unsigned char *root = (unsigned char *)db.file.ptr + 512; /* of the table made first */
    assert_int_equal(root[0], 5);                             /* interior page of a table (file format, section 1.6) */
    size_t cells = (size_t)root[3] << 8 | root[4];
    assert_true(cells > 2);
    for (size_t i = 1; i < cells; i++) {
        size_t first = (size_t)root[12] << 8 | root[13], cell = (size_t)root[12 + i * 2] << 8 | root[13 + i * 2];
        memcpy(root + cell, root + first, 4);
    }
    struct run *run = run_parse(buf_view(&db.file), "var/lib/rpm/rpmdb.sqlite");
    expect_warning(run, "loop");
    assert_true(run->facts.package_count > 0 && run->facts.package_count < ARRAY_LEN(many));
    run_free(run);
    database_free(&db);
}
#else
static void without_the_library_that_is_told(void **state)
{
    (void)state;
    struct run *run = run_parse(str_make("SQLite format 3", 16), "var/lib/rpm/rpmdb.sqlite");
    expect_warning(run, "built without SQLite");
    run_free(run);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef HAVE_SQLITE
        cmocka_unit_test(sqlite_in_write_ahead_mode_is_read),
        cmocka_unit_test(sqlite_code_in_the_file_is_not_run),
        cmocka_unit_test(sqlite_pages_in_a_loop_end),
#else
        cmocka_unit_test(without_the_library_that_is_told),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
