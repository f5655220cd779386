/* What a report says of a repository and its commit. All of it is read by commands that look at nothing but objects, references and
 * plain settings: they run no program, whatever the repository's own configuration says. */
#include "git/program.h"

/* "Name <mail> 1700000000 +0100": the name and the mail. */
static struct str person(struct str line)
{
    size_t end;
    return str_rfind(line, '>', &end) ? str_head(line, end + 1) : line;
}

/* gitformat: header lines, an empty line, the message (git-cat-file(1), "commit"). */
static void read_commit(struct str text, struct arena *arena, struct report_repository *out)
{
    struct str line;
    while (str_line(&text, &line) && line.len) {
        if (str_starts(line, "author "))
            out->author = arena_str(arena, person(str_skip(line, 7)));
        else if (str_starts(line, "committer "))
            out->committer = arena_str(arena, person(str_skip(line, 10)));
    }
    out->message = arena_str(arena, str_trim(text));
}

static bool read_tags(struct git *git, const char *folder, const char *commit, struct report_repository *out)
{
    struct buf text;
    struct str rest, line;
    struct error ignored = { 0 };
    size_t cap = 0;
    char points[160];
    snprintf(points, sizeof points, "--points-at=%s", commit);
    const char *const list[] = { "-C", folder, "for-each-ref", points, "--format=%(refname:strip=2)", "refs/tags", NULL };
    buf_init(&text, 1 << 20);
    bool ok = git_run(git, list, NULL, &text, &ignored);
    rest = buf_view(&text);
    struct str *tags = NULL;
    size_t count = 0;
    while (ok && str_line(&rest, &line)) {
        struct str *grown = line.len ? arena_grow(git->arena, tags, count, &cap, sizeof *tags) : NULL;
        if (!grown)
            break;
        tags = grown;
        tags[count++] = arena_str(git->arena, line);
    }
    out->tags = tags;
    out->tag_count = count;
    buf_free(&text);
    return !git->arena->exhausted;
}

/* Where it comes from: the remote that is called origin, else the first. */
static struct str remote_url(struct git *git, const char *folder)
{
    struct str url = git_ask(git, (const char *const[]){ "-C", folder, "config", "--local", "--get", "remote.origin.url", NULL });
    if (url.len)
        return url;
    struct str first =
        git_ask(git, (const char *const[]){ "-C", folder, "config", "--local", "--get-regexp", "^remote\\..*\\.url$", NULL });
    struct str key, value = { 0 };
    str_cut(first, ' ', &key, &value);
    return value;
}

bool git_read_facts(struct git *git, const char *folder, struct str commit, struct report_repository *out)
{
    struct buf text;
    struct error ignored = { 0 };
    char revision[128];
    snprintf(revision, sizeof revision, "%.*s^{commit}", STR_ARG(commit.len ? commit : STR("HEAD")));
    out->commit = git_ask(git, (const char *const[]){ "-C", folder, "rev-parse", "--verify", "--quiet", revision, NULL });
    if (out->url.len == 0)
        out->url = git_url_shown(remote_url(git, folder), git->arena);
    if (commit.len == 0)
        out->branch = git_ask(git, (const char *const[]){ "-C", folder, "symbolic-ref", "--quiet", "--short", "HEAD", NULL });
    if (out->commit.len == 0)
        return out->url.len || out->branch.len;
    const char *name = arena_cstr(git->arena, out->commit);
    if (!name)
        return false;
    buf_init(&text, 1 << 20);
    if (git_run(git, (const char *const[]){ "-C", folder, "cat-file", "commit", name, NULL }, NULL, &text, &ignored))
        read_commit(buf_view(&text), git->arena, out);
    buf_free(&text);
    return read_tags(git, folder, name, out);
}
