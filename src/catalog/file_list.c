/* The text in which a package's list of files is kept (struct catalog_file_list): written by the kinds of package managers,
 * read by the squash. A folder stands once in front of its files, which makes lists half as long and lets their reader look
 * at each folder once. */
#include "catalog/kinds.h"

enum { MAX_LINES_BYTES = 512 << 20 };

static const struct {
    char letter;
    uint32_t flag;
} letters[] = {
    { 'c', LISTED_CONFIG }, { 'o', LISTED_OPTIONAL }, { 'd', LISTED_DOCUMENT }, { 'r', LISTED_REGULAR }, { 'v', LISTED_DIVERTED },
};

/* ---- writing -------------------------------------------------------------------------------------------------------------- */

void catalog_list_begin(struct catalog_list_writer *writer)
{
    *writer = (struct catalog_list_writer){ .folder_len = SIZE_MAX };
    buf_init(&writer->lines, MAX_LINES_BYTES);
}

void catalog_list_clear(struct catalog_list_writer *writer)
{
    writer->folder_len = SIZE_MAX;
    buf_clear(&writer->lines);
}

void catalog_list_drop(struct catalog_list_writer *writer)
{
    buf_free(&writer->lines);
}

/* A text that would break its line is left out. */
static void put_field(struct buf *lines, struct str text)
{
    if (text.len && !str_find(text, '\t', NULL) && !str_find(text, '\n', NULL))
        buf_str(lines, text);
    buf_chr(lines, '\t');
}

static void put_number(struct buf *lines, uint64_t value, unsigned base)
{
    char digits[24];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + value % base);
    while ((value /= base) != 0);
    buf_add(lines, digits + at, sizeof digits - at);
}

static void put_details(struct buf *lines, const struct catalog_listed *details)
{
    for (size_t i = 0; i < ARRAY_LEN(letters); i++)
        if (details->flags & letters[i].flag)
            buf_chr(lines, letters[i].letter);
    if (details->has_permissions)
        put_number(lines, details->mode, 8);
    buf_chr(lines, '\t');
    if (details->has_size)
        put_number(lines, details->size_bytes, 10);
    buf_chr(lines, '\t');
    put_field(lines, details->digest);
    put_field(lines, details->target);
}

static void put_folder(struct catalog_list_writer *writer, struct str folder)
{
    struct buf *lines = &writer->lines;
    if (writer->folder_len != SIZE_MAX && str_eq(folder, str_make(lines->ptr + writer->folder_at, writer->folder_len)))
        return;
    writer->folder_at = lines->len;
    writer->folder_len = folder.len;
    buf_str(lines, folder);
    buf_text(lines, "/\n");
}

static bool is_plain(const struct catalog_listed *details)
{
    return !details || (!details->flags && !details->has_permissions && !details->has_size && details->digest.len == 0 &&
                        details->target.len == 0);
}

static void put_entry(struct catalog_list_writer *writer, struct str folder, struct str name,
                      const struct catalog_listed *details)
{
    struct buf *lines = &writer->lines;
    if (lines->failed)
        return;
    put_folder(writer, folder);
    if (!is_plain(details))
        put_details(lines, details);
    else if (str_find(name, '\t', NULL))
        buf_text(lines, "\t\t\t\t");
    buf_str(lines, name);
    buf_chr(lines, '\n');
}

void catalog_list_put(struct catalog_list_writer *writer, struct str folder, struct str name,
                      const struct catalog_listed *details)
{
    if (name.len && !str_find(name, '\n', NULL) && !str_find(name, '/', NULL) && !str_find(folder, '\n', NULL))
        put_entry(writer, folder, name, details);
}

void catalog_list_put_path(struct catalog_list_writer *writer, struct str path, const struct catalog_listed *details)
{
    while (path.len && (path.ptr[0] == '/' || (path.len > 1 && path.ptr[0] == '.' && path.ptr[1] == '/')))
        path = str_skip(path, 1);
    if (!path.len)
        return;
    size_t slash = path.len;
    while (slash && path.ptr[slash - 1] != '/')
        slash--;
    struct str name = { path.ptr + slash, path.len - slash };
    if (name.len && !str_find(path, '\n', NULL))
        put_entry(writer, str_make(path.ptr, slash ? slash - 1 : 0), name, details);
}

bool catalog_list_end(struct catalog_list_writer *writer, struct catalog_facts *facts, struct catalog_file_list list)
{
    struct str lines = buf_view(&writer->lines);
    bool failed = writer->lines.failed;
    if (lines.len == 0)
        return !failed;
    struct catalog_file_list *grown = arena_grow(facts->arena, facts->lists, facts->list_count, &facts->list_cap, sizeof *grown);
    if (!grown || failed)
        return false;
    facts->lists = grown;
    struct catalog_file_list last = facts->list_count ? grown[facts->list_count - 1] : (struct catalog_file_list){ 0 };
    list.package = catalog_text(facts, list.package, last.package);
    list.version = catalog_text(facts, list.version, last.version);
    list.arch = catalog_text(facts, list.arch, last.arch);
    list.path = catalog_text(facts, list.path, last.path);
    list.lines = arena_str(facts->arena, lines);
    catalog_list_clear(writer);
    grown[facts->list_count++] = list;
    return !facts->arena->exhausted;
}

uint32_t catalog_list_permissions(struct str octal)
{
    uint32_t value = 0;
    for (size_t i = 0; i < octal.len && octal.ptr[i] >= '0' && octal.ptr[i] <= '7'; i++)
        value = (value << 3 | (uint32_t)(octal.ptr[i] - '0')) & 07777;
    return value;
}

struct str catalog_list_digest(const char *algorithm, struct str base64, char out[static LISTED_DIGEST_BYTES])
{
    static const char hex[] = "0123456789abcdef";
    unsigned char bytes[32];
    size_t len = strlen(algorithm), want = strcmp(algorithm, "sha1:") == 0 ? 20 : 32, got;
    if (!base64_decode(base64, bytes, want, &got) || got != want)
        return (struct str){ 0 };
    memcpy(out, algorithm, len);
    for (size_t i = 0; i < got; i++) {
        out[len++] = hex[bytes[i] >> 4];
        out[len++] = hex[bytes[i] & 15];
    }
    return str_make(out, len);
}

/* ---- reading -------------------------------------------------------------------------------------------------------------- */

void catalog_list_open(struct catalog_list_cursor *cursor, const struct catalog_file_list *list)
{
    *cursor = (struct catalog_list_cursor){ .rest = list->lines, .flags = list->flags };
}

/* The text up to the next tab, which is passed. */
static struct str take_field(struct str *rest)
{
    struct str field = { rest->ptr, 0 };
    while (field.len < rest->len && field.ptr[field.len] != '\t')
        field.len++;
    *rest = str_skip(*rest, field.len + 1);
    return field;
}

static void read_mode(struct str text, struct catalog_listed *out)
{
    while (text.len && text.ptr[0] > '7') {
        for (size_t i = 0; i < ARRAY_LEN(letters); i++)
            if (letters[i].letter == text.ptr[0])
                out->flags |= letters[i].flag;
        text = str_skip(text, 1);
    }
    out->has_permissions = text.len > 0;
    for (size_t i = 0; i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '7'; i++)
        out->mode = out->mode << 3 | (uint32_t)(text.ptr[i] - '0');
}

bool catalog_list_next(struct catalog_list_cursor *cursor, struct catalog_listed *out)
{
    while (cursor->rest.len) {
        const char *end = memchr(cursor->rest.ptr, '\n', cursor->rest.len);
        struct str line = { cursor->rest.ptr, end ? (size_t)(end - cursor->rest.ptr) : cursor->rest.len };
        cursor->rest = str_skip(cursor->rest, line.len + 1);
        if (line.len == 0)
            continue;
        if (line.ptr[line.len - 1] == '/') {
            cursor->folder = str_head(line, line.len - 1);
            cursor->folder_count++;
            continue;
        }
        *out = (struct catalog_listed){ .folder = cursor->folder, .name = line, .flags = cursor->flags };
        if (memchr(line.ptr, '\t', line.len)) {
            read_mode(take_field(&out->name), out);
            out->has_size = str_u64(take_field(&out->name), &out->size_bytes);
            out->digest = take_field(&out->name);
            out->target = take_field(&out->name);
        }
        if (out->flags & LISTED_REGULAR)
            out->mode |= MODE_REGULAR;
        return true;
    }
    return false;
}
