/* pnpm-lock.yaml (the specification of pnpm's lock file, versions 5 to 9). A key of "packages" has name and version: v5
 * "/@scope/a/1.0.0_peers", v6 "/@scope/a@1.0.0(peers)", v9 "@scope/a@1.0.0"; since v9 "snapshots" have the same package once
 * for each set of peers, and what it needs. "importers" are the project and its workspaces. pnpm 11 puts a document about
 * itself before the project's. */
#include "catalog/document.h"
#include "catalog/headers.h"
#include "catalog/javascript/node.h"

#include "version/version.h"

#include <stdlib.h>

enum { MAX_YAML_BYTES = 64 << 20 };

struct pnpm_direct {
    struct str name, version;
    bool dev;
};

struct pnpm {
    struct node_lock lock;
    struct json json;
    uint64_t version;    /* without what is behind the point */
    uint32_t first_line; /* of the document in the file */
    bool full;           /* the arena of the facts */
    bool is_environment; /* a document about the package manager */
    struct pnpm_direct *directs;
    size_t direct_count, direct_cap;
    struct map packages; /* v9: keys of "packages" */
    struct buf key_buf;
};

/* ---- keys ------------------------------------------------------------------------------------------------------------------------ */

/* Name and version of a key; the version still has its peers. */
static void split_key(const struct pnpm *pnpm, struct str key, struct str *name, struct str *version)
{
    struct str registry, rest = key;
    size_t scope_len = 0, at;
    if (pnpm->version < 9 && str_cut(key, '/', &registry, &rest) && str_starts(registry, "@"))
        rest = key; /* "@scope/a@1.0.0" without the slash in front */
    if (str_starts(rest, "@") && str_find(rest, '/', &at))
        scope_len = at + 1;
    struct str tail = str_skip(rest, scope_len);
    if (!str_find(tail, pnpm->version < 6 ? '/' : '@', &at)) {
        *name = rest;
        *version = (struct str){ 0 };
        return;
    }
    *name = str_head(rest, scope_len + at);
    *version = str_skip(tail, at + 1);
}

static struct str without_peers(const struct pnpm *pnpm, struct str version)
{
    size_t at;
    return str_find(version, pnpm->version < 6 ? '_' : '(', &at) ? str_head(version, at) : version;
}

/* "file:../a", addresses of archives and the like stand where versions do. */
static bool is_version(struct pnpm *pnpm, struct str text)
{
    const struct version_scheme *npm = version_scheme_find(STR("npm"));
    buf_clear(&pnpm->key_buf);
    return npm && npm->key(text, &pnpm->key_buf);
}

/* ---- sections -------------------------------------------------------------------------------------------------------------------- */

static uint32_t line_of(struct pnpm *pnpm)
{
    return pnpm->first_line - 1 + json_line(&pnpm->json);
}

/* {"a": "1.0.0"} (v5), {"a": {"specifier": "^1.0.0", "version": "1.0.0"}} (since v6) */
static void read_directs(struct pnpm *pnpm, bool dev)
{
    struct json *json = &pnpm->json;
    struct str name, key, version;
    if (!json_object(json))
        return;
    while (json_key(json, &name)) {
        version = (struct str){ 0 };
        if (json_peek(json) != JSON_OBJECT)
            json_scalar(json, &version);
        else if (json_object(json))
            while (json_key(json, &key))
                if (str_is(key, "version"))
                    json_scalar(json, &version);
        struct pnpm_direct *grown =
            arena_grow(pnpm->lock.scratch, pnpm->directs, pnpm->direct_count, &pnpm->direct_cap, sizeof *grown);
        if (!grown) {
            pnpm->lock.incomplete = true;
            return;
        }
        pnpm->directs = grown;
        grown[pnpm->direct_count++] = (struct pnpm_direct){ name, version, dev };
    }
}

/* Is the next value an object that has something in it? */
static bool has_members(struct json *json)
{
    struct str key;
    bool any = false;
    if (json_object(json))
        while (json_key(json, &key))
            any = true;
    return any;
}

static bool read_group(struct pnpm *pnpm, struct str key)
{
    if (str_is(key, "dependencies") || str_is(key, "optionalDependencies"))
        read_directs(pnpm, false);
    else if (str_is(key, "devDependencies"))
        read_directs(pnpm, true);
    else
        return false;
    return true;
}

static void read_importers(struct pnpm *pnpm)
{
    struct json *json = &pnpm->json;
    struct str folder, key;
    if (!json_object(json))
        return;
    while (json_key(json, &folder)) {
        if (!json_object(json))
            continue;
        while (json_key(json, &key))
            if (!read_group(pnpm, key) && (str_is(key, "configDependencies") || str_is(key, "packageManagerDependencies")))
                pnpm->is_environment |= has_members(json);
    }
}

static void read_integrity(struct json *json, struct str *digest)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "integrity"))
            json_string(json, digest);
}

static void read_needs(struct pnpm *pnpm, uint32_t entry)
{
    struct json *json = &pnpm->json;
    struct str name, version;
    if (!json_object(json))
        return;
    while (json_key(json, &name))
        if (json_scalar(json, &version) && name.len <= 512 && version.len <= 8192)
            node_lock_need(&pnpm->lock, entry, name, version);
}

/* Of "packages" and of "snapshots": the latter have nothing but needs. */
static void read_entry(struct pnpm *pnpm, struct str full_key, bool is_snapshot)
{
    struct json *json = &pnpm->json;
    struct str key;
    uint32_t index = node_lock_add(&pnpm->lock, full_key, line_of(pnpm));
    if (index == NODE_NONE)
        return;
    node_at(&pnpm->lock, index)->left_out = pnpm->version >= 9 && !is_snapshot;
    if (node_at(&pnpm->lock, index)->left_out) {
        if (!map_put(&pnpm->packages, full_key, index))
            pnpm->lock.incomplete = true;
    } else {
        node_lock_key(&pnpm->lock, full_key, index);
    }
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        struct node_entry *e = node_at(&pnpm->lock, index);
        if (str_is(key, "name"))
            json_scalar(json, &e->name);
        else if (str_is(key, "version"))
            json_scalar(json, &e->version);
        else if (str_is(key, "dev"))
            json_bool(json, &e->dev);
        else if (str_is(key, "resolution"))
            read_integrity(json, &e->digest);
        else if (str_is(key, "dependencies") || str_is(key, "optionalDependencies"))
            read_needs(pnpm, index);
    }
    if (json->failed)
        node_at(&pnpm->lock, index)->left_out = true;
}

static void read_entries(struct pnpm *pnpm, bool are_snapshots)
{
    struct str key;
    if (!json_object(&pnpm->json))
        return;
    while (json_key(&pnpm->json, &key) && !pnpm->lock.incomplete)
        read_entry(pnpm, key, are_snapshots);
}

static bool read_version(struct pnpm *pnpm)
{
    struct str text, whole, fraction;
    if (!json_scalar(&pnpm->json, &text))
        return false;
    str_cut(text, '.', &whole, &fraction);
    return str_u64(whole, &pnpm->version);
}

/* The version stands first in all files that pnpm writes, and decides how the rest is read. */
static bool read_document(struct pnpm *pnpm)
{
    struct str key;
    bool has_version = false;
    if (!json_object(&pnpm->json))
        return false;
    while (json_key(&pnpm->json, &key)) {
        if (str_is(key, "lockfileVersion"))
            has_version = read_version(pnpm);
        else if (!has_version || read_group(pnpm, key))
            continue;
        else if (str_is(key, "importers"))
            read_importers(pnpm);
        else if (str_is(key, "packages"))
            read_entries(pnpm, false);
        else if (str_is(key, "snapshots") && pnpm->version >= 9)
            read_entries(pnpm, true);
    }
    return has_version;
}

/* ---- what the sections say together ---------------------------------------------------------------------------------------------- */

/* A snapshot's package is the one of the same key without peers. */
static void join_snapshot(struct pnpm *pnpm, struct node_entry *e, struct str version)
{
    struct arena *scratch = pnpm->lock.scratch;
    struct arena_mark mark = arena_mark(scratch);
    uint64_t at;
    e->id = e->key;
    bool found = map_get(&pnpm->packages, arena_printf(scratch, "%.*s@%.*s", STR_ARG(e->name), STR_ARG(version)), &at);
    arena_reset(scratch, mark);
    if (!found)
        return;
    const struct node_entry *package = node_at(&pnpm->lock, at);
    if (package->version.len)
        e->version = package->version;
    e->digest = package->digest;
    e->line = package->line;
}

static void name_entries(struct pnpm *pnpm)
{
    for (size_t i = 0; i < pnpm->lock.count; i++) {
        struct node_entry *e = node_at(&pnpm->lock, i);
        struct str name, version;
        e->relation = RELATION_INDIRECT;
        if (e->left_out)
            continue;
        split_key(pnpm, e->key, &name, &version);
        version = without_peers(pnpm, version);
        if (e->name.len == 0 && (is_version(pnpm, version) || (pnpm->version >= 9 && version.len))) {
            e->name = name;
            e->version = is_version(pnpm, version) ? version : e->version;
        }
        if (pnpm->version >= 9)
            join_snapshot(pnpm, e, version);
        e->left_out = e->version.len == 0 && str_starts(version, "file:"); /* a folder of the project's own */
    }
}

/* A need has the version with its peers, or a whole key: of another name, an archive, a folder. */
static uint32_t find_key(struct pnpm *pnpm, struct str name, struct str version)
{
    struct node_lock *lock = &pnpm->lock;
    struct arena_mark mark = arena_mark(lock->scratch);
    size_t len = name.len + version.len + 64;
    lock->budget -= lock->budget < len ? lock->budget : len;
    struct str key = arena_printf(lock->scratch, "%s%.*s%c%.*s", pnpm->version < 9 ? "/" : "", STR_ARG(name),
                                  pnpm->version < 6 ? '/' : '@', STR_ARG(version));
    uint32_t found = node_lock_find(lock, key);
    arena_reset(lock->scratch, mark);
    return found != NODE_NONE ? found : node_lock_find(lock, version);
}

static uint32_t find_entry(struct node_lock *lock, uint32_t entry, const struct node_edge *edge)
{
    (void)entry;
    return find_key((struct pnpm *)(void *)lock, edge->name, edge->range); /* its first member */
}

/* Before v9 each package says itself whether it is for development only. */
static bool tie_entries(struct pnpm *pnpm)
{
    struct node_lock *lock = &pnpm->lock;
    name_entries(pnpm);
    node_lock_tie(lock, find_entry);
    for (size_t i = 0; pnpm->version >= 9 && i < lock->count; i++)
        node_at(lock, i)->dev = true;
    for (size_t i = 0; i < pnpm->direct_count; i++) {
        uint32_t target = find_key(pnpm, pnpm->directs[i].name, pnpm->directs[i].version);
        if (target == NODE_NONE)
            continue;
        node_at(lock, target)->relation = RELATION_DIRECT;
        if (!pnpm->directs[i].dev)
            node_at(lock, target)->dev = false;
    }
    return pnpm->version < 9 || node_lock_mark_dev(lock);
}

/* ---- the file ---------------------------------------------------------------------------------------------------------------------- */

/* Documents are parted by lines "---" (YAML 1.2, section 9.1.4); *lines counts those before the document. */
static bool next_document(struct str *rest, struct str *document, uint32_t *line, uint32_t *first_line)
{
    struct str text = *rest, one;
    const char *start = NULL;
    while (rest->len) {
        struct str before = *rest;
        str_line(rest, &one);
        bool is_mark = str_is(str_trim(str_head(one, 4)), "---");
        if (start && is_mark) {
            *rest = before;
            break;
        }
        if (!start && !is_mark && str_trim(one).len) {
            start = before.ptr;
            *first_line = *line;
        }
        ++*line;
    }
    if (!start)
        return false;
    size_t skipped = (size_t)(start - text.ptr);
    *document = str_head(str_skip(text, skipped), text.len - skipped - rest->len);
    return true;
}

/* Of a damaged document, what is before the paragraph with the damage. */
static struct str before_damage(struct str document, const char *problem)
{
    const char *at = strstr(problem, "line ");
    unsigned long line = at ? strtoul(at + 5, NULL, 10) : 0;
    struct str rest = document, one;
    const char *end = document.ptr;
    for (unsigned long n = 1; n < line && str_line(&rest, &one); n++)
        if (str_trim(one).len == 0)
            end = one.ptr;
    return str_head(document, (size_t)(end - document.ptr));
}

static bool to_json(struct pnpm *pnpm, struct str document, struct str *text, bool *warned)
{
    const struct catalog_file *file = pnpm->lock.file;
    struct error err = { 0 }, again = { 0 };
    size_t repeated_line;
    if (yaml_to_json_unique(document, MAX_YAML_BYTES * 2, file->scratch, &repeated_line, text, &err)) {
        size_t line = repeated_line ? repeated_line + pnpm->first_line - 1 : 0;
        pnpm->full = !document_warn_repeated(file, pnpm->lock.facts, line);
        return !pnpm->full;
    }
    *warned = true;
    pnpm->full = !catalog_warn(pnpm->lock.facts, file->path, false, "%s", err.text);
    document = before_damage(document, err.text);
    return document.len && yaml_to_json_unique(document, MAX_YAML_BYTES * 2, file->scratch, &repeated_line, text, &again);
}

static bool parse_document(struct pnpm *pnpm, struct str document, bool *warned)
{
    const struct catalog_file *file = pnpm->lock.file;
    struct str text;
    if (!to_json(pnpm, document, &text, warned))
        return !pnpm->full;
    json_begin(&pnpm->json, text, file->scratch);
    map_init(&pnpm->packages, file->scratch);
    if (!read_document(pnpm)) {
        if (*warned)
            return true;
        *warned = true;
        return catalog_warn(pnpm->lock.facts, file->path, false, "no lock file of pnpm's: lockfileVersion is missing");
    }
    if (pnpm->is_environment)
        return true;
    if (!tie_entries(pnpm))
        pnpm->lock.incomplete = true;
    return node_lock_end(&pnpm->lock);
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct str rest = file->text, document;
    uint32_t line = 1, first_line = 1;
    bool ok = true, warned = false, again = true;
    while (ok && again && !warned && next_document(&rest, &document, &line, &first_line)) {
        struct pnpm pnpm = { .first_line = first_line };
        node_lock_begin(&pnpm.lock, file, facts);
        buf_init(&pnpm.key_buf, 64 << 10);
        ok = parse_document(&pnpm, document, &warned);
        buf_free(&pnpm.key_buf);
        again = pnpm.is_environment;
    }
    return ok;
}

static const struct catalog_claim claims[] = {
    { "**/pnpm-lock.yaml", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_pnpm_kind = {
    .name = "pnpm",
    .is_lock = true,
    .ecosystem = "npm",
    .scheme = "npm",
    .purl_type = "npm",
    .claims = claims,
    .accepts = node_is_outside_modules,
    .max_bytes = MAX_YAML_BYTES,
    .parse = parse,
};
