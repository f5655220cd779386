/* A whole layer as an image would hold it: tar, collector, flat form, squash, in one process. */
#include "scan/cover.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool collect(struct layer_collector *c, struct str bytes, struct error *err)
{
    struct stream *s = stream_memory(bytes, err);
    if (!s || !(s = stream_inflate_auto(s, 16 << 20, NULL, err)))
        return false;
    struct tar *tar = tar_open(s, err);
    struct tar_entry entry;
    bool ok = tar != NULL;
    while (ok && tar_next(tar, &entry, err))
        ok = layer_collect(c, &entry, tar_content(tar), err);
    tar_close(tar);
    stream_close(s);
    return ok && err->kind == ERROR_NONE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct layer_collector c;
    struct inventory out = { 0 };
    struct layer_alias *aliases;
    size_t alias_count;
    struct cover *cover;
    struct scan_skips skips = { 0 };
    struct error err = { 0 };
    arena_init(&out.arena, "fuzz", 64 << 20);
    if (layer_collector_init(&c, NULL, 0, -1, 0, &err) && collect(&c, str_make(data, size), &err)) {
        layer_collect_end(&c);
        if (squash_layers(&c.layer, 1, &skips, &out, &aliases, &alias_count, &cover, &err))
            cover_finish(cover, &out);
    }
    arena_free(&out.arena);
    layer_collector_free(&c);
    return 0;
}
