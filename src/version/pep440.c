/* pep440 - Python versions, N!N(.N)*{a|b|rc}N.postN.devN+local, as PEP 440 defines, normalises and orders them, and its
 * version specifiers (==1.*, ~=, ===, !=, comma). Held to the `packaging` library.
 *
 * Specifiers are read in plain order, prereleases included: "<2.0" takes in 2.0rc1 and ">1.0" 1.0.post1, which is what an
 * advisory means. Local versions count as the version that they are of: "<=1.0" takes in 1.0+local. */
#include "version/key.h"
#include "version/range.h"
#include "version/schemes.h"

enum { NONE_LOW = 0x01, RELEASE_END = 0x02, DEV_ONLY = 0x03, PRE = 0x04 /* a, b, rc */, NO_PRE = 0x08 };
enum { NO_DEV = KEY_HIGH, LOCAL_WORD = 0x02 };

struct pep440 {
    struct str epoch, release; /* release: numbers and dots */
    char pre;                  /* 'a', 'b', 'c' (for rc), 0: none */
    bool has_post, has_dev;
    struct str pre_number, post, dev, local;
    struct str before_post, before_dev, public; /* the text up to those parts; without the local part */
};

/* Is s led by that lower-case word, whatever its case? */
static bool starts_nocase(struct str s, const char *word)
{
    size_t n = strlen(word);
    return s.len >= n && str_eq_nocase(str_head(s, n), str_make(word, n));
}

static bool is_joint(struct str s)
{
    return str_at(s, '.') || str_at(s, '-') || str_at(s, '_');
}

/* Takes [sep] word [sep] [number] where word is one of `words` (longest first); gives its place, or count if none. */
static size_t take_label(struct str *rest, const char *const *words, size_t count, struct str *number)
{
    struct str s = str_skip(*rest, is_joint(*rest));
    size_t i = 0;
    while (i < count && !starts_nocase(s, words[i]))
        i++;
    if (i == count)
        return i;
    s = str_skip(s, strlen(words[i]));
    s = str_skip(s, is_joint(s));
    *number = str_head(s, digits_span(s));
    *rest = str_skip(s, number->len);
    return i;
}

static void take_pre(struct str *rest, struct pep440 *out)
{
    static const char *const words[] = { "alpha", "a", "beta", "b", "preview", "pre", "rc", "c" };
    static const char letters[] = { 'a', 'a', 'b', 'b', 'c', 'c', 'c', 'c' };
    size_t which = take_label(rest, words, ARRAY_LEN(words), &out->pre_number);
    out->pre = which < ARRAY_LEN(words) ? letters[which] : 0;
}

/* ".post1" and its spellings, and "-1". */
static void take_post(struct str *rest, struct pep440 *out)
{
    static const char *const words[] = { "post", "rev", "r" };
    size_t n = str_at(*rest, '-') ? digits_span(str_skip(*rest, 1)) : 0;
    if (n) {
        out->post = str_head(str_skip(*rest, 1), n);
        *rest = str_skip(*rest, 1 + n);
    }
    out->has_post = n || take_label(rest, words, ARRAY_LEN(words), &out->post) < ARRAY_LEN(words);
}

static bool take_release(struct str *rest, struct str *release)
{
    struct str all = *rest;
    size_t n = digits_span(all);
    if (n == 0)
        return false;
    while (n < all.len && all.ptr[n] == '.' && digits_span(str_skip(all, n + 1)))
        n += 1 + digits_span(str_skip(all, n + 1));
    *release = str_head(all, n);
    *rest = str_skip(all, n);
    return true;
}

/* Letters and digits, parted by single '.', '-' or '_'. */
static bool local_is_valid(struct str local)
{
    bool joint = true;
    for (size_t i = 0; i < local.len; i++) {
        bool here = is_joint(str_skip(local, i));
        if (here ? joint : !is_alnum(local.ptr[i]))
            return false;
        joint = here;
    }
    return !joint;
}

static struct str until(struct str whole, struct str rest)
{
    return str_head(whole, whole.len - rest.len);
}

static bool pep440_parse(struct str text, struct pep440 *out)
{
    static const char *const dev[] = { "dev" };
    struct str whole = str_trim(text), rest = whole;
    *out = (struct pep440){ 0 };
    rest = str_skip(rest, str_at(rest, 'v') || str_at(rest, 'V'));
    size_t n = digits_span(rest);
    if (n && n < rest.len && rest.ptr[n] == '!') {
        out->epoch = str_head(rest, n);
        rest = str_skip(rest, n + 1);
    }
    if (!take_release(&rest, &out->release))
        return false;
    take_pre(&rest, out);
    out->before_post = until(whole, rest);
    take_post(&rest, out);
    out->before_dev = until(whole, rest);
    out->has_dev = take_label(&rest, dev, 1, &out->dev) == 0;
    out->public = until(whole, rest);
    if (rest.len == 0)
        return true;
    out->local = str_skip(rest, 1);
    return rest.ptr[0] == '+' && local_is_valid(out->local);
}

/* Numbers, without the zeros that end them. */
static unsigned char *release_key(unsigned char *p, struct str release)
{
    unsigned char *end = p;
    struct str number;
    while (str_next(&release, '.', &number)) {
        p = key_number(p, number.ptr, number.len);
        if (p[-1] != KEY_NUM)
            end = p;
    }
    return key_byte(end, RELEASE_END);
}

/* Words sort before numbers, and without regard to case. */
static unsigned char *local_key(unsigned char *p, struct str local)
{
    while (local.len) {
        size_t n = 0;
        while (n < local.len && is_alnum(local.ptr[n]))
            n++;
        struct str part = str_head(local, n);
        local = str_skip(local, n + 1);
        if (digits_span(part) == n) {
            p = key_number(p, part.ptr, n);
            continue;
        }
        p = key_byte(p, LOCAL_WORD);
        for (size_t i = 0; i < n; i++)
            p = key_byte(p, (unsigned char)to_lower(part.ptr[i]));
        p = key_byte(p, 0);
    }
    return key_byte(p, NONE_LOW);
}

/* The order of section "Summary of permitted suffixes and relative ordering": dev releases of the version itself come
 * before its prereleases, the version after them, post releases last; in each, dev releases first. */
static bool pep440_key(struct str text, struct buf *out)
{
    struct pep440 v;
    unsigned char *p = pep440_parse(text, &v) ? key_open(text, out) : NULL;
    if (!p)
        return false;
    p = key_number(p, v.epoch.ptr, v.epoch.len);
    p = release_key(p, v.release);
    if (v.pre) {
        p = key_byte(p, (unsigned char)(PRE + (v.pre - 'a')));
        p = key_number(p, v.pre_number.ptr, v.pre_number.len);
    } else {
        p = key_byte(p, v.has_dev && !v.has_post ? DEV_ONLY : NO_PRE);
    }
    p = v.has_post ? key_number(p, v.post.ptr, v.post.len) : key_byte(p, NONE_LOW);
    p = v.has_dev ? key_number(p, v.dev.ptr, v.dev.len) : key_byte(p, NO_DEV);
    return key_close(out, local_key(p, v.local));
}

/* The lowest version after all that V stands for, its local versions; NULL with an error where there is none. */
static struct str after(struct range *range, const struct pep440 *v)
{
    uint64_t number = 0;
    struct str digits = v->has_dev ? v->dev : v->post;
    if (digits.len && (!str_u64(digits, &number) || number == UINT64_MAX)) {
        error_set(range->err, ERROR_INPUT, "\"%.*s\" has too large a number", STR_ARG(v->public));
        return (struct str){ NULL, 0 };
    }
    unsigned long long next = (unsigned long long)number + 1;
    if (v->has_dev)
        return range_text(range, "%.*s.dev%llu", STR_ARG(v->before_dev), next);
    if (v->has_post)
        return range_text(range, "%.*s.post%llu.dev0", STR_ARG(v->before_post), next);
    return range_text(range, "%.*s.post0.dev0", STR_ARG(v->public));
}

/* "EPOCH!RELEASE.*": the first version of that release and the first after all that begin with it. */
static bool prefix_ends(struct range *range, const struct pep440 *v, struct str release, struct str *low, struct str *high)
{
    size_t dot;
    uint64_t last;
    struct str head = str_rfind(release, '.', &dot) ? str_head(release, dot + 1) : str_head(release, 0);
    struct str epoch = v->epoch.len ? v->epoch : STR("0");
    if (!str_u64(str_skip(release, head.len), &last) || last == UINT64_MAX)
        return error_set(range->err, ERROR_INPUT, "\"%.*s\" has too large a number", STR_ARG(release));
    *low = range_text(range, "%.*s!%.*s.dev0", STR_ARG(epoch), STR_ARG(release));
    *high = range_text(range, "%.*s!%.*s%llu.dev0", STR_ARG(epoch), STR_ARG(head), (unsigned long long)last + 1);
    return low->ptr && high->ptr;
}

static bool prefix_test(struct range *range, enum range_op op, const struct pep440 *v, struct str release)
{
    struct str low, high;
    if (!prefix_ends(range, v, release, &low, &high))
        return false;
    if (op == RANGE_NE)
        return range_exclude(range, low, high);
    return range_narrow(range, RANGE_GE, low) && range_narrow(range, RANGE_LT, high);
}

/* "~=1.4.2" is ">=1.4.2, ==1.4.*". */
static bool compatible_test(struct range *range, const struct pep440 *v, struct str word)
{
    size_t dot;
    if (!str_rfind(v->release, '.', &dot))
        return error_set(range->err, ERROR_INPUT, "~= needs two numbers, \"%.*s\" has one", STR_ARG(word));
    return range_narrow(range, RANGE_GE, word) && prefix_test(range, RANGE_EQ, v, str_head(v->release, dot));
}

static bool plain_test(struct range *range, enum range_op op, const struct pep440 *v, struct str word)
{
    if (op == RANGE_LT || op == RANGE_GE || v->local.len)
        return range_narrow(range, op, word);
    struct str next = after(range, v);
    if (!next.ptr)
        return false;
    if (op == RANGE_NE)
        return range_exclude(range, word, next);
    if (op == RANGE_EQ && !range_narrow(range, RANGE_GE, word))
        return false;
    return range_narrow(range, op == RANGE_GT ? RANGE_GE : RANGE_LT, next);
}

static bool pep440_test(struct range *range, struct str op, struct str word)
{
    struct pep440 v;
    enum range_op which;
    if (op.len == 0 && str_is(word, "*"))
        return true;
    bool prefix = str_ends(word, ".*");
    struct str version = prefix ? str_head(word, word.len - 2) : word;
    if (!pep440_parse(version, &v))
        return error_set(range->err, ERROR_INPUT, "\"%.*s\" is not a pep440 version", STR_ARG(str_head(word, 200)));
    if (str_is(op, "===") && !prefix)
        return range_narrow(range, RANGE_EQ, word);
    if (str_is(op, "~=") && !prefix)
        return compatible_test(range, &v, word);
    if (!range_op_find(op, &which))
        return range_bad_operator(range, op);
    if (!prefix)
        return plain_test(range, which, &v, word);
    if ((which != RANGE_EQ && which != RANGE_NE) || v.release.ptr + v.release.len != version.ptr + version.len)
        return error_set(range->err, ERROR_INPUT, "\".*\" stands only behind == or != and a plain release");
    return prefix_test(range, which, &v, v.release);
}

static bool pep440_range(struct str text, struct version_set *out, struct error *err)
{
    return range_parse(&version_scheme_pep440, text, pep440_test, out, err);
}

const struct version_scheme version_scheme_pep440 = { .name = "pep440", .key = pep440_key, .range = pep440_range };
