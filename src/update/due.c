/* Whether a scan fetches a newer database first: see database_open_fresh in update.h. As Trivy does, it looks for one when the time has
 * come that the publisher named for the next one, at most once an hour; and, since that time may be far off in a copy, when the data
 * is older than a day. A database that the user built is never replaced unasked. */
#define _GNU_SOURCE /* flock */
#include "update/steps.h"

#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { STALE_S = 86400, CHECK_STAYS_S = 3600, LOCK_WAIT_S = 300, LOCK_POLL_MS = 100 };

/* Clocks are set back, too: a check in the future counts as none. */
static bool checked_lately(const struct update_check *check, int64_t now_s)
{
    return check->at_s <= now_s && now_s - check->at_s < CHECK_STAYS_S;
}

static bool is_damaged(const struct database_state *state)
{
    struct error none = { 0 };
    struct vulndb *db = state->origin == DATABASE_FETCHED ? vulndb_open(state->path.ptr, &none) : NULL;
    bool damaged = state->origin == DATABASE_FETCHED && !db;
    vulndb_close(db);
    return damaged;
}

static bool is_due(struct arena *arena, struct database_state *state, struct error *err)
{
    int64_t now_s = time_now();
    struct update_check check = { 0 };
    if (!database_find(arena, state, err) || state->origin == DATABASE_BUILT)
        return false;
    bool damaged = is_damaged(state);
    /* a check that went well says nothing where its database is gone */
    if (update_check_read(arena, &check) && checked_lately(&check, now_s) &&
        (check.failed || (state->origin == DATABASE_FETCHED && !damaged)))
        return false;
    if (state->origin == DATABASE_STARTER) /* it is never enough, whatever its age */
        return true;
    return damaged || now_s - state->built_s > STALE_S || (state->next_s > 0 && now_s > state->next_s);
}

/* ---- one at a time ---------------------------------------------------------------------------------------------------------------------- */

/* Scans that start together need not all fetch: the lock says that one of them is at it. -1: there is no lock to be had. */
static int open_lock(struct arena *arena)
{
    struct str folder;
    struct error none = { 0 };
    if (!update_folder(arena, &folder, &none) || !file_make_dirs(folder.ptr, &none))
        return -1;
    struct str path = arena_printf(arena, "%.*s/lock", STR_ARG(folder));
    return path.ptr ? open(path.ptr, O_RDWR | O_CREAT | O_CLOEXEC, 0666) : -1;
}

/* With any data but the starter's a scan goes on with what there is; *go false: another process is at it. */
static bool take_turn(int lock, const struct database_state *state, bool *go, struct error *err)
{
    const struct timespec pause = { .tv_nsec = LOCK_POLL_MS * 1000000L };
    *go = true;
    if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (state->origin != DATABASE_STARTER) {
        *go = false;
        return true;
    }
    log_info("waiting for another process that fetches the vulnerability database");
    for (int i = 0; i < LOCK_WAIT_S * 1000 / LOCK_POLL_MS && flock(lock, LOCK_EX | LOCK_NB) != 0; i++) {
        if (interrupted())
            return interrupt_error(err);
        nanosleep(&pause, NULL);
    }
    return true;
}

/* ---- the update ---------------------------------------------------------------------------------------------------------------------------- */

static struct update_options options_of(const struct database_choice *choice)
{
    struct update_options options = { .repositories = choice->repositories, .impatient = true };
    if (!choice->registry)
        return options;
    options.registry.net = choice->registry->net;
    options.registry.registries_conf = choice->registry->registries_conf;
    if (choice->repositories.len) {
        options.registry.plain_http = choice->registry->plain_http;
    } else { /* these were said of the image's registry */
        options.registry.net.insecure = false;
        options.registry.net.client_cert = options.registry.net.client_key = (struct str){ 0 };
    }
    return options;
}

#ifdef HAVE_CURL
enum { CAN_FETCH = 1 };
#else
enum { CAN_FETCH = 0 }; /* a build without the network: there is nothing to warn of at each scan */
#endif

/* False: interrupted, or no database can be found. `problem`: why the update failed; empty: it did not, or was not due. */
static bool update_where_due(const struct database_choice *choice, struct arena *arena, struct str *problem, struct error *err)
{
    struct database_state state;
    struct update_result result;
    struct error why = { 0 };
    bool go;
    if (!is_due(arena, &state, err))
        return err->kind == ERROR_NONE;
    int lock = open_lock(arena);
    bool ok = take_turn(lock, &state, &go, err);
    if (ok && go && is_due(arena, &state, err)) { /* still, after the wait */
        struct update_options options = options_of(choice);
        if (!update_run(&options, arena, &result, &why))
            *problem = arena_str(arena, str_from(why.text));
    }
    if (lock >= 0)
        close(lock);
    return ok && err->kind == ERROR_NONE && (!interrupted() || interrupt_error(err));
}

bool database_open_fresh(const struct database_choice *choice, int64_t now_s, struct arena *arena, struct database *out,
                         struct error *err)
{
    static bool looked;
    struct str problem = { 0 };
    if (!choice->path && !choice->skip_update && !choice->offline && CAN_FETCH && !looked) {
        looked = true;
        if (!update_where_due(choice, arena, &problem, err))
            return false;
    }
    bool ok = database_open(choice->path, now_s, arena, out, err);
    if (!ok && problem.len)
        log_warn("the vulnerability database could not be updated: %.*s", STR_ARG(problem));
    else if (problem.len)
        log_warn("the vulnerability database could not be updated, and %.*s is used (%.*s): %.*s", STR_ARG(out->words),
                 STR_ARG(out->age), STR_ARG(problem));
    return ok;
}
