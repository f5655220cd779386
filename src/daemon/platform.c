/* Platforms in the Docker Engine API: from version 1.49 on images are inspected and exported by platform (the export alone in 1.48),
 * which is written as the OCI image specification has it (image-index.md, "platform"), as JSON in the query. */
#include "daemon/platform.h"

#include "daemon/names.h"
#include "net/net.h"

enum { MINOR_WITH_PLATFORM = 49, MAX_SHOWN_BYTES = 100 };

static struct str platform_json(struct image_platform p, struct arena *arena)
{
    struct buf text;
    buf_init(&text, 1 << 12);
    buf_text(&text, "{\"os\":");
    json_put_string(&text, p.os);
    buf_text(&text, ",\"architecture\":");
    json_put_string(&text, p.arch);
    if (p.variant.len) {
        buf_text(&text, ",\"variant\":");
        json_put_string(&text, p.variant);
    }
    buf_chr(&text, '}');
    struct str json = arena_str(arena, buf_view(&text));
    buf_free(&text);
    return json;
}

struct str engine_platform_query(struct image_platform want, uint64_t minor, struct arena *arena)
{
    if (image_platform_is_any(want) || minor < MINOR_WITH_PLATFORM)
        return STR("");
    struct str query = arena_printf(arena, "?platform=%.*s", STR_ARG(net_escape(arena, platform_json(want, arena))));
    return query.ptr ? query : STR("");
}

struct str engine_platform_text(struct image_platform p, struct arena *arena)
{
    return arena_shown(arena, image_platform_text(p, arena), MAX_SHOWN_BYTES);
}

bool engine_platform_fits(struct image_platform want, struct image_platform have, uint64_t minor, struct arena *arena)
{
    struct image_platform named;
    struct error ignored = { 0 };
    if (image_platform_is_any(want) || minor >= MINOR_WITH_PLATFORM || (!have.os.len && !have.arch.len))
        return true;
    /* Read as a user's is, so that both have one spelling. */
    return image_platform_parse(image_platform_text(have, arena), &named, &ignored) && str_eq(want.os, named.os) &&
           str_eq(want.arch, named.arch) && (!want.variant.len || str_eq(want.variant, named.variant));
}
