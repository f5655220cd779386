/* Package.resolved of the Swift Package Manager (its source, PinsStore): the pins of version 1 stand in "object", those of
 * versions 2 and 3 at the top, and name the repository otherwise. A package is named by where its repository is. */
#include "catalog/document.h"
#include "catalog/listed.h"

struct pin {
    struct str identity, location;
    struct str version, branch, revision;
    uint32_t line, end_line;
};

/* host/path, whatever way it is fetched: "https://host/a/b.git", "ssh://git@host/a/b", "git@host:a/b.git". */
static struct str name_of(struct arena *arena, struct str location)
{
    size_t pos;
    bool has_scheme = false;
    for (size_t i = 0; i + 2 < location.len && !has_scheme; i++)
        if (memcmp(location.ptr + i, "://", 3) == 0) {
            location = str_skip(location, i + 3);
            has_scheme = true;
        }
    if (str_ends(location, "/"))
        location.len--;
    if (str_ends(location, ".git"))
        location.len -= 4;
    struct str host = location, path, user;
    if (str_cut(location, '/', &host, &path) && str_cut(host, '@', &user, &host))
        location = str_skip(location, user.len + 1);
    if (!has_scheme && str_find(host, ':', &pos) && str_cut(location, ':', &host, &path))
        return arena_printf(arena, "%.*s/%.*s", STR_ARG(host), STR_ARG(path));
    return location;
}

static void read_state(struct json *json, struct pin *pin)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        if (str_is(key, "version"))
            json_string(json, &pin->version);
        else if (str_is(key, "branch"))
            json_string(json, &pin->branch);
        else if (str_is(key, "revision"))
            json_string(json, &pin->revision);
        else
            json_skip(json);
    }
}

static void read_pin(struct json *json, struct pin *pin)
{
    struct str key;
    json_peek(json); /* on to the brace */
    pin->line = json_line(json);
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        if (str_is(key, "repositoryURL") || str_is(key, "location"))
            json_string(json, &pin->location);
        else if (str_is(key, "identity") || str_is(key, "package"))
            json_string(json, &pin->identity);
        else if (str_is(key, "state"))
            read_state(json, pin);
        else
            json_skip(json);
    }
    pin->end_line = json_line(json);
}

/* A pin may be of a branch, or of nothing but a commit. */
static bool keep_pin(const struct catalog_file *file, struct catalog_facts *facts, const struct pin *pin)
{
    struct package *package;
    struct str version = pin->version.len ? pin->version : pin->branch.len ? pin->branch : pin->revision;
    struct str name = pin->location.len ? name_of(file->scratch, pin->location) : pin->identity;
    if (!listed_add(file, facts, name, version, &package) || !package)
        return !facts->arena->exhausted && !file->scratch->exhausted;
    package->line = pin->line;
    package->end_line = pin->end_line;
    return true;
}

static bool read_pins(const struct catalog_file *file, struct catalog_facts *facts, struct json *json)
{
    bool ok = true;
    if (!json_array(json))
        return true;
    while (ok && json_item(json)) {
        struct pin pin = { 0 };
        read_pin(json, &pin);
        ok = json->failed || keep_pin(file, facts, &pin);
    }
    return ok;
}

static bool read_object(const struct catalog_file *file, struct catalog_facts *facts, struct json *json, bool outermost)
{
    struct str key;
    bool ok = true;
    if (!json_object(json))
        return true;
    while (ok && json_key(json, &key)) {
        if (str_is(key, "pins"))
            ok = read_pins(file, facts, json);
        else if (outermost && str_is(key, "object"))
            ok = read_object(file, facts, json, false);
        else
            json_skip(json);
    }
    return ok;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct json json;
    return document_begin(&json, file, facts, NULL) && read_object(file, facts, &json, true) && document_end(&json, file, facts);
}

static const struct catalog_claim claims[] = {
    { "**/Package.resolved", NULL },
    { "**/.package.resolved", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_swift_kind = {
    .name = "swift",
    .is_lock = true,
    .ecosystem = "swift",
    .scheme = "swift",
    .purl_type = "swift",
    .claims = claims,
    .max_bytes = 32u << 20,
    .parse = parse,
};
