/* CISA's catalogue of known exploited vulnerabilities: one JSON file,
 * {"dateReleased", "vulnerabilities": [{"cveID", "dateAdded", "dueDate", "knownRansomwareCampaignUse": "Known" | "Unknown", …}]}.
 * It says nothing of packages: its facts join the records of those CVEs. */
#include "vulndb/feeds/feed.h"

static bool add_entry(struct vulndb_builder *builder, struct json *json, struct arena *arena, struct error *err)
{
    struct str key, text;
    struct feed_texts cwes = { 0 };
    struct vulndb_vulnerability v = { 0 };
    if (!json_object(json))
        return true;
    while (json_key(json, &key))
        if (str_is(key, "cveID"))
            json_string(json, &v.id);
        else if (str_is(key, "vulnerabilityName"))
            json_string(json, &v.title);
        else if (str_is(key, "dateAdded"))
            json_time(json, &v.kev_added_s);
        else if (str_is(key, "dueDate"))
            json_time(json, &v.kev_due_s);
        else if (str_is(key, "knownRansomwareCampaignUse"))
            v.kev_ransomware = json_string(json, &text) && str_eq_nocase(text, STR("known"));
        else if (str_is(key, "cwes"))
            feed_texts_read(&cwes, json, arena);
        else
            json_skip(json);
    v.cwes = cwes.items;
    v.cwe_count = cwes.count;
    if (v.kev_added_s == 0 && !json->failed) {
        vulndb_add_problem(builder, "a known exploited vulnerability without the day of its addition", v.id);
        return true;
    }
    return json->failed || vulndb_add_vulnerability(builder, &v, err);
}

static bool add_file(struct vulndb_builder *builder, struct str path, struct str text, struct arena *arena, struct error *err)
{
    struct vulndb_source source = { STR_INIT("kev"),
                                    STR_INIT("CISA Known Exploited Vulnerabilities Catalog"),
                                    STR_INIT("https://www.cisa.gov/known-exploited-vulnerabilities-catalog"),
                                    { 0 } };
    struct str key;
    struct json json;
    int64_t date_s = 0;
    bool found = false;
    (void)path;
    json_begin(&json, text, arena);
    bool object = json_object(&json);
    while (object && json_key(&json, &key))
        if (str_is(key, "dateReleased"))
            json_time(&json, &date_s);
        else if (!str_is(key, "vulnerabilities"))
            json_skip(&json);
        else if ((found = json_array(&json)))
            while (json_item(&json))
                if (!add_entry(builder, &json, arena, err))
                    return false;
    if (!json_end(&json, err))
        return false;
    if (!found)
        return error_set(err, ERROR_INPUT, "no \"vulnerabilities\" in it: not the catalogue's JSON file");
    return vulndb_add_source(builder, &source, date_s, err);
}

static bool wanted(struct str path)
{
    return str_ends(path, ".json");
}

static bool read_feed(struct vulndb_builder *builder, const char *path, struct error *err)
{
    return feed_each_file(builder, path, wanted, add_file, err);
}

const struct vulndb_feed feed_kev = {
    .kind = "kev",
    .help = "CISA's known_exploited_vulnerabilities.json",
    .read = read_feed,
};
