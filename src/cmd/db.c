/* drydock db build and db info: makes a database from feeds, and shows what one holds. */
#include "cmd/cmd.h"
#include "update/update.h"

#include <stdlib.h>

struct db_options {
    struct common_options common; /* first */
    struct str output, now;
    bool verify;
};

/* ---- db build ------------------------------------------------------------------------------------------------------------------------ */

static const struct option build_option_table[] = {
    { "output", 'o', "FILE", "the database to write, e.g. drydock.ddb (required)", OPTION_TEXT,
      offsetof(struct db_options, output), NULL, NULL },
    { "now", '\0', "DATE", "the build date to write into it (default: SOURCE_DATE_EPOCH, else now)", OPTION_TEXT,
      offsetof(struct db_options, now), NULL, NULL },
    { 0 },
};

static bool read_feed(struct vulndb_builder *builder, const char *argument, struct error *err)
{
    struct str kind, path;
    if (!str_cut(str_from(argument), '=', &kind, &path) || path.len == 0)
        return error_set(err, ERROR_USAGE, "\"%s\" is not KIND=PATH; see drydock db build --help", argument);
    const struct vulndb_feed *feed = vulndb_feed_find(kind);
    if (!feed)
        return error_set(err, ERROR_USAGE, "\"%.*s\" is no kind of feed; see drydock db build --help", STR_ARG(kind));
    log_info("reading %s %s", feed->kind, path.ptr);
    return feed->read(builder, path.ptr, err);
}

static bool build(const struct db_options *options, int argc, char **argv, struct error *err)
{
    int64_t now_s = time_printed();
    struct arena arena;
    if (options->now.len && !time_parse(options->now, &now_s))
        return error_set(err, ERROR_USAGE, "--now: \"%.*s\" is not a date such as 2026-11-22", STR_ARG(options->now));
    struct vulndb_builder *builder = vulndb_builder_new(err);
    bool ok = builder != NULL;
    for (int i = 0; ok && i < argc; i++)
        ok = read_feed(builder, argv[i], err);
    ok = ok && vulndb_builder_write(builder, options->output.ptr, now_s, err);
    vulndb_builder_free(builder);
    if (!ok)
        return false;
    struct error remembered = { 0 };
    arena_init(&arena, "database", 1 << 20);
    if (!database_remember(options->output.ptr, &arena, &remembered))
        log_warn("scans will not use it by themselves: %s", remembered.text);
    arena_free(&arena);
    return true;
}

static void print_info(struct vulndb *db);

static int run_build(const struct command *command, int argc, char **argv)
{
    static struct db_options options;
    struct error err = { 0 };
    bool done;
    if (!options_read(command, &options, &argc, argv, &done, &err))
        return command_fail(&err);
    if (done) {
        printf("\nKinds of feeds:\n");
        for (const struct vulndb_feed *feed = vulndb_feeds(); feed->kind; feed++)
            printf("  %-18s %s\n", feed->kind, feed->help);
        return EXIT_DONE;
    }
    if (options.output.len == 0)
        return command_usage(command, "where to? -o FILE is missing");
    if (argc == 0)
        return command_usage(command, "from what? give at least one KIND=PATH");
    if (!build(&options, argc, argv, &err))
        return command_fail(&err);
    struct vulndb *db = vulndb_open(options.output.ptr, &err);
    if (!db)
        return command_fail(&err);
    if (!options.common.quiet)
        print_info(db);
    vulndb_close(db);
    return EXIT_DONE;
}

static const struct option *const build_tables[] = { build_option_table, common_option_table, NULL };

const struct command db_build_command = {
    .group = "data",
    .name = "db build",
    .usage = "-o FILE KIND=PATH…",
    .summary = "Make a vulnerability database from advisory feeds, or from Trivy's database.",
    .details =
        "Each KIND=PATH is one feed: a file, a folder, or an archive of them. Later scans use the last database that was built here until\n"
        "db update is called, unless --db names another.",
    .examples =
        "  drydock db build -o drydock.ddb trivy-db=$HOME/.cache/trivy/db/trivy.db kev=known_exploited_vulnerabilities.json\n"
        "  drydock db build -o drydock.ddb osv=PyPI.zip osv=npm.zip alpine-secdb=secdb/ debian-tracker=tracker.json\n"
        "  drydock db build -o drydock.ddb osv=Maven.zip jar-index=$HOME/.cache/trivy/java-db/trivy-java.db",
    .option_tables = build_tables,
    .run = run_build,
};

/* ---- db info --------------------------------------------------------------------------------------------------------------------------- */

static void print_date(const char *label, int64_t unix_s)
{
    char text[32];
    time_format(unix_s, text);
    printf("%s%s\n", label, text);
}

static void print_info(struct vulndb *db)
{
    struct vulndb_info info;
    struct error err = { 0 };
    vulndb_info(db, &info);
    print_date("built            ", info.built_s);
    printf("format           %u\nsize             %.1f MB\nadvisories       %llu\nvulnerabilities  %llu\npackages         %llu\n",
           info.format_version, (double)info.file_bytes / 1e6, (unsigned long long)info.advisory_count,
           (unsigned long long)info.vulnerability_count, (unsigned long long)info.package_count);
    if (info.jar_count)
        printf("Java archives    %llu known by SHA-1\n", (unsigned long long)info.jar_count);
    if (info.is_starter)
        printf("this is the built-in starter database\n");
    printf("\nsources:\n");
    for (uint32_t i = 0; i < info.source_count; i++) {
        struct vulndb_source_info source;
        char date[32] = "";
        if (!vulndb_source_at(db, i, &source, &err))
            break;
        if (source.date_s)
            time_format(source.date_s, date);
        date[10] = '\0';
        printf("  %-22.*s %9llu advisories  %10s  %.*s\n", STR_ARG(source.source.id), (unsigned long long)source.advisory_count,
               date, STR_ARG(source.source.name));
    }
    printf("\nnamespaces:\n");
    for (uint64_t i = 0; i < info.space_count; i++) {
        struct vulndb_space_info space;
        if (!vulndb_space_at(db, i, &space, &err))
            break;
        printf("  %-30.*s %9llu packages %9llu advisories\n", STR_ARG(space.name), (unsigned long long)space.package_count,
               (unsigned long long)space.advisory_count);
    }
    if (err.kind != ERROR_NONE)
        command_fail(&err);
}

/* Where the database came from that `db update` fetched, and when a newer one was looked for. */
static void print_origin(enum database_origin origin, struct arena *arena)
{
    struct update_note note;
    struct update_check check;
    if (origin == DATABASE_NAMED || origin == DATABASE_BUILT)
        return;
    if (origin == DATABASE_FETCHED && update_note_read(arena, &note)) {
        printf("fetched from     %.*s\nmanifest         %.*s\n", STR_ARG(note.database.reference), STR_ARG(note.database.digest));
        print_date("fetched          ", note.database.fetched_s);
        print_date("next update      ", note.next_s);
        if (note.java.digest.len)
            printf("Java index       %.*s, %.*s\n", STR_ARG(note.java.reference), STR_ARG(note.java.digest));
    }
    if (update_check_read(arena, &check)) {
        print_date("last checked     ", check.at_s);
        if (check.failed)
            printf("which failed     %.*s\n", STR_ARG(check.problem));
    }
}

static const struct option info_option_table[] = {
    { "verify", '\0', NULL, "check every block and every offset", OPTION_FLAG, offsetof(struct db_options, verify), NULL, NULL },
    { 0 },
};

static int run_info(const struct command *command, int argc, char **argv)
{
    static struct db_options options;
    struct arena arena;
    struct database database;
    struct error err = { 0 };
    bool done;
    if (!options_read(command, &options, &argc, argv, &done, &err))
        return command_fail(&err);
    if (done)
        return EXIT_DONE;
    arena_init(&arena, "database", 1 << 20);
    bool ok = database_open(argc ? argv[0] : NULL, time_now(), &arena, &database, &err);
    if (ok) {
        printf("%.*s (%.*s)\n", STR_ARG(database.words), STR_ARG(database.age));
        print_origin(database.origin, &arena);
        print_info(database.db);
        if (options.verify && (ok = vulndb_verify(database.db, &err)))
            printf("\nverified: every block and offset is in order\n");
    }
    vulndb_close(database.db);
    arena_free(&arena);
    return ok ? EXIT_DONE : command_fail(&err);
}

static const struct option *const info_tables[] = { info_option_table, common_option_table, NULL };

const struct command db_info_command = {
    .group = "data",
    .name = "db info",
    .usage = "[FILE]",
    .summary = "Show a database's sources, dates and counts (default: the one that scans would use).",
    .examples = "  drydock db info\n"
                "  drydock db info drydock.ddb --verify",
    .option_tables = info_tables,
    .run = run_info,
};
