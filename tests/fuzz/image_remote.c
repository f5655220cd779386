/* An image whose documents are asked of somebody else. The first byte says how the rest is to be read: as the very bytes of the
 * answers, or as documents, cut at NULs, that a registry with just these would give: index.json is the last of them, and "@N" in a
 * document becomes digest and size of the N-th, so that the digests fit. A question that is asked for the first time ends the
 * reading; then it all begins anew with one answer more, which needs no second process. */
#include "image/image.h"

#include <sys/socket.h>
#include <unistd.h>

enum { MAX_DOCUMENTS = 10, MAX_QUESTIONS = 24, MAX_ANSWERS_BYTES = 96 << 10 };

struct registry {
    struct arena arena;
    struct str documents[MAX_DOCUMENTS], digests[MAX_DOCUMENTS];
    size_t count;
    struct buf answers;
    size_t answered;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add_document(struct registry *r, struct str text)
{
    char digest[160];
    struct error err = { 0 };
    struct buf out;
    buf_init(&out, MAX_ANSWERS_BYTES);
    for (size_t i = 0; i < text.len; i++) {
        size_t n = i + 1 < text.len ? (size_t)(unsigned char)text.ptr[i + 1] - '0' : SIZE_MAX;
        if (text.ptr[i] != '@' || n >= r->count) {
            buf_chr(&out, text.ptr[i]);
            continue;
        }
        buf_printf(&out, "\"digest\":\"%.*s\",\"size\":%zu", STR_ARG(r->digests[n]), r->documents[n].len);
        i++;
    }
    if (!digest_of(r->count % 3 == 2 ? DIGEST_SHA512 : DIGEST_SHA256, buf_view(&out), digest, &err))
        __builtin_trap();
    r->documents[r->count] = arena_str(&r->arena, buf_view(&out));
    r->digests[r->count++] = arena_str(&r->arena, str_from(digest));
    buf_free(&out);
}

static void add_documents(struct registry *r, struct str text)
{
    struct str one, rest;
    while (text.len && r->count < MAX_DOCUMENTS) {
        str_cut(text, '\0', &one, &rest);
        add_document(r, one);
        text = rest;
    }
}

/* Blobs and manifests by their digests. */
static const struct str *find(const struct registry *r, struct str question)
{
    for (size_t i = 0; i < r->count; i++)
        if (str_eq(path_base(question), r->digests[i]))
            return &r->documents[i];
    return r->count && str_is(question, "index.json") ? &r->documents[r->count - 1] : NULL;
}

static void add_answer(struct registry *r, struct str question)
{
    const struct str *found = find(r, question);
    buf_chr(&r->answers, found ? ASK_FOUND : ASK_NOT_FOUND);
    buf_u64(&r->answers, found ? found->len : 0);
    if (found)
        buf_str(&r->answers, *found);
    r->answered++;
}

/* The questions that were asked, of which the first one without an answer gets it. False: all had one. */
static bool read_questions(struct registry *r, int fd)
{
    char bytes[4 + ASK_MAX_QUESTION_BYTES];
    for (size_t n = 0; recv(fd, bytes, 4, MSG_DONTWAIT) == 4; n++) {
        uint32_t len = le32(bytes);
        if (len == 0 || len > ASK_MAX_QUESTION_BYTES || recv(fd, bytes, len, MSG_DONTWAIT) != (ssize_t)len)
            __builtin_trap();
        for (uint32_t i = 0; i < len; i++)
            if (bytes[i] <= ' ' || bytes[i] > '~')
                __builtin_trap();
        if (n < r->answered)
            continue;
        add_answer(r, str_make(bytes, len));
        return !r->answers.failed && n < MAX_QUESTIONS;
    }
    return false;
}

static void check_image(const struct image *image, struct arena *arena)
{
    struct image back;
    struct error err = { 0 };
    struct buf bytes;
    buf_init(&bytes, 64 << 20);
    if (!image_encode(image, &bytes) || !image_decode(buf_view(&bytes), arena, &back, &err))
        __builtin_trap();
    buf_free(&bytes);
}

static void check_choices(const struct image_choice *choices, size_t count, struct image_platform platform, struct arena *arena)
{
    struct image_choice *back;
    size_t back_count;
    struct error err = { 0 };
    struct buf bytes;
    buf_init(&bytes, 64 << 20);
    if (!image_choices_encode(choices, count, &bytes) ||
        !image_choices_decode(buf_view(&bytes), arena, &back, &back_count, &err) || back_count != count)
        __builtin_trap();
    image_choice_pick(choices, count, platform);
    buf_free(&bytes);
}

/* True: begin anew. */
static bool read_once(struct registry *r, uint8_t how, struct str answers)
{
    int ends[2];
    struct arena arena;
    struct image image;
    struct image_choice *choices;
    size_t count;
    struct error err = { 0 };
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
        return false;
    if (!file_write_all(ends[1], answers.ptr, answers.len, &err) || shutdown(ends[1], SHUT_WR) != 0)
        __builtin_trap();
    arena_init(&arena, "image", 64 << 20);
    struct image_request request = { .fd = ends[0], .is_remote = true, .input = STR("input") };
    if (how & 4)
        request.platform = (struct image_platform){ .os = STR("linux"), .arch = STR("arm64"), .variant = STR("v8") };
    bool ok = how & 2 ? image_list(&request, &arena, &choices, &count, &err) : image_open(&request, &arena, &image, &err);
    if (!ok && (err.kind == ERROR_NONE || !err.text[0]))
        __builtin_trap();
    if (ok && how & 2)
        check_choices(choices, count, request.platform, &arena);
    else if (ok)
        check_image(&image, &arena);
    bool again = read_questions(r, ends[1]);
    arena_free(&arena);
    close(ends[0]);
    close(ends[1]);
    return again && r->count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct registry r = { .count = 0 };
    if (size == 0 || size > MAX_ANSWERS_BYTES)
        return 0;
    struct str text = str_make(data + 1, size - 1);
    arena_init(&r.arena, "registry", 16 << 20);
    buf_init(&r.answers, MAX_ANSWERS_BYTES);
    if (data[0] & 1)
        add_documents(&r, text);
    while (read_once(&r, data[0], data[0] & 1 ? buf_view(&r.answers) : text))
        ;
    buf_free(&r.answers);
    arena_free(&r.arena);
    return 0;
}
