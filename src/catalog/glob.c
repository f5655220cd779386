/* Patterns of folders: see glob.h. Each star takes as little as it can; what fails behind it is tried again with one more,
 * from the last star only, which is enough and keeps the work bounded. */
#include "catalog/glob.h"

static bool part_matches(struct str pattern, struct str part)
{
    size_t p = 0, i = 0, star = SIZE_MAX, from = 0;
    while (i < part.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            from = i;
        } else if (p < pattern.len && (pattern.ptr[p] == '?' || pattern.ptr[p] == part.ptr[i])) {
            p++;
            i++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            i = ++from;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

/* The next part that says anything ("." and nothing do not). */
static bool next_part(struct str *rest, struct str *part)
{
    while (str_next(rest, '/', part))
        if (part->len && !str_is(*part, "."))
            return true;
    return false;
}

bool glob_matches(struct str pattern, struct str path)
{
    struct str behind = { 0 }, again = { 0 }; /* the last "**" */
    bool has_stars = false;
    while (true) {
        struct str want, part, pattern_here = pattern, path_here = path;
        bool wants = next_part(&pattern, &want), has = next_part(&path, &part);
        if (!wants && !has)
            return true;
        if (wants && str_is(want, "**")) {
            has_stars = true;
            behind = pattern;
            path = again = path_here;
            next_part(&pattern_here, &want);
            if (!next_part(&pattern_here, &want))
                return true; /* nothing behind the stars */
            continue;
        }
        if (wants && has && part_matches(want, part))
            continue;
        if (!has_stars || !next_part(&again, &part))
            return false;
        pattern = behind;
        path = again;
    }
}
