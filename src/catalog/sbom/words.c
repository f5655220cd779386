/* Words that several formats share: algorithms, licences, people, what tools write into free text, relationships of SPDX. */
#include "catalog/sbom/sbom.h"

#include "catalog/headers.h"

struct str sbom_digest(struct arena *arena, struct str algorithm, struct str hex)
{
    static const struct {
        const char *theirs, *ours;
        size_t digits;
    } algorithms[] = { { "SHA1", "sha1", 40 },      { "SHA-1", "sha1", 40 },     { "SHA256", "sha256", 64 },
                       { "SHA-256", "sha256", 64 }, { "SHA512", "sha512", 128 }, { "SHA-512", "sha512", 128 } };
    for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
        if (str_eq_nocase(algorithm, str_from(algorithms[i].theirs)) && hex.len == algorithms[i].digits)
            return arena_printf(arena, "%s:%.*s", algorithms[i].ours, STR_ARG(hex));
    return (struct str){ 0 };
}

bool sbom_is_item(struct str text)
{
    return text.len && header_value_ok(text);
}

struct str sbom_within(struct str path, struct str virtual)
{
    bool inside = virtual.len > path.len && str_eq(str_head(virtual, path.len), path) && virtual.ptr[path.len] == ':';
    return inside ? str_skip(virtual, path.len + 1) : (struct str){ 0 };
}

struct str sbom_said(struct str text)
{
    return str_is(text, "NONE") || str_is(text, "NOASSERTION") ? (struct str){ 0 } : text;
}

struct str sbom_licence(struct str declared, struct str concluded)
{
    declared = sbom_said(declared);
    return declared.len ? declared : sbom_said(concluded);
}

struct str sbom_agent(struct arena *arena, struct str agent)
{
    static const char *const sorts[] = { "Organization:", "Person:", "Tool:" };
    struct str name, address;
    size_t open;
    agent = sbom_said(str_trim(agent));
    for (size_t i = 0; i < ARRAY_LEN(sorts); i++)
        if (str_starts(agent, sorts[i]))
            agent = str_trim(str_skip(agent, strlen(sorts[i])));
    if (!str_ends(agent, ")") || !str_rfind(agent, '(', &open))
        return agent;
    name = str_trim(str_head(agent, open));
    address = str_skip(str_head(agent, agent.len - 1), open + 1);
    if (!str_find(address, '@', NULL))
        return agent;
    return arena_printf(arena, "%.*s <%.*s>", STR_ARG(name), STR_ARG(address));
}

bool sbom_knows_vendors(struct str creator)
{
    static const char *const tools[] = { "Tool: trivy", "Tool: syft", "Tool: drydock" };
    for (size_t i = 0; i < ARRAY_LEN(tools); i++)
        if (str_starts(creator, tools[i]))
            return true;
    return false;
}

/* ---- source information --------------------------------------------------------------------------------------------------------------- */

/* What follows the mark, which stands somewhere in the text; false where it does not. */
static bool find_behind(struct str text, const char *mark, struct str *out)
{
    size_t len = strlen(mark);
    for (; text.len >= len; text = str_skip(text, 1))
        if (str_starts(text, mark)) {
            *out = str_trim(str_skip(text, len));
            return true;
        }
    return false;
}

void sbom_take_source_info(struct sbom_component *component, struct str info)
{
    struct str rest, path, others;
    size_t at;
    if (find_behind(info, "built package from: ", &rest) && str_cut(rest, ' ', &component->source_name, &rest))
        component->source_version = rest;
    if (find_behind(info, "package found in: ", &rest)) {
        component->file = rest;
    } else if (str_starts(info, "acquired package info from ") && str_rfind(info, ':', &at)) {
        str_cut(str_trim(str_skip(info, at + 1)), ',', &path, &others);
        component->file = path;
    }
}

/* ---- Trivy's properties ------------------------------------------------------------------------------------------------------------------ */

static void add_line(struct arena *arena, struct str *list, struct str item)
{
    if (sbom_is_item(item))
        *list = list->len ? arena_printf(arena, "%.*s\n%.*s", STR_ARG(*list), STR_ARG(item)) : item;
}

/* Those of the image as a whole. */
static void take_image_property(struct sbom *sbom, struct str name, struct str value)
{
    if (str_is(name, "ImageID"))
        sbom->image_id = value;
    else if (str_is(name, "RepoTag"))
        add_line(sbom->arena, &sbom->repo_tags, value);
    else if (str_is(name, "RepoDigest"))
        add_line(sbom->arena, &sbom->repo_digests, value);
    else if (str_is(name, "DiffID"))
        sbom_add_layer(sbom, (struct catalog_bill_layer){ .diff_id = value }); /* a full arena is told when all is read */
}

void sbom_take_trivy(struct sbom *sbom, struct sbom_component *component, struct str name, struct str value)
{
    const struct {
        const char *name;
        struct str *to;
    } fields[] = { { "FilePath", &component->file },
                   { "PkgType", &component->manager },
                   { "Type", &component->manager },
                   { "SrcName", &component->source_name },
                   { "SrcVersion", &component->source_version },
                   { "SrcRelease", &component->source_release },
                   { "SrcEpoch", &component->source_epoch },
                   { "Modularitylabel", &component->module },
                   { "LayerDiffID", &component->layer } };
    component->is_vendor_known = true;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (str_is(name, fields[i].name)) {
            *fields[i].to = value;
            return;
        }
    if (str_is(name, "LayerDigest") && component->layer.len == 0)
        component->layer = value;
    take_image_property(sbom, name, value);
}

void sbom_take_trivy_line(struct sbom *sbom, struct sbom_component *component, struct str line)
{
    struct str name, value;
    if (str_cut(line, ':', &name, &value))
        sbom_take_trivy(sbom, component, name, str_trim(value));
}

/* ---- relationships of SPDX ------------------------------------------------------------------------------------------------------------------ */

/* SPDX 2.3, clause 11.1, and SPDX 3.0, RelationshipType. What is needed to build is taken to be needed: many documents know no
 * other word. */
static const struct {
    const char *words[2]; /* of SPDX 2 and 3 */
    enum sbom_relation relation;
    bool backwards;
} relationships[] = {
    { { "CONTAINS", "contains" }, SBOM_HOLDS, false },
    { { "CONTAINED_BY", NULL }, SBOM_HOLDS, true },
    { { "PACKAGE_OF", NULL }, SBOM_HOLDS, true },
    { { "DEPENDS_ON", "dependsOn" }, SBOM_NEEDS, false },
    { { "DEPENDENCY_OF", NULL }, SBOM_NEEDS, true },
    { { "RUNTIME_DEPENDENCY_OF", NULL }, SBOM_NEEDS, true },
    { { "BUILD_DEPENDENCY_OF", NULL }, SBOM_NEEDS, true },
    { { "OPTIONAL_DEPENDENCY_OF", NULL }, SBOM_NEEDS, true },
    { { "PROVIDED_DEPENDENCY_OF", NULL }, SBOM_NEEDS, true },
    { { NULL, "hasOptionalDependency" }, SBOM_NEEDS, false },
    { { NULL, "hasProvidedDependency" }, SBOM_NEEDS, false },
    { { "DEV_DEPENDENCY_OF", NULL }, SBOM_NEEDS_DEV, true },
    { { "TEST_DEPENDENCY_OF", NULL }, SBOM_NEEDS_DEV, true },
    { { "DYNAMIC_LINK", "hasDynamicLink" }, SBOM_NEEDS, false },
    { { "STATIC_LINK", "hasStaticLink" }, SBOM_NEEDS, false },
    { { "HAS_PREREQUISITE", "hasPrerequisite" }, SBOM_NEEDS, false },
    { { "PREREQUISITE_FOR", NULL }, SBOM_NEEDS, true },
    { { "DESCRIBES", "describes" }, SBOM_DESCRIBES, false },
    { { "DESCRIBED_BY", NULL }, SBOM_DESCRIBES, true },
};

bool sbom_spdx_link(struct sbom *sbom, struct str from, struct str word, struct str to, struct str comment)
{
    for (size_t i = 0; i < ARRAY_LEN(relationships); i++)
        for (size_t k = 0; k < 2; k++)
            if (relationships[i].words[k] && str_is(word, relationships[i].words[k]))
                return relationships[i].backwards ? sbom_add_link(sbom, to, relationships[i].relation, from)
                                                  : sbom_add_link(sbom, from, relationships[i].relation, to);
    /* Syft's own words, in comments. */
    if (str_starts(comment, "ownership-by-file-overlap"))
        return sbom_add_link(sbom, from, SBOM_OWNS, to);
    return !str_starts(comment, "evident-by") || sbom_add_link(sbom, from, SBOM_HOLDS, to);
}

static enum sbom_role role_of(const struct sbom_component *c)
{
    bool is_application = str_eq_nocase(c->purpose, STR("application"));
    bool named_so = str_starts(c->ref, "SPDXRef-Application"); /* Trivy's, when there were no purposes */
    if (str_is(c->purpose, "OPERATING-SYSTEM") || str_is(c->purpose, "OPERATING_SYSTEM") ||
        str_is(c->purpose, "operatingSystem") || str_starts(c->ref, "SPDXRef-OperatingSystem"))
        return SBOM_SYSTEM;
    if (str_eq_nocase(c->purpose, STR("container")) || str_starts(c->ref, "SPDXRef-ContainerImage") ||
        str_starts(c->ref, "SPDXRef-DocumentRoot") || str_starts(c->purl, "pkg:oci/"))
        return SBOM_IMAGE;
    if (c->purl.len)
        return SBOM_PACKAGE;
    if (named_so || (is_application && (c->manager.len || str_find(c->name, '/', NULL))))
        return SBOM_GROUP;
    return str_eq_nocase(c->purpose, STR("file")) ? SBOM_FILE : SBOM_PACKAGE;
}

void sbom_spdx_finish(struct sbom *sbom, struct sbom_component *c)
{
    c->role = role_of(c);
    if (c->role == SBOM_GROUP && c->manager.len == 0)
        c->manager = c->version;
    if (c->role == SBOM_IMAGE && sbom->subject.len == 0)
        sbom->subject = c->name;
    c->is_vendor_known = false; /* whose words these are the document's creators tell */
}
