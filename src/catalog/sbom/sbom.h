/* sbom.h (private) - documents that list software: CycloneDX (JSON) and SPDX 2 (JSON and tag-value), read into one form.
 *
 * A document's own words are kept apart from what becomes of them: components with their references, and links between
 * them. Whether a component is a package, and of which kind, its package URL tells. */
#ifndef DRYDOCK_CATALOG_SBOM_H
#define DRYDOCK_CATALOG_SBOM_H

#include "catalog/kinds.h"

struct sbom_component {
    struct str ref; /* unique in the document */
    struct str group, name, version, purl, licence;
    struct str cpes;   /* a list */
    struct str digest; /* "sha1:…" */
    struct str file;   /* path of the file it was found in, as the document has it */
    bool is_file;      /* no software, but a file, whose path is its name */
    bool is_os;        /* the operating system */
};

enum sbom_relation { SBOM_NEEDS, SBOM_HOLDS };

struct sbom_link {
    struct str from, to;
    enum sbom_relation relation;
};

struct sbom {
    struct arena *arena;
    const char *format; /* "CycloneDX", "SPDX"; NULL: it is neither */
    struct sbom_component *components;
    size_t component_count, component_cap;
    struct sbom_link *links;
    size_t link_count, link_cap;
    struct map refs;       /* reference → index of the component */
    struct map first_need; /* reference → index + 1 of its first link of SBOM_NEEDS */
    uint32_t *next_need;   /* by link: index + 1 of the next one of the same reference; 0: none */
};

/* Reads a document of either format; texts are views of it or lie in the arena. One that is neither has a NULL format, without an
 * error. Where it is damaged, what was read before is there, and false is returned. */
bool sbom_read(struct str text, struct arena *arena, struct sbom *out, struct error *err);
/* For each component the file that it was found in, by itself or by what holds it; an empty path: unknown. */
bool sbom_find_files(const struct sbom *sbom, struct str **files);
/* Both, of a file in an image: damage is a warning. False: an arena is full. */
bool sbom_open(const struct catalog_file *file, struct catalog_facts *facts, struct sbom *out, struct str **files);
/* What of a component makes a package: name, version, arch, source, licence, digest, CPEs, id and what it needs. All texts are in the
 * facts' arena. False: the arena is full. */
bool sbom_fill(const struct sbom *sbom, const struct sbom_component *component, const struct purl *purl, struct package *package,
               struct arena *arena);

/* ---- for the formats' readers --------------------------------------------------------------------------------------------------- */

struct sbom_component *sbom_add_component(struct sbom *sbom); /* zeroed; NULL: the arena is full */
bool sbom_add_link(struct sbom *sbom, struct str from, enum sbom_relation relation, struct str to);
/* "SHA-256" and hex digits as "sha256:…"; empty for other algorithms. */
struct str sbom_digest(struct arena *arena, struct str algorithm, struct str hex);
/* SPDX's words for no licence are none. */
struct str sbom_licence(struct str declared, struct str concluded);
/* "…package found in: PATH" */
struct str sbom_found_in(struct str source_info);
bool sbom_spdx_link(struct sbom *sbom, struct str from, struct str word, struct str to);

/* Readers of one format each; false when it is damaged or memory ran out (sbom->arena). */
bool sbom_read_cyclonedx(struct str text, struct sbom *sbom, struct error *err);
bool sbom_read_spdx_json(struct str text, struct sbom *sbom, struct error *err);
bool sbom_read_spdx_tags(struct str text, struct sbom *sbom, struct error *err);
#endif
