/* Lock files in TOML tell packages one by one, and what each needs by name and range. Here they are gathered, tied to each other
 * and made packages. */
#include "catalog/document.h"
#include "catalog/headers.h"
#include "catalog/python/python.h"

#include "version/version.h"

/* Of one name there are several versions where markers part platforms or Pythons, a handful. */
enum { MAX_SAME = 64, MAX_NEEDS_BYTES = 4u << 20 };

/* ---- entries ------------------------------------------------------------------------------------------------------------------ */

static struct python_entry *first_of_name(const struct python_lock *lock, struct str name)
{
    char key[PYTHON_MAX_NAME];
    uint64_t at = 0;
    bool found = map_get(&lock->by_name, python_key(key, name), &at);
    return found ? (struct python_entry *)(uintptr_t)at : NULL; /* NOLINT(performance-no-int-to-ptr): the map keeps numbers */
}

/* Behind the first of its name, so that a long row of one name costs nothing. */
static bool file_entry(struct python_lock *lock, struct python_entry *entry, struct python_entry *same)
{
    *lock->last = entry;
    lock->last = &entry->next;
    if (same) {
        entry->same = same->same;
        same->same = entry;
        return true;
    }
    struct str key = python_name(lock->file->scratch, entry->name, true);
    return key.ptr && map_put(&lock->by_name, key, (uintptr_t)entry);
}

bool python_entry_need(struct python_lock *lock, struct python_entry *entry, struct python_need need)
{
    struct python_need *kept = arena_new(lock->file->scratch, struct python_need);
    if (!kept)
        return false;
    *kept = need;
    kept->next = NULL;
    *entry->last_need = kept;
    entry->last_need = &kept->next;
    return true;
}

bool python_entry_read_need(struct python_lock *lock, struct python_entry *entry, struct json *json, bool dev)
{
    struct python_need need = { .exact = true, .dev = dev };
    struct str key;
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (str_is(key, "name"))
            json_string(json, &need.name);
        else if (str_is(key, "version"))
            json_string(json, &need.range);
    }
    return python_entry_need(lock, entry, need);
}

bool python_groups_are_dev(struct json *json, const char *main_group)
{
    struct str group;
    bool main = false, any = false;
    if (!json_array(json))
        return false;
    while (json_item(json)) {
        any = true;
        main |= json_string(json, &group) && str_is(group, main_group);
    }
    return any && !main;
}

static void join_needs(struct python_entry *entry, const struct python_entry *more)
{
    *entry->last_need = more->needs;
    if (more->needs)
        entry->last_need = more->last_need;
}

static bool add_entry(struct python_lock *lock, const struct python_entry *entry)
{
    if (!entry->name.len || entry->name.len > PYTHON_MAX_NAME || !header_value_ok(entry->name) ||
        !header_value_ok(entry->version))
        return true;
    struct python_entry *same = first_of_name(lock, entry->name), *old = same;
    for (int n = 0; old && n < MAX_SAME; n++, old = old->same)
        if (str_eq(old->version, entry->version)) {
            join_needs(old, entry);
            old->dev &= entry->dev;
            return true;
        }
    struct python_entry *added = arena_new(lock->file->scratch, struct python_entry);
    if (!added)
        return false;
    *added = *entry;
    added->needs = NULL;
    added->last_need = &added->needs;
    join_needs(added, entry);
    return file_entry(lock, added, same);
}

/* ---- who needs whom ------------------------------------------------------------------------------------------------------------ */

/* A range that cannot be read (poetry's "^1.0") fits all. */
static bool fits(const struct python_lock *lock, const struct python_need *need, const struct python_entry *entry)
{
    if (need->range.len == 0 || need->exact)
        return need->range.len == 0 || str_eq(need->range, entry->version);
    struct error err = { 0 };
    struct version_set set;
    bool inside = true;
    const struct version_scheme *scheme = version_scheme_find(STR("pep440"));
    struct arena_mark mark = arena_mark(lock->file->scratch);
    version_set_init(&set, lock->file->scratch);
    bool readable =
        version_range(scheme, need->range, &set, &err) && version_set_has(scheme, &set, entry->version, &inside, &err);
    arena_reset(lock->file->scratch, mark);
    return !readable || inside;
}

struct python_entry *python_lock_target(const struct python_lock *lock, const struct python_need *need, struct python_entry *at)
{
    if (at && !lock->format->all_fitting)
        return NULL;
    at = at ? at->same : first_of_name(lock, need->name);
    if (!lock->format->all_fitting && !need->exact && at && !at->same)
        return at;
    for (int n = 0; at && n < MAX_SAME; n++, at = at->same)
        if (fits(lock, need, at))
            return at;
    return NULL;
}

static void put_id(struct buf *out, const struct python_entry *entry)
{
    buf_str(out, entry->name);
    if (entry->version.len)
        buf_chr(out, '@');
    buf_str(out, entry->version);
}

/* All lists together are hardly longer than the file: one that makes more of little is no lock file. */
static struct str list_needs(struct python_lock *lock, struct python_entry *entry, size_t number, size_t *room)
{
    struct buf list;
    buf_init(&list, *room < MAX_NEEDS_BYTES ? *room : MAX_NEEDS_BYTES);
    for (const struct python_need *need = entry->needs; need && !list.failed; need = need->next)
        for (struct python_entry *at = NULL; (at = python_lock_target(lock, need, at)); at->stamp = number) {
            if (at->stamp == number || at == entry)
                continue;
            if (list.len)
                buf_chr(&list, '\n');
            put_id(&list, at);
        }
    struct str needs = arena_str(lock->facts->arena, list.failed ? (struct str){ 0 } : buf_view(&list));
    *room -= needs.len;
    buf_free(&list);
    return needs;
}

bool python_lock_finish(struct python_lock *lock)
{
    struct arena *arena = lock->facts->arena;
    size_t number = 0, room = 64 * 1024 + 4 * lock->file->text.len;
    for (struct python_entry *entry = lock->first; entry; entry = entry->next) {
        number++;
        if (!entry->version.len && entry->relation != RELATION_ROOT && entry->relation != RELATION_WORKSPACE)
            continue;
        struct package *package = catalog_add_package(lock->facts, lock->file->kind, lock->file->path);
        if (!package)
            return false;
        package->name = arena_str(arena, entry->name);
        package->version = arena_str(arena, entry->version);
        package->id = entry->version.len ? catalog_id(lock->facts, entry->name, entry->version) : package->name;
        package->depends = list_needs(lock, entry, number, &room);
        package->digest = arena_str(arena, entry->digest);
        package->relation = entry->relation;
        package->dev = entry->dev;
        package->line = entry->line;
        package->end_line = entry->end_line;
    }
    return !arena->exhausted && !lock->file->scratch->exhausted;
}

/* ---- TOML ------------------------------------------------------------------------------------------------------------------------ */

/* "TOML, line 12: …" */
static uint32_t line_of(const struct error *err)
{
    uint32_t line = 0;
    const char *at = strstr(err->text, "line ");
    for (at = at ? at + 5 : ""; *at >= '0' && *at <= '9' && line < UINT32_MAX / 16; at++)
        line = line * 10 + (uint32_t)(*at - '0');
    return line;
}

/* The text up to the last record that begins before that line. */
static struct str whole_records(struct str text, const char *header, uint32_t bad_line)
{
    struct str rest = text, line;
    size_t end = 0;
    for (uint32_t number = 1; number <= bad_line && rest.len; number++) {
        size_t at = text.len - rest.len;
        if (!str_line(&rest, &line))
            break;
        if (str_starts(line, header))
            end = at;
    }
    return str_head(text, end);
}

/* *json is empty when nothing can be read. False: arena full. */
static bool make_json(const struct catalog_file *file, struct catalog_facts *facts, const char *list, struct str *json)
{
    struct error err = { 0 };
    char header[64];
    size_t max_bytes = 64 * 1024 + 4 * file->text.len;
    *json = (struct str){ 0 };
    if (toml_to_json(file->text, max_bytes, file->scratch, json, &err))
        return true;
    if (!catalog_warn(facts, file->path, false, "%s", err.text))
        return false;
    snprintf(header, sizeof header, "[[%s]]", list);
    struct str whole = whole_records(file->text, header, line_of(&err));
    if (whole.len && !toml_to_json(whole, max_bytes, file->scratch, json, &err))
        *json = (struct str){ 0 };
    return !file->scratch->exhausted;
}

static bool read_record(struct json *json, struct python_lock *lock)
{
    struct python_entry entry = { 0 };
    struct str key;
    entry.last_need = &entry.needs;
    json_peek(json); /* on to the brace, which tells the line */
    entry.line = json_line(json);
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (str_is(key, "name"))
            json_string(json, &entry.name);
        else if (str_is(key, "version"))
            json_string(json, &entry.version);
        else if (!lock->format->read_field(json, lock, &entry, key))
            return false;
    }
    entry.end_line = json_line(json);
    if (lock->format->normal_names)
        entry.name = python_name(lock->file->scratch, entry.name, true);
    return add_entry(lock, &entry) && !lock->file->scratch->exhausted;
}

static bool read_key(struct json *json, struct python_lock *lock, struct str key, void *state)
{
    if (!str_is(key, lock->format->list))
        return !lock->format->read_other || lock->format->read_other(json, lock, key, state);
    if (!json_array(json))
        return true;
    while (json_item(json))
        if (!read_record(json, lock))
            return false;
    return true;
}

bool python_lock_read(struct python_lock *lock, const struct catalog_file *file, struct catalog_facts *facts,
                      const struct python_lock_format *format, void *state)
{
    struct str text, key;
    struct json json;
    *lock = (struct python_lock){ .file = file, .facts = facts, .format = format };
    lock->last = &lock->first;
    map_init(&lock->by_name, file->scratch);
    if (!make_json(file, facts, format->list, &text) || !text.len)
        return !facts->arena->exhausted && !file->scratch->exhausted;
    json_begin(&json, text, file->scratch);
    if (json_object(&json))
        while (json_key(&json, &key))
            if (!read_key(&json, lock, key, state))
                return false;
    return document_end(&json, file, facts);
}

/* ---- what the project asks for ------------------------------------------------------------------------------------------------- */

static struct str normal_name(struct arena *arena, struct str name)
{
    return python_name(arena, name, true);
}

bool python_settle_declared(struct catalog_facts *facts, bool marks_dev)
{
    return catalog_settle_declared(facts, &catalog_pyproject_kind, normal_name, marks_dev);
}
