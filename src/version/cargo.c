/* cargo - Rust crates' versions in the total order of the crate `semver` 1 (build metadata counts last, none first), and
 * Cargo's requirements, where a bare version means "^". As there, build metadata does not count in requirements: "<=1.2.3"
 * takes in 1.2.3+x. */
#include "version/schemes.h"
#include "version/semver.h"

enum { ONE_ZERO = 0x02, ZEROS_END = 0x01, BUILD_END = 0x01, WORD = KEY_HIGH };

/* Build metadata: numbers before words, and of equal numbers those with fewer zeros in front: 0 < 00 < 1 < 01 < 2. */
static unsigned char *write_build(unsigned char *p, struct str build)
{
    struct str id;
    while (str_next(&build, '.', &id)) {
        if (digits_span(id) < id.len) {
            p = key_byte(p, WORD);
            p = key_text(p, id.ptr, id.len);
            continue;
        }
        p = key_number(p, id.ptr, id.len);
        for (size_t i = 0; i < id.len && id.ptr[i] == '0'; i++)
            p = key_byte(p, ONE_ZERO);
        p = key_byte(p, ZEROS_END);
    }
    return key_byte(p, BUILD_END);
}

static bool cargo_key(struct str text, struct buf *out)
{
    struct semver version;
    uint64_t number;
    if (!semver_parse(text, 0, &version))
        return false;
    for (size_t i = 0; i < 3; i++)
        if (!str_u64(version.number[i], &number))
            return false;
    unsigned char *p = key_open(text, out);
    if (!p)
        return false;
    p = semver_write_numbers(p, &version);
    p = semver_write_pre(p, version.pre);
    return key_close(out, write_build(p, version.build));
}

/* The lowest version after V and all builds of V. */
static struct str after(struct range *range, const struct partial *v)
{
    if (v->pre.ptr)
        return range_text(range, "%.*s.0", STR_ARG(v->text));
    return partial_after(range, v, 3);
}

static bool full_test(struct range *range, enum range_op op, const struct partial *v)
{
    if (op == RANGE_LT || op == RANGE_GE)
        return range_narrow(range, op, v->text);
    struct str next = after(range, v);
    if (!next.ptr)
        return false;
    if (op == RANGE_NE)
        return range_exclude(range, v->text, next);
    if (op == RANGE_EQ && !range_narrow(range, RANGE_GE, v->text))
        return false;
    return range_narrow(range, op == RANGE_GT ? RANGE_GE : RANGE_LT, next);
}

static bool cargo_test(struct range *range, struct str op, struct str word)
{
    struct str version, build;
    struct partial partial;
    enum range_op which;
    str_cut(word, '+', &version, &build);
    if (op.len && range_op_find(op, &which)) {
        if (!partial_parse(range, version, &partial))
            return false;
        if (partial.count == 3)
            return full_test(range, which, &partial);
    }
    return partial_test(range, op, version, str_contains(version, "*") ? "=" : "^");
}

static bool cargo_range(struct str text, struct version_set *out, struct error *err)
{
    return range_parse(&version_scheme_cargo, text, cargo_test, out, err);
}

const struct version_scheme version_scheme_cargo = { .name = "cargo", .key = cargo_key, .range = cargo_range };
