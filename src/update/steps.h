/* steps.h (private) - the steps of an update, and what is noted of it. */
#ifndef DRYDOCK_UPDATE_STEPS_H
#define DRYDOCK_UPDATE_STEPS_H

#include "update/update.h"

/* ---- what is noted (note.c) ---------------------------------------------------------------------------------------------------- */

bool update_folder(struct arena *arena, struct str *out, struct error *err);
bool update_note_write(const struct update_note *note, struct arena *arena, struct error *err);
/* Failure is not told: without a cache folder that can be written to, every update fails, which is. */
void update_check_write(const struct update_check *check, struct arena *arena);
/* Makes a folder for one conversion; removes it with all files in it. */
bool update_work_begin(struct arena *arena, struct str *out, struct error *err);
void update_work_end(struct str folder);
/* Removes what no database needs any more: those before the previous one, downloads that nobody goes on with, folders of
 * conversions that died. */
void update_tidy(const struct update_note *note, struct arena *arena);

/* ---- from an artifact to a database (make.c) -------------------------------------------------------------------------------- */

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

/* ---- from a reference to a file (fetch.c) ------------------------------------------------------------------------------------ */

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

/* ---- trivy_metadata.c ---------------------------------------------------------------------------------------------------------------- */

/* What stands in metadata.json beside Trivy's database. */
struct trivy_metadata {
    bool found;
    int64_t version, updated_s, next_s; /* 0: not told */
};
enum { TRIVY_METADATA_MAX_BYTES = 64 << 10 };
bool trivy_metadata_read(struct str folder, struct arena *arena, struct trivy_metadata *out, struct error *err);

#endif
