/* Changing one entry of "auths" in a configuration (config.c reads them). Other programs keep much else in this file: all other
 * values are written again as they stand, in the form that Docker writes itself (tabs, one key a line). */
#define _GNU_SOURCE /* realpath */
#include "registry/credentials.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

/* ---- the text ------------------------------------------------------------------------------------------------------------------ */

struct edit {
    struct json json;
    struct buf *out;
    struct str host, entry;
    bool was_there, is_placed;
};

static void put_key(struct edit *edit, bool *first, const char *indent, struct str key)
{
    buf_text(edit->out, *first ? "\n" : ",\n");
    *first = false;
    buf_text(edit->out, indent);
    json_put_string(edit->out, key);
    buf_text(edit->out, ": ");
}

static void put_entry(struct edit *edit, bool *first)
{
    if (edit->is_placed || !edit->entry.len)
        return;
    put_key(edit, first, "\t\t", docker_config_server(edit->host));
    buf_str(edit->out, edit->entry);
    edit->is_placed = true;
}

/* Every key of the host as a whole goes; the new entry takes the place of the first of them. */
static void edit_auths(struct edit *edit)
{
    struct str key, value;
    bool first = true;
    buf_chr(edit->out, '{');
    while (json_key(&edit->json, &key)) {
        if (docker_config_key_fit(key, edit->host, (struct str){ 0 })) {
            edit->was_there = true;
            put_entry(edit, &first);
            json_skip(&edit->json);
        } else if (json_raw(&edit->json, &value)) {
            put_key(edit, &first, "\t\t", key);
            buf_str(edit->out, value);
        }
    }
    put_entry(edit, &first);
    buf_text(edit->out, first ? "}" : "\n\t}");
}

static bool edit_top(struct edit *edit, struct error *err)
{
    struct str key, value;
    bool first = true, is_object = json_object(&edit->json), is_damaged = false;
    buf_chr(edit->out, '{');
    while (is_object && json_key(&edit->json, &key)) {
        bool is_auths = str_is(key, "auths");
        if (is_auths && json_peek(&edit->json) == JSON_NULL)
            continue;
        put_key(edit, &first, "\t", key);
        if (is_auths && json_object(&edit->json))
            edit_auths(edit);
        else if (is_auths)
            is_damaged = true;
        else if (json_raw(&edit->json, &value))
            buf_str(edit->out, value);
    }
    if (!json_end(&edit->json, err))
        return false;
    if (!is_object || is_damaged)
        return error_set(err, ERROR_USAGE, "is no configuration: %s be a JSON object", is_damaged ? "\"auths\" must" : "it must");
    if (!edit->is_placed && edit->entry.len) {
        bool none = true;
        put_key(edit, &first, "\t", STR("auths"));
        buf_chr(edit->out, '{');
        put_entry(edit, &none);
        buf_text(edit->out, "\n\t}");
    }
    buf_text(edit->out, first ? "}" : "\n}");
    return true;
}

bool docker_config_edit(struct str text, struct str host, struct str entry, struct arena *arena, struct buf *out, bool *was_there,
                        struct error *err)
{
    struct edit edit = { .out = out, .host = host, .entry = entry };
    json_begin(&edit.json, str_trim(text).len ? text : STR("{}"), arena);
    if (!edit_top(&edit, err))
        return false;
    if (out->failed)
        return error_set(err, ERROR_LIMIT, "is larger than a configuration may be");
    *was_there = edit.was_there;
    return true;
}

/* ---- the file -------------------------------------------------------------------------------------------------------------------- */

/* The file itself where `path` is a symbolic link, so that a rename does not replace the link. */
static bool resolve(const char *path, char target[static PATH_MAX], struct error *err)
{
    struct stat st;
    if (realpath(path, target))
        return true;
    if (errno != ENOENT)
        return error_system(err, "%s", path);
    if (lstat(path, &st) == 0)
        return error_set(err, ERROR_USAGE, "%s: is a link to a file that does not exist", path);
    if ((size_t)snprintf(target, PATH_MAX, "%s", path) >= PATH_MAX)
        return error_set(err, ERROR_USAGE, "%.100s…: the path is too long", path);
    return true;
}

static bool write_private(const char *path, struct str text, struct error *err)
{
    char target[PATH_MAX];
    struct file_writer writer;
    struct str folder = path_dir(str_from(path));
    char name[PATH_MAX];
    snprintf(name, sizeof name, "%.*s", STR_ARG(folder));
    if ((folder.len && !file_make_dirs(name, err)) || !resolve(path, target, err) || !file_writer_open(&writer, target, err))
        return false;
    bool ok = fchmod(writer.fd, 0600) == 0 || error_system(err, "%s: cannot be made private", target);
    if (ok && file_write_all(writer.fd, text.ptr, text.len, err))
        return file_writer_commit(&writer, err);
    file_writer_abort(&writer);
    return false;
}

/* Nobody else may open even the file that is still empty, nor look into a folder made for it. */
bool docker_config_save(struct str path, struct str text, struct error *err)
{
    char name[PATH_MAX];
    if ((size_t)snprintf(name, sizeof name, "%.*s", STR_ARG(path)) >= sizeof name)
        return error_set(err, ERROR_USAGE, "%.100s…: the path is too long", name);
    mode_t mask = umask(077);
    bool ok = write_private(name, text, err);
    umask(mask);
    return ok;
}
