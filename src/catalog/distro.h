/* distro.h - the table of distributions: how their files name them, and what Drydock (as Trivy) calls them. */
#ifndef DRYDOCK_CATALOG_DISTRO_H
#define DRYDOCK_CATALOG_DISTRO_H

#include "catalog/catalog.h"

struct distro_row {
    const char *family;
    const char *ids[4];      /* ID of os-release(5) */
    const char *titles[4];   /* names in etc/…-release files, in lower case, without "release" */
    const char *vendors[4];  /* what the Vendor of its own rpms starts with; none: not an rpm distribution */
    const char *version_key; /* os-release's key for the release; NULL: VERSION_ID */
    /* A release file may be more exact than os-release ("12" and "12.11"): the character that then follows the common part.
     * '\0': os-release is the last word. ' ': the name behind the number belongs to the release ("2 (Karoo)"). */
    char refined_after;
};

const struct distro_row *distro_by_id(struct str id);
const struct distro_row *distro_by_title(struct str title);
const struct distro_row *distro_by_family(struct str family);

/* Adds the fact that `path` says so. A distribution without a row keeps the ID as its family. False: arena full. */
bool distro_add(struct catalog_facts *facts, struct str path, struct str family, struct str release, struct str name);
#endif
