/* Versions that programs tell of themselves, in texts that versions_table.c knows. A file is looked into only when its name fits
 * a row there; then its read-only data are gone through once, a window at a time, for the texts of all rows that fit. A text
 * that stands there with two versions tells none. */
#define _GNU_SOURCE /* memmem */
#include "catalog/program/versions.h"
#include "catalog/kinds.h"
#include "catalog/program/program.h"

#include <stdio.h>
#include <string.h>

enum {
    MAX_ROWS = 8, /* that fit one name */
    WINDOW_BYTES = 256 << 10,
    MAX_SEARCHED_BYTES = 512 << 20,
    MAX_VERSION_BYTES = 64,
    MAX_RANGES = 64,
};

struct found {
    char version[MAX_VERSION_BYTES];
    char proof[160];
    size_t len;
    bool differs;
};

struct wanted {
    const struct version_row *row;
    struct version_pattern patterns[VERSION_MAX_TEXTS];
    struct found found[VERSION_MAX_TEXTS];
    size_t pattern_count;
    bool with, without; /* seen */
};

struct search {
    struct wanted wanted[MAX_ROWS];
    size_t count;
    char window[VERSION_REACH + WINDOW_BYTES + VERSION_REACH];
};

/* ---- names ------------------------------------------------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool fits(struct str pattern, struct str name, struct str *number)
{
    for (; pattern.len; pattern = str_skip(pattern, 1), name = str_skip(name, 1)) {
        if (pattern.ptr[0] == '*') {
            pattern = str_skip(pattern, 1);
            for (size_t i = 0; i <= name.len; i++)
                if (fits(pattern, str_skip(name, i), number))
                    return true;
            return false;
        }
        if (pattern.ptr[0] == '#') {
            size_t n = 0;
            while (n < name.len &&
                   (is_digit(name.ptr[n]) || (n > 0 && name.ptr[n] == '.' && n + 1 < name.len && is_digit(name.ptr[n + 1]))))
                n++;
            *number = str_head(name, n);
            return n > 0 && fits(str_skip(pattern, 1), str_skip(name, n), number);
        }
        if (name.len == 0 || name.ptr[0] != pattern.ptr[0])
            return false;
    }
    return name.len == 0;
}

bool version_row_fits(const struct version_row *row, struct str base, struct str *number)
{
    struct str rest = str_from(row->files), pattern;
    enum { MAX_NAME = 255 };
    while (base.len && base.len <= MAX_NAME && str_next(&rest, '|', &pattern)) {
        *number = (struct str){ 0 };
        if ((pattern.ptr[0] == base.ptr[0] || pattern.ptr[0] == '*') && fits(pattern, base, number))
            return true;
    }
    return false;
}

static bool is_of(const struct version_row *row, bool is_program)
{
    return (row->source == VERSION_SCRIPT) != is_program;
}

bool versions_wanted(struct str path, bool is_program)
{
    struct str base = path_base(path), number;
    for (size_t i = 0; i < version_row_count; i++)
        if (is_of(&version_rows[i], is_program) && version_row_fits(&version_rows[i], base, &number))
            return true;
    return false;
}

/* ---- the search --------------------------------------------------------------------------------------------------------------------- */

static void begin(struct search *s, struct str base, bool is_program)
{
    struct str number;
    s->count = 0;
    for (size_t i = 0; i < version_row_count && s->count < MAX_ROWS; i++) {
        const struct version_row *row = &version_rows[i];
        if (!is_of(row, is_program) || !version_row_fits(row, base, &number))
            continue;
        struct wanted *w = &s->wanted[s->count++];
        *w = (struct wanted){ .row = row };
        for (size_t t = 0; t < VERSION_MAX_TEXTS && row->texts[t]; t++)
            if (version_pattern_make(row->texts[t], number, &w->patterns[w->pattern_count]))
                w->pattern_count++;
    }
}

/* What people see of it: the text around the version, as far as it can be printed. */
static void write_proof(struct found *found, struct str bytes, struct str version)
{
    enum { BEFORE = 48, AFTER = 16 };
    const char *start = version.ptr, *end = version.ptr + version.len, *first = bytes.ptr, *last = bytes.ptr + bytes.len;
    while (start > first && version.ptr - start < BEFORE && start[-1] >= ' ' && start[-1] <= '~')
        start--;
    while (end < last && end - (version.ptr + version.len) < AFTER && *end >= ' ' && *end <= '~')
        end++;
    snprintf(found->proof, sizeof found->proof, "text \"%.*s\"", (int)(end - start), start);
}

static void note(struct found *found, struct str bytes, struct str version)
{
    if (version.len >= sizeof found->version)
        return;
    if (found->len) {
        found->differs |= !str_eq(str_make(found->version, found->len), version);
        return;
    }
    memcpy(found->version, version.ptr, version.len);
    found->len = version.len;
    write_proof(found, bytes, version);
}

static bool has_literal(const char *literal, const char *bytes, size_t size)
{
    return literal && memmem(bytes, size, literal, strlen(literal)) != NULL;
}

/* Looks for needles that begin in the middle of the window, size bytes long; before and behind it stand VERSION_REACH bytes. */
static void search_window(struct search *s, size_t size)
{
    struct str window = str_make(s->window, VERSION_REACH + size + VERSION_REACH), version;
    const char *end = s->window + VERSION_REACH + size + VERSION_REACH;
    for (size_t i = 0; i < s->count; i++) {
        struct wanted *w = &s->wanted[i];
        w->with = w->with || has_literal(w->row->with, s->window, window.len);
        w->without = w->without || has_literal(w->row->without, s->window, window.len);
        for (size_t t = 0; t < w->pattern_count; t++) {
            const struct version_pattern *p = &w->patterns[t];
            const char *at = s->window + VERSION_REACH, *middle_end = at + size;
            for (; !w->found[t].differs && at < middle_end; at++) {
                at = memmem(at, (size_t)(end - at), p->needle, p->needle_len);
                if (!at || at >= middle_end)
                    break;
                if (version_pattern_match(p, window, (size_t)(at - s->window), &version))
                    note(&w->found[t], window, version);
            }
        }
    }
}

/* Before and behind a range stand NULs. */
static bool search_range(struct search *s, const struct blob *blob, struct version_range range, uint64_t *room, struct error *err)
{
    uint64_t done = 0, size = range.size < *room ? range.size : *room;
    *room -= size;
    memset(s->window, 0, VERSION_REACH);
    while (done < size) {
        uint64_t left = size - done, behind;
        size_t middle = left < WINDOW_BYTES ? (size_t)left : WINDOW_BYTES;
        behind = left - middle < VERSION_REACH ? left - middle : VERSION_REACH;
        char *to = s->window + VERSION_REACH;
        if (!blob_read(blob, range.offset + done, to, middle + (size_t)behind, err))
            return false;
        memset(to + middle + behind, 0, (size_t)(VERSION_REACH - behind));
        search_window(s, middle);
        memmove(s->window, s->window + middle, VERSION_REACH);
        done += middle;
    }
    return true;
}

/* ---- what was found ------------------------------------------------------------------------------------------------------------------ */

/* "vendor:product" with a version: "1.8.0_352-b08" has an update, and what stands behind '+' names a build (NIST IR 7695, 6.2).
 * Revisions and Ruby's patch levels are no part of versions there. */
static void put_cpe(struct buf *out, struct str product, struct str version)
{
    struct str update = { 0 }, rest;
    str_cut(version, '+', &version, &rest);
    if (str_cut(version, '_', &rest, &update)) {
        version = rest;
        str_cut(update, '-', &update, &rest);
        while (update.len && update.ptr[0] == '0')
            update = str_skip(update, 1);
    }
    size_t patch;
    if (str_rfind(version, 'p', &patch) && patch > 0 && is_digit(version.ptr[patch - 1]))
        version = str_head(version, patch);
    buf_text(out, "cpe:2.3:a:");
    buf_str(out, product);
    buf_chr(out, ':');
    buf_str(out, version);
    buf_text(out, update.len ? ":update" : ":*");
    buf_str(out, update);
    buf_text(out, ":*:*:*:*:*:*");
}

bool versions_add(struct catalog_facts *facts, struct str path, const char *name, struct str version, const char *cpes,
                  struct str proof)
{
    enum { MAX_CPES = 4096 };
    struct package *p = catalog_add_package(facts, &catalog_program_kind, path);
    struct str rest = str_from(cpes), product;
    struct buf list;
    if (!p)
        return false;
    p->name = arena_str(facts->arena, str_from(name));
    p->version = arena_str(facts->arena, version);
    p->proof = arena_str(facts->arena, proof);
    buf_init(&list, MAX_CPES);
    while (str_next(&rest, ' ', &product)) {
        if (list.len)
            buf_chr(&list, '\n');
        put_cpe(&list, product, version);
    }
    p->cpes = arena_str(facts->arena, list.failed ? STR("") : buf_view(&list));
    buf_free(&list);
    return !facts->arena->exhausted;
}

/* What the Go reader, which comes first, found in the same file. */
static struct package *go_package(struct catalog_facts *facts, struct str path, const char *name)
{
    for (size_t i = facts->package_count; i-- > 0 && str_eq(facts->packages[i].path, path);) {
        struct package *p = &facts->packages[i];
        if (p->kind == &catalog_gobinary_kind && (name ? str_is(p->name, name) : p->relation == RELATION_ROOT))
            return p;
    }
    return NULL;
}

static bool add_go_version(const struct found *found, struct str path, struct catalog_facts *facts)
{
    struct package *p = go_package(facts, path, NULL);
    if (!p || p->version.len)
        return true;
    p->version = arena_printf(facts->arena, "v%.*s", (int)found->len, found->version);
    p->proof = arena_printf(facts->arena, "%.*s, %s", STR_ARG(p->proof), found->proof);
    p->id = catalog_id(facts, p->name, p->version);
    return !facts->arena->exhausted;
}

static bool add_go_tools(const struct wanted *w, struct str path, struct catalog_facts *facts)
{
    const struct package *p = go_package(facts, path, "stdlib");
    return !p || !p->version.len ||
           versions_add(facts, path, w->row->name, str_skip(p->version, 1), w->row->cpes, STR("text \"path cmd/go\""));
}

static bool add_wanted(const struct wanted *w, struct str path, struct catalog_facts *facts)
{
    if (w->without || (w->row->with && !w->with))
        return true;
    if (w->row->source == VERSION_GO_TOOLS)
        return add_go_tools(w, path, facts);
    for (size_t t = 0; t < w->pattern_count; t++) {
        const struct found *found = &w->found[t];
        if (found->len == 0 || found->differs)
            continue;
        if (w->row->source == VERSION_GO_MODULE)
            return add_go_version(found, path, facts);
        return versions_add(facts, path, w->row->name, str_make(found->version, found->len), w->row->cpes,
                            str_from(found->proof));
    }
    return true;
}

bool versions_search(const struct catalog_file *file, const struct blob *blob, const struct version_range *ranges, size_t count,
                     bool is_program, struct catalog_facts *facts)
{
    struct search *s = arena_alloc(file->scratch, sizeof *s);
    uint64_t room = MAX_SEARCHED_BYTES;
    struct error err = { 0 };
    if (!s)
        return catalog_warn(facts, file->path, false, "versions in it: not enough memory");
    begin(s, path_base(file->path), is_program);
    for (size_t i = 0; i < count; i++)
        if (!search_range(s, blob, ranges[i], &room, &err))
            return catalog_warn(facts, file->path, false, "versions in it: %s", err.text);
    for (size_t i = 0; i < s->count; i++)
        if (!add_wanted(&s->wanted[i], file->path, facts))
            return false;
    return true;
}

/* ---- executables ----------------------------------------------------------------------------------------------------------------------- */

/* Where texts are. Code, symbols and debug information would only cost time, and hold the names of others. */
static bool holds_texts(struct str section)
{
    static const char *const starts[] = { ".rodata", ".data",   ".rdata",     ".lrodata",      ".comment",
                                          ".rustc",  ".dynstr", ".noptrdata", ".go.buildinfo", "__cstring",
                                          "__const", "__data",  "__rodata",   "__go_buildinfo" };
    for (size_t i = 0; i < ARRAY_LEN(starts); i++)
        if (str_starts(section, starts[i]))
            return true;
    return false;
}

static size_t list_ranges(const struct program *program, struct version_range ranges[static MAX_RANGES])
{
    size_t count = 0;
    for (size_t i = 0; i < program->section_count && count < MAX_RANGES; i++) {
        const struct program_section *section = &program->sections[i];
        if (section->size && !section->compressed && holds_texts(section->name))
            ranges[count++] = (struct version_range){ section->offset, section->size };
    }
    for (size_t i = 0; i < program->segment_count && count < MAX_RANGES && program->section_count == 0; i++)
        if (!program->segments[i].is_note && program->segments[i].size)
            ranges[count++] = (struct version_range){ program->segments[i].offset, program->segments[i].size };
    return count;
}

/* What a package note says of the file, which was read before, says more. */
static bool has_note(struct str path, const struct catalog_facts *facts)
{
    const struct package *last = facts->package_count ? &facts->packages[facts->package_count - 1] : NULL;
    return last && last->kind == &catalog_program_kind && str_eq(last->path, path);
}

static bool read(const struct program_file *file, struct catalog_facts *facts)
{
    struct version_range ranges[MAX_RANGES];
    if (!versions_wanted(file->file->path, true) || has_note(file->file->path, facts))
        return true;
    size_t count = list_ranges(file->program, ranges);
    return versions_search(file->file, &file->program->blob, ranges, count, true, facts);
}

const struct program_reader program_versions_reader = { "versions in texts", read };
