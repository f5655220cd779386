/* From OSV's ecosystems to spaces (https://ossf.github.io/osv-schema/, "Defined Ecosystems"): "PyPI" is "pip", "Debian:12" is
 * "debian 12". What follows a colon is a release, another registry of the same kind, or a vendor's stream. */
#include "vulndb/feeds/osv.h"

/* ---- languages, and distributions without releases ------------------------------------------------------------------------- */

static const struct {
    const char *ecosystem, *space;
} plain[] = {
    { "PyPI", "pip" },
    { "npm", "npm" },
    { "RubyGems", "rubygems" },
    { "Packagist", "composer" },
    { "Maven", "maven" },
    { "Go", "go" },
    { "crates.io", "cargo" },
    { "NuGet", "nuget" },
    { "Hex", "erlang" },
    { "Pub", "pub" },
    { "SwiftURL", "swift" },
    { "CocoaPods", "cocoapods" },
    { "ConanCenter", "conan" },
    { "Julia", "julia" },
    { "CRAN", "cran" },
    { "Hackage", "hackage" },
    { "Bitnami", "bitnami" },
    { "Kubernetes", "k8s" },
    { "kubernetes", "k8s" },
    { "Wolfi", "wolfi" },
    { "Chainguard", "chainguard" },
    { "MinimOS", "minimos" },
    { "Echo", "echo" },
};

static bool find_plain(struct str name, struct osv_space *out)
{
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        if (str_is(name, plain[i].ecosystem)) {
            out->space = str_from(plain[i].space);
            return true;
        }
    return false;
}

/* ---- releases -------------------------------------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool starts_with_digit(struct str s)
{
    return s.len && is_digit(s.ptr[0]);
}

/* "22.04:LTS", and "Pro:18.04:LTS", the extended maintenance of a release, which is a space of its own. The certified and
 * real-time streams ("Pro:FIPS:18.04:LTS") have none. */
static bool ubuntu_space(struct str rest, struct arena *arena, struct osv_space *out)
{
    struct str release, channel;
    bool pro = str_starts(rest, "Pro:");
    str_cut(pro ? str_skip(rest, 4) : rest, ':', &release, &channel);
    if (!starts_with_digit(release))
        return false;
    out->space = arena_printf(arena, "ubuntu %.*s%s", STR_ARG(release), pro ? "-ESM" : "");
    return true;
}

/* "v3.20", "edge". */
static bool alpine_space(struct str rest, struct arena *arena, struct osv_space *out)
{
    out->space = arena_printf(arena, "alpine %.*s", STR_ARG(str_starts(rest, "v") ? str_skip(rest, 1) : rest));
    return true;
}

/* "2" is CBL-Mariner, "3" Azure Linux; both have the one minor release 0. */
static bool azure_space(struct str rest, struct arena *arena, struct osv_space *out)
{
    const char *name = str_starts(rest, "1") || str_starts(rest, "2") ? "CBL-Mariner" : "Azure Linux";
    out->space = arena_printf(arena, "%s %.*s%s", name, STR_ARG(rest), str_contains(rest, ".") ? "" : ".0");
    return true;
}

static struct str leading_number(struct str s)
{
    size_t len = 0;
    while (len < s.len && (is_digit(s.ptr[len]) || s.ptr[len] == '.'))
        len++;
    return str_head(s, len);
}

/* "Linux Enterprise Server 15 SP4-LTSS" and "Linux Enterprise Module for Python 3 15 SP4" share "SUSE Linux Enterprise 15.4",
 * since an image is made from several modules; "Linux Enterprise Micro 5.2" stands for itself. Other products (storage, managers)
 * have no space. The release is the last number that is a word of its own. */
static bool suse_space(struct str rest, struct arena *arena, struct osv_space *out)
{
    struct str word, release = STR(""), pack = STR("");
    bool micro = str_starts(rest, "Linux Enterprise Micro ") || str_starts(rest, "Linux Micro ");
    if (!micro && !str_starts(rest, "Linux Enterprise "))
        return false;
    while (rest.len && str_next(&rest, ' ', &word)) {
        if (starts_with_digit(word)) {
            release = leading_number(word);
            pack = STR("");
        } else if (str_starts(word, "SP")) {
            pack = leading_number(str_skip(word, 2));
        }
    }
    if (release.len == 0)
        return false;
    out->space = arena_printf(arena, "SUSE Linux Enterprise %s%.*s%s%.*s", micro ? "Micro " : "", STR_ARG(release),
                              pack.len ? "." : "", STR_ARG(pack));
    return true;
}

/* "enterprise_linux:9::baseos" is a CPE without its head. */
static bool red_hat_space(struct str rest, struct arena *arena, struct osv_space *out)
{
    (void)arena;
    out->space = STR("Red Hat");
    out->red_hat = true;
    out->cpe = rest;
    return true;
}

static const struct {
    const char *name, *prefix;
    bool (*read)(struct str rest, struct arena *arena, struct osv_space *out); /* NULL: the release follows the prefix */
} distributions[] = {
    { "Debian", "debian", NULL },
    { "Ubuntu", NULL, ubuntu_space },
    { "Alpine", NULL, alpine_space },
    { "AlmaLinux", "alma", NULL },
    { "Rocky Linux", "rocky", NULL },
    { "Red Hat", NULL, red_hat_space },
    { "Oracle Linux", "Oracle Linux", NULL },
    { "Amazon Linux", "amazon linux", NULL },
    { "Photon OS", "Photon OS", NULL },
    { "Azure Linux", NULL, azure_space },
    { "SUSE", NULL, suse_space },
    { "openSUSE", "openSUSE", NULL },
};

static bool find_release(struct str name, struct str rest, struct arena *arena, struct osv_space *out)
{
    for (size_t i = 0; i < ARRAY_LEN(distributions); i++) {
        if (!str_is(name, distributions[i].name))
            continue;
        if (distributions[i].read)
            return distributions[i].read(rest, arena, out);
        out->space = arena_printf(arena, "%s %.*s", distributions[i].prefix, STR_ARG(rest));
        return true;
    }
    return false;
}

/* "Root:Debian:12", "Root:PyPI": packages that Root.io patched, a stream beside the original's. */
bool osv_space_of(struct str ecosystem, struct arena *arena, struct osv_space *out)
{
    struct str name, rest;
    bool root = str_starts(ecosystem, "Root:");
    *out = (struct osv_space){ 0 };
    str_cut(root ? str_skip(ecosystem, 5) : ecosystem, ':', &name, &rest);
    if (!find_plain(name, out) && (rest.len == 0 || !find_release(name, rest, arena, out)))
        return false;
    if (root)
        out->space = arena_printf(arena, "root.io %.*s", STR_ARG(out->space));
    return out->space.ptr != NULL;
}
