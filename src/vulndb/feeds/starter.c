/* The project's own table of facts (data/starter/): tab-separated text, one fact a line, from which the built-in database is
 * made.
 *
 * Lines that begin with '#' are comments; one of them, "# date: YYYY-MM-DD", says of which day the facts are. The first
 * other line names the columns and by that the kind of the table: weaknesses (what is known of an identifier) or advisories
 * (which versions of a package have it). "-" stands for nothing; lists are separated by spaces. These tables are written by
 * hand and must be right: unlike in other feeds, what cannot be read is an error that names the line. */
#include "vulndb/feeds/feed.h"

enum { MAX_COLUMNS = 8, MAX_LIST = 32 };

static const char weakness_columns[] = "id\taliases\tseverity\tcvss\trated by\tkev\ttitle";
static const char advisory_columns[] = "id\tspace\tpackage\taffected\tstatus\tsources";

enum weakness_column {
    WEAKNESS_ID,
    WEAKNESS_ALIASES,
    WEAKNESS_SEVERITY,
    WEAKNESS_CVSS,
    WEAKNESS_RATED_BY,
    WEAKNESS_KEV,
    WEAKNESS_TITLE,
    WEAKNESS_COLUMNS
};
enum advisory_column {
    ADVISORY_ID,
    ADVISORY_SPACE,
    ADVISORY_PACKAGE,
    ADVISORY_AFFECTED,
    ADVISORY_STATUS,
    ADVISORY_SOURCES,
    ADVISORY_COLUMNS
};

struct table {
    struct vulndb_builder *builder;
    struct arena *arena;
    int64_t date_s;
};

static const struct vulndb_source debian = { STR_INIT("debian"), STR_INIT("Debian Security Tracker"),
                                             STR_INIT("https://salsa.debian.org/security-tracker-team/security-tracker"),
                                             STR_INIT("") };
static const struct vulndb_source alpine = { STR_INIT("alpine"), STR_INIT("Alpine Secdb"),
                                             STR_INIT("https://security.alpinelinux.org/"), STR_INIT("") };
static const struct vulndb_source pypa = { STR_INIT("osv"), STR_INIT("Python Packaging Advisory Database"),
                                           STR_INIT("https://github.com/pypa/advisory-database"), STR_INIT("") };
static const struct vulndb_source github = { STR_INIT("ghsa"), STR_INIT("GitHub Security Advisory"),
                                             STR_INIT("https://github.com/advisories"), STR_INIT("") };
static const struct vulndb_source govulndb = { STR_INIT("govulndb"), STR_INIT("The Go Vulnerability Database"),
                                               STR_INIT("https://pkg.go.dev/vuln/"), STR_INIT("") };

/* Whose facts a row has, by the first source that it cites. A word instead of an identifier says where they stand: in the
 * changelog of Debian's package, in Debian's tracker, in Alpine's database. */
static const struct citation {
    const char *text; /* the word, or how the identifier begins */
    bool is_word;
    const struct vulndb_source *source;
} citations[] = {
    { "DSA-", false, &debian }, { "DLA-", false, &debian }, { "changelog", true, &debian }, { "tracker", true, &debian },
    { "secdb", true, &alpine }, { "PYSEC-", false, &pypa }, { "GHSA-", false, &github },    { "GO-", false, &govulndb },
};

/* ---- fields ------------------------------------------------------------------------------------------------------------------------ */

static bool split_fields(struct str line, struct str *fields, size_t want, struct error *err)
{
    size_t count = 0;
    struct str field, rest = line;
    while (rest.len && count < MAX_COLUMNS) {
        str_next(&rest, '\t', &field);
        if (field.len == 0 || (!rest.len && str_ends(line, "\t")))
            return error_set(err, ERROR_INPUT, "an empty field; nothing is written as \"-\"");
        fields[count++] = str_is(field, "-") ? STR("") : field;
    }
    if (count != want || rest.len)
        return error_set(err, ERROR_INPUT, "not the %zu fields that the first line names", want);
    return true;
}

static bool split_list(struct str text, struct str *items, size_t *count, struct error *err)
{
    *count = 0;
    while (text.len) {
        if (*count == MAX_LIST)
            return error_set(err, ERROR_INPUT, "a list of more than %d", MAX_LIST);
        str_next(&text, ' ', &items[*count]);
        if (items[(*count)++].len == 0)
            return error_set(err, ERROR_INPUT, "two spaces in a list");
    }
    return true;
}

/* ---- weaknesses --------------------------------------------------------------------------------------------------------------------- */

static bool read_rating(const struct str *fields, struct vulndb_rating *rating, struct error *err)
{
    struct str vector = fields[WEAKNESS_CVSS];
    double score;
    rating->source = fields[WEAKNESS_RATED_BY];
    if (!rating->source.len)
        return error_set(err, ERROR_INPUT, "a severity without whose it is");
    if (!severity_parse(fields[WEAKNESS_SEVERITY], &rating->severity) || rating->severity == SEVERITY_UNKNOWN)
        return error_set(err, ERROR_INPUT, "\"%.*s\" is no severity", STR_ARG(fields[WEAKNESS_SEVERITY]));
    if (vector.len && !cvss_score(vector, &score))
        return error_set(err, ERROR_INPUT, "\"%.*s\" is no CVSS vector", STR_ARG(vector));
    if (str_starts(vector, "CVSS:4."))
        rating->cvss4 = vector;
    else if (str_starts(vector, "CVSS:3."))
        rating->cvss3 = vector;
    else
        rating->cvss2 = vector;
    return true;
}

static bool add_weakness(struct table *table, const struct str *fields, struct error *err)
{
    struct str aliases[MAX_LIST];
    struct vulndb_rating rating = { 0 };
    struct vulndb_vulnerability v = {
        .id = fields[WEAKNESS_ID], .title = fields[WEAKNESS_TITLE], .ratings = &rating, .aliases = aliases
    };
    if (!feed_is_weakness(v.id))
        return error_set(err, ERROR_INPUT, "\"%.*s\" is no identifier of a weakness", STR_ARG(v.id));
    if (fields[WEAKNESS_SEVERITY].len || fields[WEAKNESS_CVSS].len) {
        if (!read_rating(fields, &rating, err))
            return false;
        v.rating_count = 1;
        v.severity = rating.severity;
    }
    if (fields[WEAKNESS_KEV].len && !time_parse(fields[WEAKNESS_KEV], &v.kev_added_s))
        return error_set(err, ERROR_INPUT, "\"%.*s\" is no date", STR_ARG(fields[WEAKNESS_KEV]));
    return split_list(fields[WEAKNESS_ALIASES], aliases, &v.alias_count, err) &&
           vulndb_add_vulnerability(table->builder, &v, err);
}

/* ---- advisories ----------------------------------------------------------------------------------------------------------------------- */

static const struct citation *citation_of(struct str source)
{
    for (size_t i = 0; i < ARRAY_LEN(citations); i++)
        if (citations[i].is_word ? str_is(source, citations[i].text) : str_starts(source, citations[i].text))
            return &citations[i];
    return NULL;
}

/* The cited identifiers become the advisory's own; a word is no identifier. */
static bool read_sources(struct str text, struct str *items, struct vulndb_advisory *advisory,
                         const struct vulndb_source **source, struct error *err)
{
    if (!split_list(text, items, &advisory->vendor_id_count, err))
        return false;
    const struct citation *citation = advisory->vendor_id_count ? citation_of(items[0]) : NULL;
    if (!citation)
        return error_set(err, ERROR_INPUT, "\"%.*s\" is no source that is known here", STR_ARG(text));
    if (citation->is_word && advisory->vendor_id_count > 1)
        return error_set(err, ERROR_INPUT, "more sources after \"%s\", which stands alone", citation->text);
    if (citation->is_word)
        advisory->vendor_id_count = 0;
    advisory->vendor_ids = items;
    advisory->source = citation->source->name;
    *source = citation->source;
    return true;
}

/* The ends that are fixed versions, as they are written. Where no fix is to come in this release, the upper end is another
 * release's and not to be printed. */
static struct str fixed_of(struct str affected, enum vuln_status status, struct arena *arena)
{
    struct feed_expressions expressions = { 0 };
    if (status != STATUS_UNKNOWN && status != STATUS_FIXED)
        return STR("");
    for (struct str span; str_next(&affected, '|', &span);)
        if (span.len)
            feed_texts_add(&expressions.vulnerable, arena, str_trim(span));
    return feed_fixed_text(&expressions, arena);
}

static bool read_affected(const struct version_scheme *scheme, struct str text, struct vulndb_advisory *advisory,
                          struct error *err)
{
    struct arena *arena = advisory->affected.arena;
    if (text.len == 0)
        return error_set(err, ERROR_INPUT, "no affected versions; all are written as \"*\"");
    if (str_is(text, "*"))
        return feed_set_all(&advisory->affected) || arena_error(arena, err);
    if (!version_range(scheme, text, &advisory->affected, err))
        return false;
    advisory->fixed = fixed_of(text, advisory->status, arena);
    return !arena->exhausted || arena_error(arena, err);
}

static bool add_advisory(struct table *table, const struct str *fields, struct error *err)
{
    struct str sources[MAX_LIST];
    const struct vulndb_source *source = NULL;
    struct vulndb_advisory advisory = { .space = fields[ADVISORY_SPACE],
                                        .vulnerability = fields[ADVISORY_ID],
                                        .affected_text = fields[ADVISORY_AFFECTED] };
    const struct version_scheme *scheme = vulndb_space_scheme(advisory.space);
    if (!scheme)
        return error_set(err, ERROR_INPUT, "\"%.*s\" is no distribution or ecosystem", STR_ARG(advisory.space));
    if (!feed_is_weakness(advisory.vulnerability) || !fields[ADVISORY_PACKAGE].len)
        return error_set(err, ERROR_INPUT, "an identifier or a package is missing");
    if (fields[ADVISORY_STATUS].len && !status_parse(fields[ADVISORY_STATUS], &advisory.status))
        return error_set(err, ERROR_INPUT, "\"%.*s\" is no status", STR_ARG(fields[ADVISORY_STATUS]));
    version_set_init(&advisory.affected, table->arena);
    if (!vulndb_space_normalize(advisory.space, fields[ADVISORY_PACKAGE], table->arena, &advisory.package))
        return arena_error(table->arena, err);
    return read_sources(fields[ADVISORY_SOURCES], sources, &advisory, &source, err) &&
           read_affected(scheme, fields[ADVISORY_AFFECTED], &advisory, err) &&
           vulndb_add_source(table->builder, source, table->date_s, err) && vulndb_add_advisory(table->builder, &advisory, err);
}

/* ---- tables --------------------------------------------------------------------------------------------------------------------------- */

/* One kind of table, known by the line that names its columns. */
static const struct kind {
    const char *columns;
    size_t column_count;
    bool (*add)(struct table *table, const struct str *fields, struct error *err);
} kinds[] = {
    { weakness_columns, WEAKNESS_COLUMNS, add_weakness },
    { advisory_columns, ADVISORY_COLUMNS, add_advisory },
};

static bool read_comment(struct table *table, struct str line, struct error *err)
{
    if (!str_starts(line, "# date:"))
        return true;
    struct str date = str_trim(str_skip(line, strlen("# date:")));
    return time_parse(date, &table->date_s) || error_set(err, ERROR_INPUT, "\"%.*s\" is no date", STR_ARG(date));
}

static bool read_columns(const struct table *table, struct str line, const struct kind **out, struct error *err)
{
    if (!table->date_s)
        return error_set(err, ERROR_INPUT, "no \"# date: YYYY-MM-DD\" before the first line");
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_is(line, kinds[i].columns)) {
            *out = &kinds[i];
            return true;
        }
    return error_set(err, ERROR_INPUT, "these are not the columns of a table that is known here");
}

static bool read_line(struct table *table, struct str line, const struct kind **kind, struct error *err)
{
    struct str fields[MAX_COLUMNS];
    if (line.len == 0)
        return true;
    if (line.ptr[0] == '#')
        return read_comment(table, line, err);
    if (!*kind)
        return read_columns(table, line, kind, err);
    return split_fields(line, fields, (*kind)->column_count, err) && (*kind)->add(table, fields, err);
}

static bool add_file(struct vulndb_builder *builder, struct str path, struct str text, struct arena *arena, struct error *err)
{
    struct table table = { .builder = builder, .arena = arena };
    const struct kind *kind = NULL;
    struct str line;
    (void)path;
    for (unsigned number = 1; str_line(&text, &line); number++)
        if (!read_line(&table, line, &kind, err))
            return error_wrap(err, "line %u", number);
    return kind || error_set(err, ERROR_INPUT, "an empty table");
}

static bool wanted(struct str path)
{
    return str_ends(path, ".tsv");
}

static bool read_feed(struct vulndb_builder *builder, const char *path, struct error *err)
{
    return feed_each_file(builder, path, wanted, add_file, err);
}

const struct vulndb_feed feed_starter = {
    .kind = "starter",
    .help = "the project's own table of facts: a folder of .tsv files, or one of them",
    .read = read_feed,
};
