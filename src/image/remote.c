/* Documents of an image that lies elsewhere: this worker has no network, so it asks its parent for them, one after the other
 * (ASK_… in image.h). What comes back is as hostile as a file: callers hold it to its digest. */
#include "image/store.h"

static bool ask(int fd, struct str path, struct error *err)
{
    struct buf question;
    buf_init(&question, 4 + ASK_MAX_QUESTION_BYTES);
    buf_u32(&question, (uint32_t)path.len);
    buf_str(&question, path);
    bool ok = question.failed ? error_set(err, ERROR_LIMIT, "its name is too long")
                              : file_write_all(fd, question.ptr, question.len, err);
    buf_free(&question);
    return ok;
}

bool remote_text(int fd, struct arena *arena, struct str path, struct str *out, bool *found, struct error *err)
{
    unsigned char head[ASK_HEAD_BYTES];
    if (!ask(fd, path, err))
        return error_wrap(err, "%.*s", STR_ARG(path));
    if (!file_read_all(fd, head, sizeof head, err))
        return error_set(err, ERROR_NETWORK, "%.*s: nobody answers", STR_ARG(path));
    uint64_t len = le64(head + 1);
    *found = head[0] == ASK_FOUND;
    if (head[0] == ASK_NOT_FOUND)
        return true;
    if (head[0] != ASK_FOUND || len > IMAGE_MAX_JSON_BYTES)
        return error_set(err, ERROR_NETWORK, "%.*s could not be fetched", STR_ARG(path));
    char *text = arena_alloc(arena, (size_t)len + 1);
    if (!text)
        return arena_error(arena, err);
    if (!file_read_all(fd, text, (size_t)len, err))
        return error_set(err, ERROR_NETWORK, "%.*s: the answer breaks off", STR_ARG(path));
    *out = str_make(text, (size_t)len);
    return true;
}
