/* drydock rootfs: scans a folder that is a root file system, or the running machine. */
#include "cmd/scanning.h"

static const struct option rootfs_option_table[] = {
    { "all-filesystems", '\0', NULL, "cross mount points; look into /proc, /sys and container storage too", OPTION_FLAG,
      offsetof(struct scanning, scan.other_filesystems), NULL, NULL },
    { 0 },
};

static int run(const struct command *command, int argc, char **argv)
{
    static struct scanning s;
    struct inventory inventory;
    struct error err = { 0 };
    bool done;
    if (!scanning_read(&s, command, &argc, argv, &done, &err))
        return command_fail(&err);
    if (done)
        return EXIT_DONE;
    if (argc != 1)
        return command_usage(command, argc ? "one folder at a time" : "which folder?");
    choosing_aim(&s, argv[0]);
    if (!scan_rootfs(argv[0], &s.scan, &inventory, &err))
        return command_fail(&err);
    return scanning_finish(&s, argv[0], "filesystem", &inventory);
}

static const struct option *const tables[] = { rootfs_option_table,   choosing_option_table,
                                               scanning_option_table, report_option_table,
                                               gate_option_table,     database_option_table,
                                               common_option_table,   NULL };

const struct command rootfs_command = {
    .group = "look",
    .name = "rootfs",
    .usage = "DIR",
    .summary = "The same for a root file system in a folder, or for this machine (/).",
    .details =
        "Other file systems, /proc, /sys and container storage are left out unless asked for. Without root, what may not be read is counted.",
    .examples = "  drydock rootfs /\n"
                "  drydock rootfs ./rootfs --severity HIGH,CRITICAL",
    .option_tables = tables,
    .run = run,
};
