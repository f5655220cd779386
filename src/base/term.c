/* What the terminal can show: see base.h. */
#include "base/base.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool term_is_tty(int fd)
{
    return isatty(fd) == 1;
}

size_t term_width(int fd)
{
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    uint64_t columns;
    const char *text = getenv("COLUMNS");
    return text && str_u64(str_from(text), &columns) && columns < 10000 ? (size_t)columns : 0;
}

bool term_color(int fd)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    return term_is_tty(fd) && !(no_color && no_color[0]) && term && strcmp(term, "dumb") != 0;
}

/* One character: its bytes and columns. Bytes that are not UTF-8 count one column each. */
static size_t next_char(struct str s, size_t *columns)
{
    unsigned char c = (unsigned char)s.ptr[0];
    *columns = c >= 0x20 && c != 0x7f;
    if (c < 0xC2)
        return 1;
    size_t n = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    if (s.len < n)
        return 1;
    uint32_t code = c & (0xFFu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if (((unsigned char)s.ptr[i] & 0xC0) != 0x80)
            return 1;
        code = code << 6 | ((unsigned char)s.ptr[i] & 0x3Fu);
    }
    /* wcwidth depends on the locale; the wide East Asian blocks and combining marks are enough here. */
    if (code >= 0x300 && code <= 0x36F)
        *columns = 0;
    else if ((code >= 0x1100 && code <= 0x115F) || (code >= 0x2E80 && code <= 0xA4CF) || (code >= 0xAC00 && code <= 0xD7A3) ||
             (code >= 0xF900 && code <= 0xFAFF) || (code >= 0xFE30 && code <= 0xFE6F) || (code >= 0xFF00 && code <= 0xFF60) ||
             (code >= 0x1F300 && code <= 0x1FAFF))
        *columns = 2;
    return n;
}

size_t term_columns(struct str s)
{
    size_t total = 0;
    while (s.len) {
        size_t columns;
        s = str_skip(s, next_char(s, &columns));
        total += columns;
    }
    return total;
}

size_t term_fit(struct str s, size_t columns)
{
    size_t bytes = 0;
    while (s.len) {
        size_t wide, n = next_char(s, &wide);
        if (wide > columns)
            break;
        columns -= wide;
        bytes += n;
        s = str_skip(s, n);
    }
    return bytes;
}
