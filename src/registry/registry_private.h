/* registry_private.h - what the two halves of this folder ask of each other: the client (session, tokens, manifests) and the
 * credentials. */
#ifndef DRYDOCK_REGISTRY_PRIVATE_H
#define DRYDOCK_REGISTRY_PRIVATE_H

#include "registry/registry.h"

/* Asks the registry itself whether it lets this user in (GET /v2/ with what it challenges for). False: ERROR_NETWORK, saying
 * what the registry said; nothing of the password. */
bool registry_check(struct registry *registry, struct str host, struct str username, struct str password, struct error *err);

#endif
