/* One transfer: libcurl's multi interface, driven here so that interruptions, stalls and deadlines are noticed in time. */
#include "net/transfer.h"

struct transfer {
    struct net_job *job;
    const struct net_hop *hop;
    struct net_answer *answer;
    struct error *err;
    enum { STOP_NOT, STOP_ENOUGH, STOP_RECEIVER, STOP_HEAD, STOP_TEXT, STOP_INTERRUPTED, STOP_STALLED, STOP_DEADLINE } stop;
    /* At least a byte a second must come in each window of stall_ms. */
    uint64_t stall_ms, window_ms, window_bytes, bytes;
    char detail[CURL_ERROR_SIZE];
};

bool net_is_success(const struct net_head *head)
{
    return head->status >= 200 && head->status < 300;
}

static bool begin(struct transfer *t)
{
    struct net_receiver *receiver = t->job->receiver;
    *t->err = (struct error){ 0 };
    if (receiver->begin(receiver, &t->answer->head, t->err))
        return true;
    t->stop = t->err->kind == ERROR_NONE ? STOP_ENOUGH : STOP_RECEIVER;
    return false;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *user)
{
    struct transfer *t = user;
    struct net_head *head = &t->answer->head;
    size_t len = size * count;
    bool was_complete = head->complete;
    t->bytes += len;
    if (!net_head_line(head, str_make(bytes, len)))
        t->stop = STOP_HEAD;
    else if (head->complete && !was_complete && net_is_success(head))
        begin(t);
    return t->stop == STOP_NOT ? len : len + 1; /* another number than it was given ends libcurl's transfer */
}

/* What comes with other statuses is an explanation, of which the beginning is enough. */
static bool take_text(struct transfer *t, struct str bytes)
{
    struct buf *text = &t->answer->text;
    buf_str(text, str_head(bytes, text->max - text->len));
    if (text->len == text->max)
        t->stop = STOP_TEXT;
    return t->stop == STOP_NOT;
}

static bool take(struct transfer *t, struct str bytes)
{
    uint64_t waited_ms = 0;
    if (!net_is_success(&t->answer->head))
        return take_text(t, bytes);
    *t->err = (struct error){ 0 };
    bool more = t->job->receiver->take(t->job->receiver, bytes, &waited_ms, t->err);
    t->window_ms += waited_ms;
    t->answer->received_bytes += bytes.len;
    if (!more)
        t->stop = t->err->kind == ERROR_NONE ? STOP_ENOUGH : STOP_RECEIVER;
    return more;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *user)
{
    struct transfer *t = user;
    size_t len = size * count;
    t->bytes += len;
    return take(t, str_make(bytes, len)) ? len : len + 1;
}

static bool must_stop(struct transfer *t)
{
    uint64_t now = time_steady_ms();
    if (t->stop != STOP_NOT)
        return true;
    if (interrupted())
        t->stop = STOP_INTERRUPTED;
    else if (now >= t->job->deadline_ms)
        t->stop = STOP_DEADLINE;
    else if (now > t->window_ms && now - t->window_ms >= t->stall_ms) {
        if (t->bytes - t->window_bytes < t->stall_ms / 1000 + 1)
            t->stop = STOP_STALLED;
        t->window_ms = now;
        t->window_bytes = t->bytes;
    }
    return t->stop != STOP_NOT;
}

static CURLcode drive(struct transfer *t, CURLM *multi)
{
    int running = 1, queued;
    while (true) {
        if (net_curl.multi_perform(multi, &running) != CURLM_OK)
            return CURLE_FAILED_INIT;
        if (running == 0)
            break;
        if (must_stop(t))
            return CURLE_ABORTED_BY_CALLBACK;
        net_curl.multi_poll(multi, NULL, 0, NET_POLL_MS, NULL);
    }
    for (CURLMsg *message; (message = net_curl.multi_info_read(multi, &queued));)
        if (message->msg == CURLMSG_DONE)
            return message->data.result;
    return CURLE_FAILED_INIT;
}

static void set_callbacks(struct transfer *t, CURL *easy)
{
    uint64_t now = time_steady_ms(), left = t->job->deadline_ms > now ? t->job->deadline_ms - now : 1;
    net_curl.easy_setopt(easy, CURLOPT_ERRORBUFFER, t->detail);
    net_curl.easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    net_curl.easy_setopt(easy, CURLOPT_HEADERDATA, t);
    net_curl.easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    net_curl.easy_setopt(easy, CURLOPT_WRITEDATA, t);
    net_curl.easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, left < NET_CONNECT_MS ? (long)left : (long)NET_CONNECT_MS);
}

static void log_transfer(const struct transfer *t, uint64_t began_ms)
{
    struct str url, query;
    if (!log_on(LOG_DEBUG))
        return;
    bool asks = str_cut(t->hop->url, '?', &url, &query); /* signed addresses have their secret there */
    log_debug("%s %.*s%s: %d, %llu bytes, %llu ms%s%s", t->hop->method, STR_ARG(url), asks ? "?..." : "", t->answer->head.status,
              (unsigned long long)t->bytes, (unsigned long long)(time_steady_ms() - began_ms), t->detail[0] ? ", " : "",
              t->detail);
}

static enum net_end fail(const struct transfer *t, CURL *easy, CURLcode code)
{
    curl_off_t until_sent = 0;
    struct net_failure failure = { .code = code, .detail = t->detail, .received_bytes = t->answer->received_bytes };
    failure.length = net_content_length(buf_view(&t->answer->head.fields));
    if (t->answer->head.status == 206) { /* a part: sizes are told of the whole */
        failure.received_bytes += t->job->range_from;
        if (__builtin_add_overflow(failure.length, t->job->range_from, &failure.length))
            failure.length = UINT64_MAX;
    }
    net_curl.easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &until_sent);
    failure.sent = until_sent > 0;
    net_curl.easy_getinfo(easy, CURLINFO_OS_ERRNO, &failure.os_errno);
    net_curl.easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &failure.verify);
    net_curl.easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &failure.proxy_status);
    if (code == CURLE_OK)
        failure.proxy_status = t->answer->head.status;
    return net_failure_explain(t->job, t->hop, &failure, t->err);
}

/* Why it was ended from here. */
static enum net_end stopped(const struct transfer *t)
{
    const char *who = t->hop->authority;
    switch (t->stop) {
    case STOP_ENOUGH: return NET_ENOUGH;
    case STOP_TEXT: return NET_ANSWERED;
    case STOP_INTERRUPTED: interrupt_error(t->err); return NET_FAILED;
    case STOP_HEAD:
        error_set(t->err, ERROR_LIMIT, "%s: the answer has more than %d KiB or %d fields of header", who,
                  NET_MAX_HEAD_BYTES / 1024, NET_MAX_HEAD_FIELDS);
        return NET_FAILED;
    case STOP_STALLED:
        error_set(t->err, ERROR_NETWORK, "%s: nothing came for %llu s; the server or the network stalls, try again later", who,
                  (unsigned long long)(t->stall_ms + 999) / 1000);
        return NET_BROKEN;
    case STOP_DEADLINE: return net_late(t->job, t->hop, t->err);
    default: /* the receiver has said why */
        if (t->err->kind != ERROR_SYSTEM)
            error_wrap(t->err, "%s", who);
        return NET_FAILED;
    }
}

static enum net_end finish(struct transfer *t, CURL *easy, CURLcode code)
{
    if (t->stop != STOP_NOT)
        return stopped(t);
    if (code != CURLE_OK || t->answer->head.status == 407) /* Proxy Authentication Required: the server was not asked */
        return fail(t, easy, code);
    return NET_ANSWERED;
}

enum net_end net_transfer(struct net_job *job, const struct net_hop *hop, struct net_answer *answer, struct error *err)
{
    struct transfer t = { .job = job, .hop = hop, .answer = answer, .err = err };
    struct curl_slist *headers = NULL;
    enum net_end end = NET_FAILED;
    CURL *easy = net_handle(job->client, err);
    net_head_clear(&answer->head);
    buf_clear(&answer->text);
    answer->received_bytes = 0;
    if (easy && net_setup(job, hop, easy, &headers, err)) {
        set_callbacks(&t, easy);
        t.window_ms = time_steady_ms();
        t.stall_ms = (job->client->options.stall_ms ? job->client->options.stall_ms : NET_STALL_MS) *
                     (job->request->socket ? NET_SOCKET_PATIENCE : 1);
        uint64_t began_ms = t.window_ms;
        net_curl.multi_add_handle(job->client->multi, easy);
        CURLcode code = drive(&t, job->client->multi);
        end = finish(&t, easy, code);
        net_curl.multi_remove_handle(job->client->multi, easy); /* also ends what is still under way */
        log_transfer(&t, began_ms);
        net_curl.easy_reset(easy); /* it points to what ends here */
    }
    net_curl.slist_free_all(headers);
    return end;
}
