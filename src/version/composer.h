/* composer.h - what the order of Composer's versions and the reading of its constraints share. */
#ifndef DRYDOCK_VERSION_COMPOSER_H
#define DRYDOCK_VERSION_COMPOSER_H

#include "version/version.h"

/* "[sep] word numbers [sep] dev", each part may be missing; the whole text. */
struct composer_modifier {
    struct str word, numbers;
    unsigned char order; /* of the word, in keys */
    bool dev;
};
bool composer_modifier(struct str text, struct composer_modifier *out);

/* A version without alias, "@stability" and metadata. */
struct str composer_strip(struct str text);

bool composer_range(struct str text, struct version_set *out, struct error *err);

#endif
