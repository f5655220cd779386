/* From a header to a package: names and versions as rpm -qa prints them. */
#include "catalog/os/rpm.h"

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
    if (!package)
        return false;
    rpm_needs_add(db, &header, package->name);
    return rpm_files_add(db, &header, package);
}
