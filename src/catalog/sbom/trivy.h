/* trivy.h (private) - the parts of the reader of Trivy's reports: packages (trivy.c) and what is said of the whole (trivy_metadata.c). */
#ifndef DRYDOCK_CATALOG_SBOM_TRIVY_H
#define DRYDOCK_CATALOG_SBOM_TRIVY_H

#include "catalog/sbom/sbom.h"

struct trivy_result {
    struct sbom *sbom;
    size_t number;           /* of the result at hand, from 1 */
    uint32_t line;           /* of what is read by itself, later than it stands in the document: its line there */
    struct map content_sets; /* those that are noted already, and names of builds */
};

/* Where a package of Red Hat's was built: {"ContentSets": […], "Nvr": …, "Arch": …} */
bool trivy_read_build(struct json *json, struct trivy_result *r);
bool trivy_read_metadata(struct json *json, struct sbom *sbom);
/* This program's own member of a report. */
bool trivy_read_drydock(struct json *json, struct sbom *sbom);

#endif
