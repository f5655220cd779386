/* mix.lock of Elixir's Mix (Hex's source, Hex.Mix and Mix.Dep.Lock), a map of applications to what was fetched for each:
 *
 *     "jason": {:hex, :jason, "1.3.0", "fa6b…", [:mix], [{:decimal, "~> 1.0", [hex: :decimal, optional: true]}], "hexpm", "53fc…"},
 *     "esaml": {:git, "https://…", "4294…", []},      no version: not listed
 *
 * Older versions of Hex leave off items at the end. The last item is the SHA-256 of the package's archive. */
#include "catalog/listed.h"
#include "catalog/other/terms.h"

static bool put_needs(const struct term *list, struct buf *out)
{
    for (const struct term *need = list && list->type == TERM_LIST ? list->child : NULL; need; need = need->next) {
        struct str name = term_text(term_at(need, 0));
        if (name.len && header_value_ok(name))
            catalog_put_item(out, name);
    }
    return !out->failed;
}

static bool keep_entry(const struct catalog_file *file, struct catalog_facts *facts, struct str app, const struct term *entry,
                       struct map *names)
{
    struct package *package;
    if (entry->type != TERM_TUPLE || !str_is(term_text(term_at(entry, 0)), "hex"))
        return true;
    if (!listed_add(file, facts, term_text(term_at(entry, 1)), term_text(term_at(entry, 2)), &package) || !package)
        return !facts->arena->exhausted;
    struct str sum = term_text(term_at(entry, 7));
    if (sum.len && header_value_ok(sum))
        package->digest = arena_printf(facts->arena, "sha256:%.*s", STR_ARG(sum));
    struct buf needs;
    buf_init(&needs, 1u << 20);
    if (put_needs(term_at(entry, 5), &needs))
        package->depends = arena_str(facts->arena, buf_view(&needs));
    buf_free(&needs);
    package->line = entry->line;
    package->end_line = entry->end_line;
    return !facts->arena->exhausted && map_put(names, app, facts->package_count - 1);
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct term *first;
    struct error err = { 0 };
    struct map names;
    size_t first_package = facts->package_count;
    map_init(&names, file->scratch);
    bool whole = terms_read(file->text, TERMS_ELIXIR, file->scratch, &first, &err);
    if (file->scratch->exhausted || (!whole && !catalog_warn(facts, file->path, false, "%s", err.text)))
        return !facts->arena->exhausted;
    /* Of a text that is cut off, the entries that are there whole count still: only the last can be a piece. */
    const struct term *app = first && first->type == TERM_MAP ? first->child : NULL;
    for (; app && app->next; app = app->next->next)
        if (whole || app->next->next)
            if (!keep_entry(file, facts, term_text(app), app->next, &names))
                return false;
    return listed_resolve(facts, first_package, &names, NULL);
}

static const struct catalog_claim claims[] = {
    { "**/mix.lock", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_hex_kind = {
    .name = "hex",
    .is_lock = true,
    .ecosystem = "erlang",
    .scheme = "hex",
    .purl_type = "hex",
    .claims = claims,
    .max_bytes = 32u << 20,
    .parse = parse,
};
