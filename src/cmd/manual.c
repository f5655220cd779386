/* drydock manual: the man page, written from the tables of commands and options (man(7) macros). */
#include "cmd/cmd.h"

/* Escapes what roff would take for a request or a hyphenation. */
static void put_roff(const char *text, FILE *out)
{
    bool line_start = true;
    for (; *text; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else
            fputc(*text, out);
        line_start = *text == '\n';
    }
    fputc('\n', out);
}

static void put_option(const struct option *o, FILE *out)
{
    fputs(".TP\n.B ", out);
    if (o->letter)
        fprintf(out, "\\-%c, ", o->letter);
    fputs("\\-\\-", out);
    for (const char *p = o->name; *p; p++)
        fprintf(out, *p == '-' ? "\\-" : "%c", *p);
    if (o->argument)
        fprintf(out, " \\fI%s\\fR", o->argument);
    fputc('\n', out);
    put_roff(o->help, out);
}

static void put_command(const struct command *command, FILE *out)
{
    fprintf(out, ".SS drydock %s %s\n", command->name, command->usage);
    put_roff(command->summary, out);
    if (command->details) {
        fputs(".PP\n", out);
        put_roff(command->details, out);
    }
    for (const struct option *const *table = command->option_tables; *table; table++)
        for (const struct option *o = *table; *table != common_option_table && o->name; o++)
            put_option(o, out);
    if (command->examples) {
        fputs(".PP\nExamples:\n.nf\n", out);
        put_roff(command->examples, out);
        fputs(".fi\n", out);
    }
}

static void write_manual(FILE *out)
{
    fprintf(out, ".TH DRYDOCK 1 \"\" \"drydock %s\" \"User Commands\"\n.SH NAME\n", DRYDOCK_VERSION);
    fputs("drydock \\- lists what is in container images and what is known to be vulnerable in it\n.SH SYNOPSIS\n.B drydock\n"
          "\\fICOMMAND\\fR [\\fIOPTION\\fR…] [\\fIARGUMENT\\fR…]\n.SH COMMANDS\n",
          out);
    for (const struct command *const *c = commands; *c; c++)
        put_command(*c, out);
    fputs(".SH COMMON OPTIONS\n", out);
    for (const struct option *o = common_option_table; o->name; o++)
        put_option(o, out);
    fputs(
        ".SH EXIT STATUS\n.TP\n.B 0\nDone, and every gate passed.\n.TP\n.B 1\nA gate failed (\\-\\-fail\\-on; \\-\\-exit\\-code N gives N).\n"
        ".TP\n.B 2\nThe scan could not be done, is incomplete, or a gate had no data to judge by.\n"
        ".SH ENVIRONMENT\nEvery option can be given as DRYDOCK_ and its name in capitals, with _ for \\-: DRYDOCK_LIST_ALL_PKGS=true.\n"
        ".TP\n.B DRYDOCK_CACHE_DIR\nFolder for databases and for inventories of layers that were scanned (default: ~/.cache/drydock).\n"
        ".TP\n.B TMPDIR\nFolder for unlinked temporary files.\n.TP\n.B NO_COLOR\nNo colour.\n"
        ".TP\n.B SOURCE_DATE_EPOCH\nThe time that reports print.\n"
        ".SH FILES\n.TP\n.B drydock.yaml\nOptions, read from the working directory: \"severity: [HIGH, CRITICAL]\".\n",
        out);
}

static int run(const struct command *command, int argc, char **argv)
{
    struct common_options options = { 0 };
    struct error err = { 0 };
    bool done;
    if (!options_read(command, &options, &argc, argv, &done, &err))
        return command_fail(&err);
    if (!done)
        write_manual(stdout);
    return EXIT_DONE;
}

static const struct option *const tables[] = { common_option_table, NULL };

const struct command manual_command = {
    .group = "",
    .name = "manual",
    .usage = "",
    .summary = "Print the man page (drydock manual | man -l -).",
    .option_tables = tables,
    .run = run,
};
