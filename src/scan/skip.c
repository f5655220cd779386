/* --skip-dirs and --skip-files: patterns of paths as shells and Trivy have them. "*" and "?" stay within a part of the path,
 * "**" is any number of parts, "[a-z]" a set of characters, "{a,b}" a choice. */
#include "scan/skip.h"

enum { MAX_STEPS = 100000 }; /* patterns are the user's own, but "**" in "**" grows fast with the length of paths */

struct matcher {
    unsigned steps;
};

static bool match(struct matcher *m, struct str pattern, struct str path);

/* "[!a-z]": tells whether c is in the set and how long the set is; 0: no set, a plain "[". */
static size_t match_set(struct str pattern, char c, bool *in)
{
    size_t i = 1;
    bool inverted = i < pattern.len && (pattern.ptr[i] == '!' || pattern.ptr[i] == '^'), found = false;
    i += inverted;
    for (size_t first = i; i < pattern.len && (pattern.ptr[i] != ']' || i == first); i++) {
        char low = pattern.ptr[i], high = low;
        if (i + 2 < pattern.len && pattern.ptr[i + 1] == '-' && pattern.ptr[i + 2] != ']') {
            high = pattern.ptr[i + 2];
            i += 2;
        }
        found |= low <= c && c <= high;
    }
    *in = found != inverted;
    return i < pattern.len ? i + 1 : 0;
}

/* Tries each part of "{a,b}" in front of what follows. */
static bool match_choice(struct matcher *m, struct str pattern, size_t end, struct str path)
{
    struct str parts = str_head(str_skip(pattern, 1), end - 1), part, rest = str_skip(pattern, end + 1);
    while (str_next(&parts, ',', &part)) {
        char joined[4096];
        if (part.len + rest.len > sizeof joined)
            return false;
        memcpy(joined, part.ptr, part.len);
        memcpy(joined + part.len, rest.ptr, rest.len);
        if (match(m, str_make(joined, part.len + rest.len), path))
            return true;
    }
    return false;
}

static bool match_stars(struct matcher *m, struct str pattern, struct str path)
{
    bool deep = str_starts(pattern, "**");
    struct str rest = str_skip(pattern, deep ? 2 : 1);
    if (deep && rest.len && rest.ptr[0] == '/' && match(m, str_skip(rest, 1), path))
        return true; /* no part at all */
    for (;; path = str_skip(path, 1)) {
        if (match(m, rest, path))
            return true;
        if (path.len == 0 || (!deep && path.ptr[0] == '/'))
            return false;
    }
}

static bool match(struct matcher *m, struct str pattern, struct str path)
{
    while (pattern.len) {
        bool in;
        size_t n = 1;
        if (++m->steps > MAX_STEPS)
            return false;
        if (pattern.ptr[0] == '*')
            return match_stars(m, pattern, path);
        if (pattern.ptr[0] == '{' && str_find(pattern, '}', &n))
            return match_choice(m, pattern, n, path);
        if (path.len == 0)
            return false;
        if (pattern.ptr[0] == '[' && path.ptr[0] != '/' && (n = match_set(pattern, path.ptr[0], &in)) > 0) {
            if (!in)
                return false;
        } else {
            n = pattern.ptr[0] == '\\' && pattern.len > 1 ? 2 : 1;
            if (pattern.ptr[0] == '?' ? path.ptr[0] == '/' : pattern.ptr[n - 1] != path.ptr[0])
                return false;
        }
        pattern = str_skip(pattern, n);
        path = str_skip(path, 1);
    }
    return path.len == 0;
}

bool skip_matches(const struct scan_skips *skips, struct str path, bool is_folder)
{
    size_t count = is_folder ? skips->folder_count : skips->file_count;
    for (size_t i = 0; i < count; i++) {
        struct matcher m = { 0 };
        if (match(&m, is_folder ? skips->folders[i] : skips->files[i], path))
            return true;
    }
    return false;
}

bool skip_covers(const struct scan_skips *skips, struct str path)
{
    if (skip_matches(skips, path, false))
        return true;
    for (path = path_dir(path); skips->folder_count && path.len; path = path_dir(path))
        if (skip_matches(skips, path, true))
            return true;
    return false;
}

void inventory_skip(struct inventory *inventory, const struct scan_skips *skips)
{
    size_t kept = 0;
    if (skips->folder_count == 0 && skips->file_count == 0)
        return;
    for (size_t i = 0; i < inventory->package_count; i++)
        if (!skip_covers(skips, inventory->packages[i].path))
            inventory->packages[kept++] = inventory->packages[i];
    inventory->package_count = kept;
    kept = 0;
    for (size_t i = 0; i < inventory->warning_count; i++)
        if (!skip_covers(skips, inventory->warnings[i].path))
            inventory->warnings[kept++] = inventory->warnings[i];
    inventory->warning_count = kept;
}
