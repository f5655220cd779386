/* drydock cache info, clear and prune: the inventories of layers and images that were seen before. */
#include "cache/cache.h"
#include "cmd/caching.h"
#include "cmd/cmd.h"
#include "codec/codec.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct cache_options {
    struct common_options common; /* first */
    struct str cache_dir, format, max_size, older_than;
    bool verify;
};

static const struct option place_option_table[] = {
    { "cache-dir", '\0', "DIR", "the cache folder (default: ~/.cache/drydock)", OPTION_TEXT,
      offsetof(struct cache_options, cache_dir), NULL, NULL },
    { 0 },
};

/* What the commands share: the folder, opened. */
struct opened {
    struct arena arena;
    struct str top, folder;
    struct cache *cache;
};

static bool open_cache(const struct cache_options *options, struct opened *out, struct error *err)
{
    *out = (struct opened){ 0 };
    arena_init(&out->arena, "cache folder", 1 << 20);
    return caching_folder(options->cache_dir, &out->arena, &out->top, &out->folder, err) &&
           (out->cache = cache_open(out->folder.ptr, 0, err)) != NULL;
}

static int close_cache(struct opened *opened, bool ok, const struct error *err)
{
    cache_close(opened->cache);
    arena_free(&opened->arena);
    return ok ? EXIT_DONE : command_fail(err);
}

/* Reads the options, none of which these commands take arguments beside; false: *code is what to exit with. */
static bool read_options(const struct command *command, struct cache_options *options, int argc, char **argv, int *code)
{
    struct error err = { 0 };
    bool done;
    *code = EXIT_DONE;
    if (!options_read(command, options, &argc, argv, &done, &err))
        *code = command_fail(&err);
    else if (!done && argc)
        *code = command_usage(command, "\"%s\" is not expected", argv[0]);
    else
        return !done;
    return false;
}

/* ---- what else is in the cache folder ---------------------------------------------------------------------------------------- */

/* Bytes of a file, or of the files right in a folder. */
static uint64_t bytes_at(int parent_fd, const char *name)
{
    struct stat st;
    if (fstatat(parent_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return 0;
    if (!S_ISDIR(st.st_mode))
        return (uint64_t)st.st_size;
    uint64_t bytes = 0;
    int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    while (dir && (entry = readdir(dir)))
        if (fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
            bytes += (uint64_t)st.st_size;
    if (dir)
        closedir(dir);
    else if (fd >= 0)
        close(fd);
    return bytes;
}

/* Databases: whatever is not the inventories. */
static uint64_t database_bytes(const struct opened *opened)
{
    uint64_t bytes = 0;
    DIR *dir = opendir(opened->top.ptr);
    const struct dirent *entry;
    while (dir && (entry = readdir(dir)))
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, "inventories") != 0)
            bytes += bytes_at(dirfd(dir), entry->d_name);
    if (dir)
        closedir(dir);
    return bytes;
}

/* ---- cache info -------------------------------------------------------------------------------------------------------------- */

static void print_line(struct opened *opened, const char *label, uint64_t entries, uint64_t bytes, int64_t oldest_s,
                       int64_t newest_s)
{
    char oldest[32], newest[32];
    time_format(oldest_s, oldest);
    time_format(newest_s, newest);
    printf("%-10s %8llu %-7s %12.*s", label, (unsigned long long)entries, entries == 1 ? "entry" : "entries",
           STR_ARG(size_text(&opened->arena, bytes)));
    if (entries)
        printf("   last used %.10s to %.10s", oldest, newest);
    printf("\n");
}

static void print_info(struct opened *opened, const struct cache_info *info, bool verified)
{
    printf("%.*s, at most %.*s\n", STR_ARG(opened->folder), STR_ARG(size_text(&opened->arena, info->max_bytes)));
    for (int i = 0; i < CACHE_GROUP_COUNT; i++)
        print_line(opened, cache_group_name((enum cache_group)i), info->groups[i].entries, info->groups[i].bytes,
                   info->groups[i].oldest_s, info->groups[i].newest_s);
    printf("%-10s %8llu %-7s %12.*s\n", "all", (unsigned long long)info->entries, info->entries == 1 ? "entry" : "entries",
           STR_ARG(size_text(&opened->arena, info->bytes)));
    printf("\nbeside them, databases: %.*s\n", STR_ARG(size_text(&opened->arena, database_bytes(opened))));
    if (verified && info->damaged)
        printf("\n%llu damaged: scans make them again\n", (unsigned long long)info->damaged);
    else if (verified)
        printf("\nverified: every entry is whole\n");
}

static void put_number(struct buf *json, const char *key, uint64_t value)
{
    buf_printf(json, "\"%s\": %llu", key, (unsigned long long)value);
}

static void put_group(struct buf *json, const struct cache_info *info, int group)
{
    char oldest[32], newest[32];
    time_format(info->groups[group].oldest_s, oldest);
    time_format(info->groups[group].newest_s, newest);
    buf_printf(json, "%s\n    { \"Name\": \"%s\", ", group ? "," : "", cache_group_name((enum cache_group)group));
    put_number(json, "Entries", info->groups[group].entries);
    buf_text(json, ", ");
    put_number(json, "Bytes", info->groups[group].bytes);
    if (info->groups[group].entries)
        buf_printf(json, ", \"LeastRecentUse\": \"%s\", \"LastUse\": \"%s\"", oldest, newest);
    buf_text(json, " }");
}

static bool print_json(const struct opened *opened, const struct cache_info *info, bool verified, struct error *err)
{
    struct buf json;
    buf_init(&json, 1 << 20);
    buf_text(&json, "{\n  \"Folder\": ");
    json_put_string(&json, opened->folder);
    const struct {
        const char *key;
        uint64_t value;
    } numbers[] = { { "MaxBytes", info->max_bytes },
                    { "Entries", info->entries },
                    { "Bytes", info->bytes },
                    { "DatabaseBytes", database_bytes(opened) },
                    { "Damaged", info->damaged } };
    for (size_t i = 0; i < ARRAY_LEN(numbers) - !verified; i++) {
        buf_text(&json, ",\n  ");
        put_number(&json, numbers[i].key, numbers[i].value);
    }
    buf_text(&json, ",\n  \"Groups\": [");
    for (int i = 0; i < CACHE_GROUP_COUNT; i++)
        put_group(&json, info, i);
    buf_text(&json, "\n  ]\n}\n");
    bool ok =
        (!json.failed || error_set(err, ERROR_LIMIT, "out of memory")) && file_write_all(STDOUT_FILENO, json.ptr, json.len, err);
    buf_free(&json);
    return ok;
}

static int run_info(const struct command *command, int argc, char **argv)
{
    static struct cache_options options;
    struct opened opened;
    struct cache_info info;
    struct error err = { 0 };
    int code;
    if (!read_options(command, &options, argc, argv, &code))
        return code;
    bool json = str_is(options.format, "json");
    if (options.format.len && !json && !str_is(options.format, "table"))
        return command_usage(command, "--format: \"%.*s\" is neither table nor json", STR_ARG(options.format));
    bool ok = open_cache(&options, &opened, &err) && cache_info(opened.cache, options.verify, &info, &err);
    if (ok && json)
        ok = print_json(&opened, &info, options.verify, &err);
    else if (ok)
        print_info(&opened, &info, options.verify);
    return close_cache(&opened, ok, &err);
}

static const struct option info_option_table[] = {
    { "verify", '\0', NULL, "check the contents of every entry", OPTION_FLAG, offsetof(struct cache_options, verify), NULL,
      NULL },
    { "format", 'f', "FORMAT", "table (default) or json", OPTION_TEXT, offsetof(struct cache_options, format), NULL, NULL },
    { 0 },
};

static const struct option *const info_tables[] = { info_option_table, place_option_table, common_option_table, NULL };

const struct command cache_info_command = {
    .group = "data",
    .name = "cache info",
    .usage = "[--verify]",
    .summary = "Show what is kept of layers and images that were scanned.",
    .examples = "  drydock cache info\n"
                "  drydock cache info --verify --format json",
    .option_tables = info_tables,
    .run = run_info,
};

/* ---- cache clear and cache prune ----------------------------------------------------------------------------------------------- */

static void print_removed(struct opened *opened, uint64_t removed, uint64_t bytes)
{
    printf("removed %llu %s, %.*s\n", (unsigned long long)removed, removed == 1 ? "entry" : "entries",
           STR_ARG(size_text(&opened->arena, bytes)));
}

static int run_clear(const struct command *command, int argc, char **argv)
{
    static struct cache_options options;
    struct opened opened;
    struct error err = { 0 };
    uint64_t removed, bytes;
    int code;
    if (!read_options(command, &options, argc, argv, &code))
        return code;
    bool ok = open_cache(&options, &opened, &err) && cache_prune(opened.cache, 0, INT64_MIN, &removed, &bytes, &err);
    if (ok && !options.common.quiet) {
        print_removed(&opened, removed, bytes);
        uint64_t databases = database_bytes(&opened);
        if (databases)
            printf("left: databases in %.*s, %.*s\n", STR_ARG(opened.top), STR_ARG(size_text(&opened.arena, databases)));
    }
    return close_cache(&opened, ok, &err);
}

static const struct option *const clear_tables[] = { place_option_table, common_option_table, NULL };

const struct command cache_clear_command = {
    .group = "data",
    .name = "cache clear",
    .usage = "",
    .summary = "Forget all layers and images that were scanned; databases stay.",
    .examples = "  drydock cache clear",
    .option_tables = clear_tables,
    .run = run_clear,
};

/* Without options, the bound that scans keep to. */
static bool read_limits(const struct cache_options *options, uint64_t *max_bytes, int64_t *before_s, struct error *err)
{
    uint64_t age_s;
    *max_bytes = options->older_than.len ? UINT64_MAX : CACHE_DEFAULT_BYTES;
    *before_s = INT64_MIN;
    if (options->max_size.len && !size_parse(options->max_size, max_bytes))
        return error_set(err, ERROR_USAGE, "--max-size: \"%.*s\" is not a size such as 500M or 2G", STR_ARG(options->max_size));
    if (!options->older_than.len)
        return true;
    uint64_t bare; /* a number alone would be of seconds, which hardly anybody means */
    if (str_u64(options->older_than, &bare) || !duration_parse(options->older_than, &age_s))
        return error_set(err, ERROR_USAGE, "--older-than: \"%.*s\" is not an age such as 30d or 12h",
                         STR_ARG(options->older_than));
    *before_s = time_now() - (int64_t)age_s;
    return true;
}

static int run_prune(const struct command *command, int argc, char **argv)
{
    static struct cache_options options;
    struct opened opened;
    struct cache_info left;
    struct error err = { 0 };
    uint64_t max_bytes, removed, bytes;
    int64_t before_s;
    int code;
    if (!read_options(command, &options, argc, argv, &code))
        return code;
    if (!read_limits(&options, &max_bytes, &before_s, &err))
        return command_fail(&err);
    bool ok = open_cache(&options, &opened, &err) && cache_prune(opened.cache, max_bytes, before_s, &removed, &bytes, &err) &&
              cache_info(opened.cache, false, &left, &err);
    if (ok && !options.common.quiet) {
        print_removed(&opened, removed, bytes);
        printf("left: %llu %s, %.*s\n", (unsigned long long)left.entries, left.entries == 1 ? "entry" : "entries",
               STR_ARG(size_text(&opened.arena, left.bytes)));
    }
    return close_cache(&opened, ok, &err);
}

static const struct option prune_option_table[] = {
    { "max-size", '\0', "SIZE", "leave at most this much, e.g. 500M or 2G (default 1G); what was not used for longest goes first",
      OPTION_TEXT, offsetof(struct cache_options, max_size), NULL, NULL },
    { "older-than", '\0', "AGE", "remove what was not used for this long, e.g. 30d or 12h", OPTION_TEXT,
      offsetof(struct cache_options, older_than), NULL, NULL },
    { 0 },
};

static const struct option *const prune_tables[] = { prune_option_table, place_option_table, common_option_table, NULL };

const struct command cache_prune_command = {
    .group = "data",
    .name = "cache prune",
    .usage = "[--max-size SIZE] [--older-than AGE]",
    .summary = "Remove what was not used for longest from the cache.",
    .examples = "  drydock cache prune --older-than 30d\n"
                "  drydock cache prune --max-size 200M",
    .option_tables = prune_tables,
    .run = run_prune,
};
