/* drydock image: scans an image in an archive, an OCI layout folder, or a pipe. */
#include "cmd/scanning.h"

#include <unistd.h>

static const struct option image_option_table[] = {
    { "input", '\0', "FILE", "the image archive or OCI layout folder; - reads an archive from standard input", OPTION_TEXT,
      offsetof(struct scanning, input), NULL, NULL },
    { 0 },
};

static int scan(struct scanning *s, const char *input, const char *reference)
{
    struct inventory inventory;
    struct error err = { 0 };
    s->scan.reference = str_from(reference);
    choosing_aim(s, NULL);
    bool piped = strcmp(input, "-") == 0;
    bool ok = piped ? scan_image_stream(STDIN_FILENO, "standard input", &s->scan, &inventory, &err)
                    : scan_image(input, &s->scan, &inventory, &err);
    if (!ok)
        return command_fail(&err);
    char tag[1024];
    snprintf(tag, sizeof tag, "%.*s", STR_ARG(inventory.image.name.len ? inventory.image.name : STR("standard input")));
    const char *name = piped ? tag : input;
    return scanning_finish(s, name, "container_image", &inventory);
}

/* An argument that is no path is an image reference: without --input it would have to be fetched. */
static int run_reference(const char *reference)
{
    struct arena arena;
    struct image_reference parsed;
    struct error err = { 0 };
    arena_init(&arena, "image reference", 1 << 20);
    if (access(reference, F_OK) == 0)
        error_set(&err, ERROR_USAGE, "%s: names an image in a registry; for the file or folder of that name write ./%s",
                  reference, reference);
    else if (image_reference_parse(str_from(reference), &arena, &parsed, &err))
        error_set(&err, ERROR_UNSUPPORTED,
                  "%s: images cannot be fetched from registries yet; run: docker save %s | drydock image --input -", reference,
                  reference);
    arena_free(&arena);
    return command_fail(&err);
}

static int run(const struct command *command, int argc, char **argv)
{
    static struct scanning s;
    struct error err = { 0 };
    bool done;
    if (!scanning_read(&s, command, &argc, argv, &done, &err))
        return command_fail(&err);
    if (done)
        return EXIT_DONE;
    if (argc > 1)
        return command_usage(command, "one image at a time: \"%s\" is one too many", argv[1]);
    if (s.input.len)
        return scan(&s, s.input.ptr, argc ? argv[0] : NULL);
    if (argc == 0)
        return command_usage(command, "which image?");
    if (image_argument_is_path(str_from(argv[0])))
        return scan(&s, argv[0], NULL);
    return run_reference(argv[0]);
}

static const struct option *const tables[] = { image_option_table,    image_choice_table,  choosing_option_table,
                                               scanning_option_table, report_option_table, gate_option_table,
                                               database_option_table, common_option_table, NULL };

const struct command image_command = {
    .group = "look",
    .name = "image",
    .usage = "PATH | --input FILE [REFERENCE]",
    .summary = "List what is in a container image and what is known to be vulnerable in it.",
    .details =
        "PATH starts with /, ./ or ../, or ends in .tar, .tar.gz, .tgz or .tar.zst. Archives of docker save, skopeo, buildah, podman\n"
        "and ctr are read, and OCI layouts as a folder or an archive; each may be compressed as a whole. Nothing is unpacked to disk.\n"
        "REFERENCE picks one of several images in a file.",
    .examples = "  docker save nginx:alpine | drydock image --input -\n"
                "  drydock image ./image.tar\n"
                "  drydock image ./image.tar --severity HIGH,CRITICAL --ignore-unfixed --exit-code 1\n"
                "  drydock image --input images.tar nginx:alpine --format json --output report.json",
    .option_tables = tables,
    .run = run,
};
