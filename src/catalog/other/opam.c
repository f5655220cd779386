/* OCaml packages of opam: NAME.VERSION/opam of those that a switch has installed, and NAME.opam of a source tree when it says a
 * version (opam's manual, "Package definitions"). In a repository the same files stand below packages/NAME: they are offered
 * there, not installed. */
#include "catalog/listed.h"

enum { MAX_LICENCE_BYTES = 4096 };

struct definition {
    struct str version;
    struct buf licences;
    bool is_opam;
};

/* "ISC", or ["ISC" "MIT"], perhaps over several lines; `tail` is the text from the value on. */
static void read_licences(struct str tail, struct buf *out)
{
    struct str text, before, whole = str_head(tail, MAX_LICENCE_BYTES);
    bool list = str_starts(whole, "[");
    size_t end;
    if (str_find(whole, list ? ']' : '\n', &end))
        whole = str_head(whole, end);
    else if (list)
        return;
    while (str_cut(whole, '"', &before, &whole) && str_cut(whole, '"', &text, &whole)) {
        if (text.len && header_value_ok(text))
            catalog_put_item(out, text);
        if (!list)
            return;
    }
}

static void read_definition(struct str text, struct definition *d)
{
    struct str rest = text, line, name, value, inside, after;
    while (str_line(&rest, &line)) {
        if (!str_cut(line, ':', &name, &value))
            continue;
        value = str_trim(value);
        if (str_is(name, "opam-version"))
            d->is_opam = true;
        else if (str_is(name, "version") && str_starts(value, "\"") && str_cut(str_skip(value, 1), '"', &inside, &after))
            d->version = inside;
        else if (str_is(name, "license") && value.len)
            read_licences(str_make(value.ptr, text.len - (size_t)(value.ptr - text.ptr)), &d->licences);
    }
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct definition d = { 0 };
    struct package *package = NULL;
    struct str name = path_base(file->path), version;
    bool ok = true;
    buf_init(&d.licences, 4096);
    read_definition(file->text, &d);
    if (str_is(name, "opam")) {
        str_cut(path_base(path_dir(file->path)), '.', &name, &version);
    } else {
        name = str_head(name, name.len - strlen(".opam"));
        version = d.version;
    }
    if (d.is_opam)
        ok = listed_add(file, facts, name, version, &package);
    if (package)
        package->licence = arena_str(facts->arena, buf_view(&d.licences));
    buf_free(&d.licences);
    return ok && !facts->arena->exhausted;
}

static bool is_no_repository(struct str path)
{
    struct str folder = path_dir(path), name, version;
    if (!str_is(path_base(path), "opam"))
        return true;
    return str_cut(path_base(folder), '.', &name, &version) && !str_eq(path_base(path_dir(folder)), name);
}

static const struct catalog_claim claims[] = {
    { "**/opam", NULL },
    { "**/*.opam", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_opam_kind = {
    .name = "opam",
    .title = "opam",
    .scheme = "semver",
    .purl_type = "opam",
    .claims = claims,
    .accepts = is_no_repository,
    .max_bytes = 4u << 20,
    .parse = parse,
};
