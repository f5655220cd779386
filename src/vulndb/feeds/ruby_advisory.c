/* The Ruby Advisory Database (gems/NAME/….yml): one YAML file an advisory.
 *
 *     gem: rack                           cve: 2024-25126   ghsa: 22f2-v57c-j9cx   osvdb: 12345
 *     title, url, date, description       cvss_v2, cvss_v3, cvss_v4: base scores
 *     patched_versions, unaffected_versions: requirements in RubyGems' syntax; every other version is affected
 *     related: {url: […], cve: […]}       other weaknesses, not other names of this one */
#include "vulndb/feeds/feed.h"

static const struct vulndb_source source = {
    STR_INIT("ruby-advisory-db"),
    STR_INIT("Ruby Advisory Database"),
    STR_INIT("https://github.com/rubysec/ruby-advisory-db"),
    STR_INIT(""),
};

static void read_score(struct json *json, struct feed_weakness *w, float *out)
{
    double score;
    if (!json_number(json, &score) || score <= 0 || score > 10)
        return;
    *out = (float)score;
    w->rated = true;
}

/* "cve: 2024-25126" is CVE-2024-25126; numbers and texts alike. */
static void read_name(struct json *json, struct feed_weakness *w, const char *prefix, struct arena *arena)
{
    struct str text;
    if (json_scalar(json, &text) && text.len)
        feed_texts_add(&w->aliases, arena, arena_printf(arena, "%s%.*s", prefix, STR_ARG(text)));
}

static void read_related(struct json *json, struct arena *arena, struct feed_weakness *w)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "url"))
            feed_texts_read(&w->references, json, arena);
        else
            json_skip(json);
}

static bool read_identity(struct json *json, struct str key, struct arena *arena, struct feed_weakness *w)
{
    static const char *const names[][2] = { { "cve", "CVE-" }, { "ghsa", "GHSA-" }, { "osvdb", "OSVDB-" } };
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_is(key, names[i][0])) {
            read_name(json, w, names[i][1], arena);
            return true;
        }
    return false;
}

static void read_field(struct json *json, struct str key, struct arena *arena, struct feed_weakness *w)
{
    struct str text;
    if (read_identity(json, key, arena, w))
        return;
    if (str_is(key, "gem"))
        json_scalar(json, &w->package);
    else if (str_is(key, "title"))
        json_scalar(json, &w->about.title);
    else if (str_is(key, "description"))
        json_scalar(json, &w->about.description);
    else if (str_is(key, "url")) {
        if (json_string(json, &text))
            feed_texts_add(&w->references, arena, text);
    } else if (str_is(key, "date")) {
        if (json_string(json, &text))
            time_parse(text, &w->about.published_s);
    } else if (str_is(key, "cvss_v2"))
        read_score(json, w, &w->rating.score2);
    else if (str_is(key, "cvss_v3"))
        read_score(json, w, &w->rating.score3);
    else if (str_is(key, "cvss_v4"))
        read_score(json, w, &w->rating.score4);
    else if (str_is(key, "patched_versions"))
        feed_texts_read(&w->expressions.patched, json, arena);
    else if (str_is(key, "unaffected_versions"))
        feed_texts_read(&w->expressions.unaffected, json, arena);
    else if (str_is(key, "related"))
        read_related(json, arena, w);
    else
        json_skip(json);
}

/* The best of its names: a CVE, else a GHSA identifier, else OSVDB's; else the file's own. */
static struct str best_name(struct str path, const struct feed_texts *names)
{
    static const char *const prefixes[] = { "CVE-", "GHSA-", "OSVDB-" };
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
        for (size_t j = 0; j < names->count; j++)
            if (str_starts(names->items[j], prefixes[i]))
                return names->items[j];
    struct str name = path_base(path);
    return str_ends(name, ".yml") ? str_head(name, name.len - 4) : name;
}

static bool add_file(struct vulndb_builder *builder, struct str path, struct str text, struct arena *arena, struct error *err)
{
    struct error problem = { 0 };
    struct feed_weakness weakness = { 0 };
    if (!feed_read_weakness(text, read_field, arena, &weakness, &problem))
        return feed_bad_file(builder, path, &problem);
    if (weakness.package.len == 0) {
        error_set(&problem, ERROR_INPUT, "it names no gem");
        return feed_bad_file(builder, path, &problem);
    }
    weakness.id = best_name(path, &weakness.aliases);
    weakness.about.title = str_trim(weakness.about.title);
    weakness.about.modified_s = weakness.about.published_s;
    return feed_add_weakness(builder, &source, STR("rubygems"), &weakness, arena, err);
}

/* Advisories of the interpreters (rubies/) are of no gem. */
static bool wanted(struct str path)
{
    return str_ends(path, ".yml") && !str_starts(path, "rubies/") && !str_contains(path, "/rubies/");
}

static bool read_feed(struct vulndb_builder *builder, const char *path, struct error *err)
{
    return feed_each_file(builder, path, wanted, add_file, err);
}

const struct vulndb_feed feed_ruby_advisory = {
    .kind = "ruby-advisory-db",
    .help = "a folder or archive of the Ruby Advisory Database (YAML)",
    .read = read_feed,
};
