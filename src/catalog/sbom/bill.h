/* bill.h (private) - a bill of materials on its way to facts: packages of all kinds (bill.c), their layers and what is told in warnings
 * (bill_layers.c, bill_warnings.c), the distribution (bill_distro.c). */
#ifndef DRYDOCK_CATALOG_SBOM_BILL_H
#define DRYDOCK_CATALOG_SBOM_BILL_H

#include "catalog/sbom/sbom.h"

/* How many of something, and the first of them. */
struct bill_count {
    size_t count;
    struct str first;
};

struct bill {
    struct sbom sbom;
    struct sbom_place *places;
    struct str name; /* of the document */
    struct catalog_facts *facts;
    struct catalog_bill *out;
    struct arena *scratch;
    bool has_direct;      /* it tells what is needed directly */
    uint32_t *components; /* by package: index of the component it was made of */
    size_t component_cap, layer_index_cap, layer_cap;
    struct map equal;   /* what makes packages equal → index of the package */
    struct map layers;  /* digest or diff ID → index of the layer */
    struct map types;   /* types of package URLs that no kind has → how many */
    struct map distros; /* "FAMILY\nRELEASE" of OS packages' URLs → how many */
    struct bill_count without_purl, bad_purls, without_version, unreadable, others;
};

enum { BILL_MAX_TOLD = 16 }; /* warnings of one sort */

void bill_count_one(struct bill_count *count, struct str what);

/* ---- bill_distro.c ------------------------------------------------------------------------------------------------------------------ */

/* What the package URL of an OS package says of its distribution. */
bool bill_vote(struct bill *bill, const struct purl *purl);
/* Adds the fact, and warnings about packages of others. */
bool bill_add_distro(struct bill *bill);
/* The type of package URLs that a family's packages have; NULL: none is known. */
const char *bill_purl_type(struct str family);

/* ---- bill_layers.c, bill_warnings.c ----------------------------------------------------------------------------------------------------- */

bool bill_begin_layers(struct bill *bill);
/* The layer that a component names as index + 1; 0: it names none. */
bool bill_find_layer(struct bill *bill, struct str layer, uint32_t *out);
bool bill_warn(struct bill *bill);

#endif
