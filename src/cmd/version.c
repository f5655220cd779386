/* drydock version: what was built, and which walls stand around the workers on this system. */
#include "cmd/cmd.h"
#include "scan/scan.h"

static int run(const struct command *command, int argc, char **argv)
{
    (void)command;
    (void)argc;
    (void)argv;
    printf("drydock %s\nworkers: %s\nbuilt with:%s\n", DRYDOCK_VERSION, scan_sandbox(), DRYDOCK_FEATURES);
    return EXIT_DONE;
}

static const struct option *const tables[] = { NULL };

const struct command version_command = {
    .group = "",
    .name = "version",
    .usage = "",
    .summary = "Show the version, and how the workers that read images are confined here.",
    .option_tables = tables,
    .run = run,
};
