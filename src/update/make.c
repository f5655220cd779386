/* From an artifact's layer to a checked .ddb file: see update.h. Trivy publishes its databases as a compressed tar of the database
 * and a metadata.json; Drydock's own are the .ddb file as it is, or compressed with zstd. */
#include "update/steps.h"

#include <fcntl.h>
#include <unistd.h>

static const struct update_kind kinds[] = {
    { "application/vnd.aquasec.trivy.db.layer.v1.tar+gzip", "trivy.db", "trivy-db" },
    { "application/vnd.aquasec.trivy.javadb.layer.v1.tar+gzip", "trivy-java.db", "jar-index" },
    { "application/vnd.drydock.db.v2+ddb", NULL, NULL },
    { "application/vnd.drydock.db.v2+ddb+zstd", NULL, NULL },
    { 0 },
};

static const uint64_t MAX_UNPACKED_BYTES = (uint64_t)4 << 30;
enum { TRIVY_SCHEMA = 2, DAY_S = 86400 };

const struct update_kind *update_kinds(void)
{
    return kinds;
}

/* ---- unpacking ---------------------------------------------------------------------------------------------------------------------- */

static bool copy_stream(struct stream *in, int fd, struct str path, struct error *err)
{
    while (stream_fill(in, err) && in->len) {
        if (interrupted())
            return interrupt_error(err);
        if (!file_write_all(fd, in->ptr, in->len, err))
            return error_wrap(err, "%s", path.ptr);
        stream_consume(in, in->len);
    }
    return err->kind == ERROR_NONE;
}

static bool write_file(struct stream *in, struct str path, struct error *err)
{
    int fd = open(path.ptr, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return error_system(err, "%s", path.ptr);
    bool ok = copy_stream(in, fd, path, err);
    if (close(fd) != 0 && ok)
        ok = error_system(err, "%s", path.ptr);
    return ok;
}

/* Only the database and its metadata.json are taken, whatever else there is. */
static bool unpack_members(struct tar *tar, const char *member, struct str folder, struct arena *arena, bool *found,
                           struct error *err)
{
    struct tar_entry entry;
    while (tar_next(tar, &entry, err)) {
        bool is_member = str_is(entry.path, member);
        if (entry.type != TAR_FILE || (!is_member && !str_is(entry.path, "metadata.json")))
            continue;
        uint64_t most = is_member ? MAX_UNPACKED_BYTES : TRIVY_METADATA_MAX_BYTES;
        if (entry.size_bytes > most)
            return error_set(err, ERROR_LIMIT, "%.*s is larger than %llu bytes", STR_ARG(entry.path), (unsigned long long)most);
        struct str path = arena_printf(arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(entry.path));
        if (!path.ptr)
            return arena_error(arena, err);
        if (!write_file(tar_content(tar), path, err))
            return false;
        *found = *found || is_member;
    }
    return err->kind == ERROR_NONE;
}

static bool unpack(const struct update_input *input, struct str folder, struct arena *arena, struct error *err)
{
    bool found = false;
    struct stream *file = stream_file(input->fd, 0, UINT64_MAX, err);
    struct stream *plain = file ? stream_inflate_auto(file, MAX_UNPACKED_BYTES, NULL, err) : NULL;
    struct tar *tar = plain ? tar_open(plain, err) : NULL;
    bool ok = tar && unpack_members(tar, input->kind->member, folder, arena, &found, err) && stream_drain(plain, err);
    if (ok && !found)
        ok = error_set(err, ERROR_INPUT, "holds no %s", input->kind->member);
    tar_close(tar);
    stream_close(plain);
    return ok;
}

/* ---- the two ways ---------------------------------------------------------------------------------------------------------------------- */

static bool read_feed(struct vulndb_builder *builder, const struct update_input *input, struct str folder, struct arena *arena,
                      struct error *err)
{
    struct str path = arena_printf(arena, "%.*s/%s", STR_ARG(folder), input->kind->member);
    if (!path.ptr)
        return arena_error(arena, err);
    if (interrupted())
        return interrupt_error(err);
    return vulndb_feed_find(str_from(input->kind->feed))->read(builder, path.ptr, err);
}

static bool convert(const struct update_input *database, const struct update_input *java, struct str folder, struct arena *arena,
                    struct update_made *out, struct error *err)
{
    struct trivy_metadata metadata = { 0 };
    if (!unpack(database, folder, arena, err) || !trivy_metadata_read(folder, arena, &metadata, err))
        return false;
    if (!metadata.found)
        return error_set(err, ERROR_INPUT, "holds no metadata.json");
    if (metadata.version != TRIVY_SCHEMA)
        return error_set(err, ERROR_UNSUPPORTED, "is a database of schema %lld; this program reads schema %d",
                         (long long)metadata.version, TRIVY_SCHEMA);
    if (metadata.updated_s <= 0)
        return error_set(err, ERROR_INPUT, "metadata.json does not say when it was made");
    struct vulndb_builder *builder = vulndb_builder_new(err);
    if (builder)
        vulndb_builder_be_quiet(builder);
    bool ok = builder && read_feed(builder, database, folder, arena, err);
    if (ok && java) {
        struct str metadata_path = arena_printf(arena, "%.*s/metadata.json", STR_ARG(folder));
        unlink(metadata_path.ptr ? metadata_path.ptr : ""); /* the other artifact has its own */
        ok = (unpack(java, folder, arena, err) && read_feed(builder, java, folder, arena, err)) ||
             error_wrap(err, "index of Java archives");
    }
    ok = ok && (!interrupted() || interrupt_error(err)) && vulndb_builder_write(builder, out->path.ptr, metadata.updated_s, err);
    vulndb_builder_free(builder);
    out->built_s = metadata.updated_s;
    out->next_s = metadata.next_s;
    return ok;
}

static bool copy_database(const struct update_input *database, struct update_made *out, struct error *err)
{
    struct stream *file = stream_file(database->fd, 0, UINT64_MAX, err);
    struct stream *plain = file ? stream_inflate_auto(file, MAX_UNPACKED_BYTES, NULL, err) : NULL;
    bool ok = plain && write_file(plain, out->path, err);
    stream_close(plain);
    return ok;
}

/* It is from outside: every block and every offset is looked at, once. */
static bool check(struct update_made *made, struct error *err)
{
    struct vulndb_info info = { 0 };
    struct vulndb *db = vulndb_open(made->path.ptr, err);
    bool ok = db && vulndb_verify(db, err);
    if (db)
        vulndb_info(db, &info);
    vulndb_close(db);
    if (!ok)
        return false;
    if (info.is_starter || info.advisory_count == 0)
        return error_set(err, ERROR_INPUT, "%s", info.is_starter ? "is a starter database" : "holds no advisories");
    made->built_s = info.built_s;
    return true;
}

bool update_make(const struct update_input *database, const struct update_input *java, struct str folder, struct arena *arena,
                 struct update_made *out, struct error *err)
{
    struct update_made made = { .path = arena_printf(arena, "%.*s/new.ddb", STR_ARG(folder)) };
    if (!made.path.ptr)
        return arena_error(arena, err);
    if (java && !database->kind->feed)
        return error_set(err, ERROR_USAGE, "no index of Java archives can be added to a .ddb; it brings its own");
    bool ok = database->kind->feed ? convert(database, java, folder, arena, &made, err) : copy_database(database, &made, err);
    if (!ok || !check(&made, err))
        return false;
    if (made.next_s <= 0)
        made.next_s = made.built_s + DAY_S;
    *out = made;
    return true;
}
