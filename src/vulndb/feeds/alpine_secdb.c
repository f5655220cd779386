/* Security fixes of the apk distributions: Alpine's secdb (one YAML or JSON file a release and repository), and the files of the
 * same shape that Wolfi, Chainguard and MinimOS publish.
 *
 *     distroversion: v3.20            rolling distributions have none: their urlprefix or reponame tells which they are
 *     packages:
 *       - pkg:
 *           name: openssl
 *           secfixes:
 *             3.3.1-r1: [CVE-2024-5535, "CVE-2024-4741 (+ regression fix)"]
 *             "0":      [CVE-2023-0466]          never affected
 *
 * Packages are source packages ("origin"). An entry may hold several identifiers, older spellings of them, and words. */
#include "vulndb/feeds/feed.h"

struct secdb {
    struct vulndb_builder *builder;
    struct arena *arena; /* of one file */
    struct str path, release, repository, url_prefix;
    struct str space;
};

static const struct vulndb_source sources[] = {
    { STR_INIT("alpine"), STR_INIT("Alpine Secdb"), STR_INIT("https://security.alpinelinux.org/"), STR_INIT("") },
    { STR_INIT("wolfi"), STR_INIT("Wolfi Secdb"), STR_INIT("https://wolfi.dev/"), STR_INIT("") },
    { STR_INIT("chainguard"), STR_INIT("Chainguard Security Data"), STR_INIT("https://images.chainguard.dev/security"),
      STR_INIT("") },
    { STR_INIT("minimos"), STR_INIT("MinimOS Security Data"), STR_INIT("https://www.minimus.io/"), STR_INIT("") },
};

/* ---- which distribution ---------------------------------------------------------------------------------------------------- */

/* "v3.20" anywhere in the path, where the file itself does not say its release. */
static struct str release_in_path(struct str path)
{
    struct str part;
    while (path.len && str_next(&path, '/', &part))
        if (part.len > 1 && part.ptr[0] == 'v' && part.ptr[1] >= '0' && part.ptr[1] <= '9')
            return part;
    return STR("");
}

static const struct vulndb_source *find_source(struct secdb *db)
{
    struct str release = db->release.len ? db->release : release_in_path(db->path);
    if (str_starts(release, "v"))
        release = str_skip(release, 1);
    if (release.len) {
        db->space = arena_printf(db->arena, "alpine %.*s", STR_ARG(release));
        return &sources[0];
    }
    static const char *const marks[][2] = {
        { "", "" }, { "wolfi", "wolfi" }, { "chainguard", "chainguard" }, { "minim", "mini" }
    };
    for (size_t i = 1; i < ARRAY_LEN(sources); i++)
        if (str_contains(db->url_prefix, marks[i][1]) || str_contains(db->repository, marks[i][0]) ||
            str_contains(db->path, marks[i][0])) {
            db->space = sources[i].id;
            return &sources[i];
        }
    return NULL;
}

/* ---- one entry ------------------------------------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "XSA-123", "ZBX-1", "GHSA-…": capital letters, a hyphen and more. */
static bool is_identifier(struct str token)
{
    size_t capitals = 0;
    while (capitals < token.len && token.ptr[capitals] >= 'A' && token.ptr[capitals] <= 'Z')
        capitals++;
    return capitals >= 2 && capitals + 1 < token.len && token.ptr[capitals] == '-';
}

static struct str without_brackets(struct str token)
{
    while (token.len && strchr("(+,;", token.ptr[0]))
        token = str_skip(token, 1);
    while (token.len && strchr("),;:", token.ptr[token.len - 1]))
        token.len--;
    return token;
}

static bool is_cve_body(struct str token)
{
    return token.len > 5 && is_digit(token.ptr[0]) && is_digit(token.ptr[1]) && is_digit(token.ptr[2]) &&
           is_digit(token.ptr[3]) && token.ptr[4] == '-';
}

/* Splits "CVE-2017-2620 XSA-209", "CVE 2018-16859", "CVE_2019-2426", "CVE-2017-2616 (+ regression fix)". */
static void read_tokens(struct secdb *db, struct str entry, struct feed_texts *weaknesses, struct feed_texts *others)
{
    struct str token;
    bool after_cve = false;
    while (entry.len && str_next(&entry, ' ', &token)) {
        token = without_brackets(str_trim(token));
        bool split = after_cve && is_cve_body(token);
        after_cve = str_is(token, "CVE");
        if (split)
            feed_texts_add(weaknesses, db->arena, arena_printf(db->arena, "CVE-%.*s", STR_ARG(token)));
        else if (str_starts(token, "CVE_"))
            feed_texts_add(weaknesses, db->arena, arena_printf(db->arena, "CVE-%.*s", STR_ARG(str_skip(token, 4))));
        else if (str_starts(token, "CVE-") || str_starts(token, "GHSA-"))
            feed_texts_add(weaknesses, db->arena, token);
        else if (is_identifier(token))
            feed_texts_add(others, db->arena, token);
    }
}

static bool add_fix(struct secdb *db, const struct vulndb_source *source, struct str package, struct str fixed, struct str entry,
                    struct error *err)
{
    struct feed_texts weaknesses = { 0 }, others = { 0 };
    struct vulndb_advisory advisory = { .space = db->space, .package = package, .source = source->name };
    read_tokens(db, entry, &weaknesses, &others);
    const struct feed_texts *ids = weaknesses.count ? &weaknesses : &others;
    version_set_init(&advisory.affected, db->arena);
    if (str_is(fixed, "0")) {
        advisory.status = STATUS_NOT_AFFECTED;
    } else {
        advisory.fixed = fixed;
        feed_set_below(&advisory.affected, fixed);
    }
    if (weaknesses.count) {
        advisory.vendor_ids = others.items;
        advisory.vendor_id_count = others.count;
    }
    if (db->arena->exhausted)
        return arena_error(db->arena, err);
    if (ids->count == 0)
        vulndb_add_problem(db->builder, "an entry without an identifier", entry);
    for (size_t i = 0; i < ids->count; i++) {
        advisory.vulnerability = ids->items[i];
        if (!vulndb_add_advisory(db->builder, &advisory, err))
            return false;
    }
    return true;
}

/* ---- a file ---------------------------------------------------------------------------------------------------------------- */

static bool read_fixes(struct secdb *db, const struct vulndb_source *source, struct json *json, struct str package,
                       struct error *err)
{
    struct str fixed, entry;
    if (!json_object(json))
        return true;
    while (json_key(json, &fixed)) {
        if (!json_array(json))
            continue;
        while (json_item(json))
            if (json_scalar(json, &entry) && !add_fix(db, source, package, fixed, entry, err))
                return false;
    }
    return true;
}

/* The name may stand after the fixes, so these are kept as text until it is known. */
static bool read_package(struct secdb *db, const struct vulndb_source *source, struct json *json, struct error *err)
{
    struct str key, name = { 0 }, fixes = { 0 };
    if (!json_object(json))
        return true;
    while (json_key(json, &key))
        if (str_is(key, "name"))
            json_scalar(json, &name);
        else if (str_is(key, "secfixes"))
            json_raw(json, &fixes);
        else
            json_skip(json);
    if (json->failed || fixes.len == 0)
        return true;
    struct json inner;
    json_begin(&inner, fixes, db->arena);
    return read_fixes(db, source, &inner, name, err);
}

static bool read_packages(struct secdb *db, const struct vulndb_source *source, struct str packages, struct error *err)
{
    struct json json;
    struct str key;
    json_begin(&json, packages, db->arena);
    if (!json_array(&json))
        return true;
    while (json_item(&json)) {
        if (!json_object(&json))
            continue;
        while (json_key(&json, &key))
            if (!str_is(key, "pkg"))
                json_skip(&json);
            else if (!read_package(db, source, &json, err))
                return false;
    }
    return true;
}

static bool read_text(struct secdb *db, struct str text, struct error *err)
{
    struct json json;
    struct str key, packages = { 0 };
    json_begin(&json, text, db->arena);
    bool object = json_object(&json);
    while (object && json_key(&json, &key))
        if (str_is(key, "distroversion"))
            json_scalar(&json, &db->release);
        else if (str_is(key, "reponame"))
            json_scalar(&json, &db->repository);
        else if (str_is(key, "urlprefix"))
            json_scalar(&json, &db->url_prefix);
        else if (str_is(key, "packages"))
            json_raw(&json, &packages);
        else
            json_skip(&json);
    if (!json_end(&json, err))
        return false;
    if (packages.len == 0)
        return true; /* another kind of file */
    const struct vulndb_source *source = find_source(db);
    if (!source)
        return error_set(err, ERROR_INPUT, "neither a distroversion nor a urlprefix tells which distribution this is");
    return vulndb_add_source(db->builder, source, 0, err) && read_packages(db, source, packages, err);
}

static bool wanted(struct str path)
{
    return str_ends(path, ".json") || str_ends(path, ".yaml") || str_ends(path, ".yml");
}

static bool add_file(struct vulndb_builder *builder, struct str path, struct str text, struct arena *arena, struct error *err)
{
    struct secdb db = { .builder = builder, .arena = arena, .path = path };
    return feed_json(path, text, arena, &text, err) && read_text(&db, text, err);
}

static bool read_feed(struct vulndb_builder *builder, const char *path, struct error *err)
{
    return feed_each_file(builder, path, wanted, add_file, err);
}

const struct vulndb_feed feed_alpine_secdb = {
    .kind = "alpine-secdb",
    .help = "a folder, archive or file of Alpine's secdb (YAML or JSON), or Wolfi's, Chainguard's or MinimOS's security.json",
    .read = read_feed,
};
