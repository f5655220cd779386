/* uv.lock, and NAME.py.lock of scripts (PEP 723). The project and the members of its workspace stand among the packages and say
 * what they need, for what: dependencies, extras, groups for development. Early versions of uv called a package "distribution". */
#include "catalog/python/python.h"

struct uv {
    struct map members; /* of the workspace, by name */
    struct map wanted;  /* what a script requires, by name */
    bool has_root, has_members;
};

static bool read_needs(struct json *json, struct python_lock *lock, struct python_entry *entry, bool dev)
{
    if (!json_array(json))
        return true;
    while (json_item(json))
        if (!python_entry_read_need(lock, entry, json, dev))
            return false;
    return true;
}

/* {extra or group = [needs]} */
static bool read_groups(struct json *json, struct python_lock *lock, struct python_entry *entry, bool dev)
{
    struct str key;
    if (!json_object(json))
        return true;
    while (json_key(json, &key))
        if (!read_needs(json, lock, entry, dev))
            return false;
    return true;
}

/* {editable = "."}, {virtual = "."}; early: "editable+." */
static bool is_project(struct json *json)
{
    struct str key, path;
    bool found = false;
    if (json_peek(json) == JSON_STRING)
        return json_string(json, &path) && (str_is(path, "editable+.") || str_is(path, "virtual+."));
    if (json_object(json))
        while (json_key(json, &key))
            found |= (str_is(key, "editable") || str_is(key, "virtual")) && json_string(json, &path) && str_is(path, ".");
    return found;
}

static bool read_field(struct json *json, struct python_lock *lock, struct python_entry *entry, struct str key)
{
    if (str_is(key, "source") && is_project(json))
        entry->relation = RELATION_ROOT;
    if (str_is(key, "dependencies"))
        return read_needs(json, lock, entry, false);
    if (str_is(key, "optional-dependencies"))
        return read_groups(json, lock, entry, false);
    return !str_is(key, "dev-dependencies") || read_groups(json, lock, entry, true);
}

static bool put_name(struct map *names, struct str name)
{
    struct str key = python_name(names->arena, name, true);
    return key.ptr && map_put(names, key, 1);
}

static bool has_name(const struct map *names, const struct python_entry *entry)
{
    char key[PYTHON_MAX_NAME];
    return map_get(names, python_key(key, entry->name), NULL);
}

/* manifest.members, and manifest.requirements of what has no project. */
static bool read_manifest(struct json *json, struct python_lock *lock, struct str key, void *state)
{
    struct uv *uv = state;
    struct str name;
    (void)lock;
    if (!str_is(key, "manifest") || !json_object(json))
        return true;
    while (json_key(json, &key)) {
        bool members = str_is(key, "members"), wanted = str_is(key, "requirements");
        if ((!members && !wanted) || !json_array(json))
            continue;
        while (json_item(json)) {
            if (members && json_string(json, &name) && !put_name(&uv->members, name))
                return false;
            if (wanted && json_object(json))
                while (json_key(json, &key))
                    if (str_is(key, "name") && json_string(json, &name) && !put_name(&uv->wanted, name))
                        return false;
        }
    }
    return true;
}

/* ---- relations ------------------------------------------------------------------------------------------------------------------ */

static bool is_own(const struct python_entry *entry)
{
    return entry->relation == RELATION_ROOT || entry->relation == RELATION_WORKSPACE;
}

/* A second root cannot be; it counts as a member. */
static void mark_own(struct python_lock *lock, struct uv *uv)
{
    for (struct python_entry *entry = lock->first; entry; entry = entry->next) {
        if (entry->relation == RELATION_ROOT && !uv->has_root)
            uv->has_root = true;
        else if (entry->relation == RELATION_ROOT || has_name(&uv->members, entry))
            entry->relation = RELATION_WORKSPACE;
        uv->has_members |= entry->relation == RELATION_WORKSPACE;
    }
}

static void mark_direct(struct python_lock *lock, const struct uv *uv)
{
    for (struct python_entry *entry = lock->first; entry; entry = entry->next)
        if (entry->relation == RELATION_UNKNOWN && has_name(&uv->wanted, entry))
            entry->relation = RELATION_DIRECT;
    for (struct python_entry *entry = lock->first; entry; entry = entry->next)
        for (struct python_need *need = is_own(entry) ? entry->needs : NULL; need; need = need->next)
            for (struct python_entry *at = NULL; (at = python_lock_target(lock, need, at));)
                if (!is_own(at))
                    at->relation = RELATION_DIRECT;
    bool known = uv->has_root || uv->has_members || uv->wanted.count;
    for (struct python_entry *entry = lock->first; known && entry; entry = entry->next)
        if (entry->relation == RELATION_UNKNOWN)
            entry->relation = RELATION_INDIRECT;
}

/* For development is what nothing needs but groups for development, from the project and its workspace on. */
static bool mark_dev(struct python_lock *lock, const struct uv *uv)
{
    size_t count = 0, head = 0, tail = 0;
    for (struct python_entry *entry = lock->first; entry; entry = entry->next)
        count++;
    struct python_entry **queue = arena_array(lock->file->scratch, count + 1, sizeof(struct python_entry *));
    if (!queue || !(uv->has_root || uv->has_members))
        return queue != NULL;
    for (struct python_entry *entry = lock->first; entry; entry = entry->next)
        if ((entry->reached = is_own(entry)))
            queue[tail++] = entry;
    while (head < tail)
        for (struct python_need *need = queue[head++]->needs; need; need = need->next)
            for (struct python_entry *at = NULL; !need->dev && (at = python_lock_target(lock, need, at));)
                if (!at->reached) {
                    at->reached = true;
                    queue[tail++] = at;
                }
    for (struct python_entry *entry = lock->first; entry; entry = entry->next)
        entry->dev = !entry->reached;
    return true;
}

/* The project stands for its workspace. */
static bool tie_workspace(struct python_lock *lock)
{
    struct python_entry *root = lock->first;
    while (root && root->relation != RELATION_ROOT)
        root = root->next;
    for (struct python_entry *entry = lock->first; root && entry; entry = entry->next)
        if (entry->relation == RELATION_WORKSPACE &&
            !python_entry_need(lock, root, (struct python_need){ .name = entry->name, .range = entry->version, .exact = true }))
            return false;
    return true;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    const struct python_lock_format format = {
        .list = str_contains(file->text, "[[distribution]]") ? "distribution" : "package",
        .all_fitting = true,
        .read_field = read_field,
        .read_other = read_manifest,
    };
    struct python_lock lock;
    struct uv uv = { 0 };
    map_init(&uv.members, file->scratch);
    map_init(&uv.wanted, file->scratch);
    if (!python_lock_read(&lock, file, facts, &format, &uv))
        return false;
    mark_own(&lock, &uv);
    mark_direct(&lock, &uv);
    return mark_dev(&lock, &uv) && tie_workspace(&lock) && python_lock_finish(&lock);
}

static const struct catalog_claim claims[] = {
    { "**/uv.lock", NULL },
    { "**/*.py.lock", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_uv_kind = {
    .name = "uv",
    .is_lock = true,
    .ecosystem = "pip",
    .scheme = "pep440",
    .purl_type = "pypi",
    .claims = claims,
    .max_bytes = 32u << 20,
    .parse = parse,
};
