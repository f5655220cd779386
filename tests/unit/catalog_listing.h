/* catalog_listing.h - what was read of files, as text that tables of expectations can hold. A line a package:
 *
 *     name version            always
 *     direct|indirect|root|workspace, dev
 *     @12 or @12-15           lines
 *     licence=A,B id=… digest=… root=… proof=… source=…
 *     needs=a@1,b@2           last
 *
 * of which each stands there when it is set (an id only when it is not name@version), packages in the order they were read. */
#ifndef DRYDOCK_CATALOG_LISTING_H
#define DRYDOCK_CATALOG_LISTING_H

#include "catalog_unit.h"

static inline void listing_field(struct buf *out, const char *label, struct str text)
{
    if (text.len == 0)
        return;
    buf_printf(out, " %s=", label);
    for (size_t i = 0; i < text.len; i++)
        buf_chr(out, text.ptr[i] == '\n' ? ',' : text.ptr[i]);
}

static inline void listing_put(struct buf *out, const struct package *p)
{
    static const char *const relations[] = { "", " root", " workspace", " direct", " indirect" };
    char usual[512];
    int len = snprintf(usual, sizeof usual, "%.*s@%.*s", STR_ARG(p->name), STR_ARG(p->version));
    buf_printf(out, "%.*s %.*s%s%s", STR_ARG(p->name), STR_ARG(p->version), relations[p->relation], p->dev ? " dev" : "");
    if (p->line)
        buf_printf(out, " @%u", p->line);
    if (p->line != p->end_line)
        buf_printf(out, "-%u", p->end_line);
    listing_field(out, "licence", p->licence);
    if (!str_eq(p->id, str_make(usual, (size_t)len)))
        listing_field(out, "id", p->id);
    listing_field(out, "digest", p->digest);
    listing_field(out, "root", p->root);
    listing_field(out, "proof", p->proof);
    listing_field(out, "source", p->source_name);
    listing_field(out, "needs", p->depends);
    buf_chr(out, '\n');
}

struct listing_row {
    const char *path, *text;
    const char *want;
    size_t warnings;
};

static inline void assert_listing(const struct parsed *parsed, const char *want, const char *what)
{
    struct buf got;
    buf_init(&got, 1u << 20);
    for (size_t i = 0; i < parsed->facts.package_count; i++)
        if (parsed->facts.packages[i].name.len)
            listing_put(&got, &parsed->facts.packages[i]);
    if (!str_is(buf_view(&got), want)) {
        print_error("%s: got\n%.*s", what, STR_ARG(buf_view(&got)));
        for (size_t i = 0; i < parsed->facts.warning_count; i++)
            print_error("warning: %.*s\n", STR_ARG(parsed->facts.warnings[i].text));
        print_error("want\n%s", want);
        buf_free(&got);
        fail();
    }
    buf_free(&got);
}

static inline void assert_listings(const struct listing_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct parsed parsed;
        parse_text(&parsed, rows[i].path, str_from(rows[i].text));
        assert_listing(&parsed, rows[i].want, rows[i].text);
        if (parsed.facts.warning_count != rows[i].warnings)
            fail_msg("row %zu: %zu warnings", i, parsed.facts.warning_count);
        for (size_t n = 0; n < parsed.facts.package_count; n++)
            assert_str(parsed.facts.packages[n].path, rows[i].path);
        parse_free(&parsed);
    }
}

/* Cut at each byte, and with each byte changed: facts and warnings, never a version that is a piece of another's. */
static inline void assert_rows_survive(const struct listing_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct str text = str_from(rows[i].text);
        struct parsed whole;
        parse_text(&whole, rows[i].path, text);
        for (size_t len = 0; len < text.len; len++) {
            struct parsed cut;
            parse_text(&cut, rows[i].path, str_head(text, len));
            for (size_t n = 0; n < cut.facts.package_count; n++) {
                bool found = false;
                for (size_t w = 0; w < whole.facts.package_count && !found; w++)
                    found = str_eq(whole.facts.packages[w].name, cut.facts.packages[n].name) &&
                            str_eq(whole.facts.packages[w].version, cut.facts.packages[n].version);
                if (!found)
                    fail_msg("row %zu, cut at %zu: %.*s %.*s", i, len, STR_ARG(cut.facts.packages[n].name),
                             STR_ARG(cut.facts.packages[n].version));
            }
            parse_free(&cut);
        }
        parse_free(&whole);
        if (text.len && text.len < 2000)
            assert_flips_survive(rows[i].path, text);
    }
}

#endif
