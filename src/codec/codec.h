/* codec.h - bytes in, bytes or values out. Streams and the filters that stack on them (gzip, zstd, xz, bzip2, digest),
 * tar, zip, JSON, YAML, TOML and XML (all three rewritten to JSON, so that one reader serves all), base64, executables, BoltDB pages.
 * Everything here reads hostile bytes: lengths are checked, depth, size and ratio are limited, every loop makes progress. */
#ifndef DRYDOCK_CODEC_H
#define DRYDOCK_CODEC_H

#include "base/base.h"

/* ---- stream: a window of unread bytes, refilled on demand ----------------------------------------------------------- */

/* Readers look at ptr[0..len) directly, then stream_consume(); when len is 0 they call stream_fill(). Filters own the
 * stream below them and close it. Errors are sticky: after a failure every call fails with the same error text. */
struct stream {
    const unsigned char *ptr;
    size_t len;
    uint64_t consumed_bytes;                              /* offset in the stream of ptr[0] */
    bool (*fill)(struct stream *self, struct error *err); /* sets ptr/len; len 0 afterwards is the end of the stream */
    bool (*skip)(struct stream *self, uint64_t size, struct error *err); /* NULL: read and drop. Called with an empty window;
                                                                            skips up to `size`, never past the end, and adds
                                                                            what it skipped to consumed_bytes */
    void (*close)(struct stream *self);                                  /* frees the stream itself; NULL: nothing to free */
    bool ended, failed;
    struct error problem; /* when failed: what every later call reports */
};

bool stream_fill(struct stream *s, struct error *err); /* false on failure; at the end true with s->len == 0 */
void stream_consume(struct stream *s, size_t n);       /* n <= s->len */
bool stream_take(struct stream *s, void *dst, size_t n, struct error *err); /* exactly n bytes, else an input error */
/* Up to n bytes; *got < n only at the end. */
bool stream_read(struct stream *s, void *dst, size_t n, size_t *got, struct error *err);
bool stream_skip(struct stream *s, uint64_t n, struct error *err); /* exactly n bytes */
bool stream_drain(struct stream *s, struct error *err);            /* reads to the end */
/* The whole rest, at most max_bytes (more is a limit error), copied to the arena. */
bool stream_text(struct stream *s, size_t max_bytes, struct arena *arena, struct str *out, struct error *err);
void stream_close(struct stream *s); /* NULL is fine */

/* Constructors return NULL (and err) on failure, and then have closed `below`. */
struct stream *stream_memory(struct str bytes, struct error *err);
/* `size` bytes of the file from `offset` by pread (UINT64_MAX: to the end of file); can skip. The descriptor stays the caller's. */
struct stream *stream_file(int fd, uint64_t offset, uint64_t size, struct error *err);
/* A pipe or terminal, read in order. */
struct stream *stream_pipe(int fd, struct error *err);
/* At most `size` bytes of `below`, which stays the caller's and must outlive it. A short `below` is an input error. */
struct stream *stream_limit(struct stream *below, uint64_t size, struct error *err);

enum codec { CODEC_PLAIN, CODEC_GZIP, CODEC_ZSTD, CODEC_XZ, CODEC_BZIP2 };
/* By the first bytes (RFC 1952 2.3.1, RFC 8878 3.1.1, xz 2.1.1.1, bzip2); at least 6 bytes where there are that many. */
enum codec codec_detect(struct str head);
const char *codec_name(enum codec codec);
/* Inflates; takes `below`. Multi-member gzip, multi-frame and skippable-frame zstd, zstd windows to 2^27. Limits: output at
 * most max_bytes, and at most 1024 times the input once past 4 GiB (zip bombs): limit errors. Truncation and bad checksums
 * are input errors. A codec left out of the build is an unsupported error that names it. */
struct stream *stream_inflate(enum codec codec, struct stream *below, uint64_t max_bytes, struct error *err);
/* Looks at the first bytes of `below` and inflates when they are compressed; *found may be NULL. */
struct stream *stream_inflate_auto(struct stream *below, uint64_t max_bytes, enum codec *found, struct error *err);

/* SHA-256 and SHA-512 of all that passes. Skipping reads. After the end (or stream_drain) digest_hex gives the digest. */
enum digest_algorithm { DIGEST_SHA256, DIGEST_SHA512 };
enum { DIGEST_TEXT_BYTES = 160 }; /* room for one as text, with a terminator */
struct stream *stream_digest(enum digest_algorithm algorithm, struct stream *below, struct error *err);
/* "sha256:…" of what has passed so far; only on a stream made by stream_digest. */
bool stream_digest_text(struct stream *s, char out[static DIGEST_TEXT_BYTES], struct error *err);
/* "sha256:<64 hex>" or "sha512:<128 hex>", lower case, as the OCI image specification's descriptor has it. */
bool digest_parse(struct str text, enum digest_algorithm *algorithm, struct str *hex);
bool digest_of(enum digest_algorithm algorithm, struct str bytes, char out[static DIGEST_TEXT_BYTES], struct error *err);
/* Compares bytes with a digest in hex, "md5:…", "sha1:…", "sha256:…", "sha384:…" or "sha512:…" (what package managers note of
 * their files): begin, add, then match, which frees. NULL: another algorithm, or one that this system's libcrypto refuses. */
struct hasher;
struct hasher *hasher_begin(struct str digest);
void hasher_add(struct hasher *hasher, struct str bytes);
bool hasher_matches(struct hasher *hasher);
struct blob;
/* "sha1:<40 hex>": what indices of published archives are keyed by; no proof of anything. */
bool digest_sha1(const struct blob *blob, char out[static DIGEST_TEXT_BYTES], struct error *err);

/* ---- base64 (RFC 4648, sections 4 and 5): either alphabet, padded or not, line breaks passed over ------------------------ */

/* False: other characters, digits that make no byte, or more than `room` bytes. */
bool base64_decode(struct str text, void *dst, size_t room, size_t *len);
/* The same into the arena, with a terminator behind; false also where that is exhausted. */
bool base64_text(struct str text, struct arena *arena, struct str *out);
struct str base64_encode(struct str bytes, struct arena *arena); /* section 4, padded; ptr is NULL when exhausted */

/* ---- percent-encoding (RFC 3986, section 2.1) ------------------------------------------------------------------------------ */

/* A copy without it; "%" that encodes nothing stands for itself. ptr NULL when the arena is exhausted. */
struct str percent_decode(struct str text, struct arena *arena);

/* ---- random access (rpm databases, zip): a view of bytes in memory or in a file ------------------------------------------ */

struct blob {
    struct str memory; /* used when fd < 0 */
    int fd;
    uint64_t offset, size;
};
bool blob_read(const struct blob *blob, uint64_t offset, void *dst, size_t size, struct error *err); /* exactly */

/* ---- tar (POSIX.1-2017 pax "ustar" and pax headers; GNU tar manual, "Basic Tar Format" and sparse formats) ---------------- */

enum tar_type { TAR_FILE, TAR_HARDLINK, TAR_SYMLINK, TAR_DIR, TAR_OTHER };

struct tar_entry {
    struct str path; /* normalised: no leading "/" or "./", no "." , ".." or empty parts ("..", kept inside the root), no
                             trailing "/"; empty for the root itself. Valid until the next tar_next */
    struct str link; /* link target as written (hard links: normalised as path) */
    enum tar_type type;
    uint64_t size_bytes; /* of the contents as read (sparse files: expanded); 0 for links and folders, whatever they state */
    uint64_t offset;     /* of the stored contents in the stream */
    uint32_t mode, uid, gid;
    int64_t mtime_s;
    bool sparse;
};

struct tar;
/* Reads from `in`, which stays the caller's. NULL on failure. */
struct tar *tar_open(struct stream *in, struct error *err);
/* The next entry; contents of the last one that were not read are skipped. False at the end (err->kind == ERROR_NONE: end
 * of archive; two zero blocks or a clean end of stream at a header boundary) and on failure (err set). */
bool tar_next(struct tar *tar, struct tar_entry *entry, struct error *err);
/* The current entry's contents; owned by the tar, valid until the next tar_next. Sparse holes read as zeroes. */
struct stream *tar_content(struct tar *tar);
void tar_close(struct tar *tar);
/* `path` made safe as tar_entry.path is; false when it does not fit (more than 4096 bytes after joining) */
bool path_normalize(struct str path, char out[static 4096], size_t *len);

/* ---- zip (APPNOTE 6.3.10): reads the central directory; bytes before the archive are passed over --------------------------- */

struct zip_entry {
    struct str path; /* as written; check before use as a path */
    uint64_t size_bytes, packed_bytes, header_offset;
    uint32_t crc32;
    uint16_t method; /* 0 stored, 8 deflate; others are unsupported errors when read */
    bool encrypted;  /* so are these */
};
struct zip;
struct zip *zip_open(struct blob blob, struct arena *arena, struct error *err);
bool zip_next(struct zip *zip, struct zip_entry *entry, struct error *err); /* false at the end (ERROR_NONE) or on failure */
bool zip_text(struct zip *zip, const struct zip_entry *entry, size_t max_bytes, struct arena *arena, struct str *out,
              struct error *err); /* inflated, CRC checked; lying sizes are errors */
/* The same into a file, at its position. */
bool zip_write(struct zip *zip, const struct zip_entry *entry, int fd, struct error *err);
/* The bytes of a stored member where they lie: no copy, no look at its CRC. False without error: it is not stored. */
bool zip_stored(const struct zip *zip, const struct zip_entry *entry, struct blob *out, struct error *err);

/* ---- zlib (RFC 1950) ------------------------------------------------------------------------------------------------------- */

/* Inflates all of `packed`; what becomes more than max_bytes is a limit error, damage an input error. */
bool zlib_text(struct str packed, size_t max_bytes, struct arena *arena, struct str *out, struct error *err);

/* ---- executables (ELF: System V gABI chapters 4 and 5; Microsoft's PE format; Mach-O's loader.h and fat.h) ------------------- */

enum program_format { PROGRAM_ELF, PROGRAM_PE, PROGRAM_MACHO };

struct program_section {
    struct str name;
    uint64_t address, offset;
    uint64_t size;   /* in the file: 0 for .bss, and where it reaches behind the end of the file */
    bool compressed; /* ELF: a compression header stands in front of its bytes */
};

/* What is loaded into memory from the file; its bytes are in the file. In PE these are the sections. */
struct program_segment {
    uint64_t address, offset, size;
    bool writable, executable;
    bool is_note; /* ELF: notes, which lie in another segment too */
};

/* An executable, a shared library or an object file. All is in the arena, or views into the blob's memory. */
struct program {
    struct blob blob; /* of a universal Mach-O file, its first architecture */
    struct arena *arena;
    struct str head; /* the first bytes, up to 4096 */
    enum program_format format;
    const char *arch; /* as Go names it: "amd64"; empty: another */
    unsigned pointer_bytes;
    bool big_endian;
    bool has_symbols; /* else it is stripped */
    struct program_section *sections;
    size_t section_count;
    struct program_segment *segments;
    size_t segment_count;
};

/* A few small reads. Damaged tables leave the lists short; false: it is none of these (ERROR_UNSUPPORTED), or its header is
 * damaged. */
bool program_open(struct program *program, const struct blob *blob, struct arena *arena, struct error *err);
const struct program_section *program_section_named(const struct program *program, const char *name); /* the first; NULL: none */
/* Bytes of the file from an address to the end of its segment, and the offset in program->blob where they are; 0: none. */
uint64_t program_room(const struct program *program, uint64_t address, uint64_t *offset);
/* Exactly `size` bytes at an address, all in one segment. */
bool program_read(const struct program *program, uint64_t address, void *dst, size_t size, struct error *err);
/* An unsigned number in the program's byte order; size is at most 8. */
uint64_t program_number(const struct program *program, const void *at, size_t size);
/* ELF: the description of the first note of this owner ("GNU") and type. */
bool program_note(struct program *program, const char *owner, uint32_t type, struct str *out);
bool program_is_upx(const struct program *program); /* packed by UPX: nothing of what it holds can be read */

/* ---- JSON (RFC 8259): a pull reader over a view --------------------------------------------------------------------------- */

/* Errors are sticky: after the first, every call returns false / an empty value, and json_end reports it with line and
 * column. Depth is limited to 512. Strings without escapes are views into the text; others are decoded into the arena.
 * A value that was not read is skipped by the next json_key or json_item. All is checked, also what is skipped.
 *
 *     json_begin(&json, text, arena);
 *     if (json_object(&json))
 *         while (json_key(&json, &key))
 *             if (str_is(key, "name")) json_string(&json, &name);
 *             else json_skip(&json);
 *     return json_end(&json, err);
 */
enum json_type { JSON_BAD, JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };
enum { JSON_MAX_DEPTH = 512 };

struct json {
    struct str text;
    size_t pos;
    struct arena *arena;
    unsigned depth;
    bool failed;
    const char *problem; /* static text; NULL: none */
    size_t line_pos;     /* private: how far lines have been counted */
    uint32_t line;
    unsigned char state[JSON_MAX_DEPTH + 1]; /* private: a byte a level, see json.c */
};

void json_begin(struct json *json, struct str text, struct arena *arena); /* a leading UTF-8 byte order mark is passed over */
enum json_type json_peek(struct json *json);                              /* type of the next value */
bool json_object(struct json *json);               /* enters; a value of another type is skipped: false, no error */
bool json_key(struct json *json, struct str *key); /* next key; false at '}' (left) or on error */
bool json_array(struct json *json);                /* enters, as json_object */
bool json_item(struct json *json);                 /* is there a next item? false at ']' (left) or on error */
/* These read one value; one of another type is skipped and gives false, without an error, outputs untouched. */
bool json_string(struct json *json, struct str *out);
bool json_number(struct json *json, double *out); /* false also where it is past the range of a double */
bool json_i64(struct json *json, int64_t *out);   /* integers only */
bool json_bool(struct json *json, bool *out);
bool json_scalar(struct json *json, struct str *out); /* string, or the text of a number or of true/false */
bool json_time(struct json *json, int64_t *unix_s);   /* string with a date (time_parse) */
void json_skip(struct json *json);                    /* any value */
bool json_raw(struct json *json, struct str *out);    /* skips any value and gives its text (validated) */
bool json_end(struct json *json, struct error *err);  /* false when anything failed or text is left over */
/* The line, from 1, of the next item of a list, of the key that was just read, or of the brace behind an object. Cheap when
 * asked in order. */
uint32_t json_line(struct json *json);

/* Writing: appends "text" quoted and escaped; bytes that are not UTF-8 become U+FFFD. */
void json_put_string(struct buf *buf, struct str text);

/* YAML 1.1 (libyaml's events) of one document, rewritten as JSON text: anchors and aliases expanded up to max_bytes of
 * output, depth as JSON_MAX_DEPTH; plain scalars true/false/null/~ and numbers typed as YAML 1.2 core schema has them,
 * all else strings; merge keys (<<) are kept as plain keys. Errors name the line. */
bool yaml_to_json(struct str text, size_t max_bytes, struct arena *arena, struct str *out, struct error *err);
/* The same, but of a key that a mapping has twice, which YAML forbids (1.2.2, section 3.2.1.3), all members are left out; the
 * line of the first that was there before is told, 0 where there is none. */
bool yaml_to_json_unique(struct str text, size_t max_bytes, struct arena *arena, size_t *repeated_line, struct str *out,
                         struct error *err);
/* TOML 1.0 rewritten as JSON text: dates become strings, inf and nan strings. Duplicate keys and the like are errors that name the line. */
bool toml_to_json(struct str text, size_t max_bytes, struct arena *arena, struct str *out, struct error *err);
/* XML 1.0 (expat) rewritten as JSON text: {"root": …}. An element without attributes and children is the string of its text
 * (white space trimmed); others are objects with "@attribute", "#text" (when not blank) and their children by local name, in
 * document order, equal names again and again. No DTDs: entities other than the five are errors. Errors name the line. */
bool xml_to_json(struct str text, size_t max_bytes, struct arena *arena, struct str *out, struct error *err);
/* In all three, a value stands on the line that it has in the source where the order of values allows it: json_line works. */

/* ---- BoltDB (bbolt v2 pages, read-only, little-endian) ---------------------------------------------------------------------- */

struct bolt {
    struct str file;
    uint32_t page_bytes;
    uint64_t root_page;
};
/* A bucket, or a cursor in one. Depth of pages is limited; page ids, element positions and sizes are checked. */
struct bolt_bucket {
    const struct bolt *bolt;
    uint64_t page; /* 0: inline */
    struct str inline_page;
};
enum { BOLT_MAX_DEPTH = 32 };
struct bolt_cursor {
    struct bolt_bucket bucket;
    struct {
        struct str page;
        uint32_t index;
    } stack[BOLT_MAX_DEPTH];
    unsigned depth;
    uint64_t pages_read; /* bounded by the pages of the file, so that loops end */
    struct str last_key; /* keys must ascend */
    bool started;
};
bool bolt_open(struct bolt *bolt, struct str file, struct error *err); /* the valid meta page with the higher transaction id */
bool bolt_root(const struct bolt *bolt, struct bolt_bucket *out, struct error *err);
void bolt_cursor_begin(struct bolt_cursor *cursor, const struct bolt_bucket *bucket);
/* Next key in order; *is_bucket tells a sub-bucket (open it with bolt_sub from its value). False at the end or on failure. */
bool bolt_next(struct bolt_cursor *cursor, struct str *key, struct str *value, bool *is_bucket, struct error *err);
bool bolt_sub(const struct bolt *bolt, struct str value, struct bolt_bucket *out, struct error *err);

#endif
