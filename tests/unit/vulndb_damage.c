/* Damaged, cut, lying and vanishing databases: an error or the same answers, never a crash. */
#include <sys/wait.h>

#include "vulndb_unit.h"

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

/* An exact copy on the heap, so that a sanitizer sees a byte too far. */
static char *copy_of(struct str bytes)
{
    char *copy = malloc(bytes.len + 1);
    assert_non_null(copy);
    memcpy(copy, bytes.ptr, bytes.len);
    return copy;
}

static void a_database_cut_anywhere_is_refused(void **state)
{
    (void)state;
    struct str bytes = vulndb_test_bytes(&arena);
    for (size_t len = 0; len < bytes.len; len++) {
        struct error err = { 0 };
        char *cut = malloc(len + 1);
        memcpy(cut, bytes.ptr, len);
        assert_null(vulndb_open_memory(str_make(cut, len), &err));
        assert_int_equal(err.kind, ERROR_DATABASE);
        free(cut);
    }
}

static void a_changed_byte_is_found(void **state)
{
    (void)state;
    struct str bytes = vulndb_test_bytes(&arena);
    char *copy = copy_of(bytes);
    for (size_t i = 0; i < bytes.len; i++) {
        struct error err = { 0 };
        copy[i] = (char)(copy[i] ^ (1 << (i % 8)));
        struct vulndb *db = vulndb_open_memory(str_make(copy, bytes.len), &err);
        if (db && vulndb_verify(db, &err))
            fail_msg("a changed byte at %zu goes unnoticed", i);
        assert_int_equal(err.kind, ERROR_DATABASE);
        vulndb_close(db);
        copy[i] = bytes.ptr[i];
    }
    free(copy);
}

/* With right sums over wrong contents: what a hostile database looks like. */
static void lying_contents_do_no_harm(void **state)
{
    (void)state;
    static const unsigned char values[] = { 0x00, 0x01, 0x7F, 0x80, 0xFF };
    struct str bytes = vulndb_test_bytes(&arena);
    char *copy = copy_of(bytes);
    for (size_t i = 0; i < bytes.len; i++) {
        if (i >= sizeof(struct ddb_header) && i < DDB_HEADER_BYTES)
            continue;
        for (size_t j = 0; j < ARRAY_LEN(values); j++) {
            struct error err = { 0 };
            memcpy(copy, bytes.ptr, bytes.len);
            copy[i] = (char)values[j];
            vulndb_seal(copy, bytes.len);
            struct vulndb *db = vulndb_open_memory(str_make(copy, bytes.len), &err);
            if (db)
                vulndb_walk(db);
            else
                assert_int_equal(err.kind, ERROR_DATABASE);
            vulndb_close(db);
        }
    }
    free(copy);
}

/* Each 32-bit word of the contents replaced by far offsets. */
static void lying_offsets_do_no_harm(void **state)
{
    (void)state;
    struct str bytes = vulndb_test_bytes(&arena);
    char *copy = copy_of(bytes);
    const uint32_t values[] = { 0xFFFFFFFF, 0x80000000, 0x7FFFFFFF, (uint32_t)bytes.len, (uint32_t)bytes.len - DDB_HEADER_BYTES,
                                0x10000 };
    for (size_t i = 0; i + 4 <= bytes.len; i += 4) {
        if (i >= sizeof(struct ddb_header) && i < DDB_HEADER_BYTES)
            continue;
        for (size_t j = 0; j < ARRAY_LEN(values); j++) {
            struct error err = { 0 };
            memcpy(copy, bytes.ptr, bytes.len);
            memcpy(copy + i, &values[j], 4);
            vulndb_seal(copy, bytes.len);
            struct vulndb *db = vulndb_open_memory(str_make(copy, bytes.len), &err);
            if (db)
                vulndb_walk(db);
            vulndb_close(db);
        }
    }
    free(copy);
}

static void a_newer_format_and_other_files_are_named(void **state)
{
    (void)state;
    struct str bytes = vulndb_test_bytes(&arena);
    struct error err = { 0 };
    char *copy = copy_of(bytes);
    uint32_t version = DDB_VERSION + 1;
    memcpy(copy + offsetof(struct ddb_header, version), &version, 4);
    assert_null(vulndb_open_memory(str_make(copy, bytes.len), &err));
    assert_non_null(strstr(err.text, "format version"));
    assert_null(vulndb_open_memory(STR("{\"not\": \"a database\"}"), &err));
    assert_non_null(strstr(err.text, "db build"));
    assert_null(vulndb_open("/nonexistent/drydock.ddb", &err));
    assert_int_equal(err.kind, ERROR_SYSTEM);
    free(copy);
}

/* A child maps the file, the file is cut, the child reads on: one line and exit code 2, no crash. */
static void a_file_cut_while_in_use_is_said(void **state)
{
    (void)state;
    struct str bytes = vulndb_test_bytes(&arena);
    struct error err = { 0 };
    char path[256], said[512] = { 0 };
    int out[2], status;
    vulndb_temp_path(path);
    struct file_writer writer;
    assert_true(file_writer_open(&writer, path, &err) && file_write_all(writer.fd, bytes.ptr, bytes.len, &err) &&
                file_writer_commit(&writer, &err));
    assert_int_equal(pipe(out), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(out[1], STDERR_FILENO);
        struct vulndb *db = vulndb_open(path, &err);
        if (!db || truncate(path, 4096) != 0)
            _exit(70);
        vulndb_verify(db, &err);
        _exit(71);
    }
    close(out[1]);
    ssize_t n = read(out[0], said, sizeof said - 1);
    close(out[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    unlink(path);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 2);
    assert_true(n > 0 && strstr(said, "cut short while in use") && strchr(said, '\n') == said + strlen(said) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_database_cut_anywhere_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_changed_byte_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lying_contents_do_no_harm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lying_offsets_do_no_harm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_newer_format_and_other_files_are_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_cut_while_in_use_is_said, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
