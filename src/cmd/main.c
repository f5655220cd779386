/* Finds the command by its name (one word, or two as in "db build") and runs it. */
#include "cmd/cmd.h"

#include <signal.h>

static const struct command *find_command(int argc, char **argv, int *words)
{
    for (const struct command *const *c = commands; *c; c++) {
        struct str first, second;
        bool two = str_cut(str_from((*c)->name), ' ', &first, &second);
        *words = two ? 2 : 1;
        if (argc > *words && str_is(first, argv[1]) && (!two || str_is(second, argv[2])))
            return *c;
    }
    return NULL;
}

static int unknown_command(int argc, char **argv)
{
    bool is_group = false;
    for (const struct command *const *c = commands; *c; c++) {
        struct str first, second;
        if (str_cut(str_from((*c)->name), ' ', &first, &second) && str_is(first, argv[1])) {
            if (!is_group)
                fprintf(stderr, "drydock: error: %s needs one of its subcommands:\n", argv[1]);
            is_group = true;
            fprintf(stderr, "  drydock %-12s %s\n", (*c)->name, (*c)->summary);
        }
    }
    if (!is_group)
        fprintf(stderr, "drydock: error: there is no command \"%s\"; see drydock --help\n", argv[argc > 1 ? 1 : 0]);
    return EXIT_FAILED;
}

int main(int argc, char **argv)
{
    int words;
    signal(SIGPIPE, SIG_IGN); /* a reader that goes away is an error of the write, not the end of the program */
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        const struct command *asked = argc > 2 ? find_command(argc - 1, argv + 1, &words) : NULL;
        if (asked)
            help_command(asked, stdout);
        else
            help_all(argc < 2 ? stderr : stdout);
        return argc < 2 ? EXIT_FAILED : EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-v") == 0)
        return version_command.run(&version_command, 0, argv + 2);
    const struct command *command = find_command(argc, argv, &words);
    if (!command)
        return unknown_command(argc, argv);
    interrupt_catch();
    int code = command->run(command, argc - 1 - words, argv + 1 + words);
    interrupt_raise();
    return code;
}
