/* etc/apk/repositories: which Alpine branches packages may come from (apk-repositories(5)). A branch is a part of the
 * address, ".../alpine/v3.20/main"; "edge" there means that packages may be newer than the release says. */
#include "catalog/kinds.h"

static bool is_branch(struct str part)
{
    if (str_is(part, "edge"))
        return true;
    return part.len > 2 && part.ptr[0] == 'v' && part.ptr[1] >= '0' && part.ptr[1] <= '9' && str_find(part, '.', NULL);
}

static bool is_noted(const struct catalog_facts *facts, size_t first, struct str branch)
{
    for (size_t i = first; i < facts->note_count; i++)
        if (str_eq(facts->notes[i].value, branch))
            return true;
    return false;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct str rest = file->text, line, part;
    size_t first = facts->note_count;
    while (str_line(&rest, &line)) {
        line = str_trim(line);
        /* "@edge URL" serves only the packages that are asked for by that tag: it does not change the release. */
        if (line.len == 0 || line.ptr[0] == '#' || line.ptr[0] == '@')
            continue;
        while (str_next(&line, '/', &part))
            if (part.len <= 16 && is_branch(part) && !is_noted(facts, first, part) &&
                !catalog_add_note(facts, "apk-repository", part, file->path))
                return false;
    }
    return true;
}

static const struct catalog_claim claims[] = {
    { "etc/apk/repositories", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_apk_repositories_kind = {
    .name = "apk-repositories",
    .is_facts_only = true,
    .claims = claims,
    .max_bytes = 1u << 20,
    .parse = parse,
};
