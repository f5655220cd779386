/* Cargo.lock, versions 1 to 4 (cargo::core::resolver::encode). [[package]] tables with name, version, source, checksum and what
 * they need: "name", "name version" where there are several, "name version (source)" in version 1, which also keeps checksums in
 * [metadata] and, in its first years, the project itself in [root]. What is direct, and what only development needs, Cargo.toml
 * says: see cargo_settle.c. */
#include "catalog/document.h"
#include "catalog/headers.h"
#include "catalog/rust/rust.h"

enum { MAX_FILE_BYTES = 256 << 20, MAX_TEXT_BYTES = 128 };

struct locked {
    struct str name, version, checksum;
    size_t first_need, need_count;
    uint32_t line;
};

struct lock {
    const struct catalog_file *file;
    struct arena *arena; /* scratch */
    struct locked *packages;
    size_t count, cap;
    struct str *needs; /* of all packages, as written */
    size_t need_count, need_cap;
    struct map checksums; /* "name version" to an index in sums */
    struct str *sums;
    size_t sum_count, sum_cap;
    size_t bad;
    uint32_t bad_line;
};

/* ---- reading ------------------------------------------------------------------------------------------------------------------- */

static bool is_plain(struct str text)
{
    return text.len > 0 && text.len <= MAX_TEXT_BYTES && header_value_ok(text) && str_is_utf8(text);
}

static bool append(struct arena *arena, struct str **texts, size_t *count, size_t *cap, struct str text)
{
    struct str *grown = arena_grow(arena, *texts, *count, cap, sizeof *grown);
    if (!grown)
        return false;
    *texts = grown;
    grown[(*count)++] = text;
    return true;
}

static bool read_package(struct lock *lock, struct json *json)
{
    struct locked package = { .first_need = lock->need_count };
    struct str key, need;
    if (json_peek(json) == JSON_OBJECT)
        package.line = json_line(json);
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (str_is(key, "name"))
            json_string(json, &package.name);
        else if (str_is(key, "version"))
            json_string(json, &package.version);
        else if (str_is(key, "checksum"))
            json_string(json, &package.checksum);
        else if (!str_is(key, "dependencies"))
            json_skip(json);
        else if (json_array(json))
            while (json_item(json))
                if (json_string(json, &need) && !append(lock->arena, &lock->needs, &lock->need_count, &lock->need_cap, need))
                    return false;
    }
    package.need_count = lock->need_count - package.first_need;
    if (!is_plain(package.name) || !is_plain(package.version)) {
        lock->bad_line = lock->bad++ ? lock->bad_line : package.line;
        return true;
    }
    struct locked *grown = arena_grow(lock->arena, lock->packages, lock->count, &lock->cap, sizeof *grown);
    if (!grown)
        return false;
    lock->packages = grown;
    grown[lock->count++] = package;
    return true;
}

/* "checksum NAME VERSION (SOURCE)" = "…" */
static bool read_metadata(struct lock *lock, struct json *json)
{
    struct str key, word, name, version, source, sum;
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (!json_string(json, &sum) || !str_cut(key, ' ', &word, &name) || !str_is(word, "checksum") ||
            !str_cut(name, ' ', &name, &version))
            continue;
        str_cut(version, ' ', &version, &source);
        struct str id = arena_printf(lock->arena, "%.*s %.*s", STR_ARG(name), STR_ARG(version));
        if (!append(lock->arena, &lock->sums, &lock->sum_count, &lock->sum_cap, sum) ||
            !map_put(&lock->checksums, id, lock->sum_count - 1))
            return false;
    }
    return true;
}

static bool read_lock(struct lock *lock, struct json *json)
{
    struct str key;
    bool ok = true;
    if (!json_object(json))
        return true;
    while (ok && json_key(json, &key)) {
        if (str_is(key, "metadata"))
            ok = read_metadata(lock, json);
        else if (str_is(key, "root"))
            ok = read_package(lock, json);
        else if (!str_is(key, "package"))
            json_skip(json);
        else if (json_array(json))
            while (ok && json_item(json))
                ok = read_package(lock, json);
    }
    return ok;
}

/* ---- packages ------------------------------------------------------------------------------------------------------------------- */

/* The last line of the table that begins on a line: the one before an empty line, the next table or the end. Asked in order. */
struct line_cursor {
    struct str rest;
    uint32_t next; /* number of the line that rest begins with */
};

static uint32_t end_of_table(struct line_cursor *cursor, uint32_t start)
{
    struct str line;
    uint32_t last = start;
    while (cursor->next <= start && str_line(&cursor->rest, &line))
        cursor->next++;
    while (cursor->rest.len) {
        struct str before = cursor->rest;
        str_line(&cursor->rest, &line);
        line = str_trim(line);
        if (line.len == 0 || line.ptr[0] == '[') {
            cursor->rest = before; /* may begin the next table */
            break;
        }
        last = cursor->next++;
    }
    return last;
}

static bool list_needs(const struct lock *lock, const struct locked *package, const struct map *by_name, struct buf *out)
{
    for (size_t i = 0; i < package->need_count; i++) {
        struct str need = lock->needs[package->first_need + i], name, version, source;
        uint64_t index;
        if (str_cut(need, ' ', &name, &version)) {
            str_cut(version, ' ', &version, &source);
        } else if (map_get(by_name, name, &index)) {
            version = lock->packages[index].version;
        } else {
            continue;
        }
        if (!is_plain(name) || !is_plain(version))
            continue;
        catalog_put_item(out, name);
        buf_chr(out, '@');
        buf_str(out, version);
    }
    return !out->failed;
}

static bool add_package(const struct lock *lock, const struct locked *locked, const struct map *by_name,
                        struct line_cursor *lines, struct buf *needs, struct catalog_facts *facts)
{
    struct package *p = catalog_add_package(facts, &catalog_cargo_kind, lock->file->path);
    struct str sum = locked->checksum,
               key = arena_printf(lock->arena, "%.*s %.*s", STR_ARG(locked->name), STR_ARG(locked->version));
    uint64_t index;
    if (!p)
        return false;
    if (sum.len == 0 && key.ptr && map_get(&lock->checksums, key, &index))
        sum = lock->sums[index];
    buf_clear(needs);
    if (!list_needs(lock, locked, by_name, needs))
        buf_clear(needs);
    p->name = arena_str(facts->arena, locked->name);
    p->version = arena_str(facts->arena, locked->version);
    p->id = catalog_id(facts, locked->name, locked->version);
    p->depends = arena_str(facts->arena, buf_view(needs));
    if (is_plain(sum))
        p->digest = arena_printf(facts->arena, "sha256:%.*s", STR_ARG(sum));
    p->line = locked->line;
    p->end_line = end_of_table(lines, locked->line);
    return !facts->arena->exhausted;
}

static bool add_packages(struct lock *lock, struct catalog_facts *facts)
{
    struct map by_name;
    struct line_cursor lines = { lock->file->text, 1 };
    struct buf needs;
    map_init(&by_name, lock->arena);
    for (size_t i = 0; i < lock->count; i++)
        if (!map_put(&by_name, lock->packages[i].name, i))
            return catalog_warn(facts, lock->file->path, false, "larger than memory allows");
    buf_init(&needs, MAX_FILE_BYTES);
    bool ok = true;
    for (size_t i = 0; ok && i < lock->count; i++)
        ok = add_package(lock, &lock->packages[i], &by_name, &lines, &needs, facts);
    buf_free(&needs);
    return ok;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct lock lock = { .file = file, .arena = file->scratch };
    struct json json;
    map_init(&lock.checksums, file->scratch);
    if (!document_begin(&json, file, facts, toml_to_json))
        return false;
    if (!read_lock(&lock, &json))
        return catalog_warn(facts, file->path, false, "larger than memory allows");
    if (lock.bad &&
        !catalog_warn(facts, file->path, false, "line %u: a package without a name or a version that can be trusted%s",
                      lock.bad_line, lock.bad > 1 ? ", and others" : ""))
        return false;
    return add_packages(&lock, facts);
}

static const struct catalog_claim claims[] = {
    { "**/Cargo.lock", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_cargo_kind = {
    .name = "cargo",
    .is_lock = true,
    .lock_counts = true,
    .ecosystem = "cargo",
    .scheme = "cargo",
    .purl_type = "cargo",
    .claims = claims,
    .max_bytes = MAX_FILE_BYTES,
    .parse = parse,
    .settle = cargo_settle,
};
