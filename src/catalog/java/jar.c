/* Java archives: zip files of classes that hold what they depend on as archives again, or unpacked ("shaded"). Read are the
 * directory of each archive and a few small members; nothing else is inflated but archives in archives. */
#include "catalog/headers.h"
#include "catalog/java/jar.h"

#include <unistd.h>

enum {
    MAX_DEPTH = 128,
    MAX_ARCHIVES = 20000,
    MAX_WARNINGS = 20,
    MAX_PATH_BYTES = 4096,
    MAX_TEXT_BYTES = 4 << 20,   /* of a manifest, a pom.xml, a licence */
    MEMORY_BYTES = 8 << 20,     /* archives in archives up to this are inflated to memory, others to the spool */
    UNSPOOLED_BYTES = 64 << 20, /* to memory where there is no spool */
};
static const uint64_t MAX_ENTRIES = 16u << 20, MAX_UNPACKED_BYTES = (uint64_t)2 << 30; /* of one file with all in it */

/* One claimed file with all archives in it. */
struct walk {
    const struct catalog_file *file;
    struct catalog_facts *facts;
    uint64_t entries, unpacked_bytes;
    unsigned archives, warnings, depth;
    bool full; /* a limit was reached: no more is read */
};

/* One archive. */
struct archive {
    struct zip *zip;
    struct blob blob;
    struct str within; /* its path in the claimed file; empty: it is that */
    struct str path;   /* for its name */
    struct jar_manifest manifest;
    bool has_manifest;
    struct jar_pom *poms;
    size_t pom_count, pom_cap;
    struct zip_entry licence;
    size_t licence_count;
    struct str folder; /* of classes, looked for */
    bool folder_seen;
};

/* ---- warnings -------------------------------------------------------------------------------------------------------------------- */

static bool warn(struct walk *w, struct str within, const char *problem)
{
    if (w->warnings++ == MAX_WARNINGS)
        return catalog_warn(w->facts, w->file->path, false, "more of its archives could not be read");
    if (w->warnings > MAX_WARNINGS)
        return true;
    return catalog_warn(w->facts, w->file->path, false, "%.*s%s%s", STR_ARG(within), within.len ? ": " : "", problem);
}

/* A limit ends the reading of this file; told once. */
static bool stop(struct walk *w, struct str within, const char *problem)
{
    if (w->full)
        return true;
    w->full = true;
    w->warnings = w->warnings < MAX_WARNINGS ? w->warnings : MAX_WARNINGS - 1;
    return warn(w, within, problem);
}

/* ---- members ---------------------------------------------------------------------------------------------------------------------- */

enum member { MEMBER_OTHER, MEMBER_MANIFEST, MEMBER_PROPERTIES, MEMBER_POM, MEMBER_LICENCE, MEMBER_ARCHIVE };

static enum member member_of(struct str path)
{
    if (path.len == 0 || path.ptr[path.len - 1] == '/' || str_ends(path, ".class"))
        return MEMBER_OTHER;
    struct str name = path_base(path);
    if (str_is(name, "pom.properties"))
        return MEMBER_PROPERTIES;
    if (str_is(name, "pom.xml"))
        return jar_pom_of_path(path).artifact.len ? MEMBER_POM : MEMBER_OTHER;
    if (str_eq_nocase(path, STR("META-INF/MANIFEST.MF")))
        return MEMBER_MANIFEST;
    if (jar_name_is_archive(name))
        return MEMBER_ARCHIVE;
    return jar_licence_is_file(path) ? MEMBER_LICENCE : MEMBER_OTHER;
}

/* The text of a member in scratch memory; *text is empty and a warning stands where it cannot be read. False: arena full. */
static bool read_member(struct walk *w, const struct archive *a, const struct zip_entry *entry, struct str *text)
{
    struct error err = { 0 };
    *text = (struct str){ 0 };
    w->unpacked_bytes += entry->size_bytes < MAX_TEXT_BYTES ? entry->size_bytes : 0;
    if (w->unpacked_bytes > MAX_UNPACKED_BYTES)
        return stop(w, a->within, "what is packed in it is too much; the rest is not read");
    return zip_text(a->zip, entry, MAX_TEXT_BYTES, w->file->scratch, text, &err) || warn(w, a->within, err.text);
}

static struct jar_pom *pom_in(struct walk *w, struct archive *a, struct str folder)
{
    for (size_t i = a->pom_count; i-- > 0 && i + 4 > a->pom_count;) /* its two files stand side by side */
        if (str_eq(a->poms[i].folder, folder))
            return &a->poms[i];
    struct jar_pom *grown = arena_grow(w->file->scratch, a->poms, a->pom_count, &a->pom_cap, sizeof *grown);
    if (!grown)
        return NULL;
    a->poms = grown;
    grown[a->pom_count] = (struct jar_pom){ .folder = folder };
    return &grown[a->pom_count++];
}

static bool read_properties(struct walk *w, struct archive *a, const struct zip_entry *entry, struct jar_pom *pom)
{
    struct str text;
    struct jar_coordinates c = jar_pom_of_path(entry->path);
    if (!read_member(w, a, entry, &text))
        return false;
    jar_pom_read_properties(text, &c);
    if (jar_part_ok(c.group) && jar_part_ok(c.artifact) && jar_part_ok(c.version)) {
        pom->c = c;
        pom->by_properties = true;
    }
    return true;
}

static bool read_pom(struct walk *w, struct archive *a, const struct zip_entry *entry, struct jar_pom *pom)
{
    struct str text;
    struct arena_mark mark = arena_mark(w->file->scratch);
    bool ok = read_member(w, a, entry, &text) && jar_pom_read_xml(text, w->file->scratch, w->facts->arena, pom);
    arena_reset(w->file->scratch, mark);
    return ok;
}

static bool read_manifest(struct walk *w, struct archive *a, const struct zip_entry *entry)
{
    struct str text;
    if (a->has_manifest)
        return true;
    a->has_manifest = true;
    struct arena_mark mark = arena_mark(w->file->scratch);
    bool ok = read_member(w, a, entry, &text) && jar_manifest_read(text, w->facts->arena, &a->manifest);
    arena_reset(w->file->scratch, mark);
    return ok;
}

static bool read_maven_file(struct walk *w, struct archive *a, const struct zip_entry *entry, enum member member)
{
    struct jar_pom *pom = pom_in(w, a, str_head(entry->path, entry->path.len - path_base(entry->path).len));
    if (!pom)
        return false;
    return member == MEMBER_POM ? read_pom(w, a, entry, pom) : read_properties(w, a, entry, pom);
}

/* ---- packages ---------------------------------------------------------------------------------------------------------------------- */

static struct package *add_package(struct walk *w, const struct archive *a, const struct jar_coordinates *c, const char *proof)
{
    struct package *p = catalog_add_package(w->facts, &catalog_jar_kind, w->file->path);
    if (!p)
        return NULL;
    p->name = arena_printf(w->facts->arena, "%.*s%s%.*s", STR_ARG(c->group), c->group.len ? ":" : "", STR_ARG(c->artifact));
    p->version = arena_str(w->facts->arena, c->version);
    p->within = a->within;
    p->proof = str_from(proof);
    return w->facts->arena->exhausted ? NULL : p;
}

/* Equal coordinates in one archive are one package; "2.17" and "2.17.0" are equal. */
static bool is_new(struct map *seen, const struct jar_coordinates *c, bool *out)
{
    struct str version = c->version;
    while (str_ends(version, ".0"))
        version.len -= 2;
    struct str key = arena_printf(seen->arena, "%.*s:%.*s:%.*s", STR_ARG(c->group), STR_ARG(c->artifact), STR_ARG(version));
    *out = !map_get(seen, key, NULL);
    return !*out || map_put(seen, key, 1);
}

/* The licence of the archive's own package. */
static bool find_licence(struct walk *w, struct archive *a, struct str *out)
{
    struct str text;
    *out = jar_licence_of_manifest(&a->manifest, w->facts->arena);
    if (out->len || a->licence_count != 1)
        return true;
    if (!read_member(w, a, &a->licence, &text))
        return false;
    *out = jar_licence_of_text(text);
    return true;
}

static bool add_poms(struct walk *w, struct archive *a, size_t own, size_t *listed)
{
    struct map seen;
    map_init(&seen, w->file->scratch);
    for (size_t i = 0; i < a->pom_count; i++) {
        const struct jar_pom *pom = &a->poms[i];
        bool fresh = false;
        if (pom->c.version.len == 0 || pom->c.group.len == 0 || pom->c.artifact.len == 0)
            continue;
        if (!is_new(&seen, &pom->c, &fresh))
            return false;
        if (!fresh)
            continue;
        struct package *p = add_package(w, a, &pom->c, pom->by_properties ? "pom.properties" : "pom.xml");
        if (!p)
            return false;
        *listed += 1;
        p->licence = pom->licences;
        if (i == own && p->licence.len == 0 && !find_licence(w, a, &p->licence))
            return false;
    }
    return true;
}

/* The rest of the file's name behind the artifact, where that is a version. */
static struct str version_in_name(struct str stem, struct str artifact)
{
    struct str rest = str_skip(stem, artifact.len + 1);
    bool fits = stem.len > artifact.len + 1 && str_eq(str_head(stem, artifact.len), artifact) && stem.ptr[artifact.len] == '-';
    return fits && rest.ptr[0] >= '0' && rest.ptr[0] <= '9' && jar_part_ok(rest) ? rest : (struct str){ 0 };
}

/* A pom.xml whose version is a property: the path has the coordinates, the file name the version where it is the archive's. */
static void complete_poms(struct archive *a, struct str stem)
{
    for (size_t i = 0; i < a->pom_count; i++) {
        struct jar_pom *pom = &a->poms[i];
        struct jar_coordinates by_path = jar_pom_of_path(pom->folder);
        if (pom->by_properties || by_path.artifact.len == 0)
            continue;
        pom->c.group = by_path.group;
        pom->c.artifact = by_path.artifact;
        if (pom->c.version.len == 0)
            pom->c.version = version_in_name(stem, by_path.artifact);
    }
}

/* Repositories publish under the version of the file name: "12.4.2.jre11" where the project calls itself 12.4.2. */
static void lengthen_version(struct jar_coordinates *c, struct str stem)
{
    struct str longer = version_in_name(stem, c->artifact), suffix = str_skip(longer, c->version.len);
    if (str_starts(suffix, ".jre") && str_eq(str_head(longer, c->version.len), c->version))
        c->version = longer;
}

/* What an index of published archives may be asked (match_resolve_jars): what the manifest claims, then what the name says. */
static bool add_questions(struct walk *w, const struct jar_guess *guess, const char *digest, struct package *p)
{
    struct buf questions;
    buf_init(&questions, MAX_PATH_BYTES);
    const struct jar_coordinates *m = &guess->manifest, *c = &guess->c;
    if (m->group.len)
        buf_printf(&questions, "%.*s:%.*s:%.*s\n", STR_ARG(m->group), STR_ARG(m->artifact), STR_ARG(m->version));
    buf_printf(&questions, ":%.*s:%.*s", STR_ARG(c->artifact), STR_ARG(c->version));
    p->digest = arena_str(w->facts->arena, str_from(digest));
    p->provides = arena_str(w->facts->arena, buf_view(&questions));
    buf_free(&questions);
    return !w->facts->arena->exhausted;
}

/* Without Maven files. An archive of which not even a version is known is no package, but a question. */
static bool add_guess(struct walk *w, struct archive *a, size_t listed)
{
    struct error err = { 0 };
    char digest[DIGEST_TEXT_BYTES] = "";
    struct jar_guess guess = jar_guess_identity(a->path, &a->manifest, a->folder_seen);
    if (jar_name_is_module(a->path))
        return true;
    if (!guess.certain && !digest_sha1(&a->blob, digest, &err))
        return warn(w, a->within, err.text);
    if (guess.c.artifact.len == 0 || guess.c.version.len == 0) {
        struct str note = arena_printf(w->facts->arena, "%s\n%.*s", digest, STR_ARG(a->within));
        return note.ptr && catalog_add_note(w->facts, "jar", note, w->file->path);
    }
    struct package *p = add_package(w, a, &guess.c, guess.proof);
    if (!p || (!guess.certain && !add_questions(w, &guess, digest, p)))
        return false;
    return listed != 0 || find_licence(w, a, &p->licence);
}

static bool add_packages(struct walk *w, struct archive *a)
{
    struct str stem = jar_name_split(a->path, (struct str){ 0 }).stem;
    size_t listed = 0;
    complete_poms(a, stem);
    size_t own = jar_own_pom(a->path, a->poms, a->pom_count);
    if (own != SIZE_MAX && a->poms[own].c.version.len == 0)
        own = SIZE_MAX;
    if (own != SIZE_MAX)
        lengthen_version(&a->poms[own].c, stem);
    return add_poms(w, a, own, &listed) && (own != SIZE_MAX || add_guess(w, a, listed));
}

/* ---- archives in archives ----------------------------------------------------------------------------------------------------------- */

static bool read_archive(struct walk *w, struct blob blob, struct str within, struct str path);

/* Inflates a member to scratch memory or to the spool. False: it cannot be read; err says why. */
static bool unpack(struct walk *w, const struct archive *a, const struct zip_entry *entry, struct blob *out, struct error *err)
{
    struct catalog_spool *spool = w->file->spool;
    struct arena *scratch = w->file->scratch;
    bool spooled = spool && spool->fd >= 0;
    if (entry->size_bytes <= (spooled ? MEMORY_BYTES : UNSPOOLED_BYTES) &&
        (scratch->cap_bytes - scratch->used_bytes) / 2 > entry->size_bytes) {
        *out = (struct blob){ .fd = -1 };
        if (!zip_text(a->zip, entry, UNSPOOLED_BYTES, scratch, &out->memory, err))
            return false;
        out->size = out->memory.len;
        return true;
    }
    if (!spooled || spool->used_bytes > spool->max_bytes || entry->size_bytes > spool->max_bytes - spool->used_bytes)
        return error_set(err, ERROR_LIMIT, "%.*s: its %llu bytes are too many to unpack", STR_ARG(str_head(entry->path, 200)),
                         (unsigned long long)entry->size_bytes);
    if (lseek(spool->fd, (off_t)spool->used_bytes, SEEK_SET) < 0)
        return error_system(err, "temporary file");
    *out = (struct blob){ .fd = spool->fd, .offset = spool->used_bytes, .size = entry->size_bytes };
    spool->used_bytes += entry->size_bytes;
    return zip_write(a->zip, entry, spool->fd, err);
}

/* "a.war/WEB-INF/lib/b.jar", with nothing in it that leads elsewhere. */
static bool join_path(struct walk *w, const struct archive *a, struct str path, struct str *out)
{
    char normal[4096];
    size_t len;
    if (!path_normalize(path, normal, &len) || a->within.len + 1 + len > MAX_PATH_BYTES)
        return false;
    *out =
        arena_printf(w->facts->arena, "%.*s%s%.*s", STR_ARG(a->within), a->within.len ? "/" : "", STR_ARG(str_make(normal, len)));
    return out->ptr != NULL;
}

static bool read_nested(struct walk *w, struct archive *a, const struct zip_entry *entry)
{
    struct error err = { 0 };
    struct blob blob;
    struct str within;
    struct arena_mark mark = arena_mark(w->file->scratch);
    struct catalog_spool *spool = w->file->spool;
    uint64_t spooled = spool ? spool->used_bytes : 0;
    if (!join_path(w, a, entry->path, &within))
        return !w->facts->arena->exhausted && warn(w, a->within, "the path of an archive in it is too long");
    bool there = zip_stored(a->zip, entry, &blob, &err);
    if (!there && err.kind == ERROR_NONE) {
        w->unpacked_bytes += entry->size_bytes < MAX_UNPACKED_BYTES ? entry->size_bytes : MAX_UNPACKED_BYTES;
        if (w->unpacked_bytes > MAX_UNPACKED_BYTES)
            return stop(w, within, "with it, what is packed in this file is too much; the rest is not read");
        there = unpack(w, a, entry, &blob, &err);
    }
    bool ok = there ? read_archive(w, blob, within, within) : warn(w, a->within, err.text);
    arena_reset(w->file->scratch, mark);
    if (spool)
        spool->used_bytes = spooled;
    return ok;
}

/* ---- one archive ---------------------------------------------------------------------------------------------------------------------- */

static bool read_entry(struct walk *w, struct archive *a, const struct zip_entry *entry)
{
    if (a->folder.len && !a->folder_seen && entry->path.len > a->folder.len)
        a->folder_seen = memcmp(entry->path.ptr, a->folder.ptr, a->folder.len) == 0;
    enum member member = member_of(entry->path);
    switch (member) {
    case MEMBER_MANIFEST: return read_manifest(w, a, entry);
    case MEMBER_PROPERTIES:
    case MEMBER_POM: return read_maven_file(w, a, entry, member);
    case MEMBER_ARCHIVE: return entry->size_bytes == 0 || read_nested(w, a, entry);
    case MEMBER_LICENCE:
        a->licence = *entry;
        a->licence_count++;
        return true;
    case MEMBER_OTHER: return true;
    }
    return true;
}

static bool read_entries(struct walk *w, struct archive *a)
{
    struct error err = { 0 };
    struct zip_entry entry;
    while (!w->full && zip_next(a->zip, &entry, &err)) {
        if (++w->entries > MAX_ENTRIES)
            return stop(w, a->within, "it has too many members; the rest is not read");
        if (!read_entry(w, a, &entry))
            return false;
    }
    return err.kind == ERROR_NONE || warn(w, a->within, err.text);
}

/* *.rar is Java's resource adapter, and also the name of another archive format. */
static bool is_other_format(const struct blob *blob, struct str path)
{
    char head[4];
    struct error ignored = { 0 };
    return (str_ends(path, ".rar") || str_ends(path, ".RAR")) && blob_read(blob, 0, head, sizeof head, &ignored) &&
           memcmp(head, "Rar!", sizeof head) == 0;
}

static bool read_archive(struct walk *w, struct blob blob, struct str within, struct str path)
{
    struct error err = { 0 };
    if (is_other_format(&blob, path))
        return true;
    if (w->depth == MAX_DEPTH)
        return stop(w, within, "archives in archives, too deep; the rest is not read");
    if (++w->archives > MAX_ARCHIVES)
        return stop(w, within, "too many archives in this file; the rest is not read");
    struct archive a = { .blob = blob, .within = within, .path = path };
    a.folder = jar_known_folder(jar_name_split(path, (struct str){ 0 }).artifact);
    a.zip = zip_open(blob, w->file->scratch, &err);
    if (!a.zip)
        return warn(w, within, err.text);
    w->depth++;
    bool ok = read_entries(w, &a) && add_packages(w, &a);
    w->depth--;
    return ok;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct walk w = { .file = file, .facts = facts };
    if (file->blob->size == 0)
        return true;
    return read_archive(&w, *file->blob, (struct str){ 0 }, file->path) || !facts->arena->exhausted;
}

static const struct catalog_claim claims[] = {
    { "**/*.jar", NULL },  { "**/*.war", NULL },  { "**/*.ear", NULL }, { "**/*.par", NULL }, { "**/*.sar", NULL },
    { "**/*.nar", NULL },  { "**/*.jpi", NULL },  { "**/*.hpi", NULL }, { "**/*.kar", NULL }, { "**/*.rar", NULL },
    { "**/*.lpkg", NULL }, { "**/*.jmod", NULL }, { "**/*.JAR", NULL }, { "**/*.WAR", NULL }, { "**/*.EAR", NULL },
    { "**/*.PAR", NULL },  { NULL, NULL },
};

const struct catalog_kind catalog_jar_kind = {
    .name = "jar",
    .title = "Java",
    .ecosystem = "maven",
    .scheme = "maven",
    .purl_type = "maven",
    .claims = claims,
    .wants_blob = true,
    .max_bytes = (size_t)16 << 30,
    .parse = parse,
};
