/* Choosing one of several images: first by reference, then by platform. Whatever is left open is an error that lists the
 * choices; an image is never guessed among differently named ones. */
#include "image/pick.h"
#include "image/platform.h"

enum { MAX_LISTED = 10, MIN_ID_DIGITS = 6, MAX_LISTED_BYTES = 700 };

/* ---- names ------------------------------------------------------------------------------------------------------- */

bool names_has(const struct names *names, struct str name)
{
    for (size_t i = 0; i < names->count; i++)
        if (str_eq(names->items[i], name))
            return true;
    return false;
}

bool names_add(struct names *names, struct str name, struct arena *arena)
{
    if (!name.len || names_has(names, name))
        return true;
    struct str *items = arena_grow(arena, names->items, names->count, &names->cap, sizeof *items);
    if (!items)
        return false;
    names->items = items;
    items[names->count++] = name;
    return true;
}

/* ---- how well a candidate fits a reference ----------------------------------------------------------------------- */

/* Better fits are higher: only the best fitting candidates are kept. */
enum fit { FIT_NONE, FIT_ID_PREFIX, FIT_TAG, FIT_SUFFIX, FIT_SAME, FIT_EXACT };

struct wanted {
    struct str text;
    struct image_reference parts;
    bool is_reference, is_number, may_be_tag;
    uint64_t number;
};

static struct wanted wanted_from(struct str text, struct arena *arena)
{
    struct error ignored = { 0 };
    struct wanted w = { .text = text };
    w.is_number = str_starts(text, "@") && str_u64(str_skip(text, 1), &w.number);
    w.is_reference = !w.is_number && image_reference_parse(text, arena, &w.parts, &ignored);
    w.may_be_tag = !str_find(text, '/', NULL) && !str_find(text, ':', NULL) && !str_find(text, '@', NULL);
    return w;
}

static bool same_reference(const struct image_reference *a, const struct image_reference *b)
{
    return str_eq(a->registry, b->registry) && str_eq(a->repository, b->repository) && str_eq(a->tag, b->tag);
}

/* Does `name` end in "/" and what was asked for, as "localhost/app:1" does for "app:1" (tag "latest" where none was given)? */
static bool is_suffix(struct str name, const struct wanted *w, struct arena *arena)
{
    struct str text = w->text;
    if (w->may_be_tag || str_is(w->parts.tag, "latest"))
        text = str_ends(text, ":latest") ? text : arena_printf(arena, "%.*s:latest", STR_ARG(text));
    return text.ptr && text.len && name.len > text.len && name.ptr[name.len - text.len - 1] == '/' &&
           str_eq(str_skip(name, name.len - text.len), text);
}

static enum fit name_fit(struct str name, const struct wanted *w, struct arena *arena)
{
    struct image_reference parts;
    struct error ignored = { 0 };
    if (str_eq(name, w->text))
        return FIT_EXACT;
    bool is_whole = str_find(name, ':', NULL) && image_reference_parse(name, arena, &parts, &ignored);
    if (!is_whole)
        return FIT_NONE;
    if (w->is_reference && !w->parts.digest.len && same_reference(&parts, &w->parts))
        return FIT_SAME;
    if (w->is_reference && !w->parts.digest.len && is_suffix(name, w, arena))
        return FIT_SUFFIX;
    return w->may_be_tag && str_eq(parts.tag, w->text) ? FIT_TAG : FIT_NONE;
}

/* A whole digest, with or without a name before it, or the beginning of one as `docker images` shows it. */
static enum fit digest_fit(struct str digest, const struct wanted *w)
{
    struct str hex, begin = str_starts(w->text, "sha256:") ? str_skip(w->text, 7) : w->text;
    if (!digest.len)
        return FIT_NONE;
    if (str_eq(digest, w->text) || (w->is_reference && str_eq(digest, w->parts.digest)))
        return FIT_EXACT;
    hex = str_starts(digest, "sha256:") ? str_skip(digest, 7) : STR("");
    return begin.len >= MIN_ID_DIGITS && str_is_hex(begin) && str_eq(str_head(hex, begin.len), begin) ? FIT_ID_PREFIX : FIT_NONE;
}

static enum fit candidate_fit(const struct candidate *c, const struct wanted *w, struct arena *arena, struct str *name)
{
    if (w->is_number)
        return c->group == w->number ? FIT_EXACT : FIT_NONE;
    enum fit best = digest_fit(c->digest, w), fit = digest_fit(c->id, w);
    best = fit > best ? fit : best;
    for (unsigned i = 0; i < c->above_count; i++)
        if ((fit = digest_fit(c->above[i], w)) > best)
            best = fit;
    for (size_t i = 0; i < c->names.count; i++)
        if ((fit = name_fit(c->names.items[i], w, arena)) > best) {
            best = fit;
            *name = c->names.items[i];
        }
    return best;
}

/* ---- lists for messages ------------------------------------------------------------------------------------------ */

static struct str name_of(const struct candidate *c, struct arena *arena)
{
    if (c->names.count)
        return c->names.items[0];
    return arena_printf(arena, "@%u", c->group);
}

static struct str platform_of(const struct candidate *c, struct arena *arena)
{
    if (image_platform_is_any(c->platform))
        return c->digest.len ? c->digest : name_of(c, arena);
    return image_platform_text(c->platform, arena);
}

static struct str digest_of_one(const struct candidate *c, struct arena *arena)
{
    (void)arena;
    return c->digest.len ? c->digest : c->id;
}

/* "a, b, c and 4 more": each text once. */
static const char *list_of(const struct candidates *list, struct str (*text_of)(const struct candidate *, struct arena *),
                           struct arena *arena)
{
    struct names seen = { 0 };
    struct str text = STR("");
    for (size_t i = 0; i < list->count; i++)
        if (!names_add(&seen, text_of(&list->items[i], arena), arena))
            return "";
    size_t shown = 0;
    for (; shown < seen.count && shown < MAX_LISTED && text.len < MAX_LISTED_BYTES; shown++)
        text = arena_printf(arena, "%.*s%s%.*s", STR_ARG(text), shown ? ", " : "", STR_ARG(str_head(seen.items[shown], 200)));
    if (shown < seen.count)
        text = arena_printf(arena, "%.*s and %zu more", STR_ARG(text), seen.count - shown);
    return text.ptr ? text.ptr : "";
}

/* ---- picking ----------------------------------------------------------------------------------------------------- */

static bool pick_by_reference(struct candidates *list, struct str reference, struct arena *arena, struct str *name,
                              struct error *err)
{
    struct wanted w = wanted_from(reference, arena);
    enum fit best = FIT_NONE;
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct str found = { 0 };
        enum fit fit = candidate_fit(&list->items[i], &w, arena, &found);
        if (fit == FIT_NONE || fit < best)
            continue;
        if (fit > best) {
            kept = 0;
            best = fit;
            *name = found;
        }
        struct candidate moved = list->items[i];
        list->items[i] = list->items[kept];
        list->items[kept++] = moved;
    }
    if (!kept)
        return error_set(err, ERROR_USAGE, "has no image \"%.*s\"; it has %s", STR_ARG(str_head(reference, 200)),
                         list_of(list, name_of, arena));
    list->count = kept;
    return true;
}

/* Are all that are left one image for several platforms: of one entry, or of one name, or all without any? */
static bool is_one_image(const struct candidates *list)
{
    const struct candidate *first = &list->items[0];
    bool same_group = true, nameless = true;
    for (size_t i = 0; i < list->count; i++) {
        same_group &= list->items[i].group == first->group;
        nameless &= list->items[i].names.count == 0;
    }
    if (same_group || nameless)
        return true;
    for (size_t n = 0; n < first->names.count; n++) {
        size_t having = 0;
        while (having < list->count && names_has(&list->items[having].names, first->names.items[n]))
            having++;
        if (having == list->count)
            return true;
    }
    return false;
}

typedef bool keep_fn(struct image_platform want, const struct candidate *c);

static bool keep_exact(struct image_platform want, const struct candidate *c)
{
    return platform_is_exact(want, c->platform);
}

static bool keep_fitting(struct image_platform want, const struct candidate *c)
{
    return platform_fits(want, c->platform);
}

static bool keep_stored(struct image_platform want, const struct candidate *c)
{
    (void)want;
    return !c->absent;
}

/* Keeps those that pass; where none does, all stay and the answer is false. */
static bool keep(struct candidates *list, keep_fn *passes, struct image_platform want)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (passes(want, &list->items[i])) {
            struct candidate moved = list->items[i];
            list->items[i] = list->items[kept];
            list->items[kept++] = moved;
        }
    if (kept)
        list->count = kept;
    return kept > 0;
}

static bool pick_by_platform(struct candidates *list, const struct image_request *request, struct arena *arena, struct error *err)
{
    struct image_platform want = platform_canonical(request->platform);
    bool is_asked = !image_platform_is_any(want);
    if (!is_asked)
        want = image_platform_host();
    if (is_asked && !keep(list, keep_exact, want) && !keep(list, keep_fitting, want))
        return error_set(err, ERROR_USAGE, "has no image for %s; it has %s", image_platform_text(want, arena).ptr,
                         list_of(list, platform_of, arena));
    const char *listed = list_of(list, platform_of, arena);
    if (!keep(list, keep_stored, want))
        return error_set(err, ERROR_INPUT,
                         "lists %s, but does not hold it: save the image again for that platform "
                         "(or with all platforms)",
                         listed);
    if (!is_asked && list->count > 1 && !keep(list, keep_exact, want))
        keep(list, keep_fitting, want);
    if (list->count == 1)
        return true;
    const struct image_platform *first = &list->items[0].platform;
    for (size_t i = 1; i < list->count; i++)
        if (!platform_is_exact(*first, list->items[i].platform))
            return error_set(err, ERROR_USAGE, "has images for several platforms: choose one with --platform (%s)",
                             list_of(list, platform_of, arena));
    return error_set(err, ERROR_USAGE, "has %zu images for the same platform: name one of them by its digest (%s)", list->count,
                     list_of(list, digest_of_one, arena));
}

static bool is_artifact(struct image_platform want, const struct candidate *c)
{
    (void)want;
    return c->artifact.len > 0;
}

static bool is_image(struct image_platform want, const struct candidate *c)
{
    return !is_artifact(want, c);
}

bool pick_candidate(struct candidates *candidates, const struct image_request *request, struct arena *arena,
                    const struct candidate **out, struct str *name, struct error *err)
{
    struct candidates list = *candidates;
    struct str found = { 0 };
    if (request->reference.len && !pick_by_reference(&list, request->reference, arena, &found, err))
        return false;
    if (!keep(&list, is_image, request->platform))
        return error_set(err, ERROR_ARTIFACT, "holds no container image but an artifact of type %.*s, which has no packages",
                         STR_ARG(str_head(list.items[0].artifact, 200)));
    if (!is_one_image(&list))
        return error_set(err, ERROR_USAGE, "has several images: name one of them (%s)", list_of(&list, name_of, arena));
    if (!pick_by_platform(&list, request, arena, err))
        return false;
    *out = &list.items[0];
    *name = found.len ? found : list.items[0].names.count ? list.items[0].names.items[0] : STR("");
    return arena->exhausted ? arena_error(arena, err) : true;
}
