/* rpm_fixture.h - writes small rpm databases for tests (package headers, and ndb, Berkeley DB and SQLite files around them)
 * and parses them. */
#ifndef DRYDOCK_RPM_FIXTURE_H
#define DRYDOCK_RPM_FIXTURE_H

#include "catalog/catalog.h"
#include "unit.h"

enum { MAX_FILE_BYTES = 1 << 20 };

struct rpm_sample {
    const char *name, *version, *release, *arch, *vendor, *licence, *source, *module; /* NULL: no such tag */
    int64_t epoch;                                                                    /* negative: no such tag */
    const char *dirs[4];
    struct {
        uint32_t dir;
        const char *base;
        uint32_t mode; /* 0 in the first: no tags of what files are */
        uint32_t size, flags, unverified, state;
        const char *target; /* NULL: "" */
    } files[8];
    const char *later_release; /* an entry past the region, as if added on installation */
};

static inline void fixture_u32(unsigned char *p, uint32_t value, bool big_endian)
{
    for (unsigned i = 0; i < 4; i++)
        p[i] = (unsigned char)(value >> 8 * (big_endian ? 3 - i : i));
}

static inline void fixture_u16(unsigned char *p, uint32_t value, bool big_endian)
{
    p[big_endian ? 1 : 0] = (unsigned char)value;
    p[big_endian ? 0 : 1] = (unsigned char)(value >> 8);
}

static inline void fixture_zeroes(struct buf *buf, size_t count)
{
    while (count-- > 0)
        buf_chr(buf, 0);
}

/* ---- headers ------------------------------------------------------------------------------------------------------------ */

struct fixture_header {
    struct buf index, data;
};

static inline void fixture_add_u32(struct buf *buf, uint32_t value)
{
    unsigned char bytes[4];
    fixture_u32(bytes, value, true);
    buf_add(buf, bytes, 4);
}

static inline void fixture_entry(struct buf *to, uint32_t tag, uint32_t type, uint32_t offset, uint32_t count)
{
    fixture_add_u32(to, tag);
    fixture_add_u32(to, type);
    fixture_add_u32(to, offset);
    fixture_add_u32(to, count);
}

static inline void fixture_text(struct fixture_header *h, uint32_t tag, const char *text)
{
    if (!text)
        return;
    fixture_entry(&h->index, tag, 6, (uint32_t)h->data.len, 1);
    buf_add(&h->data, text, strlen(text) + 1);
}

static inline void fixture_details(struct fixture_header *h, const struct rpm_sample *s, uint32_t files)
{
    while (h->data.len % 4)
        buf_chr(&h->data, 0);
    fixture_entry(&h->index, 1028, 4, (uint32_t)h->data.len, files);
    for (uint32_t i = 0; i < files; i++)
        fixture_add_u32(&h->data, s->files[i].size);
    fixture_entry(&h->index, 1037, 4, (uint32_t)h->data.len, files);
    for (uint32_t i = 0; i < files; i++)
        fixture_add_u32(&h->data, s->files[i].flags);
    fixture_entry(&h->index, 1045, 4, (uint32_t)h->data.len, files);
    for (uint32_t i = 0; i < files; i++)
        fixture_add_u32(&h->data, ~s->files[i].unverified);
    fixture_entry(&h->index, 1030, 3, (uint32_t)h->data.len, files);
    for (uint32_t i = 0; i < files; i++) {
        buf_chr(&h->data, (char)(s->files[i].mode >> 8));
        buf_chr(&h->data, (char)s->files[i].mode);
    }
    fixture_entry(&h->index, 1029, 1, (uint32_t)h->data.len, files);
    for (uint32_t i = 0; i < files; i++)
        buf_chr(&h->data, (char)s->files[i].state);
    fixture_entry(&h->index, 1036, 8, (uint32_t)h->data.len, files);
    for (uint32_t i = 0; i < files; i++) {
        const char *target = s->files[i].target ? s->files[i].target : "";
        buf_add(&h->data, target, strlen(target) + 1);
    }
}

static inline void fixture_files(struct fixture_header *h, const struct rpm_sample *s)
{
    uint32_t files = 0, dirs = 0;
    while (files < ARRAY_LEN(s->files) && s->files[files].base)
        files++;
    if (files == 0)
        return;
    while (h->data.len % 4)
        buf_chr(&h->data, 0);
    fixture_entry(&h->index, 1116, 4, (uint32_t)h->data.len, files);
    for (uint32_t i = 0; i < files; i++)
        fixture_add_u32(&h->data, s->files[i].dir);
    fixture_entry(&h->index, 1117, 8, (uint32_t)h->data.len, files);
    for (uint32_t i = 0; i < files; i++)
        buf_add(&h->data, s->files[i].base, strlen(s->files[i].base) + 1);
    size_t begin = h->data.len;
    while (dirs < ARRAY_LEN(s->dirs) && s->dirs[dirs]) {
        buf_add(&h->data, s->dirs[dirs], strlen(s->dirs[dirs]) + 1);
        dirs++;
    }
    fixture_entry(&h->index, 1118, 8, (uint32_t)begin, dirs);
    if (s->files[0].mode)
        fixture_details(h, s, files);
}

/* Appends the header as databases keep it to `out`. */
static inline void fixture_header(struct buf *out, const struct rpm_sample *s)
{
    struct fixture_header h;
    struct buf region;
    buf_init(&h.index, 1 << 16);
    buf_init(&h.data, 1 << 16);
    buf_init(&region, 64);
    fixture_text(&h, 1000, s->name);
    fixture_text(&h, 1001, s->version);
    fixture_text(&h, 1002, s->release);
    if (s->epoch >= 0) {
        while (h.data.len % 4)
            buf_chr(&h.data, 0);
        fixture_entry(&h.index, 1003, 4, (uint32_t)h.data.len, 1);
        fixture_add_u32(&h.data, (uint32_t)s->epoch);
    }
    fixture_text(&h, 1011, s->vendor);
    fixture_text(&h, 1014, s->licence);
    fixture_text(&h, 1022, s->arch);
    fixture_text(&h, 1044, s->source);
    fixture_files(&h, s);
    fixture_text(&h, 5096, s->module);
    size_t region_bytes = h.index.len + 16;
    fixture_entry(&region, 63, 7, (uint32_t)h.data.len, 16);
    fixture_entry(&h.data, 63, 7, 0U - (uint32_t)region_bytes, 16);
    fixture_text(&h, 1002, s->later_release);
    fixture_add_u32(out, (uint32_t)((region.len + h.index.len) / 16));
    fixture_add_u32(out, (uint32_t)h.data.len);
    buf_str(out, buf_view(&region));
    buf_str(out, buf_view(&h.index));
    buf_str(out, buf_view(&h.data));
    buf_free(&h.index);
    buf_free(&h.data);
    buf_free(&region);
}

/* ---- ndb ---------------------------------------------------------------------------------------------------------------- */

static inline uint32_t fixture_adler32(const char *bytes, size_t len)
{
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < len; i++) {
        a = (a + (unsigned char)bytes[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

static inline void fixture_ndb(struct buf *out, const struct str *headers, size_t count)
{
    enum { PAGE = 4096 };
    buf_text(out, "RpmP");
    buf_u32(out, 0);
    buf_u32(out, 7); /* generation */
    buf_u32(out, 1); /* pages of slots */
    buf_u32(out, (uint32_t)count + 1);
    fixture_zeroes(out, 12);
    size_t block = PAGE / 16;
    for (size_t i = 0; i < PAGE / 16 - 2; i++) {
        size_t blocks = i < count ? (16 + headers[i].len + 12 + 15) / 16 : 0;
        buf_text(out, "Slot");
        buf_u32(out, i < count ? (uint32_t)i + 1 : 0);
        buf_u32(out, i < count ? (uint32_t)block : 0);
        buf_u32(out, (uint32_t)blocks);
        block += blocks;
    }
    for (size_t i = 0; i < count; i++) {
        size_t begin = out->len, padded = (16 + headers[i].len + 12 + 15) / 16 * 16;
        buf_text(out, "BlbS");
        buf_u32(out, (uint32_t)i + 1);
        buf_u32(out, 1700000000);
        buf_u32(out, (uint32_t)headers[i].len);
        buf_str(out, headers[i]);
        fixture_zeroes(out, padded - 28 - headers[i].len);
        buf_u32(out, fixture_adler32(out->ptr + begin, out->len - begin));
        buf_u32(out, (uint32_t)headers[i].len);
        buf_text(out, "BlbE");
    }
}

/* ---- Berkeley DB hash --------------------------------------------------------------------------------------------------- */

enum { FIXTURE_BDB_PAGE = 512 };

static inline unsigned char *fixture_bdb_page(struct buf *out, uint32_t type, bool big)
{
    uint32_t number = (uint32_t)(out->len / FIXTURE_BDB_PAGE);
    fixture_zeroes(out, FIXTURE_BDB_PAGE);
    unsigned char *page = (unsigned char *)out->ptr + (size_t)number * FIXTURE_BDB_PAGE;
    fixture_u32(page + 8, number, big);
    page[25] = (unsigned char)type;
    return page;
}

/* Puts one item below the others; returns its place. */
static inline unsigned char *fixture_bdb_item(unsigned char *page, uint32_t *count, uint32_t *low, uint32_t size, bool big)
{
    *low -= size;
    fixture_u16(page + 26 + *count * 2, *low, big);
    fixture_u16(page + 20, ++*count, big);
    return page + *low;
}

/* Headers of at most 100 bytes stay on the hash page (where there is room), longer ones go to chains of overflow pages. */
static inline void fixture_bdb(struct buf *out, const struct str *headers, size_t count, bool big)
{
    unsigned char *meta = fixture_bdb_page(out, 8, big);
    fixture_u32(meta + 12, 0x061561, big);
    fixture_u32(meta + 16, 9, big);
    fixture_u32(meta + 20, FIXTURE_BDB_PAGE, big);
    fixture_bdb_page(out, 13, big);
    uint32_t items = 0, low = FIXTURE_BDB_PAGE;
    unsigned char *item = fixture_bdb_item((unsigned char *)out->ptr + FIXTURE_BDB_PAGE, &items, &low, 5, big);
    item[0] = 1; /* key 0: the next package's number */
    item = fixture_bdb_item((unsigned char *)out->ptr + FIXTURE_BDB_PAGE, &items, &low, 5, big);
    item[0] = 1;
    for (size_t i = 0; i < count; i++) {
        unsigned char *page = (unsigned char *)out->ptr + FIXTURE_BDB_PAGE;
        item = fixture_bdb_item(page, &items, &low, 5, big);
        item[0] = 1;
        fixture_u32(item + 1, (uint32_t)i + 1, big);
        if (headers[i].len <= 100) {
            item = fixture_bdb_item(page, &items, &low, 1 + (uint32_t)headers[i].len, big);
            item[0] = 1;
            memcpy(item + 1, headers[i].ptr, headers[i].len);
            continue;
        }
        item = fixture_bdb_item(page, &items, &low, 12, big);
        item[0] = 3;
        fixture_u32(item + 4, (uint32_t)(out->len / FIXTURE_BDB_PAGE), big);
        fixture_u32(item + 8, (uint32_t)headers[i].len, big);
        for (struct str rest = headers[i]; rest.len > 0;) {
            struct str part = str_head(rest, FIXTURE_BDB_PAGE - 26);
            rest = str_skip(rest, part.len);
            unsigned char *overflow = fixture_bdb_page(out, 7, big);
            fixture_u32(overflow + 16, rest.len ? (uint32_t)(out->len / FIXTURE_BDB_PAGE) : 0, big);
            fixture_u16(overflow + 20, 1, big);
            fixture_u16(overflow + 22, (uint32_t)part.len, big);
            memcpy(overflow + 26, part.ptr, part.len);
        }
    }
    fixture_u32((unsigned char *)out->ptr + 32, (uint32_t)(out->len / FIXTURE_BDB_PAGE) - 1, big);
}

/* ---- samples -------------------------------------------------------------------------------------------------------------- */

static const struct rpm_sample samples[] = {
    { .name = "bash",
      .version = "5.1.8",
      .release = "9.el9",
      .epoch = -1,
      .arch = "x86_64",
      .vendor = "Red Hat, Inc.",
      .licence = "GPLv3+",
      .source = "bash-5.1.8-9.el9.src.rpm" },
    { .name = "openssl-libs",
      .version = "3.0.7",
      .release = "27.el9",
      .epoch = 1,
      .arch = "x86_64",
      .source = "openssl-3.0.7-27.el9.src.rpm" },
    { .name = "nodejs-docs",
      .version = "18.12.1",
      .release = "2.module+el8",
      .epoch = 0,
      .arch = "noarch",
      .source = "nodejs-18.12.1-2.module+el8.src.rpm",
      .module = "nodejs:18:8070020221212161539:bd1311ed" },
    { .name = "python3-foo",
      .version = "1.0",
      .release = "1",
      .epoch = -1,
      .arch = "noarch",
      .vendor = "(none)",
      .dirs = { "/usr/lib/python3.11/site-packages/foo-1.0.dist-info/", "/usr/bin/" },
      .files = { { .dir = 1, .base = "foo" }, { .base = "METADATA" }, { .base = "RECORD" } } },
    { .name = "gpg-pubkey", .version = "fd431d51", .release = "4ae0493b", .epoch = -1, .licence = "pubkey" },
    { .name = "libstdc++",
      .version = "11.3.1",
      .release = "4.3",
      .later_release = "4.4",
      .epoch = -1,
      .source = "gcc-11.3.1-4.3.src.rpm",
      .dirs = { "/usr/lib64/", "/" },
      .files = { { 0, "lib.so.6", 0100755, 2000, 0, 0, 0, NULL },
                 { 0, "lib.so", 0120777, 8, 0, 0, 0, "lib.so.6" },
                 { 0, "cache", 0100644, 1, 64 | 1, 0, 0, NULL },  /* a ghost */
                 { 0, "folder", 040755, 4096, 0, 0, 0, NULL },    /* folders are left out */
                 { 0, "README", 0100644, 12, 2, 0, 0, NULL },     /* documentation */
                 { 0, "README.de", 0100644, 12, 2, 0, 2, NULL },  /* not installed */
                 { 0, "loose", 0100644, 12, 0, 2 | 64, 0, NULL }, /* neither size nor mode are verified */
                 { 1, "conf", 0100600, 3, 1, 0, 0, NULL } } },
};
enum { SAMPLE_COUNT = ARRAY_LEN(samples), PACKAGE_COUNT = SAMPLE_COUNT - 1 };

struct database {
    struct buf headers, file;
    struct str each[SAMPLE_COUNT];
};

static inline void database_init(struct database *db)
{
    size_t begin[SAMPLE_COUNT + 1] = { 0 };
    buf_init(&db->headers, 1 << 18);
    buf_init(&db->file, MAX_FILE_BYTES);
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        fixture_header(&db->headers, &samples[i]);
        begin[i + 1] = db->headers.len;
    }
    for (size_t i = 0; i < SAMPLE_COUNT; i++)
        db->each[i] = str_make(db->headers.ptr + begin[i], begin[i + 1] - begin[i]);
}

static inline void database_free(struct database *db)
{
    buf_free(&db->headers);
    buf_free(&db->file);
}

static inline void check_packages(const struct catalog_facts *facts)
{
    static const struct {
        const char *name, *version, *arch, *source_name, *source_version, *maintainer, *licence, *module;
    } want[PACKAGE_COUNT] = {
        { "bash", "5.1.8-9.el9", "x86_64", "", "", "Red Hat, Inc.", "GPLv3+", "" },
        { "openssl-libs", "1:3.0.7-27.el9", "x86_64", "openssl", "", "", "", "" },
        { "nodejs-docs", "18.12.1-2.module+el8", "noarch", "nodejs", "", "", "", "nodejs:18:8070020221212161539:bd1311ed" },
        { "python3-foo", "1.0-1", "noarch", "", "", "", "", "" },
        { "libstdc++", "11.3.1-4.4", "", "gcc", "11.3.1-4.3", "", "", "" },
    };
    assert_int_equal(facts->package_count, PACKAGE_COUNT);
    for (size_t i = 0; i < PACKAGE_COUNT; i++) {
        const struct package *p = &facts->packages[i];
        assert_str(p->name, want[i].name);
        assert_str(p->version, want[i].version);
        assert_str(p->arch, want[i].arch);
        assert_str(p->source_name, want[i].source_name);
        assert_str(p->source_version, want[i].source_version);
        assert_str(p->maintainer, want[i].maintainer);
        assert_str(p->licence, want[i].licence);
        assert_str(p->module, want[i].module);
    }
}

/* ---- SQLite ----------------------------------------------------------------------------------------------------------------- */

#ifdef HAVE_SQLITE
#include <sqlite3.h>

static inline void sql_run(sqlite3 *sql, const char *text)
{
    assert_int_equal(sqlite3_exec(sql, text, NULL, NULL, NULL), SQLITE_OK);
}

static inline void sql_save(sqlite3 *sql, struct buf *out)
{
    sqlite3_int64 size = 0;
    unsigned char *bytes = sqlite3_serialize(sql, "main", &size, 0);
    assert_non_null(bytes);
    buf_add(out, bytes, (size_t)size);
    sqlite3_free(bytes);
    sqlite3_close(sql);
}

static inline sqlite3 *sql_open(void)
{
    sqlite3 *sql = NULL;
    assert_int_equal(sqlite3_open(":memory:", &sql), SQLITE_OK);
    sql_run(sql, "PRAGMA page_size = 512");
    return sql;
}

static inline void sqlite_make(struct buf *out, const struct str *headers, size_t count)
{
    sqlite3 *sql = sql_open();
    sqlite3_stmt *insert = NULL;
    sql_run(sql, "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL);"
                 "CREATE TABLE 'Name' (key TEXT NOT NULL, hnum INTEGER NOT NULL)");
    sqlite3_prepare_v2(sql, "INSERT INTO Packages(blob) VALUES (?)", -1, &insert, NULL);
    for (size_t i = 0; i < count; i++) {
        sqlite3_bind_blob(insert, 1, headers[i].ptr, (int)headers[i].len, SQLITE_STATIC);
        assert_int_equal(sqlite3_step(insert), SQLITE_DONE);
        sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    sql_save(sql, out);
}
#endif

/* ---- one parse of one file ------------------------------------------------------------------------------------------------ */

struct run {
    struct arena arena, scratch;
    struct catalog_facts facts;
    bool ok;
};

static inline struct run *run_parse_within(struct str bytes, const char *path, size_t cap_bytes)
{
    struct run *run = calloc(1, sizeof *run);
    assert_non_null(run);
    arena_init(&run->arena, "facts", cap_bytes);
    arena_init(&run->scratch, "scratch", 8 << 20);
    run->facts.arena = &run->arena;
    struct blob blob = { .memory = bytes, .fd = -1, .size = bytes.len };
    struct catalog_file file = { .path = str_from(path), .blob = &blob, .scratch = &run->scratch };
    file.kind = catalog_claim(file.path);
    assert_non_null(file.kind);
    assert_true(file.kind->wants_blob);
    run->ok = catalog_parse(&file, &run->facts);
    return run;
}

static inline struct run *run_parse(struct str bytes, const char *path)
{
    struct run *run = run_parse_within(bytes, path, 8 << 20);
    assert_true(run->ok);
    return run;
}

static inline void run_free(struct run *run)
{
    arena_free(&run->arena);
    arena_free(&run->scratch);
    free(run);
}

static inline bool is_incomplete(const struct run *run)
{
    return run->facts.warning_count == 1 && run->facts.warnings[0].incomplete;
}

static inline void expect_warning(const struct run *run, const char *part)
{
    struct str text = run->facts.warning_count ? run->facts.warnings[0].text : STR("none");
    bool ok = is_incomplete(run) && str_contains(text, part);
    if (!ok)
        print_error("no warning with \"%s\" but \"%.*s\"\n", part, STR_ARG(text));
    assert_true(ok);
}

#endif
