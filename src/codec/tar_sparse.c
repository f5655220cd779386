/* Sparse files in tar: GNU tar manual, "Sparse Formats": the old GNU format (type 'S') and the pax formats 0.0, 0.1 and 1.0.
 * All say the same: which ranges of the file are stored, in order; the rest reads as zeroes. */
#include "codec/tar.h"

#include <stdlib.h>

enum { MAX_SEGMENTS = 1 << 18, NUMBER_MAX_DIGITS = 19 };

void tar_sparse_clear(struct tar_sparse *map)
{
    map->count = 0;
    map->stored_bytes = map->end = 0;
}

void tar_sparse_free(struct tar_sparse *map)
{
    free(map->items);
    *map = (struct tar_sparse){ 0 };
}

static bool grow(struct tar_sparse *map, struct error *err)
{
    if (map->count == MAX_SEGMENTS)
        return error_set(err, ERROR_LIMIT, "sparse map: more than %d ranges", MAX_SEGMENTS);
    size_t cap = map->cap ? map->cap * 2 : 64;
    struct tar_segment *items = realloc(map->items, cap * sizeof *items);
    if (!items)
        return error_set(err, ERROR_LIMIT, "sparse map: not enough memory");
    map->items = items;
    map->cap = cap;
    return true;
}

bool tar_sparse_add(struct tar_sparse *map, uint64_t offset, uint64_t size, struct error *err)
{
    if (offset < map->end || offset > INT64_MAX || size > INT64_MAX - offset)
        return error_set(err, ERROR_INPUT, "sparse map: its ranges overlap or are out of order");
    map->end = offset + size;
    if (size == 0)
        return true; /* marks the end of the file */
    if (map->count == map->cap && !grow(map, err))
        return false;
    map->items[map->count++] = (struct tar_segment){ offset, size };
    map->stored_bytes += size;
    return true;
}

bool tar_sparse_check(const struct tar_sparse *map, uint64_t real, uint64_t stored, struct error *err)
{
    if (map->end > real)
        return error_set(err, ERROR_INPUT, "sparse map: it ends behind the end of the file");
    if (map->stored_bytes > stored)
        return error_set(err, ERROR_INPUT, "sparse map: it has more bytes than are stored");
    return true;
}

/* ---- old GNU format ------------------------------------------------------------------------------------------------------- */

enum {
    GNU_RANGES_AT = 386,
    GNU_RANGES = 4,
    GNU_EXTENDED_AT = 482,
    GNU_REAL_AT = 483,
    GNU_NUMBER_LEN = 12,
    GNU_RANGE_LEN = 24,
    GNU_MORE_RANGES = 21,
    GNU_MORE_EXTENDED_AT = 504,
};

static bool add_gnu_ranges(struct tar_sparse *map, const unsigned char *at, size_t count, struct error *err)
{
    for (size_t i = 0; i < count && at[i * GNU_RANGE_LEN] != '\0'; i++) {
        int64_t offset, size;
        const unsigned char *range = at + i * GNU_RANGE_LEN;
        if (!tar_number(range, GNU_NUMBER_LEN, &offset) || !tar_number(range + GNU_NUMBER_LEN, GNU_NUMBER_LEN, &size) ||
            offset < 0 || size < 0)
            return error_set(err, ERROR_INPUT, "sparse map: a range is not a number");
        if (!tar_sparse_add(map, (uint64_t)offset, (uint64_t)size, err))
            return false;
    }
    return true;
}

bool tar_sparse_read_gnu(struct tar_sparse *map, const unsigned char block[static TAR_BLOCK_BYTES], struct stream *in,
                         uint64_t *real_bytes, struct error *err)
{
    int64_t real;
    if (!tar_number(block + GNU_REAL_AT, GNU_NUMBER_LEN, &real) || real < 0)
        return error_set(err, ERROR_INPUT, "sparse file: its size is not a number");
    if (!add_gnu_ranges(map, block + GNU_RANGES_AT, GNU_RANGES, err))
        return false;
    bool extended = block[GNU_EXTENDED_AT] != 0;
    for (size_t blocks = 0; extended; blocks++) {
        unsigned char more[TAR_BLOCK_BYTES];
        if (blocks > MAX_SEGMENTS / GNU_MORE_RANGES)
            return error_set(err, ERROR_LIMIT, "sparse map: more than %d ranges", MAX_SEGMENTS);
        if (!stream_take(in, more, sizeof more, err) || !add_gnu_ranges(map, more, GNU_MORE_RANGES, err))
            return false;
        extended = more[GNU_MORE_EXTENDED_AT] != 0;
    }
    *real_bytes = (uint64_t)real;
    return true;
}

/* ---- pax formats ------------------------------------------------------------------------------------------------------------ */

bool tar_sparse_parse_list(struct tar_sparse *map, struct str list, struct error *err)
{
    struct str field;
    while (str_next(&list, ',', &field)) {
        uint64_t offset, size;
        if (!str_u64(field, &offset) || !str_next(&list, ',', &field) || !str_u64(field, &size))
            return error_set(err, ERROR_INPUT, "sparse map: a range is not a number");
        if (!tar_sparse_add(map, offset, size, err))
            return false;
    }
    return true;
}

struct number_reader {
    struct stream *in;
    uint64_t *stored;
    unsigned char block[TAR_BLOCK_BYTES];
    size_t pos; /* in the block; its length: a new block is needed */
};

static bool next_byte(struct number_reader *reader, unsigned char *byte, struct error *err)
{
    if (reader->pos == sizeof reader->block) {
        if (*reader->stored < sizeof reader->block)
            return error_set(err, ERROR_INPUT, "sparse map: it is cut short");
        if (!stream_take(reader->in, reader->block, sizeof reader->block, err))
            return false;
        *reader->stored -= sizeof reader->block;
        reader->pos = 0;
    }
    *byte = reader->block[reader->pos++];
    return true;
}

static bool next_number(struct number_reader *reader, uint64_t *out, struct error *err)
{
    char digits[NUMBER_MAX_DIGITS];
    size_t len = 0;
    unsigned char byte = 0;
    while (next_byte(reader, &byte, err)) {
        if (byte == '\n')
            return str_u64(str_make(digits, len), out) || error_set(err, ERROR_INPUT, "sparse map: a range is not a number");
        if (len == sizeof digits)
            return error_set(err, ERROR_INPUT, "sparse map: a number is too long");
        digits[len++] = (char)byte;
    }
    return false;
}

bool tar_sparse_read_pax(struct tar_sparse *map, struct stream *in, uint64_t *stored, struct error *err)
{
    struct number_reader reader = { .in = in, .stored = stored, .pos = TAR_BLOCK_BYTES };
    uint64_t count = 0, offset = 0, size = 0;
    if (!next_number(&reader, &count, err))
        return false;
    if (count > MAX_SEGMENTS)
        return error_set(err, ERROR_LIMIT, "sparse map: more than %d ranges", MAX_SEGMENTS);
    for (; count; count--)
        if (!next_number(&reader, &offset, err) || !next_number(&reader, &size, err) || !tar_sparse_add(map, offset, size, err))
            return false;
    return true;
}
