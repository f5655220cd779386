/* Collecting records: checks them, encodes versions as keys of their scheme, interns texts and lists. */
#include "builder.h"

#include <stdlib.h>

#include "hash.h"

enum { MAX_KEY_BYTES = 64 * 1024 };

bool builder_memory(struct error *err)
{
    return error_set(err, ERROR_LIMIT, "the database's records need more memory than there is");
}

struct vulndb_builder *vulndb_builder_new(struct error *err)
{
    struct vulndb_builder *builder = calloc(1, sizeof *builder);
    if (!builder) {
        builder_memory(err);
        return NULL;
    }
    struct buf *buffers[] = { &builder->stored, &builder->advisories, &builder->vulnerabilities, &builder->sources,
                              &builder->cpes,   &builder->cpe_maps,   &builder->words,           &builder->jars };
    for (size_t i = 0; i < ARRAY_LEN(buffers); i++)
        buf_init(buffers[i], SIZE_MAX / 4);
    buf_init(&builder->key, MAX_KEY_BYTES);
    builder->problem_level = LOG_WARN;
    arena_init(&builder->arena, "the database's problems", 64 << 20);
    arena_init(&builder->scratch, "a record", 16 << 20);
    map_init(&builder->problems, &builder->arena);
    if (!pool_init(&builder->texts) || !pool_init(&builder->lists)) {
        builder_memory(err);
        vulndb_builder_free(builder);
        return NULL;
    }
    buf_chr(&builder->stored, 1);
    return builder;
}

void vulndb_builder_free(struct vulndb_builder *builder)
{
    if (!builder)
        return;
    pool_free(&builder->texts);
    pool_free(&builder->lists);
    buf_free(&builder->stored);
    buf_free(&builder->advisories);
    buf_free(&builder->vulnerabilities);
    buf_free(&builder->sources);
    buf_free(&builder->cpes);
    buf_free(&builder->cpe_maps);
    buf_free(&builder->jars);
    buf_free(&builder->key);
    buf_free(&builder->words);
    arena_free(&builder->arena);
    arena_free(&builder->scratch);
    free(builder);
}

void vulndb_builder_be_quiet(struct vulndb_builder *builder)
{
    builder->problem_level = LOG_DEBUG;
}

void builder_set_starter(struct vulndb_builder *builder)
{
    builder->starter = true;
}

int64_t builder_source_date(const struct vulndb_builder *builder)
{
    int64_t newest = 0;
    for (size_t i = 0; i < STAGED_COUNT(builder->sources, staged_source); i++)
        if (STAGED(builder->sources, staged_source)[i].date_s > newest)
            newest = STAGED(builder->sources, staged_source)[i].date_s;
    return newest;
}

void vulndb_add_problem(struct vulndb_builder *builder, const char *reason, struct str where)
{
    uint64_t count = 0;
    struct str key = str_from(reason);
    if (!map_get(&builder->problems, key, &count)) {
        log_line(builder->problem_level, "%s (first: %.*s)", reason, STR_ARG(where));
        key = arena_str(&builder->arena, key);
    }
    map_put(&builder->problems, key, count + 1);
}

/* ---- texts and lists ---------------------------------------------------------------------------------------------------------- */

static bool intern(struct vulndb_builder *builder, struct str text, bool stored, uint32_t *number, struct error *err)
{
    if (!pool_add(&builder->texts, text, number))
        return builder_memory(err);
    if (*number == builder->stored.len)
        buf_chr(&builder->stored, 0);
    if (builder->stored.failed)
        return builder_memory(err);
    if (stored)
        builder->stored.ptr[*number] = 1;
    return true;
}

bool builder_text(struct vulndb_builder *builder, struct str text, uint32_t *number, struct error *err)
{
    return intern(builder, text, true, number, err);
}

bool builder_detail(struct vulndb_builder *builder, struct str text, uint32_t *number, struct error *err)
{
    return intern(builder, text, false, number, err);
}

/* Starts a list: its kind is its first word, so that lists of two kinds are never one. */
void builder_list_begin(struct vulndb_builder *builder)
{
    buf_clear(&builder->words);
    buf_u32(&builder->words, 0);
}

bool builder_list(struct vulndb_builder *builder, enum list_kind kind, uint32_t *number, struct error *err)
{
    *number = 0;
    if (builder->words.failed)
        return builder_memory(err);
    if (builder->words.len <= 4)
        return true;
    uint32_t word = (uint32_t)kind;
    memcpy(builder->words.ptr, &word, 4);
    return pool_add(&builder->lists, buf_view(&builder->words), number) || builder_memory(err);
}

const uint32_t *builder_words(const struct vulndb_builder *builder, uint32_t list, uint32_t *count)
{
    struct str bytes = pool_text(&builder->lists, list);
    *count = bytes.len ? (uint32_t)(bytes.len / 4) - 1 : 0;
    return bytes.len ? (const uint32_t *)(const void *)bytes.ptr + 1 : NULL;
}

bool builder_texts(struct vulndb_builder *builder, const struct str *texts, size_t count, enum list_kind kind, uint32_t *list,
                   struct error *err)
{
    builder_list_begin(builder);
    for (size_t i = 0; i < count; i++) {
        uint32_t number;
        if (!intern(builder, texts[i], kind != LIST_DETAILS, &number, err))
            return false;
        if (number)
            buf_u32(&builder->words, number);
    }
    return builder_list(builder, kind, list, err);
}

/* ---- versions ------------------------------------------------------------------------------------------------------------------- */

enum outcome { DONE, UNUSABLE, FAILED };

/* The key of a version, in builder->key. */
static bool make_key(struct vulndb_builder *builder, const struct version_scheme *scheme, struct str text)
{
    buf_clear(&builder->key);
    return scheme->key(text, &builder->key) && !builder->key.failed;
}

static enum outcome add_end(struct vulndb_builder *builder, const struct version_scheme *scheme, struct str text,
                            struct error *err)
{
    uint32_t key, number;
    if (!text.ptr) {
        buf_u32(&builder->words, 0);
        buf_u32(&builder->words, 0);
        return DONE;
    }
    if (!make_key(builder, scheme, text))
        return UNUSABLE;
    if (!builder_text(builder, buf_view(&builder->key), &key, err) || !builder_text(builder, text, &number, err))
        return FAILED;
    buf_u32(&builder->words, key);
    buf_u32(&builder->words, number);
    return DONE;
}

static enum outcome add_ranges(struct vulndb_builder *builder, const struct version_scheme *scheme, const struct version_set *set,
                               uint32_t *list, struct error *err)
{
    builder_list_begin(builder);
    for (size_t i = 0; i < set->count; i++) {
        const struct version_span *span = &set->spans[i];
        buf_u32(&builder->words, (span->low.ptr ? DDB_HAS_LOW : 0u) | (span->high.ptr ? DDB_HAS_HIGH : 0u) |
                                     (span->low.ptr && span->low_open ? DDB_LOW_OPEN : 0u) |
                                     (span->high.ptr && span->high_open ? DDB_HIGH_OPEN : 0u));
        enum outcome outcome = add_end(builder, scheme, span->low, err);
        if (outcome == DONE)
            outcome = add_end(builder, scheme, span->high, err);
        if (outcome != DONE)
            return outcome;
    }
    return builder_list(builder, LIST_RANGES, list, err) ? DONE : FAILED;
}

/* Exact versions as numbers of key and text; what the ranges hold already is left out, what is no version is counted. */
static bool add_exact(struct vulndb_builder *builder, const struct version_scheme *scheme, const struct vulndb_advisory *advisory,
                      uint32_t *list, struct error *err)
{
    struct error ignored = { 0 };
    builder_list_begin(builder);
    for (size_t i = 0; i < advisory->exact_count; i++) {
        struct str text = advisory->exact[i];
        uint32_t key, number;
        bool inside = false;
        if (!make_key(builder, scheme, text)) {
            vulndb_add_problem(builder, "a listed version that is none of its scheme", text);
            continue;
        }
        if (version_set_has(scheme, &advisory->affected, text, &inside, &ignored) && inside)
            continue;
        if (!builder_text(builder, buf_view(&builder->key), &key, err) || !builder_text(builder, text, &number, err))
            return false;
        buf_u32(&builder->words, key);
        buf_u32(&builder->words, number);
    }
    return builder_list(builder, LIST_EXACT, list, err);
}

static bool add_scope(struct vulndb_builder *builder, const struct vulndb_advisory *advisory, uint32_t *list, struct error *err)
{
    uint32_t number;
    *list = 0;
    if (advisory->flavour.len == 0 && advisory->arch_count == 0 && advisory->cpe_count == 0)
        return true;
    builder_list_begin(builder);
    if (!builder_text(builder, advisory->flavour, &number, err))
        return false;
    buf_u32(&builder->words, number);
    buf_u32(&builder->words, (uint32_t)advisory->arch_count);
    for (size_t i = 0; i < advisory->arch_count; i++) {
        if (!builder_text(builder, advisory->arches[i], &number, err))
            return false;
        buf_u32(&builder->words, number);
    }
    for (size_t i = 0; i < advisory->cpe_count; i++)
        buf_u32(&builder->words, advisory->cpes[i]);
    return builder_list(builder, LIST_SCOPE, list, err);
}

/* ---- advisories -------------------------------------------------------------------------------------------------------------------- */

/* The source by name, else by id. */
static bool find_source(struct vulndb_builder *builder, struct str source, uint16_t *index)
{
    const struct staged_source *sources = STAGED(builder->sources, staged_source);
    size_t count = STAGED_COUNT(builder->sources, staged_source);
    for (size_t i = 0; i < count; i++)
        if (str_eq(pool_text(&builder->texts, sources[i].name), source)) {
            *index = (uint16_t)i;
            return true;
        }
    for (size_t i = 0; i < count; i++)
        if (str_eq(pool_text(&builder->texts, sources[i].id), source)) {
            *index = (uint16_t)i;
            return true;
        }
    return false;
}

/* Why a record cannot be used, NULL where it can. */
static const char *advisory_problem(const struct vulndb_advisory *advisory, const struct version_scheme *scheme)
{
    uint64_t hash;
    if (!scheme)
        return "an advisory of an ecosystem or distribution whose versions are not known here";
    if (advisory->package.len == 0 || advisory->vulnerability.len == 0)
        return "an advisory without a package or an identifier";
    if (!ddb_package_hash(advisory->space, advisory->package, &hash))
        return "an advisory with an overlong package name";
    if (advisory->affected.count == 0 && advisory->exact_count == 0 && advisory->status != STATUS_NOT_AFFECTED)
        return "an advisory that affects no version";
    return NULL;
}

static void advisory_where(struct vulndb_builder *builder, const struct vulndb_advisory *advisory, const char *reason)
{
    char where[512];
    snprintf(where, sizeof where, "%.*s, %.*s, %.*s", STR_ARG(advisory->vulnerability), STR_ARG(advisory->space),
             STR_ARG(advisory->package));
    vulndb_add_problem(builder, reason, str_from(where));
}

static bool stage_advisory(struct vulndb_builder *builder, const struct vulndb_advisory *advisory,
                           const struct version_scheme *scheme, struct staged_advisory *staged, enum outcome *outcome,
                           struct error *err)
{
    *outcome = add_ranges(builder, scheme, &advisory->affected, &staged->ranges, err);
    if (*outcome != DONE)
        return *outcome == UNUSABLE;
    return add_exact(builder, scheme, advisory, &staged->exact, err) && add_scope(builder, advisory, &staged->scope, err) &&
           builder_texts(builder, advisory->vendor_ids, advisory->vendor_id_count, LIST_TEXTS, &staged->vendor_ids, err) &&
           builder_text(builder, advisory->space, &staged->space, err) &&
           builder_text(builder, advisory->package, &staged->package, err) &&
           builder_text(builder, advisory->vulnerability, &staged->id, err) &&
           builder_text(builder, advisory->fixed, &staged->fixed, err) &&
           builder_text(builder, advisory->affected_text, &staged->affected_text, err);
}

bool vulndb_add_advisory(struct vulndb_builder *builder, const struct vulndb_advisory *given, struct error *err)
{
    struct vulndb_advisory advisory = *given;
    struct staged_advisory staged = { 0 };
    const struct version_scheme *scheme = vulndb_space_scheme(advisory.space);
    enum outcome outcome;
    arena_reset(&builder->scratch, (struct arena_mark){ 0 });
    if (!vulndb_space_normalize(advisory.space, advisory.package, &builder->scratch, &advisory.package))
        return arena_error(&builder->scratch, err);
    const char *problem = advisory_problem(&advisory, scheme);
    if (!problem && !find_source(builder, advisory.source, &staged.source))
        return error_set(err, ERROR_INPUT, "%.*s: its source \"%.*s\" is not known", STR_ARG(advisory.vulnerability),
                         STR_ARG(advisory.source));
    if (!problem && !stage_advisory(builder, &advisory, scheme, &staged, &outcome, err))
        return false;
    if (!problem && outcome == UNUSABLE)
        problem = "a range with a version that is none of its scheme";
    if (!problem && staged.ranges == 0 && staged.exact == 0 && advisory.status != STATUS_NOT_AFFECTED)
        problem = "an advisory that affects no version";
    if (problem) {
        advisory_where(builder, given, problem);
        return true;
    }
    if (advisory.status == STATUS_UNKNOWN)
        advisory.status = advisory.fixed.len ? STATUS_FIXED : STATUS_AFFECTED;
    staged.status = (uint8_t)advisory.status;
    staged.severity = advisory.has_severity ? (uint8_t)advisory.severity : DDB_NO_SEVERITY;
    STAGED(builder->sources, staged_source)[staged.source].advisory_count++;
    buf_add(&builder->advisories, &staged, sizeof staged);
    return !builder->advisories.failed || builder_memory(err);
}
