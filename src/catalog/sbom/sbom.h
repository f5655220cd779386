/* sbom.h (private) - documents that list software, read into one form: CycloneDX (JSON and XML), SPDX 2 (JSON, tag-value, YAML) and
 * 3 (JSON-LD), Syft's and Trivy's reports, GitHub's dependency snapshots, and attestations around any of these.
 *
 * A document's own words are kept apart from what becomes of them: components with their references, and links between
 * them. Whether a component is a package, and of which kind, its package URL tells, or its package manager where the document
 * names that. */
#ifndef DRYDOCK_CATALOG_SBOM_H
#define DRYDOCK_CATALOG_SBOM_H

#include "catalog/kinds.h"

enum sbom_role {
    SBOM_PACKAGE,
    SBOM_FILE, /* no software, but a file, whose path is its name */
    SBOM_GROUP, /* what packages were found in or listed by: a program, a lock file; its name is the path, or a title ("Node.js") */
    SBOM_SYSTEM, /* the operating system: name and release */
    SBOM_IMAGE,  /* the image or folder that the document describes */
    SBOM_OTHER,  /* services, devices, models, data */
};

struct sbom_component {
    struct str ref;   /* unique in the document */
    struct str alias; /* a second reference to it; may be empty */
    struct str id;    /* of the package that it became: its ref, or that of an equal one */
    struct str group, name, version, purl, licence;
    struct str cpes;    /* a list */
    struct str digest;  /* "sha1:…" */
    struct str file;    /* path of the file it was found in, as the document has it */
    struct str within;  /* path inside that file */
    struct str manager; /* as Trivy's Type: "npm", "gobinary"; of OS packages the distribution's family */
    struct str arch, maintainer, module, owner;
    struct str epoch, release; /* of the version, where they stand apart */
    struct str source_name, source_version, source_release, source_epoch;
    struct str source_rpm; /* "glibc-2.34-60.el9.src.rpm" */
    struct str layer;      /* its diff ID, or its digest */
    struct str purpose;    /* of SPDX packages, as written */
    enum sbom_role role;
    enum package_relation relation;
    uint32_t line, end_line; /* in `file`, where the document knows */
    uint32_t at_line;        /* of the component in the document */
    bool is_exact;           /* name and version are the package manager's own; else the package URL has the last word */
    bool is_vendor_known;    /* `maintainer` is what the package manager says, not a word of who wrote the document */
    bool is_root;            /* what the document describes */
    bool is_dev, is_locked, is_gone;
};

enum sbom_relation {
    SBOM_NEEDS,
    SBOM_NEEDS_DEV,
    SBOM_HOLDS,
    SBOM_OWNS,      /* the files of a package are those of another one */
    SBOM_DESCRIBES, /* from the document to what it is about */
};

struct sbom_link {
    struct str from, to;
    enum sbom_relation relation;
};

struct sbom {
    struct arena *arena;
    const struct sbom_format *format; /* NULL: it is none of these */
    struct sbom_component *components;
    size_t component_count, component_cap;
    struct sbom_link *links;
    size_t link_count, link_cap;
    struct map refs;       /* reference → index of the component */
    struct map first_need; /* reference → index + 1 of its first link of SBOM_NEEDS or SBOM_NEEDS_DEV */
    uint32_t *next_need;   /* by link: index + 1 of the next one of the same reference; 0: none */

    /* What is said of the whole. */
    struct str subject;                                                  /* "nginx:alpine"; may be empty */
    struct str image_id, repo_tags, repo_digests, config_json, os, arch; /* the tags and digests are lists */
    struct catalog_bill_layer *layers;
    size_t layer_count, layer_cap;
    struct distro distro; /* as written; the family empty: not said */
    struct catalog_note *notes;
    size_t note_count, note_cap;
    size_t service_count;       /* services that it lists besides */
    bool is_attestation;        /* it was inside one, whose signature nobody has checked */
    bool is_incomplete;         /* it says itself that something could not be understood */
    bool lists_vulnerable_only; /* packages without findings are not in it */
    bool knows_vendors;         /* written by a tool whose suppliers are the packages' maintainers */
};

struct sbom_format {
    const char *name;                                                    /* "CycloneDX" */
    const char *type;                                                    /* Trivy's ArtifactType, or its like: "cyclonedx" */
    bool (*read)(struct str text, struct sbom *sbom, struct error *err); /* false: damaged, or out of memory (sbom->arena) */
};

extern const struct sbom_format sbom_cyclonedx_format, sbom_cyclonedx_xml_format, sbom_spdx_json_format, sbom_spdx_tags_format,
    sbom_spdx_yaml_format, sbom_spdx3_format, sbom_syft_format, sbom_trivy_format, sbom_github_format;

/* Reads a document of any format; texts are views of it or lie in the arena. One of no format has a NULL format, without an
 * error. Where it is damaged, what was read before is there, and false is returned. */
bool sbom_read(struct str text, struct arena *arena, struct sbom *out, struct error *err);

/* Tells the format, and takes a document out of the envelopes, statements and lines that it stands in: *text becomes the document
 * itself. */
bool sbom_unwrap(struct str *text, struct sbom *out, struct error *err);

/* Where a component was found: by itself or by what holds it. */
struct sbom_place {
    struct str file; /* empty: unknown */
    uint32_t group;  /* index + 1 of the group that holds it; 0: none */
    uint32_t owner;  /* index + 1 of the package that owns its files; 0: none */
    bool is_needed;  /* some package needs it */
    bool is_direct;  /* what the document describes needs it */
    bool is_dev;     /* it is needed, but for development only */
};
bool sbom_find_places(const struct sbom *sbom, struct sbom_place **places);
/* Both, of a file in an image: damage is a warning. False: an arena is full. */
bool sbom_open(const struct catalog_file *file, struct catalog_facts *facts, struct sbom *out, struct sbom_place **places);
/* What of a component makes a package: name, version, arch, source, licence, digest, CPEs, id. All texts are in the facts' arena.
 * A kind is an OS package manager's, or not. False: the arena is full. */
bool sbom_fill(const struct sbom *sbom, const struct sbom_component *component, const struct purl *purl, bool is_os,
               struct package *package, struct arena *arena);
/* Has it a version, and not only what was asked for ("^1.2")? Of a kind that is no OS package manager's. */
bool sbom_has_version(const struct sbom_component *component, const struct purl *purl);
/* What it needs, by the ids of components. False: the arena is full. */
bool sbom_fill_needs(const struct sbom *sbom, const struct sbom_component *component, struct package *package,
                     struct arena *arena);

/* ---- for the formats' readers: sbom.c ------------------------------------------------------------------------------------------- */

/* Each returns false when the arena is full. */
bool sbom_add_component(struct sbom *sbom, const struct sbom_component *component); /* a copy */
bool sbom_add_link(struct sbom *sbom, struct str from, enum sbom_relation relation, struct str to);
bool sbom_add_layer(struct sbom *sbom, struct catalog_bill_layer layer);
bool sbom_add_note(struct sbom *sbom, struct str key, struct str value, struct str path);

/* ---- parts.c --------------------------------------------------------------------------------------------------------------------- */

enum { SBOM_MAX_LIST_BYTES = 1 << 20 };
/* Adds a text to a list, where it can be an item and the list is not too long. */
void sbom_put_item(struct buf *list, struct str text);
/* A member that is a text, and where that goes. */
struct sbom_text {
    const char *key;
    struct str *to;
};
/* Reads the value behind `key` when it is one of these; false: it is none, and nothing is read. */
bool sbom_read_text(struct json *json, struct str key, const struct sbom_text *texts, size_t count);
/* An object of which these members count. */
void sbom_read_object(struct json *json, const struct sbom_text *texts, size_t count);
/* An array of texts, or of objects in which `member` (NULL: none) is the text, as a list. */
struct str sbom_read_list(struct json *json, const char *member, struct arena *arena);
/* An array of objects, "algorithm" and hex digits as `member`: the first digest that is known. */
void sbom_read_digests(struct json *json, const char *member, struct arena *arena, struct sbom_component *component);

/* ---- words.c --------------------------------------------------------------------------------------------------------------------- */

/* "SHA-256" and hex digits as "sha256:…"; empty for other algorithms. */
struct str sbom_digest(struct arena *arena, struct str algorithm, struct str hex);
/* Is this a text that can be an item of a list: not empty, without line breaks? */
bool sbom_is_item(struct str text);
/* Syft's virtual path is "PATH:PATH-INSIDE": the latter, which may be empty. */
struct str sbom_within(struct str path, struct str virtual);
/* SPDX's words for nothing are none. */
struct str sbom_said(struct str text);
struct str sbom_licence(struct str declared, struct str concluded);
/* "Organization: Docker (support@docker.com)" as "Docker <support@docker.com>" */
struct str sbom_agent(struct arena *arena, struct str agent);
/* "Tool: trivy-0.66.0": whose suppliers are the packages' maintainers */
bool sbom_knows_vendors(struct str creator);
/* "built package from: glibc 2.36-9", "…package found in: PATH", "acquired package info from DPKG DB: PATH, PATH" */
void sbom_take_source_info(struct sbom_component *component, struct str info);
/* Trivy's properties by their names behind "aquasecurity:trivy:" in CycloneDX, and in SPDX's annotations ("SrcName: glibc"). */
void sbom_take_trivy(struct sbom *sbom, struct sbom_component *component, struct str name, struct str value);
void sbom_take_trivy_line(struct sbom *sbom, struct sbom_component *component, struct str line);
/* "DEPENDS_ON" of SPDX 2, "dependsOn" of SPDX 3 */
bool sbom_spdx_link(struct sbom *sbom, struct str from, struct str word, struct str to, struct str comment);
/* When all of an SPDX package is read: what it is, by its purpose, its reference and its package URL. */
void sbom_spdx_finish(struct sbom *sbom, struct sbom_component *component);

#endif
