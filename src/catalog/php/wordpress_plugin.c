/* Plugins and themes of WordPress: the comment at the top of a plugin's main file or of a theme's style.css says what it is
 * (WordPress Plugin Handbook, "Header Requirements"; Theme Handbook, "Main Stylesheet"). WordPress reads the first 8 KiB. */
#include "catalog/headers.h"
#include "catalog/kinds.h"

enum { HEAD_BYTES = 8192 };

struct header {
    struct str name, version, licence;
};

static bool take_field(struct str line, const char *field, struct str *out)
{
    size_t len = strlen(field);
    if (out->len || line.len <= len || line.ptr[len] != ':' || !str_eq_nocase(str_head(line, len), str_from(field)))
        return false;
    struct str value = str_skip(line, len + 1);
    static const char *const ends[] = { "*/", "?>" };
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        for (size_t pos = 0; pos + 1 < value.len; pos++)
            if (memcmp(value.ptr + pos, ends[i], 2) == 0)
                value.len = pos;
    value = str_trim(value);
    if (header_value_ok(value))
        *out = value;
    return true;
}

static struct header read_header(struct str text, const char *name_field)
{
    struct header header = { 0 };
    struct str rest = str_head(text, HEAD_BYTES), line;
    size_t end;
    rest.len = str_rfind(rest, '\n', &end) ? end : 0; /* of a line whose end is not in sight the value may be cut */
    while (str_line(&rest, &line)) {
        line = str_trim(line);
        if (str_starts(line, "<?php"))
            line = str_skip(line, 5);
        while (line.len && strchr(" \t/*#@", line.ptr[0]) && line.ptr[0])
            line = str_skip(line, 1);
        if (!take_field(line, name_field, &header.name) && !take_field(line, "Version", &header.version))
            take_field(line, "License", &header.licence);
    }
    return header;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    bool theme = str_ends(file->path, "/style.css");
    struct header header = read_header(file->text, theme ? "Theme Name" : "Plugin Name");
    struct str folder = path_dir(file->path), more;
    str_cut(header.version, ' ', &header.version, &more);
    if (!header.name.len || !header.version.len)
        return true; /* other files of a plugin have no such header */
    struct package *package = catalog_add_package(facts, file->kind, file->path);
    if (!package)
        return false;
    package->name = arena_str(facts->arena, header.name);
    package->version = arena_str(facts->arena, header.version);
    package->licence = arena_str(facts->arena, header.licence);
    package->proof = theme ? STR("header of the theme") : STR("header of the plugin");
    if (!str_is(path_base(folder), "plugins"))
        package->root = path_dir(package->path);
    return !facts->arena->exhausted;
}

static const struct catalog_claim claims[] = {
    { "**/wp-content/plugins/*/*.php", NULL },
    { "**/wp-content/plugins/*.php", NULL },
    { "**/wp-content/themes/*/style.css", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_wordpress_plugin_kind = {
    .name = "wordpress-plugin",
    .scheme = "semver",
    .purl_type = "generic",
    .claims = claims,
    .max_bytes = 64u << 20,
    .parse = parse,
};
