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

/* What a package is to the project that a lock file (or a manifest, a graph) speaks of; Trivy's words. */
enum package_relation {
    RELATION_UNKNOWN,
    RELATION_ROOT,      /* the project itself */
    RELATION_WORKSPACE, /* a member of its workspace */
    RELATION_DIRECT,
    RELATION_INDIRECT,
    RELATION_COUNT,
};
const char *catalog_relation_name(enum package_relation relation); /* "unknown", "root", … as Trivy writes them */

/* All texts are views into the arena of the facts (or, after the squash, of the inventory). Texts that are lists have one
 * item a line ('\n' between items). */
struct package {
    const struct catalog_kind
        *kind; /* what sort of package it is; nearly always the kind that read the file (an SBOM's differ) */
    struct str name;
    struct str version;        /* whole, as the package manager prints it: "1:4.8.1-1", "0:2.3-4.el9" has no "0:" */
    struct str arch;           /* "amd64", "x86_64", "noarch"; empty for languages */
    struct str source_name;    /* source package / origin / source rpm's name; empty: same as name */
    struct str source_version; /* whole; empty: same as version */
    struct str maintainer;     /* dpkg Maintainer, rpm Vendor, apk maintainer: decides who publishes it */
    struct str module;         /* rpm modularity label, "nodejs:18:8060020220523160029:ad008a3a" */
    struct str licence;        /* as written, a list; empty: unknown */
    struct str provides;       /* apk: names and versions that it stands for, with spaces between ("so:libz.so.1=1.3.1 cmd:sh=1");
                            jar: coordinates that an index may confirm, a list (match_resolve_jars) */
    struct str root;           /* language packages: folder that holds the package's files, for ownership (may be empty) */
    struct str path;           /* the file that it was read from */
    struct str within;         /* path inside the archive that `path` is: "BOOT-INF/lib/a.jar" */
    struct str proof;   /* what in the file says so, for people: "pom.properties", "build info"; empty: the record itself */
    struct str digest;  /* of the package's own archive, "sha1:0f…" (hex), "sha512-…" (base64, as lock files have it) */
    struct str cpes;    /* CPE 2.3 names, a list */
    struct str id;      /* unique in the file, what `depends` refers to: "node_modules/a"; empty: name@version */
    struct str depends; /* list of the ids that it needs, in the same file; OS packages: names, also of what others provide */
    uint64_t offset, length; /* bytes of the record in that file (evidence); length 0: the whole file */
    uint32_t line, end_line; /* of the record, from 1; 0: unknown */
    enum package_relation relation;
    bool dev;            /* needed for development only */
    bool is_lowest;      /* of a range, which a manifest asks for, the lowest version: dropped unless all is to be judged */
    bool locked_only;    /* in an image: a lock file names it, but it is not installed (set after the squash) */
    uint32_t layer;      /* index of the layer that brought it (set by the squash) */
    uint32_t file_layer; /* index of the layer that holds `path` as it was read (set by the squash) */
    bool third_party;    /* an OS package that the distribution does not publish (set by the squash) */
    bool owned;          /* a language package inside an OS package that the distribution publishes (by the squash) */
    bool gone;           /* all files that its manager lists (documentation apart) are gone (set by the squash) */
    struct str owner;    /* name of the OS package that it belongs to, when it does */
};

struct distro {
    struct str family;  /* Trivy's names: "debian", "ubuntu", "alpine", "redhat", "centos", "rocky", "alma", "oracle", "amazon",
                           "fedora", "opensuse-leap", "opensuse-tumbleweed", "sles", "photon", "cbl-mariner", "azurelinux", "wolfi", … */
    struct str release; /* "12.5", "3.20.3", "22.04", "9.3"; may be empty (rolling) */
    struct str name;    /* PRETTY_NAME, for people; may be empty */
    struct str path;    /* the file that says so */
};

/* The files of one package as its manager lists them, folders left out. `lines` has a folder's path with a slash behind it
 * ("usr/bin/"; "/" is the root), then its files, one a line: NAME, or where more than the name is known
 * "MODE\tSIZE\tDIGEST\tTARGET\tNAME", of which all but the name may be empty. In front of the mode (octal, with its type or
 * without) stand letters for flags. Read and written by the functions below only. */
struct catalog_file_list {
    const struct catalog_kind *kind;   /* of the package */
    struct str package, version, arch; /* of it; what is empty is not known. No name: the package whose root is path's folder */
    struct str path;                   /* the file that it was read from */
    uint32_t flags;                    /* of all its entries */
    struct str lines;
};

enum {
    LISTED_CONFIG = 1,   /* configuration, which its owner may change */
    LISTED_OPTIONAL = 2, /* need not be there: ghosts, caches */
    LISTED_DOCUMENT = 4,
    LISTED_REGULAR = 8,   /* a regular file, of which the permissions are not known */
    LISTED_DIVERTED = 16, /* no file of the package: what other packages list by this path lies at `target` (dpkg-divert(1)) */
};

/* Types of files in modes, on every system as Linux has them (inode(7)). */
enum { MODE_TYPE = 0170000, MODE_REGULAR = 0100000, MODE_LINK = 0120000, MODE_FOLDER = 0040000, MODE_OTHER = 0010000 };

struct catalog_listed {
    struct str folder, name; /* no leading or trailing slashes; an empty folder is the root */
    uint32_t flags;
    uint32_t mode; /* as st_mode; no type bits: the type is not known */
    bool has_permissions, has_size;
    uint64_t size_bytes;
    struct str digest; /* "md5:…", "sha1:…", "sha256:…", "sha384:…", "sha512:…" in hex; only where a scan compares contents */
    struct str target; /* of a symlink, as written */
};

/* A dependency that a manifest (package.json, pyproject.toml, Cargo.toml …) declares, for the lock file beside it. */
struct catalog_declared {
    const struct catalog_kind *kind; /* that reads the manifest */
    struct str path, name;           /* the manifest; the package as it is written there */
    struct str constraint;           /* "^1.2.0"; may be empty */
    struct str group;                /* "dev", "test", an extra's name; empty: the main one */
    bool dev;                        /* of a group for development */
};

/* Facts that matching needs, by well-known keys: "content-set" (a Red Hat repository), "nvr" ("ubi8-container-8.5-1-x86_64"),
 * "esm" ("infra" or "apps": enabled, from ubuntu-advantage's status.json), "apk-repository" ("edge" or "v3.20"). Kinds that
 * settle after the squash keep notes of their own, with keys that begin with the kind's name ("pom"). "jar": "sha1:…" of an
 * archive that nothing identifies, and on a second line its path in the file (match_resolve_jars). */
struct catalog_note {
    struct str key, value, path;
    uint32_t layer; /* index of the layer that holds `path` (set by the squash) */
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
    struct catalog_file_list *lists;
    size_t list_count, list_cap;
    struct catalog_declared *declared;
    size_t declared_count, declared_cap;
    struct catalog_note *notes;
    size_t note_count, note_cap;
    struct catalog_warning *warnings;
    size_t warning_count, warning_cap;
};

/* Add a zeroed record with its path set and return it; NULL when the arena is full. Texts that are put into it must be in
 * the facts' arena (arena_str) unless they are literals. */
struct package *catalog_add_package(struct catalog_facts *facts, const struct catalog_kind *kind, struct str path);
struct distro *catalog_add_distro(struct catalog_facts *facts, struct str path);
/* The record is copied, its texts too; its path is set. */
bool catalog_add_declared(struct catalog_facts *facts, struct str path, struct catalog_declared declared);
bool catalog_add_note(struct catalog_facts *facts, const char *key, struct str value, struct str path);
/* Text is formatted and made printable; false only when the arena is full. */
bool catalog_warn(struct catalog_facts *facts, struct str path, bool incomplete, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Lists of files: begin, put each file, end; the writer can then be used for the next list. Names that do not fit in a line are
 * left out. */
struct catalog_list_writer {
    struct buf lines;
    size_t folder_at, folder_len;
};
void catalog_list_begin(struct catalog_list_writer *writer);
/* `details` may be NULL; folder and name in it are not used. */
void catalog_list_put(struct catalog_list_writer *writer, struct str folder, struct str name,
                      const struct catalog_listed *details);
void catalog_list_put_path(struct catalog_list_writer *writer, struct str path, const struct catalog_listed *details);
/* Adds the list (its texts are copied) where anything was put; false when memory or the arena is full. */
bool catalog_list_end(struct catalog_list_writer *writer, struct catalog_facts *facts, struct catalog_file_list list);
/* "sha256:…" in hex from base64 (either alphabet, padded or not); empty when it has not the bytes of that algorithm. */
enum { LISTED_DIGEST_BYTES = 8 + 64 };
struct str catalog_list_digest(const char *algorithm, struct str base64, char out[static LISTED_DIGEST_BYTES]);
void catalog_list_clear(struct catalog_list_writer *writer); /* forgets what was put since the last list */
void catalog_list_drop(struct catalog_list_writer *writer);

struct catalog_list_cursor {
    struct str rest, folder;
    uint32_t flags, folder_count; /* the latter changes with the folder */
};
void catalog_list_open(struct catalog_list_cursor *cursor, const struct catalog_file_list *list);
bool catalog_list_next(struct catalog_list_cursor *cursor, struct catalog_listed *out); /* false at the end */

/* ---- kinds -------------------------------------------------------------------------------------------------------------- */

/* Room in an unlinked file for what is unpacked of a file (an archive in an archive) and too large for memory. */
struct catalog_spool {
    int fd; /* -1: none */
    uint64_t used_bytes, max_bytes;
};

/* One claimed file. Exactly one of text and blob is set, as the kind asked. */
struct catalog_file {
    const struct catalog_kind *kind;
    struct str path;             /* normalised, without leading "/" */
    struct str text;             /* the whole contents */
    const struct blob *blob;     /* random access (wants_blob); beyond memory limits it is a spooled file */
    struct catalog_spool *spool; /* with blob; may be NULL */
    struct arena *scratch;       /* freed after the parse: for anything that is not a fact */
    bool wants_digests;          /* lists of files are to have the digests of contents, which are long */
};

// Paths that a kind claims, as one of
//     etc/os-release               exactly this path
//     var/lib/dpkg/status.d/*      any file right inside this folder; the last part may also be *.list
//     **/package.json              this name at any depth (also at the top)
//     **/*.egg-info                names that end so, at any depth
//     **/requirements*.txt         names that begin and end so (what ends so must hold a dot)
//     **/*.dist-info/METADATA      this name inside a folder whose name is, or ends, so
struct catalog_claim {
    const char *pattern;
    const char *except_suffix; /* not when the path ends so; NULL: none */
};

struct catalog_kind {
    const char *name;   /* Trivy's Type: "dpkg" is "debian" there (by distribution); "python-pkg", "node-pkg" */
    bool is_os;         /* packages of a distribution */
    bool is_facts_only; /* never makes packages (os-release, content sets, file lists) */
    bool is_lock;       /* says what is to be installed (lock files and manifests), not what is */
    bool lock_counts;   /* a lock file that Trivy reports in images too (Cargo.lock, .NET's, Julia's) */
    bool is_folder;     /* claims folders by their paths; nothing is read */
    bool is_program;    /* claims executables by their first bytes, whatever their name; wants_blob too */
    const char
        *title; /* language kinds: Trivy's Target of all installed packages together ("Python", "Node.js"); NULL: by file */
    const char *ecosystem; /* language kinds: namespace in the database: "pip", "npm"; NULL: no advisories are known for these */
    const char *scheme;    /* version scheme */
    const char *purl_type;
    const struct catalog_claim *claims; /* ends with a NULL pattern; there may be none, where another kind finds the packages */
    bool (*accepts)(struct str path);   /* a last check of a claimed path; NULL: all */
    bool wants_blob;                    /* random access instead of text */
    size_t max_bytes;                   /* larger files are a warning and are not parsed (incomplete when is_os) */
    bool (*parse)(const struct catalog_file *file, struct catalog_facts *facts); /* NULL: nothing is claimed */
    /* Once after the squash: `facts` has the packages, notes and declared dependencies of all files of this kind that are
     * there, and as `declared` those of all manifests. May change packages, drop them (name made empty) and add some, each with
     * the path of a file of this kind. NULL: nothing to do. False when the arena is full. */
    bool (*settle)(struct catalog_facts *facts);
};

/* The kind that claims this path, NULL when none does. Costs one hash of the base name for most files. Thread-safe. */
const struct catalog_kind *catalog_claim(struct str path);
/* The same for a folder. */
const struct catalog_kind *catalog_claim_folder(struct str path);
/* The kind of executables and libraries, NULL where neither mode nor name speaks for one; then the first bytes decide
 * (catalog_is_program). */
const struct catalog_kind *catalog_claim_program(struct str path, uint32_t mode);
bool catalog_is_program(struct str head); /* ELF, PE, Mach-O, by at least 4 bytes */
/* `--file-patterns`: files whose path matches the POSIX extended expression are claimed by the named kind first. Call it
 * before any scan, from one thread. */
bool catalog_add_pattern(struct str kind_name, struct str expression, struct error *err);
uint64_t catalog_patterns_hash(void); /* of all patterns added so far; 0: none */
/* The exact paths that kinds claim (no patterns), for the squash, which follows symlinks that lead from them; ends with NULL. */
const char *const *catalog_fixed_paths(void);
size_t catalog_kind_count(void);
const struct catalog_kind *catalog_kind_at(size_t index); /* for the flat form: a kind is stored as its index */
size_t catalog_kind_index(const struct catalog_kind *kind);
/* The first kind of this name or this purl type that makes packages ("pypi": installed Python packages); NULL: none. */
const struct catalog_kind *catalog_kind_named(struct str name);
const struct catalog_kind *catalog_kind_of_purl(struct str type);
/* Version of the set of kinds: part of a cached inventory's key; raise it when any kind's output changes. */
enum { CATALOG_VERSION = 4 };

/* Runs the kind's parse; turns limits into warnings: also where the scratch arena is full, which may then be used on. False when
 * the arena of the facts is full. */
bool catalog_parse(const struct catalog_file *file, struct catalog_facts *facts);

/* ---- after the squash ----------------------------------------------------------------------------------------------------- */

/* The distribution from all distro facts that are visible in the final tree, by precedence of files (etc/os-release before
 * usr/lib/os-release; etc/debian_version, etc/alpine-release and etc/lsb-release refine the release). False: unknown. */
bool catalog_distro_pick(const struct distro *distros, size_t count, struct arena *arena, struct distro *out);
/* Is this OS package published by somebody else than the distribution (vendor of an rpm, maintainer of a deb)? */
bool catalog_is_third_party(const struct distro *distro, const struct package *package);

/* SBOM files claim packages that may not be there: those that were found in a file which the image has (`is_there`, by its path
 * from the root; a folder counts too), and that no other kind lists, become packages of their sort; the others are taken out of the
 * array, and a warning says how many. After all kinds have settled; warnings and texts go to `out`. False when its arena is full. */
bool catalog_sbom_settle(struct package *packages, size_t *count, bool (*is_there)(void *context, struct str path), void *context,
                         struct catalog_facts *out);

/* A software bill of materials that is handed over in place of an image: CycloneDX, SPDX, Syft's or Trivy's JSON, GitHub's
 * dependency snapshot, or an attestation around one. Unlike one found in an image it is taken at its word: all that it lists are
 * packages of their own kinds, as the scan of what it describes would have them, with the distribution and the facts that decide
 * about advisories. What is not listed is told in warnings, with counts. */
struct catalog_bill_layer {
    struct str digest, diff_id, created_by; /* well-formed or empty */
    uint64_t size_bytes;
};

struct catalog_bill {
    const char *format; /* "CycloneDX" */
    const char *type;   /* Trivy's ArtifactType or its like: "cyclonedx", "spdx", "syft", "trivy", "github" */
    struct str subject; /* what it describes: "nginx:alpine"; may be empty */
    struct str image_id, config_json, os, arch;
    struct str repo_tags, repo_digests; /* lists */
    struct catalog_bill_layer *layers;
    size_t layer_count;
    uint32_t *package_layers; /* by package of the facts: index of its layer + 1; 0: not said */
    uint64_t file_count;      /* files that it lists */
};

/* `name` is the file's. Facts and what `out` holds live in the facts' arena; `scratch` is work space, several times as large as the
 * text. A text of no known format, and one that is damaged, is an error. */
bool catalog_bill_read(struct str text, struct str name, struct arena *scratch, struct catalog_facts *facts,
                       struct catalog_bill *out, struct error *err);

/* Maven: the files of a local repository that would complete what the notes of all pom.xml tell, as paths below the repository,
 * one a line ("org/a/b/1.0/b-1.0.pom"). Parsed (kind "pom") and added to the notes they may lead to others. For source trees,
 * before the kinds settle. False: arena full. */
bool catalog_pom_wanted(const struct catalog_facts *facts, struct arena *arena, struct str *list);

/* ---- dependencies -------------------------------------------------------------------------------------------------------- */

/* Who needs whom, by indices into an array of packages. Edges lead from a package to what it needs: between packages of one
 * lock file, between installed ones of one kind (those with a title), or between OS packages. Where several have an id, the
 * first counts. */
struct catalog_graph {
    const struct package *packages;
    size_t count;
    uint32_t *first; /* count + 1 of them: the edges of package i are targets[first[i]] up to first[i + 1] */
    uint32_t *targets;
};
bool catalog_graph_build(const struct package *packages, size_t count, struct arena *arena, struct catalog_graph *out);
/* The same edges the other way round: from a package to those that need it. */
bool catalog_graph_reverse(const struct catalog_graph *graph, struct arena *arena, struct catalog_graph *out);
/* Is it there for its own sake: a root, a workspace, direct, or, where the file does not tell, needed by no other? */
bool catalog_is_wanted(const struct catalog_graph *reversed, size_t index);
/* Marks in `seen` all that the packages need which are marked there already. */
bool catalog_graph_reach(const struct catalog_graph *graph, bool *seen, struct arena *arena);
/* A shortest way to each package: (*via)[i] is the one before it, itself for those that are wanted, UINT32_MAX where no way
 * leads. */
bool catalog_graph_paths(const struct catalog_graph *graph, struct arena *arena, uint32_t **via);
/* For locks without a mark of their own: by what the manifest in the same folder declares, packages become direct or indirect,
 * and, where `marks_dev`, those that only dependencies for development need become dev. Names are the same when their keys are
 * (NULL: as they are written). Folders without such a manifest are left as they are. For `settle`; sorts by file. */
bool catalog_settle_declared(struct catalog_facts *facts, const struct catalog_kind *manifest,
                             struct str (*key)(struct arena *arena, struct str name), bool marks_dev);
/* Marks as dev what no package reaches that is direct, a root or a workspace and not itself dev; of one file. */
bool catalog_mark_dev(struct package *packages, size_t count, struct arena *arena);

/* ---- package URLs (purl-spec, PURL-SPECIFICATION.rst and PURL-TYPES.rst) -------------------------------------------------- */

struct purl {
    struct str type, space, name, version, subpath; /* decoded; space is the namespace, with '/' between its parts */
    struct str qualifiers;                          /* "key=value" a line, decoded, sorted by key */
};
bool purl_parse(struct str text, struct arena *arena, struct purl *out, struct error *err);
struct str purl_qualifier(const struct purl *purl, const char *key); /* empty: not there */
/* The canonical form. */
void purl_put(const struct purl *purl, struct buf *out);
/* Of a package; which vendor, distribution and epoch stand in it is as in Trivy's reports. */
void purl_write(const struct package *package, const struct distro *distro, struct buf *out);
#endif
