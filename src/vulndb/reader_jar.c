/* Looking up Java archives: by SHA-1, and by artifact and version. All by binary search in mapped sections. */
#include "reader.h"

static uint64_t version_count(const struct vulndb *db)
{
    return db_count(db, DDB_JAR_VERSIONS, 4);
}

/* The artifact that a version's number belongs to, by the first version of each. */
static bool artifact_of(struct vulndb *db, uint32_t version, struct ddb_jar_artifact *out, struct error *err)
{
    uint64_t low = 0, high = db_count(db, DDB_JAR_ARTIFACTS, sizeof *out);
    while (low + 1 < high) {
        uint64_t middle = low + (high - low) / 2;
        if (!db_record(db, DDB_JAR_ARTIFACTS, middle, out, sizeof *out, err))
            return false;
        if (out->first_version <= version)
            low = middle;
        else
            high = middle;
    }
    if (!db_record(db, DDB_JAR_ARTIFACTS, low, out, sizeof *out, err))
        return false;
    return (version >= out->first_version && version - out->first_version < out->version_count) ||
           db_damaged(err, "a Java archive's version");
}

static bool version_text(struct vulndb *db, uint64_t number, struct str *out, struct error *err)
{
    uint32_t text;
    return db_record(db, DDB_JAR_VERSIONS, number, &text, sizeof text, err) && db_text(db, text, out, err);
}

static bool jar_at(struct vulndb *db, uint32_t version, struct vulndb_jar *out, struct error *err)
{
    struct ddb_jar_artifact artifact;
    return artifact_of(db, version, &artifact, err) && db_text(db, artifact.group, &out->group, err) &&
           db_text(db, artifact.artifact, &out->artifact, err) && version_text(db, version, &out->version, err);
}

bool vulndb_jar_find(struct vulndb *db, const unsigned char sha1[static 20], struct vulndb_jar *out, struct error *err)
{
    struct ddb_jar_hash record;
    uint64_t low = 0, high = db_count(db, DDB_JAR_HASHES, sizeof record);
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (!db_record(db, DDB_JAR_HASHES, middle, &record, sizeof record, err))
            return false;
        int order = memcmp(sha1, record.sha1, sizeof record.sha1);
        if (order == 0)
            return jar_at(db, record.version, out, err);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

/* Does the artifact have this version? Its versions stand in the order of their bytes. */
static bool has_version(struct vulndb *db, const struct ddb_jar_artifact *artifact, struct str version, bool *has,
                        struct error *err)
{
    uint64_t low = artifact->first_version, high = low + artifact->version_count;
    *has = false;
    while (low < high && !*has) {
        uint64_t middle = low + (high - low) / 2;
        struct str text;
        if (!version_text(db, middle, &text, err))
            return false;
        int order = str_cmp(version, text);
        *has = order == 0;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return true;
}

/* The first record of the artifact's name; records of one name stand together, by group. */
static bool first_of(struct vulndb *db, struct str artifact, uint64_t *number, struct error *err)
{
    uint64_t low = 0, high = db_count(db, DDB_JAR_ARTIFACTS, sizeof(struct ddb_jar_artifact));
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        struct ddb_jar_artifact record;
        struct str text;
        if (!db_record(db, DDB_JAR_ARTIFACTS, middle, &record, sizeof record, err) || !db_text(db, record.artifact, &text, err))
            return false;
        if (str_cmp(artifact, text) <= 0)
            high = middle;
        else
            low = middle + 1;
    }
    *number = low;
    return true;
}

bool vulndb_jar_group(struct vulndb *db, struct str artifact, struct str version, struct str group, struct str *out,
                      struct error *err)
{
    uint64_t i, count = db_count(db, DDB_JAR_ARTIFACTS, sizeof(struct ddb_jar_artifact));
    size_t found = 0;
    if (!first_of(db, artifact, &i, err))
        return false;
    for (; i < count; i++) {
        struct ddb_jar_artifact record;
        struct str name, publisher;
        bool has;
        if (!db_record(db, DDB_JAR_ARTIFACTS, i, &record, sizeof record, err) || !db_text(db, record.artifact, &name, err) ||
            !db_text(db, record.group, &publisher, err))
            return false;
        if (!str_eq(name, artifact))
            break;
        if (group.len && !str_eq(publisher, group))
            continue;
        if (!has_version(db, &record, version, &has, err))
            return false;
        if (has && found++ == 0)
            *out = publisher;
    }
    return found == 1;
}

bool db_verify_jars(struct vulndb *db, struct error *err)
{
    struct ddb_jar_artifact artifact;
    struct ddb_jar_hash hash, last = { 0 };
    struct str text;
    uint64_t next = 0;
    for (uint64_t i = 0; i < db_count(db, DDB_JAR_ARTIFACTS, sizeof artifact); i++) {
        if (!db_record(db, DDB_JAR_ARTIFACTS, i, &artifact, sizeof artifact, err) ||
            !db_text(db, artifact.artifact, &text, err) || !db_text(db, artifact.group, &text, err))
            return false;
        if (artifact.first_version != next)
            return db_damaged(err, "its Java artifacts");
        next += artifact.version_count;
    }
    if (next != version_count(db))
        return db_damaged(err, "its Java versions");
    for (uint64_t i = 0; i < next; i++)
        if (!version_text(db, i, &text, err))
            return false;
    for (uint64_t i = 0; i < db_count(db, DDB_JAR_HASHES, sizeof hash); i++) {
        if (!db_record(db, DDB_JAR_HASHES, i, &hash, sizeof hash, err))
            return false;
        if (hash.version >= next || (i && memcmp(last.sha1, hash.sha1, sizeof hash.sha1) >= 0))
            return db_damaged(err, "its index of Java archives");
        last = hash;
    }
    return true;
}
