/* pylock.toml and pylock.NAME.toml (PEP 751). A package with a "directory" is the project itself; tools rarely write who needs
 * whom, but markers say which packages only groups for development ask for. */
#include "catalog/python/python.h"

struct pylock {
    struct python_lock lock;
    struct map groups; /* that are installed by default, in the normal form of names */
};

/* ---- markers ("Dependency specifiers", as PEP 751 adds to them) ----------------------------------------------------------------- */

enum { MAX_MARKER_DEPTH = 16 };

struct marker {
    struct str rest;
    const struct pylock *lock;
    unsigned depth;
    bool failed;
};

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.';
}

static bool is_operator_byte(char c)
{
    return c == '<' || c == '>' || c == '=' || c == '!' || c == '~';
}

/* A text with the quote in front of it, a word, an operator or a parenthesis; empty at the end and where it is none of these. */
static struct str next_token(struct marker *m)
{
    size_t n = 0, close;
    struct str rest = str_trim(m->rest), token = { 0 };
    if (rest.len == 0)
        return token;
    char first = rest.ptr[0];
    if (first == '\'' || first == '"') {
        if (!str_find(str_skip(rest, 1), first, &close))
            return token;
        m->rest = str_skip(rest, close + 2);
        return str_head(rest, close + 1);
    }
    while (n < rest.len && (is_word_byte(first) ? is_word_byte(rest.ptr[n]) : is_operator_byte(rest.ptr[n])))
        n++;
    if (first == '(' || first == ')')
        n = 1;
    m->rest = str_skip(rest, n);
    return str_head(rest, n);
}

static bool take(struct marker *m, const char *word)
{
    struct marker before = *m;
    if (str_is(next_token(m), word))
        return true;
    *m = before;
    return false;
}

static bool holds_any(struct marker *m);

/* Of the environment nothing is known: all but the choice of groups holds. */
static bool holds_one(struct marker *m)
{
    uint64_t one;
    if (m->depth < MAX_MARKER_DEPTH && take(m, "(")) {
        m->depth++;
        bool holds = holds_any(m);
        m->depth--;
        m->failed |= !take(m, ")");
        return holds;
    }
    struct str left = next_token(m);
    bool not = take(m, "not");
    struct str operator= next_token(m), right = next_token(m);
    m->failed |= left.len == 0 || operator.len == 0 || right.len == 0;
    if (m->failed || not || !str_is(operator, "in") || !str_is(right, "dependency_groups"))
        return true;
    char key[PYTHON_MAX_NAME];
    return map_get(&m->lock->groups, python_key(key, str_skip(left, 1)), &one);
}

static bool holds_all(struct marker *m)
{
    bool holds = holds_one(m);
    while (!m->failed && take(m, "and"))
        holds &= holds_one(m);
    return holds;
}

static bool holds_any(struct marker *m)
{
    bool holds = holds_all(m);
    while (!m->failed && take(m, "or"))
        holds |= holds_all(m);
    return holds;
}

/* Does it take a group that is not installed by default? */
static bool asks_for_group(const struct pylock *lock, struct str text)
{
    struct marker m = { .rest = text, .lock = lock };
    bool holds = holds_any(&m);
    return !holds && !m.failed && str_trim(m.rest).len == 0;
}

static bool read_default_groups(struct json *json, struct python_lock *lock, struct str key, void *state)
{
    struct pylock *pylock = state;
    struct str name;
    if (!str_is(key, "default-groups") || !json_array(json))
        return true;
    while (json_item(json))
        if (json_string(json, &name)) {
            name = python_name(lock->file->scratch, name, true);
            if (!name.ptr || !map_put(&pylock->groups, name, 1))
                return false;
        }
    return true;
}

/* ---- packages ------------------------------------------------------------------------------------------------------------------- */

static bool is_project(struct json *json)
{
    struct str key, path = { 0 };
    if (json_object(json))
        while (json_key(json, &key))
            if (str_is(key, "path"))
                json_string(json, &path);
    return path.len > 0;
}

static bool read_field(struct json *json, struct python_lock *lock, struct python_entry *entry, struct str key)
{
    struct str marker;
    if (str_is(key, "directory") && is_project(json))
        entry->relation = RELATION_ROOT;
    if (str_is(key, "marker") && json_string(json, &marker))
        entry->dev = asks_for_group((const struct pylock *)(const void *)lock, marker); /* its first member */
    if (!str_is(key, "dependencies") || !json_array(json))
        return true;
    while (json_item(json))
        if (!python_entry_read_need(lock, entry, json, false))
            return false;
    return true;
}

static const struct python_lock_format format = {
    .list = "packages", .normal_names = true, .read_field = read_field, .read_other = read_default_groups
};

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct pylock pylock;
    map_init(&pylock.groups, file->scratch);
    return python_lock_read(&pylock.lock, file, facts, &format, &pylock) && python_lock_finish(&pylock.lock);
}

/* The lock file has the project itself, but not what that needs. */
static bool tie_root(struct package *packages, size_t count, struct arena *arena)
{
    struct package *root = NULL;
    struct buf list;
    for (size_t i = 0; i < count && !root; i++)
        if (packages[i].relation == RELATION_ROOT)
            root = &packages[i];
    if (!root || root->depends.len)
        return true;
    buf_init(&list, 16u << 20);
    for (size_t i = 0; i < count; i++)
        if (packages[i].relation == RELATION_DIRECT)
            catalog_put_item(&list, packages[i].id);
    root->depends = arena_str(arena, list.failed ? (struct str){ 0 } : buf_view(&list));
    buf_free(&list);
    return !arena->exhausted;
}

/* pyproject.toml's groups are not asked: what is for development, markers say. */
static bool settle(struct catalog_facts *facts)
{
    bool ok = python_settle_declared(facts, false);
    for (size_t first = 0, end; ok && first < facts->package_count; first = end) {
        end = catalog_file_end(facts->packages, facts->package_count, first);
        ok = tie_root(facts->packages + first, end - first, facts->arena);
    }
    return ok;
}

/* One word between the dots, if any. */
static bool accepts(struct str path)
{
    struct str name = path_base(path), word = str_skip(name, strlen("pylock."));
    size_t dot;
    return str_is(name, "pylock.toml") || (str_find(word, '.', &dot) && dot > 0 && str_is(str_skip(word, dot), ".toml"));
}

static const struct catalog_claim claims[] = {
    { "**/pylock.toml", NULL },
    { "**/pylock.*.toml", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_pylock_kind = {
    .name = "pylock",
    .is_lock = true,
    .ecosystem = "pip",
    .scheme = "pep440",
    .purl_type = "pypi",
    .claims = claims,
    .accepts = accepts,
    .max_bytes = 32u << 20,
    .parse = parse,
    .settle = settle,
};
