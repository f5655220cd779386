/* Namespaces ("spaces"): what advisories are filed under, the version scheme of each, and how package names are spelled in it.
 *
 * Spaces have the names of Trivy's buckets, so that its database and others meet in one: a distribution and release
 * ("debian 12", "Oracle Linux 8"), or an ecosystem ("npm"). Streams of a vendor's own patches put a prefix in front
 * ("seal debian", "root.io pip"). */
#include "vulndb/vulndb.h"

enum spelling {
    AS_IT_IS,
    LOWER,
    PEP503, /* lower case, runs of ".", "-" and "_" are one "-" */
    GIT_URL /* without scheme and ".git", lower case */
};

struct space {
    const char *name; /* a distribution: followed by a space and the release */
    const char *scheme;
    bool language;
    enum spelling spelling;
};

/* A distribution's row also stands for its name alone (rolling ones, "Red Hat"). Longer names stand before their heads. */
static const struct space spaces[] = {
    { "debian", "dpkg", false, AS_IT_IS },
    { "ubuntu", "dpkg", false, AS_IT_IS },
    { "echo", "dpkg", false, AS_IT_IS },
    { "alpine", "apk", false, AS_IT_IS },
    { "wolfi", "apk", false, AS_IT_IS },
    { "chainguard", "apk", false, AS_IT_IS },
    { "minimos", "apk", false, AS_IT_IS },
    { "Red Hat", "rpm", false, AS_IT_IS },
    { "centos", "rpm", false, AS_IT_IS },
    { "alma", "rpm", false, AS_IT_IS },
    { "rocky", "rpm", false, AS_IT_IS },
    { "Oracle Linux", "rpm", false, AS_IT_IS },
    { "amazon linux", "rpm", false, AS_IT_IS },
    { "Photon OS", "rpm", false, AS_IT_IS },
    { "CBL-Mariner", "rpm", false, AS_IT_IS },
    { "Azure Linux", "rpm", false, AS_IT_IS },
    { "openSUSE", "rpm", false, AS_IT_IS },
    { "SUSE Linux Enterprise", "rpm", false, AS_IT_IS },
    { "bottlerocket", "rpm", false, AS_IT_IS },
    { "archlinux", "pacman", false, AS_IT_IS },
    { "pip", "pep440", true, PEP503 },
    { "npm", "npm", true, LOWER },
    { "rubygems", "gem", true, LOWER },
    { "composer", "composer", true, LOWER },
    { "maven", "maven", true, LOWER },
    { "go", "go", true, AS_IT_IS },
    { "cargo", "cargo", true, LOWER },
    { "nuget", "nuget", true, LOWER },
    { "conan", "conan", true, LOWER },
    { "erlang", "hex", true, LOWER },
    { "pub", "pub", true, LOWER },
    { "swift", "swift", true, GIT_URL },
    { "cocoapods", "gem", true, LOWER },
    { "bitnami", "bitnami", true, LOWER },
    { "k8s", "semver", true, AS_IT_IS },
    { "julia", "julia", true, AS_IT_IS },
    { "cran", "cran", true, AS_IT_IS },
    { "hackage", "hackage", true, AS_IT_IS },
};

static const char *const vendor_prefixes[] = { "seal ", "root.io " };

static const struct space *space_row(struct str space)
{
    for (size_t i = 0; i < ARRAY_LEN(vendor_prefixes); i++)
        if (str_starts(space, vendor_prefixes[i]))
            space = str_skip(space, strlen(vendor_prefixes[i]));
    for (size_t i = 0; i < ARRAY_LEN(spaces); i++) {
        size_t len = strlen(spaces[i].name);
        if (!str_starts(space, spaces[i].name))
            continue;
        if (space.len == len || (!spaces[i].language && space.ptr[len] == ' '))
            return &spaces[i];
    }
    return NULL;
}

const struct version_scheme *vulndb_space_scheme(struct str space)
{
    const struct space *row = space_row(space);
    return row ? version_scheme_find(str_from(row->scheme)) : NULL;
}

bool vulndb_space_is_language(struct str space)
{
    const struct space *row = space_row(space);
    return row && row->language;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_separator(char c)
{
    return c == '-' || c == '_' || c == '.';
}

/* https://packaging.python.org/en/latest/specifications/name-normalization/ (PEP 503) and plain lower case. */
static size_t spell(char *out, struct str name, bool join_separators)
{
    size_t len = 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = lower(name.ptr[i]);
        if (join_separators && is_separator(c)) {
            if (len && out[len - 1] == '-')
                continue;
            c = '-';
        }
        out[len++] = c;
    }
    return len;
}

bool vulndb_space_normalize(struct str space, struct str name, struct arena *arena, struct str *out)
{
    const struct space *row = space_row(space);
    if (!row || row->spelling == AS_IT_IS) {
        *out = name;
        return true;
    }
    if (row->spelling == GIT_URL) {
        if (str_starts(name, "https://"))
            name = str_skip(name, 8);
        if (str_ends(name, ".git"))
            name.len -= 4;
    }
    char *text = arena_alloc(arena, name.len + 1);
    if (!text)
        return false;
    *out = str_make(text, spell(text, name, row->spelling == PEP503));
    return true;
}
