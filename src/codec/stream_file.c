/* Streams over descriptors: files by pread, so that many streams share one descriptor and skipping costs nothing; pipes
 * by read. */
#include "codec/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A walk over tar headers skips most of a file, a digest reads all of it: the first read after a skip is small and each
 * read that follows in sequence is twice as large. 256 KiB stay in a core's second-level cache between copy and use. */
enum { WINDOW_BYTES = 256 * 1024, FIRST_READ_BYTES = 8 * 1024, PAGE_BYTES = 4096 };

struct file_stream {
    struct stream stream;
    int fd;
    uint64_t pos, end; /* in the file: where the next read starts; where it must stop */
    uint64_t missing;  /* bytes promised after `end` that the file does not have */
    size_t next_read;
    unsigned char window[];
};

static struct file_stream *new_file_stream(int fd, struct error *err)
{
    struct file_stream *file = malloc(sizeof *file + WINDOW_BYTES);
    if (!file) {
        error_system(err, "file stream");
        return NULL;
    }
    *file = (struct file_stream){ .fd = fd, .next_read = FIRST_READ_BYTES };
    return file;
}

static void close_file(struct stream *self)
{
    free(self);
}

static bool fill_file(struct stream *self, struct error *err)
{
    struct file_stream *file = (struct file_stream *)self;
    if (file->pos == file->end && file->missing)
        return error_set(err, ERROR_INPUT, "the file ends at byte %llu, %llu bytes too early", (unsigned long long)file->end,
                         (unsigned long long)file->missing);
    /* Reads end at page boundaries of the file, so that all but the first start there. */
    size_t want = file->next_read - (size_t)(file->pos % PAGE_BYTES);
    if (want > file->end - file->pos)
        want = (size_t)(file->end - file->pos);
    if (want && !file_read_at(file->fd, file->window, want, file->pos, err))
        return false;
    file->pos += want;
    if (file->next_read < WINDOW_BYTES)
        file->next_read *= 2;
    self->ptr = file->window;
    self->len = want;
    return true;
}

static bool skip_file(struct stream *self, uint64_t size, struct error *err)
{
    (void)err;
    struct file_stream *file = (struct file_stream *)self;
    uint64_t n = size < file->end - file->pos ? size : file->end - file->pos;
    file->pos += n;
    file->next_read = FIRST_READ_BYTES;
    self->consumed_bytes += n;
    return true;
}

struct stream *stream_file(int fd, uint64_t offset, uint64_t size, struct error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        error_system(err, "file stream");
        return NULL;
    }
    if (!S_ISREG(st.st_mode)) {
        error_set(err, ERROR_UNSUPPORTED, "is not a regular file");
        return NULL;
    }
    uint64_t have = (uint64_t)st.st_size;
    if (offset > have) {
        error_set(err, ERROR_INPUT, "offset %llu is behind the end of the file, %llu", (unsigned long long)offset,
                  (unsigned long long)have);
        return NULL;
    }
    struct file_stream *file = new_file_stream(fd, err);
    if (!file)
        return NULL;
    bool whole = size == UINT64_MAX || size <= have - offset;
    file->pos = offset;
    file->end = size < have - offset ? offset + size : have;
    file->missing = whole ? 0 : size - (have - offset);
    file->stream.fill = fill_file;
    file->stream.skip = skip_file;
    file->stream.close = close_file;
    return &file->stream;
}

static bool fill_pipe(struct stream *self, struct error *err)
{
    struct file_stream *file = (struct file_stream *)self;
    ssize_t n;
    do
        n = read(file->fd, file->window, WINDOW_BYTES);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return error_system(err, "read at byte %llu", (unsigned long long)self->consumed_bytes);
    self->ptr = file->window;
    self->len = (size_t)n;
    return true;
}

struct stream *stream_pipe(int fd, struct error *err)
{
    struct file_stream *file = new_file_stream(fd, err);
    if (!file)
        return NULL;
    file->stream.fill = fill_pipe;
    file->stream.close = close_file;
    return &file->stream;
}
