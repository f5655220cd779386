/* Files of a repository in a temporary folder: fetched from a server, or checked out of a repository on this machine. As little as
 * git can fetch: one commit, without history (git-clone(1), --depth).
 *
 * A repository of a stranger that lies on this machine is never made to serve or check out anything itself, since both would obey
 * its configuration: a fresh one borrows its objects. */
#define _GNU_SOURCE /* mkdtemp, O_DIRECTORY */
#include "git/program.h"

#include "codec/codec.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the temporary folder --------------------------------------------------------------------------------------------------- */

static bool make_folder(struct checkout *checkout, struct error *err)
{
    const char *parent = getenv("TMPDIR");
    int n = snprintf(checkout->folder, sizeof checkout->folder, "%s/drydock-repo-XXXXXX", parent && parent[0] ? parent : "/tmp");
    if (n < 0 || (size_t)n >= sizeof checkout->folder || !mkdtemp(checkout->folder)) {
        checkout->folder[0] = '\0';
        return error_system(err, "cannot make a temporary folder (set TMPDIR)");
    }
    checkout->path = checkout->folder;
    return true;
}

enum { MAX_REMOVE_DEPTH = 64, MAX_REMOVE_ROUNDS = 4096 };

/* Empties a folder. What is too deep is moved up, for the next round. */
static void empty_folder(int top_fd, int fd, unsigned depth)
{
    static unsigned moved;
    DIR *dir = fdopendir(fd);
    char name[32];
    if (!dir) {
        close(fd);
        return;
    }
    for (struct dirent *item; (item = readdir(dir));) {
        if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0 || unlinkat(fd, item->d_name, 0) == 0)
            continue;
        if (depth == MAX_REMOVE_DEPTH) {
            snprintf(name, sizeof name, "%u", moved++);
            renameat(fd, item->d_name, top_fd, name);
            continue;
        }
        int below = openat(fd, item->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (below >= 0)
            empty_folder(top_fd, below, depth + 1);
        unlinkat(fd, item->d_name, AT_REMOVEDIR);
    }
    closedir(dir);
}

void checkout_free(struct checkout *checkout)
{
    for (unsigned round = 0; checkout->folder[0] && round < MAX_REMOVE_ROUNDS && rmdir(checkout->folder) != 0; round++) {
        int top = open(checkout->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        int fd = top >= 0 ? openat(top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
        if (fd >= 0)
            empty_folder(top, fd, 0);
        if (top >= 0)
            close(top);
        else
            break;
    }
    checkout->folder[0] = '\0';
}

/* ---- what is asked for --------------------------------------------------------------------------------------------------------- */

/* git-check-ref-format(1), and nothing that could be an option or another reference. */
static bool check_name(const char *option, struct str name, struct error *err)
{
    bool ok = name.len == 0 || (name.ptr[0] != '-' && !str_starts(name, "/") && !str_ends(name, "/") && !str_ends(name, ".") &&
                                !str_contains(name, "..") && !str_contains(name, "@{") && !str_contains(name, "//"));
    for (size_t i = 0; ok && i < name.len; i++)
        ok = (unsigned char)name.ptr[i] > ' ' && !strchr("~^:?*[\\\x7F", name.ptr[i]);
    return ok || error_set(err, ERROR_USAGE, "%s: \"%.*s\" is no name that git knows", option, STR_ARG(name));
}

static bool check_choice(const struct git_choice *choice, struct error *err)
{
    if ((choice->branch.len > 0) + (choice->tag.len > 0) + (choice->commit.len > 0) > 1)
        return error_set(err, ERROR_USAGE, "--branch, --tag and --commit choose the same thing: give one of them");
    if (!check_name("--branch", choice->branch, err) || !check_name("--tag", choice->tag, err))
        return false;
    for (size_t i = 0; i < choice->commit.len; i++)
        if (!strchr("0123456789abcdefABCDEF", choice->commit.ptr[i]) || choice->commit.len < 4 || choice->commit.len > 64)
            return error_set(err, ERROR_USAGE, "--commit: \"%.*s\" is no hash of a commit", STR_ARG(choice->commit));
    return true;
}

static bool is_whole_hash(struct str commit)
{
    return commit.len == 40 || commit.len == 64; /* SHA-1, SHA-256 */
}

/* What must be there, in the words of git-rev-parse(1). */
static struct str revision_of(const struct git_choice *choice, struct arena *arena)
{
    if (choice->branch.len)
        return arena_printf(arena, "refs/heads/%.*s^{commit}", STR_ARG(choice->branch));
    if (choice->tag.len)
        return arena_printf(arena, "refs/tags/%.*s^{commit}", STR_ARG(choice->tag));
    return arena_printf(arena, "%.*s^{commit}", STR_ARG(choice->commit.len ? choice->commit : STR("HEAD")));
}

static bool find_commit(struct git *git, const char *folder, const struct git_choice *choice, struct str *commit,
                        struct error *err)
{
    const char *revision = revision_of(choice, git->arena).ptr;
    if (!revision)
        return arena_error(git->arena, err);
    *commit = git_ask(git, (const char *const[]){ "-C", folder, "rev-parse", "--verify", "--quiet", revision, NULL });
    if (interrupted())
        return interrupt_error(err);
    if (commit->len)
        return true;
    if (choice->branch.len)
        return error_set(err, ERROR_INPUT, "%.*s: there is no branch %.*s; see git ls-remote for what there is",
                         STR_ARG(git->what), STR_ARG(choice->branch));
    if (choice->tag.len)
        return error_set(err, ERROR_INPUT, "%.*s: there is no tag %.*s; see git ls-remote for what there is", STR_ARG(git->what),
                         STR_ARG(choice->tag));
    if (choice->commit.len)
        return error_set(err, ERROR_INPUT, "%.*s: there is no commit %.*s; check its hash", STR_ARG(git->what),
                         STR_ARG(choice->commit));
    return error_set(err, ERROR_INPUT, "%.*s: the repository has no commits; choose a --branch or --tag", STR_ARG(git->what));
}

static bool check_out(struct git *git, const struct checkout *checkout, struct str commit, struct error *err)
{
    const char *name = arena_cstr(git->arena, commit);
    if (!name)
        return arena_error(git->arena, err);
    return git_run(
        git, (const char *const[]){ "-C", checkout->folder, "checkout", "--quiet", "--force", "--detach", name, "--", NULL },
        NULL, NULL, err);
}

static bool init(struct git *git, const struct checkout *checkout, struct error *err)
{
    return git_run(git, (const char *const[]){ "init", "--quiet", "--template=", "--", checkout->folder, NULL }, NULL, NULL, err);
}

/* ---- credentials ----------------------------------------------------------------------------------------------------------------- */

static bool is_host_of(struct str host, const char *name, const char *variable)
{
    struct str scheme, own = str_from(getenv(variable));
    if (str_contains(own, "://"))
        str_cut(own, ':', &scheme, &own);
    while (str_starts(own, "/"))
        own = str_skip(own, 1);
    str_cut(own, '/', &own, &scheme);
    return str_is(host, name) || (own.len && str_eq_nocase(host, own));
}

/* Tokens that other programs of a host look for; they are for that host alone, and for no unencrypted way to it. */
static struct str token_of(const struct git_url *url)
{
    static const struct {
        const char *host, *own_host, *token;
    } known[] = {
        { "github.com", "GITHUB_SERVER_URL", "GITHUB_TOKEN" },
        { "gitlab.com", "CI_SERVER_HOST", "GITLAB_TOKEN" },
        { "bitbucket.org", "BITBUCKET_HOST", "BITBUCKET_TOKEN" },
    };
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (str_is(url->scheme, "https") && is_host_of(url->host, known[i].host, known[i].own_host))
            return str_from(getenv(known[i].token));
    return (struct str){ 0 };
}

/* RFC 7617, for this scheme, host and port only. With it git follows no redirects: it would send the header along. */
static bool set_credentials(struct git *git, const struct git_url *url, const struct git_choice *choice)
{
    struct str user = url->user, password = url->password;
    if (password.len == 0)
        password = choice->token.len ? choice->token : token_of(url);
    const char *key = arena_printf(git->arena, "http.%.*s/.extraHeader", STR_ARG(url->origin)).ptr;
    const char *name = arena_printf(git->arena, "credential.%.*s.username", STR_ARG(url->origin)).ptr;
    if (!key || !name)
        return false;
    if (password.len == 0)
        return user.len == 0 || git_set(git, name, user);
    if (user.len == 0)
        user =
            str_is(url->host, "bitbucket.org") ? STR("x-token-auth") : STR("x-access-token"); /* hosts look at the token alone */
    struct str pair = arena_printf(git->arena, "%.*s:%.*s", STR_ARG(user), STR_ARG(password));
    struct str code = base64_encode(pair, git->arena);
    struct str header = arena_printf(git->arena, "Authorization: Basic %.*s", STR_ARG(code));
    git_hide(git, password);
    git_hide(git, code);
    if (str_is(url->scheme, "http") && !str_is(url->host, "localhost") && !str_starts(url->host, "127."))
        log_warn("%.*s: the credentials are sent without encryption; use https", STR_ARG(url->shown));
    return pair.ptr && code.ptr && git_set(git, key, header) && git_set(git, "http.followRedirects", STR("false"));
}

static bool set_network(struct git *git, const struct git_url *url, const struct git_choice *choice)
{
    const struct net_options *net = &choice->net;
    bool is_ssh = str_is(url->scheme, "ssh"), is_git = str_is(url->scheme, "git");
    git->timeout_s = net->timeout_s;
    if (net->ca_cert.len && !git_set(git, "http.sslCAInfo", net->ca_cert))
        return false;
    if (net->insecure && !git_set(git, "http.sslVerify", STR("false")))
        return false;
    /* the user's settings may lead from https to ssh */
    return git_set_variable(git, "GIT_ALLOW_PROTOCOL",
                            is_ssh                         ? STR("ssh")
                            : is_git                       ? STR("git:https:ssh")
                            : str_is(url->scheme, "https") ? STR("https:ssh")
                                                           : STR("http:https:ssh")) &&
           (is_ssh || is_git || set_credentials(git, url, choice));
}

/* ---- fetching ------------------------------------------------------------------------------------------------------------------- */

/* What HEAD leads to, or a branch: one connection tells its name and fetches it. */
static bool fetch_branch(struct git *git, const struct checkout *checkout, const char *url, const struct git_choice *choice,
                         bool shallow, struct error *err)
{
    const char *arguments[16] = { "clone",         "--progress",  "--single-branch",
                                  "--no-checkout", "--template=", "--no-recurse-submodules" };
    size_t n = 6;
    if (shallow)
        arguments[n++] = "--depth=1";
    if (choice->branch.len)
        arguments[n++] = arena_printf(git->arena, "--branch=%.*s", STR_ARG(choice->branch)).ptr;
    arguments[n++] = "--";
    arguments[n++] = url;
    arguments[n++] = checkout->folder;
    return git_run(git, arguments, "Fetching", NULL, err);
}

/* A plain file server knows no depth. */
static bool knows_no_depth(const struct error *err)
{
    return !interrupted() && strstr(err->text, "shallow");
}

static bool fetch(struct git *git, const struct checkout *checkout, const char *url, bool shallow, const char *first,
                  const char *second, struct error *err)
{
    const char *arguments[16] = {
        "-C", checkout->folder, "fetch", "--progress", "--no-tags", "--no-recurse-submodules", "--force"
    };
    size_t n = 7;
    if (shallow)
        arguments[n++] = "--depth=1";
    arguments[n++] = "--";
    arguments[n++] = url;
    arguments[n++] = first;
    arguments[n++] = second;
    return git_run(git, arguments, "Fetching", NULL, err);
}

static bool fetch_tag(struct git *git, const struct checkout *checkout, const char *url, struct str tag, struct error *err)
{
    const char *ref = arena_printf(git->arena, "+refs/tags/%.*s:refs/tags/%.*s", STR_ARG(tag), STR_ARG(tag)).ptr;
    if (!ref)
        return arena_error(git->arena, err);
    if (fetch(git, checkout, url, true, ref, NULL, err))
        return true;
    if (!knows_no_depth(err))
        return false;
    *err = (struct error){ 0 };
    return fetch(git, checkout, url, false, ref, NULL, err);
}

/* Some servers give no commit by its hash, and none an abbreviated one: then everything is fetched. */
static bool fetch_commit(struct git *git, const struct checkout *checkout, const char *url, struct str commit, struct error *err)
{
    static const char *const refusals[] = { "not our ref", "unadvertised", "remote ref", "shallow" };
    const char *name = arena_cstr(git->arena, commit);
    if (!name)
        return arena_error(git->arena, err);
    if (is_whole_hash(commit)) {
        bool refused = false;
        if (fetch(git, checkout, url, true, name, NULL, err))
            return true;
        for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
            refused |= strstr(err->text, refusals[i]) != NULL;
        if (interrupted() || !refused)
            return false;
        *err = (struct error){ 0 };
    }
    return fetch(git, checkout, url, false, "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*", err);
}

static bool fetch_choice(struct git *git, const struct checkout *checkout, const char *url, const struct git_choice *choice,
                         struct error *err)
{
    if (choice->commit.len)
        return init(git, checkout, err) && fetch_commit(git, checkout, url, choice->commit, err);
    if (choice->tag.len)
        return init(git, checkout, err) && fetch_tag(git, checkout, url, choice->tag, err);
    if (fetch_branch(git, checkout, url, choice, true, err))
        return true;
    if (!knows_no_depth(err))
        return false;
    *err = (struct error){ 0 };
    return fetch_branch(git, checkout, url, choice, false, err);
}

bool checkout_fetch(struct checkout *checkout, const struct git_url *url, const struct git_choice *choice, struct arena *arena,
                    struct error *err)
{
    struct git git;
    struct str commit;
    *checkout = (struct checkout){ 0 };
    const char *address = arena_cstr(arena, url->url);
    if (!check_choice(choice, err) || !git_init(&git, arena, url->shown, err) || !git_take_settings(&git, err))
        return false;
    if (!address || !set_network(&git, url, choice))
        return arena_error(arena, err);
    if (!make_folder(checkout, err) || !fetch_choice(&git, checkout, address, choice, err))
        return false;
    bool by_branch = choice->tag.len + choice->commit.len == 0;
    checkout->facts.url = url->shown;
    if (!git_set_variable(&git, "GIT_ALLOW_PROTOCOL", STR("none")))
        return arena_error(arena, err);
    if (!find_commit(&git, checkout->folder, choice, &commit, err))
        return false;
    checkout->has_facts = git_read_facts(&git, checkout->folder, by_branch ? (struct str){ 0 } : commit, &checkout->facts);
    return check_out(&git, checkout, commit, err);
}

/* ---- repositories on this machine ------------------------------------------------------------------------------------------------ */

/* git(1), GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted, since colons part entries. */
static bool borrow_objects(struct git *git, struct str objects)
{
    struct buf quoted;
    buf_init(&quoted, 1 << 14);
    buf_chr(&quoted, '"');
    for (size_t i = 0; i < objects.len; i++) {
        if (objects.ptr[i] == '"' || objects.ptr[i] == '\\')
            buf_chr(&quoted, '\\');
        buf_chr(&quoted, objects.ptr[i]);
    }
    buf_chr(&quoted, '"');
    bool ok = !quoted.failed && git_set_variable(git, "GIT_ALTERNATE_OBJECT_DIRECTORIES", buf_view(&quoted));
    buf_free(&quoted);
    return ok;
}

static bool holds(const char *folder, const char *name)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/%s", folder, name);
    return n > 0 && (size_t)n < sizeof path && access(path, F_OK) == 0;
}

/* gitrepository-layout(5). Its settings could say anything. */
static bool is_git_folder(const char *folder)
{
    return holds(folder, "HEAD") && holds(folder, "objects") && holds(folder, "refs");
}

/* Where the folder lies in its work tree: what is below the folder that has ".git". */
static struct str find_prefix(const char *folder, struct arena *arena)
{
    char *real = realpath(folder, NULL);
    struct str whole = arena_str(arena, str_from(real)), above = whole;
    free(real);
    while (above.len) {
        const char *text = arena_cstr(arena, above);
        if (text && holds(text, ".git"))
            return str_skip(whole, above.len + (whole.len > above.len));
        above = path_dir(above);
    }
    return (struct str){ 0 };
}

/* A work tree's subfolder stays the subfolder of what is checked out. */
static bool choose_subfolder(struct checkout *checkout, struct str prefix, struct arena *arena, struct error *err)
{
    struct stat st;
    if (prefix.len == 0)
        return true;
    checkout->path = arena_printf(arena, "%s/%.*s", checkout->folder, STR_ARG(prefix)).ptr;
    if (!checkout->path)
        return arena_error(arena, err);
    return (lstat(checkout->path, &st) == 0 && S_ISDIR(st.st_mode)) ||
           error_set(err, ERROR_INPUT, "there is no folder %.*s in that commit", STR_ARG(prefix));
}

static bool check_out_local(struct git *git, struct checkout *checkout, const char *folder, struct str commit, struct error *err)
{
    struct str objects =
        git_ask(git, (const char *const[]){ "-C", folder, "rev-parse", "--path-format=absolute", "--git-path", "objects", NULL });
    struct str format = git_ask(git, (const char *const[]){ "-C", folder, "rev-parse", "--show-object-format", NULL });
    struct str prefix = is_git_folder(folder) ? (struct str){ 0 } : find_prefix(folder, git->arena);
    if (objects.len == 0 || !git_set_variable(git, "GIT_DEFAULT_HASH", format.len ? format : STR("sha1")))
        return error_set(err, ERROR_INPUT, "its objects are not to be found");
    if (!make_folder(checkout, err) || !init(git, checkout, err))
        return false;
    if (!borrow_objects(git, objects))
        return arena_error(git->arena, err);
    return check_out(git, checkout, commit, err) && choose_subfolder(checkout, prefix, git->arena, err);
}

/* The folder that a path is of, for git. */
static const char *folder_of(const char *path, struct arena *arena)
{
    struct stat st;
    size_t slash;
    struct str whole = str_from(path);
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return path;
    if (!str_rfind(whole, '/', &slash))
        return ".";
    return slash ? arena_cstr(arena, str_head(whole, slash)) : "/";
}

bool checkout_local(struct checkout *checkout, const char *path, const struct git_choice *choice, struct arena *arena,
                    struct error *err)
{
    struct git git;
    struct str commit;
    bool chosen = choice->branch.len + choice->tag.len + choice->commit.len > 0;
    const char *folder = folder_of(path, arena);
    *checkout = (struct checkout){ .path = path };
    if (!folder || !check_choice(choice, err) || !git_init(&git, arena, str_from(path), err))
        return folder ? false : arena_error(arena, err);
    git.timeout_s = choice->net.timeout_s;
    if (!chosen && !is_git_folder(folder)) {
        checkout->has_facts = git_read_facts(&git, folder, (struct str){ 0 }, &checkout->facts);
        return !interrupted() || interrupt_error(err);
    }
    if (!git_run(&git, (const char *const[]){ "-C", folder, "rev-parse", "--git-dir", NULL }, NULL, NULL, err) ||
        !find_commit(&git, folder, choice, &commit, err))
        return false;
    checkout->has_facts = git_read_facts(&git, folder, chosen ? commit : (struct str){ 0 }, &checkout->facts);
    if (choice->branch.len)
        checkout->facts.branch = choice->branch;
    return check_out_local(&git, checkout, folder, commit, err) ||
           (strstr(err->text, path) ? false : error_wrap(err, "%s", path));
}
