/* conan.h - references of Conan packages, as lock files, recipes and installed packages have them. */
#ifndef DRYDOCK_CATALOG_CONAN_H
#define DRYDOCK_CATALOG_CONAN_H

#include "catalog/listed.h"

/* "name/version@user/channel#revision:package_id#…%time". Version ranges ("[>1.0]") are no versions: *out is then NULL, as it
 * is for what is no reference. Otherwise a package with the id "name/version" was added. False: the arena is full. */
bool conan_add(const struct catalog_file *file, struct catalog_facts *facts, struct str reference, struct package **out);
#endif
