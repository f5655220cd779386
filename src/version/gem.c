/* gem - RubyGems versions as Gem::Version (RubyGems 3.3) orders them, and its requirements (~>, comma).
 *
 * A version is a row of numbers and words; "-" stands for ".pre.". Words sort before numbers and mark prereleases. A row
 * that ends goes on with zeros without end, so that zeros at the end, and those at the end of the numbers before the first
 * word, do not count, and a zero elsewhere is more or less than the end as what follows it is. */
#include "version/key.h"
#include "version/range.h"
#include "version/schemes.h"

enum { WORD = 0x01, ZERO_BEFORE_WORD = 0x02, END = 0x03, ZERO_BEFORE_NUMBER = 0x04 };

/* number(.alnum)*(-alnum-(.alnum-)*)?, as Gem::Version::VERSION_PATTERN. */
static bool is_valid(struct str text)
{
    if (digits_span(text) == 0)
        return false;
    bool dashed = false, empty = true;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool dash = c == '-', starts_tail = dash && !dashed;
        if (!is_alnum(c) && c != '.' && !dash)
            return false;
        if ((c == '.' || starts_tail) && empty)
            return false;
        dashed |= dash;
        empty = c == '.' || starts_tail;
        /* The first part is a number only. */
        if (is_alpha(c) && digits_span(text) == i)
            return false;
    }
    return !empty;
}

/* Takes the next number or word; "-" gives the word "pre". False at the end. */
static bool next_segment(struct str *rest, struct str *segment)
{
    while (str_at(*rest, '.'))
        *rest = str_skip(*rest, 1);
    if (rest->len == 0)
        return false;
    size_t n = is_digit(rest->ptr[0]) ? digits_span(*rest) : alpha_span(*rest);
    *segment = n ? str_head(*rest, n) : STR("pre");
    *rest = str_skip(*rest, n ? n : 1);
    return true;
}

static bool is_zero(struct str segment)
{
    size_t n = 0;
    while (n < segment.len && segment.ptr[n] == '0')
        n++;
    return n == segment.len;
}

static unsigned char *write_zeros(unsigned char *p, size_t count, unsigned char byte)
{
    while (count--)
        p = key_byte(p, byte);
    return p;
}

/* Zeros are counted and written when it is known what follows them: nothing, a word or a number. */
static bool gem_key(struct str text, struct buf *out)
{
    struct str rest = str_trim(text), segment;
    unsigned char *p = is_valid(rest) ? key_open(text, out) : NULL;
    if (!p)
        return false;
    bool words = false;
    for (size_t zeros = 0; next_segment(&rest, &segment);) {
        if (is_zero(segment)) {
            zeros++;
        } else if (is_digit(segment.ptr[0])) {
            p = write_zeros(p, zeros, ZERO_BEFORE_NUMBER);
            p = key_number(p, segment.ptr, segment.len);
            zeros = 0;
        } else {
            p = write_zeros(p, words ? zeros : 0, ZERO_BEFORE_WORD);
            p = key_byte(p, WORD);
            p = key_text(p, segment.ptr, segment.len);
            zeros = 0;
            words = true;
        }
    }
    return key_close(out, key_byte(p, END));
}

/* The first version after those that "~> version" allows: without its words and its last number, and the number before
 * that one higher. Its prereleases are out too, hence the "A", the lowest word. */
static struct str bump(struct range *range, struct str version)
{
    struct str rest = version, segment, kept = str_head(version, 0), last = kept, before = kept;
    size_t count = 0;
    while (next_segment(&rest, &segment) && is_digit(segment.ptr[0])) {
        before = last;
        last = segment;
        count++;
    }
    struct str raised = count > 1 ? before : last;
    uint64_t number = 0;
    kept = str_head(version, (size_t)(raised.ptr - version.ptr));
    if (!str_u64(raised, &number) || number == UINT64_MAX) {
        error_set(range->err, ERROR_INPUT, "\"%.*s\" has no number that could be raised", STR_ARG(version));
        return (struct str){ NULL, 0 };
    }
    return range_text(range, "%.*s%llu.A", STR_ARG(kept), (unsigned long long)number + 1);
}

static bool gem_test(struct range *range, struct str op, struct str word)
{
    if (!str_is(op, "~>"))
        return range_basic_test(range, op, word);
    if (!range_narrow(range, RANGE_GE, word))
        return false;
    struct str end = bump(range, word);
    return end.ptr && range_narrow(range, RANGE_LT, end);
}

static bool gem_range(struct str text, struct version_set *out, struct error *err)
{
    return range_parse(&version_scheme_gem, text, gem_test, out, err);
}

const struct version_scheme version_scheme_gem = { .name = "gem", .key = gem_key, .range = gem_range };
