/* The PHP Security Advisories Database (VENDOR/PACKAGE/….yaml): one YAML file an advisory.
 *
 *     title, link, cve
 *     reference: composer://vendor/package
 *     branches:
 *         2.0.x: {time: 2015-08-06 22:08:00, versions: ['>=2.0.0', '<2.0.99']}      all of a branch's conditions hold
 *
 * An advisory without a CVE goes by its place in the database. */
#include "vulndb/feeds/feed.h"

static const struct vulndb_source source = {
    STR_INIT("php-security-advisories"),
    STR_INIT("PHP Security Advisories Database"),
    STR_INIT("https://github.com/FriendsOfPHP/security-advisories"),
    STR_INIT(""),
};

/* A date and time with a space between, or a number of seconds. */
static void read_time(struct json *json, int64_t *published_s)
{
    struct str text;
    int64_t date_s;
    if (json_scalar(json, &text) && time_parse(str_head(text, 10), &date_s) && (*published_s == 0 || date_s < *published_s))
        *published_s = date_s;
}

static void read_branch(struct json *json, struct arena *arena, struct feed_weakness *w)
{
    struct feed_texts conditions = { 0 };
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "versions"))
            feed_texts_read(&conditions, json, arena);
        else if (str_is(key, "time"))
            read_time(json, &w->about.published_s);
        else
            json_skip(json);
    if (conditions.count)
        feed_texts_add(&w->expressions.vulnerable, arena, feed_texts_join(&conditions, ", ", arena));
}

static void read_field(struct json *json, struct str key, struct arena *arena, struct feed_weakness *w)
{
    struct str text;
    if (str_is(key, "title")) {
        json_scalar(json, &w->about.title);
    } else if (str_is(key, "link")) {
        if (json_string(json, &text))
            feed_texts_add(&w->references, arena, text);
    } else if (str_is(key, "cve")) {
        if (json_string(json, &text) && str_starts(str_trim(text), "CVE-"))
            w->id = str_trim(text);
    } else if (str_is(key, "reference")) {
        if (json_string(json, &text) && str_starts(text, "composer://"))
            w->package = str_skip(text, strlen("composer://"));
    } else if (str_is(key, "branches") && json_object(json)) {
        while (json_key(json, &key))
            read_branch(json, arena, w);
    } else if (!str_is(key, "branches")) {
        json_skip(json);
    }
}

/* Files are named by day, by the vendor's own identifier, or by a CVE that the file itself leaves out. */
static struct str name_by_place(struct str path, struct str package, struct arena *arena)
{
    struct str name = path_base(path);
    if (str_ends(name, ".yaml"))
        name.len -= strlen(".yaml");
    return str_starts(name, "CVE-") ? name : arena_printf(arena, "%.*s/%.*s", STR_ARG(package), STR_ARG(name));
}

static bool add_file(struct vulndb_builder *builder, struct str path, struct str text, struct arena *arena, struct error *err)
{
    struct error problem = { 0 };
    struct feed_weakness weakness = { 0 };
    if (!feed_read_weakness(text, read_field, arena, &weakness, &problem))
        return feed_bad_file(builder, path, &problem);
    if (weakness.package.len == 0 || weakness.expressions.vulnerable.count == 0) {
        error_set(&problem, ERROR_INPUT, "it names no Composer package or no versions");
        return feed_bad_file(builder, path, &problem);
    }
    if (weakness.id.len == 0)
        weakness.id = name_by_place(path, weakness.package, arena);
    weakness.about.modified_s = weakness.about.published_s;
    return feed_add_weakness(builder, &source, STR("composer"), &weakness, arena, err);
}

static bool wanted(struct str path)
{
    return str_ends(path, ".yaml") && !str_starts(path_base(path), ".");
}

static bool read_feed(struct vulndb_builder *builder, const char *path, struct error *err)
{
    return feed_each_file(builder, path, wanted, add_file, err);
}

const struct vulndb_feed feed_php_advisories = {
    .kind = "php-advisories",
    .help = "a folder or archive of the PHP Security Advisories Database (YAML)",
    .read = read_feed,
};
