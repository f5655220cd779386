/* drydock image: scans images in files, in registries, in container engines: one, or many with an overview. */
#include "cmd/many.h"

#include <unistd.h>

#define AT(field) offsetof(struct image_options, field)

static bool set_sbom_sources(void *target, struct str value, struct error *err)
{
    struct image_options *o = target;
    struct str name;
    while (str_next(&value, ',', &name))
        if (!str_is(str_trim(name), "oci"))
            return error_set(err, ERROR_USAGE, "--sbom-sources: \"%.*s\" is not known here; there is: oci (the image's registry)",
                             STR_ARG(name));
    return o->attached = true;
}

static const struct option image_option_table[] = {
    { "input", '\0', "FILE", "the image archive or OCI layout folder; - reads an archive from standard input", OPTION_TEXT,
      AT(s.input), NULL, NULL },
    { "from-file", '\0', "LIST", "scan the images that this file names, one a line (-: standard input)", OPTION_LIST,
      AT(from_file), NULL, NULL },
    { "all-tags", '\0', "REPOSITORY", "scan all tags of a repository", OPTION_LIST, AT(all_tags), NULL, NULL },
    { "catalog", '\0', "REGISTRY", "scan all that a registry has, e.g. localhost:5000", OPTION_LIST, AT(catalog), NULL, NULL },
    { "only-tags", '\0', "PATTERNS", "of these two, only tags such as latest,v1.*", OPTION_LIST, AT(only_tags), NULL, NULL },
    { "sort", '\0', "KEY", "order of the overview: name, severity, fixable, size, packages, os (default: as they were named)",
      OPTION_TEXT, AT(sort), NULL, NULL },
    { "sbom-sources", '\0', "LIST",
      "oci: judge the bill of materials that is attached to the image in its registry, where there is one", OPTION_CALL, 0,
      set_sbom_sources, NULL },
    { "report-dir", '\0', "DIR", "write an overview, and into this folder a report of each image", OPTION_TEXT, AT(report_dir),
      NULL, NULL },
    { "report-format", '\0', "FORMAT", "of these reports: json (default) or table", OPTION_TEXT, AT(report_format), NULL, NULL },
    { 0 },
};

/* ---- one image ----------------------------------------------------------------------------------------------------------------- */

static bool scan_file(struct image_options *o, const struct target *target, const struct scan_options *options,
                      struct inventory *inventory, const char **name, struct error *err)
{
    bool piped = strcmp(target->input, "-") == 0;
    *name = target->name;
    if (!piped)
        return scan_image(target->input, options, inventory, err);
    if (!scan_image_stream(STDIN_FILENO, "standard input", options, inventory, err))
        return false;
    if (inventory->image.name.len && !(*name = arena_cstr(&o->s.arena, inventory->image.name))) {
        inventory_free(inventory);
        return arena_error(&o->s.arena, err);
    }
    return true;
}

static bool scan_reference(struct image_options *o, const struct target *target, const struct scan_options *options,
                           struct inventory *inventory, const char **name, struct error *err)
{
    struct image_source source;
    if (!sources_open(&o->s.sources, target->reference, options->platform, &source, err))
        return false;
    *name = target->reference.len ? target->name : arena_cstr(&o->s.arena, source.name);
    bool ok = *name ? scan_image_source(&source, options, inventory, err) : arena_error(&o->s.arena, err);
    sources_close(&source);
    return ok;
}

/* Where no image has the name, but a file has. */
static bool hint_at_file(const char *name, struct error *err)
{
    size_t length = strlen(err->text);
    if (access(name, F_OK) == 0 && !interrupted())
        snprintf(err->text + length, sizeof err->text - length, "; for the file or folder of that name write ./%s", name);
    return false;
}

bool image_scan(struct image_options *o, const struct target *target, struct str platform, struct inventory *inventory,
                const char **name, struct error *err)
{
    struct scan_options options = o->s.scan;
    if (target->input) {
        options.reference = platform.len ? platform : target->reference;
        return scan_file(o, target, &options, inventory, name, err);
    }
    if (o->attached && !platform.len && target->reference.len) {
        bool found;
        *name = target->name;
        if (!attached_scan(o, target, inventory, &found, err) || found)
            return found;
    }
    options.reference = platform;
    return scan_reference(o, target, &options, inventory, name, err) || hint_at_file(target->name, err);
}

/* Engines keep one platform of an image, so that the registry is asked unless the user says otherwise. */
bool image_choices(struct image_options *o, const struct target *target, struct image_choice **out, size_t *count,
                   struct error *err)
{
    struct image_source source;
    struct scan_options options = o->s.scan;
    options.reference = target->input ? target->reference : (struct str){ 0 };
    if (target->input && strcmp(target->input, "-") == 0)
        return error_set(err, ERROR_USAGE, "--platform all reads the image more than once: write it to a file first");
    if (target->input)
        return scan_image_choices(target->input, &options, &o->s.arena, out, count, err);
    if (!o->s.sources.order.len)
        o->s.sources.order = STR("remote");
    if (!sources_open(&o->s.sources, target->reference, options.platform, &source, err))
        return false;
    bool ok = source.archive
                  ? error_set(err, ERROR_UNSUPPORTED, "%s: %s keeps one platform of an image; --image-src remote has all",
                              target->name, source.kind)
                  : scan_source_choices(&source, &options, &o->s.arena, out, count, err);
    sources_close(&source);
    return ok;
}

/* ---- the command ---------------------------------------------------------------------------------------------------------------- */

static int run_one(struct image_options *o)
{
    struct inventory inventory;
    struct error err = { 0 };
    const char *name;
    if (!image_scan(o, &o->targets[0], (struct str){ 0 }, &inventory, &name, &err))
        return command_fail(&err);
    return scanning_finish(&o->s, name, "container_image", &inventory);
}

static int run(const struct command *command, int argc, char **argv)
{
    static struct image_options o;
    struct error err = { 0 };
    bool done;
    if (!scanning_read(&o.s, command, &argc, argv, &done, &err))
        return command_fail(&err);
    if (done)
        return EXIT_DONE;
    if (argc == 0 && !o.s.input.len && !o.s.sources.daemon.container.len && !o.from_file.len && !o.all_tags.len && !o.catalog.len)
        return command_usage(command, "which image?");
    choosing_aim(&o.s, NULL);
    int code;
    if (!many_check(&o, &err) || !sources_begin(&o.s.sources, &err) || !scanning_open_cache(&o.s, &err) ||
        !targets_gather(&o, argc, argv, &err))
        code = command_fail(&err);
    else
        code = targets_are_many(&o) ? many_run(&o) : run_one(&o);
    sources_end(&o.s.sources);
    return code;
}

static const struct option *const tables[] = { image_option_table,    source_option_table, registry_option_table,
                                               image_choice_table,    cache_option_table,  choosing_option_table,
                                               scanning_option_table, report_option_table, gate_option_table,
                                               database_option_table, common_option_table, NULL };

const struct command image_command = {
    .group = "look",
    .name = "image",
    .usage = "IMAGE… | PATH… | --input FILE [REFERENCE]",
    .summary = "List what is in a container image and what is known to be vulnerable in it.",
    .details =
        "An IMAGE is looked for in Docker, Podman and containerd on this machine, then in its registry, whose layers are scanned while they\n"
        "arrive; nothing is unpacked to disk, and what was scanned before is not fetched again. Credentials are those of docker login.\n"
        "PATH starts with /, ./ or ../, or ends in .tar, .tar.gz, .tgz or .tar.zst. Archives of docker save, skopeo, buildah, podman\n"
        "and ctr are read, and OCI layouts as a folder or an archive; each may be compressed as a whole.\n"
        "REFERENCE picks one of several images in a file.\n"
        "Of several images, or with --platform all, an overview is written, with a row for each.",
    .examples = "  drydock image nginx:alpine\n"
                "  drydock image python:3.11-slim --severity HIGH,CRITICAL --ignore-unfixed --exit-code 1\n"
                "  docker save nginx:alpine | drydock image --input -\n"
                "  drydock image ./image.tar --format json --output report.json\n"
                "  drydock image --container web\n"
                "  drydock image python:3.11-slim --platform all\n"
                "  drydock image --catalog localhost:5000 --only-tags latest --sort severity --format html --output all.html\n"
                "  drydock image --from-file images.txt --report-dir reports",
    .option_tables = tables,
    .run = run,
};
