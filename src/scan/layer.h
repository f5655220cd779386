/* layer.h (private) - the inventory of one layer: what the walk of its tar (or of a folder) found, and its flat form.
 *
 * Its flat form (flat.h) goes over a worker's pipe and into the cache; layer_decode checks every count, offset and index before
 * use. */
#ifndef DRYDOCK_SCAN_LAYER_H
#define DRYDOCK_SCAN_LAYER_H

#include "scan/scan.h"

/* A span of one of the fact arrays. */
struct layer_span {
    uint32_t first, count;
};

/* One file that a kind claimed and parsed. */
struct layer_file {
    struct str real; /* where it lies in the layer: decides what hides it */
    struct str path; /* as it was claimed: differs from `real` when it was reached through a link */
    const struct catalog_kind *kind;
    bool dropped;  /* a later member of the same tar replaced it, or it was read only for hard links to it */
    bool replaced; /* while collecting: the former */
    struct layer_span packages, distros, lists, declared, notes, warnings;
};

struct layer_link {
    struct str path, target; /* symlinks: target as written; hard links: normalised */
    bool hard;               /* a hard link at a claimed path whose target was not parsed as that kind */
};

struct layer_mark {
    struct str path;
    bool opaque; /* hides all that lower layers hold below path; else a whiteout of path */
};

/* A path to be claimed as if it lay elsewhere: for a second walk, when links lead to files that no kind claims by name. */
enum layer_alias_type {
    ALIAS_FILE,
    ALIAS_FOLDER, /* all below `real` is claimed as if it lay below `path` */
    ALIAS_HARD,   /* parse `real` only for the hard links to it that follow in the tar; it is no package itself */
};

struct layer_alias {
    struct str real, path;
    enum layer_alias_type type;
};

/* A folder that members lie in, written once. */
struct layer_folder {
    struct str path; /* as in the tar; the root's is empty */
    uint64_t hash;
};

/* Anything that the layer has, known by its name's hash. The last of equal names; one that a later member of another type
 * replaced has mode 0. */
struct layer_member {
    uint64_t name;   /* layer_name */
    uint32_t folder; /* index in folders */
    uint32_t mode;   /* as st_mode, and the bits below */
    uint64_t size_bytes;
};
enum {
    MEMBER_PROGRAM = 1 << 16, /* ELF, PE or Mach-O */
    MEMBER_SCRIPT = 1 << 17,  /* "#!" and an x bit */
    MEMBER_SAME = 1 << 18,    /* a hard link: its bytes are counted elsewhere */
    MEMBER_UNREAD = 1 << 19,  /* a folder of which it is not known what it holds */
};
static inline bool is_regular(uint32_t mode)
{
    return (mode & MODE_TYPE) == MODE_REGULAR;
}

/* The base name of a member where it is of interest: executables and hard links. */
struct layer_base {
    uint32_t member;
    struct str name;
    uint64_t same_as; /* hard links: name of the member that they share their contents with; else 0 */
};

struct layer_inventory {
    char digest[DIGEST_TEXT_BYTES], diff_id[DIGEST_TEXT_BYTES]; /* computed; empty where not */
    bool verified;
    bool remembered;     /* read from the cache (not in the flat form) */
    uint64_t size_bytes; /* as stored */
    uint64_t file_count, unreadable_count;
    struct layer_file *files;
    size_t file_total, file_cap;
    struct catalog_facts facts;
    struct layer_link *links;
    size_t link_count, link_cap;
    struct layer_mark *marks;
    size_t mark_count, mark_cap;
    struct layer_folder *folders;
    size_t folder_count, folder_cap;
    struct layer_member *members;
    size_t member_count, member_cap;
    uint32_t *slots;   /* hash table of members by name: index + 1; 0: free */
    size_t slot_count; /* a power of two, or 0 */
    struct layer_base *bases;
    size_t base_count, base_cap;
};

/* Hash of a path with its lowest bit telling a folder: enough to know what a layer replaces in those below. It is made of the
 * folder's hash and the base name's, so that it can be told for a folder that is reached by another path. */
uint64_t layer_name(struct str path, bool is_folder);
uint64_t layer_name_in(uint64_t folder_hash, struct str base, bool is_folder);
uint64_t layer_name_moved(uint64_t name, uint64_t from_folder_hash, uint64_t to_folder_hash);
/* Makes the hash table of all members anew. */
bool layer_index_members(struct layer_inventory *layer, struct arena *arena);
/* Index of the member in *at; false when there is none. */
bool layer_find(const struct layer_inventory *layer, uint64_t name, uint32_t *at);
/* Does the layer have a member at this path? */
bool layer_has(const struct layer_inventory *layer, struct str path, bool *is_folder);

bool layer_encode(const struct layer_inventory *layer, struct buf *out);
uint64_t layer_flat_fingerprint(void); /* changes when the flat form does */
/* A frame of a worker's answer: the layer's index, the length, the flat form. */
bool layer_put_frame(const struct layer_inventory *layer, uint32_t index, struct buf *out, struct error *err);
/* Takes the next frame from *bytes; false: it is damaged. */
bool layer_next_frame(struct str *bytes, uint32_t *index, struct str *flat);
/* The one frame of an answer, with index 0. */
bool layer_read_frame(struct str bytes, struct arena *arena, struct layer_inventory *out, struct error *err);
/* Texts stay views into `bytes`; tables go into the arena. */
bool layer_decode(struct str bytes, struct arena *arena, struct layer_inventory *out, struct error *err);

/* Contents of a member to be compared: a second walk answers with a note of key "content" for each that is different, whose
 * value is the index of the check. */
struct layer_check {
    uint64_t name; /* the member's in its layer */
    uint32_t layer, list;
    bool configuration;
    struct str path, digest;
};

/* ---- collecting (inside a worker) ------------------------------------------------------------------------------------------ */

enum { LAYER_MAX_LINKED_BYTES = 512 << 20 }; /* parsed once more for links that lead to files */

struct layer_collector {
    struct layer_inventory layer;
    struct arena arena, scratch;
    struct map files_by_real; /* real path → index + 1 of its last entry in layer.files */
    const struct layer_alias *aliases;
    size_t alias_count;
    struct map aliases_by_real; /* of files: real path → index + 1 of the first; alias_next leads to the others */
    uint32_t *alias_next;
    uint32_t *folder_aliases; /* indices of those of folders */
    size_t folder_alias_count;
    struct map folders_by_path; /* path → index + 1 */
    uint32_t last_folder;       /* index + 1: members of one folder stand together */
    uint64_t same_as;           /* of the member at hand: name of one that it is a hard link to, where the walk knows; else 0 */
    bool wants_digests;         /* of lists of files */
    const struct layer_check *checks; /* of this layer, sorted by name; NULL: it is collected, not checked */
    size_t check_count, check_first;  /* the latter is the first's index among all */
    bool *check_failed;
    uint64_t linked_bytes; /* parsed for links so far */
    int spool_fd;          /* unlinked file for contents past memory limits; -1: none */
    uint64_t max_spool_bytes;
    struct catalog_spool spool; /* of the file at hand */
    int direct_fd;          /* the tar's own file where that is not compressed: contents can be read there at once; -1: none */
    uint64_t direct_offset; /* of the tar in it */
};
bool layer_collector_init(struct layer_collector *c, const struct layer_alias *aliases, size_t alias_count, int spool_fd,
                          uint64_t max_spool_bytes, struct error *err); /* on failure too, layer_collector_free is allowed */
void layer_collector_free(struct layer_collector *c);
/* One member; `content` is read only where a kind claims it. False when a limit is reached or `content` fails (err). */
bool layer_collect(struct layer_collector *c, const struct tar_entry *entry, struct stream *content, struct error *err);
bool layer_collect_warning(struct layer_collector *c, struct str path, struct error *err, const char *text);
/* check.c: instead of collecting, the walk compares contents. Of `checks` (sorted by layer and name) the collector takes its
 * layer's. */
bool layer_check_begin(struct layer_collector *c, const struct layer_check *checks, size_t count, uint32_t layer,
                       struct error *err);
bool layer_check_wants(const struct layer_collector *c, struct str path);
bool layer_check_member(struct layer_collector *c, const struct tar_entry *entry, struct stream *content, struct error *err);
bool layer_check_end(struct layer_collector *c, struct error *err);
/* member.c: what the first bytes say of a file (0, MEMBER_PROGRAM or MEMBER_SCRIPT); adds a member. */
uint32_t member_content(const unsigned char *head, size_t len, uint32_t mode);
bool member_add(struct layer_collector *c, const struct tar_entry *entry, uint32_t content);
void member_free(struct layer_collector *c);
/* Gives hard links what their targets have; then layer_encode. */
void layer_collect_end(struct layer_collector *c);
void layer_share_links(struct layer_inventory *layer);

/* ---- walks: what worker jobs run --------------------------------------------------------------------------------------------- */

/* Walks the layers of one archive pass and appends a frame (index, length, flat inventory) for each to `out`. */
struct layer_pass {
    const struct image *image;
    const uint32_t *indices; /* of the image's layers, by rising offset */
    size_t index_count;
    int fd;          /* the archive, or the layer's blob */
    bool whole_file; /* fd is the layer's own file: offset 0 to its end */
    bool is_pipe;    /* fd is a pipe that the layer's bytes come through, as stored */
    enum codec archive_codec;
    enum scan_verify verify;
    bool wants_digests;
    const struct layer_check *checks; /* NULL: collect */
    size_t check_count;
    const struct layer_alias *aliases;
    size_t alias_count;
    int spool_fd;
    uint64_t max_spool_bytes;
    _Atomic uint64_t *progress_bytes; /* shared with the parent; may be NULL */
};
bool layer_pass_run(void *pass, struct buf *out, struct error *err);

/* Walks an image archive that comes through a pipe, in its order; whether a member is a layer shows when all have come. `out` gets a
 * frame for each layer and one, FRAME_IMAGE, for the image. */
struct archive_pass {
    int fd;
    struct image_request request; /* what to pick */
    const struct image *image;    /* of a walk before, for checks; else NULL */
    struct layer_pass walk;       /* what else layers are walked with */
};
enum { FRAME_UNUSED = 0xffffffff, FRAME_IMAGE = 0xfffffffe };
bool archive_pass_run(void *pass, struct buf *out, struct error *err);
/* walk.c: walks one layer; takes `stored`. */
bool layer_walk(const struct layer_pass *pass, const struct image_layer *layer, uint32_t index, struct stream *stored,
                struct buf *out, struct error *err);

/* ---- squash -------------------------------------------------------------------------------------------------------------------- */

/* Joins the layers, lowest first, into out (packages, distro, notes, warnings). Where links lead from claimed paths to files
 * that were not parsed, their aliases are appended to *aliases and the caller walks the layers again. What is known of all
 * files is left in *cover (cover.h), for cover_finish; `layers` must stay until then. Files that are skipped are not missed. */
struct cover;
bool squash_layers(const struct layer_inventory *layers, size_t count, const struct scan_skips *skips, struct inventory *out,
                   struct layer_alias **aliases, size_t *alias_count, struct cover **cover, struct error *err);

/* The order of an inventory's packages, for qsort. */
int inventory_compare_packages(const void *a, const void *b);

/* settle.c: kinds that settle, over the packages, notes and (in `all`) declared dependencies of all files; warnings go to
 * `all`. `layers` leads from paths of files to the layers that they lie in. False when the arena is full. */
bool squash_settle(struct inventory *inventory, size_t *package_cap, struct catalog_facts *all, const struct map *layers);
/* Which packages of lock files stay, and which installed ones, where both are there. */
bool inventory_weigh_locks(struct inventory *inventory, bool is_source_tree, struct error *err);

#endif
