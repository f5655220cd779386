/* The advisories of Trivy's database: one JSON object for a package and an identifier. Its shapes:
 *
 *     distributions   {FixedVersion, VendorIDs, Arches, Severity, Status} or {FixedVersion, Entries: [the same …]}; without a fixed
 *                     version all versions are affected. Arch has AffectedVersion beside it, which is evidence only; Alpine's
 *                     AffectedVersion is where a weakness came in.
 *     languages, and vendors' patched streams: {VulnerableVersions, PatchedVersions, UnaffectedVersions, VendorIDs, Severity}
 *     Red Hat         {Entries: [{FixedVersion, Affected: [CPE indices], Arches, Status, Cves: [{ID, Severity}]}]} */
#include "vulndb/feeds/feed.h"
#include "vulndb/feeds/trivy_db.h"

struct cve {
    struct str id;
    int64_t severity;
};

struct raw_advisory {
    struct feed_texts vendor_ids, arches;
    struct feed_expressions expressions;
    struct trivy_numbers cpes;
    struct cve *cves;
    size_t cve_count, cve_cap;
    struct str fixed, introduced;
    int64_t status, severity;
    struct raw_advisory *entries;
    size_t entry_count, entry_cap;
};

void trivy_read_numbers(struct json *json, struct arena *arena, struct trivy_numbers *numbers)
{
    int64_t number;
    if (!json_array(json))
        return;
    while (json_item(json)) {
        if (!json_i64(json, &number) || number < 0 || number > UINT32_MAX)
            continue;
        uint32_t *items = arena_grow(arena, numbers->items, numbers->count, &numbers->cap, sizeof *items);
        if (!items)
            return;
        numbers->items = items;
        numbers->items[numbers->count++] = (uint32_t)number;
    }
}

static void read_cves(struct json *json, struct arena *arena, struct raw_advisory *raw)
{
    struct str key;
    if (!json_array(json))
        return;
    while (json_item(json)) {
        struct cve cve = { 0 };
        if (!json_object(json))
            continue;
        while (json_key(json, &key))
            if (str_eq_nocase(key, STR("ID")))
                json_string(json, &cve.id);
            else if (str_eq_nocase(key, STR("Severity")))
                json_i64(json, &cve.severity);
            else
                json_skip(json);
        struct cve *cves = arena_grow(arena, raw->cves, raw->cve_count, &raw->cve_cap, sizeof *cves);
        if (!cves)
            return;
        raw->cves = cves;
        raw->cves[raw->cve_count++] = cve;
    }
}

static void read_raw(struct json *json, struct arena *arena, struct raw_advisory *raw, bool entry);

static void read_entries(struct json *json, struct arena *arena, struct raw_advisory *raw)
{
    if (!json_array(json))
        return;
    while (json_item(json)) {
        struct raw_advisory *entries = arena_grow(arena, raw->entries, raw->entry_count, &raw->entry_cap, sizeof *entries);
        if (!entries)
            return;
        raw->entries = entries;
        struct raw_advisory item = { .expressions.bare_equals = true };
        read_raw(json, arena, &item, true);
        raw->entries[raw->entry_count++] = item;
    }
}

/* Names are read as Go reads them, in any case. An entry has no entries of its own. */
static void read_raw(struct json *json, struct arena *arena, struct raw_advisory *raw, bool entry)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_eq_nocase(key, STR("FixedVersion")))
            json_string(json, &raw->fixed);
        else if (str_eq_nocase(key, STR("AffectedVersion")))
            json_string(json, &raw->introduced);
        else if (str_eq_nocase(key, STR("VendorIDs")))
            feed_texts_read(&raw->vendor_ids, json, arena);
        else if (str_eq_nocase(key, STR("Arches")))
            feed_texts_read(&raw->arches, json, arena);
        else if (str_eq_nocase(key, STR("Status")))
            json_i64(json, &raw->status);
        else if (str_eq_nocase(key, STR("Severity")))
            json_i64(json, &raw->severity);
        else if (str_eq_nocase(key, STR("VulnerableVersions")))
            feed_texts_read(&raw->expressions.vulnerable, json, arena);
        else if (str_eq_nocase(key, STR("PatchedVersions")))
            feed_texts_read(&raw->expressions.patched, json, arena);
        else if (str_eq_nocase(key, STR("UnaffectedVersions")))
            feed_texts_read(&raw->expressions.unaffected, json, arena);
        else if (str_eq_nocase(key, STR("Affected")))
            trivy_read_numbers(json, arena, &raw->cpes);
        else if (str_eq_nocase(key, STR("Cves")))
            read_cves(json, arena, raw);
        else if (!entry && str_eq_nocase(key, STR("Entries")))
            read_entries(json, arena, raw);
        else
            json_skip(json);
}

/* Oracle's kernels patched in memory and its FIPS builds have versions of their own, told by the text of the fixed version:
 * "….ksplice1.el8", "…_fips". A package is matched only with advisories of its own flavour. */
static struct str oracle_flavour(struct str space, struct str fixed)
{
    struct str part;
    if (!str_starts(space, "Oracle Linux"))
        return STR("");
    if (str_ends(fixed, "_fips"))
        return STR("fips");
    while (fixed.len && str_next(&fixed, '.', &part))
        if (str_starts(part, "ksplice"))
            return part;
    return STR("");
}

static bool os_versions(struct trivy *trivy, const struct raw_advisory *raw, struct vulndb_advisory *advisory)
{
    advisory->fixed = raw->fixed;
    advisory->flavour = oracle_flavour(trivy->space, raw->fixed);
    advisory->arches = raw->arches.items;
    advisory->arch_count = raw->arches.count;
    if (str_is(raw->fixed, "0")) { /* never affected: the convention of Alpine's data */
        advisory->status = STATUS_NOT_AFFECTED;
        advisory->fixed = STR("");
        return true;
    }
    struct version_span span = { .low_open = true, .high_open = true };
    if (raw->fixed.len)
        span.high = raw->fixed;
    if (raw->introduced.len && str_starts(trivy->space, "alpine")) {
        span.low = raw->introduced;
        span.low_open = false;
    } else if (raw->introduced.len) {
        advisory->affected_text = raw->introduced;
    }
    return version_set_add(&advisory->affected, span);
}

static bool expression_versions(struct trivy *trivy, const struct raw_advisory *raw, struct vulndb_advisory *advisory,
                                struct error *err)
{
    struct str where = arena_printf(&trivy->record, "%.*s, %.*s, %.*s", STR_ARG(advisory->vulnerability), STR_ARG(trivy->space),
                                    STR_ARG(trivy->package));
    advisory->fixed = feed_fixed_text(&raw->expressions, &trivy->record);
    advisory->affected_text = feed_affected_text(&raw->expressions, &trivy->record);
    return feed_set_expressions(trivy->builder, trivy->scheme, &raw->expressions, where, &advisory->affected, err);
}

static bool add_one(struct trivy *trivy, struct str id, const struct raw_advisory *raw, const struct feed_texts *vendor_ids,
                    int64_t severity, struct error *err)
{
    const struct feed_expressions *e = &raw->expressions;
    struct vulndb_advisory advisory = {
        .space = trivy->space,
        .package = trivy->package,
        .vulnerability = id,
        .source = trivy->source,
        .vendor_ids = vendor_ids->items,
        .vendor_id_count = vendor_ids->count,
        .status = raw->status > 0 && raw->status < STATUS_COUNT ? (enum vuln_status)raw->status : STATUS_UNKNOWN,
        .has_severity = severity > 0 && severity < SEVERITY_COUNT,
        .cpes = raw->cpes.items,
        .cpe_count = raw->cpes.count,
    };
    if (advisory.has_severity)
        advisory.severity = (enum severity)severity;
    version_set_init(&advisory.affected, &trivy->record);
    bool expressions = trivy->language || e->vulnerable.count || e->patched.count || e->unaffected.count;
    bool made = expressions ? expression_versions(trivy, raw, &advisory, err) : os_versions(trivy, raw, &advisory);
    if (trivy->record.exhausted)
        return arena_error(&trivy->record, err);
    return made && vulndb_add_advisory(trivy->builder, &advisory, err);
}

/* A Red Hat entry: one record for each CVE; the key is a CVE or a bulletin over several. */
static bool add_cves(struct trivy *trivy, struct str id, const struct raw_advisory *entry, struct error *err)
{
    struct feed_texts bulletin = { .items = &id, .count = 1 }, none = { 0 };
    bool own = str_starts(id, "CVE-");
    for (size_t i = 0; i < entry->cve_count; i++) {
        const struct cve *cve = &entry->cves[i];
        bool named = !own && cve->id.len;
        if (!add_one(trivy, named ? cve->id : id, entry, named ? &bulletin : &none, cve->severity, err))
            return false;
    }
    return true;
}

/* Other identifiers of the CVE, so that it is found by them too. */
static bool add_aliases(struct trivy *trivy, struct str id, const struct feed_texts *vendor_ids, struct error *err)
{
    struct feed_texts aliases = { 0 };
    for (size_t i = 0; i < vendor_ids->count; i++)
        if (feed_is_weakness(vendor_ids->items[i]) && !str_eq(vendor_ids->items[i], id))
            feed_texts_add(&aliases, &trivy->record, vendor_ids->items[i]);
    if (aliases.count == 0 || !str_starts(id, "CVE-"))
        return true;
    struct vulndb_vulnerability record = { .id = id, .aliases = aliases.items, .alias_count = aliases.count };
    return vulndb_add_vulnerability(trivy->builder, &record, err);
}

bool trivy_read_advisory(struct trivy *trivy, struct str id, struct str value, struct error *err)
{
    struct raw_advisory raw = { .expressions.bare_equals = true };
    struct json json;
    json_begin(&json, value, &trivy->record);
    read_raw(&json, &trivy->record, &raw, false);
    if (!json_end(&json, err))
        return error_wrap(err, "%.*s", STR_ARG(id));
    if (trivy->record.exhausted)
        return arena_error(&trivy->record, err);
    if (raw.entry_count == 0)
        return add_one(trivy, id, &raw, &raw.vendor_ids, raw.severity, err) && add_aliases(trivy, id, &raw.vendor_ids, err);
    for (size_t i = 0; i < raw.entry_count; i++) {
        const struct raw_advisory *entry = &raw.entries[i];
        int64_t severity = entry->severity ? entry->severity : raw.severity;
        if (entry->cve_count ? !add_cves(trivy, id, entry, err) : !add_one(trivy, id, entry, &entry->vendor_ids, severity, err))
            return false;
    }
    return true;
}
