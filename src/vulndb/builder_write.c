/* Writing a .ddb: join, sort, merge, then header, sections and sums in one image of the file; format.h has the layout. */
#include "builder_write.h"

#include <stdlib.h>
#include <xxhash.h>

static void report_problems(const struct vulndb_builder *builder)
{
    size_t pos = 0;
    struct str reason;
    uint64_t count;
    while (map_each(&builder->problems, &pos, &reason, &count))
        if (count > 1)
            log_line(builder->problem_level, "%.*s: %llu in all", STR_ARG(reason), (unsigned long long)count);
}

static void pad(struct buf *file, size_t alignment)
{
    static const char zeroes[DDB_HEADER_BYTES];
    buf_add(file, zeroes, (alignment - file->len % alignment) % alignment);
}

static void put_sums(struct buf *file, struct buf *sums)
{
    for (size_t at = DDB_HEADER_BYTES; at < file->len; at += DDB_BLOCK_BYTES) {
        size_t size = file->len - at < DDB_BLOCK_BYTES ? file->len - at : DDB_BLOCK_BYTES;
        buf_u64(sums, XXH3_64bits(file->ptr + at, size));
    }
}

/* Appends the sections (and frees them) and fills the header in front of them. */
static bool assemble(struct output *out, struct buf *file, int64_t built_s, struct error *err)
{
    struct ddb_header header = { .version = DDB_VERSION, .built_s = built_s };
    memcpy(header.magic, DDB_MAGIC, sizeof header.magic);
    header.flags = out->builder->starter ? DDB_FLAG_STARTER : 0;
    buf_add(file, &header, sizeof header);
    pad(file, DDB_HEADER_BYTES);
    for (size_t i = 0; i < DDB_SECTION_COUNT; i++) {
        struct buf *section = &out->sections[i];
        if (i == DDB_SUMS)
            put_sums(file, section);
        if (section->failed)
            return builder_memory(err);
        header.sections[i].offset = file->len;
        header.sections[i].bytes = section->len;
        buf_str(file, buf_view(section));
        if (i == DDB_SUMS)
            header.sums_hash = XXH3_64bits(section->ptr, section->len);
        else
            pad(file, 8);
        buf_free(section);
    }
    if (file->failed)
        return builder_memory(err);
    header.file_bytes = file->len;
    header.header_hash = XXH3_64bits(&header, offsetof(struct ddb_header, header_hash));
    memcpy(file->ptr, &header, sizeof header);
    return true;
}

static bool write_file(const struct buf *file, const char *path, struct error *err)
{
    struct file_writer writer;
    if (!file_writer_open(&writer, path, err))
        return false;
    if (!file_write_all(writer.fd, file->ptr, file->len, err)) {
        file_writer_abort(&writer);
        return error_wrap(err, "%s", path);
    }
    return file_writer_commit(&writer, err);
}

bool vulndb_builder_write(struct vulndb_builder *builder, const char *path, int64_t built_s, struct error *err)
{
    struct output out = { .builder = builder };
    struct buf file;
    for (size_t i = 0; i < DDB_SECTION_COUNT; i++)
        buf_init(&out.sections[i], SIZE_MAX / 4);
    buf_init(&out.list_places, SIZE_MAX / 4);
    buf_init(&file, SIZE_MAX / 4);
    bool ok = pool_init(&out.lists) || builder_memory(err);
    ok = ok && builder_join(builder, err) && output_finalize(&out, err) && builder_merge(builder, err) &&
         output_sections(&out, err) && output_jars(&out, err) && assemble(&out, &file, built_s, err) &&
         write_file(&file, path, err);
    if (ok)
        report_problems(builder);
    for (size_t i = 0; i < DDB_SECTION_COUNT; i++)
        buf_free(&out.sections[i]);
    pool_free(&out.lists);
    buf_free(&out.list_places);
    buf_free(&file);
    free(out.place);
    return ok;
}
