/* Addresses of repositories: git-clone(1), "GIT URLS"; RFC 3986. Whatever could be taken for an option, or for a helper program of
 * git's ("ext::…"), is refused. */
#include "git/program.h"

static bool refuse(struct str text, const char *why, struct arena *arena, struct error *err)
{
    struct str shown = git_url_shown(text, arena);
    return error_set(err, ERROR_USAGE, "%.*s: %s", STR_ARG(shown), why);
}

/* "scheme://" in front: what it is, and what comes behind it. */
static bool cut_scheme(struct str text, struct str *scheme, struct str *rest)
{
    size_t colon;
    if (!str_find(text, ':', &colon) || !str_starts(str_skip(text, colon), "://"))
        return false;
    *scheme = str_head(text, colon);
    *rest = str_skip(text, colon + 3);
    return true;
}

/* "user:password@host:port/path", the last "@" before the path. */
static void cut_authority(struct str rest, struct str *userinfo, struct str *host, struct str *path)
{
    size_t slash, at;
    if (!str_find(rest, '/', &slash))
        slash = rest.len;
    *path = str_skip(rest, slash);
    *host = str_head(rest, slash);
    *userinfo = (struct str){ 0 };
    if (str_rfind(*host, '@', &at)) {
        *userinfo = str_head(*host, at);
        *host = str_skip(*host, at + 1);
    }
}

struct str git_url_shown(struct str text, struct arena *arena)
{
    struct str scheme, rest, userinfo, host, path;
    if (!cut_scheme(text, &scheme, &rest))
        return text;
    cut_authority(rest, &userinfo, &host, &path);
    return userinfo.len ? arena_printf(arena, "%.*s://%.*s%.*s", STR_ARG(scheme), STR_ARG(host), STR_ARG(path)) : text;
}

static bool parse_scheme(struct str text, struct str scheme, struct str rest, struct arena *arena, struct git_url *out,
                         struct error *err)
{
    struct str userinfo, host, path, user, password = { 0 }, name, port;
    cut_authority(rest, &userinfo, &host, &path);
    out->scheme = arena_lower(arena, scheme);
    if (str_is(out->scheme, "file")) {
        out->path = percent_decode(path, arena);
        if (host.len && !str_is(host, "localhost"))
            return refuse(text, "a file:// address has no host; write file:///path, or the path alone", arena, err);
        return true;
    }
    bool is_web = str_is(out->scheme, "https") || str_is(out->scheme, "http");
    if (!is_web && !str_is(out->scheme, "ssh") && !str_is(out->scheme, "git"))
        return refuse(text, "this protocol is not used here; there are https, http, ssh, git and file", arena, err);
    if (host.len == 0 || host.ptr[0] == '-' || (userinfo.len && userinfo.ptr[0] == '-'))
        return refuse(text, "there is no host in it", arena, err);
    str_cut(userinfo, ':', &user, &password);
    out->user = percent_decode(user, arena);
    out->password = percent_decode(password, arena);
    bool has_port = host.ptr[0] != '[' && str_cut(host, ':', &name, &port);
    out->host = arena_lower(arena, has_port ? name : host);
    struct str keep = is_web ? (struct str){ 0 } : user;
    out->url = arena_printf(arena, "%.*s://%.*s%s%.*s%.*s", STR_ARG(out->scheme), STR_ARG(keep), keep.len ? "@" : "",
                            STR_ARG(host), STR_ARG(path));
    if (is_web)
        out->origin = arena_printf(arena, "%.*s://%.*s", STR_ARG(out->scheme), STR_ARG(arena_lower(arena, host)));
    return true;
}

/* "user@host:path" of ssh: a colon before the first slash. */
static bool parse_short(struct str text, struct arena *arena, struct git_url *out, struct error *err)
{
    size_t slash = text.len, colon, dot;
    str_find(text, '/', &slash);
    struct str first = str_head(text, slash);
    if (str_find(first, ':', &colon)) {
        struct str host = str_head(first, colon), user;
        size_t at;
        if (str_starts(str_skip(text, colon), "::"))
            return refuse(text, "this is no address of a repository", arena, err);
        user = str_rfind(host, '@', &at) ? str_head(host, at) : (struct str){ 0 };
        host = user.len ? str_skip(host, at + 1) : host;
        if (host.len == 0 || host.ptr[0] == '-' || colon + 1 == text.len)
            return refuse(text, "there is no host or path in it", arena, err);
        out->scheme = STR("ssh");
        out->host = arena_lower(arena, host);
        out->user = user;
        out->url = text;
        return true;
    }
    if (!str_find(first, '.', &dot) || dot == 0 || slash + 1 >= text.len)
        return refuse(text, "is no folder here, and no address such as https://host/owner/name or git@host:owner/name", arena,
                      err);
    return parse_scheme(text, STR("https"), text, arena, out, err);
}

bool git_url_parse(struct str text, struct arena *arena, struct git_url *out, struct error *err)
{
    struct str scheme, rest;
    *out = (struct git_url){ 0 };
    if (text.len == 0 || text.ptr[0] == '-' || text.len > 4096)
        return error_set(err, ERROR_USAGE, "\"%.*s\" is no address of a repository", STR_ARG(str_head(text, 80)));
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] <= ' ' || text.ptr[i] == 0x7F)
            return error_set(err, ERROR_USAGE, "an address of a repository has no spaces or control characters");
    out->shown = git_url_shown(text, arena);
    bool ok =
        cut_scheme(text, &scheme, &rest) ? parse_scheme(text, scheme, rest, arena, out, err) : parse_short(text, arena, out, err);
    if (ok && arena->exhausted)
        return arena_error(arena, err);
    return ok;
}
