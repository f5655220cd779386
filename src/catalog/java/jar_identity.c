/* Which coordinates are an archive's own. Maven's files say it where there are any; else file name, manifest and classes are
 * weighed, and a group is only believed where two of them agree: a wrong identity is worse than a missing one. */
#include "catalog/java/jar.h"

/* An archive with the Maven files of one project only, whose name has no version or the same: these are its own, whatever it
 * was renamed to. */
static bool is_only_project(struct str path, const struct jar_pom *poms, size_t count)
{
    if (count != 1 || jar_pom_of_path(poms[0].folder).artifact.len == 0)
        return false;
    struct str version = jar_name_split(path, poms[0].c.version).version;
    return version.len == 0 || str_eq(version, poms[0].c.version);
}

size_t jar_own_pom(struct str path, const struct jar_pom *poms, size_t count)
{
    struct str stem = jar_name_split(path, (struct str){ 0 }).stem;
    enum jar_fit best_fit = JAR_FIT_NONE;
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        enum jar_fit fit = jar_name_fits(stem, &poms[i].c);
        if (fit > best_fit || (fit == best_fit && fit && poms[i].c.artifact.len > poms[best].c.artifact.len)) {
            best_fit = fit;
            best = i;
        }
    }
    return best == SIZE_MAX && is_only_project(path, poms, count) ? 0 : best;
}

/* ---- without Maven files -------------------------------------------------------------------------------------------------------- */

/* "org.slf4j": at least two parts, and not a roof under which many projects publish. */
static bool is_group(struct str text)
{
    static const char *const roofs[] = { "org.apache", "org.eclipse", "com.google",      "com.sun",    "com.oracle",
                                         "java.net",   "net.sf",      "net.sourceforge", "com.github", "io.github" };
    if (!jar_part_ok(text) || !str_find(text, '.', NULL) || text.ptr[0] == '.' || text.ptr[text.len - 1] == '.')
        return false;
    for (size_t i = 0; i < ARRAY_LEN(roofs); i++)
        if (str_is(text, roofs[i]))
            return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] >= 'A' && text.ptr[i] <= 'Z')
            return false;
    return true;
}

/* Nebula and Ivy write "GROUP#ARTIFACT;VERSION" as the title. */
static struct str group_of_title(const struct jar_manifest *m)
{
    struct str group, rest, artifact, version;
    if (str_cut(m->title, '#', &group, &rest) && str_cut(rest, ';', &artifact, &version) && is_group(group))
        return group;
    return (struct str){ 0 };
}

/* bnd makes "GROUP.ARTIFACT" of a project's coordinates. */
static struct str group_of_symbol(const struct jar_manifest *m, struct str artifact)
{
    struct str symbol = m->bundle_symbol;
    if (symbol.len <= artifact.len + 1 || !str_eq(str_skip(symbol, symbol.len - artifact.len), artifact) ||
        symbol.ptr[symbol.len - artifact.len - 1] != '.')
        return (struct str){ 0 };
    struct str group = str_head(symbol, symbol.len - artifact.len - 1);
    return is_group(group) ? group : (struct str){ 0 };
}

/* maven-archiver and sbt write the group as the vendor's id and the artifact as the title (sbt without "_2.13"). */
static struct str group_of_vendor(const struct jar_manifest *m, struct str artifact)
{
    struct str bare, scala;
    size_t at;
    bool same = str_eq(m->title, artifact);
    if (!same && str_rfind(artifact, '_', &at)) {
        bare = str_head(artifact, at);
        scala = str_skip(artifact, at + 1);
        same = str_eq(m->title, bare) && (str_starts(scala, "2.1") || str_is(scala, "3"));
    }
    return same && is_group(m->vendor_id) ? m->vendor_id : (struct str){ 0 };
}

/* By the manifest alone, as Trivy has it: only to be looked up, for vendors and titles are words for people as often as not. */
static struct jar_coordinates claim_of_manifest(const struct jar_manifest *m)
{
    struct jar_coordinates c = { .group = m->vendor_id };
    size_t dot;
    if (c.group.len == 0)
        c.group = str_rfind(m->bundle_symbol, '.', &dot) ? str_head(m->bundle_symbol, dot) : m->bundle_symbol;
    if (c.group.len == 0)
        c.group = m->vendor.len ? m->vendor : m->spec_vendor;
    c.artifact = m->title.len ? m->title : m->spec_title.len ? m->spec_title : m->bundle_name;
    c.version = m->version.len ? m->version : m->spec_version.len ? m->spec_version : m->bundle_version;
    bool usable = jar_part_ok(c.group) && jar_part_ok(c.artifact) && jar_part_ok(c.version);
    return usable ? c : (struct jar_coordinates){ 0 };
}

/* A title that is an artifact's name, for archives whose file name is none ("app.jar"). */
static struct str version_of(const struct jar_name *name, const struct jar_manifest *m)
{
    struct str version = name->version.len ? name->version : jar_manifest_version(m);
    return jar_part_ok(version) ? version : (struct str){ 0 };
}

struct jar_guess jar_guess_identity(struct str path, const struct jar_manifest *m, bool folder_seen)
{
    struct jar_name name = jar_name_split(path, jar_manifest_version(m));
    struct jar_guess guess = { .manifest = claim_of_manifest(m), .proof = name.version.len ? "file name" : "MANIFEST.MF" };
    if (jar_known(&name, m, folder_seen, &guess.c)) {
        guess.certain = true;
        guess.proof = "file name and classes";
        return guess;
    }
    if (!jar_part_ok(name.artifact))
        return guess;
    guess.c = (struct jar_coordinates){ .artifact = name.artifact, .version = version_of(&name, m) };
    struct str groups[] = { group_of_title(m), group_of_symbol(m, name.artifact), group_of_vendor(m, name.artifact) };
    for (size_t i = 0; guess.c.version.len && guess.c.group.len == 0 && i < ARRAY_LEN(groups); i++)
        guess.c.group = groups[i];
    if (guess.c.group.len && name.version.len)
        guess.proof = "MANIFEST.MF and file name";
    return guess;
}
