/* The RustSec Advisory Database (crates/NAME/RUSTSEC-….md): Markdown that begins with a fenced block of TOML.
 *
 *     [advisory]  id, package, date, url, references, aliases, related, cvss, informational, withdrawn
 *     [versions]  patched, unaffected: requirements in Cargo's syntax; every other version is affected
 *
 * "informational" advisories that a crate is unmaintained are no weakness and are left out; unsound code and notices stay. */
#include "vulndb/feeds/feed.h"

static const struct vulndb_source source = {
    STR_INIT("osv"),
    STR_INIT("RustSec Advisory Database"),
    STR_INIT("https://rustsec.org/"),
    STR_INIT(""),
};

struct rust_advisory {
    struct feed_weakness weakness;
    struct str informational, cvss;
    bool withdrawn;
};

static void read_advisory(struct json *json, struct arena *arena, struct rust_advisory *out)
{
    struct feed_weakness *w = &out->weakness;
    struct str key, text;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "id"))
            json_string(json, &w->id);
        else if (str_is(key, "package"))
            json_string(json, &w->package);
        else if (str_is(key, "date"))
            json_time(json, &w->about.published_s);
        else if (str_is(key, "url")) {
            if (json_string(json, &text))
                feed_texts_add(&w->references, arena, text);
        } else if (str_is(key, "references"))
            feed_texts_read(&w->references, json, arena);
        else if (str_is(key, "aliases"))
            feed_texts_read(&w->aliases, json, arena);
        else if (str_is(key, "cvss"))
            json_string(json, &out->cvss);
        else if (str_is(key, "informational"))
            json_string(json, &out->informational);
        else if (str_is(key, "withdrawn"))
            out->withdrawn = json_string(json, &text);
        else
            json_skip(json);
}

static void read_versions(struct json *json, struct arena *arena, struct feed_expressions *expressions)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "patched"))
            feed_texts_read(&expressions->patched, json, arena);
        else if (str_is(key, "unaffected"))
            feed_texts_read(&expressions->unaffected, json, arena);
        else
            json_skip(json);
}

/* The fenced block and what follows it. */
static bool split_front_matter(struct str text, struct str *toml, struct str *markdown)
{
    struct str line, rest;
    if (!str_line(&text, &line) || !str_is(str_trim(line), "```toml"))
        return false;
    *toml = str_make(text.ptr, 0);
    rest = text;
    while (str_line(&rest, &line)) {
        if (str_starts(line, "```")) {
            *markdown = str_trim(rest);
            return true;
        }
        toml->len = (size_t)(line.ptr + line.len - toml->ptr);
    }
    return false;
}

static void read_markdown(struct str markdown, struct vulndb_vulnerability *about)
{
    struct str line, rest = markdown;
    if (str_starts(markdown, "#") && str_line(&rest, &line)) {
        while (str_starts(line, "#"))
            line = str_skip(line, 1);
        about->title = str_trim(line);
        markdown = str_trim(rest);
    }
    about->description = markdown;
}

static void rate(struct rust_advisory *advisory)
{
    struct vulndb_rating *rating = &advisory->weakness.rating;
    if (str_starts(advisory->cvss, "CVSS:4"))
        rating->cvss4 = advisory->cvss;
    else if (str_starts(advisory->cvss, "CVSS:3"))
        rating->cvss3 = advisory->cvss;
    else
        rating->cvss2 = advisory->cvss;
    advisory->weakness.rated = advisory->cvss.len > 0;
}

static bool add_file(struct vulndb_builder *builder, struct str path, struct str text, struct arena *arena, struct error *err)
{
    struct error problem = { 0 };
    struct rust_advisory advisory = { 0 };
    struct str toml, markdown, json_text, key;
    struct json json;
    if (!split_front_matter(text, &toml, &markdown)) {
        error_set(&problem, ERROR_INPUT, "no fenced block of TOML at its head");
        return feed_bad_file(builder, path, &problem);
    }
    if (!toml_to_json(toml, FEED_RECORD_BYTES, arena, &json_text, &problem))
        return feed_bad_file(builder, path, &problem);
    json_begin(&json, json_text, arena);
    bool object = json_object(&json);
    while (object && json_key(&json, &key))
        if (str_is(key, "advisory"))
            read_advisory(&json, arena, &advisory);
        else if (str_is(key, "versions"))
            read_versions(&json, arena, &advisory.weakness.expressions);
        else
            json_skip(&json);
    if (!json_end(&json, &problem))
        return feed_bad_file(builder, path, &problem);
    if (advisory.withdrawn || str_is(str_trim(advisory.informational), "unmaintained"))
        return true;
    read_markdown(markdown, &advisory.weakness.about);
    advisory.weakness.about.modified_s = advisory.weakness.about.published_s;
    rate(&advisory);
    return feed_add_weakness(builder, &source, STR("cargo"), &advisory.weakness, arena, err);
}

/* Advisories of the toolchain itself (rust/) are of no crate. */
static bool wanted(struct str path)
{
    return str_ends(path, ".md") && str_starts(path_base(path), "RUSTSEC-") && !str_starts(path, "rust/") &&
           !str_contains(path, "/rust/");
}

static bool read_feed(struct vulndb_builder *builder, const char *path, struct error *err)
{
    return feed_each_file(builder, path, wanted, add_file, err);
}

const struct vulndb_feed feed_rustsec = {
    .kind = "rustsec",
    .help = "a folder or archive of the RustSec Advisory Database (Markdown with TOML)",
    .read = read_feed,
};
