/* scan.h - the one pass: drives image and catalogue over every layer (or over a folder), each in a worker process, and joins
 * the layers' inventories into the inventory of the image.
 *
 * What parses an image runs behind the worker boundary: a worker gets descriptors, returns one flat, offset-based buffer
 * without pointers, which is checked before use; a crash, a limit or an error there is an error message here. */
#ifndef DRYDOCK_SCAN_H
#define DRYDOCK_SCAN_H

#include "base/base.h"
#include "cache/cache.h"
#include "catalog/catalog.h"
#include "image/image.h"

enum scan_verify {
    SCAN_VERIFY_DEFAULT, /* digests of blobs as stored; diff IDs where the layer is plain */
    SCAN_VERIFY_ALL,     /* diff IDs of compressed layers too */
    SCAN_VERIFY_NONE,    /* nothing; contents that no package kind claims are not read */
};

/* Patterns of paths, relative to the root, that are left out (--skip-dirs, --skip-files). */
struct scan_skips {
    const struct str *folders, *files;
    size_t folder_count, file_count;
};

struct scan_options {
    unsigned parallel; /* worker processes at once; 0: as many as processors */
    enum scan_verify verify;
    struct str reference; /* picks one of several images */
    struct image_platform platform;
    uint64_t max_spool_bytes; /* of one file that needs random access; 0: 4 GiB */
    bool source_tree;         /* folders: a project with its lock files, not what is installed; its files are not classified */
    bool integrity;           /* compare the contents of packages' files too: reads the layers a second time */
    struct str only_file;     /* folders: nothing but the file of this name in it; empty: all */
    struct scan_skips skips;
    const char *maven_repository; /* source trees: a folder such as ~/.m2/repository that completes their poms; NULL: none */
    bool other_filesystems;       /* rootfs: cross mount points, /proc, /sys and container storage too */
    struct cache *cache;          /* inventories of layers seen before, and of images; NULL: none */
};

struct inventory_layer {
    struct str digest, diff_id; /* as verified or, with verify none, as claimed */
    struct str created_by;
    uint64_t size_bytes; /* as stored */
    uint64_t file_count;
    bool verified;
    bool remembered; /* its inventory is from the cache: its digest is what the image claims */
};

/* What each regular file that is there in the end is; the first that holds. */
enum file_class {
    FILE_OS_PACKAGE,       /* an OS package's list names it */
    FILE_LANGUAGE_PACKAGE, /* listed by a language package, or below the folder of one */
    FILE_PROGRAM,          /* a program that packages were read from */
    FILE_DATA,             /* nothing that can be executed: data, configuration, sources */
    FILE_UNEXPLAINED,      /* executable, and nothing says what it is */
    FILE_CLASS_COUNT,
};
const char *file_class_name(enum file_class class); /* "OS package", "language package", … */

/* Executables are told by their first bytes: ELF, PE and Mach-O whatever their mode, scripts ("#!") with an x bit. Bytes that
 * several hard links share are counted once. */
struct inventory_files {
    uint64_t count, size_bytes;
    uint64_t executable_count, executable_bytes; /* of these */
};

struct inventory_executable {
    struct str path; /* where it lies; folders that are links are followed */
    uint64_t size_bytes;
    uint32_t layer;
    bool is_script;
};

/* What became of a file that a package's list names. Folders and what is meant to vary are not looked at: documentation that
 * is left out, ghosts, caches, logs. */
enum file_change {
    CHANGE_GONE,
    CHANGE_TYPE,
    CHANGE_TARGET, /* of a link */
    CHANGE_SIZE,
    CHANGE_MODE,
    CHANGE_CONTENT, /* only with scan_options.integrity */
};

struct inventory_change {
    uint32_t package; /* index in packages */
    enum file_change type;
    bool configuration; /* a configuration file, which its owner may change: no damage */
    struct str path;
    struct str text; /* for people: "gone", "size 12, was 30", "mode 755, was 644"; what is there now comes first */
};

/* All of one image or folder, in one arena. */
struct inventory {
    struct arena arena;
    struct image image; /* name empty and no layers for a folder */
    struct distro distro;
    bool distro_known;
    struct package *packages; /* sorted by kind, name, version, path */
    size_t package_count;
    struct catalog_note *notes;
    size_t note_count;
    struct catalog_warning *warnings;
    size_t warning_count;
    struct inventory_layer *layers;
    size_t layer_count;
    uint64_t file_count, unreadable_count;
    bool classified; /* the five below are filled */
    struct inventory_files files[FILE_CLASS_COUNT];
    struct inventory_executable *unexplained; /* sorted by path */
    size_t unexplained_count;
    struct inventory_change *changes; /* sorted by package, path, type; those of packages that are gone are left out */
    size_t change_count;
    struct cache_entry *held; /* mapped entries that texts lie in */
    size_t held_count, held_cap;
    bool incomplete; /* a warning says that an OS package database or os-release could not be understood */
};

/* An archive or an OCI layout folder (or a docker-dir folder). */
bool scan_image(const char *path, const struct scan_options *options, struct inventory *out, struct error *err);
/* An image archive from a pipe: spooled to an unlinked file first. `name` is for messages. */
bool scan_image_stream(int fd, const char *name, const struct scan_options *options, struct inventory *out, struct error *err);
/* An image from a registry or a container engine: layers are scanned while they arrive. */
bool scan_image_source(const struct image_source *source, const struct scan_options *options, struct inventory *out,
                       struct error *err);
/* What there is to choose from (image_list): scan one by options->reference = its digest. Not of daemons, whose images have one
 * platform. */
bool scan_source_choices(const struct image_source *source, const struct scan_options *options, struct arena *arena,
                         struct image_choice **out, size_t *count, struct error *err);
bool scan_image_choices(const char *path, const struct scan_options *options, struct arena *arena, struct image_choice **out,
                        size_t *count, struct error *err);
/* A software bill of materials in a file ("-": standard input), which may be compressed: CycloneDX, SPDX, Syft's, Trivy's or GitHub's
 * JSON, or an attestation around one. `text` instead of a path: one that is in memory already. The inventory is that of what it
 * describes, as far as it tells; nothing in it is verified. A note of key "sbom" holds the format as ArtifactType: "cyclonedx". */
bool scan_sbom(const char *path, const struct scan_options *options, struct inventory *out, struct error *err);
bool scan_sbom_text(struct str text, const char *name, const struct scan_options *options, struct inventory *out,
                    struct error *err);
/* A folder that is a root file system, e.g. "/". */
bool scan_rootfs(const char *path, const struct scan_options *options, struct inventory *out, struct error *err);
/* How workers are confined on this system, in words. */
const char *scan_sandbox(void);
/* Executables of all classes together. */
struct inventory_files inventory_executables(const struct inventory *inventory);
void inventory_free(struct inventory *inventory);

#endif
