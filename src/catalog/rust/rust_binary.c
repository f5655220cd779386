/* Rust programs that carry the list of their crates: cargo-auditable's format (its PARSING.md). The section .dep-v0 holds JSON,
 * packed by zlib: {"packages": [{name, version, source, kind, dependencies, root}]}, where a dependency is an index into the
 * list. Crates that only building needed are no part of the program. */
#include "catalog/headers.h"
#include "catalog/kinds.h"
#include "catalog/program/program.h"

/* Names on crates.io have 64 characters at most. */
enum { MAX_PACKED_BYTES = 4 << 20, MAX_JSON_BYTES = 32 << 20, MAX_TEXT_BYTES = 256, MAX_NEEDED_BYTES = 16 << 20 };

struct crate {
    struct str name, version;
    bool build_only, root, direct, bad;
    size_t first_needed, needed_count;
};

struct audit {
    struct arena *arena;
    struct crate *crates;
    size_t count, cap;
    uint32_t *needed; /* of all crates, one behind the other */
    size_t needed_count, needed_cap;
    size_t text_bytes; /* of the lists that were written: they name crates again and again */
};

static bool read_needed(struct json *json, struct audit *audit, struct crate *crate)
{
    if (!json_array(json))
        return true;
    crate->first_needed = audit->needed_count;
    while (json_item(json)) {
        int64_t index;
        if (!json_i64(json, &index) || index < 0 || index >= UINT32_MAX)
            continue;
        uint32_t *grown = arena_grow(audit->arena, audit->needed, audit->needed_count, &audit->needed_cap, sizeof *grown);
        if (!grown)
            return false;
        audit->needed = grown;
        grown[audit->needed_count++] = (uint32_t)index;
    }
    crate->needed_count = audit->needed_count - crate->first_needed;
    return true;
}

static bool is_plain(struct str text)
{
    return text.len > 0 && text.len <= MAX_TEXT_BYTES && header_value_ok(text) && str_is_utf8(text);
}

static bool read_crate(struct json *json, struct audit *audit)
{
    struct crate crate = { 0 };
    struct str key, kind = { 0 };
    bool is_object = json_object(json);
    while (is_object && json_key(json, &key)) {
        if (str_is(key, "name"))
            json_string(json, &crate.name);
        else if (str_is(key, "version"))
            json_string(json, &crate.version);
        else if (str_is(key, "kind"))
            json_string(json, &kind);
        else if (str_is(key, "root"))
            json_bool(json, &crate.root);
        else if (!str_is(key, "dependencies"))
            json_skip(json);
        else if (!read_needed(json, audit, &crate))
            return false;
    }
    crate.build_only = str_is(kind, "build");
    crate.bad = !is_plain(crate.name) || !is_plain(crate.version);
    struct crate *grown = arena_grow(audit->arena, audit->crates, audit->count, &audit->cap, sizeof *grown);
    if (!grown)
        return false;
    audit->crates = grown;
    grown[audit->count++] = crate; /* bad ones keep their place: others refer to it */
    return true;
}

static bool read_audit(struct str text, struct audit *audit, struct error *err)
{
    struct json json;
    struct str key;
    json_begin(&json, text, audit->arena);
    if (json_object(&json))
        while (json_key(&json, &key)) {
            if (!str_is(key, "packages"))
                json_skip(&json);
            else if (json_array(&json))
                while (json_item(&json))
                    if (!read_crate(&json, audit))
                        return arena_error(audit->arena, err);
        }
    return json_end(&json, err);
}

static const struct crate *needed_crate(const struct audit *audit, const struct crate *crate, size_t i)
{
    uint32_t index = audit->needed[crate->first_needed + i];
    return index < audit->count && !audit->crates[index].build_only && !audit->crates[index].bad ? &audit->crates[index] : NULL;
}

/* What the root needs is direct. */
static void mark_direct(struct audit *audit)
{
    for (size_t c = 0; c < audit->count; c++)
        for (size_t i = 0; audit->crates[c].root && i < audit->crates[c].needed_count; i++) {
            uint32_t index = audit->needed[audit->crates[c].first_needed + i];
            if (index < audit->count)
                audit->crates[index].direct = true;
        }
}

/* The ids of what it needs; left out where that becomes too much. */
static struct str list_needed(struct audit *audit, const struct crate *crate, struct arena *arena)
{
    struct buf needed;
    buf_init(&needed, MAX_NEEDED_BYTES - audit->text_bytes);
    for (size_t i = 0; i < crate->needed_count; i++) {
        const struct crate *other = needed_crate(audit, crate, i);
        if (other) {
            catalog_put_item(&needed, other->name);
            buf_chr(&needed, '@');
            buf_str(&needed, other->version);
        }
    }
    struct str list = arena_str(arena, needed.failed ? STR("") : buf_view(&needed));
    audit->text_bytes += list.len;
    buf_free(&needed);
    return list;
}

static bool add_crate(const struct program_file *file, struct audit *audit, const struct crate *crate, bool has_root,
                      struct catalog_facts *facts)
{
    struct package *p = catalog_add_package(facts, &catalog_rustbinary_kind, file->file->path);
    if (!p)
        return false;
    p->name = arena_str(facts->arena, crate->name);
    p->version = arena_str(facts->arena, crate->version);
    p->id = catalog_id(facts, crate->name, crate->version);
    p->depends = list_needed(audit, crate, facts->arena);
    p->proof = STR("audit data");
    if (has_root)
        p->relation = crate->root ? RELATION_ROOT : crate->direct ? RELATION_DIRECT : RELATION_INDIRECT;
    return !facts->arena->exhausted;
}

static bool read(const struct program_file *file, struct catalog_facts *facts)
{
    struct program *program = file->program;
    struct str path = file->file->path, text;
    const struct program_section *section = program_section_named(program, ".dep-v0");
    struct error err = { 0 };
    if (!section)
        return true;
    if (section->size == 0 || section->size > MAX_PACKED_BYTES)
        return catalog_warn(facts, path, false, "Rust audit data of %llu bytes: not read", (unsigned long long)section->size);
    size_t size = (size_t)section->size;
    char *packed = arena_alloc(program->arena, size);
    struct audit audit = { .arena = program->arena };
    if (!packed)
        return catalog_warn(facts, path, false, "Rust audit data: not enough memory");
    if (!blob_read(&program->blob, section->offset, packed, size, &err) ||
        !zlib_text(str_make(packed, size), MAX_JSON_BYTES, program->arena, &text, &err) || !read_audit(text, &audit, &err))
        return catalog_warn(facts, path, false, "Rust audit data: %s", err.text);
    bool has_root = false;
    for (size_t i = 0; i < audit.count; i++)
        has_root |= audit.crates[i].root;
    mark_direct(&audit);
    for (size_t i = 0; i < audit.count; i++)
        if (!audit.crates[i].build_only && !audit.crates[i].bad && !add_crate(file, &audit, &audit.crates[i], has_root, facts))
            return false;
    return true;
}

const struct program_reader program_rust_reader = { "Rust audit data", read };

/* Claims nothing: the packages are found by the reader above. */
const struct catalog_kind catalog_rustbinary_kind = {
    .name = "rustbinary",
    .ecosystem = "cargo",
    .scheme = "cargo",
    .purl_type = "cargo",
    .claims = catalog_no_claims,
};
