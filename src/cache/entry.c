/* One entry's file: see entry.h. */
#include "cache/entry.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xxhash.h>

static const char MAGIC[8] = "DDCACHE1";
static const int64_t TOUCH_S = 3600;

static size_t padding_of(size_t key_len)
{
    return (8 - key_len % 8) % 8;
}

void entry_path(enum cache_group group, struct str key, char out[static ENTRY_PATH_BYTES])
{
    XXH128_hash_t hash = XXH3_128bits(key.ptr, key.len);
    snprintf(out, ENTRY_PATH_BYTES, "%s/%02x/%014llx%016llx", cache_group_name(group), (unsigned)(hash.high64 >> 56),
             (unsigned long long)(hash.high64 & 0xffffffffffffff), (unsigned long long)hash.low64);
}

uint64_t entry_bytes(struct str key, struct str contents)
{
    return (uint64_t)ENTRY_HEADER_BYTES + key.len + padding_of(key.len) + contents.len;
}

/* ---- reading ------------------------------------------------------------------------------------------------------------- */

bool entry_parse(struct str bytes, enum cache_group group, struct str *key, struct str *contents)
{
    if (bytes.len < ENTRY_HEADER_BYTES || memcmp(bytes.ptr, MAGIC, sizeof MAGIC) != 0)
        return false;
    struct str body = str_skip(bytes, ENTRY_HEADER_BYTES);
    uint64_t length = le64(bytes.ptr + 8), hash = le64(bytes.ptr + 16);
    uint32_t key_len = le32(bytes.ptr + 24);
    if (le32(bytes.ptr + 28) != (uint32_t)group || key_len > body.len || padding_of(key_len) > body.len - key_len ||
        length != body.len - key_len - padding_of(key_len) ||
        XXH3_64bits_withSeed(body.ptr, body.len, le64(bytes.ptr + 24)) != hash)
        return false;
    *key = str_head(body, key_len);
    *contents = str_skip(body, key_len + padding_of(key_len));
    return true;
}

bool is_trusted(const struct stat *st)
{
    return (st->st_uid == geteuid() || st->st_uid == 0) && (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool entry_map(int folder_fd, const char *path, struct str *bytes, struct stat *st, bool *bad)
{
    int fd = openat(folder_fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    *bad = fd < 0 && errno == ELOOP;
    if (fd < 0)
        return false;
    void *map = MAP_FAILED;
    if (fstat(fd, st) == 0) {
        *bad = !S_ISREG(st->st_mode) || !is_trusted(st) || st->st_size < ENTRY_HEADER_BYTES;
        if (!*bad && (uint64_t)st->st_size <= SIZE_MAX)
            map = mmap(NULL, (size_t)st->st_size, PROT_READ, MAP_SHARED, fd, 0);
    }
    close(fd);
    if (map == MAP_FAILED)
        return false;
    *bytes = str_make(map, (size_t)st->st_size);
    return true;
}

void entry_touch(int folder_fd, const char *path, const struct stat *st)
{
    int64_t age_s = time_now() - (int64_t)st->st_mtime;
    if (age_s < TOUCH_S && age_s > -TOUCH_S)
        return;
    const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_nsec = UTIME_NOW } };
    utimensat(folder_fd, path, times, AT_SYMLINK_NOFOLLOW);
}

/* ---- writing ------------------------------------------------------------------------------------------------------------- */

bool entry_write(int fd, enum cache_group group, struct str key, struct str contents, struct error *err)
{
    static const char zeros[8];
    XXH3_state_t *state = XXH3_createState();
    if (!state)
        return error_set(err, ERROR_LIMIT, "out of memory");
    XXH3_64bits_reset_withSeed(state, (uint64_t)group << 32 | key.len);
    XXH3_64bits_update(state, key.ptr, key.len);
    XXH3_64bits_update(state, zeros, padding_of(key.len));
    XXH3_64bits_update(state, contents.ptr, contents.len);
    uint64_t hash = XXH3_64bits_digest(state);
    XXH3_freeState(state);
    struct buf head;
    buf_init(&head, ENTRY_HEADER_BYTES + key.len + sizeof zeros);
    buf_add(&head, MAGIC, sizeof MAGIC);
    buf_u64(&head, contents.len);
    buf_u64(&head, hash);
    buf_u32(&head, (uint32_t)key.len);
    buf_u32(&head, (uint32_t)group);
    buf_str(&head, key);
    buf_add(&head, zeros, padding_of(key.len));
    bool ok = !head.failed || error_set(err, ERROR_LIMIT, "out of memory");
    ok = ok && file_write_all(fd, head.ptr, head.len, err) && file_write_all(fd, contents.ptr, contents.len, err);
    buf_free(&head);
    return ok;
}
