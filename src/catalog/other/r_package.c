/* Installed packages of R: DESCRIPTION ("Writing R Extensions", section 1.1.1, in the format of Debian control files). Sources
 * have such a file too; R adds "Built" when it installs one, and "Packaged" stands in what was made for others to install. */
#include "catalog/listed.h"

enum { MAX_LIST_BYTES = 64 << 10 };

struct description {
    struct str name, version, licence;
    bool installed;
    struct buf needs;
};

/* "R (>= 3.5), rlang (>= 1.0.0), cli": names alone, and R itself is no package. */
static void put_needs(struct str value, struct buf *out)
{
    struct str item, rest;
    while (str_next(&value, ',', &item)) {
        str_cut(item, '(', &item, &rest);
        item = str_trim(item);
        if (item.len && !str_is(item, "R") && header_value_ok(item))
            catalog_put_item(out, item);
    }
}

static void keep_field(struct description *d, struct str name, struct str value)
{
    if (str_is(name, "Package"))
        d->name = value;
    else if (str_is(name, "Version"))
        d->version = value;
    else if (str_is(name, "License"))
        d->licence = value;
    else if (str_is(name, "Built") || str_is(name, "Packaged"))
        d->installed = true;
}

static bool is_needs(struct str name)
{
    return str_is(name, "Depends") || str_is(name, "Imports") || str_is(name, "LinkingTo");
}

static void read_description(struct str text, struct description *d)
{
    struct header_cursor cursor = { .text = text };
    struct str name = { 0 }, value;
    for (;;) {
        enum header_line line = header_next(&cursor, &name, &value);
        if (line == HEADER_END)
            return;
        if (line == HEADER_FIELD)
            keep_field(d, name, value);
        if ((line == HEADER_FIELD || line == HEADER_FOLDED) && is_needs(name))
            put_needs(value, &d->needs);
        if (line == HEADER_BLANK || line == HEADER_JUNK)
            name = STR("");
    }
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct description d = { 0 };
    struct package *package = NULL;
    bool ok = true;
    buf_init(&d.needs, MAX_LIST_BYTES);
    read_description(file->text, &d);
    if (d.installed)
        ok = listed_add(file, facts, d.name, d.version, &package);
    if (package) {
        package->licence = arena_str(facts->arena, header_value_ok(d.licence) ? d.licence : STR(""));
        package->depends = arena_str(facts->arena, buf_view(&d.needs));
        package->root = path_dir(package->path);
    }
    buf_free(&d.needs);
    return ok && !facts->arena->exhausted;
}

static const struct catalog_claim claims[] = {
    { "**/DESCRIPTION", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_r_kind = {
    .name = "R-package",
    .title = "R",
    .ecosystem = "cran",
    .scheme = "cran",
    .purl_type = "cran",
    .claims = claims,
    .max_bytes = 4u << 20,
    .parse = parse,
    .settle = listed_settle_names,
};
