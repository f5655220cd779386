/* Which format a document has, and where in a file it stands: in-toto statements (in-toto attestation framework, v1 Statement), in
 * DSSE envelopes (secure-systems-lab/dsse, envelope.md), in Sigstore's bundles, alone or one a line. Formats are told by the keys
 * of the outermost object, wherever they stand in it. */
#include "catalog/sbom/sbom.h"

enum { MAX_WRAPPINGS = 8, HEAD_LINES = 64, HEAD_BYTES = 8192 };

/* What the keys of one object say. */
struct look {
    struct sbom *sbom;
    const struct sbom_format *format;
    struct str inner;     /* a document in it that is to be looked at; ptr NULL: none */
    struct str payload;   /* a DSSE envelope's, in base64 */
    struct str predicate; /* a statement's type of predicate */
    const char *refusal;  /* known, but not read: why */
    bool is_attestation;
};

/* ---- texts that are no JSON ----------------------------------------------------------------------------------------------------------- */

static bool has_line(struct str text, const char *start, size_t max_lines)
{
    struct str line;
    for (size_t lines = 0; lines < max_lines && str_line(&text, &line); lines++)
        if (str_starts(line, start))
            return true;
    return false;
}

static bool detect_text(struct str text, struct sbom *out, struct error *err)
{
    struct str head = str_head(text, HEAD_BYTES);
    if (str_starts(text, "<")) {
        if (str_contains(head, "cyclonedx.org/schema/bom"))
            out->format = &sbom_cyclonedx_xml_format;
        else if (str_contains(head, "spdx.org/rdf"))
            return error_set(err, ERROR_UNSUPPORTED, "SPDX as RDF/XML is not read: convert it to JSON or tag-value");
    } else if (has_line(text, "SPDXVersion:", HEAD_LINES)) {
        out->format = &sbom_spdx_tags_format;
    } else if (has_line(text, "spdxVersion:", SIZE_MAX)) { /* keys of YAML may stand in any order */
        out->format = &sbom_spdx_yaml_format;
    }
    return true;
}

/* Byte order marks of UTF-16 and UTF-32 (RFC 3629 section 6, RFC 2781 section 3.2), and texts of theirs without one. */
static bool is_wide(struct str text)
{
    const char *p = text.ptr;
    if (text.len < 2)
        return false;
    return str_starts(text, "\xFF\xFE") || str_starts(text, "\xFE\xFF") || (p[0] == '\0') != (p[1] == '\0');
}

/* ---- objects ---------------------------------------------------------------------------------------------------------------------------- */

static void look_at_version(struct json *json, struct look *look)
{
    struct str version;
    if (!json_string(json, &version))
        return;
    if (str_starts(version, "SPDX-2."))
        look->format = &sbom_spdx_json_format;
}

/* JSON-LD 1.1, section 3.1: a context is a text, an object, or a list of these. */
static void look_at_context(struct json *json, struct look *look)
{
    struct str context;
    bool is_list = json_peek(json) == JSON_ARRAY && json_array(json);
    while (!is_list || json_item(json)) {
        if (json_string(json, &context) && str_contains(context, "spdx.org/rdf/3"))
            look->format = &sbom_spdx3_format;
        if (!is_list)
            break;
    }
}

static void take_inner(struct json *json, struct look *look)
{
    if (json_peek(json) == JSON_STRING)
        json_string(json, &look->inner);
    else if (json_peek(json) == JSON_OBJECT)
        json_raw(json, &look->inner);
    else
        json_skip(json);
}

static bool is_type(struct json *json, enum json_type type)
{
    bool is = json_peek(json) == type;
    json_skip(json);
    return is;
}

static void look_at_key(struct json *json, struct str key, struct look *look)
{
    struct str value;
    if (str_is(key, "bomFormat")) {
        if (json_string(json, &value) && str_is(value, "CycloneDX"))
            look->format = &sbom_cyclonedx_format;
    } else if (str_is(key, "spdxVersion")) {
        look_at_version(json, look);
    } else if (str_is(key, "@context")) {
        look_at_context(json, look);
    } else if (str_is(key, "ArtifactName")) {
        if (is_type(json, JSON_STRING))
            look->format = &sbom_trivy_format;
    } else if (str_is(key, "ClusterName")) {
        if (is_type(json, JSON_STRING))
            look->refusal = "a report on a Kubernetes cluster is not read: scan its images one by one";
    } else if (str_is(key, "artifacts")) {
        if (is_type(json, JSON_ARRAY))
            look->format = &sbom_syft_format;
    } else if (str_is(key, "manifests") || str_is(key, "detector")) {
        if (is_type(json, JSON_OBJECT))
            look->format = &sbom_github_format;
    } else if (str_is(key, "payload")) {
        json_string(json, &look->payload);
    } else if (str_is(key, "predicateType")) {
        json_string(json, &look->predicate);
    } else if (str_is(key, "dsseEnvelope") || str_is(key, "predicate") || str_is(key, "Data")) {
        look->is_attestation = true;
        take_inner(json, look);
    } else if (str_is(key, "sbom") || str_is(key, "SPDX")) {
        take_inner(json, look); /* GitHub's export of a repository's dependencies; docker buildx imagetools */
    } else {
        json_skip(json);
    }
}

/* Stops where the format shows: the reader checks the rest. Else *end is behind the object. */
static bool look_inside(struct str text, struct look *look, size_t *end, struct error *err)
{
    struct json json;
    struct str key;
    json_begin(&json, text, look->sbom->arena);
    if (json_object(&json))
        while (!look->format && json_key(&json, &key))
            look_at_key(&json, key, look);
    *end = json.pos;
    return !json.failed || json_end(&json, err);
}

static bool open_payload(struct look *look, struct error *err)
{
    look->is_attestation = true;
    if (base64_text(look->payload, look->sbom->arena, &look->inner))
        return true;
    return look->sbom->arena->exhausted ? arena_error(look->sbom->arena, err)
                                        : error_set(err, ERROR_INPUT, "the envelope's payload is no base64");
}

static struct str unmarked(struct str text)
{
    return str_trim(str_starts(text, "\xEF\xBB\xBF") ? str_skip(text, 3) : text);
}

struct wrapping {
    struct sbom *sbom;
    struct str document;  /* where the format was found */
    struct str predicate; /* of a statement that held no SBOM, for messages */
};

static bool unwrap(struct wrapping *w, struct str text, unsigned depth, struct error *err)
{
    for (text = unmarked(text); text.len; text = str_trim(text)) {
        struct look look = { .sbom = w->sbom };
        size_t end;
        w->document = text;
        if (text.ptr[0] != '{')
            return detect_text(text, w->sbom, err);
        if (!look_inside(text, &look, &end, err) || (look.payload.ptr && !look.format && !open_payload(&look, err)))
            return false;
        if (look.refusal)
            return error_set(err, ERROR_UNSUPPORTED, "%s", look.refusal);
        if (look.predicate.len)
            w->predicate = look.predicate;
        w->sbom->format = look.format;
        if (!look.format && look.inner.ptr && depth < MAX_WRAPPINGS && !unwrap(w, look.inner, depth + 1, err))
            return false;
        if (w->sbom->format) {
            w->sbom->is_attestation |= look.is_attestation && !look.format;
            return true;
        }
        text = str_skip(text, end);
    }
    return true;
}

bool sbom_unwrap(struct str *text, struct sbom *out, struct error *err)
{
    struct wrapping w = { .sbom = out };
    if (is_wide(*text))
        return error_set(err, ERROR_UNSUPPORTED, "is UTF-16 or UTF-32 text: convert it first (iconv -t UTF-8)");
    if (!unwrap(&w, *text, 0, err))
        return false;
    if (!out->format && w.predicate.len)
        return error_set(err, ERROR_UNSUPPORTED, "the attestation holds no SBOM, but a predicate of type %.*s",
                         STR_ARG(str_head(w.predicate, 200)));
    *text = w.document;
    return true;
}
