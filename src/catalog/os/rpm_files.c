/* The list of a package's files from its header: base names with indices of folders, and what rpm -V compares: modes, sizes,
 * digests, targets of links (rpm's doc/manual/tags.md, "File information"; flags and states: rpmfiles.h, rpmfi.h). */
#include "catalog/os/rpm.h"

/* Folders in one package; those of real ones number in the ten thousands. */
enum { MAX_DIRS = 1 << 20 };

enum { FLAG_CONFIG = 1, FLAG_DOC = 2, FLAG_MISSINGOK = 8, FLAG_GHOST = 64, FLAG_LICENSE = 128, FLAG_ARTIFACT = 1 << 12 };
enum { STATE_NORMAL, STATE_REPLACED };
enum { VERIFY_DIGEST = 1, VERIFY_SIZE = 2, VERIFY_TARGET = 4, VERIFY_MODE = 64 };

/* Arrays are parallel, one value a file; those that are absent or of another length have count 0. */
struct files {
    struct rpm_array bases, dir_indexes;
    struct rpm_array modes, sizes, long_sizes, states, flags, verify;
    struct rpm_array digests, targets; /* cursors */
    const struct str *dirs;
    uint32_t dir_count;
    const char *algorithm; /* NULL: none that is known */
};

static struct rpm_array parallel(const struct rpm_header *header, enum rpm_tag tag, size_t width_bytes, uint32_t count)
{
    struct rpm_array array = { 0 };
    enum rpm_found found =
        width_bytes ? rpm_header_numbers(header, tag, width_bytes, &array) : rpm_header_texts(header, tag, &array);
    return found == RPM_FOUND && array.count == count ? array : (struct rpm_array){ 0 };
}

static const char *algorithm_of(const struct rpm_header *header)
{
    static const char *const names[] = { [1] = "md5:", [2] = "sha1:", [8] = "sha256:", [9] = "sha384:", [10] = "sha512:" };
    uint32_t number = 1; /* RFC 4880, section 9.4; absent: MD5 */
    rpm_header_u32(header, RPM_TAG_FILEDIGESTALGO, &number);
    return number < ARRAY_LEN(names) ? names[number] : NULL;
}

static bool open_files(const struct rpm_header *header, bool wants_digests, struct arena *scratch, struct files *out)
{
    struct rpm_array dirs;
    if (rpm_header_texts(header, RPM_TAG_BASENAMES, &out->bases) != RPM_FOUND ||
        rpm_header_texts(header, RPM_TAG_DIRNAMES, &dirs) != RPM_FOUND ||
        rpm_header_numbers(header, RPM_TAG_DIRINDEXES, 4, &out->dir_indexes) != RPM_FOUND)
        return false;
    uint32_t count = out->bases.count;
    if (dirs.count > MAX_DIRS || count != out->dir_indexes.count)
        return false;
    struct str *items = arena_array(scratch, dirs.count, sizeof *items);
    if (!items)
        return false;
    out->dir_count = dirs.count;
    for (uint32_t i = 0; i < out->dir_count; i++) {
        if (!rpm_array_text(&dirs, &items[i]))
            return false;
        while (items[i].len && items[i].ptr[0] == '/')
            items[i] = str_skip(items[i], 1);
        while (items[i].len && items[i].ptr[items[i].len - 1] == '/')
            items[i] = str_head(items[i], items[i].len - 1);
    }
    out->dirs = items;
    out->modes = parallel(header, RPM_TAG_FILEMODES, 2, count);
    out->sizes = parallel(header, RPM_TAG_FILESIZES, 4, count);
    out->long_sizes = parallel(header, RPM_TAG_LONGFILESIZES, 8, count);
    out->states = parallel(header, RPM_TAG_FILESTATES, 1, count);
    out->flags = parallel(header, RPM_TAG_FILEFLAGS, 4, count);
    out->verify = parallel(header, RPM_TAG_FILEVERIFYFLAGS, 4, count);
    out->targets = parallel(header, RPM_TAG_FILELINKTOS, 0, count);
    if (wants_digests && (out->algorithm = algorithm_of(header)))
        out->digests = parallel(header, RPM_TAG_FILEDIGESTS, 0, count);
    return true;
}

static uint32_t number_at(const struct rpm_array *array, uint32_t i, uint32_t absent)
{
    return array->count ? be32(array->rest.ptr + (size_t)i * 4) : absent;
}

static void take_size(const struct files *files, uint32_t i, struct catalog_listed *out)
{
    const char *wide = files->long_sizes.rest.ptr;
    out->has_size = files->long_sizes.count || files->sizes.count;
    if (files->long_sizes.count)
        out->size_bytes = (uint64_t)be32(wide + (size_t)i * 8) << 32 | be32(wide + (size_t)i * 8 + 4);
    else
        out->size_bytes = number_at(&files->sizes, i, 0);
}

static void take_flags(uint32_t flags, struct catalog_listed *out)
{
    if (flags & FLAG_CONFIG)
        out->flags |= LISTED_CONFIG;
    if (flags & (FLAG_DOC | FLAG_LICENSE))
        out->flags |= LISTED_DOCUMENT;
    if (flags & (FLAG_GHOST | FLAG_MISSINGOK | FLAG_ARTIFACT))
        out->flags |= LISTED_OPTIONAL;
}

/* What is known of file i; of a ghost, which others make, and of one that another package's has replaced, nothing is. */
static void take_details(const struct files *files, uint32_t i, bool replaced, struct str digest, struct str target,
                         struct buf *text, struct catalog_listed *out)
{
    uint32_t verify = number_at(&files->verify, i, UINT32_MAX), flags = number_at(&files->flags, i, 0);
    const unsigned char *mode = (const unsigned char *)files->modes.rest.ptr;
    take_flags(flags, out);
    if (replaced || (flags & FLAG_GHOST)) {
        out->flags |= LISTED_OPTIONAL;
        return;
    }
    if (files->modes.count == 0)
        return;
    out->mode = (uint32_t)mode[(size_t)i * 2] << 8 | mode[(size_t)i * 2 + 1];
    out->has_permissions = (verify & VERIFY_MODE) != 0;
    uint32_t type = out->mode & MODE_TYPE;
    if (type == MODE_REGULAR && !out->has_permissions)
        out->flags |= LISTED_REGULAR;
    if (type == MODE_REGULAR && (verify & VERIFY_SIZE))
        take_size(files, i, out);
    if (type == MODE_REGULAR && digest.len && (verify & VERIFY_DIGEST)) {
        buf_clear(text);
        buf_text(text, files->algorithm);
        buf_str(text, digest);
        out->digest = buf_view(text);
    }
    if (type == MODE_LINK && (verify & VERIFY_TARGET))
        out->target = target;
}

/* False when an index is none of a folder's, or texts end early. */
static bool put_files(struct files *files, struct catalog_list_writer *writer, struct buf *text)
{
    uint32_t count = files->bases.count;
    for (uint32_t i = 0; i < count; i++) {
        struct catalog_listed details = { 0 };
        struct str base, digest = { 0 }, target = { 0 };
        uint32_t dir = number_at(&files->dir_indexes, i, 0);
        bool whole = rpm_array_text(&files->bases, &base) &&
                     (!files->digests.count || rpm_array_text(&files->digests, &digest)) &&
                     (!files->targets.count || rpm_array_text(&files->targets, &target));
        if (!whole || dir >= files->dir_count)
            return false;
        char state = files->states.count ? files->states.rest.ptr[i] : STATE_NORMAL;
        if (state != STATE_NORMAL && state != STATE_REPLACED) /* left out on installation: documentation, languages */
            continue;
        take_details(files, i, state == STATE_REPLACED, digest, target, text, &details);
        if ((details.mode & MODE_TYPE) != MODE_FOLDER)
            catalog_list_put(writer, files->dirs[dir], base, &details);
    }
    return true;
}

bool rpm_files_add(struct rpm_db *db, const struct rpm_header *header, const struct package *package)
{
    struct rpm_array any;
    struct files files = { 0 };
    struct catalog_list_writer writer;
    struct buf text;
    if (rpm_header_texts(header, RPM_TAG_BASENAMES, &any) == RPM_ABSENT) /* a package without files */
        return true;
    struct arena_mark mark = arena_mark(db->file->scratch);
    buf_init(&text, 256);
    catalog_list_begin(&writer);
    if (!open_files(header, db->file->wants_digests, db->file->scratch, &files) || !put_files(&files, &writer, &text))
        rpm_damage(db, "%.*s: its list of files is damaged", STR_ARG(package->name));
    struct catalog_file_list list = { .kind = db->file->kind,
                                      .package = package->name,
                                      .version = package->version,
                                      .arch = package->arch,
                                      .path = db->file->path };
    bool ok = catalog_list_end(&writer, db->facts, list);
    catalog_list_drop(&writer);
    buf_free(&text);
    arena_reset(db->file->scratch, mark);
    return ok;
}
