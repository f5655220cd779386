/* kinds.h - the descriptors of all kinds, one a file, and small helpers that several kinds share (private to catalog/). */
#ifndef DRYDOCK_CATALOG_KINDS_H
#define DRYDOCK_CATALOG_KINDS_H

#include "catalog/catalog.h"

extern const struct catalog_kind catalog_os_release_kind;
extern const struct catalog_kind catalog_release_file_kind;
extern const struct catalog_kind catalog_dpkg_kind;
extern const struct catalog_kind catalog_dpkg_files_kind;
extern const struct catalog_kind catalog_apk_kind;
extern const struct catalog_kind catalog_apk_repositories_kind;
extern const struct catalog_kind catalog_ubuntu_pro_kind;
extern const struct catalog_kind catalog_python_kind;
extern const struct catalog_kind catalog_node_kind;
extern const struct catalog_kind catalog_rpm_kind;
extern const struct catalog_kind catalog_rpm_manifest_kind;
extern const struct catalog_kind catalog_redhat_buildinfo_kind;

/* Copies a text into the facts' arena; one that the last record has already (`same`) is not copied again. The result's
 * ptr is NULL when the arena is full. */
struct str catalog_text(struct catalog_facts *facts, struct str text, struct str same);

/* A line of a list text (package.depends, .licence …): appends '\n' where something stands already, then the item. */
void catalog_put_item(struct buf *list, struct str item);
/* name@version, in the facts' arena: the usual id. */
struct str catalog_id(struct catalog_facts *facts, struct str name, struct str version);

/* Lists a path that an OS package owns, when a language kind claims it; other paths are no facts. False: arena full. */
bool catalog_own_language_file(struct catalog_facts *facts, const struct catalog_kind *manager, struct str package,
                               struct str path);
/* What of a package database could not be used; one warning of each sort is made of all of it. */
struct catalog_damage {
    size_t nameless, nameless_at; /* records without a name or version, offset of the first */
    size_t junk, junk_at;         /* lines that are none of the format */
};

void catalog_damage_add(size_t *count, size_t *first_at, size_t at);
bool catalog_damage_warn(struct catalog_facts *facts, struct str path, const struct catalog_damage *damage);
#endif
