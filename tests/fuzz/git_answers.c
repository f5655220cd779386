/* Addresses of repositories, and what `git` tells of a stranger's: the input is cut at NULs into an address and what each command
 * writes.  */
#include "git/facts.c"
#include "git/url.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str answers;

static struct str next_answer(void)
{
    struct str one;
    str_cut(answers, '\0', &one, &answers);
    return one;
}

bool git_run(struct git *git, const char *const *arguments, const char *progress, struct buf *out, struct error *err)
{
    (void)git;
    (void)arguments;
    (void)progress;
    struct str answer = next_answer();
    buf_str(out, answer);
    return answer.len || error_set(err, ERROR_INPUT, "git says nothing");
}

struct str git_ask(struct git *git, const char *const *arguments)
{
    (void)arguments;
    struct str rest = next_answer(), line = { 0 };
    str_line(&rest, &line);
    return arena_str(git->arena, line);
}

/* What is shown of an address has no user and no password. */
static void check_shown(struct str shown)
{
    struct str scheme, rest, userinfo, host, path;
    if (!cut_scheme(shown, &scheme, &rest))
        return;
    cut_authority(rest, &userinfo, &host, &path);
    if (userinfo.len)
        __builtin_trap();
}

static void check_address(struct str text, struct arena *arena)
{
    struct git_url url;
    struct error err = { 0 };
    bool ok = git_url_parse(text, arena, &url, &err);
    if (!ok && (err.kind == ERROR_NONE || !err.text[0]))
        __builtin_trap();
    if (!ok)
        return;
    check_shown(url.shown);
    bool is_file = str_is(url.scheme, "file"); /* its path is used instead */
    if ((!is_file && (url.url.len == 0 || url.url.ptr[0] == '-')) || (url.host.len && url.host.ptr[0] == '-'))
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct report_repository facts = { 0 };
    arena_init(&arena, "repository", 16 << 20);
    struct git git = { .arena = &arena };
    answers = str_make(data, size);
    struct str first = next_answer();
    check_address(first, &arena);
    git_read_facts(&git, ".", (struct str){ 0 }, &facts);
    check_shown(facts.url);
    uint64_t sum = str_hash(facts.author) + str_hash(facts.committer) + str_hash(facts.message);
    for (size_t i = 0; i < facts.tag_count; i++)
        sum += str_hash(facts.tags[i]);
    *(volatile uint64_t *)&sum = sum;
    arena_free(&arena);
    return 0;
}
