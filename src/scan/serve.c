/* Answers to what workers ask (ASK_… in image.h). The worker reads hostile documents, so that it is not trusted either: a question
 * is short, printable, and comes whole. */
#include "scan/serve.h"
#include "image/image.h"

static bool read_question(int fd, char text[static ASK_MAX_QUESTION_BYTES], struct str *out)
{
    unsigned char head[4];
    struct error ignored = { 0 };
    if (!file_read_all(fd, head, sizeof head, &ignored))
        return false;
    uint32_t len = le32(head);
    if (len == 0 || len > ASK_MAX_QUESTION_BYTES || !file_read_all(fd, text, len, &ignored))
        return false;
    for (uint32_t i = 0; i < len; i++)
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    *out = str_make(text, len);
    return true;
}

static bool reply(int fd, unsigned char status, struct str body)
{
    struct buf out;
    struct error ignored = { 0 };
    buf_init(&out, ASK_HEAD_BYTES);
    buf_chr(&out, (char)status);
    buf_u64(&out, body.len);
    bool ok = !out.failed && file_write_all(fd, out.ptr, out.len, &ignored) && file_write_all(fd, body.ptr, body.len, &ignored);
    buf_free(&out);
    return ok;
}

bool serve_one(const struct worker_job *job, int fd, struct error *failure)
{
    char text[ASK_MAX_QUESTION_BYTES];
    struct str question;
    struct buf answer;
    bool found = false;
    if (!read_question(fd, text, &question))
        return false;
    buf_init(&answer, (size_t)IMAGE_MAX_JSON_BYTES + 1);
    bool ok = job->serve(job->input_context, question, &answer, &found, failure);
    if (ok && answer.failed)
        ok = error_set(failure, ERROR_LIMIT, "%.*s is larger than a document may be", STR_ARG(question));
    bool sent =
        reply(fd, ok ? found ? ASK_FOUND : ASK_NOT_FOUND : ASK_FAILED, ok && found ? buf_view(&answer) : (struct str){ 0 });
    buf_free(&answer);
    return ok && sent;
}
