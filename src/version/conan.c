/* conan - versions as Conan 2 reads them: items parted by dots, each a number or a word, a prerelease behind the first '-'
 * and a build behind the last '+', which are such rows themselves. Zeros at the end do not count. A prerelease comes before
 * its version, a build after.
 *
 * A number and a word compare by their characters (10 < 1a < 2), which is not transitive, so that `compare` decides; in the
 * key numbers come before words. */
#include "version/key.h"
#include "version/range.h"
#include "version/schemes.h"

enum { ROW_END = 0x01, WORD = KEY_HIGH, NO_PRE = 0xFF };

struct conan {
    struct str items, pre, build; /* ptr NULL: none */
};

/* No item is empty or looks like a number with a sign. */
static bool row_is_valid(struct str row)
{
    struct str item;
    for (bool more = true; more;) {
        more = str_cut(row, '.', &item, &row);
        if (item.len == 0 || str_at(item, '-') || str_at(item, '+'))
            return false;
    }
    return true;
}

static bool conan_parse(struct str text, struct conan *out)
{
    size_t pos;
    *out = (struct conan){ .items = text };
    for (size_t i = 0; i < text.len; i++)
        if (!is_alnum(text.ptr[i]) && !memchr(".+-_", text.ptr[i], 4))
            return false;
    if (str_rfind(out->items, '+', &pos)) {
        out->build = str_skip(out->items, pos + 1);
        out->items = str_head(out->items, pos);
    }
    if (str_find(out->items, '-', &pos)) {
        out->pre = str_skip(out->items, pos + 1);
        out->items = str_head(out->items, pos);
    }
    return row_is_valid(out->items) && (!out->pre.ptr || row_is_valid(out->pre)) && (!out->build.ptr || row_is_valid(out->build));
}

static bool is_number(struct str item)
{
    return item.len && digits_span(item) == item.len;
}

/* The row without the zeros that end it. */
static struct str without_zeros(struct str row)
{
    for (;;) {
        size_t pos, n = 0;
        struct str last = str_rfind(row, '.', &pos) ? str_skip(row, pos + 1) : row;
        while (n < last.len && last.ptr[n] == '0')
            n++;
        if (n == 0 || n < last.len)
            return row;
        row = str_head(row, row.len - last.len - (row.len > last.len));
    }
}

static unsigned char *row_key(unsigned char *p, struct str row)
{
    struct str item;
    row = without_zeros(row);
    for (bool more = row.len > 0; more;) {
        more = str_cut(row, '.', &item, &row);
        if (is_number(item)) {
            p = key_number(p, item.ptr, item.len);
        } else {
            p = key_byte(p, WORD);
            p = key_text(p, item.ptr, item.len);
        }
    }
    return key_byte(p, ROW_END);
}

static bool conan_key(struct str text, struct buf *out)
{
    struct conan v;
    unsigned char *p = conan_parse(text, &v) ? key_open(text, out) : NULL;
    if (!p)
        return false;
    p = row_key(p, v.items);
    p = v.pre.ptr ? row_key(p, v.pre) : key_byte(p, NO_PRE);
    return key_close(out, v.build.ptr ? row_key(key_byte(p, ROW_END + 1), v.build) : p);
}

/* A number without zeros in front. */
static struct str plain_number(struct str item)
{
    while (item.len > 1 && item.ptr[0] == '0')
        item = str_skip(item, 1);
    return item;
}

static int item_order(struct str a, struct str b)
{
    bool numbers = is_number(a) && is_number(b);
    a = is_number(a) ? plain_number(a) : a;
    b = is_number(b) ? plain_number(b) : b;
    return numbers && a.len != b.len ? (a.len < b.len ? -1 : 1) : str_cmp(a, b);
}

static int row_order(struct str a, struct str b)
{
    struct str item_a, item_b;
    a = without_zeros(a);
    b = without_zeros(b);
    for (bool more_a = a.len > 0, more_b = b.len > 0;;) {
        if (!more_a || !more_b)
            return more_a - more_b;
        more_a = str_cut(a, '.', &item_a, &a);
        more_b = str_cut(b, '.', &item_b, &b);
        int order = item_order(item_a, item_b);
        if (order)
            return order;
    }
}

static int conan_compare(struct str a, struct str b)
{
    struct conan left, right;
    if (!conan_parse(a, &left) || !conan_parse(b, &right))
        return str_cmp(a, b);
    int order = row_order(left.items, right.items);
    if (order == 0 && left.pre.ptr && right.pre.ptr)
        order = row_order(left.pre, right.pre);
    else if (order == 0)
        order = (right.pre.ptr != NULL) - (left.pre.ptr != NULL);
    if (order == 0 && left.build.ptr && right.build.ptr)
        order = row_order(left.build, right.build);
    else if (order == 0)
        order = (left.build.ptr != NULL) - (right.build.ptr != NULL);
    return order;
}

const struct version_scheme version_scheme_conan = { .name = "conan", .key = conan_key, .compare = conan_compare };
