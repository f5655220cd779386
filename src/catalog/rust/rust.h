/* rust.h - what the readers of Cargo's files share (private to catalog/).
 *
 * A manifest's declared dependencies (struct catalog_declared) are those of its tables, by the name that the lock file knows;
 * beside them stand, in groups of these names, what else the lock file's kind needs to know of it. */
#ifndef DRYDOCK_CATALOG_RUST_H
#define DRYDOCK_CATALOG_RUST_H

#include "catalog/kinds.h"

#define CARGO_PACKAGE "[package]"            /* name; constraint: its version, empty where it is inherited */
#define CARGO_WORKSPACE "[workspace]"        /* name: "workspace"; constraint: the version that members inherit */
#define CARGO_MEMBER "[workspace.members]"   /* name: a folder, or a pattern of folders */
#define CARGO_EXCLUDED "[workspace.exclude]" /* likewise */
#define CARGO_SHARED "[workspace.dependencies]"

/* The settle of Cargo.lock's kind. */
bool cargo_settle(struct catalog_facts *facts);

#endif
