/* Which files a Python package has: RECORD of wheels (PyPA's "Recording installed projects", The RECORD file: path, hash and
 * size, as CSV) and installed-files.txt of eggs that pip installed (a path a line, relative to the egg-info folder). */
#include "catalog/kinds.h"

/* The next field of a line of CSV (RFC 4180); quoted text is copied without its quotes. */
static struct str next_field(struct str *rest, struct buf *room)
{
    struct str field;
    if (!rest->len || rest->ptr[0] != '"') {
        str_cut(*rest, ',', &field, rest);
        return field;
    }
    buf_clear(room);
    size_t i = 1;
    for (; i < rest->len; i++) {
        if (rest->ptr[i] == '"' && (i + 1 == rest->len || rest->ptr[++i] != '"'))
            break;
        buf_chr(room, rest->ptr[i]);
    }
    *rest = str_skip(*rest, i);
    if (rest->len && (rest->ptr[0] == ',' || rest->ptr[0] == '"'))
        *rest = str_skip(*rest, 1);
    return buf_view(room);
}

/* No "." or "..", nothing empty among its parts. */
static bool is_plain(struct str path)
{
    for (size_t i = 1; i < path.len; i++)
        if (path.ptr[i] == '/' && (path.ptr[i - 1] == '/' || path.ptr[i - 1] == '.'))
            return false;
    return true;
}

/* `path` as it is written below `folder`: "../../../bin/flask"; absolute ones are of the root. Most need no second look. */
static void put_path(struct catalog_list_writer *writer, struct str folder, struct str path, struct catalog_listed details)
{
    char joined[2 * 4096], normal[4096];
    bool absolute = path.len && path.ptr[0] == '/', plain = is_plain(path);
    size_t len = absolute || folder.len == 0 ? 0 : folder.len + 1;
    if (path.len == 0 || path.ptr[path.len - 1] == '/' || folder.len >= sizeof normal || path.len >= sizeof normal)
        return;
    if (len) {
        memcpy(joined, folder.ptr, folder.len);
        joined[folder.len] = '/';
    }
    memcpy(joined + len, path.ptr, path.len);
    struct str whole = str_make(joined, len + path.len);
    if (!plain && !path_normalize(whole, normal, &len))
        return;
    if (str_ends(path, ".pyc")) /* compiled again when it is wanted */
        details.flags |= LISTED_OPTIONAL;
    catalog_list_put_path(writer, plain ? whole : str_make(normal, len), &details);
}

static void read_record(const struct catalog_file *file, struct catalog_list_writer *writer)
{
    struct str rest = file->text, line, folder = path_dir(path_dir(file->path));
    struct buf room, other;
    buf_init(&room, 4096);
    buf_init(&other, 4096);
    while (str_line(&rest, &line)) {
        char digest[LISTED_DIGEST_BYTES];
        struct catalog_listed details = { 0 };
        struct str path = next_field(&line, &room), hash = next_field(&line, &other), name, value;
        details.has_size = str_u64(str_trim(line), &details.size_bytes);
        if (file->wants_digests && str_cut(hash, '=', &name, &value) && str_is(name, "sha256"))
            details.digest = catalog_list_digest("sha256:", value, digest);
        put_path(writer, folder, path, details);
    }
    buf_free(&room);
    buf_free(&other);
}

static void read_installed_files(const struct catalog_file *file, struct catalog_list_writer *writer)
{
    struct str rest = file->text, line;
    while (str_line(&rest, &line))
        put_path(writer, path_dir(file->path), line, (struct catalog_listed){ 0 });
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct catalog_list_writer writer;
    catalog_list_begin(&writer);
    if (str_is(path_base(file->path), "RECORD"))
        read_record(file, &writer);
    else
        read_installed_files(file, &writer);
    struct catalog_file_list list = { .kind = &catalog_python_kind, .path = file->path, .flags = LISTED_REGULAR };
    bool ok = catalog_list_end(&writer, facts, list);
    catalog_list_drop(&writer);
    return ok;
}

static const struct catalog_claim claims[] = {
    { "**/*.dist-info/RECORD", NULL },
    { "**/*.egg-info/installed-files.txt", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_python_record_kind = {
    .name = "python-record",
    .is_facts_only = true,
    .claims = claims,
    .max_bytes = 32u << 20,
    .parse = parse,
};
