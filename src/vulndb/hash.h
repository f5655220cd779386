/* hash.h - the hash of a package in its space, as reader and builder must agree on it. Private to the folder. */
#ifndef DRYDOCK_VULNDB_HASH_H
#define DRYDOCK_VULNDB_HASH_H

#include <xxhash.h>

#include "base/base.h"

enum { DDB_MAX_PACKAGE_NAME = 1024 }; /* of space and name together; longer ones are not stored */

/* XXH3 of space + '\0' + name; false when they are too long. */
static inline bool ddb_package_hash(struct str space, struct str name, uint64_t *out)
{
    char joined[DDB_MAX_PACKAGE_NAME + 1];
    if (space.len > DDB_MAX_PACKAGE_NAME || name.len > DDB_MAX_PACKAGE_NAME - space.len)
        return false;
    if (space.len)
        memcpy(joined, space.ptr, space.len);
    joined[space.len] = '\0';
    if (name.len)
        memcpy(joined + space.len + 1, name.ptr, name.len);
    *out = XXH3_64bits(joined, space.len + 1 + name.len);
    return true;
}

#endif
