/* A guess at how many bytes the cache has, so that not each scan lists all entries: a file with the bytes that were counted last,
 * and behind it those that each writer added since, 64 bits each, little-endian. What goes without being evicted is not taken
 * off, so it errs to the high side, which costs a count; a record that is lost when two writers meet is found by the next. */
#include "cache/entry.h"

#include <fcntl.h>
#include <unistd.h>

static const char TOTAL_FILE[] = "total";
enum { RECORD_BYTES = 8, MAX_RECORDS = 1024 };

bool total_add(const struct cache *cache, uint64_t bytes, uint64_t *total)
{
    unsigned char records[MAX_RECORDS * RECORD_BYTES];
    struct error none = { 0 };
    int fd = openat(cache->fd, TOTAL_FILE, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return false;
    for (unsigned i = 0; i < RECORD_BYTES; i++)
        records[i] = (unsigned char)(bytes >> 8 * i);
    bool added = file_write_all(fd, records, RECORD_BYTES, &none);
    ssize_t len = added ? pread(fd, records, sizeof records, 0) : -1;
    close(fd);
    if (len < 2 * RECORD_BYTES || len % RECORD_BYTES != 0 || len == (ssize_t)sizeof records)
        return false;
    *total = 0;
    for (ssize_t at = 0; at < len; at += RECORD_BYTES) {
        uint64_t more = le64(records + at);
        *total = more > UINT64_MAX - *total ? UINT64_MAX : *total + more;
    }
    return true;
}

void total_set(const struct cache *cache, uint64_t total)
{
    char temporary[ENTRY_PATH_BYTES];
    unsigned char record[RECORD_BYTES];
    struct error none = { 0 };
    int fd = total ? entry_temporary(cache, temporary, &none) : -1;
    if (fd < 0) {
        unlinkat(cache->fd, TOTAL_FILE, 0);
        return;
    }
    for (unsigned i = 0; i < RECORD_BYTES; i++)
        record[i] = (unsigned char)(total >> 8 * i);
    bool ok = file_write_all(fd, record, sizeof record, &none);
    close(fd);
    if (!ok || renameat(cache->fd, temporary, cache->fd, TOTAL_FILE) != 0)
        unlinkat(cache->fd, temporary, 0);
}
