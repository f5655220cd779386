/* Bodies that registries and token servers send: errors, tokens, signed manifests, lists of blobs, pages of names. */
#include "registry/client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* On one line, with nothing that steers a terminal. */
static void check_shown(struct str text, struct arena *arena)
{
    struct str shown = arena_shown(arena, text, CLIENT_ERROR_SHOWN);
    if (shown.len > CLIENT_ERROR_SHOWN)
        __builtin_trap();
    while (shown.len) {
        size_t n = str_shown_char(shown);
        if (!n)
            __builtin_trap();
        shown = str_skip(shown, n);
    }
}

static void check_token(struct str text, struct arena *arena)
{
    struct token token;
    struct error err = { 0 };
    if (!token_read(text, arena, &token, &err)) {
        if (err.kind == ERROR_NONE)
            __builtin_trap();
        return;
    }
    for (size_t i = 0; i < token.text.len; i++)
        if (token.text.ptr[i] <= ' ' || token.text.ptr[i] > '~')
            __builtin_trap();
}

static void check_pages(struct str text, struct arena *arena)
{
    struct host host = { .address = STR("localhost:5000") };
    struct endpoint endpoint = { .host = &host, .at.registry = host.address };
    struct net_response response = { .status = 200, .body = text, .link = text };
    struct names names = { 0 };
    struct str next = { 0 };
    struct error err = { 0 };
    if (names_page(&endpoint, &response, "repositories", 100, arena, &names, &next, &err) && next.len && next.ptr[0] != '/')
        __builtin_trap();
    for (size_t i = 0; i < names.count; i++)
        if (names.items[i].len > 255)
            __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct refusal refusal;
    struct listing listing;
    struct error err = { 0 };
    struct str payload, text = str_make(data, size);
    arena_init(&arena, "answers", 64 << 20);
    refusal_read(text, &arena, &refusal);
    check_shown(refusal.message, &arena);
    check_shown(text, &arena);
    check_token(text, &arena);
    if (schema1_payload(text, &arena, &payload) && payload.len > 2 * size)
        __builtin_trap();
    if (!listing_read(text, &arena, &listing, &err) && err.kind == ERROR_NONE)
        __builtin_trap();
    check_pages(text, &arena);
    arena_free(&arena);
    return 0;
}
