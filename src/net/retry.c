/* Tries and the pauses between them; see transfer.h. */
#include "net/transfer.h"

#include <poll.h>

enum { LONG_PAUSE_MS = 5000 }; /* people are told that there is one */

bool net_job_begin(struct net_job *job, struct net_client *client, const struct net_request *request,
                   struct net_receiver *receiver, struct error *err)
{
    *job = (struct net_job){ .client = client, .request = request, .receiver = receiver, .deadline_ms = UINT64_MAX };
    arena_init(&job->scratch, "request", NET_SCRATCH_BYTES);
    uint64_t timeout_s = client->options.timeout_s;
    if (timeout_s && timeout_s < UINT64_MAX / 2000)
        job->deadline_ms = time_steady_ms() + timeout_s * 1000;
    job->retries = request->once ? 0 : client->options.retries ? client->options.retries : NET_RETRIES;
    net_job_progressed(job);
    if (!net_library_load(err))
        return false;
    return request->url.len > 0 || error_set(err, ERROR_INPUT, "a request without an address");
}

void net_job_end(struct net_job *job)
{
    arena_free(&job->scratch);
}

void net_job_progressed(struct net_job *job)
{
    job->failures = 0;
    job->pause_ms = job->client->options.pause_ms ? job->client->options.pause_ms : NET_PAUSE_MS;
}

bool net_status_is_transient(const struct net_request *request, int status)
{
    if (request->method && strcmp(request->method, "POST") == 0)
        return status == 429 || status == 503;
    return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

/* xorshift64: so that many programs that were turned away at once do not come back at once. */
static uint64_t jitter(struct net_client *client, uint64_t below)
{
    uint64_t x = client->jitter ? client->jitter : 1;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    client->jitter = x;
    return below ? x % below : 0;
}

static bool wait_until(uint64_t until_ms, struct error *err)
{
    for (uint64_t now = time_steady_ms(); now < until_ms; now = time_steady_ms()) {
        if (interrupted())
            return interrupt_error(err);
        uint64_t left = until_ms - now;
        poll(NULL, 0, left < NET_POLL_MS ? (int)left : NET_POLL_MS);
    }
    return true;
}

bool net_try_again(struct net_job *job, const struct net_head *head, struct error *err)
{
    struct net_client *client = job->client;
    uint64_t told_s = head ? net_retry_after(net_field(buf_view(&head->fields), "Retry-After"), time_now()) : 0;
    uint64_t pause_ms = told_s ? told_s * 1000 : job->pause_ms - job->pause_ms / 4 + jitter(client, job->pause_ms / 2);
    job->failures++;
    if (job->failures > job->retries || told_s > NET_MAX_RETRY_AFTER_S)
        return false;
    uint64_t now = time_steady_ms();
    if (now >= job->deadline_ms || pause_ms >= job->deadline_ms - now)
        return false;
    job->pause_ms = job->pause_ms < NET_MAX_PAUSE_MS / 2 ? job->pause_ms * 2 : NET_MAX_PAUSE_MS;
    log_line(pause_ms < LONG_PAUSE_MS ? LOG_DEBUG : LOG_INFO, "%.*s: try %u failed, the next in %llu ms",
             STR_ARG(net_host(job->request->url)), job->failures, (unsigned long long)pause_ms);
    return wait_until(now + pause_ms, err);
}

bool net_give_up(const struct net_job *job, const struct error *why, struct error *err)
{
    *err = *why;
    size_t len = strlen(err->text);
    if (job->failures > 1 && err->kind == ERROR_NETWORK)
        snprintf(err->text + len, sizeof err->text - len, " (tried %u times)", job->failures);
    return false;
}

bool net_respond(const struct net_answer *answer, struct str body, struct arena *arena, struct net_response *out,
                 struct error *err)
{
    struct net_response response;
    if (!net_head_response(&answer->head, arena, &response, err))
        return false;
    response.url = arena_str(arena, answer->url);
    response.body = arena_str(arena, body);
    if (arena->exhausted)
        return arena_error(arena, err);
    *out = response;
    return true;
}
