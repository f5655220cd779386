/* Opening an image: find out what the archive or folder is, list its images, pick one, load it. */
#include "image/formats.h"
#include "image/platform.h"

/* ---- what it is -------------------------------------------------------------------------------------------------- */

static bool check_layout_version(const struct store *store, struct error *err)
{
    struct str text, key, version = { 0 };
    bool found;
    struct json json;
    if (!store_text(store, STR("oci-layout"), &text, &found, err))
        return false;
    if (!found) /* some tools leave it out; index.json says enough */
        return true;
    json_begin(&json, text, store->arena);
    bool entered = json_object(&json);
    while (entered && json_key(&json, &key))
        if (str_is(key, "imageLayoutVersion"))
            json_string(&json, &version);
        else
            json_skip(&json);
    if (!json_end(&json, err))
        return error_wrap(err, "oci-layout");
    if (!str_starts(version, "1."))
        return error_set(err, ERROR_UNSUPPORTED, "its OCI layout has the version \"%.*s\"; 1.0.0 is what is read here",
                         STR_ARG(str_head(version, 20)));
    return true;
}

static bool starts_with(struct str text, char c)
{
    text = str_trim(str_starts(text, "\xef\xbb\xbf") ? str_skip(text, 3) : text);
    return text.len && text.ptr[0] == c;
}

/* The name of a top folder that holds all of the image, as `tar cf x.tar layout/` makes it; else empty. */
static struct str find_top_folder(const struct store *store)
{
    for (size_t i = 0; i < store->archive.member_count; i++) {
        struct str name = store->archive.members[i].name, base = path_base(name);
        if (str_is(base, "index.json") || str_is(base, "manifest.json"))
            return path_dir(name);
    }
    return (struct str){ 0 };
}

static bool explain_nothing(const struct store *store, struct error *err)
{
    if (store->is_folder)
        return error_set(err, ERROR_INPUT,
                         "is not an image folder: neither manifest.json nor index.json was found in it (for "
                         "an unpacked root file system: `drydock rootfs`)");
    struct place place;
    struct error ignored = { 0 };
    bool found;
    if (store_find(store, STR("repositories"), &place, &found, &ignored) && found)
        return error_set(err, ERROR_UNSUPPORTED,
                         "is an archive of Docker before 1.10 (repositories without manifest.json): load "
                         "and save it with a newer one");
    struct str folder = find_top_folder(store);
    if (folder.len)
        return error_set(err, ERROR_INPUT,
                         "is not an image archive, but its folder \"%.*s\" looks like one: make the archive "
                         "with `tar -C` from inside that folder",
                         STR_ARG(str_head(folder, 100)));
    return error_set(err, ERROR_INPUT,
                     "is not an image archive: neither manifest.json nor index.json was found among its %zu "
                     "files (for a root file system: unpack it and use `drydock rootfs`)",
                     store->archive.member_count);
}

/* Newer `docker save` archives have both index.json and manifest.json. The index has the digests, manifest.json the tags. */
static bool add_repo_tags(struct store *store, struct str manifest_json, struct candidates *list, struct error *err)
{
    struct candidates entries = { 0 };
    if (!docker_read_entries(store, manifest_json, &entries, err))
        return false;
    for (size_t i = 0; i < list->count; i++) {
        struct candidate *c = &list->items[i];
        struct names names = { 0 }, *sources[] = { NULL, &c->names };
        struct str hex = str_skip(c->id, strlen("sha256:"));
        for (size_t j = 0; j < entries.count && hex.len; j++)
            if (str_eq(path_base(entries.items[j].config_path), hex))
                sources[0] = &entries.items[j].names;
        for (size_t s = 0; s < ARRAY_LEN(sources); s++)
            for (size_t n = 0; sources[s] && n < sources[s]->count; n++)
                if (!names_add(&names, sources[s]->items[n], store->arena))
                    return arena_error(store->arena, err);
        c->names = names;
    }
    return true;
}

typedef bool load_fn(const struct store *, const struct candidate *, struct image *, struct error *);

static bool list_images(struct store *store, struct candidates *list, load_fn **load, struct error *err)
{
    struct str index_json, manifest_json;
    bool has_index, has_manifest = false, is_whole = !store->is_remote && !store->index_json.len;
    *load = oci_load;
    if (!store_text(store, STR("index.json"), &index_json, &has_index, err))
        return false;
    if (!is_whole) /* the index was made for this one image; nothing else is there */
        return has_index ? oci_list(store, index_json, list, err) : error_set(err, ERROR_INPUT, "there is no such image");
    if (!store_text(store, STR("manifest.json"), &manifest_json, &has_manifest, err))
        return false;
    if (has_index) {
        if (!check_layout_version(store, err) || !oci_list(store, index_json, list, err))
            return false;
        return !has_manifest || !starts_with(manifest_json, '[') || add_repo_tags(store, manifest_json, list, err);
    }
    if (!has_manifest)
        return explain_nothing(store, err);
    if (starts_with(manifest_json, '{'))
        return oci_list_flat(store, manifest_json, list, err);
    *load = docker_load;
    return docker_list(store, manifest_json, list, err);
}

/* ---- finishing --------------------------------------------------------------------------------------------------- */

/* Only the place counts: equal claims about different bytes are two layers until both are verified. */
static void find_duplicates(struct image *image)
{
    for (size_t i = 0; i < image->layer_count; i++) {
        struct image_layer *layer = &image->layers[i];
        layer->same_as = (uint32_t)i;
        for (size_t j = 0; j < i && layer->same_as == i; j++)
            if (layer->offset == image->layers[j].offset && layer->size_bytes == image->layers[j].size_bytes &&
                str_eq(layer->blob_path, image->layers[j].blob_path))
                layer->same_as = (uint32_t)j;
    }
}

/* Names that say a repository and a tag; a layout may have given a bare tag, and who asked by digest named none. */
static bool add_names(struct image *image, const struct names *names, struct arena *arena, struct error *err)
{
    image->repo_tags = arena_array(arena, names->count, sizeof *image->repo_tags);
    if (!image->repo_tags)
        return arena_error(arena, err);
    for (size_t i = 0; i < names->count; i++)
        if (str_find(path_base(names->items[i]), ':', NULL) && !str_find(names->items[i], '@', NULL))
            image->repo_tags[image->repo_tag_count++] = names->items[i];
    return true;
}

/* "nginx@sha256:…": the name without its tag, and the digest that it leads to: of the index, where there is one. */
static bool add_repo_digest(struct image *image, const struct candidate *from, struct arena *arena, struct error *err)
{
    size_t colon, slash;
    struct str digest = from->above_count ? from->above[0] : from->digest, name = from->names.items[0], ignored;
    str_cut(name, '@', &name, &ignored);
    if (str_rfind(name, ':', &colon) && !(str_rfind(name, '/', &slash) && slash > colon))
        name = str_head(name, colon);
    image->repo_digests = arena_new(arena, struct str);
    if (!image->repo_digests)
        return arena_error(arena, err);
    image->repo_digests[0] = arena_printf(arena, "%.*s@%.*s", STR_ARG(name), STR_ARG(digest));
    image->repo_digest_count = 1;
    return image->repo_digests[0].ptr || arena_error(arena, err);
}

static bool finish(struct image *image, const struct candidate *from, struct arena *arena, struct error *err)
{
    static struct str none;
    struct str *diff_ids;
    size_t diff_id_count;
    if (!config_read(image->config_json, arena, image, &diff_ids, &diff_id_count, err))
        return error_wrap(err, "the config %.*s", STR_ARG(image->id));
    if (!image->platform.os.len && !image->platform.arch.len)
        image->platform = from->platform;
    find_duplicates(image);
    if (from->document && from->document->is_schema1)
        diff_ids = NULL;
    else if (!diff_ids)
        diff_ids = &none;
    return config_apply(image, diff_ids, diff_id_count, arena, err) && add_names(image, &from->names, arena, err);
}

static bool open_store(struct store *store, const struct image_request *request, struct image *out, struct error *err)
{
    struct candidates list = { 0 };
    const struct candidate *picked;
    load_fn *load;
    if (!list_images(store, &list, &load, err))
        return false;
    out->archive_codec = store->archive.codec;
    return pick_candidate(&list, request, store->arena, &picked, &out->name, err) && load(store, picked, out, err) &&
           finish(out, picked, store->arena, err) &&
           (!store->is_remote || !picked->names.count || add_repo_digest(out, picked, store->arena, err));
}

/* Names out of the archive must not break the line or steer the terminal. */
static bool fail_printable(const struct image_request *request, struct error *cause, struct error *err)
{
    for (char *p = cause->text; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = '?';
    *err = *cause;
    return request->input.len ? error_wrap(err, "%.*s", STR_ARG(request->input)) : false;
}

bool image_open(const struct image_request *request, struct arena *arena, struct image *out, struct error *err)
{
    struct image image = { 0 };
    struct error cause = { 0 };
    struct store store;
    if (!store_open(request, arena, &store, &cause) || !open_store(&store, request, &image, &cause))
        return fail_printable(request, &cause, err);
    *out = image;
    return true;
}

static bool list_choices(struct store *store, struct image_choice **out, size_t *count, struct error *err)
{
    struct candidates list = { 0 };
    load_fn *load;
    if (!list_images(store, &list, &load, err))
        return false;
    struct image_choice *choices = arena_array(store->arena, list.count + 1, sizeof *choices);
    if (!choices)
        return arena_error(store->arena, err);
    size_t n = 0;
    for (size_t i = 0; i < list.count; i++)
        if (!list.items[i].artifact.len && !list.items[i].absent)
            choices[n++] = (struct image_choice){ list.items[i].platform, list.items[i].digest };
    *out = choices;
    *count = n;
    return true;
}

bool image_list(const struct image_request *request, struct arena *arena, struct image_choice **out, size_t *count,
                struct error *err)
{
    struct error cause = { 0 };
    struct store store;
    if (store_open(request, arena, &store, &cause) && list_choices(&store, out, count, &cause))
        return true;
    return fail_printable(request, &cause, err);
}

static const struct image_choice *only_fit(const struct image_choice *choices, size_t count, struct image_platform want,
                                           bool (*fits)(struct image_platform want, struct image_platform have))
{
    const struct image_choice *found = NULL;
    for (size_t i = 0; i < count; i++)
        if (fits(want, choices[i].platform)) {
            if (found)
                return NULL;
            found = &choices[i];
        }
    return found;
}

const struct image_choice *image_choice_pick(const struct image_choice *choices, size_t count, struct image_platform platform)
{
    struct image_platform want = platform_canonical(platform);
    bool is_asked = !image_platform_is_any(want);
    if (count == 1 && !is_asked)
        return choices;
    if (!is_asked)
        want = image_platform_host();
    const struct image_choice *exact = only_fit(choices, count, want, platform_is_exact);
    return exact ? exact : only_fit(choices, count, want, platform_fits);
}

/* ---- an archive that arrives ----------------------------------------------------------------------------------------------- */

struct image_arrival {
    struct archive archive;
};

struct image_arrival *image_arrival_begin(struct arena *arena, struct error *err)
{
    struct image_arrival *arrival = arena_new(arena, struct image_arrival);
    if (!arrival) {
        arena_error(arena, err);
        return NULL;
    }
    arrival->archive = (struct archive){ .fd = -1, .in_order = true, .arena = arena };
    map_init(&arrival->archive.names, arena);
    return arrival;
}

bool image_arrival_member(struct image_arrival *arrival, const struct tar_entry *entry, struct stream *content, bool *is_layer,
                          struct error *err)
{
    *is_layer = false;
    if (entry->type == TAR_DIR || entry->type == TAR_OTHER || !entry->path.len)
        return true;
    if (!archive_add(&arrival->archive, entry, content, err))
        return false;
    const struct archive_member *member = &arrival->archive.members[arrival->archive.member_count - 1];
    if (member->is_link || member->is_sparse || member->text.len)
        return true;
    /* "VERSION", "repositories" and documents past the limits are no layers; a tar has at least one block */
    if (!stream_fill(content, err))
        return false;
    struct str head = str_make(content->ptr, content->len);
    bool is_document = head.len && (head.ptr[0] == '{' || head.ptr[0] == '[');
    *is_layer = !is_document && (member->size_bytes == 0 || member->size_bytes % 512 == 0 || codec_detect(head) != CODEC_PLAIN);
    return true;
}

bool image_arrival_end(struct image_arrival *arrival, const struct image_request *request, struct image *out, struct error *err)
{
    struct image image = { 0 };
    struct error cause = { 0 };
    struct store store = { .arena = arrival->archive.arena, .fd = -1, .archive = arrival->archive };
    if (!open_store(&store, request, &image, &cause))
        return fail_printable(request, &cause, err);
    *out = image;
    return true;
}
