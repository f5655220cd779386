/* A build without libcurl says so. */
#include "net/net.h"
#include "unit.h"

static void test_refusal(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct net_options options = { 0 };
    struct net_request request = { .url = STR("http://localhost/") };
    struct net_response response;
    struct net_sink sink = { 0 };
    struct arena arena = { 0 };
    assert_null(net_client_new(&options, &err));
    assert_int_equal(err.kind, ERROR_UNSUPPORTED);
    assert_non_null(strstr(err.text, "without libcurl"));
    assert_false(net_fetch(NULL, &request, &arena, &response, &err));
    assert_false(net_download(NULL, &request, &sink, &arena, &response, &err));
    net_client_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_refusal) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
