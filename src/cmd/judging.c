/* From an inventory to a report and an exit code: see scanning.h. */
#include "cmd/scanning.h"

#include <unistd.h>

bool scanning_set_distro(const struct scanning *s, struct inventory *inventory, struct error *err)
{
    struct str family, release;
    if (s->distro.len == 0)
        return true;
    if (!str_cut(s->distro, ':', &family, &release) && !str_cut(s->distro, '/', &family, &release))
        return error_set(err, ERROR_USAGE, "--distro: \"%.*s\" is not NAME:RELEASE, e.g. alpine:3.20", STR_ARG(s->distro));
    inventory->distro = (struct distro){ .family = family, .release = release, .path = STR("--distro") };
    return inventory->distro_known = true;
}

static bool match(const struct scanning *s, struct judgement *w, struct error *err)
{
    struct str list = s->severity_sources, source, sources[16];
    struct match_options options = { .severity_sources = sources,
                                     .artifact = str_from(w->name),
                                     .brief = !str_is(s->format, "json") && !s->wants_details,
                                     .comprehensive = s->comprehensive };
    while (options.severity_source_count < ARRAY_LEN(sources) && str_next(&list, ',', &source))
        sources[options.severity_source_count++] = str_trim(source);
    if (!match_inventory(s->opened.db, w->inventory, &options, &w->arena, &w->matches, err))
        return false;
    policy_filter(&s->policy, &w->matches);
    return true;
}

static void log_scan(struct scanning *s, const struct judgement *w)
{
    const struct distro *d = &w->inventory->distro;
    size_t os = 0;
    for (size_t i = 0; i < w->inventory->package_count; i++)
        os += w->inventory->packages[i].kind->is_os;
    log_info("%s: %.*s%s%.*s, %zu OS packages, %zu language packages", w->name,
             STR_ARG(d->family.len ? d->family : STR("no distribution")), d->release.len ? " " : "", STR_ARG(d->release), os,
             w->inventory->package_count - os);
    if (!s->database_told)
        log_info("scanners: vuln; database: %.*s (%.*s)", STR_ARG(s->opened.words), STR_ARG(s->opened.age));
    s->database_told = true;
    if (w->inventory->unreadable_count)
        log_warn("%llu files or folders could not be read (run as root to see all)",
                 (unsigned long long)w->inventory->unreadable_count);
    for (size_t i = 0; i < w->inventory->warning_count; i++)
        log_warn("%.*s: %.*s", STR_ARG(w->inventory->warnings[i].path), STR_ARG(w->inventory->warnings[i].text));
    for (size_t i = 0; i < w->matches.warning_count; i++)
        log_warn("%.*s", STR_ARG(w->matches.warnings[i].text));
}

static void fill_report(const struct scanning *s, struct judgement *w, const char *type)
{
    struct report *r = &w->report;
    *r = (struct report){ .artifact_name = str_from(w->name),
                          .artifact_type = str_from(type),
                          .repository = s->repository,
                          .inventory = w->inventory,
                          .matches = &w->matches,
                          .list_all_packages = s->list_all_packages,
                          .database = s->opened.words,
                          .database_age = s->opened.age,
                          .now_s = s->now_s };
    memcpy(r->severities, s->policy.severities, sizeof r->severities);
    vulndb_info(s->opened.db, &r->database_info);
    r->end_of_life_known = match_end_of_life(&w->inventory->distro, &r->end_of_life_s);
    r->end_of_life = r->end_of_life_known && r->now_s > r->end_of_life_s;
    if (s->output.len == 0) {
        r->width = term_is_tty(STDOUT_FILENO) ? term_width(STDOUT_FILENO) : 0;
        r->color = term_color(STDOUT_FILENO);
    }
}

bool scanning_write(const struct scanning *s, const struct buf *text, struct error *err)
{
    char path[4096];
    if (text->failed)
        return error_set(err, ERROR_LIMIT, "the report is too large");
    if (s->output.len == 0)
        return file_write_all(STDOUT_FILENO, text->ptr, text->len, err) || error_wrap(err, "standard output");
    snprintf(path, sizeof path, "%.*s", STR_ARG(s->output));
    return file_write(path, buf_view(text), err);
}

/* The first judgement opens it, after an update where one is due. */
static bool open_database(struct scanning *s, struct error *err)
{
    if (s->opened.db)
        return true;
    const struct database_choice choice = { .path = s->database.len ? arena_cstr(&s->arena, s->database) : NULL,
                                            .repositories = s->db_repositories,
                                            .registry = &s->sources.registry,
                                            .skip_update = s->skip_db_update,
                                            .offline = s->sources.offline };
    return database_open_fresh(&choice, s->now_s, &s->arena, &s->opened, err);
}

bool judgement_make(struct scanning *s, const char *name, const char *type, struct inventory *inventory, struct judgement *out,
                    struct error *err)
{
    *out = (struct judgement){ .inventory = inventory, .name = name };
    arena_init(&out->arena, "report", (size_t)4 << 30);
    bool ok = choosing_apply(s, inventory, err) && scanning_set_distro(s, inventory, err) && open_database(s, err) &&
              match_resolve_jars(s->opened.db, inventory, err) && match(s, out, err);
    if (!ok)
        return false;
    log_scan(s, out);
    fill_report(s, out, type);
    return true;
}

void judgement_free(struct judgement *judgement)
{
    arena_free(&judgement->arena);
}

int judgement_gates(struct scanning *s, struct judgement *j, struct str *why)
{
    struct policy_facts facts = { .starter = s->opened.is_starter,
                                  .incomplete = j->inventory->incomplete,
                                  .end_of_life = j->report.end_of_life };
    return policy_gate(&s->policy, &j->matches, &facts, &j->arena, why);
}

/* ---- the one report of a command -------------------------------------------------------------------------------------------------- */

static bool write_report(const struct scanning *s, struct judgement *w, struct error *err)
{
    struct buf text;
    buf_init(&text, (size_t)2 << 30);
    bool ok = report_format_find(s->format)->write(&w->report, &text, err) && scanning_write(s, &text, err);
    buf_free(&text);
    return ok;
}

static int judge(struct scanning *s, struct judgement *w)
{
    struct str why;
    int code = judgement_gates(s, w, &why);
    if (why.len && code == EXIT_FAILED) {
        struct error err = { 0 };
        error_set(&err, ERROR_INPUT, "%s: %.*s", w->name, STR_ARG(why));
        return command_fail(&err);
    }
    if (why.len)
        log_info("%s: %.*s", w->name, STR_ARG(why));
    return code;
}

int scanning_finish(struct scanning *scanning, const char *name, const char *type, struct inventory *inventory)
{
    struct judgement w;
    struct error err = { 0 };
    bool ok = judgement_make(scanning, name, type, inventory, &w, &err) && write_report(scanning, &w, &err);
    int code = ok ? judge(scanning, &w) : command_fail(&err);
    judgement_free(&w);
    inventory_free(inventory);
    scanning_end(scanning);
    return code;
}
