/* What Maven leaves in an archive (maven-archiver): META-INF/maven/GROUP/ARTIFACT/pom.properties with the coordinates, and the
 * project's pom.xml as it was written, so that its version may be a property or stand with the parent. */
#include "catalog/headers.h"
#include "catalog/java/jar.h"

static const size_t MAX_JSON_BYTES = 16u << 20;
enum { MAX_LICENCE_BYTES = 4096 };

bool jar_part_ok(struct str part)
{
    for (size_t i = 0; i < part.len; i++) {
        char c = part.ptr[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!fine && (c == '\0' || !strchr("._-+~", c)))
            return false;
    }
    return part.len != 0;
}

struct jar_coordinates jar_pom_of_path(struct str path)
{
    struct str group, artifact, file, rest, folder = STR("META-INF/maven/");
    if (!str_starts(path, folder.ptr) || !str_cut(str_skip(path, folder.len), '/', &group, &rest) ||
        !str_cut(rest, '/', &artifact, &file) || str_find(file, '/', NULL) || !jar_part_ok(group) || !jar_part_ok(artifact))
        return (struct jar_coordinates){ 0 };
    return (struct jar_coordinates){ .group = group, .artifact = artifact };
}

/* java.util.Properties: the key ends at '=', ':' or a blank. Coordinates hold nothing that would be escaped. */
static void read_property(struct str line, struct jar_coordinates *c)
{
    const struct {
        const char *name;
        struct str *value;
    } fields[] = { { "groupId", &c->group }, { "artifactId", &c->artifact }, { "version", &c->version } };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (!str_starts(line, fields[i].name))
            continue;
        struct str value = str_trim(str_skip(line, strlen(fields[i].name)));
        if (value.len && (value.ptr[0] == '=' || value.ptr[0] == ':'))
            *fields[i].value = str_trim(str_skip(value, 1));
    }
}

void jar_pom_read_properties(struct str text, struct jar_coordinates *c)
{
    struct str line;
    while (str_line(&text, &line))
        read_property(str_trim(line), c);
}

/* ---- pom.xml -------------------------------------------------------------------------------------------------------------------------- */

static void put_licence(struct buf *licences, struct str name, struct str url)
{
    name = str_trim(name);
    if (name.len == 0 || str_find(name, '\n', NULL))
        name = name.len ? str_head(name, 0) : jar_licence_of_url(str_trim(url));
    if (name.len && header_value_ok(name))
        catalog_put_item(licences, name);
}

static void read_licences(struct json *json, struct buf *licences)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        struct str name = { 0 }, url = { 0 };
        if (!str_is(key, "license") || !json_object(json))
            continue;
        while (json_key(json, &key))
            if (str_is(key, "name"))
                json_string(json, &name);
            else if (str_is(key, "url"))
                json_string(json, &url);
        put_licence(licences, name, url);
    }
}

static void read_parent(struct json *json, struct jar_coordinates *parent)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "groupId"))
            json_string(json, &parent->group);
        else if (str_is(key, "version"))
            json_string(json, &parent->version);
}

static void read_project(struct json *json, struct jar_coordinates *project, struct buf *licences)
{
    struct str key;
    struct jar_coordinates parent = { 0 };
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        if (str_is(key, "groupId"))
            json_string(json, &project->group);
        else if (str_is(key, "artifactId"))
            json_string(json, &project->artifact);
        else if (str_is(key, "version"))
            json_string(json, &project->version);
        else if (str_is(key, "parent"))
            read_parent(json, &parent);
        else if (str_is(key, "licenses"))
            read_licences(json, licences);
    }
    project->group = project->group.len ? project->group : parent.group;
    project->version = project->version.len ? project->version : parent.version;
}

static void fill(struct str *field, struct str value, struct arena *to)
{
    if (field->len == 0 && jar_part_ok(value))
        *field = arena_str(to, value);
}

bool jar_pom_read_xml(struct str text, struct arena *scratch, struct arena *to, struct jar_pom *pom)
{
    struct str json_text, key;
    struct json json;
    struct error ignored = { 0 }; /* it only adds to what is known: a damaged one adds nothing */
    struct arena_mark mark = arena_mark(scratch);
    if (xml_to_json(text, MAX_JSON_BYTES, scratch, &json_text, &ignored)) {
        struct buf licences;
        struct jar_coordinates project = { 0 };
        buf_init(&licences, MAX_LICENCE_BYTES);
        json_begin(&json, json_text, scratch);
        if (json_object(&json))
            while (json_key(&json, &key))
                if (str_is(key, "project"))
                    read_project(&json, &project, &licences);
        fill(&pom->c.group, project.group, to);
        fill(&pom->c.artifact, project.artifact, to);
        fill(&pom->c.version, project.version, to);
        if (licences.len)
            pom->licences = arena_str(to, buf_view(&licences));
        buf_free(&licences);
    }
    arena_reset(scratch, mark);
    return !to->exhausted;
}
