/* make_starter TABLES DATABASE SOURCE: makes the built-in database at build time, as a file and as a C array of its bytes.
 *
 * Its build date is the date of its facts, so that building twice gives the same bytes. */
#include <stdlib.h>

#include "builder.h"
#include "vulndb/feeds/feed.h"

enum { MAX_BYTES = 16 << 20, BYTES_A_LINE = 32 };

static bool make_database(const char *tables, const char *path, struct error *err)
{
    struct vulndb_builder *builder = vulndb_builder_new(err);
    bool ok = builder && feed_starter.read(builder, tables, err);
    if (ok) {
        builder_set_starter(builder);
        ok = vulndb_builder_write(builder, path, builder_source_date(builder), err);
    }
    vulndb_builder_free(builder);
    return ok;
}

/* The reader takes numbers of 64 bits from aligned places. */
static void print_source(struct str bytes, struct buf *out)
{
    buf_text(out, "#include \"vulndb/vulndb.h\"\n\nstatic const _Alignas(16) unsigned char bytes[] = {");
    for (size_t i = 0; i < bytes.len; i++)
        buf_printf(out, "%s%u,", i % BYTES_A_LINE ? "" : "\n", (unsigned)(unsigned char)bytes.ptr[i]);
    buf_text(out, "\n};\n\nstruct str vulndb_starter_bytes(void)\n{\n    return str_make(bytes, sizeof bytes);\n}\n");
}

static bool write_source(const char *database, const char *path, struct error *err)
{
    struct arena arena;
    struct buf source;
    struct str bytes;
    struct file_writer writer;
    arena_init(&arena, "the starter database", MAX_BYTES);
    buf_init(&source, (size_t)MAX_BYTES * 5);
    bool ok = file_read(database, MAX_BYTES / 2, &arena, &bytes, err);
    if (ok) {
        print_source(bytes, &source);
        ok = (!source.failed || error_set(err, ERROR_LIMIT, "%s: too large to be built in", database)) &&
             file_writer_open(&writer, path, err);
    }
    if (ok && !file_write_all(writer.fd, source.ptr, source.len, err)) {
        file_writer_abort(&writer);
        ok = false;
    }
    ok = ok && file_writer_commit(&writer, err);
    buf_free(&source);
    arena_free(&arena);
    return ok;
}

int main(int argc, char **argv)
{
    struct error err = { 0 };
    if (argc != 4) {
        fprintf(stderr, "usage: make_starter TABLES DATABASE SOURCE\n");
        return 2;
    }
    if (make_database(argv[1], argv[2], &err) && write_source(argv[2], argv[3], &err))
        return 0;
    fprintf(stderr, "make_starter: %s\n", err.text);
    return 2;
}
