/* The `release` file at the top of a Java runtime: lines of KEY="value" (JEP 223, "Version-String Scheme", names the versions). */
#include "catalog/headers.h"
#include "catalog/kinds.h"
#include "catalog/program/versions.h"

enum { MAX_RELEASE_BYTES = 512 << 10 };

struct release {
    struct str java, runtime, full, implementor, image_type, graalvm;
};

static struct str unquoted(struct str value)
{
    if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
        return str_make(value.ptr + 1, value.len - 2);
    return value;
}

static void read_lines(struct str text, struct release *out)
{
    const struct {
        const char *key;
        struct str *value;
    } fields[] = {
        { "JAVA_VERSION", &out->java },       { "JAVA_RUNTIME_VERSION", &out->runtime }, { "FULL_VERSION", &out->full },
        { "IMPLEMENTOR", &out->implementor }, { "GRAALVM_VERSION", &out->graalvm },      { "IMAGE_TYPE", &out->image_type },
    };
    struct str line, key, value;
    while (str_next(&text, '\n', &line)) {
        line = str_trim(line);
        if (!str_cut(line, '=', &key, &value))
            continue;
        for (size_t i = 0; i < ARRAY_LEN(fields); i++)
            if (str_is(key, fields[i].key))
                *fields[i].value = unquoted(value);
    }
}

static bool is_version(struct str text)
{
    if (text.len == 0 || text.len > 64 || text.ptr[0] < '0' || text.ptr[0] > '9')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || strchr("+-._~", c)) || !c)
            return false;
    }
    return true;
}

/* The longest that is told; a full version may be that of the virtual machine, and then begins otherwise. */
static struct str version_of(const struct release *release)
{
    struct str major, full_major, rest;
    if (is_version(release->runtime))
        return release->runtime;
    str_cut(release->java, '.', &major, &rest);
    str_cut(release->full, '.', &full_major, &rest);
    if (is_version(release->full) && str_eq(major, full_major))
        return release->full;
    return release->java;
}

static bool mentions(struct str text, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= text.len; i++)
        if (str_eq_nocase(str_make(text.ptr + i, n), str_from(word)))
            return true;
    return false;
}

static bool read_text(const struct catalog_file *file, struct str *out)
{
    uint64_t size = file->blob->fd < 0 ? file->blob->memory.len : file->blob->size;
    struct error err = { 0 };
    char *text = size <= MAX_RELEASE_BYTES ? arena_alloc(file->scratch, (size_t)size + 1) : NULL;
    if (!text || !blob_read(file->blob, 0, text, (size_t)size, &err))
        return false;
    *out = str_make(text, (size_t)size);
    return true;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct release release = { 0 };
    struct str text;
    bool ok;
    if (versions_is_program(file, facts, &ok))
        return ok;
    if (!read_text(file, &text)) /* much other software has files of this name */
        return true;
    read_lines(text, &release);
    struct str version = version_of(&release);
    if (!is_version(version))
        return true;
    bool jre = mentions(release.image_type, "jre");
    if (mentions(release.implementor, "azul") || mentions(file->path, "zulu"))
        return versions_add(facts, file->path, "zulu", version, "azul:zulu oracle:openjdk", STR("release file"));
    if (mentions(release.implementor, "oracle") || mentions(file->path, "oracle"))
        return versions_add(facts, file->path, jre ? "jre" : "jdk", version,
                            jre ? "oracle:java_se oracle:jre" : "oracle:java_se oracle:jre oracle:jdk", STR("release file"));
    return versions_add(facts, file->path, "openjdk", version, "oracle:openjdk", STR("release file"));
}

static const struct catalog_claim claims[] = {
    { "**/release", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_java_release_kind = {
    .name = "java-release",
    .is_facts_only = true,
    .claims = claims,
    .wants_blob = true,
    .max_bytes = SIZE_MAX / 2,
    .parse = parse,
};
