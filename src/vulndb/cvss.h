/* cvss.h - metrics of a CVSS vector, shared by the versions' files. Private to the folder. */
#ifndef DRYDOCK_VULNDB_CVSS_H
#define DRYDOCK_VULNDB_CVSS_H

#include "base/base.h"

/* One metric: its name, the letters of its values (upper case; v2's few longer values are named by their first letters),
 * and whether the vector must have it. */
struct cvss_metric {
    const char *name, *values;
    bool needed;
};
enum { CVSS_MAX_METRICS = 40 };

/* "AV:N/AC:L/…" to one letter a metric ('X' where absent). False on a metric or value that the table lacks, on a repeated
 * one and when a needed one is missing. `value` gets as many letters as the table has metrics. */
bool cvss_parse(struct str vector, const struct cvss_metric *metrics, size_t count, char *value);

bool cvss4_score(struct str metrics, double *score); /* of what follows "CVSS:4.0/" */

#endif
