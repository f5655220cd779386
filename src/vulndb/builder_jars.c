/* The index of published Java archives: which coordinates an archive with a given SHA-1 has, and which groups publish a version
 * of an artifact. format.h has its three sections. */
#include "builder_write.h"

#include <stdlib.h>

bool vulndb_add_jar(struct vulndb_builder *builder, const struct vulndb_jar *jar, const unsigned char sha1[static 20],
                    struct error *err)
{
    struct staged_jar staged = { 0 };
    if (!builder_text(builder, jar->artifact, &staged.artifact, err) || !builder_text(builder, jar->group, &staged.group, err) ||
        !builder_text(builder, jar->version, &staged.version, err))
        return false;
    memcpy(staged.sha1, sha1, sizeof staged.sha1);
    buf_add(&builder->jars, &staged, sizeof staged);
    return !builder->jars.failed || builder_memory(err);
}

static int by_place(uint32_t x, uint32_t y)
{
    return (x > y) - (x < y);
}

static int compare_coordinates(const struct staged_jar *x, const struct staged_jar *y)
{
    int order = by_place(x->artifact, y->artifact);
    order = order ? order : by_place(x->group, y->group);
    return order ? order : by_place(x->version, y->version);
}

static int compare_jars(const void *a, const void *b)
{
    const struct staged_jar *x = a, *y = b;
    int order = compare_coordinates(x, y);
    return order ? order : memcmp(x->sha1, y->sha1, sizeof x->sha1);
}

/* Of equal archives, published under several coordinates, the first in the order of these counts. */
static int compare_hashes(const void *a, const void *b)
{
    const struct ddb_jar_hash *x = a, *y = b;
    int order = memcmp(x->sha1, y->sha1, sizeof x->sha1);
    return order ? order : by_place(x->version, y->version);
}

static bool put_coordinates(struct output *out, const struct staged_jar *jars, size_t count, struct error *err)
{
    struct buf *artifacts = &out->sections[DDB_JAR_ARTIFACTS], *versions = &out->sections[DDB_JAR_VERSIONS];
    struct buf *hashes = &out->sections[DDB_JAR_HASHES];
    for (size_t i = 0; i < count; i++) {
        bool same_artifact = i && jars[i].artifact == jars[i - 1].artifact && jars[i].group == jars[i - 1].group;
        if (!same_artifact) {
            struct ddb_jar_artifact artifact = { jars[i].artifact, jars[i].group, (uint32_t)(versions->len / 4), 0 };
            buf_add(artifacts, &artifact, sizeof artifact);
        }
        if (artifacts->failed || versions->failed)
            return builder_memory(err);
        if (!same_artifact || jars[i].version != jars[i - 1].version) {
            buf_u32(versions, jars[i].version);
            STAGED(*artifacts, ddb_jar_artifact)[STAGED_COUNT(*artifacts, ddb_jar_artifact) - 1].version_count++;
        }
        struct ddb_jar_hash hash = { .version = (uint32_t)(versions->len / 4) - 1 };
        memcpy(hash.sha1, jars[i].sha1, sizeof hash.sha1);
        buf_add(hashes, &hash, sizeof hash);
    }
    return (!versions->failed && !hashes->failed) || builder_memory(err);
}

static void sort_hashes(struct buf *section)
{
    struct ddb_jar_hash *hashes = STAGED(*section, ddb_jar_hash);
    size_t count = STAGED_COUNT(*section, ddb_jar_hash), kept = 0;
    if (count)
        qsort(hashes, count, sizeof *hashes, compare_hashes);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || memcmp(hashes[i].sha1, hashes[kept - 1].sha1, sizeof hashes[i].sha1) != 0)
            hashes[kept++] = hashes[i];
    section->len = kept * sizeof *hashes;
}

bool output_jars(struct output *out, struct error *err)
{
    struct staged_jar *jars = STAGED(out->builder->jars, staged_jar);
    size_t count = STAGED_COUNT(out->builder->jars, staged_jar);
    if (count > UINT32_MAX)
        return error_set(err, ERROR_LIMIT, "more Java archives than the database can hold");
    for (size_t i = 0; i < count; i++) {
        jars[i].artifact = out->place[jars[i].artifact];
        jars[i].group = out->place[jars[i].group];
        jars[i].version = out->place[jars[i].version];
    }
    if (count)
        qsort(jars, count, sizeof *jars, compare_jars);
    if (!put_coordinates(out, jars, count, err))
        return false;
    sort_hashes(&out->sections[DDB_JAR_HASHES]);
    return true;
}
