/* drydock repo: scans a git repository, by its address or in a folder. */
#include "cmd/scanning.h"
#include "git/git.h"

#include <stdlib.h>
#include <sys/stat.h>

struct repo_options {
    struct scanning s; /* first */
    struct git_choice choice;
};

static bool set_insecure(void *target, struct str value, struct error *err)
{
    (void)err;
    ((struct scanning *)target)->sources.registry.net.insecure = str_is(value, "true");
    return true;
}

#define AT(field) offsetof(struct repo_options, field)

static const struct option repo_option_table[] = {
    { "branch", '\0', "NAME", "scan this branch (default: what HEAD leads to)", OPTION_TEXT, AT(choice.branch), NULL, NULL },
    { "tag", '\0', "NAME", "scan this tag", OPTION_TEXT, AT(choice.tag), NULL, NULL },
    { "commit", '\0', "HASH", "scan this commit", OPTION_TEXT, AT(choice.commit), NULL, NULL },
    { "token", '\0', "TOKEN",
      "access token or password for the server; better by DRYDOCK_TOKEN, since others see command lines (default: GITHUB_TOKEN, "
      "GITLAB_TOKEN and BITBUCKET_TOKEN for these hosts, git's credential helpers, the ssh agent)",
      OPTION_TEXT, AT(choice.token), NULL, NULL },
    { "cacert", '\0', "FILE", "authorities (PEM) that are trusted", OPTION_TEXT, AT(s.sources.registry.net.ca_cert), NULL, NULL },
    { "insecure", '\0', NULL, "accept any certificate", OPTION_CALL_FLAG, 0, set_insecure, NULL },
    { "timeout", '\0', "DURATION", "give up after this long, e.g. 5m (default: never, unless it stalls)", OPTION_CALL, 0,
      sources_set_timeout, NULL },
    { 0 },
};

/* A path that is there is meant before an address that looks alike. */
static bool open_repository(struct repo_options *o, const char *argument, struct checkout *checkout, struct str *shown,
                            struct error *err)
{
    struct git_url url;
    struct stat st;
    struct arena *arena = &o->s.arena;
    *shown = str_from(argument);
    o->choice.net = o->s.sources.registry.net;
    if (argument[0] != '-' && stat(argument, &st) == 0)
        return checkout_local(checkout, argument, &o->choice, arena, err);
    if (!git_url_parse(str_from(argument), arena, &url, err))
        return false;
    *shown = url.shown;
    if (url.path.len)
        return stat(url.path.ptr, &st) == 0 ? checkout_local(checkout, url.path.ptr, &o->choice, arena, err)
                                            : error_system(err, "%.*s", STR_ARG(url.path));
    if (o->s.sources.offline)
        return error_set(err, ERROR_USAGE, "%.*s: --offline is on, so nothing is fetched; give a folder", STR_ARG(*shown));
    return checkout_fetch(checkout, &url, &o->choice, arena, err);
}

static int scan(struct repo_options *o, const char *argument)
{
    static struct checkout checkout;
    struct inventory inventory;
    struct str shown;
    struct error err = { 0 };
    int code;
    bool ok = open_repository(o, argument, &checkout, &shown, &err);
    if (ok && checkout.has_facts)
        o->s.repository = &checkout.facts;
    ok = ok && scanning_tree(&o->s, checkout.path, &inventory, &err);
    checkout_free(&checkout);
    if (ok) {
        const char *name = arena_cstr(&o->s.arena, shown);
        return scanning_finish(&o->s, name ? name : "repository", "repository", &inventory);
    }
    code = command_fail(&err);
    scanning_end(&o->s);
    return code;
}

static int run(const struct command *command, int argc, char **argv)
{
    static struct repo_options o;
    struct error err = { 0 };
    bool done;
    if (!scanning_read(&o.s, command, &argc, argv, &done, &err))
        return command_fail(&err);
    if (done)
        return EXIT_DONE;
    if (argc != 1)
        return command_usage(command, argc ? "one repository at a time" : "which repository?");
    return scan(&o, argv[0]);
}

static const struct option *const tables[] = { repo_option_table,     choosing_option_table,
                                               scanning_option_table, report_option_table,
                                               gate_option_table,     database_option_table,
                                               common_option_table,   NULL };

const struct command repo_command = {
    .group = "look",
    .name = "repo",
    .usage = "URL | DIR",
    .summary = "The same for a git repository, by its address or in a folder.",
    .details =
        "URL is https://, http://, ssh://, git://, user@host:path, or host/owner/name for https. The git program fetches one commit\n"
        "into a temporary folder, which is removed again; nothing of the repository is run: no hooks, filters or submodules. Of a\n"
        "folder its files are scanned as they are; a bare repository, or another branch, tag or commit, is checked out first.",
    .examples = "  drydock repo https://git.example/owner/name --tag v1.2.0\n"
                "  DRYDOCK_TOKEN=… drydock repo https://git.example/owner/private --branch develop\n"
                "  drydock repo . --format json",
    .option_tables = tables,
    .run = run,
};
