/* Maven projects: pom.xml, and the .pom files of local repositories (Maven's POM Reference; the order and the elements are
 * those of its model 4.0.0). A file alone says little: versions stand in parents, BOMs and properties elsewhere. So each
 * becomes a note with what matters of it, and pom_settle.c makes packages of all notes together. */
#include "catalog/java/pom.h"

enum {
    MAX_POM_BYTES = 8 << 20,
    MAX_JSON_BYTES = 32 << 20,
    MAX_NOTE_BYTES = 16 << 20,
    MAX_PROFILES = 256,
    MAX_FIELD_BYTES = 2048
};

struct reader {
    struct json json;
    struct buf head, note; /* what finds the project, and the rest */
    struct arena *arena;
    uint32_t first_line; /* of the JSON text in the file, 0 for the whole */
};

/* ---- values ---- */

/* The text of an element: with attributes it is an object that has "#text". */
static bool read_text(struct json *json, struct str *out)
{
    if (json_peek(json) != JSON_OBJECT)
        return json_string(json, out);
    struct str key;
    bool found = false;
    if (!json_object(json))
        return false;
    while (json_key(json, &key))
        if (str_is(key, "#text"))
            found |= json_string(json, out);
        else
            json_skip(json);
    return found;
}

/* A field of a note: no tab or line break in it. What is longer than any name or version is left out. */
static void put_field(struct buf *note, struct str text)
{
    text = str_trim(text);
    if (text.len > MAX_FIELD_BYTES)
        text.len = 0;
    buf_chr(note, '\t');
    for (size_t i = 0; i < text.len; i++)
        buf_chr(note, (unsigned char)text.ptr[i] < ' ' ? ' ' : text.ptr[i]);
}

static void put_line(struct buf *note, enum pom_line line, const struct str *fields, size_t count)
{
    buf_chr(note, (char)line);
    for (size_t i = 0; i < count; i++)
        put_field(note, fields[i]);
    buf_chr(note, '\n');
}

struct element {
    const char *name;
    struct str *text;
};

/* Reads the named children of an element into texts; of equal ones the last counts. */
static bool read_children(struct json *json, const struct element *elements, size_t count)
{
    struct str key;
    if (!json_object(json))
        return false;
    while (json_key(json, &key)) {
        size_t i = 0;
        while (i < count && !str_is(key, elements[i].name))
            i++;
        if (i == count)
            json_skip(json);
        else
            read_text(json, elements[i].text);
    }
    return true;
}

/* ---- dependencies ---- */

static void read_exclusions(struct reader *r, struct buf *lines)
{
    struct str key;
    if (!json_object(&r->json))
        return;
    while (json_key(&r->json, &key)) {
        struct str fields[2] = { { 0 } };
        const struct element elements[] = { { "groupId", &fields[0] }, { "artifactId", &fields[1] } };
        if (!str_is(key, "exclusion"))
            json_skip(&r->json);
        else if (read_children(&r->json, elements, ARRAY_LEN(elements)))
            put_line(lines, POM_EXCLUSION, fields, ARRAY_LEN(fields));
    }
}

static void read_dependency(struct reader *r, enum pom_line line)
{
    static const char *const names[] = { "groupId", "artifactId", "version", "type", "classifier", "scope", "optional" };
    struct str fields[9] = { { 0 } }, key;
    struct buf exclusions;
    char numbers[2][16];
    buf_init(&exclusions, MAX_NOTE_BYTES);
    snprintf(numbers[0], sizeof numbers[0], "%u", r->first_line + json_line(&r->json));
    if (json_object(&r->json)) {
        while (json_key(&r->json, &key)) {
            size_t i = 0;
            while (i < ARRAY_LEN(names) && !str_is(key, names[i]))
                i++;
            if (i < ARRAY_LEN(names))
                read_text(&r->json, &fields[i]);
            else if (str_is(key, "exclusions"))
                read_exclusions(r, &exclusions);
            else
                json_skip(&r->json);
        }
        snprintf(numbers[1], sizeof numbers[1], "%u", r->first_line + json_line(&r->json));
        fields[7] = str_from(numbers[0]);
        fields[8] = str_from(numbers[1]);
        if (fields[0].len && fields[1].len) {
            put_line(&r->note, line, fields, ARRAY_LEN(fields));
            buf_str(&r->note, buf_view(&exclusions));
        }
    }
    buf_free(&exclusions);
}

static void read_dependencies(struct reader *r, enum pom_line line)
{
    struct str key;
    if (!json_object(&r->json))
        return;
    while (json_key(&r->json, &key))
        if (str_is(key, "dependency"))
            read_dependency(r, line);
        else
            json_skip(&r->json);
}

static void read_management(struct reader *r)
{
    struct str key;
    if (!json_object(&r->json))
        return;
    while (json_key(&r->json, &key))
        if (str_is(key, "dependencies"))
            read_dependencies(r, POM_MANAGED);
        else
            json_skip(&r->json);
}

/* ---- the parts of a project, or of a profile ---- */

static void read_properties(struct reader *r)
{
    struct str fields[2];
    if (!json_object(&r->json))
        return;
    while (json_key(&r->json, &fields[0])) {
        fields[1] = STR("");
        read_text(&r->json, &fields[1]);
        put_line(&r->note, POM_PROPERTY, fields, ARRAY_LEN(fields));
    }
}

static void read_modules(struct reader *r, const char *name)
{
    struct str key, module;
    if (!json_object(&r->json))
        return;
    while (json_key(&r->json, &key))
        if (!str_is(key, name))
            json_skip(&r->json);
        else if (read_text(&r->json, &module) && module.len)
            put_line(&r->note, POM_MODULE, &module, 1);
}

static void read_licences(struct reader *r)
{
    struct str key;
    if (!json_object(&r->json))
        return;
    while (json_key(&r->json, &key)) {
        struct str name = { 0 }, url = { 0 };
        const struct element elements[] = { { "name", &name }, { "url", &url } };
        if (!str_is(key, "license"))
            json_skip(&r->json);
        else if (read_children(&r->json, elements, ARRAY_LEN(elements)) && (name.len || url.len))
            put_line(&r->note, POM_LICENCE, name.len ? &name : &url, 1);
    }
}

/* The parts that profiles may have too. */
static bool read_part(struct reader *r, struct str key)
{
    if (str_is(key, "properties"))
        read_properties(r);
    else if (str_is(key, "dependencies"))
        read_dependencies(r, POM_DEPENDENCY);
    else if (str_is(key, "dependencyManagement"))
        read_management(r);
    else if (str_is(key, "modules"))
        read_modules(r, "module");
    else if (str_is(key, "subprojects")) /* model 4.1.0 */
        read_modules(r, "subproject");
    else
        return false;
    return true;
}

static void read_parent(struct reader *r)
{
    struct str fields[4] = { { 0 }, { 0 }, { 0 }, STR_INIT("*") };
    const struct element elements[] = {
        { "groupId", &fields[0] },
        { "artifactId", &fields[1] },
        { "version", &fields[2] },
        { "relativePath", &fields[3] },
    };
    if (read_children(&r->json, elements, ARRAY_LEN(elements)))
        put_line(&r->head, POM_PARENT, fields, ARRAY_LEN(fields));
}

/* ---- profiles (POM Reference, "Activation") ---- */

enum activation { PROFILE_OFF, PROFILE_DEFAULT, PROFILE_ON };

/* Of what a build elsewhere would activate only this is known here: what is so by default, and what a property activates by
 * not being there. */
static enum activation read_activation(struct json *json)
{
    enum activation activation = PROFILE_OFF;
    struct str key, name = { 0 }, value = { 0 }, by_default = { 0 };
    const struct element elements[] = { { "name", &name }, { "value", &value } };
    bool other = false;
    if (!json_object(json))
        return PROFILE_OFF;
    while (json_key(json, &key))
        if (str_is(key, "activeByDefault"))
            read_text(json, &by_default);
        else if (str_is(key, "property"))
            read_children(json, elements, ARRAY_LEN(elements));
        else {
            other = true; /* a JDK, an operating system, a file */
            json_skip(json);
        }
    if (str_eq_nocase(str_trim(by_default), STR("true")))
        activation = PROFILE_DEFAULT;
    if (!other && str_starts(name, "!") && value.len == 0)
        activation = PROFILE_ON;
    return activation;
}

static enum activation profile_activation(struct json *json)
{
    enum activation activation = PROFILE_OFF;
    struct str key;
    if (!json_object(json))
        return activation;
    while (json_key(json, &key))
        if (str_is(key, "activation"))
            activation = read_activation(json);
        else
            json_skip(json);
    return activation;
}

static void read_profile(struct reader *r)
{
    struct str key;
    if (json_object(&r->json))
        while (json_key(&r->json, &key))
            if (!read_part(r, key))
                json_skip(&r->json);
}

/* Those that are active by default are so only where no other is. Their parts come behind the project's, for they win. */
static void read_profiles(struct reader *r, struct str text, uint32_t line)
{
    enum activation best = PROFILE_OFF, states[MAX_PROFILES];
    size_t count = 0;
    struct str key;
    for (int pass = 0; pass < 2; pass++) {
        size_t at = 0;
        json_begin(&r->json, text, r->arena);
        r->first_line = line - 1;
        if (!json_object(&r->json))
            return;
        while (json_key(&r->json, &key)) {
            if (!str_is(key, "profile") || (pass == 1 && (at >= count || states[at++] != best))) {
                json_skip(&r->json);
            } else if (pass == 1) {
                read_profile(r);
            } else {
                enum activation state = profile_activation(&r->json);
                best = state > best ? state : best;
                if (count < MAX_PROFILES)
                    states[count++] = state;
            }
        }
        if (best == PROFILE_OFF)
            return;
    }
}

/* ---- the file ---- */

static void read_project(struct reader *r)
{
    struct str fields[4] = { { 0 } }, key, profiles = { 0 };
    const struct element elements[] = {
        { "groupId", &fields[0] },
        { "artifactId", &fields[1] },
        { "version", &fields[2] },
        { "packaging", &fields[3] },
    };
    uint32_t profiles_line = 0;
    if (!json_object(&r->json))
        return;
    while (json_key(&r->json, &key)) {
        size_t i = 0;
        while (i < ARRAY_LEN(elements) && !str_is(key, elements[i].name))
            i++;
        if (i < ARRAY_LEN(elements))
            read_text(&r->json, elements[i].text);
        else if (str_is(key, "parent"))
            read_parent(r);
        else if (str_is(key, "licenses"))
            read_licences(r);
        else if (str_is(key, "profiles")) {
            profiles_line = json_line(&r->json);
            json_raw(&r->json, &profiles);
        } else if (!read_part(r, key))
            json_skip(&r->json);
    }
    if (fields[1].len)
        put_line(&r->head, POM_PROJECT, fields, ARRAY_LEN(fields));
    if (profiles.len)
        read_profiles(r, profiles, profiles_line);
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct reader r = { .arena = file->scratch };
    struct error err = { 0 };
    struct str json, key;
    if (!xml_to_json(file->text, MAX_JSON_BYTES, file->scratch, &json, &err))
        return catalog_warn(facts, file->path, false, "%s", err.text);
    buf_init(&r.head, MAX_NOTE_BYTES);
    buf_init(&r.note, MAX_NOTE_BYTES);
    json_begin(&r.json, json, file->scratch);
    bool any = json_object(&r.json);
    while (any && json_key(&r.json, &key))
        if (str_is(key, "project"))
            read_project(&r);
        else
            json_skip(&r.json);
    buf_str(&r.head, buf_view(&r.note));
    bool ok = true;
    if (r.note.failed || r.head.failed)
        ok = catalog_warn(facts, file->path, false, "holds too much for a Maven project");
    else if (r.head.len)
        ok = catalog_add_note(facts, POM_NOTE_KEY, buf_view(&r.head), file->path);
    buf_free(&r.head);
    buf_free(&r.note);
    return ok;
}

static const struct catalog_claim claims[] = {
    { "**/pom.xml", NULL },
    { "**/*.pom", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_pom_kind = {
    .name = "pom",
    .ecosystem = "maven",
    .scheme = "maven",
    .purl_type = "maven",
    .is_lock = true,
    .claims = claims,
    .max_bytes = MAX_POM_BYTES,
    .parse = parse,
    .settle = pom_settle,
};
