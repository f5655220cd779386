/* Which kind claims a path: every claim is filed under its last part, so that most files cost one look-up of the base name.
 *
 * A pattern is matched from its end, part by part: "*" in a part stands for any characters, "**" in front of all parts
 * for any folders. Claims are filed by the whole last part ("METADATA"), by its extension ("*.egg-info",
 * "requirements*.txt") or, when it has none ("*", "DESCRIPTION*"), by the folder. The index is built once, on first use.
 * Programs are told by mode, name and first bytes, and the user may add patterns of his own. */
#include "catalog/kinds.h"

#include <pthread.h>
#include <regex.h>

/* Far more than the kinds claim: claims_find_every_kind in the tests fails before these do. */
enum { SLOTS = 1024, MAX_FOLDER_CLAIMS = 32, MAX_FIXED = 256, MAX_USER_PATTERNS = 64 };

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
    struct filed_claim of_folders[4];
    size_t of_folder_count;
    const struct catalog_kind *program; /* the one that claims programs; NULL: none */
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
        if (kind->is_program)
            claims.program = kind;
        for (const struct catalog_claim *claim = kind->claims; claim->pattern; claim++) {
            struct str pattern = str_from(claim->pattern), name = path_base(pattern);
            struct filed_claim filed = { .kind = kind, .claim = claim };
            if (kind->is_folder) {
                if (claims.of_folder_count < ARRAY_LEN(claims.of_folders))
                    claims.of_folders[claims.of_folder_count++] = filed;
                continue;
            }
            struct str suffix = str_find(name, '*', NULL) ? extension(name) : name;
            if (suffix.len == 0 || str_find(suffix, '*', NULL)) {
                if (claims.folder_count < MAX_FOLDER_CLAIMS)
                    claims.folders[claims.folder_count++] = filed;
            } else {
                file_claim(filed, suffix);
            }
            if (!str_find(pattern, '*', NULL) && claims.fixed_count < MAX_FIXED)
                claims.fixed[claims.fixed_count++] = claim->pattern;
        }
    }
}

/* One "*" at most stands in a part. */
static bool part_matches(struct str pattern, struct str part)
{
    struct str head, tail;
    if (!str_cut(pattern, '*', &head, &tail))
        return str_eq(pattern, part);
    return head.len + tail.len <= part.len && memcmp(head.ptr, part.ptr, head.len) == 0 &&
           memcmp(tail.ptr, part.ptr + part.len - tail.len, tail.len) == 0;
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

/* ---- patterns of the user ---------------------------------------------------------------------------------------------------- */

static struct {
    struct {
        regex_t expression;
        const struct catalog_kind *kind;
    } items[MAX_USER_PATTERNS];
    size_t count;
    uint64_t hash;
} user_patterns;

uint64_t catalog_patterns_hash(void)
{
    return user_patterns.hash;
}

bool catalog_add_pattern(struct str kind_name, struct str expression, struct error *err)
{
    const struct catalog_kind *kind = catalog_kind_named(kind_name);
    char text[1024], why[128];
    if (!kind)
        return error_set(err, ERROR_USAGE, "\"%.*s\" is no kind of files", STR_ARG(kind_name));
    if (expression.len >= sizeof text || user_patterns.count == MAX_USER_PATTERNS)
        return error_set(err, ERROR_LIMIT, "too many or too long patterns of files");
    memcpy(text, expression.ptr, expression.len);
    text[expression.len] = '\0';
    int code = regcomp(&user_patterns.items[user_patterns.count].expression, text, REG_EXTENDED | REG_NOSUB);
    if (code != 0) {
        regerror(code, &user_patterns.items[user_patterns.count].expression, why, sizeof why);
        return error_set(err, ERROR_USAGE, "\"%s\" is no POSIX extended expression: %s", text, why);
    }
    user_patterns.items[user_patterns.count++].kind = kind;
    const uint64_t all[] = { user_patterns.hash, str_hash(str_from(kind->name)), str_hash(expression) };
    user_patterns.hash = str_hash(str_make(all, sizeof all));
    return true;
}

static const struct catalog_kind *find_by_user(struct str path)
{
    char text[4096 + 1];
    if (path.len >= sizeof text)
        return NULL;
    memcpy(text, path.ptr, path.len);
    text[path.len] = '\0';
    for (size_t i = 0; i < user_patterns.count; i++)
        if (regexec(&user_patterns.items[i].expression, text, 0, NULL, 0) == 0)
            return user_patterns.items[i].kind;
    return NULL;
}

/* ---- the look-up ---------------------------------------------------------------------------------------------------------------- */

const struct catalog_kind *catalog_claim(struct str path)
{
    pthread_once(&claims_once, build_index);
    struct str name = path_base(path), suffix = extension(name);
    if (name.len == 0)
        return NULL;
    const struct catalog_kind *kind = user_patterns.count ? find_by_user(path) : NULL;
    if (!kind)
        kind = find_filed(name, path);
    if (!kind && suffix.len && suffix.len < name.len)
        kind = find_filed(suffix, path);
    return kind ? kind : find_by_folder(path);
}

const struct catalog_kind *catalog_claim_folder(struct str path)
{
    pthread_once(&claims_once, build_index);
    for (size_t i = 0; path.len && i < claims.of_folder_count; i++)
        if (claims.of_folders[i].claim->pattern[0] == path.ptr[0] && claim_matches(&claims.of_folders[i], path))
            return claims.of_folders[i].kind;
    return NULL;
}

/* Shared libraries need not be executable (Debian's are not), nor need programs for other systems. */
static bool is_named_as_program(struct str name)
{
    static const char *const suffixes[] = { ".so", ".exe", ".dll", ".dylib", ".node", ".pyd" };
    struct str suffix = extension(name);
    for (size_t i = 0; suffix.len && i < ARRAY_LEN(suffixes); i++)
        if (str_is(suffix, suffixes[i]))
            return true;
    return suffix.len && str_contains(name, ".so.");
}

const struct catalog_kind *catalog_claim_program(struct str path, uint32_t mode)
{
    pthread_once(&claims_once, build_index);
    return (mode & 0111) != 0 || is_named_as_program(path_base(path)) ? claims.program : NULL;
}

/* ELF: gABI chapter 4, e_ident. PE: "MZ", then the program for DOS. Mach-O: mach-o/loader.h and fat.h, in both byte orders. */
bool catalog_is_program(struct str head)
{
    if (head.len < 4)
        return false;
    switch (be32(head.ptr)) {
    case 0x7F454C46:
    case 0xFEEDFACE:
    case 0xFEEDFACF:
    case 0xCEFAEDFE:
    case 0xCFFAEDFE:
    case 0xCAFEBABE: return true;
    default: return head.ptr[0] == 'M' && head.ptr[1] == 'Z';
    }
}

const char *const *catalog_fixed_paths(void)
{
    pthread_once(&claims_once, build_index);
    return claims.fixed;
}
