/* From a header to a package: names and versions as rpm -qa prints them, and which files of language packages it owns. */
#include "catalog/os/rpm.h"

/* Directories in one package; those of real ones number in the ten thousands. */
enum { MAX_DIRS = 1 << 20, MAX_PATH_BYTES = 4096 };

/* Takes the tags; false when one that is needed is absent or damaged. Others that are damaged are noted. */
static bool take_fields(struct rpm_db *db, const struct rpm_header *header, struct rpm_fields *out)
{
    const struct {
        enum rpm_tag tag;
        struct str *to;
        bool needed;
        const char *name;
    } rows[] = {
        { RPM_TAG_NAME, &out->name, true, "NAME" },           { RPM_TAG_VERSION, &out->version, true, "VERSION" },
        { RPM_TAG_RELEASE, &out->release, true, "RELEASE" },  { RPM_TAG_ARCH, &out->arch, false, "ARCH" },
        { RPM_TAG_VENDOR, &out->vendor, false, "VENDOR" },    { RPM_TAG_SOURCERPM, &out->source_rpm, false, "SOURCERPM" },
        { RPM_TAG_LICENSE, &out->licence, false, "LICENSE" }, { RPM_TAG_MODULARITYLABEL, &out->module, false, "MODULARITYLABEL" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        enum rpm_found found = rpm_header_text(header, rows[i].tag, rows[i].to);
        bool missing = rows[i].needed && (found == RPM_ABSENT || rows[i].to->len == 0);
        if (found == RPM_DAMAGED || missing)
            rpm_damage(db, "a header's tag %s is %s", rows[i].name, found == RPM_DAMAGED ? "damaged" : "missing");
        if (missing || (rows[i].needed && found == RPM_DAMAGED))
            return false;
    }
    if (rpm_header_u32(header, RPM_TAG_EPOCH, &out->epoch) == RPM_DAMAGED)
        rpm_damage(db, "%.*s: its tag EPOCH is damaged", STR_ARG(out->name));
    return true;
}

/* rpm leaves out an epoch that is absent; one that is 0 orders the same and is left out too. */
static struct str full_version(struct arena *arena, uint32_t epoch, struct str version, struct str release)
{
    if (epoch)
        return arena_printf(arena, "%u:%.*s-%.*s", epoch, STR_ARG(version), STR_ARG(release));
    return arena_printf(arena, "%.*s-%.*s", STR_ARG(version), STR_ARG(release));
}

/* "glibc-2.34-60.el9.src.rpm": the name may have dashes, version and release have none. */
static bool split_source(struct str file, struct str *name, struct str *version, struct str *release)
{
    size_t dot, dash;
    if (!str_ends(file, ".rpm"))
        return false;
    file = str_head(file, file.len - strlen(".rpm"));
    if (!str_rfind(file, '.', &dot)) /* "src" or "nosrc" */
        return false;
    file = str_head(file, dot);
    if (!str_rfind(file, '-', &dash))
        return false;
    *release = str_skip(file, dash + 1);
    file = str_head(file, dash);
    if (!str_rfind(file, '-', &dash))
        return false;
    *version = str_skip(file, dash + 1);
    *name = str_head(file, dash);
    return name->len && version->len && release->len;
}

/* The file name of a source rpm has no epoch; a binary package's is taken to be its source's, which holds unless a
 * subpackage sets its own. Equal to the package itself: left empty. */
static bool set_source(struct arena *arena, const struct rpm_fields *f, struct package *package)
{
    struct str name, version, release;
    if (!split_source(f->source_rpm, &name, &version, &release))
        return true;
    if (!str_eq(name, f->name)) {
        package->source_name = arena_str(arena, name);
        if (!package->source_name.ptr)
            return false;
    }
    if (str_eq(version, f->version) && str_eq(release, f->release))
        return true;
    package->source_version = full_version(arena, f->epoch, version, release);
    return package->source_version.ptr;
}

static bool copy_text(struct arena *arena, struct str *to, struct str from)
{
    if (from.len == 0 || str_is(from, "(none)"))
        return true;
    *to = arena_str(arena, from);
    return to->ptr;
}

struct package *rpm_fields_add(const struct catalog_file *file, const struct rpm_fields *f, struct catalog_facts *facts)
{
    struct package *package = catalog_add_package(facts, file->kind, file->path);
    if (!package)
        return NULL;
    package->name = arena_str(facts->arena, f->name);
    package->version = full_version(facts->arena, f->epoch, f->version, f->release);
    bool ok = package->name.ptr && package->version.ptr && copy_text(facts->arena, &package->arch, f->arch) &&
              copy_text(facts->arena, &package->maintainer, f->vendor) &&
              copy_text(facts->arena, &package->licence, f->licence) && copy_text(facts->arena, &package->module, f->module) &&
              set_source(facts->arena, f, package);
    return ok ? package : NULL;
}

/* ---- files -------------------------------------------------------------------------------------------------------------- */

/* Files are stored as base names, each with the index of its directory. */
struct file_list {
    struct rpm_array bases, dir_indexes;
    const struct str *dirs;
    uint32_t dir_count;
};

static bool open_file_list(const struct rpm_header *header, struct arena *scratch, struct file_list *out)
{
    struct rpm_array dirs;
    if (rpm_header_texts(header, RPM_TAG_BASENAMES, &out->bases) != RPM_FOUND ||
        rpm_header_texts(header, RPM_TAG_DIRNAMES, &dirs) != RPM_FOUND ||
        rpm_header_numbers(header, RPM_TAG_DIRINDEXES, &out->dir_indexes) != RPM_FOUND)
        return false;
    if (dirs.count > MAX_DIRS || out->bases.count != out->dir_indexes.count)
        return false;
    struct str *items = arena_array(scratch, dirs.count, sizeof *items);
    if (!items)
        return false;
    out->dir_count = dirs.count;
    for (uint32_t i = 0; i < out->dir_count; i++)
        if (!rpm_array_text(&dirs, &items[i]))
            return false;
    out->dirs = items;
    return true;
}

static bool next_file(struct file_list *list, struct str *dir, struct str *base)
{
    if (!rpm_array_text(&list->bases, base))
        return false;
    uint32_t index = be32(list->dir_indexes.rest.ptr);
    list->dir_indexes.rest = str_skip(list->dir_indexes.rest, 4);
    if (index >= list->dir_count)
        return false;
    *dir = list->dirs[index];
    while (dir->len && dir->ptr[0] == '/')
        *dir = str_skip(*dir, 1);
    return true;
}

/* False when the arena of the facts is full. */
static bool add_owned(struct rpm_db *db, struct file_list *list, struct str package)
{
    char path[MAX_PATH_BYTES];
    struct str dir, base;
    uint32_t count = list->bases.count;
    for (uint32_t i = 0; i < count; i++) {
        if (!next_file(list, &dir, &base)) {
            rpm_damage(db, "%.*s: its list of files is damaged", STR_ARG(package));
            return true;
        }
        if (dir.len + base.len > sizeof path) /* longer than any path that can be opened */
            continue;
        if (dir.len)
            memcpy(path, dir.ptr, dir.len);
        if (base.len)
            memcpy(path + dir.len, base.ptr, base.len);
        if (!catalog_own_language_file(db->facts, db->file->kind, package, str_make(path, dir.len + base.len)))
            return false;
    }
    return true;
}

static bool add_files(struct rpm_db *db, const struct rpm_header *header, struct str package)
{
    struct rpm_array any;
    struct file_list list = { 0 };
    if (rpm_header_texts(header, RPM_TAG_BASENAMES, &any) == RPM_ABSENT) /* a package without files */
        return true;
    struct arena_mark mark = arena_mark(db->file->scratch);
    bool ok = true;
    if (open_file_list(header, db->file->scratch, &list))
        ok = add_owned(db, &list, package);
    else
        rpm_damage(db, "%.*s: its list of files is damaged", STR_ARG(package));
    arena_reset(db->file->scratch, mark);
    return ok;
}

bool rpm_package_add(struct rpm_db *db, struct str blob)
{
    struct rpm_header header;
    struct rpm_fields fields = { 0 };
    const char *problem = rpm_header_open(blob, &header);
    if (problem) {
        rpm_damage(db, "a header is damaged: %s", problem);
        return true;
    }
    if (!take_fields(db, &header, &fields))
        return true;
    db->package_count++;
    if (str_is(fields.name, "gpg-pubkey")) /* a key that packages are checked with, stored as if it were one */
        return true;
    const struct package *package = rpm_fields_add(db->file, &fields, db->facts);
    return package && add_files(db, &header, package->name);
}
