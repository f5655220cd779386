/* Many images, or all platforms of one: each is scanned and judged, then forgotten but for its row in the overview. Layers that they
 * share are scanned once: the cache has them. */
#include "cmd/many.h"

#include <unistd.h>

/* One scan of these. */
struct one {
    const struct target *target;
    const char *name;               /* in messages, and in its own report */
    struct str label;               /* in its row */
    struct str digest;              /* which of several in the target; empty: the options say */
    struct image_platform platform; /* as its index has it; may be empty */
};

/* ---- the scans --------------------------------------------------------------------------------------------------------------------- */

/* A failure of the scan outranks a gate's; of several gates the first one's code counts. */
static void note_code(struct many *m, int code)
{
    if (code == EXIT_FAILED || m->code == EXIT_DONE)
        m->code = code;
}

static bool fail_row(struct many *m, const struct one *one, struct error *why, struct error *err)
{
    if (interrupted())
        return interrupt_error(err);
    log_error("%s%s%s", strstr(why->text, one->name) ? "" : one->name, strstr(why->text, one->name) ? "" : ": ", why->text);
    struct overview_row *row = rows_add(m, one->label);
    if (!row || !(row->problem = arena_str(&m->arena, str_from(why->text))).ptr)
        return arena_error(&m->arena, err);
    row->platform = one->platform;
    note_code(m, EXIT_FAILED);
    return true;
}

static void judge_gates(struct many *m, struct judgement *j, struct overview_row *row)
{
    struct str why;
    int code = judgement_gates(&m->o->s, j, &why);
    size_t findings = 0;
    note_code(m, code);
    for (int s = 0; s < SEVERITY_COUNT; s++)
        findings += row->counts[s];
    if (code && !why.len)
        why = arena_printf(&m->arena, "%zu finding%s fail%s the gate --exit-code", findings, findings == 1 ? "" : "s",
                           findings == 1 ? "s" : "");
    if (code == EXIT_FAILED)
        log_error("%s: %.*s", j->name, STR_ARG(why));
    else if (code)
        log_info("%s: %.*s", j->name, STR_ARG(why));
    row->gate = arena_str(&m->arena, why);
}

static bool add_row(struct many *m, const struct one *one, struct judgement *j, struct str identity, struct error *err)
{
    struct overview_row *row = rows_add(m, one->label);
    if (!row || !rows_fill(m, j, row) || (identity.len && !map_put(&m->images, identity, row->number)))
        return arena_error(&m->arena, err);
    if (one->platform.os.len)
        row->platform = one->platform;
    judge_gates(m, j, row);
    if (m->overview.by_platform && !platforms_note(m, j, row->number))
        return error_set(err, ERROR_LIMIT, "%s: there is too much in it to compare its platforms", one->target->name);
    return !m->o->report_dir.len || own_report_write(m, j, row, err);
}

/* What is wrong with the command line or the database is wrong for all images; else the others are scanned. */
static bool judge_row(struct many *m, const struct one *one, struct inventory *inventory, struct error *err)
{
    struct judgement j;
    struct str identity;
    struct overview_row *same;
    struct error why = { 0 };
    if (!rows_join(m, inventory, one->label, &identity, &same))
        return arena_error(&m->arena, err);
    if (same) {
        log_info("%s: the same image as %.*s", one->name, STR_ARG(same->names[0]));
        return true;
    }
    bool ok = judgement_make(&m->o->s, one->name, "container_image", inventory, &j, &why);
    if (ok)
        ok = add_row(m, one, &j, identity, err);
    else if (why.kind == ERROR_USAGE || why.kind == ERROR_DATABASE || !m->o->s.opened.db)
        *err = why;
    else
        ok = fail_row(m, one, &why, err);
    judgement_free(&j);
    return ok;
}

static bool scan_row(struct many *m, const struct one *one, struct error *err)
{
    struct inventory inventory;
    struct error why = { 0 };
    const char *found;
    if (interrupted())
        return interrupt_error(err);
    if (one->target->problem.len) {
        error_set(&why, ERROR_NETWORK, "%.*s", STR_ARG(one->target->problem));
        return fail_row(m, one, &why, err);
    }
    if (!image_scan(m->o, one->target, one->digest, &inventory, &found, &why)) {
        if (!one->target->every || why.kind != ERROR_ARTIFACT)
            return fail_row(m, one, &why, err);
        log_info("%s: left out, since it is no container image", one->name);
        m->overview.left_out++;
        return true;
    }
    bool ok = judge_row(m, one, &inventory, err);
    inventory_free(&inventory);
    return ok;
}

static bool scan_platforms(struct many *m, const struct target *target, struct error *err)
{
    struct image_choice *choices;
    size_t count;
    if (!image_choices(m->o, target, &choices, &count, err))
        return false;
    if (count == 0)
        return error_set(err, ERROR_INPUT, "%s: lists no image", target->name);
    if (count > OVERVIEW_MAX_COMPARED)
        log_warn("%s: has %zu platforms; the first %d are compared", target->name, count, OVERVIEW_MAX_COMPARED);
    struct str *names = platforms_name(choices, count, &m->arena);
    for (size_t i = 0; names && i < count; i++) {
        struct str name = arena_printf(&m->arena, "%s (%.*s)", target->name, STR_ARG(names[i]));
        if (!name.ptr)
            break;
        const struct one one = { target, name.ptr, names[i], choices[i].digest, choices[i].platform };
        log_info("%zu of %zu: %s", i + 1, count, name.ptr);
        if (!scan_row(m, &one, err))
            return false;
    }
    return platforms_compare(m) || arena_error(&m->arena, err);
}

static bool scan_all(struct many *m, struct error *err)
{
    struct image_options *o = m->o;
    for (size_t i = 0; i < o->target_count; i++) {
        const struct target *target = &o->targets[i];
        const struct one one = { .target = target, .name = target->name, .label = str_from(target->name) };
        log_info("%zu of %zu: %s", i + 1, o->target_count, target->name);
        if (!scan_row(m, &one, err))
            return false;
    }
    return true;
}

/* ---- the overview ------------------------------------------------------------------------------------------------------------------ */

bool many_check(struct image_options *o, struct error *err)
{
    struct overview nothing = { 0 };
    if (!overview_sort(&nothing, o->sort, err))
        return false;
    if (o->report_format.len && !report_format_find(o->report_format))
        return error_set(err, ERROR_USAGE, "--report-format: \"%.*s\" is neither json nor table", STR_ARG(o->report_format));
    o->s.wants_details = o->report_dir.len && !str_is(o->report_format, "table");
    return true;
}

static bool begin(struct image_options *o, struct error *err)
{
    if (o->s.all_platforms && o->target_count > 1)
        return error_set(err, ERROR_USAGE, "--platform all: one image at a time");
    const char *folder = o->report_dir.len ? arena_cstr(&o->s.arena, o->report_dir) : "";
    return folder ? !folder[0] || file_make_dirs(folder, err) : arena_error(&o->s.arena, err);
}

static struct str title_of(const struct many *m, struct arena *arena)
{
    size_t names = overview_names(&m->overview), images = m->overview.count;
    if (m->o->target_count == 1)
        return str_from(m->o->targets[0].name);
    struct str count = arena_printf(arena, names == images ? "%zu image%s" : "%zu image%s under %zu names", images,
                                    images == 1 ? "" : "s", names);
    return m->o->whole.len ? arena_printf(arena, "%.*s: %.*s", STR_ARG(m->o->whole), STR_ARG(count)) : count;
}

static void add_words(struct str *all, const char *words, struct str more, struct arena *arena)
{
    *all = arena_printf(arena, "%.*s%s%s%.*s", STR_ARG(*all), all->len ? "; " : "", words, STR_ARG(more));
}

/* What the options keep from being counted, so that few findings are not taken for all. */
static struct str filter_words(const struct scanning *s, struct arena *arena)
{
    struct str words = { 0 }, severities = { 0 }, statuses = { 0 };
    bool all = true;
    for (int i = SEVERITY_COUNT - 1; i >= 0; i--) {
        all &= s->policy.severities[i];
        if (s->policy.severities[i])
            severities =
                arena_printf(arena, "%.*s%s%s", STR_ARG(severities), severities.len ? ", " : "", severity_name((enum severity)i));
    }
    for (int i = 0; i < STATUS_COUNT; i++)
        if (s->policy.statuses_ignored[i])
            statuses =
                arena_printf(arena, "%.*s%s%s", STR_ARG(statuses), statuses.len ? ", " : "", status_name((enum vuln_status)i));
    if (!all)
        add_words(&words, "only ", severities, arena);
    if (s->policy.ignore_unfixed)
        add_words(&words, "without what has no fix yet", STR(""), arena);
    if (statuses.len)
        add_words(&words, "without the statuses ", statuses, arena);
    if (s->without_os)
        add_words(&words, "without OS packages", STR(""), arena);
    if (s->without_library)
        add_words(&words, "without language packages", STR(""), arena);
    return words;
}

static bool write_overview(struct many *m, struct error *err)
{
    struct scanning *s = &m->o->s;
    struct overview *v = &m->overview;
    struct buf text;
    v->title = title_of(m, &m->arena);
    v->filters = filter_words(s, &m->arena);
    v->report_folder = m->o->report_dir;
    v->database = s->opened.words;
    v->database_age = s->opened.age;
    v->now_s = s->now_s;
    if (s->opened.db)
        vulndb_info(s->opened.db, &v->database_info);
    memcpy(v->severities, s->policy.severities, sizeof v->severities);
    if (!s->output.len) {
        v->width = term_is_tty(STDOUT_FILENO) ? term_width(STDOUT_FILENO) : 0;
        v->color = term_color(STDOUT_FILENO);
    }
    if (m->arena.exhausted)
        return arena_error(&m->arena, err);
    buf_init(&text, (size_t)2 << 30);
    bool ok = overview_sort(v, m->o->sort, err) && overview_format_find(s->format)->write(v, &text, err) &&
              scanning_write(s, &text, err);
    buf_free(&text);
    return ok;
}

int many_run(struct image_options *o)
{
    struct many m = { .o = o, .overview = { .by_platform = o->s.all_platforms } };
    struct error err = { 0 };
    arena_init(&m.arena, "overview", (size_t)1 << 30);
    map_init(&m.images, &m.arena);
    map_init(&m.contents, &m.arena);
    bool ok = begin(o, &err) && (o->s.all_platforms ? scan_platforms(&m, &o->targets[0], &err) : scan_all(&m, &err)) &&
              write_overview(&m, &err);
    size_t failures = ok ? overview_failures(&m.overview) : 0;
    if (failures)
        error_set(&err, ERROR_INPUT, "%zu of %zu could not be scanned", failures, overview_names(&m.overview));
    int code = ok && !failures ? m.code : command_fail(&err);
    arena_free(&m.arena);
    scanning_end(&o->s);
    return code;
}
