/* drydock packages: lists what is in an image (a file, or by its name), a root file system or a source tree, without judging it. */
#include "cmd/scanning.h"

#include <sys/stat.h>
#include <unistd.h>

struct packages_options {
    struct scanning s; /* first */
    struct str as, why;
    bool tree, unexplained, changed;
};

struct target {
    const char *argument; /* a path or the name of an image; NULL: --container */
    const char *name, *type;
};

#define AT(field) offsetof(struct packages_options, field)

static bool set_form(void *target, struct str value, struct error *err)
{
    if (!str_is(value, "table") && !str_is(value, "json"))
        return error_set(err, ERROR_USAGE, "--format: \"%.*s\" is no format of lists; there are: table, json", STR_ARG(value));
    ((struct packages_options *)target)->s.format = value;
    return true;
}

static bool set_as(void *target, struct str value, struct error *err)
{
    if (!str_is(value, "image") && !str_is(value, "rootfs") && !str_is(value, "fs"))
        return error_set(err, ERROR_USAGE, "--as: \"%.*s\" is none of image, rootfs, fs", STR_ARG(value));
    ((struct packages_options *)target)->as = value;
    return true;
}

static const struct option packages_option_table[] = {
    { "tree", '\0', NULL, "as a tree of dependencies", OPTION_FLAG, AT(tree), NULL, "dependency-tree" },
    { "why", '\0', "NAME", "show every way that leads to this package: NAME or NAME@VERSION", OPTION_TEXT, AT(why), NULL, NULL },
    { "unexplained", '\0', NULL, "list the executables that no package explains", OPTION_FLAG, AT(unexplained), NULL, NULL },
    { "changed", '\0', NULL, "list files of packages that are gone or changed (with --integrity: their contents too)",
      OPTION_FLAG, AT(changed), NULL, NULL },
    { "as", '\0', "KIND", "what is meant: image (by its name, where that is no path), rootfs or fs (default: by what lies there)",
      OPTION_CALL, 0, set_as, NULL },
    { "input", '\0', "FILE", "an image archive or OCI layout folder; - reads an archive from standard input", OPTION_TEXT,
      AT(s.input), NULL, NULL },
    { "format", 'f', "FORMAT", "table (default) or json, the report without findings", OPTION_CALL, 0, set_form, NULL },
    { "output", 'o', "FILE", "write the list to FILE", OPTION_TEXT, AT(s.output), NULL, NULL },
    { "cache-dir", '\0', "DIR", "folder for inventories (default: ~/.cache/drydock)", OPTION_TEXT, AT(s.cache_dir), NULL, NULL },
    { 0 },
};

static bool holds(const char *folder, const char *name)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/%s", folder, name);
    return n > 0 && (size_t)n < sizeof path && access(path, F_OK) == 0;
}

/* A folder is an image layout, a root file system or a source tree by what lies in it; a file is an image's archive, unless its
 * name is that of a lock file and the like. */
static struct str guess(const char *path)
{
    static const char *const of_images[] = { "oci-layout", "index.json", "manifest.json" };
    static const char *const of_systems[] = { "etc/os-release", "usr/lib/os-release", "var/lib/dpkg", "lib/apk", "var/lib/rpm" };
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return catalog_claim(path_base(str_from(path))) ? STR("fs") : STR("image");
    if (holds(path, of_images[0]) && holds(path, of_images[1]))
        return STR("image");
    for (size_t i = 0; i < ARRAY_LEN(of_systems); i++)
        if (holds(path, of_systems[i]))
            return STR("rootfs");
    return holds(path, of_images[2]) && holds(path, "version") ? STR("image") : STR("fs");
}

/* What is no path by its form, and where nothing lies, is the name of an image. */
static bool is_reference(const struct packages_options *o, const char *argument)
{
    struct str text = str_from(argument);
    if (o->s.input.len || image_argument_is_path(text))
        return false;
    if (o->as.len)
        return str_is(o->as, "image");
    return access(argument, F_OK) != 0 && !catalog_claim(path_base(text));
}

static bool scan_reference(struct packages_options *o, struct target *what, struct inventory *inventory, struct error *err)
{
    struct image_source source;
    choosing_aim(&o->s, NULL);
    if (!sources_open(&o->s.sources, str_from(what->argument), o->s.scan.platform, &source, err))
        return false;
    what->name = what->argument ? what->argument : arena_cstr(&o->s.arena, source.name);
    bool ok = what->name ? scan_image_source(&source, &o->s.scan, inventory, err) : arena_error(&o->s.arena, err);
    sources_close(&source);
    return ok;
}

static bool scan(struct packages_options *o, struct target *what, struct inventory *inventory, struct error *err)
{
    const char *path = what->argument;
    if (!path || is_reference(o, path)) {
        bool may_be_path = path && !o->as.len && !strpbrk(path, "/:@");
        if (scan_reference(o, what, inventory, err))
            return true;
        return may_be_path ? error_wrap(err, "%s is no file or folder here, and as the name of an image", path) : false;
    }
    struct str as = o->as.len ? o->as : guess(path);
    bool piped = strcmp(path, "-") == 0 && o->s.input.len;
    bool is_image = piped || str_is(as, "image");
    what->name = piped ? "standard input" : path;
    what->type = is_image ? "container_image" : "filesystem";
    if (!is_image && str_is(as, "fs"))
        return scanning_tree(&o->s, path, inventory, err);
    choosing_aim(&o->s, is_image ? NULL : path);
    if (piped)
        return scan_image_stream(STDIN_FILENO, "standard input", &o->s.scan, inventory, err);
    return is_image ? scan_image(path, &o->s.scan, inventory, err) : scan_rootfs(path, &o->s.scan, inventory, err);
}

static bool write_list(struct packages_options *o, const char *name, const char *type, struct inventory *inventory,
                       struct arena *arena, struct buf *out, struct error *err)
{
    struct matches groups;
    struct match_options options = { .artifact = str_from(name), .comprehensive = !str_is(o->s.format, "json") };
    if (!match_resolve_jars(NULL, inventory, err) || !match_inventory(NULL, inventory, &options, arena, &groups, err))
        return false;
    if (str_is(o->s.format, "json")) {
        struct report report = { .artifact_name = str_from(name),
                                 .artifact_type = str_from(type),
                                 .inventory = inventory,
                                 .matches = &groups,
                                 .list_all_packages = true,
                                 .database = STR("none"),
                                 .now_s = o->s.now_s };
        return report_format_find(o->s.format)->write(&report, out, err);
    }
    struct listing listing = { .inventory = inventory, .groups = &groups, .why = o->why };
    listing.form = o->why.len       ? LISTING_WHY
                   : o->tree        ? LISTING_TREE
                   : o->unexplained ? LISTING_UNEXPLAINED
                   : o->changed     ? LISTING_CHANGES
                                    : LISTING_TABLE;
    if (o->s.output.len == 0) {
        listing.width = term_is_tty(STDOUT_FILENO) ? term_width(STDOUT_FILENO) : 0;
        listing.color = term_color(STDOUT_FILENO);
    }
    return listing_write(&listing, out, err);
}

static int list(struct packages_options *o, const char *argument)
{
    struct inventory inventory;
    struct error err = { 0 };
    struct arena arena;
    struct buf text;
    struct target what = { .argument = argument, .type = "container_image" };
    if (!scan(o, &what, &inventory, &err))
        return command_fail(&err);
    arena_init(&arena, "list of packages", (size_t)1 << 30);
    buf_init(&text, (size_t)2 << 30);
    for (size_t i = 0; i < inventory.warning_count; i++)
        log_warn("%.*s: %.*s", STR_ARG(inventory.warnings[i].path), STR_ARG(inventory.warnings[i].text));
    bool ok = choosing_apply(&o->s, &inventory, &err) && scanning_set_distro(&o->s, &inventory, &err) &&
              write_list(o, what.name, what.type, &inventory, &arena, &text, &err) && scanning_write(&o->s, &text, &err);
    bool incomplete = inventory.incomplete;
    buf_free(&text);
    arena_free(&arena);
    inventory_free(&inventory);
    if (!ok)
        return command_fail(&err);
    return incomplete && !o->s.policy.allow_incomplete ? EXIT_FAILED : EXIT_DONE;
}

static int run(const struct command *command, int argc, char **argv)
{
    static struct packages_options o;
    struct error err = { 0 };
    bool done;
    if (!scanning_read(&o.s, command, &argc, argv, &done, &err))
        return command_fail(&err);
    if (done)
        return EXIT_DONE;
    if ((o.why.len > 0) + o.tree + o.unexplained + o.changed > 1)
        return command_usage(command, "--tree, --why, --unexplained and --changed are different lists: one at a time");
    if (argc + (o.s.input.len > 0) + (o.s.sources.daemon.container.len > 0) != 1)
        return command_usage(command, argc ? "one image or path at a time" : "which image, root file system or source tree?");
    if (o.s.all_platforms)
        return command_usage(command, "--platform all is for drydock image, which compares them; here one platform at a time");
    int code = sources_begin(&o.s.sources, &err) && scanning_open_cache(&o.s, &err) ? list(&o, argc ? argv[0] : o.s.input.ptr)
                                                                                    : command_fail(&err);
    sources_end(&o.s.sources);
    scanning_end(&o.s);
    return code;
}

static const struct option *const tables[] = { packages_option_table, source_option_table, registry_option_table,
                                               image_choice_table,    cache_option_table,  choosing_option_table,
                                               scanning_option_table, common_option_table, NULL };

const struct command packages_command = {
    .group = "look",
    .name = "packages",
    .usage = "IMAGE | PATH | --input FILE",
    .summary = "List the packages alone: as a table, a dependency tree, or what leads to one of them.",
    .details =
        "PATH is an image (archive or OCI layout), a root file system or a source tree; where nothing lies at that path, it is the\n"
        "name of an image, which is looked for as drydock image does. Nothing is judged, and no database is needed. --unexplained\n"
        "lists the executables in an image that no package accounts for; --changed the files of packages that were removed or\n"
        "replaced.",
    .examples = "  drydock packages nginx:alpine\n"
                "  drydock packages ./image.tar\n"
                "  drydock packages . --tree --include-dev-deps\n"
                "  drydock packages ./image.tar --why openssl\n"
                "  drydock packages ./image.tar --unexplained",
    .option_tables = tables,
    .run = run,
};
