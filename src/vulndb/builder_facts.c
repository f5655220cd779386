/* Collecting what is not an advisory: sources, vulnerabilities and Red Hat's CPE tables. */
#include "builder.h"

/* ---- sources -------------------------------------------------------------------------------------------------------------------- */

bool vulndb_add_source(struct vulndb_builder *builder, const struct vulndb_source *source, int64_t date_s, struct error *err)
{
    struct staged_source staged = { .date_s = date_s };
    if (!builder_text(builder, source->id, &staged.id, err) || !builder_text(builder, source->name, &staged.name, err) ||
        !builder_text(builder, source->url, &staged.url, err) || !builder_text(builder, source->base_id, &staged.base_id, err))
        return false;
    struct staged_source *sources = STAGED(builder->sources, staged_source);
    size_t count = STAGED_COUNT(builder->sources, staged_source);
    for (size_t i = 0; i < count; i++)
        if (sources[i].name == staged.name && sources[i].id == staged.id && sources[i].base_id == staged.base_id) {
            if (date_s > sources[i].date_s)
                sources[i].date_s = date_s;
            return true;
        }
    if (count > UINT16_MAX)
        return error_set(err, ERROR_LIMIT, "%.*s: more sources than the database can hold", STR_ARG(source->name));
    buf_add(&builder->sources, &staged, sizeof staged);
    return !builder->sources.failed || builder_memory(err);
}

/* ---- vulnerabilities -------------------------------------------------------------------------------------------------------------- */

static float score_of(float given, struct str vector)
{
    double score;
    if (given > 0 || vector.len == 0 || !cvss_score(vector, &score))
        return given;
    return (float)score;
}

static void add_score(struct buf *words, float score)
{
    uint32_t bits;
    memcpy(&bits, &score, sizeof bits);
    buf_u32(words, bits);
}

/* In the words of struct ddb_rating. */
static bool add_ratings(struct vulndb_builder *builder, const struct vulndb_vulnerability *vulnerability, uint32_t *list,
                        struct error *err)
{
    builder_list_begin(builder);
    for (size_t i = 0; i < vulnerability->rating_count; i++) {
        const struct vulndb_rating *rating = &vulnerability->ratings[i];
        const struct str texts[] = { rating->source, rating->cvss2, rating->cvss3, rating->cvss4 };
        uint32_t numbers[ARRAY_LEN(texts)];
        for (size_t j = 0; j < ARRAY_LEN(texts); j++)
            if (!builder_text(builder, texts[j], &numbers[j], err))
                return false;
        buf_u32(&builder->words, numbers[0]);
        buf_u32(&builder->words, (uint32_t)rating->severity);
        for (size_t j = 1; j < ARRAY_LEN(texts); j++)
            buf_u32(&builder->words, numbers[j]);
        add_score(&builder->words, score_of(rating->score2, rating->cvss2));
        add_score(&builder->words, score_of(rating->score3, rating->cvss3));
        add_score(&builder->words, score_of(rating->score4, rating->cvss4));
    }
    return builder_list(builder, LIST_RATINGS, list, err);
}

bool vulndb_add_vulnerability(struct vulndb_builder *builder, const struct vulndb_vulnerability *v, struct error *err)
{
    struct staged_vulnerability staged = {
        .severity = (uint8_t)v->severity,
        .flags = v->kev_ransomware ? DDB_VULNERABILITY_RANSOMWARE : 0,
        .published_s = v->published_s,
        .modified_s = v->modified_s,
        .withdrawn_s = v->withdrawn_s,
        .kev_added_s = v->kev_added_s,
        .kev_due_s = v->kev_due_s,
        .epss = v->epss,
        .epss_percentile = v->epss_percentile,
    };
    if (v->id.len == 0) {
        vulndb_add_problem(builder, "a vulnerability without an identifier", v->title);
        return true;
    }
    if (!builder_text(builder, v->id, &staged.id, err) || !builder_text(builder, v->title, &staged.title, err) ||
        !builder_detail(builder, v->description, &staged.description, err) || !add_ratings(builder, v, &staged.ratings, err) ||
        !builder_texts(builder, v->cwes, v->cwe_count, LIST_TEXTS, &staged.cwes, err) ||
        !builder_texts(builder, v->references, v->reference_count, LIST_DETAILS, &staged.references, err) ||
        !builder_texts(builder, v->aliases, v->alias_count, LIST_TEXTS, &staged.aliases, err))
        return false;
    buf_add(&builder->vulnerabilities, &staged, sizeof staged);
    return !builder->vulnerabilities.failed || builder_memory(err);
}

/* ---- Red Hat's CPE tables ------------------------------------------------------------------------------------------------------------ */

bool vulndb_add_cpe(struct vulndb_builder *builder, uint32_t index, struct str cpe, struct error *err)
{
    struct staged_cpe staged = { .index = index };
    if (!builder_text(builder, cpe, &staged.text, err))
        return false;
    buf_add(&builder->cpes, &staged, sizeof staged);
    return !builder->cpes.failed || builder_memory(err);
}

bool vulndb_add_cpe_map(struct vulndb_builder *builder, const char *table, struct str name, const uint32_t *indices, size_t count,
                        struct error *err)
{
    struct staged_cpe_map staged;
    if (!builder_text(builder, str_from(table), &staged.table, err) || !builder_text(builder, name, &staged.name, err))
        return false;
    builder_list_begin(builder);
    for (size_t i = 0; i < count; i++)
        buf_u32(&builder->words, indices[i]);
    if (!builder_list(builder, LIST_NUMBERS, &staged.indices, err))
        return false;
    buf_add(&builder->cpe_maps, &staged, sizeof staged);
    return !builder->cpe_maps.failed || builder_memory(err);
}
