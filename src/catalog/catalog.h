/* catalog.h - files in, packages out: one file per package manager or artifact kind, one row each in catalog.c's table.
 *
 * A kind says which paths it claims and parses one claimed file at a time into facts: packages, the distribution, which
 * files an OS package owns, notes for matching. Facts are plain data in an arena; scan/ flattens them, and joins those of
 * all layers. A damaged file is a warning in the facts, never an error: parse returns false only when the arena is full. */
#ifndef DRYDOCK_CATALOG_H
#define DRYDOCK_CATALOG_H

#include "base/base.h"
#include "codec/codec.h"

struct catalog_kind;

/* All texts are views into the arena of the facts (or, after the squash, of the inventory). */
struct package {
    const struct catalog_kind *kind;
    struct str name;
    struct str version;        /* whole, as the package manager prints it: "1:4.8.1-1", "0:2.3-4.el9" has no "0:" */
    struct str arch;           /* "amd64", "x86_64", "noarch"; empty for languages */
    struct str source_name;    /* source package / origin / source rpm's name; empty: same as name */
    struct str source_version; /* whole; empty: same as version */
    struct str maintainer;     /* dpkg Maintainer, rpm Vendor, apk maintainer: decides who publishes it */
    struct str module;         /* rpm modularity label, "nodejs:18:8060020220523160029:ad008a3a" */
    struct str licence;        /* as written; empty: unknown */
    struct str provides;     /* apk: names and versions that it stands for, with spaces between ("so:libz.so.1=1.3.1 cmd:sh=1") */
    struct str root;         /* language packages: folder that holds the package's files, for ownership (may be empty) */
    struct str path;         /* the file that it was read from */
    uint64_t offset, length; /* bytes of the record in that file (evidence); length 0: the whole file */
    uint32_t layer;          /* index of the layer that brought it (set by the squash) */
    uint32_t file_layer;     /* index of the layer that holds `path` as it was read (set by the squash) */
    bool third_party;        /* an OS package that the distribution does not publish (set by the squash) */
    bool owned;              /* a language package inside an OS package that the distribution publishes (by the squash) */
    struct str owner;        /* name of the OS package that it belongs to, when it does */
};

struct distro {
    struct str family;  /* Trivy's names: "debian", "ubuntu", "alpine", "redhat", "centos", "rocky", "alma", "oracle", "amazon",
                           "fedora", "opensuse-leap", "opensuse-tumbleweed", "sles", "photon", "cbl-mariner", "azurelinux", "wolfi", … */
    struct str release; /* "12.5", "3.20.3", "22.04", "9.3"; may be empty (rolling) */
    struct str name;    /* PRETTY_NAME, for people; may be empty */
    struct str path;    /* the file that says so */
};

/* A file of interest that an OS package owns (only files that some language kind claims are listed). */
struct catalog_owned {
    const struct catalog_kind *kind; /* the package manager */
    struct str package, path;
};

/* Facts that matching needs, by well-known keys: "content-set" (a Red Hat repository), "nvr" ("ubi8-container-8.5-1-x86_64"),
 * "esm" ("infra" or "apps": enabled, from ubuntu-advantage's status.json), "apk-repository" ("edge" or "v3.20"). */
struct catalog_note {
    struct str key, value, path;
};

struct catalog_warning {
    struct str path, text;
    bool incomplete; /* an OS package database or os-release that could not be understood: the report is Incomplete */
};

struct catalog_facts {
    struct arena *arena;
    struct package *packages;
    size_t package_count, package_cap;
    struct distro *distros;
    size_t distro_count, distro_cap;
    struct catalog_owned *owned;
    size_t owned_count, owned_cap;
    struct catalog_note *notes;
    size_t note_count, note_cap;
    struct catalog_warning *warnings;
    size_t warning_count, warning_cap;
};

/* Add a zeroed record with its path set and return it; NULL when the arena is full. Texts that are put into it must be in
 * the facts' arena (arena_str) unless they are literals. */
struct package *catalog_add_package(struct catalog_facts *facts, const struct catalog_kind *kind, struct str path);
struct distro *catalog_add_distro(struct catalog_facts *facts, struct str path);
bool catalog_add_owned(struct catalog_facts *facts, const struct catalog_kind *kind, struct str package, struct str path);
bool catalog_add_note(struct catalog_facts *facts, const char *key, struct str value, struct str path);
/* Text is formatted and made printable; false only when the arena is full. */
bool catalog_warn(struct catalog_facts *facts, struct str path, bool incomplete, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* ---- kinds -------------------------------------------------------------------------------------------------------------- */

/* One claimed file. Exactly one of text and blob is set, as the kind asked. */
struct catalog_file {
    const struct catalog_kind *kind;
    struct str path;         /* normalised, without leading "/" */
    struct str text;         /* the whole contents */
    const struct blob *blob; /* random access (wants_blob); beyond memory limits it is a spooled file */
    struct arena *scratch;   /* freed after the parse: for anything that is not a fact */
};

// Paths that a kind claims, as one of
//     etc/os-release               exactly this path
//     var/lib/dpkg/status.d/*      any file right inside this folder; the last part may also be *.list
//     **/package.json              this name at any depth (also at the top)
//     **/*.egg-info                names that end so, at any depth
//     **/*.dist-info/METADATA      this name inside a folder whose name is, or ends, so
struct catalog_claim {
    const char *pattern;
    const char *except_suffix; /* not when the path ends so; NULL: none */
};

struct catalog_kind {
    const char *name;   /* Trivy's Type: "dpkg" is "debian" there (by distribution); "python-pkg", "node-pkg" */
    bool is_os;         /* packages of a distribution */
    bool is_facts_only; /* never makes packages (os-release, content sets, file lists) */
    const char
        *title; /* language kinds: Trivy's Target of all installed packages together ("Python", "Node.js"); NULL: by file */
    const char *ecosystem; /* language kinds: namespace in the database: "pip", "npm" */
    const char *scheme;    /* version scheme */
    const char *purl_type;
    const struct catalog_claim *claims; /* ends with a NULL pattern */
    bool (*accepts)(struct str path);   /* a last check of a claimed path; NULL: all */
    bool wants_blob;                    /* random access instead of text */
    size_t max_bytes;                   /* larger files are a warning and are not parsed (incomplete when is_os) */
    bool (*parse)(const struct catalog_file *file, struct catalog_facts *facts);
};

/* The kind that claims this path, NULL when none does. Costs one hash of the base name for most files. Thread-safe. */
const struct catalog_kind *catalog_claim(struct str path);
/* The exact paths that kinds claim (no patterns), for the squash, which follows symlinks that lead from them; ends with NULL. */
const char *const *catalog_fixed_paths(void);
size_t catalog_kind_count(void);
const struct catalog_kind *catalog_kind_at(size_t index); /* for the flat form: a kind is stored as its index */
size_t catalog_kind_index(const struct catalog_kind *kind);
/* Version of the set of kinds: part of a cached inventory's key; raise it when any kind's output changes. */
enum { CATALOG_VERSION = 1 };

/* Runs the kind's parse; turns limits into warnings. False when the arena is full. */
bool catalog_parse(const struct catalog_file *file, struct catalog_facts *facts);

/* ---- after the squash ----------------------------------------------------------------------------------------------------- */

/* The distribution from all distro facts that are visible in the final tree, by precedence of files (etc/os-release before
 * usr/lib/os-release; etc/debian_version, etc/alpine-release and etc/lsb-release refine the release). False: unknown. */
bool catalog_distro_pick(const struct distro *distros, size_t count, struct arena *arena, struct distro *out);
/* Is this OS package published by somebody else than the distribution (vendor of an rpm, maintainer of a deb)? */
bool catalog_is_third_party(const struct distro *distro, const struct package *package);
#endif
