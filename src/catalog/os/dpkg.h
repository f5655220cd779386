/* dpkg.h (private) - the reader of databases in dpkg's form, which opkg has too. */
#ifndef DRYDOCK_CATALOG_DPKG_H
#define DRYDOCK_CATALOG_DPKG_H

#include "catalog/kinds.h"
#include "catalog/os/depends.h"

bool dpkg_parse(const struct catalog_file *file, struct catalog_facts *facts);
#endif
