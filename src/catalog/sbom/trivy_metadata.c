/* What a report says of the whole: the distribution, the image and its layers, facts that decide which advisories apply, and packages
 * that are listed apart because they are not judged. */
#include "catalog/sbom/trivy.h"

/* ---- facts ---------------------------------------------------------------------------------------------------------------------------------- */

/* Every package repeats them. */
static bool note_once(struct trivy_result *r, struct str key, struct str value)
{
    if (value.len == 0 || map_get(&r->content_sets, value, NULL))
        return true;
    return map_put(&r->content_sets, value, 1) && sbom_add_note(r->sbom, key, value, (struct str){ 0 });
}

bool trivy_read_build(struct json *json, struct trivy_result *r)
{
    struct str key, value, nvr = { 0 }, arch = { 0 };
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (str_is(key, "Nvr"))
            json_string(json, &nvr);
        else if (str_is(key, "Arch"))
            json_string(json, &arch);
        else if (!str_is(key, "ContentSets"))
            json_skip(json);
        else if (json_array(json))
            while (json_item(json))
                if (json_string(json, &value) && !note_once(r, STR("content-set"), value))
                    return false;
    }
    if (nvr.len == 0)
        return true;
    struct str build = arena_printf(r->sbom->arena, "%.*s-%.*s", STR_ARG(nvr), STR_ARG(arch));
    return build.ptr && note_once(r, STR("nvr"), build);
}

static bool read_os(struct json *json, struct sbom *sbom)
{
    struct str key;
    bool extended = false;
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (str_is(key, "Family"))
            json_string(json, &sbom->distro.family);
        else if (str_is(key, "Name"))
            json_string(json, &sbom->distro.release);
        else if (str_is(key, "Extended") || str_is(key, "extended"))
            json_bool(json, &extended);
        else
            json_skip(json);
    }
    return !extended || sbom_add_note(sbom, STR("esm"), STR("infra"), (struct str){ 0 });
}

/* ---- the image ----------------------------------------------------------------------------------------------------------------------------------- */

static bool read_layer(struct json *json, struct sbom *sbom)
{
    struct catalog_bill_layer layer = { 0 };
    struct str key;
    int64_t size = 0;
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (str_is(key, "Digest"))
            json_string(json, &layer.digest);
        else if (str_is(key, "DiffID"))
            json_string(json, &layer.diff_id);
        else if (str_is(key, "Size"))
            json_i64(json, &size);
        else
            json_skip(json);
    }
    layer.size_bytes = size > 0 ? (uint64_t)size : 0;
    return sbom_add_layer(sbom, layer);
}

/* A step of the image's history; the next layer is its, unless it made none. */
static void read_step(struct json *json, struct sbom *sbom, size_t *layer)
{
    struct str key, created_by = { 0 };
    bool empty = false;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        if (str_is(key, "created_by"))
            json_string(json, &created_by);
        else if (str_is(key, "empty_layer"))
            json_bool(json, &empty);
        else
            json_skip(json);
    }
    if (!empty && *layer < sbom->layer_count)
        sbom->layers[(*layer)++].created_by = created_by;
}

static void read_config(struct sbom *sbom)
{
    struct json json;
    struct str key;
    size_t layer = 0;
    json_begin(&json, sbom->config_json, sbom->arena);
    if (sbom->config_json.len && json_object(&json))
        while (json_key(&json, &key)) {
            if (str_is(key, "os"))
                json_string(&json, &sbom->os);
            else if (str_is(key, "architecture"))
                json_string(&json, &sbom->arch);
            else if (!str_is(key, "history"))
                json_skip(&json);
            else if (json_array(&json))
                while (json_item(&json))
                    read_step(&json, sbom, &layer);
        }
}

/* Reports without "Layers" have their diff IDs alone. */
static bool add_diff_ids(struct sbom *sbom, struct str list)
{
    struct str diff_id;
    if (sbom->layer_count)
        return true;
    while (str_next(&list, '\n', &diff_id))
        if (!sbom_add_layer(sbom, (struct catalog_bill_layer){ .diff_id = diff_id }))
            return false;
    return true;
}

bool trivy_read_metadata(struct json *json, struct sbom *sbom)
{
    struct str key, diff_ids = { 0 };
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        bool ok = true;
        if (str_is(key, "OS"))
            ok = read_os(json, sbom);
        else if (str_is(key, "Reference"))
            json_string(json, &sbom->subject);
        else if (str_is(key, "ImageID"))
            json_string(json, &sbom->image_id);
        else if (str_is(key, "DiffIDs"))
            diff_ids = sbom_read_list(json, NULL, sbom->arena);
        else if (str_is(key, "RepoTags"))
            sbom->repo_tags = sbom_read_list(json, NULL, sbom->arena);
        else if (str_is(key, "RepoDigests"))
            sbom->repo_digests = sbom_read_list(json, NULL, sbom->arena);
        else if (str_is(key, "ImageConfig") && json_peek(json) == JSON_OBJECT)
            json_raw(json, &sbom->config_json);
        else if (!str_is(key, "Layers"))
            json_skip(json);
        else if (json_array(json))
            while (ok && json_item(json))
                ok = read_layer(json, sbom);
        if (!ok)
            return false;
    }
    if (!add_diff_ids(sbom, diff_ids))
        return false;
    read_config(sbom);
    return true;
}

/* ---- what only this program writes --------------------------------------------------------------------------------------------------------------- */

static bool read_unjudged(struct json *json, struct sbom *sbom, bool is_locked)
{
    struct sbom_component c = { .at_line = json_line(json), .is_exact = true, .is_locked = is_locked };
    const struct sbom_text texts[] = {
        { "Type", &c.manager }, { "Name", &c.name }, { "Version", &c.version }, { "FilePath", &c.file }, { "Owner", &c.owner }
    };
    if (json_peek(json) != JSON_OBJECT)
        return true;
    sbom_read_object(json, texts, ARRAY_LEN(texts));
    return sbom_add_component(sbom, &c);
}

static bool read_note(struct json *json, struct sbom *sbom)
{
    struct catalog_note note = { 0 };
    const struct sbom_text texts[] = { { "Key", &note.key }, { "Value", &note.value }, { "File", &note.path } };
    if (json_peek(json) != JSON_OBJECT)
        return true;
    sbom_read_object(json, texts, ARRAY_LEN(texts));
    return sbom_add_note(sbom, note.key, note.value, note.path);
}

bool trivy_read_drydock(struct json *json, struct sbom *sbom)
{
    struct str key;
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        bool locked = str_is(key, "LockedPackages"), notes = str_is(key, "Facts");
        if (str_is(key, "Incomplete"))
            json_bool(json, &sbom->is_incomplete);
        else if (!locked && !notes && !str_is(key, "OwnedPackages"))
            json_skip(json);
        else if (json_array(json))
            while (json_item(json))
                if (!(notes ? read_note(json, sbom) : read_unjudged(json, sbom, locked)))
                    return false;
    }
    return true;
}
