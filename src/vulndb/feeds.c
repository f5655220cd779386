/* The table of feeds: one file each in feeds/, one row here. */
#include "vulndb/feeds/feed.h"

static const struct vulndb_feed *const rows[] = {
    &feed_osv, &feed_alpine_secdb, &feed_debian_tracker, &feed_rustsec,   &feed_ruby_advisory, &feed_php_advisories,
    &feed_kev, &feed_trivy_db,     &feed_starter,        &feed_jar_index,
};
enum { FEED_COUNT = ARRAY_LEN(rows) };

const struct vulndb_feed *vulndb_feeds(void)
{
    static struct vulndb_feed feeds[FEED_COUNT + 1];
    for (size_t i = 0; i < FEED_COUNT; i++)
        feeds[i] = *rows[i];
    return feeds;
}

const struct vulndb_feed *vulndb_feed_find(struct str kind)
{
    for (size_t i = 0; i < FEED_COUNT; i++)
        if (str_is(kind, rows[i]->kind))
            return rows[i];
    return NULL;
}
