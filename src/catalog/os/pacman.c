/* Arch Linux and its kin: var/lib/pacman/local/NAME-VERSION/desc, one folder a package (libalpm's local database). A line
 * "%KEY%", the values a line each, an empty line. What the package installed stands in `files` beside it, in the same form. */
#include "catalog/headers.h"
#include "catalog/kinds.h"

enum { MAX_LIST_BYTES = 1u << 20 };

/* Takes the lines of a section, up to the next empty one. */
static bool next_value(struct str *rest, struct str *value)
{
    return str_line(rest, value) && value->len > 0;
}

static bool is_key(struct str line)
{
    return line.len > 2 && line.ptr[0] == '%' && line.ptr[line.len - 1] == '%';
}

/* ---- desc ------------------------------------------------------------------------------------------------------------------------ */

struct record {
    struct str name, version, base, arch, packager;
    struct buf licences, depends, provides;
    bool damaged;
};

static struct str *field_of(struct record *record, struct str key)
{
    return str_is(key, "%NAME%")       ? &record->name
           : str_is(key, "%VERSION%")  ? &record->version
           : str_is(key, "%BASE%")     ? &record->base
           : str_is(key, "%ARCH%")     ? &record->arch
           : str_is(key, "%PACKAGER%") ? &record->packager
                                       : NULL;
}

/* "glibc>=2.38", "libreadline.so=8-64", "sh": the name. */
static struct str needed_name(struct str value)
{
    size_t n = 0;
    while (n < value.len && !strchr("<>=: ", value.ptr[n]))
        n++;
    return str_head(value, n);
}

static void take_section(struct record *record, struct str key, struct str *rest)
{
    struct str value, *field = field_of(record, key);
    for (bool first = true; next_value(rest, &value); first = false) {
        value = str_trim(value);
        if (field && first) {
            *field = value;
            record->damaged |= !header_value_ok(value);
        } else if (!header_value_ok(value)) {
            continue;
        } else if (str_is(key, "%LICENSE%")) {
            catalog_put_item(&record->licences, value);
        } else if (str_is(key, "%DEPENDS%")) {
            catalog_put_item(&record->depends, needed_name(value));
        } else if (str_is(key, "%PROVIDES%")) {
            if (record->provides.len)
                buf_chr(&record->provides, ' ');
            buf_str(&record->provides, value);
        }
    }
}

static bool add_package(const struct catalog_file *file, struct catalog_facts *facts, const struct record *record)
{
    if (!record->name.len || !record->version.len || record->damaged)
        return catalog_warn(facts, file->path, true, "a pacman package without a name or a version");
    struct package *package = catalog_add_package(facts, &catalog_pacman_kind, file->path);
    if (!package)
        return false;
    package->name = arena_str(facts->arena, record->name);
    package->version = arena_str(facts->arena, record->version);
    package->arch = arena_str(facts->arena, record->arch);
    package->maintainer = arena_str(facts->arena, record->packager);
    package->licence = arena_str(facts->arena, buf_view(&record->licences));
    package->depends = arena_str(facts->arena, buf_view(&record->depends));
    package->provides = arena_str(facts->arena, buf_view(&record->provides));
    if (!str_eq(record->base, record->name))
        package->source_name = arena_str(facts->arena, record->base);
    return !facts->arena->exhausted;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct record record = { 0 };
    struct str rest = file->text, line;
    buf_init(&record.licences, MAX_LIST_BYTES);
    buf_init(&record.depends, MAX_LIST_BYTES);
    buf_init(&record.provides, MAX_LIST_BYTES);
    while (str_line(&rest, &line))
        if (is_key(line))
            take_section(&record, line, &rest);
    bool ok = add_package(file, facts, &record);
    buf_free(&record.licences);
    buf_free(&record.depends);
    buf_free(&record.provides);
    return ok;
}

static const struct catalog_claim claims[] = {
    { "var/lib/pacman/local/*/desc", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_pacman_kind = {
    .name = "pacman",
    .is_os = true,
    .scheme = "pacman",
    .purl_type = "alpm",
    .claims = claims,
    .max_bytes = 4u << 20, /* the longest, with hundreds of optional dependencies, have some 20 KiB */
    .parse = parse,
};

/* ---- files ----------------------------------------------------------------------------------------------------------------------- */

/* "NAME-VERSION-RELEASE": neither version nor release has a dash. */
static bool split_folder(struct str folder, struct str *name, struct str *version)
{
    size_t dash;
    if (!str_rfind(folder, '-', &dash) || !str_rfind(str_head(folder, dash), '-', &dash))
        return false;
    *name = str_head(folder, dash);
    *version = str_skip(folder, dash + 1);
    return name->len && version->len;
}

/* %FILES% has folders too, with a slash behind them. %BACKUP% says which of them are configuration, but stands behind. */
static bool parse_files(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct catalog_file_list list = { .kind = &catalog_pacman_kind, .path = file->path };
    struct catalog_list_writer writer;
    struct str rest = file->text, line, value;
    struct map backups;
    if (!split_folder(path_base(path_dir(file->path)), &list.package, &list.version))
        return true;
    map_init(&backups, file->scratch);
    while (str_line(&rest, &line))
        if (str_is(line, "%BACKUP%"))
            while (next_value(&rest, &line)) {
                struct str path, digest;
                str_cut(line, '\t', &path, &digest);
                if (!map_put(&backups, path, 1))
                    return false;
            }
    catalog_list_begin(&writer);
    rest = file->text;
    while (str_line(&rest, &line))
        if (str_is(line, "%FILES%"))
            while (next_value(&rest, &value)) {
                struct catalog_listed details = { .flags = map_get(&backups, value, NULL) ? LISTED_CONFIG : 0 };
                if (value.ptr[value.len - 1] != '/')
                    catalog_list_put_path(&writer, value, &details);
            }
    bool ok = catalog_list_end(&writer, facts, list);
    catalog_list_drop(&writer);
    return ok;
}

static const struct catalog_claim file_claims[] = {
    { "var/lib/pacman/local/*/files", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_pacman_files_kind = {
    .name = "pacman-files",
    .is_os = true,
    .is_facts_only = true,
    .claims = file_claims,
    .max_bytes = 64u << 20, /* fonts of TeX have 10 MiB */
    .parse = parse_files,
};
