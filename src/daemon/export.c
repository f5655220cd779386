/* What an engine has, as a source: texts that outlive the search, and the exports, which run in processes of their own. */
#include "daemon/engine.h"

#include "daemon/platform.h"

enum { ANSWER_BYTES = 1 << 20 };

/* What is needed in the processes that read from it. */
struct engine_source {
    const struct engine_kind *kind;
    struct engine_host host;
    struct net_client *client;
    struct str archive_url, container_url;
};

/* ---- exports ---- */

static bool export(const struct engine_source *source, struct str url, const char *what, int fd, _Atomic uint64_t *progress,
                   struct error *err)
{
    struct net_request request = engine_request(&source->host, url);
    struct net_sink sink = { .fd = fd, .size_bytes = UINT64_MAX, .progress = progress };
    struct net_response response;
    struct arena arena;
    arena_init(&arena, "an engine's answer", ANSWER_BYTES);
    bool ok = net_download(source->client, &request, &sink, &arena, &response, err);
    if (!ok)
        error_wrap(err, "%s: %s", source->kind->name, what);
    else if (response.status < 200 || response.status > 299)
        ok = engine_refused(source->kind, &source->host, what, &response, &arena, err);
    arena_free(&arena);
    return ok;
}

static bool export_archive(void *context, int fd, _Atomic uint64_t *progress, struct error *err)
{
    const struct engine_source *source = context;
    return export(source, source->archive_url, "export of the image", fd, progress, err);
}

static bool export_container(void *context, int fd, _Atomic uint64_t *progress, struct error *err)
{
    const struct engine_source *source = context;
    return export(source, source->container_url, "export of the container", fd, progress, err);
}

/* ---- texts that last ---- */

static void keep_text(struct str *text, struct arena *arena)
{
    *text = text->len ? arena_str(arena, *text) : STR("");
}

static void keep_path(const char **path, struct arena *arena)
{
    *path = *path ? arena_cstr(arena, str_from(*path)) : NULL;
}

static const struct str *keep_list(const struct str *texts, size_t count, struct arena *arena)
{
    struct str *copies = arena_array(arena, count, sizeof *copies);
    for (size_t i = 0; copies && i < count; i++)
        copies[i] = arena_str(arena, texts[i]);
    return copies;
}

bool daemon_source_keep(const struct image_source *found, struct arena *arena, struct image_source *out, struct error *err)
{
    struct image_source source = *found;
    keep_text(&source.name, arena);
    keep_text(&source.id, arena);
    keep_text(&source.index_json, arena);
    keep_path(&source.folder, arena);
    source.repo_tags = keep_list(found->repo_tags, found->repo_tag_count, arena);
    source.repo_digests = keep_list(found->repo_digests, found->repo_digest_count, arena);
    if (arena->exhausted)
        return arena_error(arena, err);
    *out = source;
    return true;
}

static void keep_host(struct engine_host *host, struct arena *arena)
{
    keep_text(&host->shown, arena);
    keep_text(&host->url, arena);
    keep_path(&host->socket, arena);
    keep_path(&host->ca_cert, arena);
    keep_path(&host->client_cert, arena);
    keep_path(&host->client_key, arena);
}

bool engine_source_make(const struct engine *engine, const struct daemon_names *names, struct str container, struct str title,
                        struct arena *arena, struct image_source *out, struct error *err)
{
    struct engine_source *source = arena_new(arena, struct engine_source);
    if (!source)
        return arena_error(arena, err);
    struct str query = engine_platform_query(engine->platform, engine->minor, engine->arena);
    *source = (struct engine_source){ .kind = engine->kind,
                                      .host = *engine->host,
                                      .archive_url = engine_url(engine, "/images/", names->id, "/get", query),
                                      .container_url = engine_url(engine, "/containers/", container, "/export", STR("")) };
    keep_host(&source->host, arena);
    keep_text(&source->archive_url, arena);
    keep_text(&source->container_url, arena);
    struct image_source made = { .kind = engine->kind->name,
                                 .name = title,
                                 .id = names->id,
                                 .context = source,
                                 .archive = export_archive,
                                 .container = container.len ? export_container : NULL,
                                 .repo_tags = names->tags,
                                 .repo_tag_count = names->tag_count,
                                 .repo_digests = names->digests,
                                 .repo_digest_count = names->digest_count };
    if (engine->arena->exhausted)
        return arena_error(engine->arena, err);
    if (!daemon_source_keep(&made, arena, &made, err))
        return false;
    source->client = net_client_new(&engine->options->net, err);
    if (!source->client)
        return false;
    *out = made;
    return true;
}

void daemon_close(struct image_source *source)
{
    struct engine_source *context = source->context;
    if (source->archive == export_archive && context)
        net_client_free(context->client);
    source->context = NULL;
}
