/* cargo_settle.h - Cargo.lock and the Cargo.toml files that it was made from (private to catalog/). */
#ifndef DRYDOCK_CATALOG_CARGO_SETTLE_H
#define DRYDOCK_CATALOG_CARGO_SETTLE_H

#include "catalog/catalog.h"

/* The settle of Cargo.lock's kind. */
bool cargo_settle(struct catalog_facts *facts);

#endif
