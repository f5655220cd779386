/* Which kind claims a path: every claim is filed under its last part, so that most files cost one look-up of the base name.
 *
 * A pattern is matched from its end, part by part: "*" in front of a part means that the name ends so, "**" in front of
 * all parts that any folders may stand before. Claims are filed by the whole last part ("METADATA"), by its extension
 * ("*.egg-info") or, when it is "*" alone, by the folder. The index is built once, on first use. */
#include "catalog/kinds.h"

#include <pthread.h>

/* Far more than the kinds claim: claims_find_every_kind in the tests fails before these do. */
enum { SLOTS = 512, MAX_FOLDER_CLAIMS = 16, MAX_FIXED = 128 };

struct filed_claim {
    uint64_t hash;
    const struct catalog_kind *kind; /* NULL: free */
    const struct catalog_claim *claim;
};

static struct {
    struct filed_claim slots[SLOTS];
    size_t slot_count;
    struct filed_claim folders[MAX_FOLDER_CLAIMS];
    size_t folder_count;
    const char *fixed[MAX_FIXED + 1];
    size_t fixed_count;
} claims;
static pthread_once_t claims_once = PTHREAD_ONCE_INIT;

/* From the last dot on; empty when there is none. */
static struct str extension(struct str name)
{
    size_t dot;
    return str_rfind(name, '.', &dot) ? str_skip(name, dot) : str_head(name, 0);
}

static void file_claim(struct filed_claim filed, struct str key)
{
    if (claims.slot_count >= SLOTS - 1)
        return;
    filed.hash = str_hash(key);
    size_t i = filed.hash % SLOTS;
    while (claims.slots[i].kind)
        i = (i + 1) % SLOTS;
    claims.slots[i] = filed;
    claims.slot_count++;
}

static void build_index(void)
{
    for (size_t k = 0; k < catalog_kind_count(); k++) {
        const struct catalog_kind *kind = catalog_kind_at(k);
        for (const struct catalog_claim *claim = kind->claims; claim->pattern; claim++) {
            struct str pattern = str_from(claim->pattern), name = path_base(pattern);
            struct filed_claim filed = { .kind = kind, .claim = claim };
            if (str_is(name, "*")) {
                if (claims.folder_count < MAX_FOLDER_CLAIMS)
                    claims.folders[claims.folder_count++] = filed;
            } else {
                file_claim(filed, name.ptr[0] == '*' ? extension(name) : name);
            }
            if (!str_find(pattern, '*', NULL) && claims.fixed_count < MAX_FIXED)
                claims.fixed[claims.fixed_count++] = claim->pattern;
        }
    }
}

static bool part_matches(struct str pattern, struct str part)
{
    if (pattern.len && pattern.ptr[0] == '*')
        return pattern.len - 1 <= part.len &&
               memcmp(pattern.ptr + 1, part.ptr + part.len - (pattern.len - 1), pattern.len - 1) == 0;
    return str_eq(pattern, part);
}

/* Takes the last part off a path; false when nothing is left. */
static bool pop_part(struct str *path, struct str *part)
{
    if (path->len == 0)
        return false;
    *part = path_base(*path);
    *path = path_dir(*path);
    return true;
}

static bool pattern_matches(struct str pattern, struct str path)
{
    struct str want, part;
    while (pop_part(&pattern, &want)) {
        if (str_is(want, "**"))
            return true;
        if (!pop_part(&path, &part) || !part_matches(want, part))
            return false;
    }
    return path.len == 0;
}

static bool claim_matches(const struct filed_claim *filed, struct str path)
{
    const struct catalog_claim *claim = filed->claim;
    if (claim->except_suffix && str_ends(path, claim->except_suffix))
        return false;
    if (!pattern_matches(str_from(claim->pattern), path))
        return false;
    return !filed->kind->accepts || filed->kind->accepts(path);
}

static const struct catalog_kind *find_filed(struct str key, struct str path)
{
    uint64_t hash = str_hash(key);
    for (size_t i = hash % SLOTS; claims.slots[i].kind; i = (i + 1) % SLOTS)
        if (claims.slots[i].hash == hash && claim_matches(&claims.slots[i], path))
            return claims.slots[i].kind;
    return NULL;
}

/* Claims of all files in a folder are few: they are gone through, most are passed over by their first character. */
static const struct catalog_kind *find_by_folder(struct str path)
{
    for (size_t i = 0; i < claims.folder_count; i++) {
        char first = claims.folders[i].claim->pattern[0];
        if ((first == path.ptr[0] || first == '*') && claim_matches(&claims.folders[i], path))
            return claims.folders[i].kind;
    }
    return NULL;
}

const struct catalog_kind *catalog_claim(struct str path)
{
    pthread_once(&claims_once, build_index);
    struct str name = path_base(path), suffix = extension(name);
    if (name.len == 0)
        return NULL;
    const struct catalog_kind *kind = find_filed(name, path);
    if (!kind && suffix.len && suffix.len < name.len)
        kind = find_filed(suffix, path);
    return kind ? kind : find_by_folder(path);
}

const char *const *catalog_fixed_paths(void)
{
    pthread_once(&claims_once, build_index);
    return claims.fixed;
}
