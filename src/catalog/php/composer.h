/* composer.h - the package records that composer.lock and installed.json have in common. */
#ifndef DRYDOCK_CATALOG_COMPOSER_H
#define DRYDOCK_CATALOG_COMPOSER_H

#include "catalog/kinds.h"

struct composer_reader {
    const struct catalog_file *file;
    struct catalog_facts *facts;
    size_t first;        /* index in the facts of this file's first package */
    struct map by_name;  /* name → index of the package */
    struct map replaced; /* name that a package replaces or provides → index of that package */
};

void composer_begin(struct composer_reader *reader, const struct catalog_file *file, struct catalog_facts *facts);
/* A list of package records; the depends of the packages are names until composer_end. False: the arena is full. */
bool composer_read_list(struct composer_reader *reader, struct json *json, bool dev);
/* Makes ids of the names that packages need; what PHP itself has to bring ("php", "ext-json") is no package. */
bool composer_end(struct composer_reader *reader);
/* Composer does not read lock files of what it has installed (and neither does Trivy). */
bool composer_is_outside_vendor(struct str path);
#endif
