/* match_unit.h - matching for tests: a Trivy database from rows, converted by its feed and opened; an inventory of one package
 * made by hand; findings as lines of text. */
#ifndef DRYDOCK_MATCH_UNIT_H
#define DRYDOCK_MATCH_UNIT_H

#include <unistd.h>

#include "bolt_write.h"
#include "match/match.h"

/* One value of a Trivy database: bucket, package (or the second bucket), key, JSON. Without a package it stands in the bucket. */
struct trivy_row {
    const char *bucket, *package, *key, *json;
};

static inline void match_temp_path(char path[static 256], const char *name)
{
    const char *dir = getenv("TMPDIR");
    snprintf(path, 256, "%.180s/drydock-match-%s-XXXXXX", dir && dir[0] ? dir : "/tmp", name);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
}

static inline void match_write_trivy(const char *path, const struct trivy_row *rows)
{
    struct bolt_write w;
    struct error err = { 0 };
    bolt_write_begin(&w, 4096);
    for (; rows->bucket; rows++) {
        struct bolt_write_bucket *bucket = bolt_write_sub(&w, NULL, rows->bucket);
        bolt_write_put(&w, rows->package ? bolt_write_sub(&w, bucket, rows->package) : bucket, rows->key, rows->json);
    }
    struct str bytes = bolt_write_end(&w);
    struct file_writer file;
    if (!file_writer_open(&file, path, &err) || !file_write_all(file.fd, bytes.ptr, bytes.len, &err) ||
        !file_writer_commit(&file, &err))
        fail_msg("%s", err.text);
    bolt_write_free(&w);
}

/* The rows (the last one is empty) as a database. */
static inline struct vulndb *match_database(const struct trivy_row *rows)
{
    char trivy[256], ddb[256];
    struct error err = { 0 };
    struct vulndb_builder *builder = vulndb_builder_new(&err);
    const struct vulndb_feed *feed = vulndb_feed_find(STR("trivy-db"));
    assert_true(builder && feed);
    match_temp_path(trivy, "trivy");
    match_temp_path(ddb, "ddb");
    match_write_trivy(trivy, rows);
    if (!feed->read(builder, trivy, &err) || !vulndb_builder_write(builder, ddb, 1700000000, &err))
        fail_msg("%s", err.text);
    vulndb_builder_free(builder);
    struct vulndb *db = vulndb_open(ddb, &err);
    if (!db)
        fail_msg("%s", err.text);
    unlink(trivy);
    unlink(ddb);
    return db;
}

static inline const struct catalog_kind *match_kind(const char *name)
{
    for (size_t i = 0; i < catalog_kind_count(); i++)
        if (strcmp(catalog_kind_at(i)->name, name) == 0)
            return catalog_kind_at(i);
    fail_msg("no kind %s", name);
    return NULL;
}

/* "ID FIXED STATUS SEVERITY SOURCE", '-' for nothing; one line a finding, joined by "; ". What was not checked is said instead. */
static inline struct str match_text(const struct matches *matches, struct arena *arena)
{
    struct buf text;
    buf_init(&text, 1 << 20);
    for (size_t i = 0; i < matches->result_count; i++) {
        const struct result *r = &matches->results[i];
        if (r->coverage != COVERAGE_CHECKED)
            buf_printf(&text, "%s%.*s", text.len ? "; " : "", STR_ARG(r->coverage_text));
        for (size_t k = 0; k < r->finding_count; k++) {
            const struct finding *f = &r->findings[k];
            buf_printf(&text, "%s%.*s %.*s %s %s %.*s", text.len ? "; " : "", STR_ARG(f->id),
                       STR_ARG(f->fixed.len ? f->fixed : STR("-")), status_name(f->status), severity_name(f->severity),
                       STR_ARG(f->severity_source.len ? f->severity_source : STR("-")));
        }
    }
    struct str kept = arena_str(arena, buf_view(&text));
    buf_free(&text);
    return kept;
}

static inline struct matches match_run_test(struct vulndb *db, const struct inventory *inventory,
                                            const struct match_options *options, struct arena *arena)
{
    struct matches matches;
    struct error err = { 0 };
    if (!match_inventory(db, inventory, options, arena, &matches, &err))
        fail_msg("%s", err.text);
    return matches;
}

#endif
