/* The 512-byte header of a tar member: POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format";
 * star's variant of ustar, with a shorter prefix; and the older form of Unix version 7 that all three extend. */
#include "codec/tar.h"

enum {
    NAME_AT = 0,
    NAME_LEN = 100,
    MODE_AT = 100,
    UID_AT = 108,
    GID_AT = 116,
    SIZE_AT = 124,
    MTIME_AT = 136,
    SUM_AT = 148,
    TYPE_AT = 156,
    LINK_AT = 157,
    LINK_LEN = 100,
    MAGIC_AT = 257,
    PREFIX_AT = 345,
    PREFIX_LEN = 155,
    STAR_PREFIX_LEN = 131,
    STAR_MAGIC_AT = 508,
    SHORT_NUMBER_LEN = 8,
    LONG_NUMBER_LEN = 12,
};

static bool base256_number(const unsigned char *field, size_t len, int64_t *out)
{
    /* Two's complement over the whole field but its first bit, which marks the form. */
    bool negative = field[0] & 0x40;
    uint64_t value = negative ? UINT64_MAX : 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = i ? field[i] : (unsigned char)(negative ? field[0] | 0x80 : field[0] & 0x7f);
        if (value >> 55 != (negative ? 0x1ff : 0))
            return false; /* the next shift would lose bits or the sign */
        value = value << 8 | byte;
    }
    *out = (int64_t)value;
    return true;
}

bool tar_number(const unsigned char *field, size_t len, int64_t *out)
{
    if (field[0] & 0x80)
        return base256_number(field, len, out);
    size_t i = 0;
    int64_t value = 0;
    while (i < len && (field[i] == ' ' || field[i] == '\0'))
        i++;
    for (; i < len && field[i] >= '0' && field[i] <= '7'; i++)
        value = value << 3 | (field[i] - '0');
    if (i < len && field[i] != ' ' && field[i] != '\0')
        return false;
    *out = value;
    return true;
}

/* Attributes that no one here relies on: a damaged field reads as 0. */
static int64_t number_or_zero(const unsigned char *block, size_t at, size_t len)
{
    int64_t value;
    return tar_number(block + at, len, &value) ? value : 0;
}

static struct str text_field(const unsigned char *block, size_t at, size_t len)
{
    const unsigned char *end = memchr(block + at, '\0', len);
    return str_make(block + at, end ? (size_t)(end - (block + at)) : len);
}

/* The sum counts the checksum field as spaces. Old programs summed signed bytes. */
static bool checksum_is_right(const unsigned char *block)
{
    int64_t want;
    if (!tar_number(block + SUM_AT, SHORT_NUMBER_LEN, &want))
        return false;
    uint32_t sum = 0, high = 0;
    for (size_t i = 0; i < TAR_BLOCK_BYTES; i++) {
        sum += block[i];
        high += block[i] >> 7;
    }
    for (size_t i = SUM_AT; i < SUM_AT + SHORT_NUMBER_LEN; i++) {
        sum += ' ' - (uint32_t)block[i];
        high -= block[i] >> 7;
    }
    return want == (int64_t)sum || want == (int64_t)sum - 256 * (int64_t)high;
}

static enum tar_format format_of(const unsigned char *block)
{
    if (memcmp(block + MAGIC_AT, "ustar  \0", 8) == 0)
        return TAR_GNU;
    if (memcmp(block + MAGIC_AT, "ustar\0", 6) != 0)
        return TAR_V7;
    return memcmp(block + STAR_MAGIC_AT, "tar\0", 4) == 0 ? TAR_STAR : TAR_USTAR;
}

bool tar_header_parse(const unsigned char block[static TAR_BLOCK_BYTES], struct tar_header *out, struct error *err)
{
    int64_t size;
    if (!checksum_is_right(block))
        return error_set(err, ERROR_INPUT, "no tar header here: its checksum is wrong");
    if (!tar_number(block + SIZE_AT, LONG_NUMBER_LEN, &size))
        return error_set(err, ERROR_INPUT, "the size is not a number, or is too large");
    if (size < 0)
        return error_set(err, ERROR_INPUT, "the size is negative");
    enum tar_format format = format_of(block);
    size_t prefix_len = format == TAR_USTAR ? PREFIX_LEN : format == TAR_STAR ? STAR_PREFIX_LEN : 0;
    *out = (struct tar_header){
        .format = format,
        .type = (char)block[TYPE_AT],
        .name = text_field(block, NAME_AT, NAME_LEN),
        .prefix = prefix_len ? text_field(block, PREFIX_AT, prefix_len) : (struct str){ 0 },
        .link = text_field(block, LINK_AT, LINK_LEN),
        .size_bytes = (uint64_t)size,
        .mode = (uint32_t)number_or_zero(block, MODE_AT, SHORT_NUMBER_LEN),
        .uid = (uint32_t)number_or_zero(block, UID_AT, SHORT_NUMBER_LEN),
        .gid = (uint32_t)number_or_zero(block, GID_AT, SHORT_NUMBER_LEN),
        .mtime_s = number_or_zero(block, MTIME_AT, LONG_NUMBER_LEN),
    };
    return true;
}
