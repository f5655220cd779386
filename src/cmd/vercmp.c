/* drydock vercmp: the order of two versions in a scheme, for people and for the tests that hold schemes to their reference
 * programs. */
#include <stdlib.h>

#include "cmd/cmd.h"
#include "version/version.h"

struct vercmp_options {
    struct common_options common;
};

static char sign_of(int order)
{
    return order < 0 ? '<' : order > 0 ? '>' : '=';
}

static void list_schemes(FILE *out)
{
    for (const struct version_scheme *const *scheme = version_schemes(); *scheme; scheme++)
        fprintf(out, "%s%s", (*scheme)->name, scheme[1] ? " " : "\n");
}

static const struct version_scheme *find_scheme(const char *name, struct error *err)
{
    const struct version_scheme *scheme = version_scheme_find(str_from(name));
    if (scheme)
        return scheme;
    error_set(err, ERROR_USAGE, "\"%s\" is not a version scheme; the schemes are:", name);
    for (const struct version_scheme *const *each = version_schemes(); *each; each++) {
        size_t used = strlen(err->text);
        snprintf(err->text + used, sizeof err->text - used, " %s", (*each)->name);
    }
    return NULL;
}

/* Pairs by tab, one a line; one sign a line, '!' where one of the two is not a version. */
static int compare_lines(const struct version_scheme *scheme)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t got;
    while ((got = getline(&line, &room, stdin)) > 0) {
        struct str pair = str_make(line, (size_t)got), a, b;
        int order;
        if (pair.ptr[pair.len - 1] == '\n')
            pair.len--;
        bool ok = str_cut(pair, '\t', &a, &b) && version_compare(scheme, a, b, &order);
        putchar(ok ? sign_of(order) : '!');
        putchar('\n');
    }
    free(line);
    struct error err = { 0 };
    if (ferror(stdin) || fflush(stdout) != 0) {
        error_system(&err, "vercmp");
        return command_fail(&err);
    }
    return EXIT_DONE;
}

static int compare_two(const struct version_scheme *scheme, const char *a, const char *b)
{
    struct error err = { 0 };
    int order;
    if (version_compare(scheme, str_from(a), str_from(b), &order)) {
        printf("%c\n", sign_of(order));
        return EXIT_DONE;
    }
    const char *bad = version_compare(scheme, str_from(a), str_from(a), &order) ? b : a;
    error_set(&err, ERROR_USAGE, "\"%s\" is not a %s version", bad, scheme->name);
    return command_fail(&err);
}

static int run(const struct command *command, int argc, char **argv)
{
    struct vercmp_options options = { 0 };
    struct error err = { 0 };
    bool done = false;
    if (!options_read(command, &options, &argc, argv, &done, &err))
        return command_fail(&err);
    if (done) {
        printf("\nSchemes: ");
        list_schemes(stdout);
        return EXIT_DONE;
    }
    bool lines = argc == 2 && strcmp(argv[1], "-") == 0;
    if (argc != 3 && !lines)
        return command_usage(command, "vercmp takes a scheme and two versions, or a scheme and \"-\"");
    const struct version_scheme *scheme = find_scheme(argv[0], &err);
    if (!scheme)
        return command_fail(&err);
    return lines ? compare_lines(scheme) : compare_two(scheme, argv[1], argv[2]);
}

static const struct option *const tables[] = { common_option_table, NULL };

const struct command vercmp_command = {
    .group = "data",
    .name = "vercmp",
    .usage = "SCHEME VERSION VERSION | SCHEME -",
    .summary = "Compare two versions as a package manager does: prints <, = or >.",
    .details = "With \"-\" pairs are read from standard input, two versions and a tab between them a line, and one sign is\n"
               "printed a line, \"!\" where one of the two is not a version of the scheme.",
    .examples = "drydock vercmp dpkg 1.0~rc1 1.0\n"
                "printf '1.0.0-rc.1\\t1.0.0\\n' | drydock vercmp npm -",
    .option_tables = tables,
    .run = run,
};
