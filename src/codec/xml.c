/* XML 1.0 rewritten as JSON text. expat reads the characters and tells elements and texts; here they become JSON. What an
 * element becomes, a text or an object, shows when its first child begins or it ends: until then it waits. No entity is ever
 * expanded but the five and references to characters (XML 1.0, section 4.6): a document that declares entities is refused,
 * names that nothing declares stay as they are written. */
#include "codec/codec.h"

#ifdef HAVE_EXPAT

#include <expat.h>
#include <limits.h>

/* An open element; level 0 is the document. */
struct level {
    size_t text_start;
    bool opened; /* its brace is written, and something behind it */
};

struct writer {
    XML_Parser parser;
    struct buf out;
    struct buf text; /* of all open elements, one behind the other */
    struct level levels[JSON_MAX_DEPTH];
    unsigned depth;
    size_t skipped_lines; /* above the document */
    size_t out_line;      /* that the output has reached */
    struct error *err;
};

static size_t line_of(const struct writer *w)
{
    return (size_t)XML_GetCurrentLineNumber(w->parser) + w->skipped_lines;
}

static void stop(struct writer *w, enum error_kind kind, const char *problem)
{
    if (w->err->kind == ERROR_NONE)
        error_set(w->err, kind, "XML, line %zu: %s", line_of(w), problem);
    XML_StopParser(w->parser, XML_FALSE);
}

/* What comes next stands on its own line of the output, if that is not further yet. */
static void keep_line(struct writer *w, size_t line)
{
    for (; w->out_line < line && !w->out.failed; w->out_line++)
        buf_chr(&w->out, '\n');
}

static void check_room(struct writer *w)
{
    if (w->out.failed || w->text.failed)
        stop(w, ERROR_LIMIT, "grows past its limit as JSON");
}

static struct str local_name(const XML_Char *name)
{
    const char *colon = strrchr(name, ':');
    return str_from(colon && colon[1] ? colon + 1 : name);
}

/* The comma, the key and the colon in front of a value of the element at hand, which is an object then. The key is what keeps
 * the line: whether its value will be a text or an object is not known yet. */
static void put_key(struct writer *w, const char *prefix, struct str name)
{
    struct level *level = &w->levels[w->depth];
    buf_chr(&w->out, level->opened ? ',' : '{');
    level->opened = true;
    keep_line(w, line_of(w));
    buf_printf(&w->out, "\"%s%.*s\":", prefix, STR_ARG(name)); /* a name holds nothing that JSON escapes */
}

static void on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct writer *w = data;
    if (w->depth + 1 == JSON_MAX_DEPTH) {
        stop(w, ERROR_LIMIT, "nested too deeply");
        return;
    }
    put_key(w, "", local_name(name));
    w->levels[++w->depth] = (struct level){ .text_start = w->text.len };
    for (; attributes[0]; attributes += 2) {
        if (strncmp(attributes[0], "xmlns", 5) == 0 && (attributes[0][5] == ':' || attributes[0][5] == '\0'))
            continue;
        put_key(w, "@", local_name(attributes[0]));
        json_put_string(&w->out, str_from(attributes[1]));
    }
    check_room(w);
}

static void on_end(void *data, const XML_Char *name)
{
    struct writer *w = data;
    struct level *level = &w->levels[w->depth];
    struct str text = str_trim(str_skip(buf_view(&w->text), level->text_start));
    (void)name;
    if (!level->opened) {
        json_put_string(&w->out, text);
    } else {
        if (text.len) {
            put_key(w, "", STR("#text"));
            json_put_string(&w->out, text);
        }
        keep_line(w, line_of(w));
        buf_chr(&w->out, '}');
    }
    w->text.len = level->text_start;
    w->depth--;
    check_room(w);
}

static void on_text(void *data, const XML_Char *text, int len)
{
    struct writer *w = data;
    buf_add(&w->text, text, (size_t)len);
    check_room(w);
}

/* Only where nothing declares it: Maven's own reader takes names of HTML, as in "&oslash;", and poms have them. */
static void on_unknown_entity(void *data, const XML_Char *name, int is_parameter)
{
    struct writer *w = data;
    if (is_parameter)
        return;
    buf_printf(&w->text, "&%s;", name);
    check_room(w);
}

static void on_entity_declared(void *data, const XML_Char *name, int is_parameter, const XML_Char *value, int len,
                               const XML_Char *base, const XML_Char *system_id, const XML_Char *public_id,
                               const XML_Char *notation)
{
    (void)name, (void)is_parameter, (void)value, (void)len, (void)base, (void)system_id, (void)public_id, (void)notation;
    stop(data, ERROR_UNSUPPORTED, "the document declares entities of its own");
}

/* False with unknown_encoding set: worth another try with an encoding that fits. */
static bool read_document(struct writer *w, struct str text, const char *encoding, bool *unknown_encoding)
{
    w->parser = XML_ParserCreate(encoding);
    if (!w->parser)
        return error_set(w->err, ERROR_LIMIT, "XML: memory limit reached");
    XML_SetUserData(w->parser, w);
    XML_SetElementHandler(w->parser, on_start, on_end);
    XML_SetCharacterDataHandler(w->parser, on_text);
    XML_SetEntityDeclHandler(w->parser, on_entity_declared);
    XML_SetSkippedEntityHandler(w->parser, on_unknown_entity);
    XML_UseForeignDTD(w->parser, XML_TRUE);                        /* unknown entities are told, not errors; nothing is loaded */
    XML_SetHashSalt(w->parser, (unsigned long)str_hash(text) | 1); /* else it asks the system, which the workers may not */
    w->depth = 0;
    w->levels[0] = (struct level){ 0 };
    buf_clear(&w->out);
    buf_clear(&w->text);
    w->out_line = 1;
    bool ok = XML_Parse(w->parser, text.len ? text.ptr : "", (int)text.len, XML_TRUE) == XML_STATUS_OK;
    enum XML_Error code = XML_GetErrorCode(w->parser);
    *unknown_encoding = !ok && code == XML_ERROR_UNKNOWN_ENCODING;
    if (!ok && w->err->kind == ERROR_NONE)
        error_set(w->err, code == XML_ERROR_NO_MEMORY ? ERROR_LIMIT : ERROR_INPUT, "XML, line %zu: %s", line_of(w),
                  XML_ErrorString(code));
    XML_ParserFree(w->parser);
    return ok;
}

/* White space above the XML declaration is an error, but a common one and harmless. */
static struct str skip_blank_lines(struct writer *w, struct str text)
{
    for (; text.len && strchr(" \t\r\n", text.ptr[0]) && text.ptr[0]; text = str_skip(text, 1))
        w->skipped_lines += text.ptr[0] == '\n';
    return text;
}

bool xml_to_json(struct str text, size_t max_bytes, struct arena *arena, struct str *out, struct error *err)
{
    struct error problem = { 0 };
    struct writer w = { .err = &problem };
    bool unknown_encoding = false;
    text = skip_blank_lines(&w, text);
    if (text.len > INT_MAX)
        return error_set(err, ERROR_LIMIT, "XML: larger than 2 GiB");
    buf_init(&w.out, max_bytes);
    buf_init(&w.text, max_bytes);
    bool ok = read_document(&w, text, NULL, &unknown_encoding);
    if (unknown_encoding) { /* "UTF8", "windows-1252": markup and names are ASCII in all of them */
        problem = (struct error){ 0 };
        ok = read_document(&w, text, str_is_utf8(text) ? "UTF-8" : "ISO-8859-1", &unknown_encoding);
    }
    buf_chr(&w.out, '}'); /* of the document, which holds the root */
    if (ok && w.out.failed)
        ok = error_set(&problem, ERROR_LIMIT, "XML: grows past its limit as JSON");
    if (ok) {
        struct str copy = arena_str(arena, buf_view(&w.out));
        ok = copy.ptr || arena_error(arena, &problem);
        if (ok)
            *out = copy;
    }
    if (!ok)
        *err = problem;
    buf_free(&w.out);
    buf_free(&w.text);
    return ok;
}

#else

bool xml_to_json(struct str text, size_t max_bytes, struct arena *arena, struct str *out, struct error *err)
{
    (void)text, (void)max_bytes, (void)arena, (void)out;
    return error_set(err, ERROR_UNSUPPORTED, "XML: this build of Drydock was made without expat");
}

#endif
