/* From a record of one weakness to what the builder takes: names, ratings, affected spans. Shared by the language databases. */
#include "vulndb/feeds/feed.h"

/* ---- names ----------------------------------------------------------------------------------------------------------------- */

enum { MAX_NAMES = 4096 }; /* no record has so many; adding each once is quadratic */

bool feed_names_make(struct vulndb_builder *builder, struct str id, const struct feed_texts *aliases, struct arena *arena,
                     struct feed_names *out, struct error *err)
{
    size_t count = aliases->count < MAX_NAMES ? aliases->count : MAX_NAMES;
    *out = (struct feed_names){ 0 };
    if (str_starts(id, "CVE-"))
        feed_texts_add_once(&out->ids, arena, id);
    else
        for (size_t i = 0; i < count; i++)
            if (str_starts(aliases->items[i], "CVE-"))
                feed_texts_add_once(&out->ids, arena, aliases->items[i]);
    if (out->ids.count == 0)
        feed_texts_add_once(&out->ids, arena, id);
    if (out->ids.count > 1)
        vulndb_add_problem(builder, "a record that names several CVEs: filed under each, not joined", id);
    for (size_t i = 0; i < count; i++)
        if (!feed_texts_has(&out->ids, aliases->items[i]) && !str_eq(aliases->items[i], id))
            feed_texts_add_once(&out->others, arena, aliases->items[i]);
    if (!feed_texts_has(&out->ids, id))
        feed_texts_add_once(&out->others, arena, id);
    return !arena->exhausted || arena_error(arena, err);
}

/* ---- ratings --------------------------------------------------------------------------------------------------------------- */

static float score_of(struct str vector, float given)
{
    double score;
    return given > 0 || !cvss_score(vector, &score) ? given : (float)score;
}

void feed_rate(struct vulndb_rating *rating)
{
    rating->score4 = score_of(rating->cvss4, rating->score4);
    rating->score3 = score_of(rating->cvss3, rating->score3);
    rating->score2 = score_of(rating->cvss2, rating->score2);
    float best = rating->score4 > 0 ? rating->score4 : rating->score3 > 0 ? rating->score3 : rating->score2;
    if (rating->severity == SEVERITY_UNKNOWN)
        rating->severity = cvss_severity((double)best);
}

/* ---- adding ---------------------------------------------------------------------------------------------------------------- */

static bool add_about(struct vulndb_builder *builder, struct feed_weakness *weakness, const struct feed_names *names,
                      struct error *err)
{
    struct vulndb_vulnerability about = weakness->about;
    about.ratings = &weakness->rating;
    about.rating_count = weakness->rated ? 1 : 0;
    about.severity = weakness->rating.severity;
    about.references = weakness->references.items;
    about.reference_count = weakness->references.count;
    about.aliases = names->others.items;
    about.alias_count = names->ids.count == 1 ? names->others.count : 0;
    for (size_t i = 0; i < names->ids.count; i++) {
        about.id = names->ids.items[i];
        if (!vulndb_add_vulnerability(builder, &about, err))
            return false;
    }
    return true;
}

bool feed_add_weakness(struct vulndb_builder *builder, const struct vulndb_source *source, struct str space,
                       struct feed_weakness *weakness, struct arena *arena, struct error *err)
{
    const struct version_scheme *scheme = vulndb_space_scheme(space);
    struct feed_names names;
    struct str where = arena_printf(arena, "%.*s, %.*s", STR_ARG(weakness->id), STR_ARG(weakness->package));
    if (!feed_names_make(builder, weakness->id, &weakness->aliases, arena, &names, err))
        return false;
    weakness->rating.source = source->id;
    feed_rate(&weakness->rating);
    struct vulndb_advisory advisory = {
        .space = space,
        .package = weakness->package,
        .source = source->name,
        .vendor_ids = names.others.items,
        .vendor_id_count = names.others.count,
        .affected_text = feed_affected_text(&weakness->expressions, arena),
    };
    version_set_init(&advisory.affected, arena);
    if (!feed_set_expressions(builder, scheme, &weakness->expressions, where, &advisory.affected, err))
        return false;
    advisory.fixed = feed_fixed_versions(scheme, &weakness->expressions, &advisory.affected);
    if (arena->exhausted)
        return arena_error(arena, err);
    if (!vulndb_add_source(builder, source, weakness->about.modified_s, err) || !add_about(builder, weakness, &names, err))
        return false;
    for (size_t i = 0; i < names.ids.count; i++) {
        advisory.vulnerability = names.ids.items[i];
        if (!vulndb_add_advisory(builder, &advisory, err))
            return false;
    }
    return true;
}

/* ---- reading --------------------------------------------------------------------------------------------------------------- */

bool feed_read_weakness(struct str text,
                        void (*read_field)(struct json *json, struct str key, struct arena *arena,
                                           struct feed_weakness *weakness),
                        struct arena *arena, struct feed_weakness *out, struct error *err)
{
    struct str json_text, key;
    struct json json;
    if (!yaml_to_json(text, FEED_RECORD_BYTES, arena, &json_text, err))
        return false;
    json_begin(&json, json_text, arena);
    if (json_object(&json))
        while (json_key(&json, &key))
            read_field(&json, key, arena, out);
    return json_end(&json, err);
}
