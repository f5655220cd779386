/* base.h - what every folder stands on: text views, arenas, buffers, errors, hash maps, files, time, log, terminal.
 *
 * Ownership: a `struct str` never owns; it points into an arena, a mapped file or a literal. An arena owns all that was
 * taken from it and is freed at once. A `struct buf` owns its bytes until buf_free.
 * Errors: a function that can fail returns false (or NULL) and fills the caller's `struct error`; it leaves its outputs
 * untouched then. Nothing here calls exit() or abort(). */
#ifndef DRYDOCK_BASE_H
#define DRYDOCK_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))

/* ---- str: a view of bytes, not NUL-terminated ---------------------------------------------------------------- */

struct str {
    const char *ptr;
    size_t len;
};

/* A literal as a view, also in static initialisers. */
/* clang-format off */
#define STR_INIT(lit) { "" lit, sizeof(lit) - 1 }
/* clang-format on */
#define STR(lit) ((struct str)STR_INIT(lit))
/* For "%.*s": printf("%.*s", STR_ARG(s)). Views longer than INT_MAX are cut. */
#define STR_ARG(s) str_print_len(s), (s).ptr ? (s).ptr : ""

struct str str_from(const char *text); /* NULL gives the empty view */
struct str str_make(const void *ptr, size_t len);
int str_print_len(struct str s);
bool str_eq(struct str a, struct str b);
bool str_is(struct str a, const char *text);
bool str_eq_nocase(struct str a, struct str b); /* ASCII only */
int str_cmp(struct str a, struct str b);        /* bytewise, shorter first */
bool str_starts(struct str s, const char *prefix);
bool str_ends(struct str s, const char *suffix);
struct str str_skip(struct str s, size_t n);       /* without its first n bytes (empty when shorter) */
struct str str_head(struct str s, size_t n);       /* its first n bytes at most */
struct str str_trim(struct str s);                 /* without ASCII white space at both ends */
bool str_find(struct str s, char c, size_t *pos);  /* first place of c */
bool str_rfind(struct str s, char c, size_t *pos); /* last place of c */
bool str_contains(struct str s, const char *needle);
/* Splits at the first sep; false (left = all, right empty) where there is none. */
bool str_cut(struct str s, char sep, struct str *left, struct str *right);
/* Takes the next field up to sep from *rest (which must not be empty); false at the end. */
bool str_next(struct str *rest, char sep, struct str *field);
/* Takes the next line (without "\n" or "\r\n") from *rest; false at the end. */
bool str_line(struct str *rest, struct str *line);
bool str_u64(struct str s, uint64_t *out); /* decimal digits only, the whole view; false on overflow */
bool str_is_hex(struct str s);             /* one or more hexadecimal digits in lower case, as digests are written */
int char_hex(char c);                      /* the value of a hexadecimal digit; -1: it is none */
bool str_is_utf8(struct str s);
/* Bytes of its first character where a terminal may have it as it is; 0: a control character (C0, DEL, C1), or no UTF-8. */
size_t str_shown_char(struct str s);
uint64_t str_hash(struct str s);       /* XXH3, 64 bits */
struct str path_base(struct str path); /* the last component */
struct str path_dir(struct str path);  /* all before the last '/', or empty */

/* ---- error --------------------------------------------------------------------------------------------------- */

enum error_kind {
    ERROR_NONE,
    ERROR_USAGE,       /* the command line, a configuration file */
    ERROR_INPUT,       /* a damaged or hostile image, archive, feed */
    ERROR_UNSUPPORTED, /* well-formed, but nothing here reads it */
    ERROR_ARTIFACT,    /* no container image, but something else that registries keep beside them */
    ERROR_LIMIT,       /* a limit of memory, size, depth or time was reached */
    ERROR_SYSTEM,      /* the operating system said no */
    ERROR_NETWORK,
    ERROR_DATABASE, /* the vulnerability database is damaged or of another version */
};

/* Initialise with `struct error err = {0};`. The text names the input, the place and the cause, and what to try. */
struct error {
    enum error_kind kind;
    char text[1024];
};

/* Set the error; always return false, so that `return error_set(...)` reads well. */
bool error_set(struct error *err, enum error_kind kind, const char *fmt, ...) PRINTF_LIKE(3, 4);
bool error_system(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3); /* adds ": " + strerror(errno) */
/* Puts context in front: "context: old text". Returns false. */
bool error_wrap(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* ---- arena: memory of one job, freed at once ------------------------------------------------------------------ */

struct arena_chunk;
struct arena {
    struct arena_chunk *chunk;
    size_t used_bytes, cap_bytes;
    const char *job; /* named in the limit error, e.g. "layer 3" */
    bool exhausted;  /* sticky: an allocation was refused */
};

void arena_init(struct arena *arena, const char *job, size_t cap_bytes);
void arena_free(struct arena *arena); /* accepts an arena that is zeroed or freed */
/* Zeroed memory, aligned for any type; NULL (and arena->exhausted) when the cap or the system's memory is reached. */
void *arena_alloc(struct arena *arena, size_t size_bytes);
void *arena_array(struct arena *arena, size_t count, size_t item_bytes); /* overflow-checked */
#define arena_new(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
/* Room for one more item in an array that grows by doubling: returns the (perhaps moved) array, NULL when exhausted.
 * Usage: p = arena_grow(a, p, count, &cap, sizeof *p); if (!p) ...; p[count++] = item; */
void *arena_grow(struct arena *arena, void *items, size_t count, size_t *cap, size_t item_bytes);
/* Copies, NUL-terminated after the view; ptr is NULL when exhausted. */
struct str arena_str(struct arena *arena, struct str s);
char *arena_cstr(struct arena *arena, struct str s);
struct str arena_printf(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);
struct str arena_lower(struct arena *arena, struct str s); /* ASCII letters in lower case */
/* A text of outside for a message: on one line of at most max_bytes, blanks for what a terminal must not have (str_shown_char). */
struct str arena_shown(struct arena *arena, struct str s, size_t max_bytes);
bool arena_error(const struct arena *arena, struct error *err); /* sets a limit error that names the job; false */
/* Scratch use: everything taken after the mark is given back. */
struct arena_mark {
    struct arena_chunk *chunk;
    size_t chunk_used, used_bytes;
};
struct arena_mark arena_mark(const struct arena *arena);
void arena_reset(struct arena *arena, struct arena_mark mark);

/* ---- buf: growing bytes with a maximum ------------------------------------------------------------------------ */

struct buf {
    char *ptr;
    size_t len, cap, max;
    bool failed; /* sticky: max was reached or memory ran out; later additions do nothing */
};

void buf_init(struct buf *buf, size_t max_bytes);
void buf_free(struct buf *buf);
void buf_clear(struct buf *buf);
bool buf_reserve(struct buf *buf, size_t more);
void buf_add(struct buf *buf, const void *ptr, size_t len);
void buf_str(struct buf *buf, struct str s);
void buf_text(struct buf *buf, const char *text);
void buf_chr(struct buf *buf, char c);
void buf_u32(struct buf *buf, uint32_t value); /* little-endian */
void buf_u64(struct buf *buf, uint64_t value);
void buf_printf(struct buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_shown(struct buf *buf, struct str s); /* "\\xNN" for the bytes that a terminal must not have (str_shown_char) */
struct str buf_view(const struct buf *buf);

/* ---- map: str to 64 bits, open addressing, in an arena ---------------------------------------------------------- */

struct map_slot;
struct map {
    struct arena *arena;
    struct map_slot *slots;
    size_t cap, count;
};

void map_init(struct map *map, struct arena *arena);
/* Keys are not copied. Overwrites. False when the arena is exhausted. */
bool map_put(struct map *map, struct str key, uint64_t value);
bool map_get(const struct map *map, struct str key, uint64_t *value); /* value may be NULL */
/* Iterates in insertion-independent order: start with *pos = 0. */
bool map_each(const struct map *map, size_t *pos, struct str *key, uint64_t *value);

/* ---- little-endian and big-endian reads (unaligned) ------------------------------------------------------------- */

uint16_t le16(const void *p);
uint32_t le32(const void *p);
uint64_t le64(const void *p);
uint32_t be32(const void *p);

/* ---- file ------------------------------------------------------------------------------------------------------- */

/* Reads a whole file into the arena; larger than max_bytes is a limit error. */
bool file_read(const char *path, size_t max_bytes, struct arena *arena, struct str *out, struct error *err);
/* Reads exactly `size` bytes at `offset`; a shorter file is an input error. */
bool file_read_at(int fd, void *dst, size_t size, uint64_t offset, struct error *err);
/* Reads exactly `size` bytes of a pipe or socket; an end before that is an input error. */
bool file_read_all(int fd, void *dst, size_t size, struct error *err);
bool file_write_all(int fd, const void *ptr, size_t len, struct error *err);
/* A read-only mapping of a whole file (a regular file). An empty file gives an empty view. */
struct file_map {
    struct str bytes;
};
bool file_map(const char *path, struct file_map *out, struct error *err);
void file_unmap(struct file_map *map);
/* An unlinked temporary file in TMPDIR, -1 on failure. */
int file_spool(struct error *err);
/* Writes PATH by a temporary name beside it: open, write to .fd, then commit (fsync, rename) or abort (unlink). What is there
 * and is no regular file (a device, a pipe, a link) is written to in place. */
struct file_writer {
    int fd;
    char path[4096], temp[4096 + 16];
};
bool file_writer_open(struct file_writer *writer, const char *path, struct error *err);
bool file_writer_commit(struct file_writer *writer, struct error *err);
void file_writer_abort(struct file_writer *writer);
bool file_write(const char *path, struct str bytes, struct error *err); /* all of it, by a writer */
bool file_make_dirs(const char *path, struct error *err);               /* mkdir -p */
/* An environment variable; empty where it is not set. */
struct str env_text(const char *name);
/* The user's folder of configurations: $XDG_CONFIG_HOME, $HOME/.config; empty: there is none. */
struct str file_config_dir(struct arena *arena);
/* The user's cache folder for Drydock: $DRYDOCK_CACHE_DIR, $XDG_CACHE_HOME/drydock, $HOME/.cache/drydock. */
bool file_cache_dir(struct arena *arena, struct str *out, struct error *err);

/* ---- time (UTC) --------------------------------------------------------------------------------------------------- */

/* "2024-05-06" or RFC 3339, to Unix seconds. */
bool time_parse(struct str text, int64_t *unix_s);
/* "2024-05-06T07:08:09Z" into out (at least 21 bytes). */
void time_format(int64_t unix_s, char out[static 32]);
int64_t time_now(void);
uint64_t time_steady_ms(void); /* of a clock that only goes forward, from any beginning: for pauses and deadlines */
/* Time for printed dates: $SOURCE_DATE_EPOCH where it is set, else time_now(). */
int64_t time_printed(void);

/* ---- log (standard error) -------------------------------------------------------------------------------------------- */

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
enum log_format { LOG_TEXT, LOG_JSON };
void log_setup(enum log_level max_level, enum log_format format);
bool log_on(enum log_level level);
void log_line(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);
#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) log_line(LOG_WARN, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)

/* ---- progress (on a terminal's standard error; nothing elsewhere) ----------------------------------------------------------- */

void progress_setup(bool wanted); /* shown when wanted and standard error is a terminal */
void progress_show(const char *what, uint64_t done, uint64_t total);
/* Of several things at once: a line for each that has begun and not ended, and one for all. */
struct progress_item {
    struct str name;
    uint64_t done, total; /* bytes; total 0: unknown */
    bool ended;
};
void progress_items(const char *what, const struct progress_item *items, size_t count);
void progress_clear(void);

/* ---- interruption ------------------------------------------------------------------------------------------------------- */

/* After interrupt_catch, SIGINT, SIGTERM and SIGHUP are noted, so that what waits or loops can clean up and fail; a second one
 * ends the program at once. */
void interrupt_catch(void);
bool interrupted(void);
bool interrupt_error(struct error *err); /* sets "interrupted"; false */
/* Ends the program by the signal that came, if one did: for main, when all is cleaned up. */
void interrupt_raise(void);

/* ---- terminal ---------------------------------------------------------------------------------------------------------- */

bool term_is_tty(int fd);
size_t term_width(int fd);         /* columns: of the terminal, else $COLUMNS, else 0 (not a terminal: no limit) */
bool term_color(int fd);           /* a terminal, NO_COLOR unset, TERM not "dumb" */
size_t term_columns(struct str s); /* columns that UTF-8 text takes; control characters count 0 */
/* Bytes of s that fit in `columns` columns, never inside a character. */
size_t term_fit(struct str s, size_t columns);

#endif
