/* drydock sbom: judges what a software bill of materials lists. */
#include "cmd/scanning.h"

/* The format's name stands in the notes. */
static void artifact_type(const struct inventory *inventory, char out[static 64])
{
    snprintf(out, 64, "sbom");
    for (size_t i = 0; i < inventory->note_count; i++)
        if (str_is(inventory->notes[i].key, "sbom"))
            snprintf(out, 64, "%.*s", STR_ARG(inventory->notes[i].value));
}

static int run(const struct command *command, int argc, char **argv)
{
    static struct scanning s;
    struct inventory inventory;
    struct error err = { 0 };
    bool done;
    char type[64];
    if (!scanning_read(&s, command, &argc, argv, &done, &err))
        return command_fail(&err);
    if (done)
        return EXIT_DONE;
    if (argc == 0)
        return command_usage(command, "which file?");
    if (argc > 1)
        return command_usage(command, "one file at a time: \"%s\" is one too many", argv[1]);
    choosing_aim(&s, NULL);
    if (!scan_sbom(argv[0], &s.scan, &inventory, &err))
        return command_fail(&err);
    artifact_type(&inventory, type);
    return scanning_finish(&s, strcmp(argv[0], "-") == 0 ? "standard input" : argv[0], type, &inventory);
}

static const struct option *const tables[] = { choosing_option_table,
                                               scanning_option_table,
                                               report_option_table,
                                               gate_option_table,
                                               database_option_table,
                                               common_option_table,
                                               NULL };

const struct command sbom_command = {
    .group = "look",
    .name = "sbom",
    .usage = "FILE | -",
    .summary = "The same for a software bill of materials: what of all that it lists is known to be vulnerable.",
    .details =
        "FILE may be CycloneDX (JSON, XML), SPDX 2 (JSON, tag-value, YAML) or SPDX 3 (JSON), a JSON report of Syft, Trivy or Drydock, a\n"
        "GitHub dependency snapshot, or an in-toto attestation around one of these (a DSSE envelope, a Sigstore bundle, or one a line as\n"
        "cosign prints them; signatures are not checked). It may be compressed with gzip or zstd. - reads standard input.\n"
        "The document is taken at its word; what it names and is not judged is told in warnings.",
    .examples = "  drydock sbom app.cdx.json\n"
                "  syft nginx:alpine -o spdx-json | drydock sbom - --fail-on HIGH,fixable\n"
                "  cosign download attestation registry.example/app | drydock sbom - --format json",
    .option_tables = tables,
    .run = run,
};
