/* What an OSV record affects, as advisories: one for each package, ecosystem and name of the record. Several entries for one
 * package (GitHub has one for each range, AlmaLinux one for each build) are joined. */
#include "vulndb/feeds/osv.h"

/* ---- entries of one package ------------------------------------------------------------------------------------------------ */

static bool join_entries(struct osv *osv, struct error *err)
{
    struct map heads;
    map_init(&heads, osv->arena);
    for (size_t i = 0; i < osv->record.affected_count; i++) {
        struct osv_affected *entry = &osv->record.affected[i];
        struct str key = arena_printf(osv->arena, "%.*s\n%.*s", STR_ARG(entry->ecosystem), STR_ARG(entry->package));
        uint64_t last;
        if (key.ptr && map_get(&heads, key, &last)) {
            osv->record.affected[last].next = entry;
            entry->joined = true;
        }
        if (!key.ptr || !map_put(&heads, key, i))
            return arena_error(osv->arena, err);
    }
    return true;
}

/* ---- module streams -------------------------------------------------------------------------------------------------------- */

static bool is_modular(const struct version_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (str_contains(set->spans[i].high, ".module"))
            return true;
    return false;
}

/* Builds of a module stream have "….module_el8…" in their release, and the bulletin's title names the stream: "Moderate: nodejs:18
 * security update". Packages of a stream are keyed with it, since streams of one module have versions of their own. */
static bool module_names(struct osv *osv, struct str package, struct feed_texts *names)
{
    struct str rest = str_head(osv->record.summary, 1000), word, module, stream, more;
    while (rest.len && str_next(&rest, ' ', &word)) {
        while (word.len && strchr(",:;", word.ptr[word.len - 1]))
            word.len--;
        if (!str_cut(word, ':', &module, &stream) || str_eq(word, osv->record.id))
            continue;
        str_cut(stream, '/', &stream, &more); /* "httpd:2.4/mod_http2" */
        if (module.len == 0 || stream.len == 0)
            continue;
        struct str name = arena_printf(osv->arena, "%.*s:%.*s::%.*s", STR_ARG(module), STR_ARG(stream), STR_ARG(package));
        if (!name.ptr || !feed_texts_add_once(names, osv->arena, name))
            return false;
    }
    return true;
}

/* ---- Red Hat --------------------------------------------------------------------------------------------------------------- */

/* Red Hat's ecosystems name a CPE: "Red Hat:enterprise_linux:9::baseos". The repositories that a release has by default stand for
 * it, so that an image without a list of its own content sets is matched too. */
static bool red_hat_scope(struct osv *osv, const struct osv_space *space, uint32_t *index, struct error *err)
{
    static const char *const arches[] = { "x86_64", "aarch64", "ppc64le", "s390x" };
    struct str product, rest, release, channel;
    struct str cpe =
        arena_printf(osv->arena, "cpe:/%s:redhat:%.*s", str_ends(space->cpe, "::baseos") ? "o" : "a", STR_ARG(space->cpe));
    if (!cpe.ptr)
        return arena_error(osv->arena, err);
    *index = 0x80000000u | (uint32_t)str_hash(cpe);
    if (!vulndb_add_cpe(osv->builder, *index, cpe, err))
        return false;
    str_cut(space->cpe, ':', &product, &rest);
    str_cut(rest, ':', &release, &channel);
    if (!str_is(product, "enterprise_linux") || release.len == 0 || !str_starts(channel, ":"))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(arches); i++) {
        struct str name =
            arena_printf(osv->arena, "rhel-%.*s-for-%s-%.*s-rpms", STR_ARG(release), arches[i], STR_ARG(str_skip(channel, 1)));
        if (!name.ptr)
            return arena_error(osv->arena, err);
        if (!vulndb_add_cpe_map(osv->builder, "repository", name, index, 1, err))
            return false;
    }
    return true;
}

/* ---- advisories ------------------------------------------------------------------------------------------------------------ */

/* A distribution's own word on this package: Debian's urgency, Ubuntu's priority. */
static void read_words(const struct osv_affected *entry, struct vulndb_advisory *advisory)
{
    struct str word = entry->specific.word;
    for (size_t i = 0; i < entry->severities.count && word.len == 0; i++)
        if (!str_starts(entry->severities.items[i].type, "CVSS"))
            word = entry->severities.items[i].score;
    if (str_eq_nocase(word, STR("end-of-life")))
        advisory->status = STATUS_END_OF_LIFE;
    else if (severity_parse(word, &advisory->severity))
        advisory->has_severity = advisory->severity != SEVERITY_UNKNOWN;
}

/* The spans and listed versions of all entries of the package. */
static bool read_versions(struct osv *osv, const struct osv_affected *entry, struct vulndb_advisory *advisory,
                          struct feed_texts *exact, struct error *err)
{
    const struct version_scheme *scheme = vulndb_space_scheme(advisory->space);
    struct feed_texts fixed = { 0 };
    struct error problem = { 0 };
    struct str where =
        arena_printf(osv->arena, "%.*s, %.*s, %.*s", STR_ARG(osv->record.id), STR_ARG(advisory->space), STR_ARG(entry->package));
    for (; entry; entry = entry->next) {
        if (!osv_spans(osv->builder, scheme, entry, where, &advisory->affected, &fixed, err))
            return false;
        for (size_t i = 0; i < entry->versions.count; i++)
            if (!feed_texts_add(exact, osv->arena, entry->versions.items[i]))
                return arena_error(osv->arena, err);
    }
    if (!version_set_normalize(scheme, &advisory->affected, &problem) && osv->arena->exhausted)
        return arena_error(osv->arena, err);
    advisory->exact = exact->items;
    advisory->exact_count = exact->count;
    advisory->fixed = feed_fixed_of(&advisory->affected, &fixed);
    if (vulndb_space_is_language(advisory->space))
        advisory->affected_text = feed_spans_text(&advisory->affected);
    return true;
}

static bool add_under_names(struct osv *osv, struct vulndb_advisory *advisory, struct error *err)
{
    struct feed_texts packages = { 0 };
    bool modular = !vulndb_space_is_language(advisory->space) && is_modular(&advisory->affected);
    if (modular && !module_names(osv, advisory->package, &packages))
        return arena_error(osv->arena, err);
    if (modular && packages.count == 0)
        vulndb_add_problem(osv->builder, "a module's bulletin that does not name the stream", osv->record.id);
    if (packages.count == 0 && !feed_texts_add(&packages, osv->arena, advisory->package))
        return arena_error(osv->arena, err);
    for (size_t i = 0; i < packages.count; i++)
        for (size_t j = 0; j < osv->names.ids.count; j++) {
            advisory->package = packages.items[i];
            advisory->vulnerability = osv->names.ids.items[j];
            if (!vulndb_add_advisory(osv->builder, advisory, err))
                return false;
        }
    return true;
}

static bool add_package(struct osv *osv, const struct osv_affected *entry, struct error *err)
{
    struct osv_space space;
    struct vulndb_source source;
    struct feed_texts exact = { 0 };
    uint32_t cpe;
    if (!osv_space_of(entry->ecosystem, osv->arena, &space) || !vulndb_space_scheme(space.space)) {
        vulndb_add_problem(osv->builder, "an ecosystem or distribution whose versions are not known here",
                           arena_printf(osv->arena, "%.*s: %.*s", STR_ARG(osv->record.id), STR_ARG(entry->ecosystem)));
        return true;
    }
    struct vulndb_advisory advisory = {
        .space = space.space,
        .package = entry->package,
        .vendor_ids = osv->names.others.items,
        .vendor_id_count = osv->names.others.count,
    };
    if (!osv_source_of(osv->record.id, space.space, osv->arena, &source))
        return arena_error(osv->arena, err);
    advisory.source = source.name;
    version_set_init(&advisory.affected, osv->arena);
    if (!vulndb_add_source(osv->builder, &source, 0, err) || !read_versions(osv, entry, &advisory, &exact, err))
        return false;
    if (!vulndb_space_is_language(space.space))
        read_words(entry, &advisory);
    if (space.red_hat) {
        if (!red_hat_scope(osv, &space, &cpe, err))
            return false;
        advisory.cpes = &cpe;
        advisory.cpe_count = 1;
    }
    return add_under_names(osv, &advisory, err);
}

bool osv_add_affected(struct osv *osv, struct error *err)
{
    if (!join_entries(osv, err))
        return false;
    for (size_t i = 0; i < osv->record.affected_count; i++) {
        const struct osv_affected *entry = &osv->record.affected[i];
        if (entry->joined || entry->package.len == 0) /* without a package: commits of a repository */
            continue;
        if (!add_package(osv, entry, err))
            return false;
        if (osv->arena->exhausted)
            return arena_error(osv->arena, err);
    }
    return true;
}
