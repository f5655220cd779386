/* net_fetch: an answer in memory; see net.h. */
#include "net/transfer.h"

struct memory {
    struct net_receiver receiver;
    struct buf body;
    const struct net_request *request;
};

bool net_is_identity(const struct net_head *head, struct error *err)
{
    struct str encoding = net_field(buf_view(&head->fields), "Content-Encoding");
    char shown[64];
    if (encoding.len == 0 || str_eq_nocase(encoding, STR("identity")))
        return true;
    return error_set(err, ERROR_NETWORK, "answers in Content-Encoding %s, which was not asked for",
                     net_shown(shown, sizeof shown, encoding));
}

static bool too_large(const struct memory *memory, struct error *err)
{
    return error_set(err, ERROR_LIMIT, "the answer is larger than %zu KiB", memory->body.max / 1024);
}

static bool begin(struct net_receiver *receiver, const struct net_head *head, struct error *err)
{
    struct memory *memory = (struct memory *)receiver;
    bool has_body = !memory->request->method || strcmp(memory->request->method, "HEAD") != 0;
    uint64_t length = net_content_length(buf_view(&head->fields));
    buf_clear(&memory->body); /* of an earlier try */
    if (!net_is_identity(head, err))
        return false;
    return !has_body || length == UINT64_MAX || length <= memory->body.max || too_large(memory, err);
}

static bool take(struct net_receiver *receiver, struct str bytes, uint64_t *waited_ms, struct error *err)
{
    struct memory *memory = (struct memory *)receiver;
    (void)waited_ms;
    buf_str(&memory->body, bytes);
    return !memory->body.failed || too_large(memory, err);
}

static bool fetch(struct net_job *job, struct memory *memory, struct net_answer *answer, struct arena *arena,
                  struct net_response *out, struct error *err)
{
    struct error why;
    enum net_end end;
    do {
        why = (struct error){ 0 };
        end = net_try(job, answer, &why);
        if (end != NET_BROKEN && (end != NET_ANSWERED || !net_status_is_transient(job->request, answer->head.status)))
            break;
    } while (net_try_again(job, end == NET_ANSWERED ? &answer->head : NULL, &why));
    if (end != NET_ANSWERED || why.kind != ERROR_NONE)
        return net_give_up(job, &why, err);
    return net_respond(answer, buf_view(net_is_success(&answer->head) ? &memory->body : &answer->text), arena, out, err);
}

bool net_fetch(struct net_client *client, const struct net_request *request, struct arena *arena, struct net_response *out,
               struct error *err)
{
    struct memory memory = { .receiver = { begin, take }, .request = request };
    struct net_answer answer;
    struct net_job job;
    net_answer_init(&answer);
    buf_init(&memory.body, request->max_bytes ? request->max_bytes : NET_MAX_BODY_BYTES);
    bool ok = net_job_begin(&job, client, request, &memory.receiver, err);
    if (ok && job.deadline_ms == UINT64_MAX)
        job.deadline_ms = time_steady_ms() + (uint64_t)NET_FETCH_S * 1000;
    ok = ok && fetch(&job, &memory, &answer, arena, out, err);
    net_job_end(&job);
    net_answer_free(&answer);
    buf_free(&memory.body);
    return ok;
}
