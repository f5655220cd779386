/* The JSON dump of Debian's tracker, some 70 MB, read as it stands:
 *
 *     {"openssl": {"CVE-2024-5535": {"description": "…", "releases": {
 *         "bookworm": {"status": "open" | "resolved" | "undetermined", "fixed_version": "3.0.14-1~deb12u1",
 *                      "urgency": "not yet assigned", "nodsa": "Minor issue", "nodsa_reason": "" | "postponed" | "ignored"}}}}}
 *
 * An open issue affects every version, a resolved one those below fixed_version; "0" there means that the release never was
 * affected. Undetermined ones are left out, as on the tracker's own pages for users. */
#include "vulndb/feeds/debian_tracker.h"

struct dump {
    struct vulndb_builder *builder;
    struct arena *arena; /* given back after each package */
    struct str package, id;
};

struct issue {
    struct str status, fixed, urgency, reason;
};

static void read_issue(struct json *json, struct issue *issue)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "status"))
            json_string(json, &issue->status);
        else if (str_is(key, "fixed_version"))
            json_string(json, &issue->fixed);
        else if (str_is(key, "urgency"))
            json_string(json, &issue->urgency);
        else if (str_is(key, "nodsa_reason"))
            json_string(json, &issue->reason);
        else
            json_skip(json);
}

/* Urgencies are Debian's own severities of the package; "low**" is one that a person has not confirmed. */
static void read_urgency(struct str urgency, struct vulndb_advisory *advisory)
{
    while (str_ends(urgency, "*"))
        urgency.len--;
    if (severity_parse(urgency, &advisory->severity))
        advisory->has_severity = advisory->severity != SEVERITY_UNKNOWN;
}

static enum vuln_status open_status(const struct issue *issue)
{
    if (str_is(issue->reason, "ignored"))
        return STATUS_WILL_NOT_FIX;
    if (str_is(issue->reason, "postponed"))
        return STATUS_FIX_DEFERRED;
    return str_is(issue->urgency, "end-of-life") ? STATUS_END_OF_LIFE : STATUS_AFFECTED;
}

static bool add_issue(struct dump *dump, struct str codename, const struct issue *issue, struct error *err)
{
    struct vulndb_advisory advisory = { .package = dump->package, .vulnerability = dump->id, .source = debian_source.name };
    bool open = str_is(issue->status, "open");
    if (!debian_space(codename, &advisory.space) || (!open && !str_is(issue->status, "resolved")))
        return true;
    read_urgency(issue->urgency, &advisory);
    version_set_init(&advisory.affected, dump->arena);
    if (open) {
        advisory.status = open_status(issue);
        feed_set_all(&advisory.affected);
    } else if (str_is(issue->fixed, "0")) {
        advisory.status = STATUS_NOT_AFFECTED;
    } else if (issue->fixed.len == 0) {
        vulndb_add_problem(dump->builder, "a resolved issue without a fixed version", dump->id);
        return true;
    } else {
        advisory.fixed = issue->fixed;
        feed_set_below(&advisory.affected, issue->fixed);
    }
    if (dump->arena->exhausted)
        return arena_error(dump->arena, err);
    return vulndb_add_advisory(dump->builder, &advisory, err);
}

static bool read_releases(struct dump *dump, struct json *json, struct error *err)
{
    struct str codename;
    if (!json_object(json))
        return true;
    while (json_key(json, &codename)) {
        struct issue issue = { 0 };
        read_issue(json, &issue);
        if (!json->failed && !add_issue(dump, codename, &issue, err))
            return false;
    }
    return true;
}

static bool read_vulnerability(struct dump *dump, struct json *json, struct error *err)
{
    struct vulndb_vulnerability v = { .id = dump->id };
    struct str key;
    if (!json_object(json))
        return true;
    while (json_key(json, &key))
        if (str_is(key, "description"))
            json_string(json, &v.description);
        else if (!str_is(key, "releases"))
            json_skip(json);
        else if (!read_releases(dump, json, err))
            return false;
    if (v.description.len == 0 || json->failed)
        return true;
    return vulndb_add_vulnerability(dump->builder, &v, err);
}

bool debian_read_dump(struct vulndb_builder *builder, struct str text, struct arena *arena, struct error *err)
{
    struct dump dump = { .builder = builder, .arena = arena };
    struct json json;
    bool ok = true;
    json_begin(&json, text, dump.arena);
    if (json_object(&json))
        while (ok && json_key(&json, &dump.package)) {
            struct arena_mark mark = arena_mark(dump.arena);
            if (!json_object(&json))
                continue;
            while (ok && json_key(&json, &dump.id))
                ok = read_vulnerability(&dump, &json, err);
            arena_reset(dump.arena, mark);
        }
    return ok && json_end(&json, err);
}
