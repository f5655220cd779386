/* net_download: a body into a file or pipe while it arrives, gone on with where it broke off; see net.h. RFC 9110, 14 (ranges)
 * and 13.1.5 (If-Range). */
#include "net/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

struct download {
    struct net_receiver receiver;
    struct net_job job;
    struct net_sink *sink;
    uint64_t total; /* UINT64_MAX: not known */
    uint64_t skip;  /* of this answer: bytes that are there already */
    bool no_ranges; /* the server refused one: begin at the start and skip */
    bool delimited; /* this answer says by itself where it ends */
    unsigned resumes;
    char etag[256];
};

static bool size_error(uint64_t has, uint64_t want, struct error *err)
{
    return error_set(err, ERROR_NETWORK, "the server has %llu bytes where %llu are expected", (unsigned long long)has,
                     (unsigned long long)want);
}

static bool learn_total(struct download *d, uint64_t total, struct error *err)
{
    if (total == UINT64_MAX)
        return true;
    if (d->total != UINT64_MAX && d->total != total)
        return size_error(total, d->total, err);
    d->total = total;
    return d->sink->offset <= total || size_error(total, d->sink->offset, err);
}

static bool begin_part(struct download *d, struct str fields, struct error *err)
{
    struct net_range range;
    struct str value = net_field(fields, "Content-Range");
    char shown[100];
    if (!net_content_range(value, &range) || range.unsatisfied || range.first != d->sink->offset)
        return error_set(err, ERROR_NETWORK, "asked for the bytes from %llu on, the server answers with \"%s\"",
                         (unsigned long long)d->sink->offset, net_shown(shown, sizeof shown, value));
    d->skip = 0;
    return learn_total(d, range.total, err);
}

/* A strong entity tag (RFC 9110, 8.8.3) says that the bytes of a later answer are those of this one. */
static void keep_etag(struct download *d, struct str etag)
{
    if (d->etag[0] || etag.len < 2 || etag.len >= sizeof d->etag || etag.ptr[0] != '"')
        return;
    memcpy(d->etag, etag.ptr, etag.len);
    d->etag[etag.len] = '\0';
}

static bool begin(struct net_receiver *receiver, const struct net_head *head, struct error *err)
{
    struct download *d = (struct download *)receiver;
    struct str fields = buf_view(&head->fields);
    if (!net_is_identity(head, err))
        return false;
    keep_etag(d, net_field(fields, "ETag"));
    d->delimited = net_field(fields, "Transfer-Encoding").len > 0;
    if (head->status == 206)
        return begin_part(d, fields, err);
    d->skip = d->sink->offset;
    return learn_total(d, net_content_length(fields), err);
}

/* The reader of a full pipe decides how long this takes; an interruption ends it. */
static bool wait_for_reader(struct download *d, uint64_t *waited_ms, struct error *err)
{
    struct pollfd room = { .fd = d->sink->fd, .events = POLLOUT };
    uint64_t began_ms = time_steady_ms();
    int ready = 0;
    while (ready == 0 || (ready < 0 && errno == EINTR)) {
        if (interrupted())
            return interrupt_error(err);
        if (time_steady_ms() >= d->job.deadline_ms)
            return error_set(err, ERROR_NETWORK, "not done within %llu s; try a longer --timeout",
                             (unsigned long long)d->job.client->options.timeout_s);
        ready = poll(&room, 1, NET_POLL_MS);
    }
    *waited_ms += time_steady_ms() - began_ms;
    return ready > 0 || error_system(err, "pipe");
}

static bool write_bytes(struct download *d, struct str bytes, uint64_t *waited_ms, struct error *err)
{
    struct net_sink *sink = d->sink;
    while (bytes.len) {
        ssize_t n = write(sink->fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EPIPE) {
            sink->reader_left = true;
            return false;
        }
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            if (!wait_for_reader(d, waited_ms, err))
                return false;
            continue;
        }
        if (n < 0)
            return error_system(err, "writing what is downloaded");
        sink->offset += (uint64_t)n;
        if (sink->progress)
            atomic_fetch_add_explicit(sink->progress, (uint64_t)n, memory_order_relaxed);
        bytes = str_skip(bytes, (size_t)n);
    }
    return true;
}

static bool take(struct net_receiver *receiver, struct str bytes, uint64_t *waited_ms, struct error *err)
{
    struct download *d = (struct download *)receiver;
    size_t skipped = d->skip < bytes.len ? (size_t)d->skip : bytes.len;
    d->skip -= skipped;
    bytes = str_skip(bytes, skipped);
    if (bytes.len > d->total - d->sink->offset)
        return error_set(err, ERROR_NETWORK, "the server sends more than the %llu bytes that are expected",
                         (unsigned long long)d->total);
    return write_bytes(d, bytes, waited_ms, err);
}

/* An answer that ended as HTTP has it. Where only the end of the connection ends it, it may have broken off. */
static enum net_end judge_end(struct download *d, struct error *err)
{
    if (d->total == UINT64_MAX && d->skip == 0) {
        d->total = d->sink->offset;
        return NET_ANSWERED;
    }
    if (d->sink->offset == d->total)
        return NET_ANSWERED;
    if (d->delimited) {
        size_error(d->sink->offset - d->skip, d->total == UINT64_MAX ? d->sink->offset : d->total, err);
        return NET_FAILED;
    }
    error_set(err, ERROR_NETWORK, "the connection broke off after %llu of %llu bytes", (unsigned long long)d->sink->offset,
              (unsigned long long)d->total);
    return NET_BROKEN;
}

/* 416: all is there already; or there is less than was thought; or the server just has no ranges (RFC 9110, 15.5.17). */
static enum net_end judge_refused_range(struct download *d, struct net_answer *answer, struct error *err)
{
    struct net_range range;
    bool told =
        net_content_range(net_field(buf_view(&answer->head.fields), "Content-Range"), &range) && range.total != UINT64_MAX;
    if (!told) {
        d->no_ranges = true;
        error_set(err, ERROR_NETWORK, "the server refuses to go on from byte %llu", (unsigned long long)d->sink->offset);
        return NET_BROKEN;
    }
    if (!learn_total(d, range.total, err))
        return NET_FAILED;
    if (d->sink->offset != range.total) {
        error_set(err, ERROR_NETWORK, "the server refuses to go on from byte %llu of %llu", (unsigned long long)d->sink->offset,
                  (unsigned long long)range.total);
        return NET_FAILED;
    }
    answer->head.status = 206;
    return NET_ANSWERED;
}

static enum net_end try_once(struct download *d, struct net_answer *answer, struct error *err)
{
    d->job.range_from = d->no_ranges ? 0 : d->sink->offset;
    d->job.if_range = str_from(d->etag);
    d->skip = 0;
    enum net_end end = net_try(&d->job, answer, err);
    if (end == NET_BROKEN && d->total == d->sink->offset && d->total != UINT64_MAX)
        end = NET_ANSWERED; /* behind its last byte */
    else if (end == NET_ANSWERED && net_is_success(&answer->head))
        end = judge_end(d, err);
    else if (end == NET_ANSWERED && answer->head.status == 416 && d->job.range_from)
        end = judge_refused_range(d, answer, err);
    else
        return end;
    if (end == NET_ANSWERED)
        *err = (struct error){ 0 };
    else
        error_wrap(err, "%s", answer->authority);
    return end;
}

static enum net_end run(struct download *d, struct net_answer *answer, struct error *why)
{
    while (true) {
        uint64_t before = d->sink->offset;
        *why = (struct error){ 0 };
        enum net_end end = try_once(d, answer, why);
        if (end != NET_BROKEN && (end != NET_ANSWERED || !net_status_is_transient(d->job.request, answer->head.status)))
            return end;
        if (d->sink->offset > before) {
            if (d->resumes++ == NET_MAX_RESUMES)
                return end;
            net_job_progressed(&d->job);
        }
        if (!net_try_again(&d->job, end == NET_ANSWERED ? &answer->head : NULL, why))
            return end;
    }
}

static bool download(struct download *d, struct net_answer *answer, struct arena *arena, struct net_response *out,
                     struct error *err)
{
    struct error why;
    d->job.http1 =
        true; /* a single stream gains nothing by HTTP/2, whose frames cost twice the time (measured with libcurl 7.88) */
    enum net_end end = run(d, answer, &why);
    if ((end != NET_ANSWERED && end != NET_ENOUGH) || why.kind != ERROR_NONE)
        return net_give_up(&d->job, &why, err);
    bool success = net_is_success(&answer->head);
    if (!net_respond(answer, success ? (struct str){ 0 } : buf_view(&answer->text), arena, out, err))
        return false;
    if (success)
        out->length = d->total;
    return true;
}

/* A pipe that is full must not keep an interruption waiting. Returns the flags to set again afterwards, -1: none. */
static int stop_blocking(int fd)
{
    struct stat info;
    if (fstat(fd, &info) != 0 || !(S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode)))
        return -1;
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || (flags & O_NONBLOCK) || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
        return -1;
    return flags;
}

bool net_download(struct net_client *client, const struct net_request *request, struct net_sink *sink, struct arena *arena,
                  struct net_response *out, struct error *err)
{
    struct download d = { .receiver = { begin, take }, .sink = sink, .total = sink->size_bytes };
    struct net_answer answer;
    sink->reader_left = false;
    if (sink->size_bytes && sink->offset == sink->size_bytes) { /* nothing is missing */
        *out = (struct net_response){ .status = 200, .url = arena_str(arena, request->url), .length = sink->size_bytes };
        return out->url.ptr || arena_error(arena, err);
    }
    net_answer_init(&answer);
    int flags = stop_blocking(sink->fd);
    bool ok = net_job_begin(&d.job, client, request, &d.receiver, err) && download(&d, &answer, arena, out, err);
    if (flags >= 0)
        fcntl(sink->fd, F_SETFL, flags);
    net_job_end(&d.job);
    net_answer_free(&answer);
    return ok;
}
