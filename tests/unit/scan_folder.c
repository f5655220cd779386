/* A walk that several workers share: whoever walks what, and in which order, the joined inventory is the same; damaged answers
 * are refused; parts go to whoever waits. */
#include "unit.h"

#include "scan/folder.h"

#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ENTRIES = 240, MAX_WORKERS = 7, SHARED_FILES = 5 };

static unsigned chance;

static unsigned roll(unsigned sides)
{
    chance = chance * 1103515245 + 12345;
    return (chance >> 16) % sides;
}

/* ---- a tree, in any order, by any number of workers ---------------------------------------------------------------------------- */

/* Entry i of the tree: some are packages, some links, some are one of several names of a file. */
static void collect(struct layer_collector *c, struct buf *links, unsigned i)
{
    char path[128], text[128];
    struct error err = { 0 };
    struct tar_entry entry = { .type = TAR_FILE, .mode = i % 7 ? 0644 : 0755 };
    snprintf(text, sizeof text, i % 7 ? "text %u\n" : "#!/bin/sh\n# %u\n", i);
    snprintf(path, sizeof path, "d%u/e%u/f%u", i % 11, i % 5, i);
    if (i % 5 == 0) {
        snprintf(path, sizeof path, "app%u/node_modules/m%u/package.json", i % 3, i);
        snprintf(text, sizeof text, "{\"name\":\"m%u\",\"version\":\"1.%u.0\"}", i, i);
    } else if (i % 13 == 0) {
        snprintf(path, sizeof path, "d%u/broken%u/package-lock.json", i % 11, i);
        snprintf(text, sizeof text, "{");
    } else if (i % 17 == 0) {
        entry.type = TAR_SYMLINK;
        entry.link = STR("../f1");
    } else if (i % 3 == 0) {
        uint64_t name = layer_name(str_from(path), false);
        c->same_as = name;
        buf_u64(links, 42);
        buf_u64(links, i / 15 % SHARED_FILES);
        buf_u64(links, name);
        snprintf(text, sizeof text, "shared %u\n", i / 15 % SHARED_FILES);
    }
    entry.path = str_from(path);
    entry.size_bytes = strlen(text);
    struct stream *s = stream_memory(str_from(text), &err);
    assert_true(layer_collect(c, &entry, s, &err));
    stream_close(s);
    c->same_as = 0;
}

static void answer_of(struct layer_collector *c, const struct buf *links, struct buf *out)
{
    struct error err = { 0 };
    buf_init(out, 16 << 20);
    assert_true(layer_put_frame(&c->layer, FRAME_FOLDER, out, &err));
    buf_u32(out, FRAME_LINKS);
    buf_u64(out, links->len);
    buf_str(out, buf_view(links));
}

static void make_answers(struct buf *answers, size_t workers)
{
    unsigned order[ENTRIES];
    static struct layer_collector collectors[MAX_WORKERS];
    struct buf links[MAX_WORKERS];
    struct error err = { 0 };
    for (unsigned i = 0; i < ENTRIES; i++) {
        unsigned at = roll(i + 1);
        order[i] = order[at];
        order[at] = i;
    }
    for (size_t w = 0; w < workers; w++) {
        assert_true(layer_collector_init(&collectors[w], NULL, 0, -1, 0, &err));
        buf_init(&links[w], 1 << 20);
    }
    for (unsigned i = 0; i < ENTRIES; i++) {
        unsigned w = roll((unsigned)workers);
        collect(&collectors[w], &links[w], order[i]);
    }
    for (size_t w = 0; w < workers; w++) {
        collectors[w].layer.unreadable_count = w == 0;
        answer_of(&collectors[w], &links[w], &answers[w]);
        buf_free(&links[w]);
        layer_collector_free(&collectors[w]);
    }
}

static int compare_members(const void *a, const void *b)
{
    const struct layer_member *x = a, *y = b;
    return (x->name > y->name) - (x->name < y->name);
}

/* Everything that the rest of a scan can see, as a text. */
static void describe(struct layer_inventory *l, struct buf *out)
{
    buf_printf(out, "%llu files, %llu unreadable\n", (unsigned long long)l->file_count, (unsigned long long)l->unreadable_count);
    for (size_t i = 0; i < l->file_total; i++) {
        const struct layer_file *f = &l->files[i];
        buf_printf(out, "%.*s %s", STR_ARG(f->real), f->kind->name);
        for (uint32_t k = 0; k < f->packages.count; k++)
            buf_printf(out, " %u:%.*s", f->packages.first + k, STR_ARG(l->facts.packages[f->packages.first + k].version));
        for (uint32_t k = 0; k < f->warnings.count; k++)
            buf_printf(out, " %u:%.*s", f->warnings.first + k, STR_ARG(l->facts.warnings[f->warnings.first + k].path));
        buf_chr(out, '\n');
    }
    for (size_t i = 0; i < l->link_count; i++)
        buf_printf(out, "%.*s -> %.*s\n", STR_ARG(l->links[i].path), STR_ARG(l->links[i].target));
    for (size_t i = 0; i < l->base_count; i++)
        buf_printf(out, "%.*s of %.*s: %llx\n", STR_ARG(l->bases[i].name),
                   STR_ARG(l->folders[l->members[l->bases[i].member].folder].path), (unsigned long long)l->bases[i].same_as);
    for (size_t i = 0; i < l->member_count; i++) {
        uint32_t at;
        assert_true(layer_find(l, l->members[i].name, &at));
        assert_int_equal(at, i);
    }
    qsort(l->members, l->member_count, sizeof *l->members, compare_members);
    for (size_t i = 0; i < l->member_count; i++)
        buf_printf(out, "%llx %x %llu\n", (unsigned long long)l->members[i].name, l->members[i].mode,
                   (unsigned long long)l->members[i].size_bytes);
}

static bool join(const struct buf *answers, size_t count, struct arena *arena, struct layer_inventory *out, struct error *err)
{
    struct str views[MAX_WORKERS];
    for (size_t i = 0; i < count; i++)
        views[i] = buf_view(&answers[i]);
    return folder_join(views, count, arena, out, err);
}

static void who_walked_what_leaves_no_trace(void **state)
{
    (void)state;
    struct buf expected, got;
    buf_init(&expected, 1 << 20);
    for (unsigned trial = 0; trial < 60; trial++) {
        struct buf answers[MAX_WORKERS];
        struct arena arena;
        struct layer_inventory layer;
        struct error err = { 0 };
        size_t workers = 1 + trial % MAX_WORKERS;
        chance = trial;
        arena_init(&arena, "test", 64 << 20);
        buf_init(&got, 1 << 20);
        make_answers(answers, workers);
        assert_true(join(answers, workers, &arena, &layer, &err));
        assert_int_equal(layer.member_count, ENTRIES);
        describe(&layer, trial ? &got : &expected);
        if (trial)
            assert_int_equal(str_cmp(buf_view(&got), buf_view(&expected)), 0);
        for (size_t i = 0; i < workers; i++)
            buf_free(&answers[i]);
        buf_free(&got);
        arena_free(&arena);
    }
    buf_free(&expected);
}

/* Of several names one has the bytes, all others are links to it. */
static void shared_bytes_count_once(void **state)
{
    (void)state;
    struct buf answers[MAX_WORKERS];
    struct arena arena;
    struct layer_inventory layer;
    struct error err = { 0 };
    size_t alone = 0, links = 0;
    chance = 3;
    arena_init(&arena, "test", 64 << 20);
    make_answers(answers, 4);
    assert_true(join(answers, 4, &arena, &layer, &err));
    for (size_t i = 0; i < layer.base_count; i++) {
        const struct layer_base *base = &layer.bases[i];
        if (base->same_as)
            *(layer.members[base->member].mode & MEMBER_SAME ? &links : &alone) += 1;
    }
    assert_int_equal(alone, SHARED_FILES);
    assert_true(links > SHARED_FILES);
    for (size_t i = 0; i < 4; i++)
        buf_free(&answers[i]);
    arena_free(&arena);
}

static void damaged_answers_are_refused(void **state)
{
    (void)state;
    struct buf answers[MAX_WORKERS];
    size_t refused = 0;
    chance = 7;
    make_answers(answers, 2);
    for (size_t cut = 0; cut < answers[1].len; cut += 1 + cut / 64) {
        struct arena arena;
        struct layer_inventory layer;
        struct error err = { 0 };
        struct str views[] = { buf_view(&answers[0]), str_head(buf_view(&answers[1]), cut) };
        arena_init(&arena, "test", 64 << 20);
        assert_false(folder_join(views, 2, &arena, &layer, &err));
        assert_int_equal(err.kind, ERROR_INPUT);
        arena_free(&arena);
    }
    for (unsigned trial = 0; trial < 4000; trial++) {
        struct arena arena;
        struct layer_inventory layer;
        struct error err = { 0 };
        char *byte =
            &answers[1].ptr[trial < 2000 ? trial % answers[1].len : (roll(1 << 15) * 32768 + roll(1 << 15)) % answers[1].len];
        char before = *byte;
        *byte = (char)(before ^ (1 << roll(8)));
        arena_init(&arena, "test", 64 << 20);
        refused += !join(answers, 2, &arena, &layer, &err);
        arena_free(&arena);
        *byte = before;
    }
    assert_true(refused > 0);
    buf_free(&answers[0]);
    buf_free(&answers[1]);
}

/* ---- sharing -------------------------------------------------------------------------------------------------------------------- */

/* A part below a limit makes two more, which others may take. What was done goes to `fd`, a byte each. */
static void do_part(const struct folder_pass *pass, int fd, char *path, size_t len)
{
    struct error err = { 0 };
    assert_true(file_write_all(fd, "x", 1, &err));
    for (int i = 0; i < 2 && len < 8; i++) {
        path[len] = (char)('a' + i);
        if (!folder_share_give(pass, str_make(path, len + 1))) /* nobody takes any more for now */
            do_part(pass, fd, path, len + 1);
    }
}

static void work(const struct folder_pass *pass, int fd)
{
    char path[4096];
    size_t len;
    bool over = false;
    struct error err = { 0 };
    while (folder_share_take(pass, path, &len, &over, &err) && !over) {
        do_part(pass, fd, path, len);
        assert_true(folder_share_done(pass, &err));
    }
    assert_true(over);
}

static void every_part_is_taken_once(void **state)
{
    (void)state;
    enum { WORKERS = 4, PARTS = (1 << 9) - 1 };
    struct folder_pass pass = { 0 };
    struct error err = { 0 };
    pid_t pids[WORKERS];
    int ends[2], status;
    char byte;
    size_t taken = 0;
    assert_true(folder_share_open(&pass.shared, &pass.give_fd, &pass.take_fd, &err));
    assert_false(folder_share_wanted(&pass));
    assert_int_equal(pipe(ends), 0);
    for (size_t i = 0; i < WORKERS; i++)
        if ((pids[i] = fork()) == 0) {
            work(&pass, ends[1]);
            _exit(0);
        }
    close(ends[1]);
    while (read(ends[0], &byte, 1) == 1)
        taken++;
    for (size_t i = 0; i < WORKERS; i++)
        assert_true(waitpid(pids[i], &status, 0) == pids[i] && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(taken, PARTS);
    assert_int_equal(atomic_load(&pass.shared->pending), 0);
    assert_int_equal(atomic_load(&pass.shared->queued), 0);
    close(ends[0]);
    folder_share_close(pass.shared, pass.give_fd, pass.take_fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_walked_what_leaves_no_trace),
        cmocka_unit_test(shared_bytes_count_once),
        cmocka_unit_test(damaged_answers_are_refused),
        cmocka_unit_test(every_part_is_taken_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
