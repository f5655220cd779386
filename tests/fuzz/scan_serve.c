/* The questions of a worker that somebody has taken over: any bytes on its socket. What is passed on is short and printable, what
 * comes back is one whole answer to each question, and the first that is none ends it. */
#include "image/image.h"
#include "scan/serve.h"

#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct asked {
    unsigned count;
    bool found, failed;
    size_t bytes;
};

static bool serve(void *context, struct str question, struct buf *answer, bool *found, struct error *err)
{
    struct asked *asked = context;
    if (question.len == 0 || question.len > ASK_MAX_QUESTION_BYTES)
        __builtin_trap();
    for (size_t i = 0; i < question.len; i++)
        if (question.ptr[i] <= ' ' || question.ptr[i] > '~')
            __builtin_trap();
    asked->count++;
    asked->found = *found = str_hash(question) % 4 != 0;
    asked->failed = str_hash(question) % 16 == 1;
    if (asked->failed)
        return error_set(err, ERROR_NETWORK, "%.*s: no answer", STR_ARG(question));
    for (asked->bytes = 0; *found && asked->bytes < question.len; asked->bytes++)
        buf_chr(answer, 'x');
    return true;
}

static void check_answer(int fd, const struct asked *asked)
{
    unsigned char answer[ASK_HEAD_BYTES + ASK_MAX_QUESTION_BYTES + 1];
    ssize_t n = recv(fd, answer, sizeof answer, MSG_DONTWAIT);
    uint64_t bytes = asked->found && !asked->failed ? asked->bytes : 0;
    int status = asked->failed ? ASK_FAILED : asked->found ? ASK_FOUND : ASK_NOT_FOUND;
    if (n < ASK_HEAD_BYTES || answer[0] != status || le64(answer + 1) != bytes || (uint64_t)n != ASK_HEAD_BYTES + bytes)
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { MAX_BYTES = 1 << 16 }; /* what the socket holds */
    int ends[2];
    struct error err = { 0 };
    struct asked asked = { 0 };
    struct worker_job job = { .serve = serve, .input_context = &asked };
    if (size > MAX_BYTES || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return 0;
    if (!file_write_all(ends[0], data, size, &err) || shutdown(ends[0], SHUT_WR) != 0)
        __builtin_trap();
    for (bool more = true; more;) {
        unsigned before = asked.count;
        more = serve_one(&job, ends[1], &err);
        if (more && asked.count != before + 1)
            __builtin_trap();
        if (asked.count != before)
            check_answer(ends[0], &asked);
        if ((err.kind != ERROR_NONE) != (asked.count != before && asked.failed))
            __builtin_trap();
    }
    close(ends[0]);
    close(ends[1]);
    return 0;
}
