/* Paths of archives made safe: relative, without ".", ".." or empty parts, and never out of the root. */
#include "codec/tar.h"

bool path_normalize(struct str path, char out[static TAR_PATH_BYTES], size_t *len)
{
    size_t at = 0;
    struct str part;
    while (str_next(&path, '/', &part)) {
        if (part.len == 0 || str_is(part, "."))
            continue;
        if (str_is(part, "..")) {
            while (at && out[--at] != '/')
                ;
            continue;
        }
        size_t slash = at ? 1 : 0;
        if (part.len + slash > TAR_PATH_BYTES - at)
            return false;
        if (slash)
            out[at++] = '/';
        memcpy(out + at, part.ptr, part.len);
        at += part.len;
    }
    *len = at;
    return true;
}
