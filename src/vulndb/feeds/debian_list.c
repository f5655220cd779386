/* Debian's lists of bulletins. An entry is a heading and indented lines:
 *
 *     [29 Mar 2023] DSA-5380-1 xorg-server - security update
 *     <TAB>{CVE-2023-1393 CVE-…}
 *     <TAB>[bullseye] - xorg-server 2:1.20.11-1+deb11u6
 *     <TAB>[buster] - xorg-server <not-affected> (reason)
 *     <TAB>NOTE: words
 *
 * The format is described in the tracker's own introduction ("Writing tracker data files"). A bulletin is expanded to its CVEs;
 * one without any (a regression update, an old one) stands by its own identifier. */
#include "vulndb/feeds/debian_tracker.h"

struct bulletin {
    struct vulndb_builder *builder;
    struct arena *arena;
    struct arena_mark start; /* what the arena held before the first bulletin */
    struct str id, title;
    int64_t date_s;
    struct feed_texts cves;
};

/* "[29 Mar 2023]" without the brackets. */
static bool parse_day(struct str text, int64_t *date_s)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct str day, month, year, rest;
    uint64_t d, y;
    char iso[16];
    str_cut(text, ' ', &day, &rest);
    str_cut(rest, ' ', &month, &year);
    if (!str_u64(day, &d) || !str_u64(year, &y) || d == 0 || d > 31 || y < 1990 || y > 9999 || month.len != 3)
        return false;
    for (unsigned m = 0; m < 12; m++)
        if (memcmp(months + (size_t)3 * m, month.ptr, 3) == 0) {
            snprintf(iso, sizeof iso, "%04u-%02u-%02u", (unsigned)y, m + 1, (unsigned)d);
            return time_parse(str_from(iso), date_s);
        }
    return false;
}

/* "[DATE] DSA-1234-1 package - title"; the oldest have "--". */
static bool begin_bulletin(struct bulletin *bulletin, struct str line)
{
    struct str date, rest, id, title, package;
    if (!str_starts(line, "[") || !str_cut(str_skip(line, 1), ']', &date, &rest))
        return false;
    rest = str_trim(rest);
    str_cut(rest, ' ', &id, &title);
    arena_reset(bulletin->arena, bulletin->start);
    bulletin->cves = (struct feed_texts){ 0 };
    bulletin->id = str_starts(id, "DSA-") || str_starts(id, "DLA-") ? id : STR("");
    bulletin->date_s = 0;
    parse_day(date, &bulletin->date_s);
    str_cut(title, ' ', &package, &rest);
    while (str_starts(rest, "-"))
        rest = str_skip(rest, 1);
    bulletin->title = arena_printf(bulletin->arena, "%.*s: %.*s", STR_ARG(package), STR_ARG(str_trim(rest)));
    return true;
}

static bool add_title(struct bulletin *bulletin, struct str id, struct error *err)
{
    struct vulndb_vulnerability v = { .id = id, .title = bulletin->title };
    if (str_eq(id, bulletin->id))
        v.published_s = v.modified_s = bulletin->date_s;
    return vulndb_add_vulnerability(bulletin->builder, &v, err);
}

static bool read_cves(struct bulletin *bulletin, struct str line)
{
    struct str list, rest, id;
    str_cut(str_skip(line, 1), '}', &list, &rest);
    while (list.len && str_next(&list, ' ', &id))
        if (id.len && !feed_texts_add(&bulletin->cves, bulletin->arena, id))
            return false;
    return true;
}

/* What stands for a version where there is none: "<not-affected>", "<end-of-life>", … False: this says nothing to match. */
static bool read_mark(struct str mark, struct vulndb_advisory *advisory)
{
    static const struct {
        const char *mark;
        enum vuln_status status;
    } marks[] = {
        { "<not-affected>", STATUS_NOT_AFFECTED }, { "<end-of-life>", STATUS_END_OF_LIFE },
        { "<unfixed>", STATUS_AFFECTED },          { "<no-dsa>", STATUS_AFFECTED },
        { "<ignored>", STATUS_WILL_NOT_FIX },      { "<postponed>", STATUS_FIX_DEFERRED },
    };
    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        if (str_is(mark, marks[i].mark)) {
            advisory->status = marks[i].status;
            return true;
        }
    return false;
}

/* "[bullseye] - xorg-server 2:1.20.11-1+deb11u6" */
static bool read_release(struct bulletin *bulletin, struct str line, struct error *err)
{
    struct str codename, rest, package, version;
    struct vulndb_advisory advisory = { .source = debian_source.name, .vendor_ids = &bulletin->id, .vendor_id_count = 1 };
    if (!str_cut(str_skip(line, 1), ']', &codename, &rest) || !debian_space(codename, &advisory.space))
        return true;
    rest = str_trim(rest);
    if (!str_starts(rest, "- "))
        return true;
    str_cut(str_trim(str_skip(rest, 2)), ' ', &package, &rest);
    str_cut(str_trim(rest), ' ', &version, &rest);
    if (package.len == 0 || version.len == 0 || bulletin->id.len == 0)
        return true;
    advisory.package = package;
    version_set_init(&advisory.affected, bulletin->arena);
    if (version.ptr[0] == '<' && !read_mark(version, &advisory))
        return true;
    if (version.ptr[0] != '<')
        advisory.fixed = version;
    if (advisory.status != STATUS_NOT_AFFECTED && !feed_set_below(&advisory.affected, advisory.fixed))
        return arena_error(bulletin->arena, err);
    size_t count = bulletin->cves.count ? bulletin->cves.count : 1;
    for (size_t i = 0; i < count; i++) {
        advisory.vulnerability = bulletin->cves.count ? bulletin->cves.items[i] : bulletin->id;
        if (!vulndb_add_advisory(bulletin->builder, &advisory, err) || !add_title(bulletin, advisory.vulnerability, err))
            return false;
    }
    return true;
}

static bool read_line(struct bulletin *bulletin, struct str line, struct error *err)
{
    bool indented = line.len && (line.ptr[0] == ' ' || line.ptr[0] == '\t');
    struct str words = str_trim(line);
    if (!indented) {
        if (!begin_bulletin(bulletin, line))
            bulletin->id = STR("");
        return !bulletin->arena->exhausted || arena_error(bulletin->arena, err);
    }
    if (str_starts(words, "{"))
        return read_cves(bulletin, words) || arena_error(bulletin->arena, err);
    return !str_starts(words, "[") || read_release(bulletin, words, err);
}

bool debian_read_list(struct vulndb_builder *builder, struct str text, struct arena *arena, struct error *err)
{
    struct bulletin bulletin = { .builder = builder, .arena = arena, .start = arena_mark(arena) };
    struct str line;
    bool ok = true;
    int64_t newest_s = 0;
    while (ok && str_line(&text, &line)) {
        ok = read_line(&bulletin, line, err);
        newest_s = bulletin.date_s > newest_s ? bulletin.date_s : newest_s;
    }
    return ok && vulndb_add_source(builder, &debian_source, newest_s, err);
}
