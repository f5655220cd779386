/* Joining identifiers of one weakness: a CVE and the GHSA, PYSEC, RUSTSEC … entries that name it as their alias become one
 * record under the CVE (where there is none, under the GHSA, else the first by name); the rest become vendor ids and aliases.
 *
 * Sources make mistakes, and some entries speak of several CVEs. An identifier that two CVEs claim joins neither, and a group
 * that still holds two CVEs is left apart; both are counted. Whatever the order of records, the same groups come out. */
#include <stdlib.h>

#include "builder.h"

enum { NONE = 0 }; /* the empty text is no identifier */

struct join {
    struct vulndb_builder *builder;
    uint32_t count;   /* of texts; the arrays below go by text number */
    uint32_t *claim;  /* the CVE that claims this identifier */
    uint32_t *parent; /* union-find */
    uint32_t *name;   /* of a group, at its root: the identifier it goes by */
    unsigned char *flags;
};
enum { SHARED = 1, SUBJECT = 2, APART = 4 };

static struct str text_of(const struct join *join, uint32_t id)
{
    return pool_text(&join->builder->texts, id);
}

static bool is_cve(const struct join *join, uint32_t id)
{
    return str_starts(text_of(join, id), "CVE-");
}

static void claim(struct join *join, uint32_t id, uint32_t cve)
{
    if (is_cve(join, id))
        return;
    if (join->claim[id] == NONE)
        join->claim[id] = cve;
    else if (join->claim[id] != cve)
        join->flags[id] |= SHARED;
}

/* The one CVE that a record speaks of; NONE where it names none. *several: it names more than one. */
static uint32_t cve_of(const struct join *join, const struct staged_vulnerability *record, bool *several)
{
    uint32_t count, cve = NONE;
    const uint32_t *aliases = builder_words(join->builder, record->aliases, &count);
    *several = false;
    if (is_cve(join, record->id))
        return record->id;
    for (uint32_t i = 0; i < count; i++)
        if (is_cve(join, aliases[i]) && aliases[i] != cve) {
            *several = cve != NONE;
            if (*several)
                return NONE;
            cve = aliases[i];
        }
    return cve;
}

static void claim_record(struct join *join, const struct staged_vulnerability *record)
{
    bool several;
    uint32_t count, cve = cve_of(join, record, &several);
    const uint32_t *aliases = builder_words(join->builder, record->aliases, &count);
    join->flags[record->id] |= SUBJECT;
    if (several)
        join->flags[record->id] |= SHARED;
    if (cve == NONE)
        return;
    claim(join, record->id, cve);
    for (uint32_t i = 0; i < count; i++)
        claim(join, aliases[i], cve);
}

static uint32_t root_of(struct join *join, uint32_t id)
{
    while (join->parent[id] != id) {
        join->parent[id] = join->parent[join->parent[id]];
        id = join->parent[id];
    }
    return id;
}

static void unite_record(struct join *join, const struct staged_vulnerability *record)
{
    uint32_t count;
    const uint32_t *aliases = builder_words(join->builder, record->aliases, &count);
    bool own_cve = is_cve(join, record->id);
    if (join->flags[record->id] & SHARED)
        return;
    for (uint32_t i = 0; i < count; i++)
        if (!(join->flags[aliases[i]] & SHARED) && !(own_cve && is_cve(join, aliases[i])))
            join->parent[root_of(join, aliases[i])] = root_of(join, record->id);
}

/* The better name of two: a CVE, then what has a record of its own, then a GHSA, then the first by bytes. */
static uint32_t better(const struct join *join, uint32_t a, uint32_t b)
{
    if (a == NONE || b == NONE)
        return a == NONE ? b : a;
    bool wins[][2] = { { is_cve(join, a), is_cve(join, b) },
                       { (join->flags[a] & SUBJECT) != 0, (join->flags[b] & SUBJECT) != 0 },
                       { str_starts(text_of(join, a), "GHSA-"), str_starts(text_of(join, b), "GHSA-") } };
    for (size_t i = 0; i < ARRAY_LEN(wins); i++)
        if (wins[i][0] != wins[i][1])
            return wins[i][0] ? a : b;
    return str_cmp(text_of(join, a), text_of(join, b)) <= 0 ? a : b;
}

static void name_groups(struct join *join)
{
    for (uint32_t id = 1; id < join->count; id++) {
        if (join->flags[id] & SHARED)
            vulndb_add_problem(join->builder, "an identifier that two CVEs claim: not joined", text_of(join, id));
        uint32_t root = root_of(join, id);
        uint32_t name = join->name[root];
        if (name != NONE && is_cve(join, name) && is_cve(join, id) && !(join->flags[root] & APART)) {
            join->flags[root] |= APART;
            vulndb_add_problem(join->builder, "a group of identifiers with two CVEs: not joined", text_of(join, id));
        }
        join->name[root] = better(join, name, id);
    }
}

static uint32_t name_of(struct join *join, uint32_t id)
{
    uint32_t root = root_of(join, id);
    return join->flags[root] & APART ? id : join->name[root];
}

/* The list with one more text. */
static bool with_text(struct vulndb_builder *builder, uint32_t *list, uint32_t text, struct error *err)
{
    uint32_t count;
    const uint32_t *words = builder_words(builder, *list, &count);
    builder_list_begin(builder);
    for (uint32_t i = 0; i < count; i++)
        if (words[i] != text)
            buf_u32(&builder->words, words[i]);
    buf_u32(&builder->words, text);
    return builder_list(builder, LIST_TEXTS, list, err);
}

static bool rename_records(struct join *join, struct error *err)
{
    struct vulndb_builder *builder = join->builder;
    for (size_t i = 0; i < STAGED_COUNT(builder->advisories, staged_advisory); i++) {
        struct staged_advisory *advisory = &STAGED(builder->advisories, staged_advisory)[i];
        uint32_t name = name_of(join, advisory->id);
        if (name != advisory->id && !with_text(builder, &advisory->vendor_ids, advisory->id, err))
            return false;
        advisory->id = name;
    }
    for (size_t i = 0; i < STAGED_COUNT(builder->vulnerabilities, staged_vulnerability); i++) {
        struct staged_vulnerability *record = &STAGED(builder->vulnerabilities, staged_vulnerability)[i];
        uint32_t name = name_of(join, record->id);
        if (name != record->id && !with_text(builder, &record->aliases, record->id, err))
            return false;
        record->id = name;
    }
    return true;
}

bool builder_join(struct vulndb_builder *builder, struct error *err)
{
    size_t count = STAGED_COUNT(builder->vulnerabilities, staged_vulnerability);
    struct join join = { .builder = builder, .count = builder->texts.count };
    join.claim = calloc(join.count, sizeof *join.claim);
    join.parent = calloc(join.count, sizeof *join.parent);
    join.name = calloc(join.count, sizeof *join.name);
    join.flags = calloc(join.count, sizeof *join.flags);
    bool ok = join.claim && join.parent && join.name && join.flags;
    if (ok) {
        const struct staged_vulnerability *records = STAGED(builder->vulnerabilities, staged_vulnerability);
        for (uint32_t i = 0; i < join.count; i++)
            join.parent[i] = i;
        for (size_t i = 0; i < count; i++)
            claim_record(&join, &records[i]);
        for (size_t i = 0; i < count; i++)
            unite_record(&join, &records[i]);
        name_groups(&join);
        ok = rename_records(&join, err);
    } else {
        builder_memory(err);
    }
    free(join.claim);
    free(join.parent);
    free(join.name);
    free(join.flags);
    return ok;
}
