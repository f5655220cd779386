/* json_report.h (private) - the parts of the JSON report: json.c has the whole and the findings, json_package.c the packages. */
#ifndef DRYDOCK_REPORT_JSON_REPORT_H
#define DRYDOCK_REPORT_JSON_REPORT_H

#include "report/parts.h"

struct json_report {
    struct json_writer w;
    const struct report *report;
    struct arena arena;
    struct catalog_graph graph; /* of the inventory's packages */
    uint32_t *via;              /* see catalog_graph_paths */
    struct buf scratch;         /* for package URLs */
};

const struct inventory_layer *json_layer_of(const struct json_report *j, uint32_t index); /* NULL: a folder */
void json_put_layer(struct json_report *j, const char *key, uint32_t index);
void json_put_identifier(struct json_report *j, const char *key, const struct package *p);
void json_put_package_id(struct json_report *j, const char *key, const struct package *p);
void json_put_package(struct json_report *j, const struct package *p);
/* Where in its file the package stands, and how it came to be wanted. */
void json_put_locations(struct json_report *j, const struct package *p);
void json_put_dependency_path(struct json_report *j, const struct package *p);
/* The file, with the path inside it. */
void json_put_path(struct json_report *j, const char *key, const struct package *p);

#endif
