/* Jobs in workers: results and failures come back in order, crashes are errors, and the walls hold. */
#define _GNU_SOURCE
#include "unit.h"

#include "scan/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

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

static bool echo(void *context, struct buf *out, struct error *err)
{
    (void)err;
    for (int i = 0; i < 100000; i++)
        buf_text(out, context);
    return true;
}

static bool refuse(void *context, struct buf *out, struct error *err)
{
    buf_text(out, "half a result");
    return error_set(err, ERROR_LIMIT, "%s", (const char *)context);
}

static bool crash(void *context, struct buf *out, struct error *err)
{
    (void)context;
    (void)out;
    (void)err;
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
    return true;
}

static void results_come_back_at_any_parallelism(void **state)
{
    (void)state;
    for (unsigned parallel = 1; parallel < 9; parallel += 3) {
        static char texts[12][4];
        struct worker_job jobs[12];
        struct error err = { 0 };
        for (size_t i = 0; i < 12; i++) {
            snprintf(texts[i], sizeof texts[i], "%zu,", i);
            jobs[i] = (struct worker_job){ .what = "job", .run = echo, .context = texts[i], .folder_fd = -1, .weight = i % 5 };
        }
        assert_true(worker_run(jobs, 12, parallel, &arena, NULL, NULL, &err));
        for (size_t i = 0; i < 12; i++) {
            assert_int_equal(jobs[i].result.len, 100000 * strlen(texts[i]));
            assert_true(str_starts(jobs[i].result, texts[i]));
        }
    }
}

static void the_first_failure_in_order_is_told(void **state)
{
    (void)state;
    for (unsigned parallel = 1; parallel < 5; parallel++) {
        char texts[4][2] = { "a", "b", "c", "d" };
        struct worker_job jobs[4];
        struct error err = { 0 };
        for (size_t i = 0; i < 4; i++)
            jobs[i] =
                (struct worker_job){ .what = "job", .run = i ? refuse : echo, .context = texts[i], .folder_fd = -1, .weight = i };
        assert_false(worker_run(jobs, 4, parallel, &arena, NULL, NULL, &err));
        assert_string_equal(err.text, "job: b");
        assert_int_equal(err.kind, ERROR_LIMIT);
    }
}

static void a_crash_is_an_error(void **state)
{
    (void)state;
    struct worker_job job = { .what = "layer 1", .run = crash, .folder_fd = -1 };
    struct error err = { 0 };
    assert_false(worker_run(&job, 1, 1, &arena, NULL, NULL, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    assert_non_null(strstr(err.text, "layer 1"));
    assert_non_null(strstr(err.text, "crashed"));
}

/* One letter for each thing that could be done. */
static bool try_out(void *context, struct buf *out, struct error *err)
{
    (void)err;
    int fd;
    if ((fd = open("/etc/passwd", O_RDONLY)) >= 0)
        buf_chr(out, 'r');
    if ((fd = open(context, O_WRONLY | O_CREAT, 0600)) >= 0)
        buf_chr(out, 'w');
    if ((fd = socket(AF_INET, SOCK_STREAM, 0)) >= 0)
        buf_chr(out, 'n');
    execl("/bin/true", "true", (char *)NULL);
    buf_chr(out, errno == EPERM || errno == EACCES ? 'b' : 'x');
    return true;
}

static void nothing_can_be_opened_written_sent_or_run(void **state)
{
    (void)state;
    if (!strstr(sandbox_describe(), "seccomp"))
        skip();
    char path[] = "/tmp/drydock-worker-test-XXXXXX";
    close(mkstemp(path));
    struct worker_job job = { .what = "job", .run = try_out, .context = path, .folder_fd = -1 };
    struct error err = { 0 };
    assert_true(worker_run(&job, 1, 1, &arena, NULL, NULL, &err));
    assert_str(job.result, "b");
    unlink(path);
}

static void a_walk_of_a_folder_reads_and_never_writes(void **state)
{
    (void)state;
    if (!strstr(sandbox_describe(), "seccomp"))
        skip();
    char path[] = "/tmp/drydock-worker-test-XXXXXX";
    close(mkstemp(path));
    int root = open("/", O_RDONLY | O_DIRECTORY);
    struct worker_job job = { .what = "job", .run = try_out, .context = path, .folder_fd = root, .reads_folder = true };
    struct error err = { 0 };
    assert_true(worker_run(&job, 1, 1, &arena, NULL, NULL, &err));
    assert_str(job.result, "rb");
    close(root);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(results_come_back_at_any_parallelism, setup, teardown),
        cmocka_unit_test_setup_teardown(the_first_failure_in_order_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(a_crash_is_an_error, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_can_be_opened_written_sent_or_run, setup, teardown),
        cmocka_unit_test_setup_teardown(a_walk_of_a_folder_reads_and_never_writes, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
