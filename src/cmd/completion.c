/* drydock completion: shell completion, written from the tables of commands and options. */
#include "cmd/cmd.h"

struct shell {
    const char *name;
    void (*write)(FILE *out);
};

/* Calls put for each option of a command. */
static void each_option(const struct command *command, void (*put)(const struct command *, const struct option *, FILE *),
                        FILE *out)
{
    for (const struct option *const *table = command->option_tables; *table; table++)
        for (const struct option *o = *table; o->name; o++)
            put(command, o, out);
}

/* ---- bash ---------------------------------------------------------------------------------------------------------------------------- */

static void put_bash_option(const struct command *command, const struct option *o, FILE *out)
{
    (void)command;
    fprintf(out, " --%s", o->name);
}

static void write_bash(FILE *out)
{
    fputs("_drydock() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} options=\n"
          "    case $command in db) command=\"$command ${COMP_WORDS[2]}\" ;; esac\n"
          "    case $command in\n",
          out);
    for (const struct command *const *c = commands; *c; c++) {
        fprintf(out, "    '%s') options='", (*c)->name);
        each_option(*c, put_bash_option, out);
        fputs("' ;;\n", out);
    }
    fputs("    esac\n"
          "    if [ \"$COMP_CWORD\" = 1 ]; then COMPREPLY=($(compgen -W '",
          out);
    for (const struct command *const *c = commands; *c; c++)
        if (!strchr((*c)->name, ' '))
            fprintf(out, "%s ", (*c)->name);
    fputs(
        "db --help --version' -- \"$word\"))\n"
        "    elif [ \"$COMP_CWORD\" = 2 ] && [ \"${COMP_WORDS[1]}\" = db ]; then COMPREPLY=($(compgen -W 'build info' -- \"$word\"))\n"
        "    elif [[ $word == -* ]]; then COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
        "    else COMPREPLY=($(compgen -f -- \"$word\"))\n"
        "    fi\n"
        "}\n"
        "complete -o filenames -F _drydock drydock\n",
        out);
}

/* ---- zsh ------------------------------------------------------------------------------------------------------------------------------ */

/* Text inside single quotes and brackets of an _arguments specification. */
static void put_zsh_text(const char *text, FILE *out)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", out);
        else if (strchr("[]:\\", *text))
            fprintf(out, "\\%c", *text);
        else
            fputc(*text, out);
    }
}

static void put_zsh_option(const struct command *command, const struct option *o, FILE *out)
{
    (void)command;
    fprintf(out, " '--%s%s[", o->name, o->argument ? "=" : "");
    put_zsh_text(o->help, out);
    fprintf(out, "]%s'", o->argument ? ":value:_files" : "");
}

static void write_zsh(FILE *out)
{
    fputs(
        "#compdef drydock\n_drydock() {\n    local command=$words[2]\n    [[ $command == db ]] && command=\"$command $words[3]\"\n"
        "    if (( CURRENT == 2 )); then\n        local -a names=(",
        out);
    for (const struct command *const *c = commands; *c; c++)
        if (!strchr((*c)->name, ' ')) {
            fprintf(out, " '%s:", (*c)->name);
            put_zsh_text((*c)->summary, out);
            fputc('\'', out);
        }
    fputs(" 'db:Databases')\n        _describe command names\n        return\n    fi\n"
          "    if (( CURRENT == 3 )) && [[ $words[2] == db ]]; then\n        _values command build info\n        return\n    fi\n"
          "    case $command in\n",
          out);
    for (const struct command *const *c = commands; *c; c++) {
        fprintf(out, "    '%s') _arguments", (*c)->name);
        each_option(*c, put_zsh_option, out);
        fputs(" '*:file:_files' ;;\n", out);
    }
    fputs("    esac\n}\n_drydock \"$@\"\n", out);
}

/* ---- fish ----------------------------------------------------------------------------------------------------------------------------- */

static void put_fish_text(const char *text, FILE *out)
{
    for (; *text; text++)
        fprintf(out, *text == '\'' || *text == '\\' ? "\\%c" : "%c", *text);
}

static void put_fish_option(const struct command *command, const struct option *o, FILE *out)
{
    struct str first, second;
    bool two = str_cut(str_from(command->name), ' ', &first, &second);
    fprintf(out, "complete -c drydock -n '__fish_seen_subcommand_from %.*s%s%.*s' -l %s", STR_ARG(first),
            two ? "; and __fish_seen_subcommand_from " : "", STR_ARG(second), o->name);
    if (o->letter)
        fprintf(out, " -s %c", o->letter);
    fprintf(out, "%s -d '", o->argument ? " -r" : "");
    put_fish_text(o->help, out);
    fputs("'\n", out);
}

static void write_fish(FILE *out)
{
    for (const struct command *const *c = commands; *c; c++) {
        struct str first, second;
        bool two = str_cut(str_from((*c)->name), ' ', &first, &second);
        fprintf(out, "complete -c drydock -f -n '%s%.*s' -a %.*s -d '",
                two ? "__fish_seen_subcommand_from " : "__fish_use_subcommand", STR_ARG(two ? first : (struct str){ 0 }),
                STR_ARG(two ? second : first));
        put_fish_text((*c)->summary, out);
        fputs("'\n", out);
        each_option(*c, put_fish_option, out);
    }
    fputs("complete -c drydock -f -n __fish_use_subcommand -a db -d 'Databases'\n", out);
}

static const struct shell shells[] = { { "bash", write_bash }, { "zsh", write_zsh }, { "fish", write_fish } };

static int run(const struct command *command, int argc, char **argv)
{
    struct common_options options = { 0 };
    struct error err = { 0 };
    bool done;
    if (!options_read(command, &options, &argc, argv, &done, &err))
        return command_fail(&err);
    if (done)
        return EXIT_DONE;
    for (size_t i = 0; argc == 1 && i < ARRAY_LEN(shells); i++)
        if (strcmp(argv[0], shells[i].name) == 0) {
            shells[i].write(stdout);
            return EXIT_DONE;
        }
    return command_usage(command, "for which shell? bash, zsh or fish");
}

static const struct option *const tables[] = { common_option_table, NULL };

const struct command completion_command = {
    .group = "",
    .name = "completion",
    .usage = "bash|zsh|fish",
    .summary = "Print a completion script for a shell.",
    .examples = "  drydock completion bash > /etc/bash_completion.d/drydock",
    .option_tables = tables,
    .run = run,
};
