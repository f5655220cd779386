/* Debian's package database: var/lib/dpkg/status, and status.d/ of images that were assembled without dpkg (one file a
 * package, without a Status field). Format: deb822(5); fields and states: deb-control(5), dpkg(1) "Package states". */
#include "catalog/headers.h"
#include "catalog/kinds.h"

struct record {
    struct str package, version, architecture, source, status, maintainer;
    size_t start;
    bool damaged; /* a field above has bytes that no control file has */
};

struct reader {
    const struct catalog_file *file;
    struct catalog_facts *facts;
    struct map seen; /* "name:arch" to index in facts->packages */
    struct catalog_damage damage;
};

static struct str *field_of(struct record *record, struct str name)
{
    const struct {
        const char *name;
        struct str *value;
    } fields[] = {
        { "Package", &record->package }, { "Status", &record->status },         { "Version", &record->version },
        { "Source", &record->source },   { "Maintainer", &record->maintainer }, { "Architecture", &record->architecture },
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (str_eq_nocase(name, str_from(fields[i].name)))
            return fields[i].value;
    return NULL;
}

/* The third word of "want flag state" tells what is on disk: a package that is only half configured, or that is marked for
 * removal but still there, has its files; one in the states below has none (config-files: only its configuration). */
static bool is_installed(struct str status)
{
    struct str want, flag, state, rest;
    if (status.len == 0)
        return true;
    str_cut(status, ' ', &want, &rest);
    str_cut(str_trim(rest), ' ', &flag, &state);
    state = str_trim(state);
    return !str_is(state, "not-installed") && !str_is(state, "config-files");
}

/* "glibc (2.36-9)", or "glibc" where the source package has the version of the binary one (deb-control(5), Source). */
static void split_source(struct str source, struct str *name, struct str *version)
{
    str_cut(source, ' ', name, version);
    *version = str_trim(*version);
    if (version->len >= 2 && version->ptr[0] == '(' && version->ptr[version->len - 1] == ')')
        *version = str_trim(str_make(version->ptr + 1, version->len - 2));
}

/* One package may be listed again (a status file that tools have appended to): as in dpkg, the last record stands. */
static struct package *place_for(struct reader *reader, const struct record *record)
{
    struct str key = arena_printf(reader->file->scratch, "%.*s:%.*s", STR_ARG(record->package), STR_ARG(record->architecture));
    uint64_t index;
    if (!key.ptr)
        return NULL;
    if (map_get(&reader->seen, key, &index))
        return &reader->facts->packages[index];
    if (!map_put(&reader->seen, key, reader->facts->package_count))
        return NULL;
    return catalog_add_package(reader->facts, &catalog_dpkg_kind, reader->file->path);
}

static bool add_package(struct reader *reader, const struct record *record, size_t end)
{
    struct package *package = place_for(reader, record);
    if (!package)
        return false;
    const struct package *last = package > reader->facts->packages ? package - 1 : package;
    struct str source, source_version;
    split_source(record->source, &source, &source_version);
    package->name = arena_str(reader->facts->arena, record->package);
    package->version = arena_str(reader->facts->arena, record->version);
    package->arch = catalog_text(reader->facts, record->architecture, last->arch);
    package->maintainer = catalog_text(reader->facts, record->maintainer, last->maintainer);
    package->source_name = catalog_text(reader->facts, source, last->source_name);
    package->source_version = catalog_text(reader->facts, source_version, last->source_version);
    package->offset = record->start;
    package->length = end - record->start;
    return !reader->facts->arena->exhausted;
}

static bool end_record(struct reader *reader, const struct record *record, size_t end)
{
    if (!is_installed(record->status))
        return true;
    if (record->package.len && record->version.len && !record->damaged)
        return add_package(reader, record, end);
    catalog_damage_add(&reader->damage.nameless, &reader->damage.nameless_at, record->start);
    return true;
}

static bool read_records(struct reader *reader)
{
    struct header_cursor cursor = { .text = reader->file->text };
    struct record record = { 0 };
    bool inside = false;
    for (;;) {
        struct str name, value;
        size_t at = cursor.pos;
        enum header_line line = header_next(&cursor, &name, &value);
        if (line == HEADER_END || line == HEADER_BLANK) {
            if (inside && !end_record(reader, &record, at))
                return false;
            inside = false;
            if (line == HEADER_END)
                return true;
            continue;
        }
        if (line == HEADER_JUNK || (line == HEADER_FOLDED && !inside)) {
            catalog_damage_add(&reader->damage.junk, &reader->damage.junk_at, at);
            continue;
        }
        if (!inside)
            record = (struct record){ .start = at };
        inside = true;
        struct str *field = line == HEADER_FIELD ? field_of(&record, name) : NULL;
        if (field) {
            *field = value;
            record.damaged |= !header_value_ok(value);
        }
    }
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
    { "var/lib/dpkg/status", NULL },
    { "var/lib/dpkg/status.d/*", ".md5sums" },
    { NULL, NULL },
};

const struct catalog_kind catalog_dpkg_kind = {
    .name = "dpkg",
    .is_os = true,
    .scheme = "dpkg",
    .purl_type = "deb",
    .claims = claims,
    .max_bytes = 64u << 20, /* a desktop with 5,000 packages has 6 MiB */
    .parse = parse,
};
