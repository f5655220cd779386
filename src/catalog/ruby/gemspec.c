/* Installed Ruby gems: the specifications that RubyGems keeps of each (RubyGems guides, "Specification Reference"). They are
 * Ruby programs, but RubyGems writes them itself, an assignment a line, so that they can be read without running them:
 *
 *     # stub: rake 13.0.6 ruby lib
 *     Gem::Specification.new do |s|
 *       s.name = "rake".freeze
 *       s.version = "13.0.6"
 *       s.add_runtime_dependency(%q<power_assert>.freeze, [">= 0"])
 */
#include "catalog/headers.h"
#include "catalog/kinds.h"

enum { MAX_LIST_BYTES = 64 << 10 };

struct spec {
    struct str variable; /* "s" */
    struct str name, version, stub_name, stub_version;
    struct buf licences, needs;
    bool needs_done;
};

/* ---- Ruby's texts ---------------------------------------------------------------------------------------------------------- */

/* Takes "text", 'text' or %q<text> off the front, and ".freeze" behind it. Texts that Ruby would still have to work out
 * (#{…}, escapes) are none. */
static bool take_text(struct str *rest, struct str *out)
{
    struct str text = str_trim(*rest), inside, after;
    char close;
    if (str_starts(text, "%q<")) {
        text = str_skip(text, 3);
        close = '>';
    } else if (text.len && (text.ptr[0] == '"' || text.ptr[0] == '\'')) {
        close = text.ptr[0];
        text = str_skip(text, 1);
    } else {
        return false;
    }
    if (!str_cut(text, close, &inside, &after) || str_find(inside, '\\', NULL) || str_contains(inside, "#{"))
        return false;
    *rest = str_starts(after, ".freeze") ? str_skip(after, 7) : after;
    *out = inside;
    return header_value_ok(inside);
}

/* Is the line "s.FIELD = …"? Then *value is what follows the sign. */
static bool is_assignment(const struct spec *spec, struct str line, const char *field, struct str *value)
{
    if (line.len <= spec->variable.len || !str_eq(str_head(line, spec->variable.len), spec->variable))
        return false;
    line = str_skip(line, spec->variable.len);
    if (!str_starts(line, ".") || !str_starts(str_skip(line, 1), field))
        return false;
    line = str_trim(str_skip(line, 1 + strlen(field)));
    if (!str_starts(line, "=") || str_starts(line, "=="))
        return false;
    *value = str_trim(str_skip(line, 1));
    return true;
}

static void read_text(struct str value, struct str *out)
{
    struct str text;
    if (take_text(&value, &text) && text.len)
        *out = text;
}

/* ["Ruby".freeze, "BSD-2-Clause".freeze] */
static void read_list(struct str value, struct buf *out)
{
    struct str text;
    if (!str_starts(value, "["))
        return;
    buf_clear(out);
    value = str_skip(value, 1);
    while (take_text(&value, &text)) {
        if (text.len)
            catalog_put_item(out, text);
        value = str_trim(value);
        if (!str_starts(value, ","))
            break;
        value = str_skip(value, 1);
    }
}

/* s.add_dependency(%q<a>.freeze, …), with or without parentheses. */
static void read_dependency(struct spec *spec, struct str line)
{
    static const char *const calls[] = { ".add_runtime_dependency", ".add_dependency" };
    struct str rest = str_skip(line, spec->variable.len), name;
    if (!str_eq(str_head(line, spec->variable.len), spec->variable))
        return;
    for (size_t i = 0; i < ARRAY_LEN(calls); i++)
        if (str_starts(rest, calls[i])) {
            rest = str_trim(str_skip(rest, strlen(calls[i])));
            rest = str_starts(rest, "(") ? str_skip(rest, 1) : rest;
            if (take_text(&rest, &name) && name.len)
                catalog_put_item(&spec->needs, name);
            return;
        }
}

/* "# stub: NAME VERSION PLATFORM PATHS"; a second one lists extensions, "# stub: ext/a/extconf.rb". */
static void read_stub(struct spec *spec, struct str line)
{
    struct str name, version, platform;
    line = str_trim(str_skip(line, strlen("# stub:")));
    if (spec->stub_name.len || !str_cut(line, ' ', &name, &version))
        return;
    str_cut(version, ' ', &version, &platform);
    if (platform.len && header_value_ok(name) && header_value_ok(version)) {
        spec->stub_name = name;
        spec->stub_version = version;
    }
}

/* "Gem::Specification.new do |s|" */
static void read_variable(struct spec *spec, struct str line)
{
    struct str before, name, after;
    if (str_cut(line, '|', &before, &after) && str_cut(after, '|', &name, &after))
        spec->variable = str_trim(name);
}

static void read_line(struct spec *spec, struct str line)
{
    struct str value, licence = { 0 };
    if (str_starts(line, "# stub:"))
        read_stub(spec, line);
    else if (str_contains(line, "Gem::Specification.new"))
        read_variable(spec, line);
    if (spec->variable.len == 0 || str_starts(line, "#"))
        return;
    if (is_assignment(spec, line, "name", &value)) {
        read_text(value, &spec->name);
    } else if (is_assignment(spec, line, "version", &value)) {
        read_text(value, &spec->version);
    } else if (is_assignment(spec, line, "licenses", &value)) {
        read_list(value, &spec->licences);
    } else if (is_assignment(spec, line, "license", &value)) {
        read_text(value, &licence);
        buf_clear(&spec->licences);
        buf_str(&spec->licences, licence);
    } else if (str_is(line, "else")) {
        spec->needs_done = true; /* the same again for older RubyGems, where development is not told apart */
    } else if (!spec->needs_done) {
        read_dependency(spec, line);
    }
}

/* ---- the package ------------------------------------------------------------------------------------------------------------- */

/* gems/NAME-VERSION beside specifications/NAME-VERSION.gemspec or specifications/default/NAME-VERSION.gemspec. */
static struct str root_of(struct arena *arena, struct str path)
{
    struct str folder = path_dir(path), name = path_base(path);
    if (str_is(path_base(folder), "default"))
        folder = path_dir(folder);
    folder = path_dir(folder);
    name.len -= strlen(".gemspec");
    return arena_printf(arena, "%.*s%sgems/%.*s", STR_ARG(folder), folder.len ? "/" : "", STR_ARG(name));
}

static bool add_package(const struct catalog_file *file, struct catalog_facts *facts, const struct spec *spec)
{
    struct str name = spec->name.len ? spec->name : spec->stub_name;
    struct str version = spec->version.len ? spec->version : spec->stub_version;
    if (!name.len || !version.len)
        return catalog_warn(facts, file->path, false, "a gem's specification without a name or a version");
    struct package *package = catalog_add_package(facts, file->kind, file->path);
    if (!package)
        return false;
    package->name = arena_str(facts->arena, name);
    package->version = arena_str(facts->arena, version);
    package->licence = arena_str(facts->arena, buf_view(&spec->licences));
    package->depends = arena_str(facts->arena, buf_view(&spec->needs));
    package->root = root_of(facts->arena, file->path);
    return !facts->arena->exhausted;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct spec spec = { 0 };
    struct str rest = file->text, line;
    buf_init(&spec.licences, MAX_LIST_BYTES);
    buf_init(&spec.needs, MAX_LIST_BYTES);
    while (str_line(&rest, &line))
        read_line(&spec, str_trim(line));
    bool done = add_package(file, facts, &spec);
    buf_free(&spec.licences);
    buf_free(&spec.needs);
    return done;
}

/* ---- dependencies --------------------------------------------------------------------------------------------------------------- */

/* A specification needs gems by name; which of them are there is known when all are read. One in the same folder comes
 * first, then any other: an image has mostly one set of gems, and its default gems stand in a folder of their own. */
static bool index_gems(struct catalog_facts *facts, struct map *gems)
{
    for (size_t i = 0; i < facts->package_count; i++) {
        const struct package *p = &facts->packages[i];
        struct str key = arena_printf(facts->arena, "%.*s\n%.*s", STR_ARG(path_dir(p->path)), STR_ARG(p->name));
        if (!key.ptr || (!map_get(gems, key, NULL) && !map_put(gems, key, i)) ||
            (!map_get(gems, p->name, NULL) && !map_put(gems, p->name, i)))
            return false;
    }
    return true;
}

static bool find_gem(const struct map *gems, struct str folder, struct str name, uint64_t *at)
{
    struct arena_mark mark = arena_mark(gems->arena);
    struct str key = arena_printf(gems->arena, "%.*s\n%.*s", STR_ARG(folder), STR_ARG(name));
    bool found = (key.ptr && map_get(gems, key, at)) || map_get(gems, name, at);
    arena_reset(gems->arena, mark);
    return found;
}

static bool settle(struct catalog_facts *facts)
{
    struct map gems;
    struct buf ids;
    map_init(&gems, facts->arena);
    if (!index_gems(facts, &gems))
        return false;
    buf_init(&ids, 1u << 20);
    for (size_t i = 0; i < facts->package_count; i++) {
        struct package *p = &facts->packages[i];
        struct str rest = p->depends, name;
        buf_clear(&ids);
        while (str_next(&rest, '\n', &name)) {
            uint64_t at;
            if (!find_gem(&gems, path_dir(p->path), name, &at))
                continue;
            catalog_put_item(&ids, facts->packages[at].name);
            buf_chr(&ids, '@');
            buf_str(&ids, facts->packages[at].version);
        }
        p->depends = arena_str(facts->arena, buf_view(&ids));
    }
    buf_free(&ids);
    return !facts->arena->exhausted;
}

static bool is_installed(struct str path)
{
    return str_starts(path, "specifications/") || str_contains(path, "/specifications/");
}

static const struct catalog_claim claims[] = {
    { "**/*.gemspec", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_gemspec_kind = {
    .name = "gemspec",
    .title = "Ruby",
    .ecosystem = "rubygems",
    .scheme = "gem",
    .purl_type = "gem",
    .claims = claims,
    .accepts = is_installed,
    .max_bytes = 4u << 20, /* they list all files of the gem, some have thousands */
    .parse = parse,
    .settle = settle,
};
