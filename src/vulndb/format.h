/* format.h - the structs of a .ddb file, version 2. Private to the folder.
 *
 *     header (4096 bytes: identity, section table, its own hash)
 *     sections, each aligned to 8 bytes, all made of the structs below
 *     sums: XXH3 (64 bits) of each 64 KiB block between the header and the sums themselves
 *
 * All numbers are little-endian. Text is referred to by its offset in the string pool (LEB128 length, then the bytes; offset
 * 0 is the empty text), lists by their index in the list pool (a count, then that many u32; index 0 is the empty list). Both
 * pools hold each content once; texts stand in byte order. */
#ifndef DRYDOCK_VULNDB_FORMAT_H
#define DRYDOCK_VULNDB_FORMAT_H

#include <stdint.h>

#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the database is mapped as it is: little-endian machines only"
#endif

#define DDB_MAGIC "DRYDKDB\n"
enum {
    DDB_VERSION = 2,
    DDB_HEADER_BYTES = 4096,
    DDB_BLOCK_BYTES = 64 * 1024,
    DDB_DETAIL_BYTES = 16 * 1024, /* of plain text in one detail block, unless a single record is larger */
    DDB_FLAG_STARTER = 1,
    DDB_NONE = -1, /* as u32: no such number */
};

enum ddb_section {
    DDB_STRINGS,
    DDB_LISTS,
    DDB_SOURCES,
    DDB_SPACES,          /* by name */
    DDB_PACKAGES,        /* by space, then name */
    DDB_SLOTS,           /* open addressing over packages; a power of two */
    DDB_ADVISORIES,      /* by package, then vulnerability, source … */
    DDB_VULNERABILITIES, /* by id */
    DDB_ALIASES,         /* by alias */
    DDB_DETAIL_BLOCKS,
    DDB_DETAILS,
    DDB_CPES,          /* by index */
    DDB_CPE_MAPS,      /* by table, then name */
    DDB_JAR_ARTIFACTS, /* by artifact, then group; these three are empty without an index of Java archives */
    DDB_JAR_VERSIONS,  /* texts, by artifact record, then text */
    DDB_JAR_HASHES,    /* by SHA-1 */
    DDB_SUMS,
    DDB_SECTION_COUNT
};

struct ddb_header {
    char magic[8];
    uint32_t version, flags;
    int64_t built_s;
    uint64_t file_bytes;
    struct {
        uint64_t offset, bytes;
    } sections[DDB_SECTION_COUNT];
    uint64_t sums_hash;   /* XXH3 of the sums */
    uint64_t header_hash; /* XXH3 of the header before this field */
};

struct ddb_source {
    uint32_t id, name, url, base_id;
    int64_t date_s;
    uint64_t advisory_count;
};

struct ddb_space {
    uint32_t name, first_package, package_count, advisory_count;
};

struct ddb_package {
    uint32_t name, space, first_advisory, advisory_count;
};

/* XXH3 of space + '\0' + name: its upper half is the tag, its lower half the first slot to look at. */
struct ddb_slot {
    uint32_t tag, package; /* package number + 1; 0: free */
};

enum { DDB_NO_SEVERITY = 0xFF };
struct ddb_advisory {
    uint32_t id, vulnerability; /* vulnerability: its number, or DDB_NONE */
    uint32_t fixed, affected_text;
    uint32_t ranges, exact, vendor_ids; /* lists of ddb_range, ddb_exact, texts */
    uint32_t scope;                     /* list: flavour, number of arches, arches …, CPE indices … */
    uint16_t source;
    uint8_t status, severity;
};

enum { DDB_HAS_LOW = 1, DDB_HAS_HIGH = 2, DDB_LOW_OPEN = 4, DDB_HIGH_OPEN = 8 };
struct ddb_range {
    uint32_t flags, low_key, low, high_key, high;
};

struct ddb_exact { /* by key */
    uint32_t key, text;
};

struct ddb_rating { /* by source */
    uint32_t source, severity, cvss2, cvss3, cvss4;
    float score2, score3, score4;
};

enum { DDB_VULNERABILITY_RANSOMWARE = 1 };
struct ddb_vulnerability {
    uint32_t id, title, ratings, cwes, aliases;
    uint32_t detail_block, detail_offset; /* block DDB_NONE: no description, no references */
    uint8_t severity, flags, reserved[2];
    int64_t published_s, modified_s, withdrawn_s, kev_added_s, kev_due_s;
    float epss, epss_percentile;
};

struct ddb_alias {
    uint32_t alias, vulnerability;
};

/* A block inflates (zstd; plain where the two sizes are equal) to detail records: u32 length and bytes of the description,
 * u32 number of references, u32 length and bytes of each. */
struct ddb_detail_block {
    uint64_t offset; /* in DDB_DETAILS */
    uint32_t packed_bytes, plain_bytes;
};

struct ddb_cpe {
    uint32_t index, text;
};

struct ddb_cpe_map {
    uint32_t table, name, indices; /* table: text "repository" or "nvr" */
};

/* Published Java archives. The versions of an artifact are numbers first_version up to first_version + version_count. */
struct ddb_jar_artifact {
    uint32_t artifact, group, first_version, version_count;
};

struct ddb_jar_hash {
    uint8_t sha1[20];
    uint32_t version; /* its number tells the artifact too */
};

#endif
