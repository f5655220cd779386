/* Central package versions: Directory.Packages.props, Packages.props and other *Packages.props (NuGet documentation, "Central
 * Package Management"; MSBuild reference, "Items" and "Properties"). A version may be a property: only one that this file
 * sets, and sets without conditions, is known. */
#include "catalog/headers.h"
#include "catalog/kinds.h"

enum { MAX_VERSION_BYTES = 256 };

struct reader {
    const struct catalog_file *file;
    struct catalog_facts *facts;
    struct json json;
    struct map properties; /* in lower case → struct str *; ptr NULL: set on some condition */
    struct map seen;
};

/* ---- properties ---- */

static bool set_property(struct reader *r, struct str name, struct str value, bool known)
{
    struct str *text = arena_new(r->file->scratch, struct str), key = arena_lower(r->file->scratch, name);
    if (!text || !key.ptr)
        return false;
    *text = known ? str_trim(value) : (struct str){ 0 };
    return map_put(&r->properties, key, (uint64_t)(uintptr_t)text);
}

/* One value, which with attributes is an object; *conditional tells of a condition on it. */
static void read_value(struct json *json, struct str *value, bool *conditional)
{
    struct str key;
    if (json_peek(json) != JSON_OBJECT) {
        json_string(json, value);
        return;
    }
    bool any = json_object(json);
    while (any && json_key(json, &key))
        if (str_is(key, "#text"))
            json_string(json, value);
        else
            *conditional |= str_eq_nocase(key, STR("@Condition"));
}

static bool read_properties(struct reader *r)
{
    struct str name;
    bool group_conditional = false;
    if (!json_object(&r->json))
        return true;
    while (json_key(&r->json, &name)) {
        struct str value = STR("");
        bool conditional = group_conditional;
        read_value(&r->json, &value, &conditional);
        if (str_eq_nocase(name, STR("@Condition")))
            group_conditional = true;
        else if (!set_property(r, name, value, !conditional))
            return false;
    }
    return true;
}

/* With all $(…) put in; false where one is not known. */
static bool expand(struct reader *r, struct str text, struct buf *out, unsigned depth)
{
    while (text.len) {
        size_t end;
        if (!str_starts(text, "$(") || !str_find(text, ')', &end)) {
            buf_str(out, str_head(text, 1));
            text = str_skip(text, 1);
            continue;
        }
        struct str key = arena_lower(r->file->scratch, str_trim(str_skip(str_head(text, end), 2)));
        uint64_t found;
        if (depth == 8 || !map_get(&r->properties, key, &found) || !((const struct str *)(uintptr_t)found)->ptr)
            return false;
        if (!expand(r, *(const struct str *)(uintptr_t)found, out, depth + 1))
            return false;
        text = str_skip(text, end + 1);
    }
    return !out->failed;
}

/* ---- items ---- */

/* "[1.2.3]" is exactly that; other ranges and floating versions are no version. */
static struct str plain_version(struct str text)
{
    text = str_trim(text);
    if (str_starts(text, "[") && str_ends(text, "]"))
        text = str_trim(str_head(str_skip(text, 1), text.len - 2));
    for (size_t i = 0; i < text.len; i++)
        if (strchr("*,()[]$@%", text.ptr[i]) || text.ptr[i] == ' ')
            return str_head(text, 0);
    return header_value_ok(text) ? text : str_head(text, 0);
}

static bool add_item(struct reader *r, struct str name, struct str version, bool dev, uint32_t line, uint32_t end_line)
{
    name = str_trim(name);
    if (!name.len || !header_value_ok(name) || str_contains(name, "$(") || str_contains(name, "@("))
        return true;
    struct str id = catalog_id(r->facts, name, version);
    if (!id.ptr || map_get(&r->seen, id, NULL))
        return id.ptr != NULL;
    struct package *package = catalog_add_package(r->facts, &catalog_packages_props_kind, r->file->path);
    if (!package)
        return false;
    package->id = id;
    package->name = str_head(id, name.len);
    package->version = str_skip(id, name.len + 1);
    package->dev = dev;
    package->line = line;
    package->end_line = end_line;
    return map_put(&r->seen, id, 1);
}

static bool read_item(struct reader *r, bool dev)
{
    struct str key, include = { 0 }, update = { 0 }, version = { 0 }, names, name;
    uint32_t line = json_line(&r->json);
    bool ignored, ok = true;
    if (!json_object(&r->json))
        return true;
    while (json_key(&r->json, &key))
        if (str_is(key, "@Include"))
            json_string(&r->json, &include);
        else if (str_is(key, "@Update"))
            json_string(&r->json, &update);
        else if (str_is(key, "@Version") || str_is(key, "Version"))
            read_value(&r->json, &version, &ignored);
    uint32_t end_line = json_line(&r->json);
    struct buf text;
    buf_init(&text, MAX_VERSION_BYTES);
    bool known = expand(r, version, &text, 0);
    struct str plain = known ? plain_version(buf_view(&text)) : STR("");
    names = include.len ? include : update;
    while (ok && plain.len && str_next(&names, ';', &name))
        ok = add_item(r, name, plain, dev, line, end_line);
    buf_free(&text);
    return ok;
}

static bool read_items(struct reader *r)
{
    struct str key;
    bool ok = true;
    if (!json_object(&r->json))
        return true;
    while (ok && json_key(&r->json, &key))
        if (str_is(key, "PackageVersion") || str_is(key, "PackageReference"))
            ok = read_item(r, false);
        else if (str_is(key, "GlobalPackageReference")) /* analysers and the like; not passed on to what uses the project */
            ok = read_item(r, true);
    return ok;
}

/* ---- the file ---- */

/* Properties first: items see what is set further down too. */
static bool read_groups(struct reader *r, struct str text, const char *name, bool (*read)(struct reader *))
{
    struct str key;
    bool ok = true;
    json_begin(&r->json, text, r->file->scratch);
    bool any = json_object(&r->json);
    while (any && ok && json_key(&r->json, &key))
        if (str_is(key, "Project") && json_object(&r->json))
            while (ok && json_key(&r->json, &key))
                if (str_is(key, name))
                    ok = read(r);
    return ok;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct reader r = { .file = file, .facts = facts };
    struct error err = { 0 };
    struct str text;
    if (!xml_to_json(file->text, 64u << 20, file->scratch, &text, &err))
        return catalog_warn(facts, file->path, false, "%s", err.text);
    map_init(&r.properties, file->scratch);
    map_init(&r.seen, file->scratch);
    return read_groups(&r, text, "PropertyGroup", read_properties) && read_groups(&r, text, "ItemGroup", read_items);
}

/* NuGet takes any case. */
static bool accepts(struct str path)
{
    struct str suffix = STR("packages.props");
    return path.len >= suffix.len && str_eq_nocase(str_skip(path, path.len - suffix.len), suffix);
}

static const struct catalog_claim claims[] = {
    { "**/*.props", NULL },
    { "**/*.Props", NULL },
    { "**/*.PROPS", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_packages_props_kind = {
    .name = "packages-props",
    .ecosystem = "nuget",
    .scheme = "nuget",
    .purl_type = "nuget",
    .is_lock = true,
    .lock_counts = true,
    .claims = claims,
    .accepts = accepts,
    .max_bytes = 16u << 20,
    .parse = parse,
};
