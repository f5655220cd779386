/* composer.lock (Composer's documentation, "Basic usage: Commit your composer.lock file to version control"): "packages" are
 * what the project needs, "packages-dev" what only its development needs. The composer.json beside it says which of them it
 * asked for itself. */
#include "catalog/php/composer.h"

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct composer_reader reader;
    struct json json;
    struct error err = { 0 };
    struct str key;
    bool ok = true;
    composer_begin(&reader, file, facts);
    json_begin(&json, file->text, file->scratch);
    if (json_object(&json))
        while (ok && json_key(&json, &key)) {
            if (str_is(key, "packages"))
                ok = composer_read_list(&reader, &json, false);
            else if (str_is(key, "packages-dev"))
                ok = composer_read_list(&reader, &json, true);
            else
                json_skip(&json);
        }
    return ok && (json_end(&json, &err) || catalog_warn(facts, file->path, false, "%s", err.text)) && composer_end(&reader);
}

/* ---- direct or not ------------------------------------------------------------------------------------------------------------- */

/* Names are case-insensitive; in lock files they are lower case. */
static struct str make_key(struct arena *arena, struct str folder, struct str name)
{
    struct str key = arena_printf(arena, "%.*s\n%.*s", STR_ARG(folder), STR_ARG(name));
    char *text = (char *)(uintptr_t)key.ptr;
    for (size_t i = folder.len; i < key.len; i++)
        if (text[i] >= 'A' && text[i] <= 'Z')
            text[i] = (char)(text[i] - 'A' + 'a');
    return key;
}

/* Unlike in other ecosystems the lock file itself tells development apart: only the relation is the manifest's to say. */
static bool settle(struct catalog_facts *facts)
{
    struct map declared;
    map_init(&declared, facts->arena);
    for (size_t i = 0; i < facts->declared_count; i++) {
        const struct catalog_declared *d = &facts->declared[i];
        if (d->kind != &catalog_composer_json_kind)
            continue;
        struct str folder = path_dir(d->path), key = make_key(facts->arena, folder, d->name);
        struct str manifest = make_key(facts->arena, folder, STR(""));
        if (!key.ptr || !manifest.ptr || !map_put(&declared, key, 0) || !map_put(&declared, manifest, 0))
            return false;
    }
    for (size_t i = 0; i < facts->package_count; i++) {
        struct package *p = &facts->packages[i];
        struct arena_mark mark = arena_mark(facts->arena);
        struct str folder = path_dir(p->path), key = make_key(facts->arena, folder, p->name);
        struct str manifest = make_key(facts->arena, folder, STR(""));
        if (!key.ptr || !manifest.ptr)
            return false;
        if (map_get(&declared, manifest, NULL))
            p->relation = map_get(&declared, key, NULL) ? RELATION_DIRECT : RELATION_INDIRECT;
        arena_reset(facts->arena, mark);
    }
    return true;
}

static const struct catalog_claim claims[] = {
    { "**/composer.lock", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_composer_kind = {
    .name = "composer",
    .is_lock = true,
    .ecosystem = "composer",
    .scheme = "composer",
    .purl_type = "composer",
    .claims = claims,
    .accepts = composer_is_outside_vendor,
    .max_bytes = 256u << 20,
    .parse = parse,
    .settle = settle,
};
