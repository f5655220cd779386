/* Go projects: go.mod lists, since Go 1.17, all modules that are needed; before, go.sum has the others. go.work joins several
 * projects, vendor/modules.txt is what `go mod vendor` copied. Beside go.mod all are notes, which mod_settle reads when all
 * files are there; so are the go.mod files of the module cache, which tell who needs whom. */
#include "catalog/go/go_mod.h"
#include "catalog/headers.h"

#include "version/version.h"

enum { MAX_FILE_BYTES = 64 << 20, MAX_TEXT_BYTES = 1024 };

/* ---- notes -------------------------------------------------------------------------------------------------------------------------- */

static bool add_note(const struct catalog_file *file, struct catalog_facts *facts, const char *key, struct buf *value)
{
    bool ok = value->failed ? catalog_warn(facts, file->path, false, "larger than memory allows")
                            : value->len == 0 || catalog_add_note(facts, key, buf_view(value), file->path);
    buf_free(value);
    return ok;
}

static bool is_plain(struct str word)
{
    return word.len > 0 && word.len <= MAX_TEXT_BYTES && header_value_ok(word) && str_is_utf8(word) && !str_find(word, ' ', NULL);
}

struct sum {
    struct map by_path; /* to an index in entries */
    struct {
        struct str path, version;
    } * entries;
    size_t count, cap;
    struct arena *arena;
};

/* Of a module the highest version counts. */
static bool keep_sum(struct sum *sum, struct str path, struct str version)
{
    uint64_t at;
    int order = 1;
    if (map_get(&sum->by_path, path, &at)) {
        struct str *kept = &sum->entries[at].version;
        if (!str_eq(*kept, version) && version_compare(version_scheme_find(STR("go")), version, *kept, &order) && order > 0)
            *kept = version;
        return true;
    }
    void *grown = arena_grow(sum->arena, sum->entries, sum->count, &sum->cap, sizeof *sum->entries);
    if (!grown)
        return false;
    sum->entries = grown;
    sum->entries[sum->count].path = path;
    sum->entries[sum->count].version = version;
    return map_put(&sum->by_path, path, sum->count++);
}

static bool add_sum(const struct catalog_file *file, struct catalog_facts *facts, const struct sum *sum)
{
    struct buf out;
    buf_init(&out, MAX_FILE_BYTES);
    for (size_t i = 0; i < sum->count; i++) {
        catalog_put_item(&out, sum->entries[i].path);
        buf_chr(&out, ' ');
        buf_str(&out, sum->entries[i].version);
    }
    return add_note(file, facts, MOD_NOTE_SUM, &out);
}

/* "path version[/go.mod] hash" a line. */
static bool read_sum(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct sum sum = { .arena = file->scratch };
    struct str rest = file->text, line, path, version, hash;
    uint32_t number = 0, bad = 0, bad_line = 0;
    map_init(&sum.by_path, file->scratch);
    while (str_line(&rest, &line)) {
        number++;
        line = str_trim(line);
        if (line.len == 0)
            continue;
        str_cut(line, ' ', &path, &version);
        str_cut(version, ' ', &version, &hash);
        if (str_ends(version, "/go.mod"))
            version.len -= 7;
        if (!hash.len || !is_plain(path) || !go_is_whole_version(version) || !is_plain(version))
            bad_line = bad++ ? bad_line : number;
        else if (!keep_sum(&sum, path, version))
            return catalog_warn(facts, file->path, false, "larger than memory allows");
    }
    if (bad && !catalog_warn(facts, file->path, false, "line %u: no module, version and hash%s", bad_line,
                             bad > 1 ? "; nor are others" : ""))
        return false;
    return add_sum(file, facts, &sum);
}

/* "# path version" and, where it is replaced, " => path [version]" behind; other lines name its packages. */
static bool read_vendor(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct buf out;
    struct str rest = file->text, line, path, version, other;
    buf_init(&out, MAX_FILE_BYTES);
    while (str_line(&rest, &line)) {
        if (!str_starts(line, "# "))
            continue;
        str_cut(str_skip(line, 2), ' ', &path, &version);
        str_cut(version, ' ', &version, &other);
        if (other.len || !is_plain(path) || !go_is_whole_version(version)) /* what is replaced go.mod knows */
            continue;
        catalog_put_item(&out, path);
        buf_chr(&out, ' ');
        buf_str(&out, version);
    }
    return add_note(file, facts, MOD_NOTE_VENDOR, &out);
}

static void put_words(struct buf *out, struct str a, struct str b)
{
    buf_chr(out, ' ');
    buf_str(out, a);
    buf_chr(out, ' ');
    buf_str(out, b.len ? b : STR("-"));
}

static bool read_work(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct mod_file work = { 0 };
    struct buf out;
    if (!mod_file_parse(file->text, file->scratch, &work))
        return catalog_warn(facts, file->path, false, "larger than memory allows");
    if (work.bad && !catalog_warn(facts, file->path, false, "line %u: not a directive of go.work", work.bad_line))
        return false;
    buf_init(&out, MAX_FILE_BYTES);
    for (size_t i = 0; i < work.use_count; i++) {
        catalog_put_item(&out, STR("use "));
        buf_str(&out, work.uses[i]);
    }
    for (size_t i = 0; i < work.replace_count; i++) {
        const struct mod_replace *r = &work.replaces[i];
        if (!is_plain(r->path) || !is_plain(r->by_path))
            continue;
        catalog_put_item(&out, STR("replace"));
        put_words(&out, r->path, r->version);
        put_words(&out, r->by_path, r->by_version);
    }
    return add_note(file, facts, MOD_NOTE_WORK, &out);
}

/* ---- the module cache ($GOPATH/pkg/mod) ---------------------------------------------------------------------------------------------- */

/* The folder of a module in the cache, "path@version" with '!' in front of each letter that is upper case; empty elsewhere. */
static struct str cached_module(struct str path, struct arena *arena)
{
    static const char cache[] = "/pkg/mod/";
    struct str folder = path_dir(path);
    size_t at = SIZE_MAX, len = 0, i;
    for (i = 0; i + sizeof cache - 1 <= folder.len; i++)
        if (memcmp(folder.ptr + i, cache, sizeof cache - 1) == 0)
            at = i + sizeof cache - 1;
    if (at == SIZE_MAX && str_starts(folder, cache + 1))
        at = sizeof cache - 2;
    if (at == SIZE_MAX || !str_find(str_skip(folder, at), '@', NULL))
        return (struct str){ 0 };
    char *name = arena_alloc(arena, folder.len + 1);
    for (i = at; name && i < folder.len; i++) {
        bool upper = folder.ptr[i] == '!' && i + 1 < folder.len && folder.ptr[i + 1] >= 'a' && folder.ptr[i + 1] <= 'z';
        i += upper;
        name[len++] = (char)(folder.ptr[i] - (upper ? 'a' - 'A' : 0));
    }
    return str_make(name, name ? len : 0);
}

static bool read_cached(const struct catalog_file *file, struct catalog_facts *facts, struct str module)
{
    struct mod_file mod = { 0 };
    struct buf out;
    if (!mod_file_parse(file->text, file->scratch, &mod))
        return catalog_warn(facts, file->path, false, "larger than memory allows");
    buf_init(&out, MAX_FILE_BYTES);
    buf_str(&out, module);
    for (size_t i = 0; i < mod.require_count; i++)
        if (!mod.requires[i].indirect)
            catalog_put_item(&out, mod.requires[i].path);
    return add_note(file, facts, MOD_NOTE_CACHE, &out);
}

/* ---- go.mod ---------------------------------------------------------------------------------------------------------------------------- */

static bool add_module(const struct catalog_file *file, struct catalog_facts *facts, struct str path, struct str version,
                       enum package_relation relation, uint32_t line)
{
    struct package *p = catalog_add_package(facts, &catalog_gomod_kind, file->path);
    if (!p)
        return false;
    p->name = arena_str(facts->arena, path);
    p->version = arena_str(facts->arena, version);
    p->id = go_id(facts->arena, p->name, p->version);
    p->relation = relation;
    p->line = p->end_line = line;
    return !facts->arena->exhausted;
}

/* What is needed, or what replaces it; a folder that does is a part of the project. Of what is listed twice the last counts. */
static bool add_required(const struct catalog_file *file, struct catalog_facts *facts, const struct mod_file *mod,
                         const struct map *last)
{
    bool old = mod_is_old(mod->go);
    for (size_t i = 0; i < mod->require_count; i++) {
        const struct mod_require *r = &mod->requires[i];
        uint64_t at;
        if ((old && r->indirect) || (map_get(last, r->path, &at) && at != i))
            continue;
        const struct mod_replace *by = mod->replace_count ? mod_file_replacement(mod, r->path, r->version) : NULL;
        if (by && by->by_version.len == 0)
            continue;
        if (!add_module(file, facts, by ? by->by_path : r->path, by ? by->by_version : r->version,
                        r->indirect ? RELATION_INDIRECT : RELATION_DIRECT, r->line))
            return false;
    }
    return true;
}

static void put_spoken(struct buf *out, uint32_t line, struct str path)
{
    buf_printf(out, "%s%u ", out->len ? "\n" : "", line);
    buf_str(out, path);
}

/* Paths that go.sum must not bring back: what go.mod names itself, as it is or replaced. What it names as indirect, for which
 * go.sum may have a higher version, keeps its line. */
static bool note_old(const struct catalog_file *file, struct catalog_facts *facts, const struct mod_file *mod)
{
    struct buf out;
    buf_init(&out, MAX_FILE_BYTES);
    for (size_t i = 0; i < mod->require_count; i++)
        put_spoken(&out, mod->requires[i].indirect ? mod->requires[i].line : 0, mod->requires[i].path);
    for (size_t i = 0; i < mod->replace_count; i++)
        put_spoken(&out, 0, mod->replaces[i].path);
    put_spoken(&out, 0, mod->module);
    return add_note(file, facts, MOD_NOTE_OLD, &out);
}

static bool read_mod(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct mod_file mod = { 0 };
    struct map last;
    map_init(&last, file->scratch);
    if (!mod_file_parse(file->text, file->scratch, &mod))
        return catalog_warn(facts, file->path, false, "larger than memory allows");
    if (mod.bad && !catalog_warn(facts, file->path, false, "line %u: not a directive of go.mod%s", mod.bad_line,
                                 mod.bad > 1 ? "; nor are others" : ""))
        return false;
    for (size_t i = 0; i < mod.require_count; i++)
        if (!map_put(&last, mod.requires[i].path, i))
            return catalog_warn(facts, file->path, false, "larger than memory allows");
    struct str stdlib = mod_stdlib_version(&mod, file->scratch);
    if (mod.module.len && !add_module(file, facts, mod.module, STR(""), RELATION_ROOT, mod.module_line))
        return false;
    if (stdlib.len &&
        !add_module(file, facts, STR("stdlib"), stdlib, RELATION_DIRECT, mod.toolchain_line ? mod.toolchain_line : mod.go_line))
        return false;
    if (!add_required(file, facts, &mod, &last))
        return false;
    return !mod_is_old(mod.go) || note_old(file, facts, &mod);
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct str name = path_base(file->path), cached = cached_module(file->path, file->scratch);
    if (str_is(name, "go.mod"))
        return cached.len ? read_cached(file, facts, cached) : read_mod(file, facts);
    if (cached.len) /* of a dependency: says nothing of the project */
        return true;
    if (str_is(name, "go.sum"))
        return read_sum(file, facts);
    return str_is(name, "go.work") ? read_work(file, facts) : read_vendor(file, facts);
}

static const struct catalog_claim claims[] = {
    { "**/go.mod", NULL }, { "**/go.sum", NULL }, { "**/go.work", NULL }, { "**/vendor/modules.txt", NULL }, { NULL, NULL },
};

const struct catalog_kind catalog_gomod_kind = {
    .name = "gomod",
    .is_lock = true,
    .ecosystem = "go",
    .scheme = "go",
    .purl_type = "golang",
    .claims = claims,
    .max_bytes = MAX_FILE_BYTES,
    .parse = parse,
    .settle = mod_settle,
};
