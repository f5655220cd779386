/* Installed Python packages: METADATA of wheels (core metadata specification; PEP 376 for the *.dist-info folder) and
 * PKG-INFO of eggs (setuptools, "The Internal Structure of Python Eggs"). Headers as in RFC 822, up to the first empty line;
 * what follows is the description. */
#include "catalog/headers.h"
#include "catalog/kinds.h"

struct metadata {
    struct str name, version, licence, expression, classifier;
};

/* "License :: OSI Approved :: MIT License" is named by its last part. */
static struct str licence_of_classifier(struct str value)
{
    size_t pos;
    if (!str_starts(value, "License :: ") || !str_rfind(value, ':', &pos))
        return str_head(value, 0);
    return str_trim(str_skip(value, pos + 1));
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
        { "License", &metadata->licence },
        { "License-Expression", &metadata->expression },
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (fields[i].value->len == 0 && str_eq_nocase(name, str_from(fields[i].name)))
            *fields[i].value = value;
    if (metadata->classifier.len == 0 && str_eq_nocase(name, STR("Classifier")))
        metadata->classifier = licence_of_classifier(value);
}

static struct metadata read_metadata(struct str text)
{
    struct metadata metadata = { 0 };
    struct str bom = STR("\xEF\xBB\xBF"), name = { 0 }, value;
    struct header_cursor cursor = { .text = str_starts(text, bom.ptr) ? str_skip(text, bom.len) : text };
    for (;;) {
        enum header_line line = header_next(&cursor, &name, &value);
        if (line == HEADER_END || line == HEADER_BLANK)
            return metadata;
        /* A folded value: only its first line that is not empty is of use (the rest of a licence's text is not). */
        if (line == HEADER_FIELD || (line == HEADER_FOLDED && name.len))
            keep_field(&metadata, name, value);
    }
}

static struct str best_licence(const struct metadata *metadata)
{
    if (metadata->expression.len)
        return metadata->expression;
    if (metadata->licence.len && !str_is(metadata->licence, "UNKNOWN"))
        return metadata->licence;
    return metadata->classifier;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct metadata metadata = read_metadata(file->text);
    if (!metadata.name.len || !metadata.version.len || !header_value_ok(metadata.name) || !header_value_ok(metadata.version))
        return catalog_warn(facts, file->path, false, "Python metadata without a name or a version");
    struct package *package = catalog_add_package(facts, &catalog_python_kind, file->path);
    if (!package)
        return false;
    package->name = arena_str(facts->arena, metadata.name);
    package->version = arena_str(facts->arena, metadata.version);
    package->licence = arena_str(facts->arena, best_licence(&metadata));
    if (!str_ends(file->path, ".egg-info")) /* a lone file: its folder is everybody's */
        package->root = path_dir(package->path);
    return !facts->arena->exhausted;
}

static const struct catalog_claim claims[] = {
    { "**/*.dist-info/METADATA", NULL },
    { "**/*.egg-info/PKG-INFO", NULL },
    { "**/EGG-INFO/PKG-INFO", NULL },
    { "**/*.egg-info", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_python_kind = {
    .name = "python-pkg",
    .title = "Python",
    .ecosystem = "pip",
    .scheme = "pep440",
    .purl_type = "pypi",
    .claims = claims,
    .max_bytes = 4u << 20, /* the description is in it: some have a whole manual, 1 MiB */
    .parse = parse,
};
