/* Wheels (PEP 427): archives that wait to be installed, as ensurepip's are. What they hold is there, but does not run: it counts
 * as what a lock file names. */
#include "catalog/python/python.h"

static bool settle(struct catalog_facts *facts)
{
    for (size_t i = 0; i < facts->package_count; i++)
        facts->packages[i].locked_only = true;
    return true;
}

static const struct catalog_claim claims[] = {
    { "**/*.whl", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_python_wheel_kind = {
    .name = "python-pkg",
    .title = "Python",
    .ecosystem = "pip",
    .scheme = "pep440",
    .purl_type = "pypi",
    .claims = claims,
    .wants_blob = true,
    .max_bytes = 2u << 30, /* those of machine learning have nearly 1 GiB */
    .parse = python_archive_parse,
    .settle = settle,
};
