/* Who a user is for a registry: looked for in the order that registry.h tells, and kept and forgotten as `docker login` and
 * `docker logout` do (docker-cli, cli/config). Docker asks a helper of the host (credHelpers) first, then that for all hosts
 * (credsStore), then the file itself. */
#include "registry/credentials.h"
#include "registry/registry_private.h"

/* ---- finding ------------------------------------------------------------------------------------------------------------------ */

bool credentials_are_empty(const struct registry_credentials *credentials)
{
    return !credentials->username.len && !credentials->password.len && !credentials->identity_token.len &&
           !credentials->bearer.len;
}

void credentials_set(struct registry_credentials *out, struct str username, struct str password)
{
    if (str_is(username, "<token>")) {
        out->identity_token = password;
        return;
    }
    out->username = username;
    out->password = password;
}

bool credentials_split(struct str text, struct registry_credentials *out)
{
    struct str username, password;
    if (!str_cut(text, ':', &username, &password))
        return false;
    credentials_set(out, username, password);
    return true;
}

/* A bearer token becomes part of a header: RFC 6750, 2.1 has the characters. */
static bool check_bearer(const struct registry_credentials *credentials, struct error *err)
{
    for (size_t i = 0; i < credentials->bearer.len; i++)
        if (credentials->bearer.ptr[i] <= ' ' || credentials->bearer.ptr[i] > '~')
            return error_set(err, ERROR_USAGE, "%.*s: the token has a character that no token has", STR_ARG(credentials->origin));
    return true;
}

/* What keeps a helper of all hosts from answering (a configuration that was copied from another machine, say) must not keep
 * public images away: it is told, and remembered for the message that may follow. That of this host alone is an error. */
static bool ask_helpers(const struct config_place *place, const struct config_answer *answer, struct str host,
                        struct arena *arena, struct registry_credentials *out, struct error *err)
{
    struct error problem = { 0 };
    if (answer->helper.len && !helper_get(answer->helper, answer->helper_server, arena, out, err))
        return error_wrap(err, "credentials of %.*s (credHelpers in %.*s)", STR_ARG(host), STR_ARG(place->path));
    if (!credentials_are_empty(out) || !answer->store.len || answer->helper.len ||
        helper_get(answer->store, docker_config_server(host), arena, out, &problem))
        return true;
    if (interrupted())
        return interrupt_error(err);
    log_warn("no credentials of %.*s: %s (credsStore in %.*s)", STR_ARG(host), problem.text, STR_ARG(place->path));
    *out = (struct registry_credentials){ .origin = arena_printf(arena, "%s", problem.text) };
    return true;
}

static bool look_in(const struct config_place *place, struct str host, struct str repository, struct arena *arena,
                    struct registry_credentials *out, struct error *err)
{
    struct registry_credentials found = { 0 };
    struct config_answer answer;
    struct str text;
    bool denied;
    if (!docker_config_load(place, arena, &text, &denied, err))
        return false;
    if (denied)
        log_warn("%.*s is there but must not be read; going on without it", STR_ARG(place->path));
    if (!docker_config_read(text, host, repository, arena, &answer, err))
        return error_wrap(err, "%.*s", STR_ARG(place->path));
    if (answer.is_damaged)
        return error_set(err, ERROR_USAGE, "%.*s: \"auth\" of %.*s is not the base64 form of USER:PASSWORD; log in again",
                         STR_ARG(place->path), STR_ARG(host));
    if (!ask_helpers(place, &answer, host, arena, &found, err))
        return false;
    if (credentials_are_empty(&found) && !credentials_are_empty(&answer.kept)) {
        found = answer.kept;
        found.origin = place->path;
    }
    found.by_repository = out->by_repository || answer.has_spaces;
    *out = found;
    return true;
}

static bool look_everywhere(const struct registry_options *options, struct str host, struct str repository, struct arena *arena,
                            struct registry_credentials *out, struct error *err)
{
    struct config_place places[CONFIG_MAX_PLACES];
    struct str problem = { 0 };
    for (size_t i = 0, n = docker_config_places(arena, places); i < n && credentials_are_empty(out); i++) {
        if (!look_in(&places[i], host, repository, arena, out, err))
            return false;
        if (credentials_are_empty(out) && out->origin.len && !problem.len)
            problem = out->origin;
    }
    bool by_repository = out->by_repository;
    if (credentials_are_empty(out) && !aws_credentials_find(&options->net, host, arena, out, err))
        return false;
    if (credentials_are_empty(out) && problem.len)
        out->origin = problem;
    out->by_repository = by_repository;
    return true;
}

/* What was found, out of the memory that the search took. */
static bool copy(const struct registry_credentials *from, struct arena *arena, struct registry_credentials *out,
                 struct error *err)
{
    *out = (struct registry_credentials){ arena_str(arena, from->username),       arena_str(arena, from->password),
                                          arena_str(arena, from->identity_token), arena_str(arena, from->bearer),
                                          arena_str(arena, from->origin),         from->by_repository };
    return !arena->exhausted || arena_error(arena, err);
}

bool registry_credentials_find(const struct registry_options *options, struct str host, struct str repository,
                               struct arena *arena, struct registry_credentials *out, struct error *err)
{
    struct registry_credentials found = { 0 };
    struct arena scratch;
    bool ok = true;
    arena_init(&scratch, "a search for credentials", (size_t)64 << 20);
    if (options->token.len) {
        found.bearer = options->token;
        found.origin = STR("--registry-token");
    } else if (options->username.len) {
        credentials_set(&found, options->username, options->password);
        found.origin = STR("--username");
    } else {
        ok = look_everywhere(options, host, repository, &scratch, &found, err);
    }
    ok = ok && (!scratch.exhausted || arena_error(&scratch, err)) && check_bearer(&found, err) && copy(&found, arena, out, err);
    arena_free(&scratch);
    return ok;
}

/* ---- keeping and forgetting ------------------------------------------------------------------------------------------------------ */

/* The configuration that logins are kept in, and who keeps those of this host: an empty name is the file. */
struct keeper {
    struct str path, text, helper, server;
};

static bool keeper_find(struct str host, struct arena *arena, struct keeper *out, struct error *err)
{
    struct config_place place = { 0 };
    struct config_answer answer;
    bool denied;
    if (!docker_config_own_path(arena, &place.path, err) || !docker_config_load(&place, arena, &out->text, &denied, err))
        return false;
    if (denied)
        return error_set(err, ERROR_USAGE, "%.*s must not be read", STR_ARG(place.path));
    if (!docker_config_read(out->text, host, (struct str){ 0 }, arena, &answer, err))
        return error_wrap(err, "%.*s", STR_ARG(place.path));
    out->path = place.path;
    out->helper = answer.helper.len ? answer.helper : answer.store;
    out->server = answer.helper.len ? answer.helper_server : docker_config_server(host);
    return true;
}

/* Writes the file anew unless that changes nothing. */
static bool put_entry(const struct keeper *keeper, struct str host, struct str entry, struct arena *arena, bool *was_there,
                      struct error *err)
{
    struct buf text;
    buf_init(&text, (size_t)2 * CONFIG_MAX_BYTES);
    bool ok = docker_config_edit(keeper->text, host, entry, arena, &text, was_there, err);
    if (!ok)
        error_wrap(err, "%.*s", STR_ARG(keeper->path));
    else if (entry.len || *was_there)
        ok = str_eq(buf_view(&text), keeper->text) || docker_config_save(keeper->path, buf_view(&text), err);
    buf_free(&text);
    return ok;
}

/* With a helper the file still has an empty entry, by which Docker knows where the user is logged in. */
static bool keep(const struct keeper *keeper, struct str host, struct str username, struct str password, struct arena *arena,
                 struct error *err)
{
    bool was_there;
    struct str entry = STR("{}");
    if (keeper->helper.len && !helper_store(keeper->helper, keeper->server, username, password, arena, err))
        return false;
    if (!keeper->helper.len) {
        struct str plain = arena_printf(arena, "%.*s:%.*s", STR_ARG(username), STR_ARG(password));
        struct str auth = base64_encode(plain, arena);
        entry = arena_printf(arena, "{\n\t\t\t\"auth\": \"%.*s\"\n\t\t}", STR_ARG(auth));
        if (!plain.ptr || !auth.ptr || !entry.ptr)
            return arena_error(arena, err);
    }
    return put_entry(keeper, host, entry, arena, &was_there, err);
}

static struct str keeper_name(const struct keeper *keeper, struct arena *arena)
{
    return keeper->helper.len ? arena_printf(arena, "docker-credential-%.*s", STR_ARG(keeper->helper)) : keeper->path;
}

bool registry_login(struct registry *registry, struct str host, struct str username, struct str password, struct arena *arena,
                    struct str *where, struct error *err)
{
    struct keeper keeper = { 0 };
    size_t colon;
    if (str_find(username, ':', &colon))
        return error_set(err, ERROR_USAGE, "a user's name must have no colon");
    if (!keeper_find(host, arena, &keeper, err) || !registry_check(registry, host, username, password, err) ||
        !keep(&keeper, host, username, password, arena, err))
        return false;
    if (!keeper.helper.len)
        log_warn("the password is kept in clear text in %.*s; a credential helper (\"credsStore\" there) keeps it safer",
                 STR_ARG(keeper.path));
    *where = keeper_name(&keeper, arena);
    return where->ptr || arena_error(arena, err);
}

/* A logout from one configuration leaves those of other programs alone, but says that they would still be used. */
static void tell_others(struct str host, struct str path, struct arena *arena)
{
    struct config_place places[CONFIG_MAX_PLACES];
    struct config_answer answer;
    struct error ignored = { 0 };
    struct str text;
    bool denied;
    for (size_t i = 0, n = docker_config_places(arena, places); i < n; i++)
        if (!str_eq(places[i].path, path) && docker_config_load(&places[i], arena, &text, &denied, &ignored) &&
            docker_config_read(text, host, (struct str){ 0 }, arena, &answer, &ignored) && !credentials_are_empty(&answer.kept))
            log_warn("%.*s has credentials of %.*s too, which stay", STR_ARG(places[i].path), STR_ARG(host));
}

bool registry_logout(struct str host, struct arena *arena, struct str *where, bool *was_there, struct error *err)
{
    struct keeper keeper = { 0 };
    bool in_helper = false, in_file = false;
    if (!keeper_find(host, arena, &keeper, err) ||
        (keeper.helper.len && !helper_erase(keeper.helper, keeper.server, arena, &in_helper, err)) ||
        !put_entry(&keeper, host, (struct str){ 0 }, arena, &in_file, err))
        return false;
    tell_others(host, keeper.path, arena);
    *where = keeper_name(&keeper, arena);
    *was_there = in_helper || in_file;
    return where->ptr || arena_error(arena, err);
}
