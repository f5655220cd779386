/* drydock fs: scans a source tree, by its lock files and manifests. */
#include "cmd/scanning.h"

#include <sys/stat.h>

/* A lone file is scanned as a folder that holds nothing else. */
static bool scan_file(struct scanning *s, const char *path, struct inventory *inventory, struct error *err)
{
    struct str whole = str_from(path), folder = path_dir(whole);
    char parent[4096];
    s->scan.only_file = path_base(whole);
    snprintf(parent, sizeof parent, "%.*s", STR_ARG(folder.len ? folder : whole.ptr[0] == '/' ? STR("/") : STR(".")));
    if (!scan_rootfs(parent, &s->scan, inventory, err))
        return false;
    if (inventory->package_count == 0 && inventory->warning_count == 0)
        log_warn("%s: nothing here reads files of this name; an image's archive is scanned by drydock image", path);
    return true;
}

bool scanning_tree(struct scanning *s, const char *path, struct inventory *inventory, struct error *err)
{
    struct stat st;
    s->scan.source_tree = true;
    choosing_aim(s, path);
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
        return scan_file(s, path, inventory, err);
    return scan_rootfs(path, &s->scan, inventory, err);
}

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
        return command_usage(command, argc ? "one folder or file at a time" : "which folder or file?");
    if (!scanning_tree(&s, argv[0], &inventory, &err))
        return command_fail(&err);
    return scanning_finish(&s, argv[0], "filesystem", &inventory);
}

static const struct option *const tables[] = { choosing_option_table,
                                               scanning_option_table,
                                               report_option_table,
                                               gate_option_table,
                                               database_option_table,
                                               common_option_table,
                                               NULL };

const struct command fs_command = {
    .group = "look",
    .name = "fs",
    .usage = "DIR | FILE",
    .summary = "The same for a source tree: what its lock files and manifests name.",
    .details =
        "Lock files are read (package-lock.json, poetry.lock, go.mod, pom.xml, Cargo.lock …), and archives and programs that lie\n"
        "about. An installed tree beside its lock file (node_modules, a virtual environment) is not listed again. .git is left\n"
        "out; links are not followed.",
    .examples = "  drydock fs .\n"
                "  drydock fs . --include-dev-deps --skip-dirs '**/testdata' --format json\n"
                "  drydock fs ./package-lock.json --exit-code 1 --severity CRITICAL",
    .option_tables = tables,
    .run = run,
};
