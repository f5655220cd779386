/* The head of an answer: any lines at all, and the parsers of what stands in them. */
#include <stdlib.h>

#include "net/head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_fields(struct str fields)
{
    if (fields.len > NET_MAX_HEAD_BYTES)
        abort();
    for (size_t i = 0; i < fields.len; i++)
        if (((unsigned char)fields.ptr[i] < 0x20 && fields.ptr[i] != '\n') || fields.ptr[i] == 0x7F)
            abort();
}

static void use(const struct net_head *head, struct arena *arena)
{
    struct net_response response;
    struct net_range range;
    struct error err;
    if (!net_head_response(head, arena, &response, &err))
        abort();
    check_fields(response.headers);
    struct str value = net_header_of(&response, "Content-Range");
    if (net_content_range(value, &range) && !range.unsatisfied && (range.first > range.last || range.last >= range.total))
        abort();
    net_retry_after(net_header_of(&response, "Retry-After"), INT64_MAX);
    net_retry_after(net_header_of(&response, "Retry-After"), INT64_MIN);
    for (struct str line, rest = response.challenges; str_line(&rest, &line);)
        net_host(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = str_make(data, size), line;
    struct net_head head;
    struct arena arena;
    arena_init(&arena, "fuzz", 1 << 22);
    net_head_init(&head);
    while (str_next(&rest, '\n', &line) && net_head_line(&head, line))
        ;
    if (!head.fields.failed)
        use(&head, &arena);
    net_head_free(&head);
    arena_free(&arena);
    return 0;
}
