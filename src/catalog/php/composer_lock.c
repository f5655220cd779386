/* composer.lock (Composer's documentation, "Basic usage: Commit your composer.lock file to version control"): "packages" are
 * what the project needs, "packages-dev" what only its development needs. The composer.json beside it says which of them it
 * asked for itself. */
#include "catalog/document.h"
#include "catalog/php/composer.h"

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct composer_reader reader;
    struct json json;
    struct str key;
    bool ok = document_begin(&json, file, facts, NULL);
    composer_begin(&reader, file, facts);
    if (json_object(&json))
        while (ok && json_key(&json, &key)) {
            if (str_is(key, "packages"))
                ok = composer_read_list(&reader, &json, false);
            else if (str_is(key, "packages-dev"))
                ok = composer_read_list(&reader, &json, true);
            else
                json_skip(&json);
        }
    return ok && document_end(&json, file, facts) && composer_end(&reader);
}

/* ---- direct or not ------------------------------------------------------------------------------------------------------------- */

/* Names are case-insensitive; in lock files they are lower case. Unlike in other ecosystems the lock file itself tells development
 * apart: only the relation is the manifest's to say. */
static bool settle(struct catalog_facts *facts)
{
    return catalog_settle_declared(facts, &catalog_composer_json_kind, arena_lower, false);
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
    .max_bytes = 64u << 20,
    .parse = parse,
    .settle = settle,
};
