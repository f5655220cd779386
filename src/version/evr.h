/* evr.h - the parts of rpm's and pacman's versions: [epoch:]version[-release]. */
#ifndef DRYDOCK_VERSION_EVR_H
#define DRYDOCK_VERSION_EVR_H

#include "base/base.h"

struct evr {
    struct str epoch, version, release; /* release.ptr NULL: none */
};

/* False where there is no version, or blanks or control characters are in it. */
bool evr_parse(struct str text, struct evr *out);

#endif
