/* The head of an answer: RFC 9110 (5 fields, 10.2.3 Retry-After, 14.4 Content-Range, 5.6.7 dates) and RFC 9112 (4 status line);
 * see head.h. Bounded, and without control characters from the first step on. */
#include "net/head.h"

void net_head_init(struct net_head *head)
{
    *head = (struct net_head){ 0 };
    buf_init(&head->fields, NET_MAX_HEAD_BYTES);
}

void net_head_free(struct net_head *head)
{
    buf_free(&head->fields);
}

static void begin_answer(struct net_head *head, int status)
{
    buf_clear(&head->fields);
    head->count = 0;
    head->status = status;
}

void net_head_clear(struct net_head *head)
{
    begin_answer(head, 0);
    head->received_bytes = 0;
    head->complete = false;
}

/* "HTTP/1.1 200 OK", "HTTP/2 200". */
static bool status_line(struct str line, int *status)
{
    struct str version, rest;
    uint64_t number;
    if (!str_starts(line, "HTTP/") || !str_cut(line, ' ', &version, &rest) || !str_u64(str_head(rest, 3), &number))
        return false;
    *status = number >= 100 && number <= 999 ? (int)number : 0;
    return *status != 0;
}

static void add_field(struct net_head *head, struct str name, struct str value)
{
    buf_str(&head->fields, name);
    buf_text(&head->fields, ": ");
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        buf_chr(&head->fields, c < 0x20 || c == 0x7F ? ' ' : value.ptr[i]);
    }
    buf_chr(&head->fields, '\n');
    head->count++;
}

/* Field names are tokens (RFC 9110, 5.6.2). */
static bool is_token(struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] <= ' ' || name.ptr[i] == 0x7F || strchr("()<>@,;:\\\"/[]?={}", name.ptr[i]))
            return false;
    return name.len > 0;
}

bool net_head_line(struct net_head *head, struct str line)
{
    struct str name, value;
    head->received_bytes += line.len;
    if (head->received_bytes > NET_MAX_HEAD_BYTES)
        return false;
    if (head->complete)
        return true;
    line = str_trim(line);
    if (line.len == 0) { /* answers of the class 1xx are followed by the real one (RFC 9110, 15.2) */
        head->complete = head->status >= 200;
        return true;
    }
    int status;
    if (status_line(line, &status)) {
        begin_answer(head, status);
        return true;
    }
    if (!str_cut(line, ':', &name, &value) || !is_token(name))
        return true; /* not a field: nothing that could be asked for by name */
    add_field(head, name, str_trim(value));
    return head->count <= NET_MAX_HEAD_FIELDS && !head->fields.failed;
}

static bool next_field(struct str *rest, struct str *name, struct str *value)
{
    struct str line;
    if (!str_next(rest, '\n', &line))
        return false;
    str_cut(line, ':', name, value);
    *value = str_trim(*value);
    return true;
}

struct str net_field(struct str fields, const char *name)
{
    struct str found, value;
    while (next_field(&fields, &found, &value))
        if (str_eq_nocase(found, str_from(name)))
            return value;
    return (struct str){ 0 };
}

struct str net_fields(struct str fields, const char *name, char sep, struct arena *arena)
{
    struct str found, value;
    char *all = arena_alloc(arena, fields.len + 1); /* every field is longer than its value and what parts it from the next */
    size_t len = 0;
    while (all && next_field(&fields, &found, &value)) {
        if (!str_eq_nocase(found, str_from(name)))
            continue;
        if (len)
            all[len++] = sep;
        memcpy(all + len, value.len ? value.ptr : "", value.len);
        len += value.len;
    }
    return str_make(all, len);
}

uint64_t net_content_length(struct str fields)
{
    uint64_t length;
    return str_u64(net_field(fields, "Content-Length"), &length) ? length : UINT64_MAX;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT", the form that senders must use. */
static bool http_date(struct str value, int64_t *unix_s)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (value.len != 29 || value.ptr[3] != ',' || !str_ends(value, " GMT"))
        return false;
    unsigned month = 0;
    while (month < 12 && memcmp(months + (size_t)3 * month, value.ptr + 8, 3) != 0)
        month++;
    char text[32];
    snprintf(text, sizeof text, "%.4s-%02u-%.2sT%.8sZ", value.ptr + 12, month + 1, value.ptr + 5, value.ptr + 17);
    return time_parse(str_from(text), unix_s);
}

uint64_t net_retry_after(struct str value, int64_t now_s)
{
    uint64_t seconds;
    int64_t when;
    if (str_u64(value, &seconds))
        return seconds;
    return http_date(value, &when) && when > now_s ? (uint64_t)when - (uint64_t)now_s : 0;
}

bool net_content_range(struct str value, struct net_range *out)
{
    struct str unit, rest, range, total, first, last;
    struct net_range found = { .total = UINT64_MAX };
    if (!str_cut(value, ' ', &unit, &rest) || !str_eq_nocase(unit, STR("bytes")) || !str_cut(str_trim(rest), '/', &range, &total))
        return false;
    if (!str_is(total, "*") && !str_u64(total, &found.total))
        return false;
    if (str_is(range, "*")) {
        found.unsatisfied = true;
    } else if (!str_cut(range, '-', &first, &last) || !str_u64(first, &found.first) || !str_u64(last, &found.last) ||
               found.last < found.first || found.last == UINT64_MAX || found.last >= found.total) {
        return false;
    }
    *out = found;
    return true;
}

struct str net_header_of(const struct net_response *response, const char *name)
{
    return net_field(response->headers, name);
}

/* "application/json; charset=utf-8" to "application/json". */
static struct str media_type(struct str value, struct arena *arena)
{
    struct str type, parameters;
    str_cut(value, ';', &type, &parameters);
    return arena_lower(arena, str_trim(type));
}

bool net_head_response(const struct net_head *head, struct arena *arena, struct net_response *out, struct error *err)
{
    struct str fields = arena_str(arena, buf_view(&head->fields));
    struct net_response response = {
        .status = head->status,
        .type = media_type(net_field(fields, "Content-Type"), arena),
        .digest = net_field(fields, "Docker-Content-Digest"),
        .link = net_fields(fields, "Link", ',', arena),
        .challenges = net_fields(fields, "WWW-Authenticate", '\n', arena),
        .location = net_field(fields, "Location"),
        .etag = net_field(fields, "ETag"),
        .length = net_content_length(fields),
        .retry_after_s = net_retry_after(net_field(fields, "Retry-After"), time_now()),
        .headers = fields,
    };
    if (arena->exhausted)
        return arena_error(arena, err);
    *out = response;
    return true;
}
