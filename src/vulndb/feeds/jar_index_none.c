/* The feed of Java archives in a build without SQLite. */
#include "vulndb/feeds/feed.h"

static bool read_feed(struct vulndb_builder *builder, const char *path, struct error *err)
{
    (void)builder;
    return error_set(err, ERROR_UNSUPPORTED, "%s: this build has no SQLite to read it", path);
}

const struct vulndb_feed feed_jar_index = {
    .kind = "jar-index",
    .help = "Trivy's Java database, trivy-java.db (needs SQLite, which this build leaves out)",
    .read = read_feed,
};
