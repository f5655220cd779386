/* Versions that scripts and archives of scripts tell of themselves (versions_table.c): Composer, WP-CLI, Elixir, and the file in
 * which Erlang keeps its version. */
#include "catalog/kinds.h"
#include "catalog/program/versions.h"

static const struct catalog_claim claims[] = {
    { "**/composer", NULL },   { "**/composer.phar", NULL }, { "**/wp", NULL }, { "**/wp-cli.phar", NULL },
    { "**/bin/elixir", NULL }, { "**/OTP_VERSION", NULL },   { NULL, NULL },
};

bool versions_is_program(const struct catalog_file *file, struct catalog_facts *facts, bool *ok)
{
    char head[4];
    struct error err = { 0 };
    if (!blob_read(file->blob, 0, head, sizeof head, &err) || !catalog_is_program(str_make(head, sizeof head)))
        return false;
    *ok = catalog_program_kind.parse(file, facts);
    return true;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    const struct version_range all = { 0, file->blob->fd < 0 ? file->blob->memory.len : file->blob->size };
    bool ok;
    return versions_is_program(file, facts, &ok) ? ok : versions_search(file, file->blob, &all, 1, false, facts);
}

const struct catalog_kind catalog_versions_kind = {
    .name = "script-version",
    .is_facts_only = true,
    .claims = claims,
    .wants_blob = true,
    .max_bytes = SIZE_MAX / 2,
    .parse = parse,
};
