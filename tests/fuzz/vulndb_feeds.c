/* The text parsers of all feeds. The first byte picks the feed and the name under which the rest lies in a temporary folder. */
#include <stdlib.h>
#include <unistd.h>

#include "vulndb/vulndb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
    const char *kind, *name;
} targets[] = {
    { "osv", "a.json" },
    { "osv", "a.yaml" },
    { "alpine-secdb", "a.json" },
    { "alpine-secdb", "a.yaml" },
    { "debian-tracker", "list" },
    { "debian-tracker", "a.json" },
    { "rustsec", "RUSTSEC-1.md" },
    { "ruby-advisory-db", "a.yml" },
    { "php-advisories", "a.yaml" },
    { "kev", "a.json" },
    { "starter", "weaknesses.tsv" },
};

static char folder[] = "/tmp/drydock-fuzz-XXXXXX";

static void remove_folder(void)
{
    rmdir(folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool made;
    char path[64];
    struct error err = { 0 };
    if (size == 0)
        return 0;
    if (!made) {
        if (!mkdtemp(folder))
            return 0;
        atexit(remove_folder);
        log_setup(LOG_ERROR, LOG_TEXT);
        made = true;
    }
    size_t target = data[0] % ARRAY_LEN(targets);
    snprintf(path, sizeof path, "%s/%s", folder, targets[target].name);
    FILE *file = fopen(path, "wb");
    if (!file)
        return 0;
    fwrite(data + 1, 1, size - 1, file);
    fclose(file);
    struct vulndb_builder *builder = vulndb_builder_new(&err);
    const struct vulndb_feed *feed = vulndb_feed_find(str_from(targets[target].kind));
    if (builder && feed)
        feed->read(builder, path, &err);
    vulndb_builder_free(builder);
    unlink(path);
    return 0;
}
