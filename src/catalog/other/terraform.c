/* .terraform.lock.hcl: the providers that a Terraform configuration was initialised with (Terraform's documentation,
 * "Dependency Lock File"):
 *
 *     provider "registry.example/hashicorp/aws" {
 *       version     = "5.31.0"
 *       constraints = "~> 5.0"
 *       hashes = [
 *         "h1:…",
 *       ]
 *     }
 */
#include "catalog/listed.h"

/* The text in quotes that the line ends with, after `before` and maybe a sign. */
static bool read_quoted(struct str line, const char *before, struct str *out)
{
    struct str head, rest;
    if (!str_starts(line, before) || !str_cut(line, '"', &head, &rest) || !str_cut(rest, '"', out, &rest))
        return false;
    head = str_trim(str_skip(head, strlen(before)));
    return head.len == 0 || str_is(head, "=");
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct str rest = file->text, line, name = { 0 }, version = { 0 };
    uint32_t start = 0;
    for (uint32_t number = 1; str_line(&rest, &line); number++) {
        struct package *package;
        line = str_trim(line);
        if (read_quoted(line, "provider", &name) && str_ends(line, "{")) {
            start = number;
            version = STR("");
        } else if (start && read_quoted(line, "version", &version)) {
            continue;
        } else if (start && str_is(line, "}")) {
            if (!listed_add(file, facts, name, version, &package))
                return false;
            if (package) {
                package->relation = RELATION_DIRECT;
                package->line = start;
                package->end_line = number;
            }
            start = 0;
        }
    }
    return start == 0 || catalog_warn(facts, file->path, false, "line %u: a provider's block that does not end", start);
}

static const struct catalog_claim claims[] = {
    { "**/.terraform.lock.hcl", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_terraform_kind = {
    .name = "terraform",
    .is_lock = true,
    .scheme = "semver",
    .purl_type = "terraform",
    .claims = claims,
    .max_bytes = 4u << 20,
    .parse = parse,
};
