/* Arenas: a chain of chunks, newest first; see base.h. */
#include "base/base.h"

#include <stdlib.h>

struct arena_chunk {
    struct arena_chunk *older;
    size_t size, used;
    _Alignas(max_align_t) unsigned char bytes[];
};

enum { CHUNK_BYTES = 64 * 1024, ALIGN = _Alignof(max_align_t) };

void arena_init(struct arena *arena, const char *job, size_t cap_bytes)
{
    *arena = (struct arena){ .job = job, .cap_bytes = cap_bytes };
}

static void free_until(struct arena *arena, struct arena_chunk *keep)
{
    while (arena->chunk != keep) {
        struct arena_chunk *older = arena->chunk->older;
        free(arena->chunk);
        arena->chunk = older;
    }
}

void arena_free(struct arena *arena)
{
    free_until(arena, NULL);
    arena->used_bytes = 0;
    arena->exhausted = false;
}

static void *refuse(struct arena *arena)
{
    arena->exhausted = true;
    return NULL;
}

static struct arena_chunk *add_chunk(struct arena *arena, size_t size)
{
    size_t want = size > CHUNK_BYTES / 4 ? size : CHUNK_BYTES;
    struct arena_chunk *chunk = malloc(sizeof *chunk + want);
    if (!chunk)
        return NULL;
    *chunk = (struct arena_chunk){ .older = arena->chunk, .size = want };
    arena->chunk = chunk;
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t size_bytes)
{
    if (size_bytes > arena->cap_bytes)
        return refuse(arena);
    size_t size = (size_bytes + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (size == 0)
        size = ALIGN;
    if (size > arena->cap_bytes - arena->used_bytes)
        return refuse(arena);
    struct arena_chunk *chunk = arena->chunk;
    if (!chunk || size > chunk->size - chunk->used)
        chunk = add_chunk(arena, size);
    if (!chunk)
        return refuse(arena);
    void *p = chunk->bytes + chunk->used;
    chunk->used += size;
    arena->used_bytes += size;
    return memset(p, 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t item_bytes)
{
    size_t total;
    if (__builtin_mul_overflow(count, item_bytes, &total))
        return refuse(arena);
    return arena_alloc(arena, total);
}

void *arena_grow(struct arena *arena, void *items, size_t count, size_t *cap, size_t item_bytes)
{
    if (items && count < *cap)
        return items;
    size_t wider = *cap ? *cap * 2 : 8;
    void *moved = arena_array(arena, wider, item_bytes);
    if (!moved)
        return NULL;
    if (count)
        memcpy(moved, items, count * item_bytes);
    *cap = wider;
    return moved;
}

struct str arena_str(struct arena *arena, struct str s)
{
    if (s.len == SIZE_MAX)
        return (struct str){ refuse(arena), 0 };
    char *copy = arena_alloc(arena, s.len + 1);
    if (!copy)
        return (struct str){ NULL, 0 };
    if (s.len)
        memcpy(copy, s.ptr, s.len);
    return (struct str){ copy, s.len };
}

char *arena_cstr(struct arena *arena, struct str s)
{
    struct str copy = arena_str(arena, s);
    return copy.ptr ? (char *)(uintptr_t)copy.ptr : NULL;
}

struct str arena_lower(struct arena *arena, struct str s)
{
    char *copy = arena_cstr(arena, s);
    for (size_t i = 0; copy && i < s.len; i++)
        if (copy[i] >= 'A' && copy[i] <= 'Z')
            copy[i] = (char)(copy[i] - 'A' + 'a');
    return str_make(copy, copy ? s.len : 0);
}

struct str arena_shown(struct arena *arena, struct str s, size_t max_bytes)
{
    char *out = arena_alloc(arena, (s.len < max_bytes ? s.len : max_bytes) + 1);
    size_t len = 0;
    if (!out)
        return (struct str){ 0 };
    while (s.len) {
        size_t size = str_shown_char(s);
        bool blank = size == 0 || s.ptr[0] == ' ', wanted = !blank || (len && out[len - 1] != ' ');
        size = blank ? 1 : size;
        if (wanted && len + size > max_bytes)
            break;
        if (wanted)
            memcpy(out + len, blank ? " " : s.ptr, size);
        len += wanted ? size : 0;
        s = str_skip(s, size);
    }
    return str_trim(str_make(out, len));
}

struct str arena_printf(struct arena *arena, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *text = n < 0 ? NULL : arena_alloc(arena, (size_t)n + 1);
    if (text)
        vsnprintf(text, (size_t)n + 1, fmt, again);
    va_end(again);
    return (struct str){ text, text ? (size_t)n : 0 };
}

bool arena_error(const struct arena *arena, struct error *err)
{
    return error_set(err, ERROR_LIMIT, "%s: needs more memory than its limit of %zu MiB", arena->job ? arena->job : "job",
                     arena->cap_bytes >> 20);
}

struct arena_mark arena_mark(const struct arena *arena)
{
    return (struct arena_mark){ arena->chunk, arena->chunk ? arena->chunk->used : 0, arena->used_bytes };
}

void arena_reset(struct arena *arena, struct arena_mark mark)
{
    free_until(arena, mark.chunk);
    if (arena->chunk)
        arena->chunk->used = mark.chunk_used;
    arena->used_bytes = mark.used_bytes;
}
