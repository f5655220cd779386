/* WordPress itself: wp-includes/version.php sets $wp_version (WordPress developer reference, "Global Variables"). */
#include "catalog/headers.h"
#include "catalog/kinds.h"

/* Takes comments out of a line: "//" and "#" to its end, and those between slash and star, which may go over lines. */
static struct str without_comments(struct str line, bool *in_comment)
{
    size_t pos;
    if (*in_comment) {
        *in_comment = !str_contains(line, "*/");
        return STR("");
    }
    line = str_trim(line);
    if (str_starts(line, "/*")) {
        *in_comment = !str_contains(line, "*/");
        return STR("");
    }
    if (str_starts(line, "//") || str_starts(line, "#"))
        return STR("");
    return str_find(line, ';', &pos) ? str_head(line, pos + 1) : line;
}

/* $wp_version = '6.4.2'; */
static bool read_version(struct str line, struct str *version)
{
    struct str name, value, rest;
    if (!str_starts(line, "$wp_version") || !str_ends(line, ";") || !str_cut(line, '=', &name, &value) ||
        !str_is(str_trim(name), "$wp_version"))
        return false;
    value = str_trim(str_head(value, value.len - 1));
    if (value.len < 3 || (value.ptr[0] != '\'' && value.ptr[0] != '"'))
        return false;
    return str_cut(str_skip(value, 1), value.ptr[0], version, &rest) && rest.len == 0 && version->len &&
           header_value_ok(*version);
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct str rest = file->text, line, version;
    bool in_comment = false;
    for (uint32_t number = 1; str_line(&rest, &line); number++) {
        if (!read_version(without_comments(line, &in_comment), &version))
            continue;
        struct package *package = catalog_add_package(facts, file->kind, file->path);
        if (!package)
            return false;
        package->name = STR("wordpress");
        package->version = arena_str(facts->arena, version);
        package->cpes = arena_printf(facts->arena, "cpe:2.3:a:wordpress:wordpress:%.*s:*:*:*:*:*:*:*", STR_ARG(version));
        package->root = path_dir(path_dir(package->path));
        package->line = package->end_line = number;
        return !facts->arena->exhausted;
    }
    return catalog_warn(facts, file->path, false, "no version of WordPress is set here");
}

static const struct catalog_claim claims[] = {
    { "**/wp-includes/version.php", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_wordpress_kind = {
    .name = "wordpress",
    .scheme = "semver",
    .purl_type = "generic",
    .claims = claims,
    .max_bytes = 1u << 20,
    .parse = parse,
};
