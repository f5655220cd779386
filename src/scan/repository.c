/* Files of a repository outside the scanned tree that would complete it: of poms in a source tree, the parents, imported lists of
 * versions and dependencies in the user's own Maven repository. Which ones is found out round by round, since each may name
 * more; a worker reads those of a round. */
#define _GNU_SOURCE /* O_DIRECTORY */
#include "scan/repository.h"
#include "scan/worker.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char PREFIX[] = "~/.m2/repository/"; /* of the paths by which such files are told */

struct list_pass {
    int fd; /* of the repository */
    struct str paths;
};

/* A file that is not there is none of this repository's. */
static bool collect_listed(const struct list_pass *pass, struct layer_collector *c, struct str path, struct error *err)
{
    char name[4096], shown[sizeof name + sizeof PREFIX];
    struct stat st;
    if (path.len >= sizeof name || str_starts(path, "/") || str_contains(path, ".."))
        return true;
    snprintf(name, sizeof name, "%.*s", STR_ARG(path));
    snprintf(shown, sizeof shown, "%s%s", PREFIX, name);
    int fd = openat(pass->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return true;
    bool ok = true;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        struct tar_entry entry = { .type = TAR_FILE, .path = str_from(shown), .size_bytes = (uint64_t)st.st_size };
        struct stream *content = stream_file(fd, 0, entry.size_bytes, err);
        ok = content && layer_collect(c, &entry, content, err);
        stream_close(content);
    }
    close(fd);
    return ok;
}

static bool list_pass_run(void *context, struct buf *out, struct error *err)
{
    const struct list_pass *pass = context;
    static struct layer_collector c; /* one a process */
    struct str rest = pass->paths, path;
    bool ok = layer_collector_init(&c, NULL, 0, -1, 0, err);
    while (ok && str_next(&rest, '\n', &path))
        ok = collect_listed(pass, &c, path, err);
    if (ok) {
        layer_collect_end(&c);
        c.layer.file_count = 0; /* none of the tree's */
        ok = layer_put_frame(&c.layer, 0, out, err);
    }
    layer_collector_free(&c);
    return ok;
}

/* Notes of all rounds so far. */
static bool gather_notes(const struct layer_inventory *layers, size_t count, struct arena *arena, struct catalog_facts *out)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < layers[i].facts.note_count; k++) {
            struct catalog_note *notes = arena_grow(arena, out->notes, out->note_count, &out->note_cap, sizeof *notes);
            if (!notes)
                return false;
            out->notes = notes;
            notes[out->note_count++] = layers[i].facts.notes[k];
        }
    return true;
}

/* What is wanted and was not asked for before, one a line. */
static bool choose_new(struct arena *arena, struct map *asked, struct str wanted, struct str *out)
{
    struct buf list;
    struct str path;
    bool ok = true;
    buf_init(&list, wanted.len + 1);
    while (ok && str_next(&wanted, '\n', &path)) {
        if (map_get(asked, path, NULL))
            continue;
        ok = map_put(asked, path, 1);
        if (list.len)
            buf_chr(&list, '\n');
        buf_str(&list, path);
    }
    *out = arena_str(arena, buf_view(&list));
    buf_free(&list);
    return ok && out->ptr;
}

bool repository_read(int fd, struct arena *arena, struct layer_inventory *layers, size_t *count, struct error *err)
{
    struct map asked;
    map_init(&asked, arena);
    for (size_t round = 0; round < REPOSITORY_ROUNDS; round++) {
        struct catalog_facts facts = { .arena = arena };
        struct str wanted, paths;
        if (!gather_notes(layers, *count, arena, &facts) || !catalog_pom_wanted(&facts, arena, &wanted) ||
            !choose_new(arena, &asked, wanted, &paths))
            return arena_error(arena, err);
        if (paths.len == 0)
            return true;
        struct list_pass pass = { .fd = fd, .paths = paths };
        struct worker_job job = {
            .what = "the local Maven repository", .run = list_pass_run, .context = &pass, .reads_folder = true, .folder_fd = fd
        };
        struct layer_inventory *layer = &layers[*count];
        if (!worker_run(&job, 1, 1, arena, NULL, NULL, err) || !layer_read_frame(job.result, arena, layer, err))
            return false;
        if (layer->facts.note_count == 0)
            return true;
        ++*count;
    }
    return true;
}
