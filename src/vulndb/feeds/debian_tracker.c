/* Debian's security tracker: the lists of bulletins (data/DSA/list, data/DLA/list) and the JSON dump of all issues. Both are
 * keyed by source package and by the release's code name. */
#include "vulndb/feeds/debian_tracker.h"

const struct vulndb_source debian_source = {
    STR_INIT("debian"),
    STR_INIT("Debian Security Tracker"),
    STR_INIT("https://salsa.debian.org/security-tracker-team/security-tracker"),
    STR_INIT(""),
};

/* https://www.debian.org/releases/ */
static const struct {
    struct str codename, space;
} releases[] = {
    { STR_INIT("woody"), STR_INIT("debian 3.0") },   { STR_INIT("sarge"), STR_INIT("debian 3.1") },
    { STR_INIT("etch"), STR_INIT("debian 4") },      { STR_INIT("lenny"), STR_INIT("debian 5") },
    { STR_INIT("squeeze"), STR_INIT("debian 6") },   { STR_INIT("wheezy"), STR_INIT("debian 7") },
    { STR_INIT("jessie"), STR_INIT("debian 8") },    { STR_INIT("stretch"), STR_INIT("debian 9") },
    { STR_INIT("buster"), STR_INIT("debian 10") },   { STR_INIT("bullseye"), STR_INIT("debian 11") },
    { STR_INIT("bookworm"), STR_INIT("debian 12") }, { STR_INIT("trixie"), STR_INIT("debian 13") },
    { STR_INIT("forky"), STR_INIT("debian 14") },    { STR_INIT("duke"), STR_INIT("debian 15") },
};

bool debian_space(struct str codename, struct str *space)
{
    for (size_t i = 0; i < ARRAY_LEN(releases); i++)
        if (str_eq(codename, releases[i].codename)) {
            *space = releases[i].space;
            return true;
        }
    return false;
}

static bool wanted(struct str path)
{
    return str_ends(path, "DSA/list") || str_ends(path, "DLA/list") || str_ends(path, ".json");
}

static bool add_file(struct vulndb_builder *builder, struct str path, struct str text, struct arena *arena, struct error *err)
{
    (void)path;
    if (!vulndb_add_source(builder, &debian_source, 0, err))
        return false;
    return str_starts(str_trim(text), "{") ? debian_read_dump(builder, text, arena, err)
                                           : debian_read_list(builder, text, arena, err);
}

static bool read_feed(struct vulndb_builder *builder, const char *path, struct error *err)
{
    return feed_each_file(builder, path, wanted, add_file, err);
}

const struct vulndb_feed feed_debian_tracker = {
    .kind = "debian-tracker",
    .help = "a folder or archive with Debian's data/DSA/list and data/DLA/list, or the tracker's JSON dump",
    .read = read_feed,
};
