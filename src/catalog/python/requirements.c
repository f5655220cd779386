/* requirements.txt (pip's documentation, "Requirements File Format"): a requirement a line. Only pins say which version that is;
 * of ranges the lowest version is a guess. Addresses and options (-r, -c, -e, --hash …) are no packages. */
#include "catalog/headers.h"
#include "catalog/python/python.h"

enum { MAX_SHOWN_BYTES = 128 };

/* ---- text: pip reads it as UTF-8, or by its byte order mark (that of UTF-8 is passed over already) ----------------------------- */

static void put_utf8(struct buf *out, uint32_t c)
{
    if (c < 0x80) {
        buf_chr(out, (char)c);
    } else if (c < 0x800) {
        buf_chr(out, (char)(0xC0 | c >> 6));
        buf_chr(out, (char)(0x80 | (c & 0x3F)));
    } else {
        if (c >= 0x10000)
            buf_chr(out, (char)(0xF0 | c >> 18));
        buf_chr(out, (char)(c >= 0x10000 ? 0x80 | (c >> 12 & 0x3F) : 0xE0 | c >> 12));
        buf_chr(out, (char)(0x80 | (c >> 6 & 0x3F)));
        buf_chr(out, (char)(0x80 | (c & 0x3F)));
    }
}

static struct str from_utf16(struct str text, bool big_endian, struct buf *out)
{
    for (size_t i = 0; i + 1 < text.len; i += 2) {
        uint32_t low = (unsigned char)text.ptr[i + big_endian], high = (unsigned char)text.ptr[i + !big_endian];
        uint32_t c = high << 8 | low;
        if (c >= 0xD800 && c < 0xDC00 && i + 3 < text.len) {
            low = (unsigned char)text.ptr[i + 2 + big_endian];
            high = (unsigned char)text.ptr[i + 2 + !big_endian];
            c = 0x10000 + ((c & 0x3FF) << 10) + ((high << 8 | low) & 0x3FF);
            i += 2;
        }
        put_utf8(out, c);
    }
    return buf_view(out);
}

static struct str decode(struct str text, struct buf *out)
{
    if (str_starts(text, "\xFF\xFE") || str_starts(text, "\xFE\xFF"))
        return from_utf16(str_skip(text, 2), text.ptr[0] == '\xFE', out);
    return text;
}

/* ---- lines ---------------------------------------------------------------------------------------------------------------------- */

static bool is_comment(struct str line)
{
    return str_starts(str_trim(line), "#");
}

/* Up to a '#' at the front or behind a blank. */
static struct str without_comment(struct str line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] == '#' && (i == 0 || line.ptr[i - 1] == ' ' || line.ptr[i - 1] == '\t'))
            return str_head(line, i);
    return line;
}

/* Up to an option: a '-' behind a blank. */
static struct str without_options(struct str line)
{
    for (size_t i = 1; i < line.len; i++)
        if (line.ptr[i] == '-' && (line.ptr[i - 1] == ' ' || line.ptr[i - 1] == '\t'))
            return str_head(line, i);
    return line;
}

/* The next line, joined with those that it goes on in (a backslash at its end); a comment ends it. */
static bool next_line(struct str *rest, struct buf *line, uint32_t *lines)
{
    struct str part;
    buf_clear(line);
    for (*lines = 0; str_line(rest, &part);) {
        ++*lines;
        bool comment = is_comment(part), goes_on = !comment && str_ends(part, "\\");
        if (comment && line->len)
            buf_chr(line, ' ');
        buf_str(line, str_head(part, part.len - goes_on));
        if (!goes_on)
            break;
    }
    return *lines > 0;
}

/* ---- packages -------------------------------------------------------------------------------------------------------------------- */

/* "--hash=sha256:…", when there is one: of several it is unknown which was meant. */
static struct str only_hash(struct str options)
{
    struct str word, hash = { 0 };
    size_t count = 0;
    while (str_next(&options, ' ', &word))
        if (str_starts(word, "--hash=") && ++count)
            hash = str_skip(word, strlen("--hash="));
    return count == 1 ? python_hash(hash) : (struct str){ 0 };
}

static struct str proof_of(struct str specifiers, struct arena *arena)
{
    bool shown = specifiers.len <= MAX_SHOWN_BYTES && header_value_ok(specifiers);
    return shown ? arena_printf(arena, "lowest version of %.*s", STR_ARG(specifiers)) : STR("lowest version of a range");
}

static bool read_line(struct python_pins *pins, struct str line, uint32_t number)
{
    struct python_requirement requirement;
    struct str text = str_trim(without_comment(line)), front = without_options(text);
    if (str_starts(text, "-") || !python_requirement(front, &requirement))
        return true;
    struct str pin = python_pin(requirement.specifiers);
    struct package read = { .digest = only_hash(str_skip(text, front.len)), .line = number, .end_line = number };
    if (pin.len)
        return python_pins_add(pins, requirement.name, pin, &read);
    struct arena *scratch = pins->file->scratch;
    struct str lowest = python_lowest(requirement.specifiers, scratch);
    read.is_lowest = true;
    read.proof = proof_of(requirement.specifiers, scratch);
    return !scratch->exhausted && (!lowest.len || python_pins_add(pins, requirement.name, lowest, &read));
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct python_pins pins;
    struct buf decoded, line;
    uint32_t number = 1, lines;
    bool done = true;
    python_pins_begin(&pins, file, facts);
    buf_init(&decoded, 64 + 2 * file->text.len);
    buf_init(&line, 1u << 20);
    struct str rest = decode(file->text, &decoded);
    for (; done && next_line(&rest, &line, &lines); number += lines) {
        done = line.failed || read_line(&pins, buf_view(&line), number);
        if (line.failed) {
            buf_free(&line);
            buf_init(&line, 1u << 20);
        }
    }
    buf_free(&decoded);
    buf_free(&line);
    return done;
}

/* "requirements.txt", "requirements-test.txt", "dev-requirements.txt". */
static bool accepts(struct str path)
{
    return str_contains(path_base(path), "requirements");
}

static const struct catalog_claim claims[] = {
    { "**/requirements.txt", NULL },
    { "**/*.txt", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_pip_kind = {
    .name = "pip",
    .is_lock = true,
    .ecosystem = "pip",
    .scheme = "pep440",
    .purl_type = "pypi",
    .claims = claims,
    .accepts = accepts,
    .max_bytes = 16u << 20,
    .parse = parse,
};
