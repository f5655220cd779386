/* The metadata.json that lies beside Trivy's database: {"Version":2,"UpdatedAt":…,"NextUpdate":…,"DownloadedAt":…}; see update.h. */
#include "update/steps.h"

#include <unistd.h>

/* Names are read as Go reads them, in any case. */
static void read_members(struct json *json, struct trivy_metadata *out)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_eq_nocase(key, STR("Version")))
            json_i64(json, &out->version);
        else if (str_eq_nocase(key, STR("UpdatedAt")))
            json_time(json, &out->updated_s);
        else if (str_eq_nocase(key, STR("NextUpdate")))
            json_time(json, &out->next_s);
        else
            json_skip(json);
}

bool trivy_metadata_read(struct str folder, struct arena *arena, struct trivy_metadata *out, struct error *err)
{
    struct str text;
    struct json json;
    *out = (struct trivy_metadata){ 0 };
    struct str path = arena_printf(arena, "%.*s/metadata.json", STR_ARG(folder));
    if (!path.ptr)
        return arena_error(arena, err);
    if (access(path.ptr, F_OK) != 0)
        return true;
    if (!file_read(path.ptr, TRIVY_METADATA_MAX_BYTES, arena, &text, err))
        return false;
    out->found = true;
    json_begin(&json, text, arena);
    read_members(&json, out);
    return json_end(&json, err) || error_wrap(err, "metadata.json");
}
