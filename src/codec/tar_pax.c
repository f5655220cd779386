/* pax extended headers: POSIX.1-2017 pax, "pax Extended Header": records "%d %s=%s\n" of length, keyword and value; and the
 * GNU.sparse keywords of GNU tar's manual, "Sparse Formats". */
#include "codec/tar.h"

static bool take_u64(struct str value, uint64_t *out, struct error *err)
{
    uint64_t number;
    if (!str_u64(value, &number) || number > INT64_MAX)
        return error_set(err, ERROR_INPUT, "pax header: \"%.*s\" is not a size", STR_ARG(str_head(value, 40)));
    *out = number;
    return true;
}

static bool take_path(struct str value, struct str *out, struct error *err)
{
    if (memchr(value.ptr, '\0', value.len))
        return error_set(err, ERROR_INPUT, "pax header: a path holds a NUL byte");
    *out = value;
    return true;
}

static bool set_path(struct tar_pax *pax, struct tar_sparse *map, struct str value, struct error *err)
{
    (void)map;
    return take_path(value, &pax->path, err);
}

static bool set_link(struct tar_pax *pax, struct tar_sparse *map, struct str value, struct error *err)
{
    (void)map;
    return take_path(value, &pax->link, err);
}

static bool set_size(struct tar_pax *pax, struct tar_sparse *map, struct str value, struct error *err)
{
    (void)map;
    pax->has_size = true;
    return take_u64(value, &pax->size_bytes, err);
}

/* Seconds with a fraction, perhaps negative; what does not read so is left to the header. */
static bool set_mtime(struct tar_pax *pax, struct tar_sparse *map, struct str value, struct error *err)
{
    (void)map;
    (void)err;
    uint64_t seconds;
    struct str whole, fraction;
    bool negative = str_starts(value, "-");
    str_cut(negative ? str_skip(value, 1) : value, '.', &whole, &fraction);
    if (str_u64(whole, &seconds) && seconds < INT64_MAX) {
        pax->has_mtime = true;
        pax->mtime_s = negative ? -(int64_t)seconds : (int64_t)seconds;
    }
    return true;
}

static bool set_uid(struct tar_pax *pax, struct tar_sparse *map, struct str value, struct error *err)
{
    (void)map;
    (void)err;
    uint64_t number;
    if ((pax->has_uid = str_u64(value, &number)))
        pax->uid = (uint32_t)number;
    return true;
}

static bool set_gid(struct tar_pax *pax, struct tar_sparse *map, struct str value, struct error *err)
{
    (void)map;
    (void)err;
    uint64_t number;
    if ((pax->has_gid = str_u64(value, &number)))
        pax->gid = (uint32_t)number;
    return true;
}

static bool set_sparse_major(struct tar_pax *pax, struct tar_sparse *map, struct str value, struct error *err)
{
    (void)map;
    (void)err;
    pax->has_sparse = true;
    pax->sparse_major = value;
    return true;
}

static bool set_sparse_minor(struct tar_pax *pax, struct tar_sparse *map, struct str value, struct error *err)
{
    (void)map;
    (void)err;
    pax->has_sparse = true;
    pax->sparse_minor = value;
    return true;
}

static bool set_sparse_name(struct tar_pax *pax, struct tar_sparse *map, struct str value, struct error *err)
{
    (void)map;
    return take_path(value, &pax->sparse_name, err);
}

static bool set_sparse_real(struct tar_pax *pax, struct tar_sparse *map, struct str value, struct error *err)
{
    (void)map;
    pax->has_real = true;
    return take_u64(value, &pax->real_bytes, err);
}

static bool set_sparse_map(struct tar_pax *pax, struct tar_sparse *map, struct str value, struct error *err)
{
    (void)map;
    (void)err;
    pax->has_sparse = true;
    pax->sparse_map = value;
    return true;
}

static bool set_sparse_offset(struct tar_pax *pax, struct tar_sparse *map, struct str value, struct error *err)
{
    (void)map;
    if (pax->has_pending)
        return error_set(err, ERROR_INPUT, "pax header: GNU.sparse.offset without its size");
    pax->has_sparse = pax->has_pending = true;
    return take_u64(value, &pax->pending_offset, err);
}

static bool set_sparse_bytes(struct tar_pax *pax, struct tar_sparse *map, struct str value, struct error *err)
{
    uint64_t size = 0;
    if (!pax->has_pending)
        return error_set(err, ERROR_INPUT, "pax header: GNU.sparse.numbytes without its offset");
    pax->has_pending = false;
    return take_u64(value, &size, err) && tar_sparse_add(map, pax->pending_offset, size, err);
}

static const struct {
    const char *keyword;
    bool (*set)(struct tar_pax *pax, struct tar_sparse *map, struct str value, struct error *err);
} keywords[] = {
    { "path", set_path },
    { "linkpath", set_link },
    { "size", set_size },
    { "mtime", set_mtime },
    { "uid", set_uid },
    { "gid", set_gid },
    { "GNU.sparse.major", set_sparse_major },
    { "GNU.sparse.minor", set_sparse_minor },
    { "GNU.sparse.name", set_sparse_name },
    { "GNU.sparse.realsize", set_sparse_real },
    { "GNU.sparse.size", set_sparse_real },
    { "GNU.sparse.map", set_sparse_map },
    { "GNU.sparse.offset", set_sparse_offset },
    { "GNU.sparse.numbytes", set_sparse_bytes },
};

/* Takes one record from *rest. The length counts itself, the space and the newline. */
static bool next_record(struct str *rest, struct str *keyword, struct str *value, struct error *err)
{
    size_t space;
    uint64_t len;
    if (!str_find(str_head(*rest, 20), ' ', &space) || !str_u64(str_head(*rest, space), &len) || len > rest->len ||
        len < space + 2 || rest->ptr[len - 1] != '\n')
        return error_set(err, ERROR_INPUT, "pax header: a record's length is wrong");
    struct str record = str_make(rest->ptr + space + 1, (size_t)len - space - 2);
    if (!str_cut(record, '=', keyword, value) || keyword->len == 0)
        return error_set(err, ERROR_INPUT, "pax header: a record has no keyword");
    *rest = str_skip(*rest, (size_t)len);
    return true;
}

bool tar_pax_parse(struct str records, struct tar_pax *out, struct tar_sparse *map, struct error *err)
{
    struct str keyword, value;
    *out = (struct tar_pax){ 0 };
    while (records.len) {
        if (!next_record(&records, &keyword, &value, err))
            return false;
        for (size_t i = 0; i < ARRAY_LEN(keywords); i++) {
            /* An empty value takes a keyword back: the header's own field counts. */
            if (value.len && str_is(keyword, keywords[i].keyword) && !keywords[i].set(out, map, value, err))
                return false;
        }
    }
    return true;
}
