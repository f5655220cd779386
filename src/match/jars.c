/* Java archives that do not say what they are, or not surely: an index of published archives may know them. It is asked once
 * the inventory is whole, so that inventories do not depend on it. In Trivy's order: what the manifest claims, if it was ever
 * published so; the archive's SHA-1; the only group that publishes an artifact and version of the file's name. */
#include "match/run.h"

#include <stdlib.h>

struct jars {
    struct vulndb *db; /* NULL or without an index: nothing is known */
    struct inventory *inventory;
    const struct catalog_kind *kind;
    struct error *err;
};

enum answer { UNKNOWN, KNOWN, FAILED };

/* "sha1:" and 40 digits, as bytes. */
static bool read_sha1(struct str text, unsigned char out[static 20])
{
    if (!str_starts(text, "sha1:") || text.len != 45 || !str_is_hex(str_skip(text, 5)))
        return false;
    for (size_t i = 0; i < 40; i++) {
        unsigned digit = (unsigned)char_hex(text.ptr[5 + i]);
        out[i / 2] = (unsigned char)(i % 2 ? out[i / 2] | digit : digit << 4);
    }
    return true;
}

static enum answer ask_sha1(const struct jars *jars, struct str digest, struct vulndb_jar *out)
{
    unsigned char sha1[20];
    if (!read_sha1(digest, sha1))
        return UNKNOWN;
    jars->err->kind = ERROR_NONE;
    if (vulndb_jar_find(jars->db, sha1, out, jars->err))
        return KNOWN;
    return jars->err->kind == ERROR_NONE ? UNKNOWN : FAILED;
}

/* GROUP:ARTIFACT:VERSION; the group may be empty. */
static enum answer ask_coordinates(const struct jars *jars, struct str line, struct vulndb_jar *out)
{
    struct vulndb_jar jar;
    struct str rest;
    if (!str_cut(line, ':', &jar.group, &rest) || !str_cut(rest, ':', &jar.artifact, &jar.version) || !jar.version.len)
        return UNKNOWN;
    jars->err->kind = ERROR_NONE;
    if (vulndb_jar_group(jars->db, jar.artifact, jar.version, jar.group, &jar.group, jars->err)) {
        *out = jar;
        return KNOWN;
    }
    return jars->err->kind == ERROR_NONE ? UNKNOWN : FAILED;
}

/* The first line that has a group, and the first that has none; either may be missing. */
static void split_questions(struct str list, struct str *claimed, struct str *named)
{
    struct str line;
    *claimed = *named = (struct str){ 0 };
    while (str_next(&list, '\n', &line)) {
        struct str *to = line.len && line.ptr[0] == ':' ? named : claimed;
        if (to->len == 0)
            *to = line;
    }
}

static enum answer identify(const struct jars *jars, const struct package *p, struct vulndb_jar *out, const char **proof)
{
    struct str claimed, named;
    split_questions(p->provides, &claimed, &named);
    *proof = "MANIFEST.MF, published so";
    enum answer answer = ask_coordinates(jars, claimed, out);
    if (answer == UNKNOWN) {
        *proof = "SHA-1 in the index of Java archives";
        answer = ask_sha1(jars, p->digest, out);
    }
    if (answer == UNKNOWN && !str_find(p->name, ':', NULL)) { /* what file and manifest agree on is more than a name */
        *proof = "file name, of one publisher";
        answer = ask_coordinates(jars, named, out);
    }
    return answer;
}

static bool apply(const struct jars *jars, const struct vulndb_jar *jar, const char *proof, struct package *p)
{
    struct arena *arena = &jars->inventory->arena;
    p->name = arena_printf(arena, "%.*s:%.*s", STR_ARG(jar->group), STR_ARG(jar->artifact));
    p->version = arena_str(arena, jar->version);
    p->proof = str_from(proof);
    return !arena->exhausted || arena_error(arena, jars->err);
}

static bool resolve_package(const struct jars *jars, struct package *p)
{
    struct vulndb_jar jar;
    const char *proof;
    enum answer answer = jars->db ? identify(jars, p, &jar, &proof) : UNKNOWN;
    p->provides = (struct str){ 0 };
    return answer == UNKNOWN || (answer == KNOWN && apply(jars, &jar, proof, p));
}

/* A note of an archive that only its SHA-1 can identify becomes a package when the index knows it. */
static bool resolve_note(const struct jars *jars, const struct catalog_note *note, struct package *p, bool *known)
{
    struct vulndb_jar jar;
    struct str digest, within;
    str_cut(note->value, '\n', &digest, &within);
    enum answer answer = jars->db ? ask_sha1(jars, digest, &jar) : UNKNOWN;
    *known = answer == KNOWN;
    *p = (struct package){ .kind = jars->kind,
                           .path = note->path,
                           .within = within,
                           .digest = digest,
                           .layer = note->layer,
                           .file_layer = note->layer };
    return answer == UNKNOWN || (answer == KNOWN && apply(jars, &jar, "SHA-1 in the index of Java archives", p));
}

/* ---- the inventory's order ------------------------------------------------------------------------------------------------------------- */

struct placed {
    struct package package;
    size_t before; /* its index; SIZE_MAX: new */
};

static int compare_placed(const void *a, const void *b)
{
    const struct package *x = &((const struct placed *)a)->package, *y = &((const struct placed *)b)->package;
    int order = str_cmp(x->name, y->name);
    order = order ? order : str_cmp(x->version, y->version);
    order = order ? order : str_cmp(x->path, y->path);
    return order ? order : str_cmp(x->within, y->within);
}

/* The jars, sorted, one that is listed already left out; returns how many are left. */
static size_t sort_jars(struct placed *placed, size_t count)
{
    size_t kept = 0;
    if (count)
        qsort(placed, count, sizeof *placed, compare_placed);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || compare_placed(&placed[kept - 1], &placed[i]) != 0)
            placed[kept++] = placed[i];
    return kept;
}

/* Puts the jars back in one run, where the first of their kind stood, and follows the other packages in the list of changes. */
static bool replace_jars(const struct jars *jars, struct placed *placed, size_t count)
{
    struct inventory *inventory = jars->inventory;
    size_t total = inventory->package_count, to = 0;
    struct package *packages = arena_array(&inventory->arena, total + count + 1, sizeof *packages);
    uint32_t *moved = arena_array(&inventory->arena, total + 1, sizeof *moved);
    bool done = false;
    if (!packages || !moved)
        return arena_error(&inventory->arena, jars->err);
    for (size_t i = 0; i <= total; i++) {
        bool is_jar = i < total && inventory->packages[i].kind == jars->kind;
        bool behind = i == total || catalog_kind_index(inventory->packages[i].kind) > catalog_kind_index(jars->kind);
        for (size_t j = 0; !done && (is_jar || behind) && j < count; j++) {
            if (placed[j].before != SIZE_MAX)
                moved[placed[j].before] = (uint32_t)to;
            packages[to++] = placed[j].package;
        }
        done |= is_jar || behind;
        if (i < total && !is_jar) {
            moved[i] = (uint32_t)to;
            packages[to++] = inventory->packages[i];
        }
    }
    for (size_t i = 0; i < inventory->change_count; i++)
        if (inventory->changes[i].package < total)
            inventory->changes[i].package = moved[inventory->changes[i].package];
    inventory->packages = packages;
    inventory->package_count = to;
    return true;
}

static bool resolve_all(const struct jars *jars, struct placed *placed, size_t *count)
{
    struct inventory *inventory = jars->inventory;
    for (size_t i = 0; i < inventory->package_count; i++) {
        struct package p = inventory->packages[i];
        if (p.kind != jars->kind)
            continue;
        if (p.provides.len && !resolve_package(jars, &p))
            return false;
        placed[(*count)++] = (struct placed){ p, i };
    }
    for (size_t i = 0; i < inventory->note_count; i++) {
        struct package p;
        bool known;
        if (!str_is(inventory->notes[i].key, "jar"))
            continue;
        if (!resolve_note(jars, &inventory->notes[i], &p, &known))
            return false;
        if (known)
            placed[(*count)++] = (struct placed){ p, SIZE_MAX };
    }
    return true;
}

bool match_resolve_jars(struct vulndb *db, struct inventory *inventory, struct error *err)
{
    struct vulndb_info info = { 0 };
    size_t count = 0;
    struct jars jars = { .inventory = inventory, .kind = catalog_kind_named(STR("jar")), .err = err };
    if (db)
        vulndb_info(db, &info);
    jars.db = info.jar_count ? db : NULL;
    struct placed *placed = malloc((inventory->package_count + inventory->note_count + 1) * sizeof *placed);
    if (!placed)
        return error_set(err, ERROR_LIMIT, "out of memory");
    bool ok = resolve_all(&jars, placed, &count);
    if (ok && count)
        ok = replace_jars(&jars, placed, sort_jars(placed, count));
    free(placed);
    return ok;
}
