/* deno.lock (Deno's documentation, "Integrity checking and lock files"; versions 2 to 5): packages of npm and of JSR by
 * "name@version", of npm with "_" and the peers behind. "specifiers" say what a request got; those of the project itself are
 * listed in "workspace" since version 4 and are all that there are before. Remote modules have addresses, not versions. */
#include "catalog/document.h"
#include "catalog/headers.h"
#include "catalog/javascript/node.h"

struct deno {
    struct node_lock lock;
    struct json json;
    uint64_t version;
    bool has_workspace;
    struct map specifiers; /* "npm:a@^1.0.0" to an edge of `asked` */
    struct buf wanted;     /* specifiers of the project, a line each */
    uint32_t asked;        /* an entry that asks for what the specifiers got */
};

/* "a@1.0.0_b@2.0.0" is a 1.0.0: no version has '_'. */
static void name_entry(struct node_entry *e)
{
    size_t at;
    if (node_cut_name(e->key, &e->name, &e->version) && str_find(e->version, '_', &at))
        e->version = str_head(e->version, at);
}

/* Needs are "a", where there is one a only, or "a@1.0.0"; before version 4 {"a": "a@1.0.0"}. JSR's name their registry. */
static void read_needs(struct deno *deno, uint32_t index)
{
    struct json *json = &deno->json;
    struct str name, wanted;
    if (json_peek(json) == JSON_OBJECT && json_object(json)) {
        while (json_key(json, &name))
            if (json_string(json, &wanted))
                node_lock_need(&deno->lock, index, wanted, (struct str){ 0 });
    } else if (json_array(json)) {
        while (json_item(json))
            if (json_string(json, &wanted))
                node_lock_need(&deno->lock, index, wanted, (struct str){ 0 });
    }
}

static bool put_keys(struct deno *deno, const char *registry, uint32_t index)
{
    const struct node_entry *e = node_at(&deno->lock, index);
    struct arena *scratch = deno->lock.scratch;
    struct str key = arena_printf(scratch, "%s:%.*s", registry, STR_ARG(e->key));
    struct str name = arena_printf(scratch, "%s:%.*s", registry, STR_ARG(e->name));
    return key.ptr && name.ptr && node_lock_key(&deno->lock, key, index) && node_lock_key(&deno->lock, name, index);
}

static void read_packages(struct deno *deno, const char *registry, const struct catalog_kind *kind)
{
    struct json *json = &deno->json;
    struct str full_key, key;
    if (!json_object(json))
        return;
    while (json_key(json, &full_key) && !deno->lock.incomplete) {
        uint32_t index = node_lock_add(&deno->lock, full_key, json_line(json));
        if (index == NODE_NONE || !json_object(json))
            continue;
        while (json_key(json, &key))
            if (str_is(key, "integrity"))
                json_string(json, &node_at(&deno->lock, index)->digest);
            else if (str_is(key, "dependencies") || str_is(key, "optionalDependencies"))
                read_needs(deno, index);
        struct node_entry *e = node_at(&deno->lock, index);
        e->kind = kind;
        e->end_line = json_line(json);
        e->left_out = json->failed;
        name_entry(e);
        /* JSR's digest is of the manifest of its files, in bare hex. */
        if (kind == &catalog_jsr_kind && e->digest.len == 64)
            e->digest = arena_printf(deno->lock.scratch, "sha256:%.*s", STR_ARG(e->digest));
        if (!put_keys(deno, registry, index))
            deno->lock.incomplete = true;
    }
}

/* What a specifier got, as a key of node_lock: {"npm:a@^1": "1.0.0"} since version 4, {"npm:a@^1": "npm:a@1.0.0"} in 3,
 * {"a@^1": "a@1.0.0"} in 2. */
static struct str key_of(struct deno *deno, struct str asked, struct str got)
{
    bool has_registry = str_starts(asked, "npm:") || str_starts(asked, "jsr:");
    struct str registry = has_registry ? str_head(asked, 4) : STR("npm:"), name, range;
    if (str_starts(got, "npm:") || str_starts(got, "jsr:"))
        return got;
    if (deno->version < 4)
        return arena_printf(deno->lock.scratch, "%.*s%.*s", STR_ARG(registry), STR_ARG(got));
    if (!node_cut_name(str_skip(asked, has_registry ? 4 : 0), &name, &range))
        name = str_skip(asked, has_registry ? 4 : 0); /* "npm:a" */
    return arena_printf(deno->lock.scratch, "%.*s%.*s@%.*s", STR_ARG(registry), STR_ARG(name), STR_ARG(got));
}

static void read_specifiers(struct deno *deno)
{
    struct json *json = &deno->json;
    struct str asked, got;
    if (!json_object(json))
        return;
    while (json_key(json, &asked)) {
        if (!json_string(json, &got))
            continue;
        struct str key = key_of(deno, asked, got);
        if (!key.ptr || !node_lock_need(&deno->lock, deno->asked, key, asked) ||
            !map_put(&deno->specifiers, asked, deno->lock.edge_count - 1))
            deno->lock.incomplete = true;
    }
}

/* "dependencies" lists at any depth: of the project, of its package.json, of its members. */
static void read_workspace(struct deno *deno, unsigned depth)
{
    struct json *json = &deno->json;
    struct str key, specifier;
    if (depth > 4 || !json_object(json))
        return;
    while (json_key(json, &key)) {
        if (!str_is(key, "dependencies")) {
            if (json_peek(json) == JSON_OBJECT)
                read_workspace(deno, depth + 1);
        } else if (json_array(json)) {
            while (json_item(json))
                if (json_string(json, &specifier))
                    catalog_put_item(&deno->wanted, specifier);
        }
    }
}

/* "packages" of version 3, "npm" of version 2 have the sections in themselves. */
static void read_sections(struct deno *deno, unsigned depth)
{
    struct json *json = &deno->json;
    struct str key, text, fraction;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        if (str_is(key, "version") && json_scalar(json, &text)) {
            str_cut(text, '.', &text, &fraction);
            str_u64(text, &deno->version);
        } else if (str_is(key, "specifiers")) {
            read_specifiers(deno);
        } else if (depth == 0 && (str_is(key, "packages") || (str_is(key, "npm") && deno->version == 2))) {
            read_sections(deno, depth + 1);
        } else if (str_is(key, "npm") || (str_is(key, "packages") && deno->version == 2)) {
            read_packages(deno, "npm", &catalog_deno_kind);
        } else if (str_is(key, "jsr")) {
            read_packages(deno, "jsr", &catalog_jsr_kind);
        } else if (str_is(key, "workspace")) {
            deno->has_workspace = true;
            read_workspace(deno, 0);
        }
    }
}

/* ---- who needs whom -------------------------------------------------------------------------------------------------------------- */

/* A whole specifier, or a key of the same registry. */
static uint32_t find_entry(struct node_lock *lock, uint32_t entry, const struct node_edge *edge)
{
    struct deno *deno = (struct deno *)(void *)lock; /* its first member */
    struct str wanted = edge->name;
    uint64_t specifier;
    lock->budget -= lock->budget < wanted.len + 64 ? lock->budget : wanted.len + 64;
    if (entry != deno->asked && map_get(&deno->specifiers, wanted, &specifier))
        wanted = node_edge_at(lock, specifier)->name;
    uint32_t found = node_lock_find(lock, wanted);
    if (found != NODE_NONE)
        return found;
    const char *registry = node_at(lock, entry)->kind == &catalog_jsr_kind ? "jsr:" : "npm:";
    struct arena_mark mark = arena_mark(lock->scratch);
    found = node_lock_find(lock, arena_printf(lock->scratch, "%s%.*s", registry, STR_ARG(wanted)));
    arena_reset(lock->scratch, mark);
    return found;
}

/* Before version 4 the specifiers are the project's, but for those that packages of JSR brought. */
static void mark_directs(struct deno *deno)
{
    struct node_lock *lock = &deno->lock;
    struct str rest = buf_view(&deno->wanted), specifier;
    uint64_t edge;
    for (size_t i = 0; i < lock->count && (deno->has_workspace || deno->version == 2); i++)
        node_at(lock, i)->relation = RELATION_INDIRECT;
    while (str_next(&rest, '\n', &specifier))
        if (map_get(&deno->specifiers, specifier, &edge) && node_edge_at(lock, edge)->target != NODE_NONE)
            node_at(lock, node_edge_at(lock, edge)->target)->relation = RELATION_DIRECT;
    for (uint32_t e = node_at(lock, deno->asked)->first_edge; deno->version == 2 && e != NODE_NONE;
         e = node_edge_at(lock, e)->next)
        if (node_edge_at(lock, e)->target != NODE_NONE)
            node_at(lock, node_edge_at(lock, e)->target)->relation = RELATION_DIRECT;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct deno deno = { .version = 0 };
    node_lock_begin(&deno.lock, file, facts);
    map_init(&deno.specifiers, file->scratch);
    buf_init(&deno.wanted, 4u << 20);
    json_begin(&deno.json, file->text, file->scratch);
    deno.asked = node_lock_add(&deno.lock, (struct str){ 0 }, 0);
    bool ok = deno.asked != NODE_NONE;
    if (ok) {
        node_at(&deno.lock, deno.asked)->left_out = true;
        read_sections(&deno, 0);
        node_lock_tie(&deno.lock, find_entry);
        mark_directs(&deno);
        ok = node_lock_end(&deno.lock);
    }
    if (ok && !deno.lock.incomplete)
        ok = document_end(&deno.json, file, facts);
    buf_free(&deno.wanted);
    return ok;
}

static const struct catalog_claim claims[] = {
    { "**/deno.lock", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_deno_kind = {
    .name = "deno",
    .is_lock = true,
    .ecosystem = "npm",
    .scheme = "npm",
    .purl_type = "npm",
    .claims = claims,
    .max_bytes = 256u << 20,
    .parse = parse,
};

/* Packages of JSR, which the deno kind reads: there are no advisories of that registry. */
const struct catalog_kind catalog_jsr_kind = {
    .name = "jsr",
    .is_lock = true,
    .scheme = "npm",
    .purl_type = "jsr",
    .claims = catalog_no_claims,
    .max_bytes = 0,
    .parse = parse,
};
