/* SPDX 3.0 in JSON-LD (SPDX 3.0.1, "Serialization"; model: Core, Software, SimpleLicensing, ExpandedLicensing): a graph of elements
 * in any order. Packages and files are components; what ties them, their licences, suppliers and annotations are elements of
 * their own, which are tied when all are read. */
#include "catalog/sbom/sbom.h"

/* What is needed of any element; which of it is there depends on its type. */
struct element {
    struct str type, id;
    struct str expression; /* of a licence */
    struct str subject, statement;
    struct str from, to, word, scope, comment; /* `to` is raw JSON */
    struct str roots;                          /* raw JSON */
    struct sbom_component component;
};

/* A tie from a component to what another element says. */
struct tie {
    struct str from, to;
    bool concluded;
};

struct reading {
    struct sbom *sbom;
    struct map texts; /* id of a licence, a person or organisation → index in `values` */
    struct str *values;
    size_t value_count, value_cap;
    struct tie *licences;
    size_t licence_count, licence_cap;
    struct tie *notes; /* annotations: subject, statement */
    size_t note_count, note_cap;
};

/* ---- parts of elements ------------------------------------------------------------------------------------------------------------------- */

static void read_identifier(struct json *json, struct sbom_component *c, struct buf *cpes)
{
    struct str type = { 0 }, value = { 0 };
    const struct sbom_text texts[] = { { "externalIdentifierType", &type }, { "identifier", &value } };
    sbom_read_object(json, texts, ARRAY_LEN(texts));
    if (str_eq_nocase(type, STR("packageUrl")) && c->purl.len == 0)
        c->purl = value;
    else if (str_is(type, "cpe23"))
        sbom_put_item(cpes, value);
}

static void read_identifiers(struct json *json, struct arena *arena, struct sbom_component *c)
{
    struct buf cpes;
    if (!json_array(json))
        return;
    buf_init(&cpes, SBOM_MAX_LIST_BYTES);
    while (json_item(json))
        read_identifier(json, c, &cpes);
    c->cpes = arena_str(arena, buf_view(&cpes));
    buf_free(&cpes);
}

static void read_attributions(struct json *json, struct sbom *sbom, struct sbom_component *c)
{
    struct str text;
    if (!json_array(json))
        return;
    while (json_item(json))
        if (json_string(json, &text))
            sbom_take_trivy_line(sbom, c, text);
}

static void read_element(struct json *json, struct sbom *sbom, struct element *e)
{
    struct sbom_component *c = &e->component;
    struct str key, source = { 0 };
    const struct sbom_text texts[] = { { "type", &e->type },
                                       { "@type", &e->type },
                                       { "spdxId", &e->id },
                                       { "@id", &e->id },
                                       { "name", &c->name },
                                       { "software_packageVersion", &c->version },
                                       { "software_packageUrl", &c->purl },
                                       { "software_primaryPurpose", &c->purpose },
                                       { "software_sourceInfo", &source },
                                       { "suppliedBy", &c->maintainer },
                                       { "simplelicensing_licenseExpression", &e->expression },
                                       { "subject", &e->subject },
                                       { "statement", &e->statement },
                                       { "from", &e->from },
                                       { "relationshipType", &e->word },
                                       { "scope", &e->scope },
                                       { "comment", &e->comment } };
    while (json_key(json, &key)) {
        if (sbom_read_text(json, key, texts, ARRAY_LEN(texts)))
            continue;
        if (str_is(key, "to"))
            json_raw(json, &e->to);
        else if (str_is(key, "rootElement"))
            json_raw(json, &e->roots);
        else if (str_is(key, "externalIdentifier"))
            read_identifiers(json, sbom->arena, c);
        else if (str_is(key, "verifiedUsing"))
            sbom_read_digests(json, "hashValue", sbom->arena, c);
        else if (str_is(key, "software_attributionText"))
            read_attributions(json, sbom, c);
    }
    sbom_take_source_info(c, source);
}

/* ---- elements ------------------------------------------------------------------------------------------------------------------------------ */

static bool add_tie(struct arena *arena, struct tie **ties, size_t *count, size_t *cap, struct tie tie)
{
    struct tie *grown = arena_grow(arena, *ties, *count, cap, sizeof *grown);
    if (!grown)
        return false;
    *ties = grown;
    grown[(*count)++] = tie;
    return true;
}

static bool add_text(struct reading *r, struct str id, struct str text)
{
    struct str *grown = arena_grow(r->sbom->arena, r->values, r->value_count, &r->value_cap, sizeof *grown);
    if (!grown)
        return false;
    r->values = grown;
    grown[r->value_count] = text;
    return map_put(&r->texts, id, r->value_count++);
}

static bool add_target(struct reading *r, const struct element *e, struct str to)
{
    bool declared = str_is(e->word, "hasDeclaredLicense"), concluded = str_is(e->word, "hasConcludedLicense");
    bool for_development = str_is(e->scope, "development") || str_is(e->scope, "test");
    if (declared || concluded)
        return add_tie(r->sbom->arena, &r->licences, &r->licence_count, &r->licence_cap, (struct tie){ e->from, to, concluded });
    if (str_is(e->word, "dependsOn") && for_development)
        return sbom_add_link(r->sbom, e->from, SBOM_NEEDS_DEV, to);
    return sbom_spdx_link(r->sbom, e->from, e->word, to, e->comment);
}

/* A text, or a list of texts. */
static bool each_text(struct reading *r, struct str raw, const struct element *e,
                      bool (*take)(struct reading *r, const struct element *e, struct str text))
{
    struct json json;
    struct str text;
    json_begin(&json, raw, r->sbom->arena);
    if (raw.len == 0)
        return true;
    if (json_peek(&json) == JSON_STRING)
        return !json_string(&json, &text) || take(r, e, text);
    if (json_array(&json))
        while (json_item(&json))
            if (json_string(&json, &text) && !take(r, e, text))
                return false;
    return !r->sbom->arena->exhausted;
}

static bool add_root(struct reading *r, const struct element *e, struct str to)
{
    return sbom_add_link(r->sbom, e->id.len ? e->id : STR("document"), SBOM_DESCRIBES, to);
}

static bool is_licence(struct str type)
{
    return str_starts(type, "simplelicensing_") || str_starts(type, "expandedlicensing_");
}

static bool take_element(struct reading *r, struct element *e)
{
    struct sbom_component *c = &e->component;
    if (str_is(e->type, "software_Package") || str_is(e->type, "software_File")) {
        c->ref = e->id;
        c->role = str_is(e->type, "software_File") ? SBOM_FILE : SBOM_PACKAGE;
        return sbom_add_component(r->sbom, c);
    }
    if (str_is(e->type, "Relationship") || str_is(e->type, "LifecycleScopedRelationship"))
        return each_text(r, e->to, e, add_target);
    if (str_is(e->type, "SpdxDocument") || str_is(e->type, "software_Sbom"))
        return each_text(r, e->roots, e, add_root);
    if (str_is(e->type, "Annotation"))
        return add_tie(r->sbom->arena, &r->notes, &r->note_count, &r->note_cap, (struct tie){ e->subject, e->statement, false });
    if (str_is(e->type, "Tool"))
        r->sbom->knows_vendors |= str_starts(c->name, "trivy") || str_starts(c->name, "syft") || str_starts(c->name, "drydock");
    if (str_is(e->type, "expandedlicensing_ListedLicense"))
        return true; /* its address ends with its identifier */
    if (e->id.len && (is_licence(e->type) || str_is(e->type, "Organization") || str_is(e->type, "Person")))
        return add_text(r, e->id, e->expression.len ? e->expression : c->name);
    return true;
}

/* ---- when all are read ------------------------------------------------------------------------------------------------------------------------ */

/* Of a licence that no element here tells, the last part of its address ("https://spdx.org/licenses/MIT"). */
static struct str licence_text(const struct reading *r, struct str id)
{
    uint64_t at;
    struct str text = map_get(&r->texts, id, &at) ? r->values[at] : path_base(id);
    return str_eq_nocase(text, STR("NoAssertionLicense")) || str_eq_nocase(text, STR("NoneLicense")) ? (struct str){ 0 }
                                                                                                     : sbom_said(text);
}

static bool tie_all(struct reading *r)
{
    struct sbom *sbom = r->sbom;
    struct map refs;
    uint64_t at;
    map_init(&refs, sbom->arena);
    for (size_t i = 0; i < sbom->component_count; i++)
        if (sbom->components[i].ref.len && !map_put(&refs, sbom->components[i].ref, i))
            return false;
    for (unsigned concluded = 0; concluded < 2; concluded++) /* what was declared goes before what others concluded */
        for (size_t i = 0; i < r->licence_count; i++)
            if (r->licences[i].concluded == concluded && map_get(&refs, r->licences[i].from, &at) &&
                sbom->components[at].licence.len == 0)
                sbom->components[at].licence = licence_text(r, r->licences[i].to);
    for (size_t i = 0; i < r->note_count; i++)
        if (map_get(&refs, r->notes[i].from, &at))
            sbom_take_trivy_line(sbom, &sbom->components[at], r->notes[i].to);
    for (size_t i = 0; i < sbom->component_count; i++) {
        struct sbom_component *c = &sbom->components[i];
        if (c->role == SBOM_FILE)
            continue;
        c->maintainer = map_get(&r->texts, c->maintainer, &at) ? sbom_agent(sbom->arena, r->values[at]) : (struct str){ 0 };
        sbom_spdx_finish(sbom, c);
    }
    return !sbom->arena->exhausted;
}

static bool read_one(struct json *json, struct reading *r)
{
    struct element e = { .component.at_line = json_line(json) };
    if (!json_object(json))
        return true;
    read_element(json, r->sbom, &e);
    return take_element(r, &e);
}

static bool read_document(struct str text, struct sbom *sbom, struct error *err)
{
    struct json json;
    struct str key;
    struct reading r = { .sbom = sbom };
    bool ok = true;
    map_init(&r.texts, sbom->arena);
    json_begin(&json, text, sbom->arena);
    if (json_object(&json))
        while (ok && json_key(&json, &key)) {
            if (!str_is(key, "@graph"))
                json_skip(&json);
            else if (json_array(&json))
                while (ok && json_item(&json))
                    ok = read_one(&json, &r);
        }
    ok = ok && tie_all(&r);
    return ok ? json_end(&json, err) : arena_error(sbom->arena, err);
}

const struct sbom_format sbom_spdx3_format = { "SPDX 3", "spdx", read_document };
