/* Trivy's Java database (trivy-java.db): SQLite, tables artifacts (id, group_id, artifact_id) and indices (artifact_id, version,
 * sha1 as 20 bytes, archive_type). It becomes the index of published archives; it holds no advisories. */
#include "vulndb/feeds/feed.h"

#include <sqlite3.h>

enum { SHA1_BYTES = 20 };

static struct str column(sqlite3_stmt *query, int at)
{
    const void *text = sqlite3_column_text(query, at);
    return str_make(text ? text : "", (size_t)sqlite3_column_bytes(query, at));
}

static bool read_row(struct vulndb_builder *builder, sqlite3_stmt *query, struct error *err)
{
    struct vulndb_jar jar = { column(query, 0), column(query, 1), column(query, 2) };
    const unsigned char *sha1 = sqlite3_column_blob(query, 3);
    if (!sha1 || sqlite3_column_bytes(query, 3) != SHA1_BYTES || !jar.group.len || !jar.artifact.len || !jar.version.len) {
        vulndb_add_problem(builder, "a Java archive without a SHA-1 or coordinates", jar.artifact);
        return true;
    }
    return vulndb_add_jar(builder, &jar, sha1, err);
}

static bool read_rows(struct vulndb_builder *builder, sqlite3 *db, struct error *err)
{
    sqlite3_stmt *query = NULL;
    int code = sqlite3_prepare_v2(db,
                                  "SELECT a.group_id, a.artifact_id, i.version, i.sha1 FROM indices i "
                                  "JOIN artifacts a ON a.id = i.artifact_id",
                                  -1, &query, NULL);
    bool ok = true;
    while (ok && code != SQLITE_DONE) {
        if (code != SQLITE_OK && code != SQLITE_ROW)
            ok = error_set(err, ERROR_INPUT, "not Trivy's Java database: %s", sqlite3_errmsg(db));
        if (ok && code == SQLITE_ROW)
            ok = read_row(builder, query, err);
        if (ok)
            code = sqlite3_step(query);
    }
    sqlite3_finalize(query);
    return ok;
}

static bool read_feed(struct vulndb_builder *builder, const char *path, struct error *err)
{
    sqlite3 *db = NULL;
    bool ok;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        ok = error_set(err, ERROR_INPUT, "%s", db ? sqlite3_errmsg(db) : "out of memory");
    else
        ok = read_rows(builder, db, err);
    sqlite3_close(db);
    return ok || error_wrap(err, "%s", path);
}

const struct vulndb_feed feed_jar_index = {
    .kind = "jar-index",
    .help = "Trivy's Java database, trivy-java.db: tells Java archives by their SHA-1",
    .read = read_feed,
};
