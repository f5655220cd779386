/* OSV records (https://ossf.github.io/osv-schema/): a folder or archive of JSON or YAML files, as osv.dev and many databases
 * publish them.
 *
 * A record of one weakness (GHSA, GO, PYSEC …) is filed under the CVE that its aliases name, or under each of several. A bulletin
 * (DSA, USN, ALSA …) is one record for each CVE that it names, with the bulletin as vendor id; one without a CVE stands by its
 * own identifier, unless it is a bug fix or an enhancement. Withdrawn records are left out, and so are those that only tell that
 * a package is unmaintained. */
#include "vulndb/feeds/osv.h"

/* ---- names ----------------------------------------------------------------------------------------------------------------- */

enum { MAX_NAMES = 4096 }; /* no bulletin has so many; adding each once is quadratic */

static void add_name(struct osv *osv, struct str name)
{
    if (osv->names.ids.count < MAX_NAMES)
        feed_texts_add_once(&osv->names.ids, osv->arena, name);
}

static void collect(struct osv *osv, const struct feed_texts *from, const char *prefix)
{
    for (size_t i = 0; i < from->count; i++)
        if (str_starts(from->items[i], prefix))
            add_name(osv, from->items[i]);
}

static bool has_cve(const struct feed_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        if (str_starts(texts->items[i], "CVE-"))
            return true;
    return false;
}

/* "https://access.redhat.com/security/cve/CVE-2024-1234": what a bulletin links to it fixes, also where it does not list it. */
static void collect_linked(struct osv *osv)
{
    for (size_t i = 0; i < osv->record.references.count; i++) {
        struct str name = path_base(osv->record.references.items[i]);
        if (str_ends(name, ".html"))
            name.len -= strlen(".html");
        if (str_starts(name, "CVE-") && name.len > 8)
            add_name(osv, name);
    }
}

/* The CVEs that a distribution's record is about; where there are none, GitHub's names; where there are none, its own. */
static void name_by_cves(struct osv *osv)
{
    static const char *const prefixes[] = { "CVE-", "GHSA-" };
    const struct osv_record *record = &osv->record;
    for (size_t i = 0; i < ARRAY_LEN(prefixes) && osv->names.ids.count == 0; i++) {
        collect(osv, &record->aliases, prefixes[i]);
        collect(osv, &record->upstream, prefixes[i]);
        if (osv->kind != OSV_DISTRO)
            collect(osv, &record->related, prefixes[i]);
    }
    if (osv->kind != OSV_DISTRO)
        collect_linked(osv);
    feed_texts_add_once(osv->names.ids.count ? &osv->names.others : &osv->names.ids, osv->arena, record->id);
    /* "DEBIAN-CVE-2024-1" adds nothing to the CVE. */
    if (osv->names.others.count && str_contains(record->id, "CVE-"))
        osv->names.others.count = 0;
}

static bool name_record(struct osv *osv, struct error *err)
{
    struct osv_record *record = &osv->record;
    osv->names = (struct feed_names){ 0 };
    if (osv->kind != OSV_WEAKNESS) {
        name_by_cves(osv);
        return !osv->arena->exhausted || arena_error(osv->arena, err);
    }
    if (!has_cve(&record->aliases))
        for (size_t i = 0; i < record->upstream.count; i++)
            if (str_starts(record->upstream.items[i], "CVE-"))
                feed_texts_add(&record->aliases, osv->arena, record->upstream.items[i]);
    return feed_names_make(osv->builder, record->id, &record->aliases, osv->arena, &osv->names, err);
}

/* ---- severities ------------------------------------------------------------------------------------------------------------ */

/* Errata tools of the Red Hat family put the severity in front of the title: "Important: kernel security update". */
static void rate_by_title(struct str title, enum severity *severity)
{
    struct str word, rest;
    if (str_cut(title, ':', &word, &rest))
        severity_parse(word, severity);
}

/* By the vector itself; what is none is the publisher's own word ("medium" with Ubuntu). */
static void read_severity(const struct osv_severity *severity, struct vulndb_rating *rating)
{
    double score;
    if (!cvss_score(severity->score, &score)) {
        severity_parse(severity->score, &rating->severity);
        return;
    }
    struct str *vector = str_starts(severity->score, "CVSS:4")   ? &rating->cvss4
                         : str_starts(severity->score, "CVSS:3") ? &rating->cvss3
                                                                 : &rating->cvss2;
    *vector = severity->score;
}

/* The publisher's rating: the vectors of the record or, where it has none, of what it affects; its word goes before the score. */
static bool make_rating(const struct osv *osv, struct str source, struct vulndb_rating *rating)
{
    const struct osv_record *record = &osv->record;
    const struct osv_severities *list = &record->severities;
    struct str word = record->specific.word;
    bool own = osv->kind == OSV_WEAKNESS;
    for (size_t i = 0; i < record->affected_count && own && list->count == 0; i++)
        list = &record->affected[i].severities;
    for (size_t i = 0; i < record->affected_count && own && word.len == 0; i++)
        word = record->affected[i].specific.word;
    *rating = (struct vulndb_rating){ .source = source };
    for (size_t i = 0; i < list->count; i++)
        read_severity(&list->items[i], rating);
    severity_parse(word, &rating->severity);
    if (rating->severity == SEVERITY_UNKNOWN && osv->kind == OSV_BULLETIN)
        rate_by_title(record->summary, &rating->severity);
    feed_rate(rating);
    return rating->severity != SEVERITY_UNKNOWN;
}

/* ---- descriptions ---------------------------------------------------------------------------------------------------------- */

/* Bulletins of the Red Hat family list what they fix: "* python: directory traversal (CVE-2007-4559)" is a better title for that
 * CVE than the bulletin's. */
static struct str title_in_list(struct str details, struct str cve)
{
    struct str line;
    while (str_line(&details, &line)) {
        line = str_trim(line);
        if (!str_starts(line, "* ") || line.len < cve.len + 5 || !str_ends(line, ")"))
            continue;
        struct str tail = str_skip(line, line.len - cve.len - 2);
        if (tail.ptr[0] == '(' && str_eq(str_head(str_skip(tail, 1), cve.len), cve))
            return str_trim(str_skip(str_head(line, line.len - tail.len), 2));
    }
    return STR("");
}

static bool add_descriptions(struct osv *osv, struct str source, struct error *err)
{
    const struct osv_record *record = &osv->record;
    const struct feed_names *names = &osv->names;
    struct vulndb_rating rating;
    bool rated = make_rating(osv, source, &rating), several = osv->kind == OSV_BULLETIN || osv->kind == OSV_MAINTENANCE;
    struct vulndb_vulnerability v = {
        .ratings = &rating,
        .rating_count = rated ? 1 : 0,
        .severity = osv->kind == OSV_WEAKNESS ? rating.severity : SEVERITY_UNKNOWN,
        .cwes = record->specific.cwes.items,
        .cwe_count = record->specific.cwes.count,
        .aliases = names->others.items,
        .alias_count = osv->kind == OSV_WEAKNESS && names->ids.count == 1 ? names->others.count : 0,
    };
    for (size_t i = 0; i < names->ids.count; i++) {
        v.id = names->ids.items[i];
        bool about_it = !several || str_eq(v.id, record->id);
        struct str title = about_it ? STR("") : title_in_list(record->details, v.id);
        v.title = title.len ? title : record->summary;
        v.description = about_it ? record->details : STR("");
        v.references = record->references.items;
        v.reference_count = about_it || record->references.count < 1 ? record->references.count : 1;
        v.published_s = about_it && record->published_s > 0 ? record->published_s : 0;
        v.modified_s = about_it && record->modified_s > 0 ? record->modified_s : 0;
        if (!vulndb_add_vulnerability(osv->builder, &v, err))
            return false;
    }
    return true;
}

/* ---- records --------------------------------------------------------------------------------------------------------------- */

static bool is_unmaintained(const struct osv_record *record)
{
    for (size_t i = 0; i < record->affected_count; i++)
        if (!str_is(record->affected[i].specific.informational, "unmaintained"))
            return false;
    return record->affected_count > 0;
}

/* The space of the first package that has one tells the source. */
static bool find_source(struct osv *osv, struct vulndb_source *source)
{
    struct osv_space space = { .space = STR("") };
    for (size_t i = 0; i < osv->record.affected_count && space.space.len == 0; i++)
        if (!osv_space_of(osv->record.affected[i].ecosystem, osv->arena, &space))
            space.space = STR("");
    return osv_source_of(osv->record.id, space.space, osv->arena, source);
}

static bool add_record(struct osv *osv, struct error *err)
{
    const struct osv_record *record = &osv->record;
    struct vulndb_source source;
    if (record->id.len == 0 || record->withdrawn_s || is_unmaintained(record))
        return true; /* without an identifier: another kind of file */
    osv->kind = osv_kind_of(record->id);
    if (!name_record(osv, err))
        return false;
    if (osv->kind == OSV_MAINTENANCE && str_eq(osv->names.ids.items[0], record->id))
        return true;
    if (!find_source(osv, &source))
        return arena_error(osv->arena, err);
    if (!vulndb_add_source(osv->builder, &source, record->modified_s > 0 ? record->modified_s : 0, err))
        return false;
    return add_descriptions(osv, source.id, err) && osv_add_affected(osv, err);
}

/* ---- files ----------------------------------------------------------------------------------------------------------------- */

static bool add_item(struct osv *osv, struct json *json, struct error *err)
{
    bool object = osv_record_read(json, osv->arena, &osv->record);
    if (osv->arena->exhausted)
        return arena_error(osv->arena, err);
    return json->failed || !object || add_record(osv, err);
}

/* One record, or an array of them. A file that is not well-formed is counted, the rest is read on. */
static bool add_file(struct vulndb_builder *builder, struct str path, struct str text, struct arena *arena, struct error *err)
{
    struct osv osv = { .builder = builder, .arena = arena };
    struct json json;
    struct error problem = { 0 };
    bool ok = true;
    if (!feed_json(path, text, arena, &text, &problem))
        return feed_bad_file(builder, path, &problem);
    json_begin(&json, text, arena);
    if (json_peek(&json) == JSON_ARRAY && json_array(&json))
        while (ok && json_item(&json))
            ok = add_item(&osv, &json, err);
    else
        ok = add_item(&osv, &json, err);
    if (ok && !json_end(&json, &problem))
        return feed_bad_file(builder, path, &problem);
    return ok;
}

static bool wanted(struct str path)
{
    return str_ends(path, ".json") || str_ends(path, ".yaml") || str_ends(path, ".yml");
}

static bool read_feed(struct vulndb_builder *builder, const char *path, struct error *err)
{
    return feed_each_file(builder, path, wanted, add_file, err);
}

const struct vulndb_feed feed_osv = {
    .kind = "osv",
    .help = "a folder, tar (also gzip or zstd compressed) or zip of OSV records in JSON or YAML",
    .read = read_feed,
};
