/* METADATA of wheels and PKG-INFO of eggs (core metadata specification): headers as in RFC 822, up to the first empty line; what
 * follows is the description. */
#include "catalog/headers.h"
#include "catalog/python/python.h"

enum { MAX_LICENCE_BYTES = 4096, MAX_NEEDS_BYTES = 256 * 1024 };

struct metadata {
    struct str name, version, expression, licence_file;
    struct buf licence;     /* its lines, joined */
    struct buf classifiers; /* names of licences, with ", " between */
    struct buf needs;       /* names that it requires, in normal form, a list */
    struct arena *scratch;
    bool had_licence, in_licence;
};

/* "License :: OSI Approved :: MIT License" is named by its last part; "License :: OSI Approved" names none. */
static void keep_classifier(struct metadata *metadata, struct str value)
{
    size_t pos;
    if (!str_starts(value, "License :: ") || !str_rfind(value, ':', &pos))
        return;
    struct str name = str_trim(str_skip(value, pos + 1));
    if (name.len == 0 || str_is(name, "OSI Approved"))
        return;
    if (metadata->classifiers.len)
        buf_text(&metadata->classifiers, ", ");
    buf_str(&metadata->classifiers, name);
}

/* What only an extra requires is not needed. */
static void keep_need(struct metadata *metadata, struct str value)
{
    char key[PYTHON_MAX_NAME];
    struct python_requirement requirement;
    if (!python_requirement(value, &requirement) || str_contains(requirement.marker, "extra"))
        return;
    catalog_put_item(&metadata->needs, python_key(key, requirement.name));
}

/* A folded line goes with the one before. Texts of licences are cut. */
static void keep_licence(struct metadata *metadata, struct str value)
{
    struct buf *licence = &metadata->licence;
    if (licence->len && value.len && licence->len < MAX_LICENCE_BYTES)
        buf_chr(licence, ' ');
    if (licence->len < MAX_LICENCE_BYTES)
        buf_str(licence, str_head(value, MAX_LICENCE_BYTES - licence->len));
}

/* Of a field that is there twice the first counts, as with Python's own reader. */
static void keep_field(struct metadata *metadata, struct str name, struct str value)
{
    const struct {
        const char *name;
        struct str *value;
    } fields[] = {
        { "Name", &metadata->name },
        { "Version", &metadata->version },
        { "License-Expression", &metadata->expression },
        { "License-File", &metadata->licence_file },
    };
    metadata->in_licence = str_eq_nocase(name, STR("License")) && !metadata->had_licence;
    metadata->had_licence |= metadata->in_licence;
    if (metadata->in_licence)
        keep_licence(metadata, value);
    else if (str_eq_nocase(name, STR("Classifier")))
        keep_classifier(metadata, value);
    else if (str_eq_nocase(name, STR("Requires-Dist")))
        keep_need(metadata, value);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (fields[i].value->len == 0 && str_eq_nocase(name, str_from(fields[i].name)))
            *fields[i].value = value;
}

static void read_metadata(struct metadata *metadata, struct str text)
{
    struct str bom = STR("\xEF\xBB\xBF"), name = { 0 }, value;
    struct header_cursor cursor = { .text = str_starts(text, bom.ptr) ? str_skip(text, bom.len) : text };
    for (;;) {
        enum header_line line = header_next(&cursor, &name, &value);
        if (line == HEADER_END || line == HEADER_BLANK)
            return;
        if (line == HEADER_FIELD)
            keep_field(metadata, name, value);
        else if (line == HEADER_FOLDED && metadata->in_licence)
            keep_licence(metadata, value);
    }
}

/* In the order that PEP 639 gives; classifiers are more exact than the free text of "License". */
static struct str find_licences(struct metadata *metadata, struct arena *arena)
{
    struct buf list;
    buf_init(&list, 4 * MAX_LICENCE_BYTES);
    if (metadata->expression.len)
        python_put_licences(&list, metadata->expression, metadata->scratch);
    else
        python_put_licences(&list, buf_view(metadata->classifiers.len ? &metadata->classifiers : &metadata->licence),
                            metadata->scratch);
    if (list.len == 0 && metadata->licence_file.len)
        buf_printf(&list, "file://%.*s", STR_ARG(metadata->licence_file));
    struct str rest = buf_view(&list), item;
    bool usable = !list.failed;
    while (usable && str_next(&rest, '\n', &item))
        usable = header_value_ok(item);
    struct str licences = arena_str(arena, usable ? buf_view(&list) : (struct str){ 0 });
    buf_free(&list);
    return licences;
}

struct str python_installed_id(struct arena *arena, struct str site, struct str name)
{
    return arena_printf(arena, "%.*s%s%.*s", STR_ARG(site), site.len ? "/" : "", STR_ARG(name));
}

/* What it needs is looked for beside it first. */
static struct str find_needs(struct str names, struct str site, struct arena *arena)
{
    struct buf list;
    struct str name;
    buf_init(&list, 64 * MAX_NEEDS_BYTES);
    while (str_next(&names, '\n', &name)) {
        catalog_put_item(&list, site);
        buf_text(&list, site.len ? "/" : "");
        buf_str(&list, name);
    }
    struct str needs = arena_str(arena, list.failed ? (struct str){ 0 } : buf_view(&list));
    buf_free(&list);
    return needs;
}

/* Requirements a line; those below "[extra]" are an extra's, below "[:marker]" those of some platforms. */
struct str python_requires(struct str text, struct str site, struct arena *arena, struct arena *scratch)
{
    struct metadata metadata = { .scratch = scratch };
    struct str line;
    bool in_extra = false;
    buf_init(&metadata.needs, MAX_NEEDS_BYTES);
    while (str_line(&text, &line)) {
        line = str_trim(line);
        if (str_starts(line, "["))
            in_extra = !str_starts(line, "[:");
        else if (!in_extra)
            keep_need(&metadata, line);
    }
    struct str needs = find_needs(buf_view(&metadata.needs), site, arena);
    buf_free(&metadata.needs);
    return needs;
}

static bool add_package(struct catalog_facts *facts, const struct catalog_kind *kind, const struct python_place *place,
                        struct metadata *metadata)
{
    struct package *package = catalog_add_package(facts, kind, place->path);
    if (!package)
        return false;
    struct str normal = python_name(metadata->scratch, metadata->name, true);
    package->name = arena_str(facts->arena, metadata->name);
    package->version = arena_str(facts->arena, metadata->version);
    package->licence = find_licences(metadata, facts->arena);
    package->id = python_installed_id(facts->arena, place->site, normal);
    package->depends = find_needs(buf_view(&metadata->needs), place->site, facts->arena);
    package->root = arena_str(facts->arena, place->root);
    package->within = arena_str(facts->arena, place->within);
    package->proof = str_from(place->proof);
    return !facts->arena->exhausted && !metadata->scratch->exhausted;
}

bool python_add_metadata(struct catalog_facts *facts, const struct catalog_kind *kind, const struct python_place *place,
                         struct str text, struct arena *scratch, bool *found)
{
    struct metadata metadata = { .scratch = scratch };
    buf_init(&metadata.licence, 2 * MAX_LICENCE_BYTES);
    buf_init(&metadata.classifiers, MAX_LICENCE_BYTES);
    buf_init(&metadata.needs, MAX_NEEDS_BYTES);
    read_metadata(&metadata, text);
    *found = metadata.name.len && metadata.version.len && header_value_ok(metadata.name) && header_value_ok(metadata.version);
    bool done = !*found || add_package(facts, kind, place, &metadata);
    buf_free(&metadata.licence);
    buf_free(&metadata.classifiers);
    buf_free(&metadata.needs);
    return done;
}
