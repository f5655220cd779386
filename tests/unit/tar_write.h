/* tar_write.h - makes tar archives in memory for tests (POSIX.1-2017 pax, "ustar Interchange Format"). Names of up to 100
 * bytes; for what only a hostile writer would do, the caller changes the bytes afterwards. */
#ifndef DRYDOCK_TAR_WRITE_H
#define DRYDOCK_TAR_WRITE_H

#include "base/base.h"

enum { TAR_BLOCK = 512 };
#define TAR_WRITE_FILE '0'
#define TAR_WRITE_HARDLINK '1'
#define TAR_WRITE_SYMLINK '2'
#define TAR_WRITE_DIR '5'

static inline void tar_write_octal(char *field, size_t width, uint64_t value)
{
    for (size_t i = width - 1; i-- > 0; value >>= 3)
        field[i] = (char)('0' + (value & 7));
    field[width - 1] = '\0';
}

/* The checksum counts its own field as eight spaces. */
static inline void tar_write_checksum(char header[static TAR_BLOCK])
{
    unsigned sum = 0;
    memset(header + 148, ' ', 8);
    for (size_t i = 0; i < TAR_BLOCK; i++)
        sum += (unsigned char)header[i];
    tar_write_octal(header + 148, 7, sum);
}

static inline void tar_write_padding(struct buf *out)
{
    while (out->len % TAR_BLOCK && !out->failed)
        buf_chr(out, '\0');
}

static inline void tar_write_entry(struct buf *out, const char *name, char type, const char *link, struct str content)
{
    char header[TAR_BLOCK] = { 0 };
    size_t name_len = strlen(name), link_len = strlen(link);
    memcpy(header, name, name_len < 100 ? name_len : 100);
    tar_write_octal(header + 100, 8, type == TAR_WRITE_DIR ? 0755 : 0644);
    tar_write_octal(header + 108, 8, 0);
    tar_write_octal(header + 116, 8, 0);
    tar_write_octal(header + 124, 12, content.len);
    tar_write_octal(header + 136, 12, 0);
    header[156] = type;
    memcpy(header + 157, link, link_len < 100 ? link_len : 100);
    memcpy(header + 257,
           "ustar\0"
           "00",
           8);
    tar_write_checksum(header);
    buf_add(out, header, sizeof header);
    buf_str(out, content);
    tar_write_padding(out);
}

static inline void tar_write_file(struct buf *out, const char *name, struct str content)
{
    tar_write_entry(out, name, TAR_WRITE_FILE, "", content);
}

static inline void tar_write_end(struct buf *out)
{
    static const char zeroes[2 * TAR_BLOCK];
    buf_add(out, zeroes, sizeof zeroes);
}

#endif
