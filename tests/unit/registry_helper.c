/* Credential helpers: what is sent to them and how, what their answers mean, and those that fail, hang, talk too much or leave
 * processes behind. Helpers are shell scripts in a temporary folder. */
#include "registry_place.h" /* first: feature macros */

#include "registry/credentials.h"

static struct registry_credentials got;

/* NULL, or the error. */
static const char *get(const char *name, const char *server)
{
    struct error err = { 0 };
    got = (struct registry_credentials){ 0 };
    if (helper_get(str_from(name), str_from(server), &place.arena, &got, &err))
        return NULL;
    return arena_printf(&place.arena, "%s", err.text).ptr;
}

static const char *find(const char *host, const char *repository)
{
    struct registry_options options = { 0 };
    struct error err = { 0 };
    if (registry_credentials_find(&options, str_from(host), str_from(repository), &place.arena, &got, &err))
        return NULL;
    return arena_printf(&place.arena, "%s", err.text).ptr;
}

static void the_host_goes_in_and_credentials_come_out(void **state)
{
    (void)state;
    place_helper("ok", "echo \"$#:$1:$(cat)\" > $PLACE/seen\n"
                       "printf '{\"ServerURL\":\"s\",\"Username\":\"cap\\\\u00e9\",\"Secret\":\"pa\\\\\"ss\"}\\n'");
    assert_null(get("ok", "registry.example:5000"));
    assert_str(place_read("seen"), "1:get:registry.example:5000\n");
    assert_str(got.username, "cap\xc3\xa9");
    assert_str(got.password, "pa\"ss");
    assert_str(got.origin, "docker-credential-ok");
    place_helper("token", "echo '{\"username\":\"<token>\",\"secret\":\"refresh\",\"other\":[1]}'");
    assert_null(get("token", "h"));
    assert_str(got.identity_token, "refresh");
    assert_int_equal(got.username.len + got.password.len, 0);
}

static void having_none_is_no_failure(void **state)
{
    (void)state;
    static const char *const scripts[] = {
        "echo credentials not found in native keychain; exit 1",
        "echo 'Error: credentials not found in native keychain' >&2; exit 1",
    };
    for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
        place_helper("none", scripts[i]);
        assert_null(get("none", "h"));
        assert_true(credentials_are_empty(&got));
        assert_str(got.origin, "docker-credential-none has none of h");
    }
}

static void failures_say_what_and_never_a_secret(void **state)
{
    (void)state;
    static const struct {
        const char *script, *want;
    } rows[] = {
        { "echo no key ring here; echo second; exit 1", "docker-credential-bad: no key ring here" },
        { "exit 7", "docker-credential-bad failed with exit code 7" },
        { "echo 'on the side' >&2; exit 1", "docker-credential-bad failed with exit code 1" },
        { "kill -TERM $$", "docker-credential-bad was ended by signal 15" },
        { "echo '{\"Username\":\"u\",\"Secret\":\"sesame\"}'; exit 2", "docker-credential-bad failed with exit code 2" },
        { "echo '{\"Username\":\"u\",\"Secret\":\"sesame\"'", "docker-credential-bad: the answer is not" },
        { "echo sesame", "docker-credential-bad: the answer is not" },
        { ":", "docker-credential-bad: the answer is not" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        place_helper("bad", rows[i].script);
        const char *said = get("bad", "h");
        assert_non_null(said);
        if (!str_starts(str_from(said), rows[i].want))
            print_error("%s\n", said);
        assert_true(str_starts(str_from(said), rows[i].want));
        assert_null(strstr(said, "sesame"));
    }
}

static void names_that_are_no_names_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = { "", "../evil", "a b", "a;b", "a/b", "a\nb", "\xc3\xa9", "$(x)" };
    char longer[300];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        assert_non_null(strstr(get(names[i], "h"), "cannot be the name of a credential helper"));
    assert_non_null(strstr(get(longer, "h"), "cannot be the name of a credential helper"));
    assert_string_equal(get("absent", "h"), "docker-credential-absent is not installed: it must be a program on PATH");
    place_write_mode("bin/docker-credential-locked", "#!/bin/sh\n", 0644);
    assert_non_null(get("locked", "h"));
}

static void talk_is_bounded(void **state)
{
    (void)state;
    place_helper("loud", "yes sesame");
    assert_non_null(strstr(get("loud", "h"), "answers with more than"));
    place_helper("noisy", "head -c 1000000 /dev/zero >&2; echo '{\"Username\":\"u\",\"Secret\":\"p\"}'");
    assert_null(get("noisy", "h"));
    assert_str(got.password, "p");
    place_helper("big", "printf '{\"Username\":\"u\",\"Secret\":\"'; head -c 60000 /dev/zero | tr '\\0' x; echo '\"}'");
    assert_null(get("big", "h"));
    assert_int_equal(got.password.len, 60000);
}

static void what_it_does_not_read_is_let_be(void **state)
{
    (void)state;
    struct error err = { 0 };
    size_t len = 200000; /* more than a pipe holds */
    char *password = arena_alloc(&place.arena, len);
    memset(password, 'x', len);
    place_helper("deaf", "exec <&-; exit 0");
    assert_true(helper_store(STR("deaf"), STR("h"), STR("u"), str_make(password, len), &place.arena, &err));
    place_helper("eager", "wc -c > $PLACE/count");
    assert_true(helper_store(STR("eager"), STR("h"), STR("u"), str_make(password, len), &place.arena, &err));
    uint64_t count;
    assert_true(str_u64(str_trim(place_read("count")), &count) && count > len);
    place_helper("full", "echo credentials not found in native keychain; exit 1");
    assert_false(helper_store(STR("full"), STR("h"), STR("u"), STR("p"), &place.arena, &err));
}

static void a_slow_helper_is_ended(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct str answer;
    bool missing;
    place_helper("slow", "echo $$ > $PLACE/pid; exec sleep 60");
    assert_false(helper_run(STR("slow"), "get", STR("h"), 300, &place.arena, &answer, &missing, &err));
    assert_non_null(strstr(err.text, "did not answer in time"));
    uint64_t pid;
    assert_true(str_u64(str_trim(place_read("pid")), &pid));
    assert_int_equal(kill((pid_t)pid, 0), -1);
}

/* An agent that was started on the way keeps the pipes; its 60 seconds are not waited for. */
static void processes_left_behind_are_not_waited_for(void **state)
{
    (void)state;
    place_helper("agent", "sleep 60 & echo $! > $PLACE/pid\necho '{\"Username\":\"u\",\"Secret\":\"p\"}'");
    int64_t before = time_now();
    assert_null(get("agent", "h"));
    assert_str(got.password, "p");
    assert_true(time_now() - before < 20);
    uint64_t pid;
    assert_true(str_u64(str_trim(place_read("pid")), &pid));
    kill((pid_t)pid, SIGKILL);
}

static size_t open_files(void)
{
    size_t count = 0;
    for (int fd = 0; fd < 200; fd++)
        count += fcntl(fd, F_GETFD) != -1;
    return count;
}

static void no_descriptor_is_lost(void **state)
{
    (void)state;
    size_t before = open_files();
    place_helper("ok", "echo '{\"Username\":\"u\",\"Secret\":\"p\"}'");
    get("ok", "h");
    get("absent", "h");
    place_helper("ok", "exit 1");
    get("ok", "h");
    assert_int_equal(open_files(), before);
}

/* ---- which helper is asked ---------------------------------------------------------------------------------------------------- */

static void docker_asks_the_hosts_helper_then_the_store_then_the_file(void **state)
{
    (void)state;
    place_helper("one", "[ $(cat) = one.example ] && echo '{\"Username\":\"one\",\"Secret\":\"1\"}' && exit\n"
                        "echo credentials not found in native keychain; exit 1");
    place_helper("all", "read -r server; case $server in\n"
                        "*none*) echo credentials not found in native keychain; exit 1;;\n"
                        "*) echo \"{\\\"Username\\\":\\\"all\\\",\\\"Secret\\\":\\\"$server\\\"}\";; esac");
    place_write(
        "home/.docker/config.json",
        "{\"auths\":{\"one.example\":{\"auth\":\"Zjpm\"},\"none.example\":{\"auth\":\"Zjpm\"},\"empty.example\":{\"auth\":\"Zjpm\"}},"
        "\"credHelpers\":{\"one.example\":\"one\",\"empty.example\":\"one\",\"gone.example\":\"gone\"},\"credsStore\":\"all\"}");
    static const struct {
        const char *host, *username, *origin;
    } rows[] = {
        { "one.example", "one", "docker-credential-one" },
        { "other.example", "all", "docker-credential-all" },
        { "none.example", "f", "config.json" },
        { "empty.example", "f", "config.json" },
        { "docker.io", "all", "docker-credential-all" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_null(find(rows[i].host, "a"));
        assert_str(got.username, rows[i].username);
        assert_true(str_ends(got.origin, rows[i].origin));
    }
    assert_str(got.password, "https://index.docker.io/v1/");
    assert_non_null(strstr(find("gone.example", "a"), "credentials of gone.example (credHelpers in "));
}

/* A configuration from another machine, with a store that is not here, keeps nobody from public images. */
static void a_store_that_fails_is_told_but_not_fatal(void **state)
{
    (void)state;
    log_setup(LOG_ERROR, LOG_TEXT);
    place_write("home/.docker/config.json", "{\"auths\":{\"kept.example\":{\"auth\":\"Zjpm\"}},\"credsStore\":\"desktop\"}");
    assert_null(find("registry.example", "a"));
    assert_true(credentials_are_empty(&got));
    assert_str(got.origin, "docker-credential-desktop is not installed: it must be a program on PATH");
    assert_null(find("kept.example", "a"));
    assert_str(got.username, "f");
}

#define PLACE_TEST(f) cmocka_unit_test_setup_teardown(f, place_open, place_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE_TEST(the_host_goes_in_and_credentials_come_out),
        PLACE_TEST(having_none_is_no_failure),
        PLACE_TEST(failures_say_what_and_never_a_secret),
        PLACE_TEST(names_that_are_no_names_are_refused),
        PLACE_TEST(talk_is_bounded),
        PLACE_TEST(what_it_does_not_read_is_let_be),
        PLACE_TEST(a_slow_helper_is_ended),
        PLACE_TEST(processes_left_behind_are_not_waited_for),
        PLACE_TEST(no_descriptor_is_lost),
        PLACE_TEST(docker_asks_the_hosts_helper_then_the_store_then_the_file),
        PLACE_TEST(a_store_that_fails_is_told_but_not_fatal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
