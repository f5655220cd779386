/* Image references: "nginx", "ghcr.io/owner/name:tag@sha256:…" into their parts. The grammar is that of distribution's
 * reference package (reference.go, "Grammar"); the defaults are Docker's (normalize.go): docker.io where the first part is
 * no host, "library/" before a name of one part there, and the tag "latest" where there is neither tag nor digest. */
#include "image/image.h"

enum { NAME_MAX_BYTES = 255, TAG_MAX_BYTES = 128, ID_HEX_DIGITS = 64 };

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter_or_digit(char c)
{
    return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z');
}

/* path-component := alpha-numeric [separator alpha-numeric]*, separator := "." | "_" | "__" | "-"+ */
static bool is_path_component(struct str part)
{
    size_t i = 0;
    while (i < part.len) {
        size_t begin = i;
        while (i < part.len && (is_lower(part.ptr[i]) || is_digit(part.ptr[i])))
            i++;
        if (i == begin)
            return false;
        if (i == part.len)
            return true;
        char sep = part.ptr[i];
        size_t run = 0;
        while (i < part.len && part.ptr[i] == sep)
            i++, run++;
        if (!(sep == '-' || (sep == '_' && run <= 2) || (sep == '.' && run == 1)))
            return false;
    }
    return false;
}

static bool is_repository(struct str path)
{
    struct str part;
    bool any = false;
    while (str_next(&path, '/', &part)) {
        if (!is_path_component(part))
            return false;
        any = true;
    }
    return any;
}

/* domain-component := letters and digits, with "-" inside */
static bool is_domain_component(struct str part)
{
    for (size_t i = 0; i < part.len; i++)
        if (!is_letter_or_digit(part.ptr[i]) && (part.ptr[i] != '-' || i == 0 || i + 1 == part.len))
            return false;
    return part.len > 0;
}

/* host := domain-name | "[" IPv6 address "]", then [":" port] */
static bool is_registry(struct str text)
{
    struct str host = text, port = { 0 }, part;
    size_t colon, close;
    if (str_starts(text, "[")) {
        if (!str_find(text, ']', &close) || close < 2)
            return false;
        for (size_t i = 1; i < close; i++)
            if (!is_letter_or_digit(text.ptr[i]) && text.ptr[i] != ':')
                return false;
        port = str_skip(text, close + 1);
        if (port.len && (port.ptr[0] != ':' || port.len == 1))
            return false;
        port = str_skip(port, 1);
        host = (struct str){ 0 };
    } else if (str_find(text, ':', &colon)) {
        host = str_head(text, colon);
        port = str_skip(text, colon + 1);
        if (!port.len || !host.len)
            return false;
    } else if (!host.len) {
        return false;
    }
    for (size_t i = 0; i < port.len; i++)
        if (!is_digit(port.ptr[i]))
            return false;
    if (str_ends(host, "."))
        return false;
    while (str_next(&host, '.', &part))
        if (!is_domain_component(part))
            return false;
    return true;
}

/* tag := [A-Za-z0-9_][A-Za-z0-9_.-]{0,127} */
static bool is_tag(struct str tag)
{
    for (size_t i = 0; i < tag.len; i++)
        if (!is_letter_or_digit(tag.ptr[i]) && tag.ptr[i] != '_' && (i == 0 || (tag.ptr[i] != '.' && tag.ptr[i] != '-')))
            return false;
    return tag.len > 0 && tag.len <= TAG_MAX_BYTES;
}

/* An image ID is no name: Docker refuses it too, since "name or ID" would be ambiguous. */
static bool is_image_id(struct str name)
{
    return name.len == ID_HEX_DIGITS && str_is_hex(name);
}

/* Is the part before the first "/" a host? As Docker decides: a dot, a port, "localhost" or an upper-case letter. */
static bool looks_like_registry(struct str first)
{
    if (str_find(first, '.', NULL) || str_find(first, ':', NULL) || str_is(first, "localhost"))
        return true;
    for (size_t i = 0; i < first.len; i++)
        if (first.ptr[i] >= 'A' && first.ptr[i] <= 'Z')
            return true;
    return false;
}

static void split_registry(struct str name, struct str *registry, struct str *repository)
{
    struct str first, rest;
    if (str_cut(name, '/', &first, &rest) && looks_like_registry(first)) {
        *registry = str_is(first, "index.docker.io") ? STR("docker.io") : first;
        *repository = rest;
    } else {
        *registry = STR("docker.io");
        *repository = name;
    }
}

/* name[:tag][@digest], from the right: a ":" after the last "/" starts the tag. */
static void split_parts(struct str text, struct str *name, struct str *tag, struct str *digest)
{
    size_t colon, slash;
    str_cut(text, '@', name, digest);
    *tag = (struct str){ 0 };
    if (str_rfind(*name, ':', &colon) && !(str_rfind(*name, '/', &slash) && slash > colon)) {
        *tag = str_skip(*name, colon + 1);
        *name = str_head(*name, colon);
    }
}

static const char *find_fault(struct str text, struct str name, bool has_tag, bool has_digest, const struct image_reference *ref)
{
    enum digest_algorithm algorithm;
    struct str hex;
    if (!text.len)
        return "it is empty";
    if (is_image_id(name))
        return "an image ID is not a name";
    if (has_tag && !is_tag(ref->tag))
        return "the tag has characters that a tag cannot have, or more than 128";
    if (has_digest && !digest_parse(ref->digest, &algorithm, &hex))
        return "the digest must be sha256: and 64 hex digits, or sha512: and 128";
    if (!is_registry(ref->registry))
        return "the registry is not a host name with an optional port";
    if (!is_repository(ref->repository) || str_ends(ref->repository, "/"))
        return "a repository has lower-case letters, digits, and single separators '.', '_', '-' and '/'";
    if (name.len > NAME_MAX_BYTES)
        return "the name has more than 255 characters";
    return NULL;
}

bool image_reference_parse(struct str text, struct arena *arena, struct image_reference *out, struct error *err)
{
    struct image_reference ref = { 0 };
    struct str name;
    split_parts(text, &name, &ref.tag, &ref.digest);
    split_registry(name, &ref.registry, &ref.repository);
    bool has_digest = str_find(text, '@', NULL);
    bool has_tag = name.len < (has_digest ? text.len - ref.digest.len - 1 : text.len);
    const char *fault = find_fault(text, name, has_tag, has_digest, &ref);
    if (fault)
        return error_set(err, ERROR_USAGE, "\"%.*s\" is not an image reference: %s (e.g. nginx:alpine)",
                         STR_ARG(str_head(text, 200)), fault);
    if (!has_tag && !has_digest)
        ref.tag = STR("latest");
    if (str_is(ref.registry, "docker.io") && !str_find(ref.repository, '/', NULL))
        ref.repository = arena_printf(arena, "library/%.*s", STR_ARG(ref.repository));
    if (!ref.repository.ptr)
        return arena_error(arena, err);
    *out = ref;
    return true;
}

struct str image_reference_text(const struct image_reference *r, struct arena *arena)
{
    return arena_printf(arena, "%.*s/%.*s%s%.*s%s%.*s", STR_ARG(r->registry), STR_ARG(r->repository), r->tag.len ? ":" : "",
                        STR_ARG(r->tag), r->digest.len ? "@" : "", STR_ARG(r->digest));
}

struct str image_name_familiar(struct str name)
{
    static const char *const prefixes[] = { "docker.io/library/", "docker.io/" };
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
        if (str_starts(name, prefixes[i]))
            return str_skip(name, strlen(prefixes[i]));
    return name;
}

bool image_argument_is_path(struct str argument)
{
    static const char *const starts[] = { "/", "./", "../" }, *const ends[] = { ".tar", ".tar.gz", ".tgz", ".tar.zst" };
    for (size_t i = 0; i < ARRAY_LEN(starts); i++)
        if (str_starts(argument, starts[i]))
            return true;
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (str_ends(argument, ends[i]))
            return true;
    return str_is(argument, ".") || str_is(argument, "..");
}
