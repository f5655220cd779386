/* Answers of the Docker Engine API; see inspect.h. Fields: Docker Engine API reference, "ImageInspect" and "ContainerInspect". */
#include "daemon/inspect.h"

enum { MAX_FAILURE_BYTES = 300, MAX_CONTAINER_NAME_BYTES = 255 };

static bool read_names(struct json *json, struct daemon_names *names, struct arena *arena)
{
    struct str name;
    bool ok = true;
    if (json_array(json))
        while (json_item(json))
            if (json_string(json, &name))
                ok = daemon_names_add(names, name, arena) && ok;
    return ok;
}

bool inspect_image(struct str text, struct arena *arena, struct inspected_image *out, struct error *err)
{
    struct json json;
    struct str key, id = { 0 };
    struct inspected_image image = { 0 };
    bool ok = true;
    json_begin(&json, text, arena);
    if (json_object(&json))
        while (ok && json_key(&json, &key)) {
            if (str_is(key, "Id"))
                json_string(&json, &id);
            else if (str_is(key, "RepoTags") || str_is(key, "RepoDigests"))
                ok = read_names(&json, &image.names, arena);
            else if (str_is(key, "Os"))
                json_string(&json, &image.platform.os);
            else if (str_is(key, "Architecture"))
                json_string(&json, &image.platform.arch);
            else if (str_is(key, "Variant"))
                json_string(&json, &image.platform.variant);
        }
    if (!ok)
        return arena_error(arena, err);
    if (!json_end(&json, err))
        return error_wrap(err, "its description of the image");
    image.names.id = daemon_id_digest(id, arena);
    if (!image.names.id.len)
        return error_set(err, ERROR_INPUT, "its description of the image has no Id");
    *out = image;
    return true;
}

static void read_platform(struct json *json, struct image_platform *platform)
{
    struct str key;
    if (json_object(json))
        while (json_key(json, &key)) {
            if (str_is(key, "os"))
                json_string(json, &platform->os);
            else if (str_is(key, "architecture"))
                json_string(json, &platform->arch);
            else if (str_is(key, "variant"))
                json_string(json, &platform->variant);
        }
}

/* The object's member of this name is next to be read; other members are passed over. */
static bool enter_member(struct json *json, const char *name)
{
    struct str key;
    while (json_key(json, &key))
        if (str_is(key, name))
            return true;
    return false;
}

/* Of an OCI descriptor, and of the container's configuration, one member counts. */
static void read_descriptor(struct json *json, struct image_platform *platform)
{
    if (json_object(json))
        while (enter_member(json, "platform"))
            read_platform(json, platform);
}

static void read_config(struct json *json, struct str *image_name)
{
    if (json_object(json))
        while (enter_member(json, "Image"))
            json_string(json, image_name);
}

bool inspect_container(struct str text, struct arena *arena, struct inspected_container *out, struct error *err)
{
    struct json json;
    struct str key, image = { 0 };
    struct inspected_container container = { 0 };
    json_begin(&json, text, arena);
    if (json_object(&json))
        while (json_key(&json, &key)) {
            if (str_is(key, "Name"))
                json_string(&json, &container.name);
            else if (str_is(key, "Image"))
                json_string(&json, &image);
            else if (str_is(key, "ImageManifestDescriptor"))
                read_descriptor(&json, &container.platform);
            else if (str_is(key, "Config"))
                read_config(&json, &container.image_name);
        }
    if (!json_end(&json, err))
        return error_wrap(err, "its description of the container");
    container.image_id = daemon_id_digest(image, arena);
    if (!container.image_id.len)
        return error_set(err, ERROR_INPUT, "its description of the container names no image");
    container.name = str_skip(container.name, str_starts(container.name, "/") ? 1 : 0);
    container.name = arena_shown(arena, container.name, MAX_CONTAINER_NAME_BYTES);
    *out = container;
    return true;
}

struct str inspect_failure(struct str body, struct arena *arena)
{
    struct json json;
    struct error ignored = { 0 };
    struct str message = { 0 };
    json_begin(&json, body, arena);
    if (json_object(&json))
        while (enter_member(&json, "message"))
            json_string(&json, &message);
    if (!json_end(&json, &ignored) || !message.len) {
        struct str rest = str_trim(body);
        if (!str_line(&rest, &message))
            message = STR("");
    }
    return arena_shown(arena, message, MAX_FAILURE_BYTES);
}
