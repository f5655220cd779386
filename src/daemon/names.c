/* Names of images: what a user wrote, read as a reference, an ID or both, and set beside the names that an engine tells. Familiar
 * forms are those of distribution's reference package (normalize.go, "FamiliarString"); IDs may be shortened and may begin with
 * "sha256:", as `docker inspect` takes them. */
#include "daemon/names.h"

enum { ID_DIGITS = 64 };

bool daemon_name_parse(struct str text, struct arena *arena, struct daemon_name *out, struct error *err)
{
    struct daemon_name wanted = { .text = text };
    struct str digits = str_starts(text, "sha256:") ? str_skip(text, strlen("sha256:")) : text;
    if (str_is_hex(digits) && digits.len <= ID_DIGITS)
        wanted.id = digits;
    struct error problem = { 0 };
    wanted.is_reference = digits.len != ID_DIGITS && image_reference_parse(text, arena, &wanted.reference, &problem);
    if (arena->exhausted)
        return arena_error(arena, err);
    if (!wanted.is_reference && !wanted.id.len) {
        *err = problem.kind ? problem : *err;
        return problem.kind ? false : error_set(err, ERROR_USAGE, "it is neither an image's name nor its ID");
    }
    *out = wanted;
    return true;
}

static bool add(struct str **items, size_t *count, size_t *cap, struct str item, struct arena *arena)
{
    struct str *grown = arena_grow(arena, *items, *count, cap, sizeof *grown);
    if (!grown)
        return false;
    *items = grown;
    grown[(*count)++] = item;
    return true;
}

bool daemon_names_add(struct daemon_names *names, struct str name, struct arena *arena)
{
    struct image_reference reference;
    struct error ignored = { 0 };
    if (!image_reference_parse(name, arena, &reference, &ignored))
        return !arena->exhausted;
    if (reference.digest.len)
        return add(&names->digests, &names->digest_count, &names->digest_cap, name, arena);
    return add(&names->tags, &names->tag_count, &names->tag_cap, name, arena);
}

struct str daemon_name_familiar(const struct image_reference *reference, struct arena *arena)
{
    return image_name_familiar(image_reference_text(reference, arena));
}

static bool same_tag(const struct image_reference *a, const struct image_reference *b)
{
    return str_eq(a->registry, b->registry) && str_eq(a->repository, b->repository) && str_eq(a->tag, b->tag);
}

/* Does a tag end in what was asked for, as a whole part of its path? */
static bool ends_in(struct str tag, const struct daemon_name *wanted, struct arena *arena)
{
    struct str text = wanted->text;
    if (str_is(wanted->reference.tag, "latest") && !str_ends(text, ":latest"))
        text = arena_printf(arena, "%.*s:latest", STR_ARG(text));
    return text.ptr && tag.len > text.len && tag.ptr[tag.len - text.len - 1] == '/' &&
           str_eq(str_skip(tag, tag.len - text.len), text);
}

struct str daemon_name_to_show(const struct daemon_name *wanted, const struct daemon_names *names, struct arena *arena)
{
    struct image_reference tag, first = { 0 }, longer = { 0 };
    struct error ignored = { 0 };
    for (size_t i = 0; i < names->tag_count; i++) {
        if (!image_reference_parse(names->tags[i], arena, &tag, &ignored))
            continue;
        if (wanted->is_reference && same_tag(&tag, &wanted->reference))
            return daemon_name_familiar(&wanted->reference, arena);
        if (!longer.repository.len && wanted->is_reference && ends_in(names->tags[i], wanted, arena))
            longer = tag;
        if (!first.repository.len)
            first = tag;
    }
    if (longer.repository.len)
        return daemon_name_familiar(&longer, arena);
    struct str hex = str_skip(names->id, strlen("sha256:"));
    bool by_id = wanted->id.len && str_eq(str_head(hex, wanted->id.len), wanted->id);
    if (wanted->is_reference && !by_id)
        return daemon_name_familiar(&wanted->reference, arena);
    return first.repository.len ? daemon_name_familiar(&first, arena) : names->id;
}

struct str daemon_id_digest(struct str id, struct arena *arena)
{
    struct str hex = str_starts(id, "sha256:") ? str_skip(id, strlen("sha256:")) : id;
    if (!str_is_hex(hex) || hex.len != ID_DIGITS)
        return STR("");
    return hex.len == id.len ? arena_printf(arena, "sha256:%.*s", STR_ARG(hex)) : id;
}
