/* Symbols of variables that -ldflags set: for "-X main.version=1.0" Go's linker makes a symbol "main.version.str" (cmd/link,
 * addstrdata) whose bytes are the text. They are there where the flags themselves were left out of the build info. Only ELF
 * gives symbols their sizes. */
#include "catalog/go/go.h"

enum { CHUNK_BYTES = 256 << 10, MAX_NAME_BYTES = 512, MAX_VALUE_BYTES = 256, MAX_CANDIDATES = 64 };

struct candidate {
    uint64_t name_at; /* in the table of names */
    struct str key;
};

struct search {
    const struct program *program;
    struct arena *arena;
    struct candidate candidates[MAX_CANDIDATES];
    size_t count;
    char *chunk;
};

/* A name that ends at `end` of the chunk, which stands at `base` of the table. */
static void keep_name(struct search *s, size_t end, uint64_t base)
{
    static const char suffix[] = ".str";
    size_t start = end, len = sizeof suffix - 1;
    while (start > 0 && s->chunk[start - 1] != '\0' && end - start < MAX_NAME_BYTES)
        start--;
    struct str key = str_make(s->chunk + start, end - start);
    if (key.len <= len || s->count == MAX_CANDIDATES || (start == 0 && base))
        return;
    key.len -= len;
    if (go_is_version_key(key))
        s->candidates[s->count++] = (struct candidate){ base + start, arena_str(s->arena, key) };
}

/* Goes through the table once, in pieces that overlap by more than a name; only what ends past the overlap is looked at. */
static void find_names(struct search *s, const struct program_section *names)
{
    struct error ignored = { 0 };
    uint64_t at = 0;
    size_t kept = 0;
    while (at < names->size && s->count < MAX_CANDIDATES) {
        size_t n = names->size - at < CHUNK_BYTES ? (size_t)(names->size - at) : CHUNK_BYTES;
        if (!blob_read(&s->program->blob, names->offset + at, s->chunk + kept, n, &ignored))
            return;
        size_t len = kept + n;
        for (size_t i = kept; i < len; i++)
            if (s->chunk[i] == '\0' && i >= 4 && memcmp(s->chunk + i - 4, ".str", 4) == 0)
                keep_name(s, i, at - kept);
        at += n;
        size_t next = len < MAX_NAME_BYTES + 1 ? len : MAX_NAME_BYTES + 1;
        memmove(s->chunk, s->chunk + len - next, next);
        kept = next;
    }
}

static void vote_symbol(struct search *s, const struct candidate *candidate, const char *row, struct go_votes *votes)
{
    const struct program *p = s->program;
    bool wide = p->pointer_bytes == 8;
    char value[MAX_VALUE_BYTES];
    struct error ignored = { 0 };
    uint64_t at = program_number(p, row + (wide ? 8 : 4), p->pointer_bytes),
             len = program_number(p, row + (wide ? 16 : 8), p->pointer_bytes);
    if (len == 0 || len > sizeof value || !program_read(p, at, value, (size_t)len, &ignored))
        return;
    while (len && value[len - 1] == '\0')
        len--;
    go_vote(votes, candidate->key, arena_str(s->arena, str_make(value, (size_t)len)));
}

static void find_values(struct search *s, const struct program_section *symbols, struct go_votes *votes)
{
    struct error ignored = { 0 };
    size_t row_bytes = s->program->pointer_bytes == 8 ? 24 : 16, most = CHUNK_BYTES / row_bytes * row_bytes;
    for (uint64_t at = 0; at < symbols->size; at += most) {
        size_t n = symbols->size - at < most ? (size_t)(symbols->size - at) : most;
        if (!blob_read(&s->program->blob, symbols->offset + at, s->chunk, n, &ignored))
            return;
        for (size_t row = 0; row + row_bytes <= n; row += row_bytes) {
            uint64_t name_at = program_number(s->program, s->chunk + row, 4);
            for (size_t c = 0; c < s->count; c++)
                if (s->candidates[c].name_at == name_at)
                    vote_symbol(s, &s->candidates[c], s->chunk + row, votes);
        }
    }
}

void go_vote_symbols(struct go_votes *votes, const struct program *program, struct arena *arena)
{
    const struct program_section *symbols = program_section_named(program, ".symtab"),
                                 *names = program_section_named(program, ".strtab");
    struct search *s = arena_new(arena, struct search);
    if (program->format != PROGRAM_ELF || !symbols || !names || !s)
        return;
    s->program = program;
    s->arena = arena;
    s->chunk = arena_alloc(arena, CHUNK_BYTES + MAX_NAME_BYTES + 1);
    if (!s->chunk)
        return;
    find_names(s, names);
    if (s->count)
        find_values(s, symbols, votes);
}
