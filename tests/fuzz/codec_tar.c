/* Walks a tar archive, reading, part-reading or skipping contents as its bytes would have it. The first byte of the input
 * chooses the width of the windows. */
#include "codec/codec.h"

#include <stdlib.h>

struct narrow {
    struct stream stream;
    struct str rest;
    size_t step;
};

static bool fill_narrow(struct stream *self, struct error *err)
{
    (void)err;
    struct narrow *narrow = (struct narrow *)self;
    struct str window = str_head(narrow->rest, narrow->step);
    self->ptr = (const unsigned char *)window.ptr;
    self->len = window.len;
    narrow->rest = str_skip(narrow->rest, window.len);
    return true;
}

static bool use_contents(struct stream *contents, unsigned how, struct error *err)
{
    unsigned char bytes[700];
    size_t got;
    if (how % 4 == 1)
        return stream_read(contents, bytes, sizeof bytes, &got, err);
    if (how % 4 == 2)
        return stream_skip(contents, 100, err) && stream_read(contents, bytes, 10, &got, err);
    for (uint64_t limit = 1 << 20; how % 4 == 3 && contents->consumed_bytes < limit;) {
        if (!stream_fill(contents, err))
            return false;
        if (contents->len == 0)
            break;
        stream_consume(contents, contents->len);
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct error err = { 0 };
    struct narrow narrow = { .stream = { .fill = fill_narrow },
                             .rest = str_make(data + 1, size - 1),
                             .step = data[0] ? data[0] * 7u : size };
    struct tar *tar = tar_open(&narrow.stream, &err);
    struct tar_entry entry;
    for (unsigned how = data[0]; tar && tar_next(tar, &entry, &err); how++) {
        if (entry.path.len && (entry.path.ptr[0] == '/' || str_starts(entry.path, "../") || str_is(entry.path, "..")))
            abort();
        use_contents(tar_content(tar), how, &err);
    }
    tar_close(tar);
    return 0;
}
