/* Packages of the Nix store (Nix manual, "Store path"): a folder or file nix/store/DIGEST-NAME-VERSION[-OUTPUT]. Nothing in it
 * says more than its name. Name and version are told apart as Nix's builtins.parseDrvName does: the version begins at the first
 * dash that no letter follows. */
#include "catalog/listed.h"

enum { DIGEST_CHARS = 32 };

/* Nix's base 32 has no e, o, t, u. */
static bool is_digest(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!memchr("0123456789abcdfghijklmnpqrsvwxyz", text.ptr[i], 32))
            return false;
    return text.len == DIGEST_CHARS;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Takes "-dev" and the like off: one package has several such paths. */
static struct str without_output(struct str text, struct str *output)
{
    static const char *const outputs[] = {
        "bin", "data", "debug", "dev", "devdoc", "dist", "doc", "info", "lib", "man", "static"
    };
    size_t dash;
    *output = (struct str){ 0 };
    for (size_t i = 0; str_rfind(text, '-', &dash) && i < ARRAY_LEN(outputs); i++)
        if (str_is(str_skip(text, dash + 1), outputs[i])) {
            *output = str_skip(text, dash + 1);
            return str_head(text, dash);
        }
    return text;
}

static bool split_name(struct str text, struct str *name, struct str *version)
{
    for (size_t i = 1; i + 1 < text.len; i++)
        if (text.ptr[i] == '-' && !is_letter(text.ptr[i + 1])) {
            *name = str_head(text, i);
            *version = str_skip(text, i + 1);
            return true;
        }
    return false;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct str base = path_base(file->path), name, version, output;
    struct package *package;
    if (base.len <= DIGEST_CHARS + 1 || base.ptr[DIGEST_CHARS] != '-' || !is_digest(str_head(base, DIGEST_CHARS)) ||
        str_ends(base, ".drv"))
        return true;
    if (!split_name(without_output(str_skip(base, DIGEST_CHARS + 1), &output), &name, &version))
        return true;
    if (!listed_add(file, facts, name, version, &package))
        return false;
    if (package) {
        package->root = package->path;
        package->id = package->path;
        package->proof = STR("store path");
    }
    return true;
}

static const struct catalog_claim claims[] = {
    { "nix/store/*", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_nix_kind = {
    .name = "nix",
    .title = "Nix",
    .scheme = "semver",
    .purl_type = "nix",
    .claims = claims,
    .is_folder = true,
    .max_bytes = 1,
    .parse = parse,
};
