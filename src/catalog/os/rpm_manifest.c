/* The list of packages of Azure Linux's (CBL-Mariner's) distroless images, which have no rpm database: what
 * `rpm -qa --qf` printed when the image was made, one package a line, with ten fields between tabs: name, version-release,
 * times of installation and build, vendor, epoch or "(none)", size, arch, epoch as a number, source rpm. */
#include "catalog/os/rpm.h"

enum { FIELD_COUNT = 10 };
enum { NAME = 0, VERSION_RELEASE = 1, VENDOR = 4, ARCH = 7, EPOCH_NUMBER = 8, SOURCE_RPM = 9 };

static bool split_line(struct str line, struct rpm_fields *out)
{
    struct str fields[FIELD_COUNT], more;
    uint64_t epoch = 0;
    size_t dash;
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (!str_next(&line, '\t', &fields[i]))
            return false;
    if (str_next(&line, '\t', &more) || !str_rfind(fields[VERSION_RELEASE], '-', &dash))
        return false;
    if (!str_u64(fields[EPOCH_NUMBER], &epoch) || epoch > UINT32_MAX)
        return false;
    *out = (struct rpm_fields){
        .name = fields[NAME],
        .version = str_head(fields[VERSION_RELEASE], dash),
        .release = str_skip(fields[VERSION_RELEASE], dash + 1),
        .vendor = fields[VENDOR],
        .arch = fields[ARCH],
        .source_rpm = fields[SOURCE_RPM],
        .epoch = (uint32_t)epoch,
    };
    return out->name.len && out->version.len && out->release.len;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct str rest = file->text, line;
    uint64_t number = 0, damaged = 0, first_damaged = 0;
    while (str_line(&rest, &line)) {
        struct rpm_fields fields;
        number++;
        if (str_trim(line).len == 0)
            continue;
        if (!split_line(line, &fields)) {
            first_damaged = damaged++ ? first_damaged : number;
            continue;
        }
        struct package *package = rpm_fields_add(file, &fields, facts);
        if (!package)
            return false;
        package->offset = (uint64_t)(line.ptr - file->text.ptr);
        package->length = line.len;
    }
    if (damaged == 0)
        return true;
    return catalog_warn(facts, file->path, true, "rpm manifest: %llu lines are not packages; the first is line %llu",
                        (unsigned long long)damaged, (unsigned long long)first_damaged);
}

static const struct catalog_claim claims[] = {
    { "var/lib/rpmmanifest/container-manifest-2", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_rpm_manifest_kind = {
    .name = "rpm-manifest",
    .is_os = true,
    .scheme = "rpm",
    .purl_type = "rpm",
    .claims = claims,
    .max_bytes = 16u << 20,
    .parse = parse,
};
