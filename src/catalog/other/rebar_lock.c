/* rebar.lock of Erlang's rebar3 (its documentation, "Dependencies: Lock Files"):
 *
 *     {"1.2.0",
 *     [{<<"certifi">>,{pkg,<<"certifi">>,<<"2.9.0">>},0},
 *      {<<"foo">>,{git,"https://…",{ref,"0123…"}},1}]}.
 *     [{pkg_hash,[{<<"certifi">>, <<"6F2A…">>}]},
 *      {pkg_hash_ext,[{<<"certifi">>, <<"266D…">>}]}].
 *
 * The number is how far from the project it is: 0 are its own dependencies. pkg_hash_ext is the SHA-256 of the archive. The
 * oldest files have the list alone. */
#include "catalog/listed.h"
#include "catalog/other/terms.h"

static bool keep_entry(const struct catalog_file *file, struct catalog_facts *facts, const struct term *entry, struct map *names)
{
    struct package *package;
    const struct term *source = term_at(entry, 1);
    struct str how = term_text(term_at(source, 0)), level = term_text(term_at(entry, 2)), name = term_text(term_at(entry, 0));
    struct str version = term_text(term_at(source, 2));
    if (str_is(how, "pkg"))
        name = term_text(term_at(source, 1));
    else
        version = term_text(term_at(term_at(source, 2), 1)); /* of {ref,"commit"} */
    if (!listed_add(file, facts, name, version, &package) || !package)
        return !facts->arena->exhausted;
    if (level.len)
        package->relation = str_is(level, "0") ? RELATION_DIRECT : RELATION_INDIRECT;
    package->line = entry->line;
    package->end_line = entry->end_line;
    return map_put(names, term_text(term_at(entry, 0)), facts->package_count - 1);
}

static bool keep_sums(struct catalog_facts *facts, const struct term *tables, const struct map *names)
{
    for (const struct term *table = term_at(tables, 0); table; table = table->next) {
        if (!str_is(term_text(term_at(table, 0)), "pkg_hash_ext"))
            continue;
        for (const struct term *entry = term_at(term_at(table, 1), 0); entry; entry = entry->next) {
            struct str sum = term_text(term_at(entry, 1));
            uint64_t at;
            if (!sum.len || !header_value_ok(sum) || !map_get(names, term_text(term_at(entry, 0)), &at))
                continue;
            facts->packages[at].digest = arena_printf(facts->arena, "sha256:%.*s", STR_ARG(sum));
        }
    }
    return !facts->arena->exhausted;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct term *first;
    struct error err = { 0 };
    struct map names;
    map_init(&names, file->scratch);
    bool whole = terms_read(file->text, TERMS_ERLANG, file->scratch, &first, &err);
    if (file->scratch->exhausted || (!whole && !catalog_warn(facts, file->path, false, "%s", err.text)))
        return !facts->arena->exhausted;
    if (!first)
        return true;
    const struct term *list = first->type == TERM_TUPLE ? term_at(first, 1) : first;
    for (const struct term *entry = term_at(list, 0); entry; entry = entry->next)
        if ((whole || entry->next || first->next) && !keep_entry(file, facts, entry, &names))
            return false;
    return keep_sums(facts, first->next, &names);
}

static const struct catalog_claim claims[] = {
    { "**/rebar.lock", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_rebar_kind = {
    .name = "hex",
    .is_lock = true,
    .ecosystem = "erlang",
    .scheme = "hex",
    .purl_type = "hex",
    .claims = claims,
    .max_bytes = 32u << 20,
    .parse = parse,
};
