/* Parts of addresses: RFC 3986, 3.2 (authority) and 2.1 (percent-encoding); see net.h. */
#include "net/net.h"

struct str net_host(struct str url)
{
    size_t at;
    for (size_t i = 0; i + 2 < url.len; i++)
        if (memcmp(url.ptr + i, "://", 3) == 0) {
            struct str host = str_skip(url, i + 3);
            size_t end = 0;
            while (end < host.len && !strchr("/?#", host.ptr[end]))
                end++;
            host = str_head(host, end);
            return str_rfind(host, '@', &at) ? str_skip(host, at + 1) : host;
        }
    return (struct str){ 0 };
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
           c == '~';
}

struct str net_escape(struct arena *arena, struct str text)
{
    static const char digits[] = "0123456789ABCDEF";
    char *out = arena_alloc(arena, 3 * text.len + 1);
    size_t n = 0;
    if (!out)
        return (struct str){ 0 };
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (is_unreserved(text.ptr[i])) {
            out[n++] = text.ptr[i];
        } else {
            out[n++] = '%';
            out[n++] = digits[c >> 4];
            out[n++] = digits[c & 15];
        }
    }
    return str_make(out, n);
}
