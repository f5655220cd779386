/* inspect.h (private) - what engines answer: the JSON of GET /images/NAME/json, of GET /containers/ID/json, and of failures
 * (Docker Engine API v1.24 and later; Podman's answers have the same fields). Hostile, as all input. */
#ifndef DRYDOCK_DAEMON_INSPECT_H
#define DRYDOCK_DAEMON_INSPECT_H

#include "codec/codec.h"
#include "daemon/names.h"

struct inspected_image {
    struct daemon_names names;
    struct image_platform platform;
};
bool inspect_image(struct str json, struct arena *arena, struct inspected_image *out, struct error *err);

struct inspected_container {
    struct str name;                /* without the "/" in front that Docker writes */
    struct str image_id;            /* "sha256:…" */
    struct str image_name;          /* what it was created from, as its creator wrote it; may be empty, an ID, anything */
    struct image_platform platform; /* of the one manifest of several that it runs (from API 1.48 on); else empty */
};
bool inspect_container(struct str json, struct arena *arena, struct inspected_container *out, struct error *err);

/* The sentence in an answer that tells of a failure, fit for a terminal: its "message", else its first line. */
struct str inspect_failure(struct str body, struct arena *arena);

#endif
