/* Alpine's package database, lib/apk/db/installed (usr/lib/apk/db/installed since apk-tools 3): lines of one letter, a colon
 * and a value, records parted by empty lines. Letters (apk-package(5), "installed database"): P name, V version, A
 * architecture, o origin (source package), m maintainer, L licence, p what it provides; F a folder and R a file in the last
 * folder. */
#include "catalog/headers.h"
#include "catalog/kinds.h"

struct record {
    struct str name, version, arch, origin, maintainer, licence, provides;
    size_t start;
    bool damaged;
};

struct reader {
    const struct catalog_file *file;
    struct catalog_facts *facts;
    struct map seen; /* names of packages that are in the facts */
    struct catalog_damage damage;
};

static struct str *field_of(struct record *record, char letter)
{
    switch (letter) {
    case 'P': return &record->name;
    case 'V': return &record->version;
    case 'A': return &record->arch;
    case 'o': return &record->origin;
    case 'm': return &record->maintainer;
    case 'L': return &record->licence;
    case 'p': return &record->provides;
    default: return NULL;
    }
}

static bool add_package(struct reader *reader, const struct record *record, size_t end)
{
    struct catalog_facts *facts = reader->facts;
    struct package *package = catalog_add_package(facts, &catalog_apk_kind, reader->file->path);
    if (!package)
        return false;
    const struct package *last = facts->package_count > 1 ? package - 1 : package;
    package->name = arena_str(facts->arena, record->name);
    package->version = arena_str(facts->arena, record->version);
    package->arch = catalog_text(facts, record->arch, last->arch);
    package->source_name = catalog_text(facts, record->origin, last->source_name);
    package->maintainer = catalog_text(facts, record->maintainer, last->maintainer);
    package->licence = catalog_text(facts, record->licence, last->licence);
    package->provides = arena_str(facts->arena, header_value_ok(record->provides) ? record->provides : STR(""));
    package->offset = record->start;
    package->length = end - record->start;
    return !facts->arena->exhausted;
}

/* apk has one record a name; of several the first stands. */
static bool end_record(struct reader *reader, const struct record *record, size_t end)
{
    if (!record->name.len || !record->version.len || record->damaged) {
        catalog_damage_add(&reader->damage.nameless, &reader->damage.nameless_at, record->start);
        return true;
    }
    if (map_get(&reader->seen, record->name, NULL))
        return true;
    return map_put(&reader->seen, record->name, 1) && add_package(reader, record, end);
}

static bool own_file(struct reader *reader, struct str package, struct str folder, struct str name)
{
    char path[4096];
    size_t slash = folder.len ? 1 : 0;
    if (!package.len || !name.len || folder.len >= sizeof path || name.len >= sizeof path - folder.len - slash)
        return true;
    memcpy(path, folder.ptr ? folder.ptr : "", folder.len);
    path[folder.len] = '/';
    memcpy(path + folder.len + slash, name.ptr, name.len);
    return catalog_own_language_file(reader->facts, &catalog_apk_kind, package, str_make(path, folder.len + slash + name.len));
}

static bool read_records(struct reader *reader)
{
    struct record record = { 0 };
    struct str text = reader->file->text, rest = text, line, folder = { 0 };
    bool inside = false;
    while (rest.len) {
        size_t at = text.len - rest.len;
        str_line(&rest, &line);
        if (line.len == 0) {
            if (inside && !end_record(reader, &record, at))
                return false;
            inside = false;
            continue;
        }
        if (line.len < 2 || line.ptr[1] != ':') {
            catalog_damage_add(&reader->damage.junk, &reader->damage.junk_at, at);
            continue;
        }
        if (!inside) {
            record = (struct record){ .start = at };
            folder = (struct str){ 0 };
        }
        inside = true;
        struct str value = str_skip(line, 2), *field = field_of(&record, line.ptr[0]);
        if (field) {
            *field = str_trim(value);
            record.damaged |= field != &record.provides && !header_value_ok(*field);
        } else if (line.ptr[0] == 'F') {
            folder = value;
        } else if (line.ptr[0] == 'R' && !own_file(reader, record.name, folder, value)) {
            return false;
        }
    }
    return !inside || end_record(reader, &record, text.len);
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct reader reader = { .file = file, .facts = facts };
    map_init(&reader.seen, file->scratch);
    if (!read_records(&reader))
        return false;
    return catalog_damage_warn(facts, file->path, &reader.damage);
}

static const struct catalog_claim claims[] = {
    { "lib/apk/db/installed", NULL },
    { "usr/lib/apk/db/installed", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_apk_kind = {
    .name = "apk",
    .is_os = true,
    .scheme = "apk",
    .purl_type = "apk",
    .claims = claims,
    .max_bytes = 64u << 20, /* it lists every file: 1,000 packages have some 20 MiB */
    .parse = parse,
};
