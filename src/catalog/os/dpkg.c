/* Debian's package database: var/lib/dpkg/status, and status.d/ of images that were assembled without dpkg (one file a
 * package, without a Status field). Format: deb822(5); fields and states: deb-control(5), dpkg(1) "Package states". */
#include "catalog/os/dpkg.h"
#include "catalog/headers.h"
#include "catalog/kinds.h"

struct record {
    struct str package, version, architecture, source, status, maintainer;
    struct str depends, pre_depends, provides, licence; /* the licence: of opkg's packages */
    struct str conffiles;                               /* the lines that continue the field */
    size_t start;
    bool damaged; /* a field above has bytes that no control file has */
};

struct reader {
    const struct catalog_file *file;
    struct catalog_facts *facts;
    struct map seen; /* "name:arch" to index in facts->packages */
    struct catalog_list_writer writer;
    struct catalog_damage damage;
    struct buf names; /* of packages that the one at hand needs or provides */
};

static struct str *field_of(struct record *record, struct str name)
{
    const struct {
        const char *name;
        struct str *value;
    } fields[] = {
        { "Package", &record->package }, { "Status", &record->status },           { "Version", &record->version },
        { "Source", &record->source },   { "Maintainer", &record->maintainer },   { "Architecture", &record->architecture },
        { "Depends", &record->depends }, { "Pre-Depends", &record->pre_depends }, { "Provides", &record->provides },
        { "License", &record->licence },
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
    return catalog_add_package(reader->facts, reader->file->kind, reader->file->path);
}

static bool add_relations(struct reader *reader, const struct record *record, struct package *package)
{
    struct arena *arena = reader->facts->arena;
    buf_clear(&reader->names);
    depends_put(&reader->names, record->pre_depends);
    depends_put(&reader->names, record->depends);
    package->depends = arena_str(arena, buf_view(&reader->names));
    buf_clear(&reader->names);
    depends_put_provides(&reader->names, record->provides);
    package->provides = arena_str(arena, buf_view(&reader->names));
    return !arena->exhausted;
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
    package->licence = catalog_text(reader->facts, header_value_ok(record->licence) ? record->licence : STR(""), last->licence);
    return add_relations(reader, record, package);
}

/* Takes a word of dpkg's from the end of a line. */
static bool take_word(struct str *line, const char *word)
{
    if (!str_ends(*line, word))
        return false;
    *line = str_head(*line, line->len - strlen(word));
    return true;
}

/* " /etc/bash.bashrc 89269e1298235f1b12b4c16e4065ad0d", perhaps with a word behind; "newconffile" in place of the digest is a
 * file that was never installed. */
static bool list_conffiles(struct reader *reader, const struct record *record)
{
    enum { MD5_DIGITS = 32 };
    char digest[4 + MD5_DIGITS] = "md5:";
    struct catalog_list_writer *writer = &reader->writer;
    struct str rest = record->conffiles, line;
    size_t space;
    while (str_line(&rest, &line)) {
        struct catalog_listed details = { .flags = LISTED_CONFIG };
        line = str_trim(line);
        while (take_word(&line, " remove-on-upgrade") || take_word(&line, " obsolete"))
            ;
        if (str_ends(line, " newconffile"))
            details.flags |= LISTED_OPTIONAL;
        if (!str_rfind(line, ' ', &space))
            continue;
        if (reader->file->wants_digests && line.len - space - 1 == MD5_DIGITS) {
            memcpy(digest + 4, line.ptr + space + 1, MD5_DIGITS);
            details.digest = str_make(digest, sizeof digest);
        }
        catalog_list_put_path(writer, str_head(line, space), &details);
    }
    struct catalog_file_list list = { .kind = reader->file->kind,
                                      .package = record->package,
                                      .version = record->version,
                                      .arch = record->architecture,
                                      .path = reader->file->path,
                                      .flags = LISTED_REGULAR };
    return catalog_list_end(writer, reader->facts, list);
}

static bool end_record(struct reader *reader, const struct record *record, size_t end)
{
    if (!is_installed(record->status))
        return true;
    if (record->package.len && record->version.len && !record->damaged)
        return add_package(reader, record, end) && list_conffiles(reader, record);
    catalog_damage_add(&reader->damage.nameless, &reader->damage.nameless_at, record->start);
    return true;
}

static bool read_records(struct reader *reader)
{
    struct header_cursor cursor = { .text = reader->file->text };
    struct record record = { 0 };
    bool inside = false, in_conffiles = false;
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
        in_conffiles = line == HEADER_FIELD ? str_eq_nocase(name, STR("Conffiles")) : in_conffiles;
        if (in_conffiles)
            record.conffiles = line == HEADER_FIELD ? str_make(cursor.text.ptr + cursor.pos, 0)
                                                    : str_make(record.conffiles.ptr,
                                                               (size_t)(cursor.text.ptr + cursor.pos - record.conffiles.ptr));
        struct str *field = line == HEADER_FIELD ? field_of(&record, name) : NULL;
        if (field) {
            *field = value;
            record.damaged |= !header_value_ok(value);
        }
    }
}

bool dpkg_parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct reader reader = { .file = file, .facts = facts };
    map_init(&reader.seen, file->scratch);
    catalog_list_begin(&reader.writer);
    buf_init(&reader.names, 1u << 20);
    bool ok = read_records(&reader);
    catalog_list_drop(&reader.writer);
    buf_free(&reader.names);
    return ok && catalog_damage_warn(facts, file->path, &reader.damage);
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
    .parse = dpkg_parse,
    .settle = depends_settle,
};
