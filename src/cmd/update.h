/* update.h (private) - the vulnerability database that `drydock db update` fetches: where from, what is noted of it, and how a newer
 * one takes its place while scans run.
 *
 * All of it lies in the folder "db" of the cache:
 *     NAME.ddb           a database, written under another name and renamed; scans map it. The current one and the one before stay
 *     current            JSON: which that is, and what it was made of (struct update_note); replaced by rename
 *     checked            JSON: when a newer one was looked for last, and what came of it (struct update_check)
 *     partial-DIGEST-X   a download that is going on, or one that broke off and is gone on with; locked (flock) while in use
 *     java-DIGEST.blob   what the index of Java archives is made of, kept for the next database
 *     work-X             the folder of one conversion
 *     lock               locked (flock) by a scan that updates, so that others that start with it need not fetch too
 * What is put in place needs no lock: two `db update` at once fetch twice, and the last one to finish stays. */
#ifndef DRYDOCK_CMD_UPDATE_H
#define DRYDOCK_CMD_UPDATE_H

#include "cmd/database.h"
#include "registry/registry.h"

/* ---- what is noted (update_note.c) ----------------------------------------------------------------------------------------------- */

/* An artifact that was fetched. */
struct update_part {
    struct str reference;    /* as it was named */
    struct str digest, blob; /* of its manifest, of its one layer; empty: there is none */
    int64_t fetched_s;
};

struct update_note {
    struct str file, previous; /* names in the folder */
    struct update_part database, java;
    int64_t built_s, next_s; /* when its publisher made it, and means to make the next one */
};

struct update_check {
    int64_t at_s; /* 0: never */
    bool failed;
    struct str problem;
};

bool update_folder(struct arena *arena, struct str *out, struct error *err);
/* False: there is none that could be read. */
bool update_note_read(struct arena *arena, struct update_note *out);
bool update_note_write(const struct update_note *note, struct arena *arena, struct error *err);
bool update_check_read(struct arena *arena, struct update_check *out);
/* Failure is not told: without a cache folder that can be written to, every update fails, which is. */
void update_check_write(const struct update_check *check, struct arena *arena);
/* Makes a folder for one conversion; removes it with all files in it. */
bool update_work_begin(struct arena *arena, struct str *out, struct error *err);
void update_work_end(struct str folder);
/* Removes what no database needs any more: those before the previous one, downloads that nobody goes on with, folders of
 * conversions that died. */
void update_tidy(const struct update_note *note, struct arena *arena);

/* ---- from an artifact to a database (update_make.c) -------------------------------------------------------------------------------- */

/* What a layer's media type says that it is. */
struct update_kind {
    const char *media_type;
    const char *member; /* the file in the tar that is used; NULL: the layer is a .ddb, perhaps compressed */
    const char *feed;   /* what reads it: a kind of `db build` */
};
const struct update_kind *update_kinds(void); /* ends with media_type NULL */

struct update_input {
    const struct update_kind *kind; /* NULL: none */
    int fd;
};
struct update_made {
    struct str path; /* in `folder` */
    int64_t built_s, next_s;
};
/* Makes a .ddb in `folder` (an empty one), and checks all of it. */
bool update_make(const struct update_input *database, const struct update_input *java, struct str folder, struct arena *arena,
                 struct update_made *out, struct error *err);

/* ---- from a reference to a file (update_fetch.c) ------------------------------------------------------------------------------------ */

struct update_artifact {
    struct image_reference reference;
    struct str digest; /* of the manifest */
    const struct update_kind *kind;
    struct registry_blob blob;
};
/* What a reference names; without tag and digest its tag is `tag`. */
bool update_look(struct registry *registry, struct str reference, const char *tag, struct arena *arena,
                 struct update_artifact *out, struct error *err);
/* The artifact's layer as a file in the update's folder, whole and verified. */
struct update_download {
    int fd;
    struct str path;
};
bool update_download(struct registry *registry, const struct update_artifact *artifact, struct str folder, struct arena *arena,
                     struct update_download *out, struct error *err);
/* Closes the file and removes it. Accepts one that is zeroed. */
void update_download_drop(struct update_download *download);

/* ---- the update (update_run.c) ------------------------------------------------------------------------------------------------------- */

extern const char update_repositories[], update_java_repositories[]; /* the defaults, with commas between */

enum update_java { UPDATE_JAVA_KEEP, UPDATE_JAVA_ADD, UPDATE_JAVA_DROP };

struct update_options {
    struct registry_options registry;
    struct str repositories, java_repositories; /* tried in order, with commas between; empty: the defaults */
    enum update_java java;                      /* KEEP: an index that the current database has is renewed now and then */
    bool impatient;                             /* before a scan: a registry that does not answer is not waited for */
};

struct update_result {
    struct update_note note; /* what is current now */
    bool up_to_date;         /* it was current before */
};

/* Looks for a newer database and puts it in place. On failure all is as it was. Notes the time of the check in either case. */
bool update_run(const struct update_options *options, struct arena *arena, struct update_result *out, struct error *err);

#endif
