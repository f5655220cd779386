/* Gemfile.lock of Bundler (Bundler's manual, "bundle lock", and its LockfileParser). Sections begin in the first column. In
 * those of sources a gem stands four spaces deep below "specs:", what it needs six. A gem for several platforms is there once
 * for each: "nokogiri (1.16.0-x86_64-linux)"; the version ends at the first dash, for a gem's version has none. */
#include "catalog/headers.h"
#include "catalog/kinds.h"

enum { MAX_DEPENDS_BYTES = 1 << 20 };

enum section { SECTION_OTHER, SECTION_SPECS, SECTION_DEPENDENCIES, SECTION_CHECKSUMS };

struct lock_reader {
    const struct catalog_file *file;
    struct catalog_facts *facts;
    struct map ids;     /* "name version" → index of the package */
    struct map by_name; /* name → index of the package, the last of that name */
    uint32_t line;
    enum section section;
};

struct entry {
    unsigned indent;
    struct str name, version, platform; /* version: of a gem in specs; elsewhere what is in the parentheses */
    struct str rest;                    /* behind the parentheses */
};

static enum section section_of(struct str title)
{
    if (str_is(title, "GEM") || str_is(title, "GIT") || str_is(title, "PATH") || str_is(title, "PLUGIN SOURCE"))
        return SECTION_SPECS;
    if (str_is(title, "DEPENDENCIES"))
        return SECTION_DEPENDENCIES;
    return str_is(title, "CHECKSUMS") ? SECTION_CHECKSUMS : SECTION_OTHER;
}

/* "    name (1.2-platform)", "  name (~> 1.2)!", "  name (1.2) sha256=…". False: a line without a name. */
static bool read_entry(struct str line, struct entry *entry)
{
    *entry = (struct entry){ 0 };
    while (entry->indent < line.len && line.ptr[entry->indent] == ' ')
        entry->indent++;
    struct str text = str_trim(line), versions = { 0 };
    if (!str_cut(text, ' ', &entry->name, &versions))
        entry->name = text;
    if (str_ends(entry->name, "!"))
        entry->name.len--;
    versions = str_trim(versions);
    if (str_starts(versions, "(")) {
        struct str inside;
        if (!str_cut(str_skip(versions, 1), ')', &inside, &entry->rest))
            return false;
        str_cut(inside, '-', &entry->version, &entry->platform);
    }
    return entry->name.len > 0 && header_value_ok(entry->name) && header_value_ok(entry->version);
}

static struct str make_key(struct lock_reader *r, struct str name, struct str version)
{
    return arena_printf(r->file->scratch, "%.*s %.*s", STR_ARG(name), STR_ARG(version));
}

/* Index of a package that was read. */
static bool find_gem(struct lock_reader *r, struct str name, struct str version, uint64_t *at)
{
    struct arena_mark mark = arena_mark(r->file->scratch);
    struct str key = make_key(r, name, version);
    bool found = key.ptr && map_get(&r->ids, key, at);
    arena_reset(r->file->scratch, mark);
    return found;
}

static bool is_gem(const struct lock_reader *r, const struct entry *entry)
{
    return r->section == SECTION_SPECS && entry->indent == 4 && entry->version.len && !str_find(entry->version, ' ', NULL);
}

/* Of a gem for several platforms there is one package, on the line of the last. */
static bool keep_gem(struct lock_reader *r, const struct entry *entry)
{
    uint64_t at;
    struct str key = make_key(r, entry->name, entry->version);
    if (!key.ptr)
        return false;
    if (!map_get(&r->ids, key, &at)) {
        struct package *package = catalog_add_package(r->facts, r->file->kind, r->file->path);
        if (!package)
            return false;
        package->name = arena_str(r->facts->arena, entry->name);
        package->version = arena_str(r->facts->arena, entry->version);
        package->id = catalog_id(r->facts, entry->name, entry->version);
        package->relation = RELATION_INDIRECT;
        at = r->facts->package_count - 1;
        if (!package->id.ptr || !map_put(&r->ids, key, at))
            return false;
    }
    struct package *package = &r->facts->packages[at];
    package->line = package->end_line = r->line;
    return map_put(&r->by_name, package->name, at);
}

/* Calls `see` for each entry of each section, line by line. */
static bool walk(struct lock_reader *r, bool (*see)(struct lock_reader *r, const struct entry *entry, void *state), void *state)
{
    struct str rest = r->file->text, line;
    r->section = SECTION_OTHER;
    for (r->line = 1; str_line(&rest, &line); r->line++) {
        struct entry entry;
        if (line.len && line.ptr[0] != ' ')
            r->section = section_of(str_trim(line));
        else if (read_entry(line, &entry) && !see(r, &entry, state))
            return false;
    }
    return true;
}

static bool see_gem(struct lock_reader *r, const struct entry *entry, void *state)
{
    (void)state;
    return !is_gem(r, entry) || keep_gem(r, entry);
}

/* The dependencies of the gem at hand; they refer to gems by name, for a lock file has one version of each. */
struct needs {
    struct package *package;
    struct buf list;
};

static bool flush(struct lock_reader *r, struct needs *needs)
{
    if (needs->package && needs->list.len && !needs->list.failed)
        needs->package->depends = arena_str(r->facts->arena, buf_view(&needs->list));
    buf_clear(&needs->list);
    return !r->facts->arena->exhausted;
}

/* "  name (1.2) sha256=0f…": hexadecimal. Those for single platforms count where there is no other. */
static bool keep_checksum(struct lock_reader *r, const struct entry *entry)
{
    uint64_t at;
    struct str sums = str_trim(entry->rest), algorithm, digest;
    str_cut(sums, ',', &sums, &digest);
    if (!find_gem(r, entry->name, entry->version, &at) || !str_cut(sums, '=', &algorithm, &digest) || !header_value_ok(sums))
        return true;
    struct package *package = &r->facts->packages[at];
    if (entry->platform.len == 0 || package->digest.len == 0)
        package->digest = arena_printf(r->facts->arena, "%.*s:%.*s", STR_ARG(algorithm), STR_ARG(digest));
    return !r->facts->arena->exhausted;
}

static bool see_ties(struct lock_reader *r, const struct entry *entry, void *state)
{
    struct needs *needs = state;
    uint64_t at;
    if (r->section == SECTION_DEPENDENCIES && entry->indent == 2 && map_get(&r->by_name, entry->name, &at))
        r->facts->packages[at].relation = RELATION_DIRECT;
    if (r->section == SECTION_CHECKSUMS && entry->indent == 2)
        return keep_checksum(r, entry);
    if (is_gem(r, entry)) {
        if (!flush(r, needs))
            return false;
        needs->package = find_gem(r, entry->name, entry->version, &at) ? &r->facts->packages[at] : NULL;
    } else if (r->section == SECTION_SPECS && entry->indent == 6 && map_get(&r->by_name, entry->name, &at)) {
        catalog_put_item(&needs->list, r->facts->packages[at].id);
    }
    return true;
}

/* A merge that was never finished leaves both sides, of which one is wrong: from its mark on no section is known. */
static bool warn_of_conflict(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct str rest = file->text, line;
    for (uint32_t number = 1; str_line(&rest, &line); number++)
        if (str_starts(line, "<<<<<<<"))
            return catalog_warn(facts, file->path, false, "line %u: a merge conflict; the rest of this section is not read",
                                number);
    return true;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct lock_reader r = { .file = file, .facts = facts };
    struct needs needs = { 0 };
    map_init(&r.ids, file->scratch);
    map_init(&r.by_name, file->scratch);
    buf_init(&needs.list, MAX_DEPENDS_BYTES);
    bool done = walk(&r, see_gem, NULL) && walk(&r, see_ties, &needs) && flush(&r, &needs);
    buf_free(&needs.list);
    return done && warn_of_conflict(file, facts);
}

static const struct catalog_claim claims[] = {
    { "**/Gemfile.lock", NULL },
    { "**/gems.locked", NULL },
    { "**/Gemfile.next.lock", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_bundler_kind = {
    .name = "bundler",
    .is_lock = true,
    .ecosystem = "rubygems",
    .scheme = "gem",
    .purl_type = "gem",
    .claims = claims,
    .max_bytes = 16u << 20,
    .parse = parse,
};
