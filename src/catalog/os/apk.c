/* Alpine's package database, lib/apk/db/installed (usr/lib/apk/db/installed since apk-tools 3): lines of one letter, a colon
 * and a value, records parted by empty lines. Letters (apk-package(5), "installed database"): P name, V version, A
 * architecture, o origin (source package), m maintainer, L licence, p what it provides, D what it needs; F a folder, R a file
 * in the last folder, a its owner and mode, Z its digest. */
#include "catalog/headers.h"
#include "catalog/kinds.h"

struct record {
    struct str name, version, arch, origin, maintainer, licence, provides, depends;
    size_t start;
    bool damaged;
};

struct reader {
    const struct catalog_file *file;
    struct catalog_facts *facts;
    struct map seen; /* names of packages that are in the facts */
    struct catalog_damage damage;
    struct catalog_list_writer writer; /* of the files of the record at hand */
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
    case 'D': return &record->depends;
    default: return NULL;
    }
}

/* "so:libc.musl-x86_64.so.1 zlib>=1.2 !busybox-old": the names, one a line; what it must not meet is left out. */
static struct str needed_names(struct arena *arena, struct str depends)
{
    char *names = arena_alloc(arena, depends.len + 1), *to = names;
    struct str item;
    while (names && str_next(&depends, ' ', &item)) {
        size_t n = 0;
        while (n < item.len && !strchr("<>=~@", item.ptr[n]))
            n++;
        if (n == 0 || item.ptr[0] == '!')
            continue;
        if (to != names)
            *to++ = '\n';
        memcpy(to, item.ptr, n);
        to += n;
    }
    return str_make(names, (size_t)(to - names));
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
    package->depends = needed_names(facts->arena, header_value_ok(record->depends) ? record->depends : STR(""));
    package->offset = record->start;
    package->length = end - record->start;
    return !facts->arena->exhausted;
}

static bool end_list(struct reader *reader, const struct record *record)
{
    struct catalog_file_list list = { .kind = &catalog_apk_kind,
                                      .package = record->name,
                                      .version = record->version,
                                      .arch = record->arch,
                                      .path = reader->file->path };
    return catalog_list_end(&reader->writer, reader->facts, list);
}

/* apk has one record a name; of several the first stands. */
static bool end_record(struct reader *reader, const struct record *record, size_t end)
{
    if (record->name.len && record->version.len && !record->damaged && !map_get(&reader->seen, record->name, NULL))
        return map_put(&reader->seen, record->name, 1) && add_package(reader, record, end) && end_list(reader, record);
    catalog_list_clear(&reader->writer);
    if (!record->name.len || !record->version.len || record->damaged)
        catalog_damage_add(&reader->damage.nameless, &reader->damage.nameless_at, record->start);
    return true;
}

/* ---- files ------------------------------------------------------------------------------------------------------------- */

/* Of a file stand first its name, then what differs from root's own with 0644, then the digest ("Q1" and a SHA-1 in base64, or
 * "Q2" and a SHA-256). Files and links are not told apart, but links alone have all bits of the mode. apk keeps what is
 * changed below etc/ (protected paths). */
struct listing {
    struct str folder, name;
    uint32_t permissions;
    char digest_text[LISTED_DIGEST_BYTES];
    struct str digest;
};

static void end_file(struct reader *reader, struct listing *listing)
{
    if (listing->name.len == 0)
        return;
    struct catalog_listed details = { .mode = listing->permissions | (listing->permissions == 0777 ? 0 : MODE_REGULAR),
                                      .has_permissions = true,
                                      .digest = listing->digest };
    if (str_is(listing->folder, "etc") || str_starts(listing->folder, "etc/"))
        details.flags |= LISTED_CONFIG;
    catalog_list_put(&reader->writer, listing->folder, listing->name, &details);
    listing->name = (struct str){ 0 };
}

static void read_file_line(struct reader *reader, struct listing *listing, char letter, struct str value)
{
    struct str part;
    switch (letter) {
    case 'F':
        end_file(reader, listing);
        *listing = (struct listing){ .folder = value };
        break;
    case 'R':
        end_file(reader, listing);
        *listing = (struct listing){ .folder = listing->folder, .name = value, .permissions = 0644 };
        break;
    case 'a': /* user:group:mode, perhaps with a digest of extended attributes behind */
        str_cut(value, ':', &part, &value);
        str_cut(value, ':', &part, &value);
        if (value.len)
            listing->permissions = catalog_list_permissions(value);
        break;
    case 'Z':
        if (reader->file->wants_digests && str_starts(value, "Q1"))
            listing->digest = catalog_list_digest("sha1:", str_skip(value, 2), listing->digest_text);
        if (reader->file->wants_digests && str_starts(value, "Q2"))
            listing->digest = catalog_list_digest("sha256:", str_skip(value, 2), listing->digest_text);
        break;
    default: break;
    }
}

/* ---- the whole --------------------------------------------------------------------------------------------------------- */

static bool read_records(struct reader *reader)
{
    struct record record = { 0 };
    struct listing listing = { 0 };
    struct str text = reader->file->text, rest = text, line;
    bool inside = false;
    while (rest.len) {
        size_t at = text.len - rest.len;
        str_line(&rest, &line);
        if (line.len == 0) {
            end_file(reader, &listing);
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
            listing = (struct listing){ 0 };
        }
        inside = true;
        struct str value = str_skip(line, 2), *field = field_of(&record, line.ptr[0]);
        if (field) {
            *field = str_trim(value);
            record.damaged |= field != &record.provides && field != &record.depends && !header_value_ok(*field);
        } else {
            read_file_line(reader, &listing, line.ptr[0], value);
        }
    }
    end_file(reader, &listing);
    return !inside || end_record(reader, &record, text.len);
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct reader reader = { .file = file, .facts = facts };
    map_init(&reader.seen, file->scratch);
    catalog_list_begin(&reader.writer);
    bool ok = read_records(&reader);
    catalog_list_drop(&reader.writer);
    return ok && catalog_damage_warn(facts, file->path, &reader.damage);
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
