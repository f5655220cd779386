/* The head of an answer, line by line: fields by name, bounds, Retry-After, Content-Range, and texts made fit for URLs. */
#include "net/head.h"
#include "unit.h"

static void feed(struct net_head *head, const char *text)
{
    struct str rest = str_from(text), line;
    while (str_next(&rest, '\n', &line))
        assert_true(net_head_line(head, line));
}

static void test_fields(void **state)
{
    (void)state;
    struct net_head head;
    struct arena arena;
    arena_init(&arena, "test", 1 << 20);
    net_head_init(&head);
    feed(
        &head,
        "HTTP/1.1 401 Unauthorized\r\nContent-Type:  text/html \r\nWWW-Authenticate: Basic realm=\"a\"\r\n"
        "www-authenticate: Bearer realm=\"b\"\r\nX-Escape: a\x1b[2Jb\r\nEmpty:\r\nbad name: x\r\nno colon\r\nContent-Length: 12\r\n\r\n");
    struct str fields = buf_view(&head.fields);
    assert_true(head.complete);
    assert_int_equal(head.status, 401);
    assert_str(net_field(fields, "content-type"), "text/html");
    assert_str(net_field(fields, "X-Escape"), "a [2Jb");
    assert_str(net_field(fields, "Empty"), "");
    assert_str(net_field(fields, "bad name"), "");
    assert_str(net_fields(fields, "WWW-Authenticate", '\n', &arena), "Basic realm=\"a\"\nBearer realm=\"b\"");
    assert_str(net_fields(fields, "Link", ',', &arena), "");
    assert_int_equal(net_content_length(fields), 12);
    struct net_response response = { .headers = fields };
    assert_str(net_header_of(&response, "CONTENT-TYPE"), "text/html");
    net_head_free(&head);
    arena_free(&arena);
}

/* 1xx answers come before the real one; trailers, whatever they look like, come too late. */
static void test_which_head(void **state)
{
    (void)state;
    struct net_head head;
    net_head_init(&head);
    feed(
        &head,
        "HTTP/1.1 103 Early Hints\r\nLink: </early>\r\n\r\nHTTP/2 206 \r\nETag: \"x\"\r\n\r\nHTTP/1.1 200 OK\r\nETag: \"y\"\r\n\r\n");
    assert_int_equal(head.status, 206);
    assert_str(net_field(buf_view(&head.fields), "ETag"), "\"x\"");
    assert_str(net_field(buf_view(&head.fields), "Link"), "");
    assert_true(net_content_length(buf_view(&head.fields)) == UINT64_MAX);
    net_head_free(&head);
}

static void test_bounds(void **state)
{
    (void)state;
    static char text[NET_MAX_HEAD_BYTES];
    struct net_head head;
    memset(text, 'x', sizeof text);
    memcpy(text, "Long: ", 6);
    net_head_init(&head);
    assert_false(net_head_line(&head, str_make(text, sizeof text)));
    net_head_clear(&head);
    for (size_t i = 0; i < NET_MAX_HEAD_FIELDS; i++)
        assert_true(net_head_line(&head, STR("A: b\r\n")));
    assert_false(net_head_line(&head, STR("A: b\r\n")));
    net_head_clear(&head); /* nor interim answers or trailers without an end */
    size_t lines = 0;
    while (net_head_line(&head, STR("HTTP/1.1 100 Continue\r\n")) && net_head_line(&head, STR("\r\n")))
        lines++;
    assert_in_range(lines, 2000, 3000);
    net_head_clear(&head);
    assert_true(net_head_line(&head, STR("HTTP/1.1 200 OK\r\n")) && net_head_line(&head, STR("\r\n")));
    for (lines = 0; net_head_line(&head, STR("Trailer: x\r\n")); lines++)
        ;
    assert_in_range(lines, 5000, 6000);
    net_head_free(&head);
}

static void test_retry_after(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        uint64_t seconds;
    } rows[] = {
        { "0", 0 },
        { "120", 120 },
        { "", 0 },
        { "-5", 0 },
        { "1.5", 0 },
        { "soon", 0 },
        { "99999999999999999999", 0 },
        { "Sun, 06 Nov 1994 08:49:37 GMT", 37 },
        { "Sun, 06 Nov 1994 08:48:00 GMT", 0 },
        { "Mon, 07 Nov 1994 08:49:00 GMT", 86400 },
        { "Sun, 06 Nov 1994 08:49:37 UTC", 0 },
        { "Sun, 06 Foo 1994 08:49:37 GMT", 0 },
        { "Sun, 0x Nov 1994 08:49:37 GMT", 0 },
    };
    int64_t now;
    assert_true(time_parse(STR("1994-11-06T08:49:00Z"), &now));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(net_retry_after(str_from(rows[i].value), now), rows[i].seconds);
}

static void test_content_range(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        bool ok, unsatisfied;
        uint64_t first, last, total;
    } rows[] = {
        { "bytes 0-99/200", true, false, 0, 99, 200 },
        { "Bytes 5-5/6", true, false, 5, 5, 6 },
        { "bytes 5-9/*", true, false, 5, 9, UINT64_MAX },
        { "bytes */200", true, true, 0, 0, 200 },
        { "bytes */*", true, true, 0, 0, UINT64_MAX },
        { .value = "" },
        { .value = "bytes" },
        { .value = "bytes 0-99" },
        { .value = "bytes 9-5/10" },
        { .value = "bytes 0-10/10" },
        { .value = "bytes -5/10" },
        { .value = "bytes 0-/10" },
        { .value = "bytes 0-18446744073709551615/*" },
        { .value = "bytes 0-18446744073709551616/*" },
        { .value = "items 0-9/10" },
        { .value = "bytes 0-9/ten" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct net_range range = { 0 };
        assert_int_equal(net_content_range(str_from(rows[i].value), &range), rows[i].ok);
        assert_int_equal(range.unsatisfied, rows[i].unsatisfied);
        assert_true(range.first == rows[i].first && range.last == rows[i].last && range.total == rows[i].total);
    }
}

static void test_addresses(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "http://localhost:5000/v2/", "localhost:5000" },
        { "https://user:secret@registry.example/v2/", "registry.example" },
        { "https://registry.example?x=@y", "registry.example" },
        { "https://[::1]:5000", "[::1]:5000" },
        { "registry.example/v2/", "" },
        { "http://", "" },
        { "", "" },
    };
    struct arena arena;
    arena_init(&arena, "test", 1 << 16);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_str(net_host(str_from(rows[i][0])), rows[i][1]);
    assert_str(net_escape(&arena, STR("a-Z_0.~ /:\xff&=")), "a-Z_0.~%20%2F%3A%FF%26%3D");
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),      cmocka_unit_test(test_which_head),    cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_retry_after), cmocka_unit_test(test_content_range), cmocka_unit_test(test_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
