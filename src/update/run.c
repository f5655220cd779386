/* The update itself: finds the first reference that answers, fetches, makes, and puts the result in place; see update.h. */
#define _GNU_SOURCE
#include "update/steps.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

const char update_repositories[] = "mirror.gcr.io/aquasec/trivy-db:2,ghcr.io/aquasecurity/trivy-db:2";
const char update_java_repositories[] = "mirror.gcr.io/aquasec/trivy-java-db:1,ghcr.io/aquasecurity/trivy-java-db:1";

enum {
    IMPATIENT_S = 10,            /* for all tries of one answer, before a scan */
    PATIENT_S = 20,              /* else: there may be another reference, and a Retry-After that is longer leads to it */
    JAVA_STAYS_S = 3 * 24 * 3600 /* as long as Trivy keeps its own */
};

struct run {
    const struct update_options *options;
    struct arena *arena;
    struct update_result *out;
    struct registry *asking, *fetching; /* the first gives up soon */
    struct str folder, work;
    struct update_note before;
    bool had_one;
    struct update_part java; /* what the new database gets; java_fd < 0: none */
    int java_fd;
};

/* ---- trying one after the other ---------------------------------------------------------------------------------------------------------- */

typedef bool (*attempt)(struct run *run, struct str reference, struct error *err);

static void add_failure(struct buf *failures, struct str reference, const char *text)
{
    bool named = str_eq(str_head(str_from(text), reference.len), reference);
    buf_text(failures, failures->len ? "; " : "");
    if (!named)
        buf_printf(failures, "%.*s: ", STR_ARG(reference));
    buf_printf(failures, "%.400s", text);
}

/* What this machine cannot do is not tried again elsewhere. All failures become one line. */
static bool first_of(struct run *run, struct str references, attempt try, struct error *err)
{
    struct buf failures;
    struct str reference;
    enum error_kind kind = ERROR_USAGE;
    buf_init(&failures, 4096);
    bool done = false, stop = false;
    while (!done && !stop && str_next(&references, ',', &reference)) {
        struct error failure = { 0 };
        reference = str_trim(reference);
        if (reference.len == 0)
            continue;
        done = try(run, reference, &failure);
        if (done)
            break;
        add_failure(&failures, reference, failure.text);
        kind = failure.kind;
        stop = kind == ERROR_SYSTEM || interrupted();
    }
    if (!done && interrupted())
        interrupt_error(err);
    else if (!done)
        error_set(err, kind, "%.*s", STR_ARG(failures.len ? buf_view(&failures) : STR("no reference is given")));
    buf_free(&failures);
    return done;
}

/* ---- the index of Java archives ------------------------------------------------------------------------------------------------------------ */

static struct str java_file(struct run *run, struct str blob)
{
    struct str algorithm, hex;
    str_cut(blob, ':', &algorithm, &hex);
    return arena_printf(run->arena, "%.*s/java-%.*s.blob", STR_ARG(run->folder), STR_ARG(str_head(hex, 16)));
}

static bool reuse_java(struct run *run)
{
    struct str path = java_file(run, run->before.java.blob);
    run->java_fd = run->before.java.blob.len && path.ptr ? open(path.ptr, O_RDONLY | O_CLOEXEC) : -1;
    run->java = run->before.java;
    return run->java_fd >= 0;
}

static bool try_java(struct run *run, struct str reference, struct error *err)
{
    struct update_artifact artifact;
    struct update_download download;
    if (!update_look(run->asking, reference, "1", run->arena, &artifact, err))
        return false;
    if (!artifact.kind->feed || strcmp(artifact.kind->feed, "jar-index") != 0)
        return error_set(err, ERROR_UNSUPPORTED, "is no index of Java archives");
    bool same = str_eq(artifact.blob.digest, run->before.java.blob) && reuse_java(run);
    run->java = (struct update_part){ reference, artifact.digest, artifact.blob.digest, time_now() };
    if (same)
        return true;
    struct str kept = java_file(run, artifact.blob.digest);
    if (!kept.ptr)
        return arena_error(run->arena, err);
    log_info("fetching the index of Java archives %.*s (%.1f MB)", STR_ARG(reference), (double)artifact.blob.size_bytes / 1e6);
    if (!update_download(run->fetching, &artifact, run->folder, run->arena, &download, err))
        return false;
    if (rename(download.path.ptr, kept.ptr) != 0) {
        error_system(err, "%s", kept.ptr);
        update_download_drop(&download);
        return false;
    }
    run->java_fd = download.fd;
    return true;
}

static bool prepare_java(struct run *run, struct error *err)
{
    const struct update_options *o = run->options;
    struct str references = o->java_repositories.len ? o->java_repositories : str_from(update_java_repositories);
    bool has = run->before.java.digest.len > 0;
    if (o->java == UPDATE_JAVA_DROP || (o->java == UPDATE_JAVA_KEEP && !has))
        return true;
    if (o->java == UPDATE_JAVA_KEEP && !o->java_repositories.len)
        references = run->before.java.reference;
    if (o->impatient && time_now() - run->before.java.fetched_s < JAVA_STAYS_S && reuse_java(run))
        return true;
    struct error failure = { 0 };
    if (first_of(run, references, try_java, &failure))
        return true;
    if (o->java == UPDATE_JAVA_KEEP && !interrupted() && reuse_java(run)) {
        log_warn("the index of Java archives stays as it was: %s", failure.text);
        return true;
    }
    *err = failure;
    return false;
}

/* ---- the database ---------------------------------------------------------------------------------------------------------------------------- */

/* A database that is damaged, or of another version's format, is made anew. */
static bool is_sound(const struct run *run, struct str name)
{
    struct error none = { 0 };
    struct str path = arena_printf(run->arena, "%.*s/%.*s", STR_ARG(run->folder), STR_ARG(name));
    struct vulndb *db = path.ptr ? vulndb_open(path.ptr, &none) : NULL;
    bool ok = db && (run->options->impatient || vulndb_verify(db, &none));
    vulndb_close(db);
    return ok;
}

/* By its manifest, or where that was written anew, by what it holds. */
static bool is_current(const struct run *run, const struct update_artifact *artifact)
{
    const struct update_note *before = &run->before;
    return run->had_one && str_eq(run->java.blob, before->java.blob) &&
           (str_eq(artifact->digest, before->database.digest) || str_eq(artifact->blob.digest, before->database.blob)) &&
           is_sound(run, before->file);
}

/* The file is complete on the disk before it gets its name, and has it before it is pointed to. Its time says when it was put in
 * place: by that the folder is tidied. */
static bool put_in_place(struct run *run, struct str made, struct str name, struct error *err)
{
    struct str path = arena_printf(run->arena, "%.*s/%.*s", STR_ARG(run->folder), STR_ARG(name));
    if (!path.ptr)
        return arena_error(run->arena, err);
    int fd = open(made.ptr, O_RDWR | O_CLOEXEC);
    bool ok = fd >= 0 && futimens(fd, NULL) == 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return (ok && rename(made.ptr, path.ptr) == 0) || error_system(err, "%s", path.ptr);
}

/* Another update may have finished meanwhile: a newer database of the same reference stays. */
static bool install(struct run *run, struct str reference, const struct update_artifact *artifact, const struct update_made *made,
                    struct error *err)
{
    struct update_note now = { 0 }, *note = &run->out->note;
    struct str algorithm, hex, java_hex;
    bool has = update_note_read(run->arena, &now);
    if (has && !str_eq(now.database.digest, run->before.database.digest) && str_eq(now.database.reference, reference) &&
        now.built_s > made->built_s) {
        *note = now;
        return true;
    }
    str_cut(artifact->digest, ':', &algorithm, &hex);
    str_cut(run->java.blob, ':', &algorithm, &java_hex);
    *note = (struct update_note){ .database = { reference, artifact->digest, artifact->blob.digest, time_now() },
                                  .java = run->java,
                                  .built_s = made->built_s,
                                  .next_s = made->next_s };
    note->file = arena_printf(run->arena, "%.*s%s%.*s.ddb", STR_ARG(str_head(hex, 16)), java_hex.len ? "-" : "",
                              STR_ARG(str_head(java_hex, 8)));
    if (!note->file.ptr)
        return arena_error(run->arena, err);
    note->previous = !has ? (struct str){ 0 } : str_eq(now.file, note->file) ? now.previous : now.file;
    if (!put_in_place(run, made->path, note->file, err) || !update_note_write(note, run->arena, err))
        return false;
    update_tidy(note, run->arena);
    return true;
}

static bool make_and_install(struct run *run, struct str reference, const struct update_artifact *artifact,
                             struct update_download *download, struct error *err)
{
    struct update_made made;
    struct update_input database = { artifact->kind, download->fd }, java = { NULL, run->java_fd };
    for (const struct update_kind *kind = update_kinds(); kind->media_type; kind++)
        if (kind->feed && strcmp(kind->feed, "jar-index") == 0)
            java.kind = kind;
    bool with_java = run->java_fd >= 0 && (artifact->kind->feed || run->options->java == UPDATE_JAVA_ADD);
    if (!with_java)
        run->java = (struct update_part){ 0 };
    if (!update_work_begin(run->arena, &run->work, err))
        return false;
    bool ok = update_make(&database, with_java ? &java : NULL, run->work, run->arena, &made, err) &&
              install(run, reference, artifact, &made, err);
    update_work_end(run->work);
    return ok;
}

static bool try_database(struct run *run, struct str reference, struct error *err)
{
    struct update_artifact artifact;
    struct update_download download = { 0 };
    if (!update_look(run->asking, reference, "2", run->arena, &artifact, err))
        return false;
    if (artifact.kind->feed && strcmp(artifact.kind->feed, "trivy-db") != 0)
        return error_set(err, ERROR_UNSUPPORTED, "is an index of Java archives, no vulnerability database");
    if (is_current(run, &artifact)) {
        run->out->note = run->before;
        run->out->up_to_date = true;
        return true;
    }
    log_info("fetching the vulnerability database %.*s (%.1f MB)", STR_ARG(reference), (double)artifact.blob.size_bytes / 1e6);
    if (!update_download(run->fetching, &artifact, run->folder, run->arena, &download, err))
        return false;
    bool ok = make_and_install(run, reference, &artifact, &download, err);
    if (!ok && interrupted())
        close(download.fd); /* it is whole: the next run goes on from here */
    else
        update_download_drop(&download);
    return ok;
}

/* ---- all of it --------------------------------------------------------------------------------------------------------------------------------- */

static bool open_registries(struct run *run, struct error *err)
{
    struct registry_options asking = run->options->registry;
    run->fetching = registry_new(&run->options->registry, err);
    uint64_t most_s = run->options->impatient ? IMPATIENT_S : PATIENT_S;
    asking.net.retries = run->options->impatient ? 1 : 2;
    if (asking.net.timeout_s == 0 || asking.net.timeout_s > most_s)
        asking.net.timeout_s = most_s;
    run->asking = run->fetching ? registry_new(&asking, err) : NULL;
    return run->asking != NULL;
}

bool update_run(const struct update_options *options, struct arena *arena, struct update_result *out, struct error *err)
{
    struct run run = { .options = options, .arena = arena, .out = out, .java_fd = -1 };
    struct str references = options->repositories.len ? options->repositories : str_from(update_repositories);
    *out = (struct update_result){ 0 };
    bool ok = update_folder(arena, &run.folder, err) && file_make_dirs(run.folder.ptr, err) && open_registries(&run, err);
    if (ok) {
        run.had_one = update_note_read(arena, &run.before);
        ok = prepare_java(&run, err) && first_of(&run, references, try_database, err);
    }
    struct update_check check = { .at_s = time_now(), .failed = !ok, .problem = str_from(ok ? "" : err->text) };
    if (ok || (options->impatient && !interrupted()))
        update_check_write(&check, arena);
    if (run.java_fd >= 0)
        close(run.java_fd);
    registry_free(run.asking);
    registry_free(run.fetching);
    return ok;
}
