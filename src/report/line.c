/* Breaks texts into lines: see parts.h. */
#include "report/parts.h"

/* Signs that a line may end with, and signs that a line may begin with: parts of paths and links, of identifiers, and of
 * versions such as 2.36.1-8+deb11u2 or 1.0~rc1. */
static const char *const ends = "/-_,;:.&=", *const begins = "+~?#(";

/* Where a line of at most `fits` bytes ends best. A break that leaves most of the line empty is worse than one in a word. */
static size_t break_at(struct str paragraph, size_t fits)
{
    size_t at;
    if (paragraph.ptr[fits] == ' ')
        return fits;
    if (str_rfind(str_head(paragraph, fits), ' ', &at) && at > 0)
        return at;
    for (at = fits; at > fits / 3; at--)
        if ((paragraph.ptr[at - 1] && strchr(ends, paragraph.ptr[at - 1])) ||
            (paragraph.ptr[at] && strchr(begins, paragraph.ptr[at])))
            return at;
    return fits;
}

/* Bytes of the first character, for a column that is narrower than it. */
static size_t first_len(struct str s)
{
    size_t n = 1;
    while (n < s.len && ((unsigned char)s.ptr[n] & 0xC0) == 0x80)
        n++;
    return n;
}

bool line_next(struct str *rest, size_t width, struct str *line)
{
    struct str paragraph, after;
    if (rest->len == 0)
        return false;
    bool broken = str_cut(*rest, '\n', &paragraph, &after);
    size_t fits = term_fit(paragraph, width);
    if (fits == paragraph.len) {
        *line = paragraph;
        *rest = broken ? after : (struct str){ 0 };
        return true;
    }
    fits = fits ? break_at(paragraph, fits) : first_len(paragraph);
    *line = str_head(paragraph, fits);
    *rest = str_skip(*rest, fits);
    while (rest->len && rest->ptr[0] == ' ')
        *rest = str_skip(*rest, 1);
    if (rest->len && rest->ptr[0] == '\n') /* only blanks were left of this paragraph */
        *rest = str_skip(*rest, 1);
    return true;
}
