/* maven - versions in the order of ComparableVersion of Maven 3.8 (maven-artifact), and its version ranges.
 *
 * A version is a list of numbers and qualifiers that ends in a sublist wherever a hyphen, or the change between digits and
 * letters, starts one. So it is kept as one row with a NEST item where a sublist starts, to the end. Where one row is
 * shorter, it goes on with nothing, which equals 0 and "" (ga, final, release). Known qualifiers are
 * alpha < beta < milestone < rc = cr < snapshot < "" < sp, others follow by name. In one place qualifiers come before
 * sublists and these before numbers.
 *
 * That is not transitive (1.sp < 1.0.1 and 1 < 1.sp, but also 1.sp < 1.0 = 1), so that `compare` decides. The key is exact
 * for numbers followed by qualifiers, and an index otherwise. */
#include "version/key.h"
#include "version/range.h"
#include "version/schemes.h"

enum item_kind { NOTHING, WORD, NEST, NUMBER };

struct item {
    enum item_kind kind;
    struct str text;   /* digits, or the qualifier as written */
    bool before_digit; /* "a", "b" and "m" are short for alpha, beta and milestone directly before a digit */
};

/* Items of a version: at most one for each byte and one NEST before it. */
struct row {
    size_t count;
    struct item items[2 * VERSION_TEXT_MAX + 1];
};

enum { RELEASE = 5, OTHER = 7 };
static const struct {
    struct str name;
    unsigned rank;
} qualifiers[] = {
    { STR_INIT("alpha"), 0 },       { STR_INIT("beta"), 1 },          { STR_INIT("milestone"), 2 }, { STR_INIT("rc"), 3 },
    { STR_INIT("cr"), 3 },          { STR_INIT("snapshot"), 4 },      { STR_INIT(""), RELEASE },    { STR_INIT("ga"), RELEASE },
    { STR_INIT("final"), RELEASE }, { STR_INIT("release"), RELEASE }, { STR_INIT("sp"), 6 },
};

static unsigned rank_of(const struct item *word)
{
    if (word->before_digit && word->text.len == 1) {
        const char *found = memchr("abm", to_lower(word->text.ptr[0]), 3);
        if (found)
            return *found == 'a' ? 0 : *found == 'b' ? 1 : 2;
    }
    for (size_t i = 0; i < ARRAY_LEN(qualifiers); i++)
        if (str_eq_nocase(word->text, qualifiers[i].name))
            return qualifiers[i].rank;
    return OTHER;
}

/* Compares with nothing: <0, 0, >0. A NEST says nothing itself. */
static int item_sign(const struct item *item)
{
    if (item->kind == NUMBER) {
        for (size_t i = 0; i < item->text.len; i++)
            if (item->text.ptr[i] != '0')
                return 1;
        return 0;
    }
    return item->kind == WORD ? (int)rank_of(item) - RELEASE : 0;
}

static void add(struct row *row, enum item_kind kind, struct str text)
{
    row->items[row->count++] = (struct item){ .kind = kind, .text = text };
}

/* Does the current sublist have items yet? */
static bool list_has_items(const struct row *row)
{
    return row->count && row->items[row->count - 1].kind != NEST;
}

static void add_part(struct row *row, struct str part, bool digits)
{
    add(row, digits || part.len == 0 ? NUMBER : WORD, part);
}

/* Letters that a digit or the end of the text follows start a sublist of their own. */
static void add_word(struct row *row, struct str word, bool before_digit)
{
    if (list_has_items(row))
        add(row, NEST, str_head(word, 0));
    add(row, WORD, word);
    row->items[row->count - 1].before_digit = before_digit;
}

/* Removes what equals nothing from the end of each sublist, and sublists that become empty. */
static void normalize(struct row *row)
{
    size_t kept = row->count; /* what is kept at the end lies from `to` on */
    size_t to = row->count;
    bool at_end = true;
    while (kept-- > 0) {
        struct item item = row->items[kept];
        if (item.kind == NEST) {
            at_end = true;
            if (to == row->count)
                continue;
        } else if (at_end && item_sign(&item) == 0) {
            continue;
        } else {
            at_end = false;
        }
        row->items[--to] = item;
    }
    row->count -= to;
    memmove(row->items, row->items + to, row->count * sizeof row->items[0]);
}

static bool parse(struct str text, struct row *row)
{
    bool digits = false;
    size_t start = 0;
    row->count = 0;
    if (text.len == 0 || text.len > VERSION_TEXT_MAX)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        struct str part = str_make(text.ptr + start, i - start);
        if ((unsigned char)c <= ' ' || c == 0x7F)
            return false;
        if (c == '.' || c == '-') {
            add_part(row, part, digits);
            if (c == '-')
                add(row, NEST, str_head(part, 0));
            start = i + 1;
            continue;
        }
        if (is_digit(c) != digits && part.len) {
            if (digits)
                add(row, NUMBER, part);
            else
                add_word(row, part, true);
            add(row, NEST, str_head(part, 0));
            start = i;
        }
        digits = is_digit(c);
    }
    if (start < text.len && digits)
        add(row, NUMBER, str_skip(text, start));
    else if (start < text.len)
        add_word(row, str_skip(text, start), false);
    normalize(row);
    return true;
}

static int number_order(struct str a, struct str b)
{
    while (str_at(a, '0'))
        a = str_skip(a, 1);
    while (str_at(b, '0'))
        b = str_skip(b, 1);
    return a.len != b.len ? (a.len < b.len ? -1 : 1) : str_cmp(a, b);
}

static int nocase_order(struct str a, struct str b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        int order = (unsigned char)to_lower(a.ptr[i]) - (unsigned char)to_lower(b.ptr[i]);
        if (order)
            return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}

static int item_order(const struct item *a, const struct item *b)
{
    if (b->kind == NOTHING)
        return item_sign(a);
    if (a->kind == NOTHING)
        return -item_sign(b);
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->kind == NUMBER)
        return number_order(a->text, b->text);
    if (a->kind == NEST)
        return 0;
    unsigned rank_a = rank_of(a), rank_b = rank_of(b);
    return rank_a != rank_b ? (int)rank_a - (int)rank_b : rank_a == OTHER ? nocase_order(a->text, b->text) : 0;
}

static int maven_compare(struct str a, struct str b)
{
    static const struct item nothing = { .kind = NOTHING };
    struct row row_a, row_b;
    if (!parse(a, &row_a) || !parse(b, &row_b))
        return str_cmp(a, b);
    for (size_t i = 0; i < row_a.count || i < row_b.count; i++) {
        int order = item_order(i < row_a.count ? &row_a.items[i] : &nothing, i < row_b.count ? &row_b.items[i] : &nothing);
        if (order)
            return order;
    }
    return 0;
}

/* The bytes of the key: a sublist, or a null item, comes before or after the end as the first item in it that is not null
 * does. */
enum { WORD_BELOW = 0x01, REST_BELOW = 0x02, END = 0x03, WORD_ABOVE = 0x04, REST_ABOVE = 0x05 };

static unsigned char *word_key(unsigned char *p, const struct item *word)
{
    unsigned rank = rank_of(word);
    p = key_byte(p, rank < RELEASE ? WORD_BELOW : WORD_ABOVE);
    p = key_byte(p, (unsigned char)(KEY_NUM + rank));
    if (rank != OTHER)
        return p;
    for (size_t i = 0; i < word->text.len; i++)
        p = key_byte(p, (unsigned char)to_lower(word->text.ptr[i]));
    return key_byte(p, 0);
}

static bool maven_key(struct str text, struct buf *out)
{
    struct row row;
    unsigned char *p = parse(text, &row) ? key_open(text, out) : NULL;
    if (!p)
        return false;
    for (size_t i = 0; i < row.count; i++) {
        const struct item *item = &row.items[i];
        size_t next = i;
        int sign = 0;
        while (next < row.count && (sign = item_sign(&row.items[next])) == 0)
            next++;
        if (item_sign(item) == 0 && (sign < 0 || item->kind == NEST))
            p = key_byte(p, sign < 0 ? REST_BELOW : REST_ABOVE);
        else if (item->kind == WORD)
            p = word_key(p, item);
        else
            p = key_number(p, item->text.ptr, item->text.len);
    }
    return key_close(out, key_byte(p, END));
}

static bool maven_range(struct str text, struct version_set *out, struct error *err)
{
    return range_intervals(&version_scheme_maven, text, out, err);
}

const struct version_scheme version_scheme_maven = {
    .name = "maven", .key = maven_key, .compare = maven_compare, .range = maven_range
};
