/* containerd without containerd: the image's record is read from the metadata database, its blobs lie in the content store, which
 * has the shape of an OCI layout's folder blobs (containerd: docs/content-flow.md, plugins/content/local). Nothing is asked of a
 * daemon, none need run; but one may be writing. BoltDB never overwrites a page that the last transaction holds, so that a reader
 * without the file's lock meets changed pages only when two transactions end while it reads: it looks again then. */
#include "daemon/containerd.h"

#include <errno.h>
#include <unistd.h>

#include "daemon/engine.h"

enum { TRIES = 5, MAX_SHOWN_BYTES = 200, WORK_BYTES = 64 << 20 };
static const char DATABASE[] = "io.containerd.metadata.v1.bolt/meta.db", CONTENT[] = "io.containerd.content.v1.content";

struct search {
    const struct daemon_name *wanted;
    struct str namespaces[3];
    size_t namespace_count;
    struct str namespaces_shown;
    struct arena *arena;
};

/* The first of the namespaces that has the image. */
static bool search_file(const struct search *search, struct str file, struct containerd_image *out, bool *found, bool *ambiguous,
                        struct error *err)
{
    *found = *ambiguous = false;
    for (size_t i = 0; i < search->namespace_count && !*found && !*ambiguous; i++)
        if (!containerd_find(file, search->namespaces[i], search->wanted, search->arena, out, found, ambiguous, err))
            return false;
    return true;
}

/* Has a transaction ended since? Each has another root page than the one before. */
static bool has_moved(struct str file, const struct bolt *before)
{
    struct bolt now;
    struct error ignored = { 0 };
    return !bolt_open(&now, file, &ignored) || now.root_page != before->root_page;
}

static bool search_database(const struct search *search, const char *path, struct containerd_image *out, bool *found,
                            bool *ambiguous, struct error *err)
{
    struct error problem = { 0 };
    for (unsigned i = 0; i < TRIES && !interrupted(); i++) {
        struct arena_mark mark = arena_mark(search->arena);
        struct file_map map;
        struct bolt before;
        problem = (struct error){ 0 };
        if (!file_map(path, &map, err))
            return false;
        bool ok = bolt_open(&before, map.bytes, &problem) && search_file(search, map.bytes, out, found, ambiguous, &problem);
        bool moved = ok && has_moved(map.bytes, &before);
        file_unmap(&map);
        if (ok && (!moved || i + 1 == TRIES)) /* what is found is checked by digests in any case */
            return true;
        if (!ok && problem.kind != ERROR_INPUT)
            break;
        arena_reset(search->arena, mark);
    }
    *err = problem;
    return interrupted() ? interrupt_error(err) : error_wrap(err, "%s", path);
}

/* Is the first of its blobs there? The metadata may be readable where the contents are not. */
static bool has_content(const struct search *search, struct str root, struct str digest, struct str *why)
{
    struct str algorithm, hex;
    str_cut(digest, ':', &algorithm, &hex);
    struct str path =
        arena_printf(search->arena, "%.*s/%s/blobs/%.*s/%.*s", STR_ARG(root), CONTENT, STR_ARG(algorithm), STR_ARG(hex));
    if (!path.ptr || access(path.ptr, R_OK) == 0)
        return path.ptr != NULL;
    if (errno == EACCES || errno == EPERM)
        daemon_why(why, search->arena, "%.*s: permission denied (run this with sudo)", STR_ARG(root));
    else
        daemon_why(why, search->arena, "%.*s knows %.*s, but has not its contents (pull it again)", STR_ARG(root),
                   STR_ARG(str_head(search->wanted->text, MAX_SHOWN_BYTES)));
    return false;
}

static bool make_source(const struct search *search, struct str root, const struct containerd_image *image,
                        struct image_source *out, struct error *err)
{
    struct str folder = daemon_path(search->arena, root, CONTENT);
    struct daemon_name wanted = *search->wanted;
    wanted.is_reference &= !image->by_id;
    const struct containerd_record *record = &image->record;
    struct image_source source = { .kind = "containerd",
                                   .name = daemon_name_to_show(&wanted, &image->names, search->arena),
                                   .id = record->digest,
                                   .folder = folder.ptr,
                                   .index_json = image_index_text(record->media_type, record->digest, record->size_bytes,
                                                                  record->name, search->arena),
                                   .repo_tags = image->names.tags,
                                   .repo_tag_count = image->names.tag_count,
                                   .repo_digests = image->names.digests,
                                   .repo_digest_count = image->names.digest_count };
    if (!folder.len || !source.name.ptr || !source.index_json.ptr)
        return arena_error(search->arena, err);
    *out = source;
    return true;
}

static bool try_root(const struct search *search, struct str root, struct image_source *out, bool *found, struct str *missing,
                     struct str *why, struct error *err)
{
    struct containerd_image image;
    bool ambiguous;
    struct str path = daemon_path(search->arena, root, DATABASE), shown = str_head(search->wanted->text, MAX_SHOWN_BYTES);
    *found = false;
    if (!path.len)
        return arena_error(search->arena, err);
    if (access(path.ptr, R_OK) != 0) {
        if (errno == EACCES || errno == EPERM)
            daemon_why(why, search->arena, "%.*s: permission denied (run this with sudo)", STR_ARG(root));
        else if (!missing->len)
            *missing = root;
        return true;
    }
    if (!search_database(search, path.ptr, &image, found, &ambiguous, err))
        return error_wrap(err, "containerd");
    if (*found) {
        *found = has_content(search, root, image.record.digest, why);
        return !*found || make_source(search, root, &image, out, err);
    }
    if (ambiguous)
        daemon_why(why, search->arena, "several images at %.*s have IDs that begin with %.*s", STR_ARG(root), STR_ARG(shown));
    else
        daemon_why(why, search->arena, "%.*s has no image %.*s (namespace%s %.*s)", STR_ARG(root), STR_ARG(shown),
                   search->namespace_count > 1 ? "s" : "", STR_ARG(search->namespaces_shown));
    return true;
}

/* $CONTAINERD_NAMESPACE, else the usual ones. */
static void choose_namespaces(struct search *search)
{
    static const char *const usual[] = { "default", "k8s.io", "moby" }; /* nerdctl and ctr, Kubernetes, Docker */
    struct str named = env_text("CONTAINERD_NAMESPACE");
    search->namespace_count = named.len ? 1 : ARRAY_LEN(usual);
    search->namespaces[0] = named;
    for (size_t i = 0; i < ARRAY_LEN(usual) && !named.len; i++)
        search->namespaces[i] = str_from(usual[i]);
    search->namespaces_shown = named.len ? arena_shown(search->arena, named, MAX_SHOWN_BYTES) : STR("default, k8s.io, moby");
}

static bool search_roots(const struct daemon_options *options, struct str name, struct arena *arena, struct image_source *out,
                         bool *found, struct str *why, struct error *err)
{
    struct search search = { .arena = arena };
    struct daemon_name wanted;
    struct containerd_roots roots;
    struct str config = { 0 }, missing = { 0 };
    daemon_config(STR("/etc/containerd/config.toml"), arena, &config);
    if (!daemon_name_parse(name, arena, &wanted, err) || !containerd_find_roots(options, config, arena, &roots, err))
        return false;
    search.wanted = &wanted;
    choose_namespaces(&search);
    for (size_t i = 0; i < roots.count && !*found; i++)
        if (!try_root(&search, roots.items[i], out, found, &missing, why, err))
            return false;
    if (missing.len && !why->len)
        daemon_why(why, arena, "no content store at %.*s", STR_ARG(missing));
    return true;
}

bool daemon_containerd(const struct daemon_options *options, struct str name, struct arena *arena, struct image_source *out,
                       bool *found, struct str *why, struct error *err)
{
    struct arena work;
    struct image_source source;
    struct str reasons = { 0 };
    *found = false;
    if (options->container.len) {
        *why = STR("its containers are not read; commit the container to an image first (nerdctl commit)");
        return true;
    }
    arena_init(&work, "containerd", WORK_BYTES);
    bool ok = search_roots(options, name, &work, &source, found, &reasons, err) &&
              (!*found || daemon_source_keep(&source, arena, out, err));
    *why = arena_str(arena, reasons);
    arena_free(&work);
    return ok;
}
