/* drydock db update: fetches the vulnerability database. */
#include "cmd/sources.h"
#include "update/update.h"

#include <stdlib.h>

struct update_command {
    struct common_options common; /* these two first, as in struct networked */
    struct sources sources;
    struct str repositories, java_repositories, cache_dir;
    bool with_java, without_java;
};

#define AT(field) offsetof(struct update_command, field)

static const struct option update_option_table[] = {
    { "db-repository", '\0', "REF", "fetch this artifact in place of the usual ones; of several, the first that answers",
      OPTION_LIST, AT(repositories), NULL, NULL },
    { "with-java-index", '\0', NULL, "also fetch the index that names Java archives by their SHA-1 (large), now and from now on",
      OPTION_FLAG, AT(with_java), NULL, NULL },
    { "without-java-index", '\0', NULL, "leave that index out again", OPTION_FLAG, AT(without_java), NULL, NULL },
    { "java-db-repository", '\0', "REF", "fetch that index from here", OPTION_LIST, AT(java_repositories), NULL, NULL },
    { "cache-dir", '\0', "DIR", "folder for the database (default: ~/.cache/drydock)", OPTION_TEXT, AT(cache_dir), NULL, NULL },
    { "offline", '\0', NULL, "no network at all: the command fails", OPTION_FLAG, AT(sources.offline), NULL, NULL },
    { 0 },
};

static void print_result(const struct update_result *result)
{
    const struct update_note *note = &result->note;
    char built[32], next[32];
    time_format(note->built_s, built);
    time_format(note->next_s, next);
    printf("%s: %.*s, of %.16sZ", result->up_to_date ? "up to date" : "updated", STR_ARG(note->database.reference), built);
    if (note->java.digest.len)
        printf(", with the index of Java archives of %.*s", STR_ARG(note->java.reference));
    printf("; the next one is due at %.16sZ\n", next);
}

static bool references_of(const struct update_command *o, int argc, char **argv, struct arena *arena, struct str *out,
                          struct error *err)
{
    *out = o->repositories;
    for (int i = 0; i < argc; i++) {
        if (image_argument_is_path(str_from(argv[i])))
            return error_set(err, ERROR_USAGE, "%s: is a path, not a reference; for files: drydock db build -o FILE trivy-db=%s",
                             argv[i], argv[i]);
        *out = i ? arena_printf(arena, "%.*s,%s", STR_ARG(*out), argv[i]) : str_from(argv[i]);
        if (!out->ptr)
            return arena_error(arena, err);
    }
    return true;
}

static bool update(struct update_command *o, int argc, char **argv, struct arena *arena, struct error *err)
{
    struct update_result result;
    struct update_options options = { .java_repositories = o->java_repositories,
                                      .java = o->with_java      ? UPDATE_JAVA_ADD
                                              : o->without_java ? UPDATE_JAVA_DROP
                                                                : UPDATE_JAVA_KEEP };
    if (o->sources.offline)
        return error_set(err, ERROR_USAGE, "--offline is on, and an update needs the network; for files: drydock db build");
    if (o->cache_dir.len)
        setenv("DRYDOCK_CACHE_DIR", o->cache_dir.ptr, 1);
    if (!references_of(o, argc, argv, arena, &options.repositories, err) || !sources_begin(&o->sources, err))
        return false;
    options.registry = o->sources.registry;
    bool ok = update_run(&options, arena, &result, err) && database_forget(arena, err);
    if (ok && !o->common.quiet)
        print_result(&result);
    sources_end(&o->sources);
    return ok;
}

static int run(const struct command *command, int argc, char **argv)
{
    static struct update_command options;
    struct error err = { 0 };
    struct arena arena;
    bool done;
    if (!options_read(command, &options, &argc, argv, &done, &err))
        return command_fail(&err);
    if (done)
        return EXIT_DONE;
    if (options.with_java && options.without_java)
        return command_usage(command, "--with-java-index and --without-java-index: one of them");
    arena_init(&arena, "update of the database", 64 << 20);
    bool ok = update(&options, argc, argv, &arena, &err);
    arena_free(&arena);
    return ok ? EXIT_DONE : command_fail(&err);
}

static const struct option *const tables[] = { update_option_table, registry_option_table, common_option_table, NULL };

const struct command db_update_command = {
    .group = "data",
    .name = "db update",
    .usage = "[REF…]",
    .summary = "Fetch the newest vulnerability database; scans do so by themselves when theirs is older than a day.",
    .details =
        "Without REF these are tried in order: mirror.gcr.io/aquasec/trivy-db:2, ghcr.io/aquasecurity/trivy-db:2. REF is any artifact of\n"
        "the same media types in any registry, or one that holds a .ddb file; without a tag it is :2. Scans that run meanwhile keep the\n"
        "database that they began with, and an update that fails leaves everything as it was. --skip-db-update and --offline keep scans\n"
        "from fetching; a database that db build made is used until db update is called again.\n"
        "\n"
        "Without access to the internet: copy the artifact to a registry of your own, and name that one.",
    .examples = "  drydock db update\n"
                "  drydock db update --with-java-index\n"
                "  drydock db update registry.example/mirror/trivy-db:2\n"
                "  DRYDOCK_DB_REPOSITORY=registry.example/mirror/trivy-db:2 drydock image ./image.tar\n"
                "\n"
                "  skopeo copy docker://ghcr.io/aquasecurity/trivy-db:2 docker://registry.example/mirror/trivy-db:2\n"
                "  oras copy ghcr.io/aquasecurity/trivy-db:2 registry.example/mirror/trivy-db:2\n"
                "  oras push registry.example/own-db:2 drydock.ddb:application/vnd.drydock.db.v2+ddb",
    .option_tables = tables,
    .run = run,
};
