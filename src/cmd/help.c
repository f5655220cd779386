/* Help texts, made from the tables of commands and options. */
#include "cmd/cmd.h"

#include <unistd.h>

static const struct {
    const char *name, *title;
} groups[] = {
    { "look", "Look into images" }, { "decide", "Decide" }, { "fix", "Fix" }, { "data", "Data" },
    { "serve", "Serve" },           { "", "Other" },
};

/* Writes text with its lines broken at `width` columns, later lines indented. */
static void put_wrapped(FILE *out, const char *text, size_t column, size_t indent, size_t width)
{
    struct str rest = str_from(text), word;
    bool first = true;
    while (str_next(&rest, ' ', &word)) {
        size_t n = term_columns(word);
        if (!first && column + 1 + n > width) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
            first = true;
        }
        fprintf(out, "%s%.*s", first ? "" : " ", STR_ARG(word));
        column += n + !first;
        first = false;
    }
    fputc('\n', out);
}

static size_t help_width(void)
{
    size_t width = term_width(STDOUT_FILENO);
    return width < 40 || width > 100 ? 100 : width;
}

/* Lines that are indented stay as they are; others are filled up to the width. */
static void put_paragraphs(FILE *out, const char *text)
{
    char filled[4096];
    size_t n = 0;
    for (struct str rest = str_from(text), line, next; str_line(&rest, &line);) {
        n += (size_t)snprintf(filled + n, sizeof filled - n, "%s%.*s", n ? " " : "", STR_ARG(line));
        struct str after = rest;
        bool ends = !str_line(&after, &next) || next.len == 0 || next.ptr[0] == ' ' || line.len == 0 || line.ptr[0] == ' ';
        if (!ends && n < sizeof filled / 2)
            continue;
        if (filled[0] == ' ')
            fprintf(out, "%s\n", filled);
        else
            put_wrapped(out, filled, 0, 0, help_width());
        n = 0;
    }
}

static int longest_name(void)
{
    size_t longest = 0;
    for (const struct command *const *c = commands; *c; c++)
        longest = strlen((*c)->name) > longest ? strlen((*c)->name) : longest;
    return (int)longest;
}

void help_all(FILE *out)
{
    int width = longest_name();
    fputs("Drydock lists what is inside container images, what is known to be vulnerable in it, and what to do.\n\n"
          "Usage: drydock COMMAND [OPTION…] [ARGUMENT…]\n",
          out);
    for (size_t g = 0; g < ARRAY_LEN(groups); g++) {
        bool any = false;
        for (const struct command *const *c = commands; *c; c++) {
            if (strcmp((*c)->group, groups[g].name) != 0)
                continue;
            if (!any)
                fprintf(out, "\n%s:\n", groups[g].title);
            any = true;
            fprintf(out, "  %-*s ", width, (*c)->name);
            put_wrapped(out, (*c)->summary, (size_t)width + 3, (size_t)width + 3, help_width());
        }
    }
    fputs("\nTry:\n"
          "  drydock image nginx:alpine\n"
          "  drydock image ./image.tar --severity HIGH,CRITICAL --ignore-unfixed\n"
          "\ndrydock COMMAND --help tells more of each.\n",
          out);
}

static void help_option(const struct option *o, FILE *out)
{
    char left[64];
    snprintf(left, sizeof left, "%c%c%s--%s%s%s", o->letter ? '-' : ' ', o->letter ? o->letter : ' ', o->letter ? ", " : "  ",
             o->name, o->argument ? " " : "", o->argument ? o->argument : "");
    size_t n = strlen(left);
    if (n > 30)
        fprintf(out, "  %s\n%33s", left, "");
    else
        fprintf(out, "  %-30s ", left);
    put_wrapped(out, o->help, 33, 33, help_width());
}

void help_command(const struct command *command, FILE *out)
{
    fprintf(out, "%s\n\nUsage: drydock %s [OPTION…] %s\n", command->summary, command->name, command->usage);
    if (command->details) {
        fputc('\n', out);
        put_paragraphs(out, command->details);
    }
    if (command->examples)
        fprintf(out, "\nExamples:\n%s\n", command->examples);
    fputs("\nOptions:\n", out);
    for (const struct option *const *table = command->option_tables; *table; table++)
        for (const struct option *o = *table; o->name; o++)
            help_option(o, out);
    fputs("\nEvery option can stand in drydock.yaml (list-all-pkgs: true) and in the environment (DRYDOCK_LIST_ALL_PKGS=true).\n",
          out);
}

int command_fail(const struct error *err)
{
    struct buf shown;
    buf_init(&shown, 4 * sizeof err->text);
    buf_shown(&shown, str_from(err->text));
    progress_clear();
    fprintf(stderr, "drydock: error: %.*s\n", STR_ARG(buf_view(&shown)));
    buf_free(&shown);
    return EXIT_FAILED;
}

int command_usage(const struct command *command, const char *fmt, ...)
{
    struct error err = { .kind = ERROR_USAGE };
    va_list args;
    va_start(args, fmt);
    vsnprintf(err.text, sizeof err.text, fmt, args);
    va_end(args);
    command_fail(&err);
    fprintf(stderr, "Usage: drydock %s [OPTION…] %s\nSee drydock %s --help\n", command->name, command->usage, command->name);
    return EXIT_FAILED;
}
