/* python.h - what the kinds of Python packages share: names and requirements, core metadata, licences, the tables of lock
 * files (private to catalog/python). */
#ifndef DRYDOCK_CATALOG_PYTHON_H
#define DRYDOCK_CATALOG_PYTHON_H

#include "catalog/kinds.h"

/* ---- names.c: PEP 503 (normal form of names), PEP 508 (requirements), PEP 440 (versions) ---------------------------------- */

/* Runs of '-', '_' and '.' become one '-'; letters become small ones where `lower`. In the arena; ptr NULL when it is full. */
struct str python_name(struct arena *arena, struct str name, bool lower);
/* The normal form in the caller's memory, for look-ups; longer names are cut. */
enum { PYTHON_MAX_NAME = 512 };
struct str python_key(char text[static PYTHON_MAX_NAME], struct str name);
bool python_name_ok(struct str name);
bool python_version_ok(struct str version);

struct python_requirement {
    struct str name, specifiers, marker; /* of "requests[socks] (>=2.0) ; extra == 'x'": "requests", ">=2.0", "extra == 'x'" */
    struct str url;                      /* behind "@" */
};
/* False where the text is no requirement. */
bool python_requirement(struct str text, struct python_requirement *out);
/* The version of "==1.0" or "===1.0" among the specifiers, when it is exactly one; else empty. */
struct str python_pin(struct str specifiers);
/* The lowest version that "~=1.4", ">=1.4" or "==1.*" (1.0) lets in, the first of them; else empty. In the arena where it is
 * none of the specifiers' text. */
struct str python_lowest(struct str specifiers, struct arena *arena);
/* "sha256:" and hexadecimal digits, as pip's --hash has it; empty when it is none. */
struct str python_hash(struct str text);

/* ---- licences.c ------------------------------------------------------------------------------------------------------------ */

/* Adds the licences of one text to a list, as Trivy parts them: by commas, "or" and "and", but "GPL v2 or later" is one; what is
 * no name but a text stays whole, behind "text:" and two slashes. */
void python_put_licences(struct buf *list, struct str text, struct arena *scratch);

/* ---- pins.c: lists of packages with one version each ------------------------------------------------------------------------- */

struct python_pins {
    const struct catalog_file *file;
    struct catalog_facts *facts;
    struct map seen; /* name@version to 1 + package */
};
void python_pins_begin(struct python_pins *pins, const struct catalog_file *file, struct catalog_facts *facts);
/* Adds a package with the digest, lines, proof (which is copied), dev and is_lowest of `read`. One that stands there again is for
 * development only, or a lowest version, when it is so each time. False: an arena is full. */
bool python_pins_add(struct python_pins *pins, struct str name, struct str version, const struct package *read);

/* ---- metadata.c, archive.c: core metadata (METADATA, PKG-INFO) ------------------------------------------------------------------------ */

struct python_place {
    struct str path, within, root;
    struct str site; /* the folder whose packages see each other: site-packages */
    const char *proof;
};
/* Adds the package that the text describes; where it is none (no name or version) *found is false. False: arena full. */
bool python_add_metadata(struct catalog_facts *facts, const struct catalog_kind *kind, const struct python_place *place,
                         struct str text, struct arena *scratch, bool *found);
/* The ids of what an egg's requires.txt names, a list. */
struct str python_requires(struct str text, struct str site, struct arena *arena, struct arena *scratch);
/* Eggs, zip applications and wheels. */
bool python_archive_parse(const struct catalog_file *file, struct catalog_facts *facts);
/* The id of an installed package: unique by folder, since an image may have several environments. */
struct str python_installed_id(struct arena *arena, struct str site, struct str name);

/* ---- lock.c: a lock file's packages, tied to each other when all are known ------------------------------------------------- */

struct python_need {
    struct str name, range; /* range: specifiers, "" for any; or one version */
    bool exact;             /* range is a version */
    bool dev;               /* a need of development only */
    struct python_need *next;
};

struct python_entry {
    struct str name, version; /* as they are printed */
    uint32_t line, end_line;
    enum package_relation relation;
    bool dev, reached;
    struct str digest;
    struct python_need *needs, **last_need;
    struct python_entry *next, *same; /* in the file; of the same name, in normal form */
    size_t stamp;                     /* private: which entry counted this one among its needs last */
};

struct python_lock {
    const struct catalog_file *file;
    struct catalog_facts *facts;
    struct python_entry *first, **last;
    struct map by_name; /* normal form of the name to the first entry */
    const struct python_lock_format *format;
};

/* What formats differ in. Functions that return false: the arena is full. */
struct python_lock_format {
    const char *list;  /* "package": the records are [[package]] */
    bool all_fitting;  /* a need is for all entries that fit, not only for the first */
    bool normal_names; /* names are printed in their normal form */
    /* Reads the value of one key of a record, other than name and version. */
    bool (*read_field)(struct json *json, struct python_lock *lock, struct python_entry *entry, struct str key);
    /* Reads the value of another key of the file's top; NULL: there is none of use. */
    bool (*read_other)(struct json *json, struct python_lock *lock, struct str key, void *state);
};

/* Everything of a lock lies in the file's scratch arena. TOML is read record by record; where it is damaged: a warning, and what
 * stands before the last record that is whole. The same name and version again (formats have one for each extra) are joined;
 * those that cannot be trusted are left out (a version may be empty). `state` is for read_other. */
bool python_lock_read(struct python_lock *lock, const struct catalog_file *file, struct catalog_facts *facts,
                      const struct python_lock_format *format, void *state);
bool python_entry_need(struct python_lock *lock, struct python_entry *entry, struct python_need need);
/* A need that stands there as {name = "a", version = "1.0"}, the latter only where it takes one to tell. */
bool python_entry_read_need(struct python_lock *lock, struct python_entry *entry, struct json *json, bool dev);
/* A list of groups: is it for development only, without the one of what the project itself needs? Of an empty one nothing can
 * be said. */
bool python_groups_are_dev(struct json *json, const char *main_group);
/* Goes through the entries that a need is for: `at` starts as NULL. NULL at the end. */
struct python_entry *python_lock_target(const struct python_lock *lock, const struct python_need *need, struct python_entry *at);
/* Adds a package for each entry: those without a version only where they are the root or of the workspace. */
bool python_lock_finish(struct python_lock *lock);
/* For `settle`: what pyproject.toml beside a lock file declares, as catalog_settle_declared. */
bool python_settle_declared(struct catalog_facts *facts, bool marks_dev);
#endif
