/* One line after the other of "Name: value" files: deb822(5), and RFC 822 section 3.2 as Python's core metadata uses it. */
#include "catalog/headers.h"

/* Field names are printable ASCII without colon and space (RFC 822, section 3.2; deb822(5)). */
static bool name_ok(struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] <= ' ' || name.ptr[i] > '~')
            return false;
    return name.len > 0;
}

enum header_line header_next(struct header_cursor *cursor, struct str *name, struct str *value)
{
    struct str rest = str_skip(cursor->text, cursor->pos), line, after;
    if (!str_line(&rest, &line))
        return HEADER_END;
    cursor->pos = cursor->text.len - rest.len;
    if (line.len == 0)
        return HEADER_BLANK;
    if (line.ptr[0] == ' ' || line.ptr[0] == '\t') {
        *value = str_trim(line);
        return HEADER_FOLDED;
    }
    if (!str_cut(line, ':', name, &after) || !name_ok(*name))
        return HEADER_JUNK;
    *value = str_trim(after);
    return HEADER_FIELD;
}

bool header_value_ok(struct str value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if ((c < ' ' && c != '\t') || c == 0x7F)
            return false;
    }
    return true;
}
