/* File names of Java archives: ARTIFACT-VERSION[-CLASSIFIER].EXTENSION (Maven's default repository layout). Both parts may
 * hold '-' and digits, so that a name can often be split in several ways. */
#include "catalog/java/jar.h"

static const char *const extensions[] = {
    ".jar", ".war", ".ear", ".par", ".sar", ".nar", ".jpi", ".hpi", ".kar", ".rar", ".lpkg"
};

static struct str extension(struct str path)
{
    struct str name = path_base(path);
    size_t dot;
    return str_rfind(name, '.', &dot) ? str_skip(name, dot) : str_head(name, 0);
}

bool jar_name_is_archive(struct str path)
{
    struct str end = extension(path);
    for (size_t i = 0; end.len && i < ARRAY_LEN(extensions); i++)
        if (str_eq_nocase(end, str_from(extensions[i])))
            return true;
    return false;
}

bool jar_name_is_module(struct str path)
{
    return str_eq_nocase(extension(path), STR(".jmod"));
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- splitting ------------------------------------------------------------------------------------------------------------------ */

static bool starts_with_any(struct str text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(words[i]);
        if (str_eq_nocase(str_head(text, n), str_from(words[i])) &&
            (text.len == n || !(text.ptr[n] >= 'a' && text.ptr[n] <= 'z')))
            return true;
    }
    return false;
}

/* Words that stand in versions; any other word before a later number belongs to the artifact ("log4j-1.2-api-2.17.1"). */
static bool is_qualifier(struct str word)
{
    static const char *const words[] = { "alpha",   "beta",    "rc",         "cr",   "m",        "milestone", "snapshot",
                                         "final",   "ga",      "sp",         "sec",  "b",        "build",     "release",
                                         "jre",     "android", "incubating", "v",    "pre",      "dev",       "jdk",
                                         "preview", "hotfix",  "patch",      "java", "jbossorg", "redhat" };
    return starts_with_any(word, words, ARRAY_LEN(words));
}

static bool is_classifier(struct str text)
{
    static const char *const words[] = { "linux",   "osx",   "macos",  "windows",   "natives", "sources",
                                         "javadoc", "tests", "all",    "shaded",    "exec",    "jar-with-dependencies",
                                         "nolib",   "uber",  "runner", "standalone" };
    return starts_with_any(text, words, ARRAY_LEN(words));
}

/* Is there a word that is no qualifier, and a number behind it, or before it a bare number ("level-2-jar")? Then what comes
 * before is not the whole artifact yet, or there is no version at all. */
static bool holds_artifact(struct str version)
{
    struct str word, rest = version;
    bool foreign = false, bare = !str_find(str_head(version, 3), '.', NULL);
    while (str_next(&rest, '-', &word)) {
        bool digit = word.len && is_digit(word.ptr[0]);
        if (foreign && digit)
            return true;
        foreign |= word.len && !digit && !is_qualifier(word) && !is_classifier(word);
        bare &= digit ? !str_find(word, '.', NULL) : true;
    }
    return foreign && bare;
}

static bool starts_with(struct str text, struct str head)
{
    return str_eq(str_head(text, head.len), head);
}

/* What is behind the version that the archive claims, when that is a classifier, is cut off. */
static struct str without_classifier(struct str version, struct str said)
{
    if (said.len && starts_with(version, said) && version.len > said.len + 1 && version.ptr[said.len] == '-' &&
        is_classifier(str_skip(version, said.len + 1)))
        return said;
    return version;
}

/* The first place where the stem can be split: where the claimed version begins, or (claimed empty) any that may be one. */
static bool split(struct str stem, struct str claimed, struct jar_name *out)
{
    for (size_t at = 1; at + 1 < stem.len; at++) {
        struct str version = str_skip(stem, at + 1);
        if (stem.ptr[at] != '-' || !is_digit(version.ptr[0]))
            continue;
        if (claimed.len ? !starts_with(version, claimed) : holds_artifact(version))
            continue;
        out->artifact = str_head(stem, at);
        out->version = version;
        return true;
    }
    return false;
}

struct jar_name jar_name_split(struct str path, struct str said)
{
    struct str name = path_base(path), end = extension(path), none = { 0 };
    struct jar_name out = { .stem = str_head(name, name.len - end.len) };
    out.artifact = out.stem;
    if ((str_find(said, '.', NULL) && split(out.stem, said, &out)) || split(out.stem, none, &out))
        out.version = without_classifier(out.version, said);
    return out;
}

/* ---- fitting ---------------------------------------------------------------------------------------------------------------------- */

/* Takes `head` and then `sep` (0: the end, or anything behind a '-') off the text. */
static bool take(struct str *text, struct str head, char sep)
{
    if (!starts_with(*text, head))
        return false;
    struct str rest = str_skip(*text, head.len);
    if (rest.len == 0 || rest.ptr[0] != sep)
        return false;
    *text = str_skip(rest, 1);
    return true;
}

enum jar_fit jar_name_fits(struct str stem, const struct jar_coordinates *c)
{
    struct str rest = stem;
    if (c->artifact.len == 0)
        return JAR_FIT_NONE;
    if (take(&rest, c->group, '.') && !starts_with(rest, c->artifact)) /* GROUP.ARTIFACT-VERSION, as Quarkus names them */
        rest = stem;
    if (str_eq(rest, c->artifact))
        return JAR_FIT_LOOSE;
    if (!take(&rest, c->artifact, '-'))
        return JAR_FIT_NONE;
    if (str_eq(rest, c->version))
        return JAR_FIT_EXACT;
    struct str version = rest;
    if (take(&version, c->version, '-'))
        return JAR_FIT_LOOSE;
    return rest.len && is_digit(rest.ptr[0]) ? JAR_FIT_ARTIFACT : JAR_FIT_NONE;
}
