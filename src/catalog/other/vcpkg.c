/* C and C++ libraries that vcpkg has installed (vcpkg's documentation, "Installation tree layout"): the paragraphs of
 * installed/vcpkg/status, written as dpkg's, and share/PORT/vcpkg.spdx.json beside the files of a port. Both name a port
 * where both are there; an image may have kept only the second. */
#include "catalog/document.h"
#include "catalog/listed.h"

enum { MAX_LIST_BYTES = 64 << 10 };

/* ---- status --------------------------------------------------------------------------------------------------------------------- */

struct paragraph {
    struct str name, version, port_version, triplet, status, depends;
    bool feature;
    size_t start;
    uint32_t line;
};

static void keep_field(struct paragraph *p, struct str name, struct str value)
{
    const struct {
        const char *name;
        struct str *value;
    } fields[] = {
        { "Package", &p->name },         { "Version", &p->version }, { "Port-Version", &p->port_version },
        { "Architecture", &p->triplet }, { "Status", &p->status },   { "Depends", &p->depends },
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (str_is(name, fields[i].name))
            *fields[i].value = value;
    p->feature |= str_is(name, "Feature");
}

/* "zlib, vcpkg-cmake:x64-linux, curl[ssl]": names alone. */
static struct str list_needs(struct arena *arena, struct str depends)
{
    struct buf out;
    struct str item, rest;
    buf_init(&out, MAX_LIST_BYTES);
    while (str_next(&depends, ',', &item)) {
        str_cut(item, ':', &item, &rest);
        str_cut(item, '[', &item, &rest);
        if (str_trim(item).len)
            catalog_put_item(&out, str_trim(item));
    }
    struct str list = arena_str(arena, buf_view(&out));
    buf_free(&out);
    return list;
}

static bool keep_paragraph(const struct catalog_file *file, struct catalog_facts *facts, const struct paragraph *p, size_t end,
                           uint32_t end_line)
{
    struct package *package;
    struct str version = p->version;
    if (p->feature || !str_is(p->status, "install ok installed"))
        return true;
    if (p->port_version.len && !str_is(p->port_version, "0"))
        version = arena_printf(file->scratch, "%.*s#%.*s", STR_ARG(p->version), STR_ARG(p->port_version));
    if (!listed_add(file, facts, p->name, version, &package) || !package)
        return !facts->arena->exhausted;
    package->arch = arena_str(facts->arena, header_value_ok(p->triplet) ? p->triplet : STR(""));
    package->depends = list_needs(facts->arena, p->depends);
    package->offset = p->start;
    package->length = end - p->start;
    package->line = p->line;
    package->end_line = end_line;
    return !facts->arena->exhausted;
}

static bool parse_status(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct header_cursor cursor = { .text = file->text };
    struct paragraph p = { .line = 1 };
    struct str name, value;
    enum header_line type;
    uint32_t line = 1;
    do {
        size_t at = cursor.pos;
        type = header_next(&cursor, &name, &value);
        /* The status stands last: a paragraph that is cut off before it is not kept, nor one whose end is not in sight. */
        if (type == HEADER_FIELD)
            keep_field(&p, name, value);
        if (type == HEADER_BLANK || (type == HEADER_END && str_ends(file->text, "\n"))) {
            if (!keep_paragraph(file, facts, &p, at, line - 1))
                return false;
            p = (struct paragraph){ .start = cursor.pos, .line = line + 1 };
        }
        line++;
    } while (type != HEADER_END);
    return true;
}

/* ---- vcpkg.spdx.json --------------------------------------------------------------------------------------------------------------- */

struct port {
    struct str id, name, version, licence;
};

/* The first package of the document is the port itself; further ones are its source and what was built. */
static void read_port(struct json *json, struct port *port)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        if (str_is(key, "SPDXID"))
            json_string(json, &port->id);
        else if (str_is(key, "name"))
            json_string(json, &port->name);
        else if (str_is(key, "versionInfo"))
            json_string(json, &port->version);
        else if (str_is(key, "licenseConcluded"))
            json_string(json, &port->licence);
        else
            json_skip(json);
    }
}

static bool keep_port(const struct catalog_file *file, struct catalog_facts *facts, const struct port *port)
{
    struct package *package;
    if (!listed_add(file, facts, port->name, port->version, &package) || !package)
        return !facts->arena->exhausted;
    if (!str_is(port->licence, "NOASSERTION") && header_value_ok(port->licence))
        package->licence = arena_str(facts->arena, port->licence);
    package->arch = path_base(path_dir(path_dir(path_dir(package->path))));
    package->root = path_dir(package->path);
    return !facts->arena->exhausted;
}

static bool read_ports(const struct catalog_file *file, struct catalog_facts *facts, struct json *json)
{
    bool ok = true;
    if (!json_array(json))
        return true;
    while (ok && json_item(json)) {
        struct port port = { 0 };
        read_port(json, &port);
        if (str_is(port.id, "SPDXRef-port") && !json->failed)
            ok = keep_port(file, facts, &port);
    }
    return ok;
}

static bool parse_spdx(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct json json;
    struct str key;
    bool ok = document_begin(&json, file, facts, NULL);
    if (json_object(&json))
        while (ok && json_key(&json, &key)) {
            if (str_is(key, "packages"))
                ok = read_ports(file, facts, &json);
            else
                json_skip(&json);
        }
    return document_end(&json, file, facts) && ok;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    return str_ends(file->path, ".json") ? parse_spdx(file, facts) : parse_status(file, facts);
}

/* ---- both together -------------------------------------------------------------------------------------------------------------------- */

/* installed/vcpkg/status and installed/TRIPLET/share/PORT/vcpkg.spdx.json speak of the same tree. */
static struct str make_key(struct arena *arena, const struct package *p)
{
    struct str tree = path_dir(path_dir(p->path));
    if (str_ends(p->path, ".json"))
        tree = path_dir(path_dir(tree));
    return arena_printf(arena, "%.*s\n%.*s\n%.*s", STR_ARG(tree), STR_ARG(p->arch), STR_ARG(p->name));
}

static bool merge_ports(struct catalog_facts *facts, const struct map *by_status)
{
    for (size_t i = 0; i < facts->package_count; i++) {
        struct package *p = &facts->packages[i];
        uint64_t at;
        if (!str_ends(p->path, ".json"))
            continue;
        struct str key = make_key(facts->arena, p);
        if (!key.ptr)
            return false;
        if (!map_get(by_status, key, &at))
            continue;
        facts->packages[at].licence = p->licence;
        facts->packages[at].root = p->root;
        p->name = STR("");
    }
    return true;
}

static bool settle(struct catalog_facts *facts)
{
    struct map by_status, names;
    map_init(&by_status, facts->arena);
    map_init(&names, facts->arena);
    for (size_t i = 0; i < facts->package_count; i++) {
        const struct package *p = &facts->packages[i];
        struct str key = make_key(facts->arena, p);
        if (!key.ptr || (!str_ends(p->path, ".json") && !map_put(&by_status, key, i)) ||
            (!map_get(&names, p->name, NULL) && !map_put(&names, p->name, i)))
            return false;
    }
    return merge_ports(facts, &by_status) && listed_resolve(facts, 0, &names, NULL);
}

static const struct catalog_claim claims[] = {
    { "**/vcpkg/status", NULL },
    { "**/share/*/vcpkg.spdx.json", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_vcpkg_kind = {
    .name = "vcpkg",
    .title = "vcpkg",
    .scheme = "semver",
    .purl_type = "vcpkg",
    .claims = claims,
    .max_bytes = 32u << 20,
    .parse = parse,
    .settle = settle,
};
