/* vulndb_feed.h - runs one feed over texts of a test and shows what came of it as lines that a test can state. */
#ifndef DRYDOCK_VULNDB_FEED_UNIT_H
#define DRYDOCK_VULNDB_FEED_UNIT_H

#include <sys/stat.h>

#include "vulndb_unit.h"

/* A folder for one test's files, removed with them by feed_folder_free. */
struct feed_folder {
    char path[256];
    char files[8][512];
    size_t count;
};

static inline void feed_folder_make(struct feed_folder *folder)
{
    folder->count = 0;
    vulndb_temp_path(folder->path);
    assert_int_equal(unlink(folder->path), 0);
    assert_int_equal(mkdir(folder->path, 0700), 0);
}

/* Writes a file into the folder; the name has no folders of its own. */
static inline const char *feed_folder_put(struct feed_folder *folder, const char *name, struct str text)
{
    char path[sizeof folder->files[0]];
    assert_true(folder->count < ARRAY_LEN(folder->files));
    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    memcpy(folder->files[folder->count++], path, sizeof path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text.len ? text.ptr : "", 1, text.len, file), text.len);
    fclose(file);
    return folder->files[folder->count - 1];
}

static inline void feed_folder_free(struct feed_folder *folder)
{
    for (size_t i = 0; i < folder->count; i++)
        unlink(folder->files[i]);
    rmdir(folder->path);
}

/* Reads PATH with the feed; what it says in *err. */
static inline bool feed_read(const char *kind, const char *path, struct vulndb_builder *builder, struct error *err)
{
    const struct vulndb_feed *feed = vulndb_feed_find(str_from(kind));
    assert_non_null(feed);
    return feed->read(builder, path, err);
}

/* A database made from one text; its bytes are in the arena. */
static inline struct vulndb *feed_database(const char *kind, const char *name, const char *text, struct arena *arena)
{
    struct feed_folder folder;
    struct error err = { 0 };
    struct vulndb_builder *builder = vulndb_builder_new(&err);
    feed_folder_make(&folder);
    feed_folder_put(&folder, name, str_from(text));
    if (!feed_read(kind, folder.path, builder, &err))
        fail_msg("%s", err.text);
    feed_folder_free(&folder);
    struct vulndb *db = vulndb_open_memory(vulndb_test_write(builder, arena), &err);
    if (!db || !vulndb_verify(db, &err))
        fail_msg("%s", err.text);
    return db;
}

static inline void feed_show_hit(struct vulndb *db, const struct vulndb_hit *hit, struct buf *out)
{
    struct error err = { 0 };
    struct vulndb_match_range r;
    struct str key, text;
    buf_printf(out, "%.*s %s", STR_ARG(hit->vulnerability), status_name(hit->status));
    if (hit->has_severity)
        buf_printf(out, " %s", severity_name(hit->severity));
    for (uint32_t i = 0; i < hit->range_count; i++) {
        assert_true(vulndb_hit_range(db, hit, i, &r, &err));
        bool low_open = r.low_open || !r.low.ptr, high_open = r.high_open || !r.high.ptr;
        buf_printf(out, " %c%.*s,%.*s%c", low_open ? '(' : '[', STR_ARG(r.low), STR_ARG(r.high), high_open ? ')' : ']');
    }
    for (uint32_t i = 0; i < hit->exact_count; i++) {
        assert_true(vulndb_hit_exact(db, hit, i, &key, &text, &err));
        buf_printf(out, " =%.*s", STR_ARG(text));
    }
    if (hit->fixed.len)
        buf_printf(out, " fixed %.*s", STR_ARG(hit->fixed));
    for (uint32_t i = 0; i < hit->vendor_id_count; i++) {
        assert_true(vulndb_hit_vendor_id(db, hit, i, &text, &err));
        buf_printf(out, " %.*s", STR_ARG(text));
    }
    buf_chr(out, '\n');
}

/* "CVE-1 fixed HIGH (,1.2) [2.0,2.3] =3.0 fixed 1.2 GHSA-1", one line an advisory of the package, in the database's order. */
static inline struct str feed_show(struct vulndb *db, const char *space, const char *package, struct arena *arena)
{
    struct error err = { 0 };
    struct vulndb_cursor cursor;
    struct vulndb_hit hit;
    struct buf out;
    buf_init(&out, 1 << 20);
    assert_true(vulndb_find(db, str_from(space), str_from(package), &cursor, &err));
    while (vulndb_next(&cursor, &hit, &err))
        feed_show_hit(db, &hit, &out);
    assert_int_equal(err.kind, ERROR_NONE);
    struct str shown = arena_str(arena, buf_view(&out));
    buf_free(&out);
    return shown;
}

/* "title | severity by source … | aliases …" of a vulnerability, empty where there is no record. */
static inline struct str feed_show_record(struct vulndb *db, const char *id, struct arena *arena)
{
    struct error err = { 0 };
    struct vulndb_vulnerability v;
    struct buf out;
    uint32_t number;
    buf_init(&out, 1 << 20);
    if (vulndb_vulnerability_find(db, str_from(id), &number, &err)) {
        assert_true(vulndb_vulnerability_at(db, number, arena, &v, &err));
        buf_printf(&out, "%.*s |", STR_ARG(v.title));
        for (size_t i = 0; i < v.rating_count; i++)
            buf_printf(&out, " %.*s %s", STR_ARG(v.ratings[i].source), severity_name(v.ratings[i].severity));
        buf_text(&out, " |");
        for (size_t i = 0; i < v.alias_count; i++)
            buf_printf(&out, " %.*s", STR_ARG(v.aliases[i]));
    }
    struct str shown = arena_str(arena, buf_view(&out));
    buf_free(&out);
    return shown;
}

/* The feed reads the text cut at every byte and with bytes changed, and either takes what is there or says what is wrong. */
static inline void feed_damage(const char *kind, const char *name, const char *text)
{
    struct str whole = str_from(text);
    char *copy = malloc(whole.len + 1);
    unsigned seed = 7;
    for (size_t i = 0; i < 2 * whole.len; i++) {
        struct feed_folder folder;
        struct error err = { 0 };
        struct vulndb_builder *builder = vulndb_builder_new(&err);
        memcpy(copy, text, whole.len + 1);
        if (i >= whole.len)
            for (int k = 0; k < 3; k++) {
                seed = seed * 1103515245u + 12345u;
                copy[(seed >> 8) % whole.len] = (char)(seed >> 24);
            }
        feed_folder_make(&folder);
        feed_folder_put(&folder, name, str_make(copy, i < whole.len ? i : whole.len));
        if (!feed_read(kind, folder.path, builder, &err))
            assert_true(err.kind != ERROR_NONE && err.text[0]);
        feed_folder_free(&folder);
        vulndb_builder_free(builder);
    }
    free(copy);
}

#endif
