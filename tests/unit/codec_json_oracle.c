/* The JSON reader against jansson: generated texts, whole and damaged, must be accepted alike and mean the same. jansson is
 * loaded at run time: its functions have names that ours have too, so that the two cannot be linked together. */
#include "unit.h"

#include "codec/codec.h"

#include <dlfcn.h>

/* From jansson.h, which cannot be included for the same reason. */
struct jansson_error {
    int line, column, position;
    char source[80], text[160];
};
enum { REJECT_DUPLICATES = 0x1, DECODE_ANY = 0x4, ALLOW_NUL = 0x10, ENCODE_ANY = 0x200 };

struct jansson {
    void *library;
    void *(*load)(const char *text, size_t len, size_t flags, struct jansson_error *err);
    char *(*dump)(const void *value, size_t flags);
    void (*free)(void *value);
};

static void *find_function(void *library, const char *name)
{
    void *function = dlsym(library, name);
    assert_non_null(function);
    return function;
}

static bool open_jansson(struct jansson *jansson)
{
    jansson->library = dlopen("libjansson.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!jansson->library)
        return false;
    /* POSIX lets a pointer from dlsym be a function; ISO C has no cast for that. */
    void *load = find_function(jansson->library, "json_loadb"), *dump = find_function(jansson->library, "json_dumps"),
         *release = find_function(jansson->library, "json_delete");
    memcpy(&jansson->load, &load, sizeof load);
    memcpy(&jansson->dump, &dump, sizeof dump);
    memcpy(&jansson->free, &release, sizeof release);
    return true;
}

/* ---- texts ---- */

static uint64_t seed = 20240506;

static unsigned pick(unsigned below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed % below);
}

static void put_space(struct buf *out)
{
    static const char *const spaces[] = { "", "", "", " ", "\n", "\t\r\n", "          ", "\n                  " };
    buf_text(out, spaces[pick(ARRAY_LEN(spaces))]);
}

static void put_text(struct buf *out)
{
    static const char *const parts[] = { "a",
                                         "name",
                                         "CVE-2024-1234",
                                         "\\n",
                                         "\\\"",
                                         "\\\\",
                                         "\\/",
                                         "\\u00e9",
                                         "\\ud83d\\udea2",
                                         "\xC3\xA9",
                                         "\xE2\x82\xAC",
                                         "\xF0\x9F\x9A\xA2",
                                         "some longer text, eight bytes at a time",
                                         "\\ud800",
                                         "\\u0001",
                                         " ",
                                         "[",
                                         "}",
                                         ":",
                                         "," };
    buf_chr(out, '"');
    for (unsigned n = pick(5); n > 0; n--)
        buf_text(out, parts[pick(ARRAY_LEN(parts))]);
    buf_chr(out, '"');
}

static void put_number(struct buf *out)
{
    static const char *const numbers[] = { "0",
                                           "-0",
                                           "7",
                                           "-12",
                                           "9223372036854775807",
                                           "-9223372036854775808",
                                           "1.5",
                                           "-2.25e-3",
                                           "1E10",
                                           "0.1",
                                           "3.14159265358979323846264338327950288",
                                           "1e308",
                                           "5e-324",
                                           "1e999" };
    buf_text(out, numbers[pick(ARRAY_LEN(numbers))]);
}

static void put_value(struct buf *out, unsigned depth)
{
    static const char *const words[] = { "true", "false", "null" };
    put_space(out);
    unsigned kind = pick(depth < 6 ? 8 : 4);
    if (kind < 2) {
        put_text(out);
    } else if (kind == 2) {
        put_number(out);
    } else if (kind == 3) {
        buf_text(out, words[pick(3)]);
    } else {
        bool object = kind >= 6;
        buf_chr(out, object ? '{' : '[');
        for (unsigned n = pick(5), i = 0; i < n; i++) {
            buf_text(out, i ? "," : "");
            put_space(out);
            if (object) {
                put_text(out);
                put_space(out);
                buf_chr(out, ':');
            }
            put_value(out, depth + 1);
        }
        put_space(out);
        buf_chr(out, object ? '}' : ']');
    }
    put_space(out);
}

static void damage(struct buf *text)
{
    static const char bytes[] = "{}[]:,\"\\u0123456789eE+-.tfn \n\x01\x80\xC3\xED\xFF";
    for (unsigned n = pick(3) + 1; n > 0 && text->len > 1; n--) {
        size_t at = pick((unsigned)text->len);
        if (pick(3) == 0)
            memmove(text->ptr + at, text->ptr + at + 1, --text->len - at);
        else
            text->ptr[at] = bytes[pick(sizeof bytes - 1)];
    }
}

/* ---- comparing ---- */

/* What our reader reads, in one form: no spaces, no escapes that are not needed, reals by their value. */
static void put_canonical(struct json *json, struct buf *out)
{
    struct str text;
    bool first = true;
    switch (json_peek(json)) {
    case JSON_OBJECT:
        json_object(json);
        buf_chr(out, '{');
        for (; json_key(json, &text); first = false) {
            buf_text(out, first ? "" : ",");
            json_put_string(out, text);
            buf_chr(out, ':');
            put_canonical(json, out);
        }
        buf_chr(out, '}');
        break;
    case JSON_ARRAY:
        json_array(json);
        buf_chr(out, '[');
        for (; json_item(json); first = false) {
            buf_text(out, first ? "" : ",");
            put_canonical(json, out);
        }
        buf_chr(out, ']');
        break;
    case JSON_STRING:
        if (json_string(json, &text))
            json_put_string(out, text);
        break;
    case JSON_NUMBER: {
        struct json again = *json;
        int64_t i64;
        double real = 0;
        if (json_i64(&again, &i64))
            buf_printf(out, "%lld", (long long)i64);
        else if (json_number(json, &real))
            buf_printf(out, "%.17g", real);
        if (again.pos != json->pos)
            json_skip(json);
        break;
    }
    default: buf_text(out, json_scalar(json, &text) ? (text.ptr[0] == 't' ? "true" : "false") : "null");
    }
}

static bool canonical(struct str text, struct buf *out, struct error *err)
{
    struct arena arena;
    struct json json;
    arena_init(&arena, "test", 16 << 20);
    buf_clear(out);
    json_begin(&json, text, &arena);
    put_canonical(&json, out);
    bool ok = json_end(&json, err);
    arena_free(&arena);
    return ok;
}

/* RFC 8259 leaves these to the reader; jansson refuses them, we do not. */
static bool is_known_difference(const struct jansson_error *err)
{
    return strstr(err->text, "invalid Unicode") || strstr(err->text, "overflow") || strstr(err->text, "too big") ||
           strstr(err->text, "NUL byte") || strstr(err->text, "duplicate");
}

static void compare(const struct jansson *jansson, struct str text, struct buf *ours, struct buf *theirs)
{
    struct jansson_error their_err;
    struct error err = { 0 };
    void *value = jansson->load(text.ptr, text.len, REJECT_DUPLICATES | DECODE_ANY | ALLOW_NUL, &their_err);
    bool ok = canonical(text, ours, &err);
    if (ok != (value != NULL) && !(ok && is_known_difference(&their_err)))
        fail_msg("%.*s\nours: %s\njansson: %s", STR_ARG(text), ok ? "accepted" : err.text, value ? "accepted" : their_err.text);
    if (!value)
        return;
    char *dump = jansson->dump(value, ENCODE_ANY);
    assert_non_null(dump);
    assert_true(canonical(str_from(dump), theirs, &err));
    if (!str_eq(buf_view(ours), buf_view(theirs)))
        fail_msg("%.*s\nours: %.*s\njansson: %.*s", STR_ARG(text), STR_ARG(buf_view(ours)), STR_ARG(buf_view(theirs)));
    free(dump);
    jansson->free(value);
}

static void texts_are_read_as_jansson_reads_them(void **state)
{
    (void)state;
    struct jansson jansson;
    struct buf text, ours, theirs;
    if (!open_jansson(&jansson)) {
        print_message("skipped: libjansson.so.4 is not installed\n");
        skip();
    }
    buf_init(&text, 1 << 20);
    buf_init(&ours, 4 << 20);
    buf_init(&theirs, 4 << 20);
    for (unsigned round = 0; round < 20000; round++) {
        buf_clear(&text);
        put_value(&text, 0);
        compare(&jansson, buf_view(&text), &ours, &theirs);
        for (unsigned i = 0; i < 8; i++) {
            damage(&text);
            compare(&jansson, buf_view(&text), &ours, &theirs);
        }
    }
    buf_free(&text);
    buf_free(&ours);
    buf_free(&theirs);
    dlclose(jansson.library);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_read_as_jansson_reads_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
