/* cmd.h - the command line: one file a subcommand, each with its row in commands.c and its table of options. A table makes
 * the parser, the help text, the man page, shell completion, and the names in drydock.yaml and in the environment. */
#ifndef DRYDOCK_CMD_H
#define DRYDOCK_CMD_H

#include "base/base.h"

/* Exit codes, by contract: 0 done, 1 a gate failed, 2 the scan (or command) could not be done. */
enum { EXIT_DONE = 0, EXIT_GATE = 1, EXIT_FAILED = 2 };

/* A list is a text too: what is given several times in one place (drydock.yaml, the environment, the command line) is joined by commas. */
enum option_type { OPTION_FLAG, OPTION_TEXT, OPTION_LIST, OPTION_NUMBER, OPTION_CALL, OPTION_CALL_FLAG };

/* Where a value goes: `offset` into the command's own struct of a bool, struct str or uint64_t; or what `call` does with it. */
struct option {
    const char *name;
    char letter;          /* '\0': none */
    const char *argument; /* "FILE"; NULL for flags */
    const char *help;
    enum option_type type;
    size_t offset;
    bool (*call)(void *target, struct str value, struct error *err);
    const char *alias; /* another spelling that is accepted, Trivy's; NULL: none */
};

struct command {
    const char *group;                         /* "look", "decide", "fix", "data", "serve", "" as `drydock --help` prints them */
    const char *name;                          /* "image", "db build" */
    const char *usage;                         /* "IMAGE | --input FILE" */
    const char *summary;                       /* one line */
    const char *details;                       /* paragraphs; may be NULL */
    const char *examples;                      /* lines; may be NULL */
    const struct option *const *option_tables; /* ends with NULL; each table ends with name NULL */
    /* argv holds what follows the command's name. */
    int (*run)(const struct command *command, int argc, char **argv);
};

extern const struct command *const commands[]; /* ends with NULL */

extern const struct command image_command, rootfs_command, fs_command, repo_command, sbom_command, packages_command,
    db_build_command, db_update_command, db_info_command, cache_info_command, cache_prune_command, cache_clear_command,
    vercmp_command, version_command, completion_command, manual_command, registry_login_command, registry_logout_command;

/* ---- options ------------------------------------------------------------------------------------------------------------------- */

/* Options that every command has: --quiet, --debug, --log-format, --no-progress, --config. */
struct common_options {
    bool quiet, debug, no_progress, help;
    struct str log_format, config;
};
extern const struct option common_option_table[]; /* offsets into struct common_options, which the command's struct begins with */

/* Reads drydock.yaml, then the environment, then argv into `target` (which begins with struct common_options), moves the
 * arguments that are no options to the front of argv and counts them. Sets up the log and the progress line. False: err says
 * what was wrong; *done is set when --help was asked for and printed. */
bool options_read(const struct command *command, void *target, int *argc, char **argv, bool *done, struct error *err);

/* Prints "drydock: error: …" and gives EXIT_FAILED. */
int command_fail(const struct error *err);
int command_usage(const struct command *command, const char *fmt, ...) PRINTF_LIKE(2, 3);
void help_all(FILE *out);
void help_command(const struct command *command, FILE *out);

#endif
