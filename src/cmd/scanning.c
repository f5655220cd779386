/* Options of scans, and the way from an inventory to report and exit code. */
#include "cmd/scanning.h"

#include <stdlib.h>
#include <unistd.h>

/* ---- options that need more than storing ------------------------------------------------------------------------------------------------- */

static bool set_severity(void *target, struct str value, struct error *err)
{
    return policy_parse_severities(&((struct scanning *)target)->policy, value, err);
}

static bool set_ignore_status(void *target, struct str value, struct error *err)
{
    return policy_parse_statuses(&((struct scanning *)target)->policy, value, err);
}

static bool set_fail_on(void *target, struct str value, struct error *err)
{
    return policy_parse_fail_on(&((struct scanning *)target)->policy, value, err);
}

static bool parse_code(struct str value, int *out, const char *name, struct error *err)
{
    uint64_t code;
    if (!str_u64(value, &code) || code > 255)
        return error_set(err, ERROR_USAGE, "%s: \"%.*s\" is not a number from 0 to 255", name, STR_ARG(value));
    *out = (int)code;
    return true;
}

static bool set_exit_code(void *target, struct str value, struct error *err)
{
    return parse_code(value, &((struct scanning *)target)->policy.exit_code, "--exit-code", err);
}

static bool set_exit_on_eol(void *target, struct str value, struct error *err)
{
    return parse_code(value, &((struct scanning *)target)->policy.exit_on_eol, "--exit-on-eol", err);
}

static bool set_platform(void *target, struct str value, struct error *err)
{
    return image_platform_parse(value, &((struct scanning *)target)->scan.platform, err);
}

static bool set_verify(void *target, struct str value, struct error *err)
{
    (void)value;
    (void)err;
    ((struct scanning *)target)->scan.verify = SCAN_VERIFY_ALL;
    return true;
}

static bool set_no_verify(void *target, struct str value, struct error *err)
{
    (void)value;
    (void)err;
    ((struct scanning *)target)->scan.verify = SCAN_VERIFY_NONE;
    return true;
}

static bool set_now(void *target, struct str value, struct error *err)
{
    if (!time_parse(value, &((struct scanning *)target)->now_s))
        return error_set(err, ERROR_USAGE, "--now: \"%.*s\" is not a date such as 2026-11-22", STR_ARG(value));
    return true;
}

static bool set_scanners(void *target, struct str value, struct error *err)
{
    struct str name;
    (void)target;
    while (str_next(&value, ',', &name))
        if (!str_is(str_trim(name), "vuln"))
            return error_set(err, ERROR_USAGE, "--scanners: \"%.*s\" is not known here; this version scans for vuln",
                             STR_ARG(name));
    return true;
}

static bool set_format(void *target, struct str value, struct error *err)
{
    if (!report_format_find(value))
        return error_set(
            err, ERROR_USAGE,
            "--format: \"%.*s\" is no format of reports (-f is --format here, never a Dockerfile); there are: table, json",
            STR_ARG(value));
    ((struct scanning *)target)->format = value;
    return true;
}

#define AT(field) offsetof(struct scanning, field)

const struct option scanning_option_table[] = {
    { "parallel", '\0', "N", "worker processes at once (default: as many as processors)", OPTION_NUMBER, AT(parallel), NULL,
      NULL },
    { "max-spool", '\0', "MB", "limit of one file that needs random access and is kept in TMPDIR meanwhile (default 4096)",
      OPTION_NUMBER, AT(max_spool_mb), NULL, NULL },
    { "scanners", '\0', "LIST", "what to look for: vuln", OPTION_CALL, 0, set_scanners, NULL },
    { "distro", '\0', "NAME:RELEASE", "take the distribution to be this one, e.g. alpine:3.20", OPTION_TEXT, AT(distro), NULL,
      NULL },
    { "integrity", '\0', NULL, "compare the contents of packages' files with their records too", OPTION_FLAG, AT(scan.integrity),
      NULL, NULL },
    { "offline", '\0', NULL, "no network at all (this version never uses any)", OPTION_FLAG, AT(offline), NULL, "offline-scan" },
    { 0 },
};

const struct option image_choice_table[] = {
    { "platform", '\0', "OS/ARCH", "of an image with several, e.g. linux/arm64 (default: this machine's, else the only one)",
      OPTION_CALL, 0, set_platform, NULL },
    { "verify", '\0', NULL, "verify the diff IDs of compressed layers too", OPTION_CALL_FLAG, 0, set_verify, NULL },
    { "no-verify", '\0', NULL, "verify no digest; reads only what packages need", OPTION_CALL_FLAG, 0, set_no_verify, NULL },
    { 0 },
};

const struct option report_option_table[] = {
    { "format", 'f', "FORMAT", "table (default) or json", OPTION_CALL, 0, set_format, NULL },
    { "output", 'o', "FILE", "write the report to FILE", OPTION_TEXT, AT(output), NULL, NULL },
    { "list-all-pkgs", '\0', NULL, "list every package, not only vulnerable ones", OPTION_FLAG, AT(list_all_packages), NULL,
      NULL },
    { "severity", 's', "LIST", "only these: UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL", OPTION_CALL, 0, set_severity, NULL },
    { "ignore-unfixed", '\0', NULL, "leave out what has no fix yet", OPTION_FLAG, AT(policy.ignore_unfixed), NULL, NULL },
    { "ignore-status", '\0', "LIST", "leave out findings of these statuses, e.g. will_not_fix", OPTION_CALL, 0, set_ignore_status,
      NULL },
    { "severity-source", '\0', "LIST", "take severities from these sources first, e.g. nvd,ghsa,auto", OPTION_TEXT,
      AT(severity_sources), NULL, "vuln-severity-source" },
    { "now", '\0', "DATE", "judge end of life and ages as on this date", OPTION_CALL, 0, set_now, NULL },
    { 0 },
};

const struct option gate_option_table[] = {
    { "exit-code", '\0', "N", "exit with N when any finding is left after the filters", OPTION_CALL, 0, set_exit_code, NULL },
    { "fail-on", '\0', "GATE",
      "exit with 1 when a finding is this severe or worse: HIGH; HIGH,fixable; CRITICAL,kev; LOW,epss>=0.1", OPTION_CALL, 0,
      set_fail_on, NULL },
    { "exit-on-eol", '\0', "N", "exit with N when the distribution's release is past its end of life", OPTION_CALL, 0,
      set_exit_on_eol, NULL },
    { "allow-no-data", '\0', NULL, "let gates pass where the database has no data for a target", OPTION_FLAG,
      AT(policy.allow_no_data), NULL, NULL },
    { "allow-starter", '\0', NULL, "let gates judge by the built-in starter database", OPTION_FLAG, AT(policy.allow_starter),
      NULL, NULL },
    { "allow-incomplete", '\0', NULL, "go on when a package database could not be understood", OPTION_FLAG,
      AT(policy.allow_incomplete), NULL, NULL },
    { 0 },
};

const struct option database_option_table[] = {
    { "db", '\0', "FILE", "the vulnerability database, a .ddb file that drydock db build made", OPTION_TEXT, AT(database), NULL,
      NULL },
    { "cache-dir", '\0', "DIR", "folder for converted databases (default: ~/.cache/drydock)", OPTION_TEXT, AT(cache_dir), NULL,
      NULL },
    { "skip-db-update", '\0', NULL, "do not look for a newer database (this version never does)", OPTION_FLAG, AT(skip_db_update),
      NULL, NULL },
    { 0 },
};

bool scanning_read(struct scanning *scanning, const struct command *command, int *argc, char **argv, bool *done,
                   struct error *err)
{
    *scanning = (struct scanning){ .format = STR("table"), .now_s = time_now() };
    policy_init(&scanning->policy);
    if (!options_read(command, scanning, argc, argv, done, err))
        return false;
    scanning->scan.parallel = (unsigned)(scanning->parallel > 64 ? 64 : scanning->parallel);
    scanning->scan.max_spool_bytes = scanning->max_spool_mb << 20;
    return true;
}

/* ---- from inventory to report ------------------------------------------------------------------------------------------------------------------ */

struct work {
    struct scanning *s;
    struct arena arena;
    struct inventory *inventory;
    struct database database;
    struct matches matches;
    struct report report;
    const char *name;
};

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

static bool match(struct work *w, struct error *err)
{
    struct str list = w->s->severity_sources, source, sources[16];
    struct match_options options = { .severity_sources = sources,
                                     .artifact = str_from(w->name),
                                     .brief = !str_is(w->s->format, "json"),
                                     .comprehensive = w->s->comprehensive };
    while (options.severity_source_count < ARRAY_LEN(sources) && str_next(&list, ',', &source))
        sources[options.severity_source_count++] = str_trim(source);
    if (!match_inventory(w->database.db, w->inventory, &options, &w->arena, &w->matches, err))
        return false;
    policy_filter(&w->s->policy, &w->matches);
    return true;
}

static void log_scan(const struct work *w)
{
    const struct distro *d = &w->inventory->distro;
    size_t os = 0;
    for (size_t i = 0; i < w->inventory->package_count; i++)
        os += w->inventory->packages[i].kind->is_os;
    log_info("%s: %.*s%s%.*s, %zu OS packages, %zu language packages", w->name,
             STR_ARG(d->family.len ? d->family : STR("no distribution")), d->release.len ? " " : "", STR_ARG(d->release), os,
             w->inventory->package_count - os);
    log_info("scanners: vuln; database: %.*s (%.*s)", STR_ARG(w->database.words), STR_ARG(w->database.age));
    if (w->inventory->unreadable_count)
        log_warn("%llu files or folders could not be read (run as root to see all)",
                 (unsigned long long)w->inventory->unreadable_count);
    for (size_t i = 0; i < w->inventory->warning_count; i++)
        log_warn("%.*s: %.*s", STR_ARG(w->inventory->warnings[i].path), STR_ARG(w->inventory->warnings[i].text));
    for (size_t i = 0; i < w->matches.warning_count; i++)
        log_warn("%.*s", STR_ARG(w->matches.warnings[i].text));
}

static void fill_report(struct work *w, const char *type)
{
    struct report *r = &w->report;
    *r = (struct report){ .artifact_name = str_from(w->name),
                          .artifact_type = str_from(type),
                          .inventory = w->inventory,
                          .matches = &w->matches,
                          .list_all_packages = w->s->list_all_packages,
                          .database = w->database.words,
                          .database_age = w->database.age,
                          .now_s = w->s->now_s };
    memcpy(r->severities, w->s->policy.severities, sizeof r->severities);
    vulndb_info(w->database.db, &r->database_info);
    r->end_of_life_known = match_end_of_life(&w->inventory->distro, &r->end_of_life_s);
    r->end_of_life = r->end_of_life_known && r->now_s > r->end_of_life_s;
    if (w->s->output.len == 0) {
        r->width = term_is_tty(STDOUT_FILENO) ? term_width(STDOUT_FILENO) : 0;
        r->color = term_color(STDOUT_FILENO);
    }
}

bool scanning_write(const struct scanning *s, const struct buf *text, struct error *err)
{
    struct file_writer writer;
    char path[4096];
    if (text->failed)
        return error_set(err, ERROR_LIMIT, "the report is too large");
    if (s->output.len == 0)
        return file_write_all(STDOUT_FILENO, text->ptr, text->len, err) || error_wrap(err, "standard output");
    snprintf(path, sizeof path, "%.*s", STR_ARG(s->output));
    if (!file_writer_open(&writer, path, err))
        return false;
    bool ok = file_write_all(writer.fd, text->ptr, text->len, err) && file_writer_commit(&writer, err);
    if (!ok)
        file_writer_abort(&writer);
    return ok;
}

static bool write_report(struct work *w, struct error *err)
{
    struct buf text;
    buf_init(&text, (size_t)2 << 30);
    bool ok = report_format_find(w->s->format)->write(&w->report, &text, err) && scanning_write(w->s, &text, err);
    buf_free(&text);
    return ok;
}

static int judge(struct work *w)
{
    struct policy_facts facts = { .starter = w->database.is_starter,
                                  .incomplete = w->inventory->incomplete,
                                  .end_of_life = w->report.end_of_life };
    struct str why;
    int code = policy_gate(&w->s->policy, &w->matches, &facts, &w->arena, &why);
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
    struct work w = { .s = scanning, .inventory = inventory, .name = name };
    struct error err = { 0 };
    arena_init(&w.arena, "report", (size_t)4 << 30);
    char *path = scanning->database.len ? arena_cstr(&w.arena, scanning->database) : NULL;
    if (scanning->cache_dir.len)
        setenv("DRYDOCK_CACHE_DIR", arena_cstr(&w.arena, scanning->cache_dir), 1);
    bool ok = choosing_apply(scanning, inventory, &err) && scanning_set_distro(scanning, inventory, &err) &&
              database_open(path, scanning->now_s, &w.arena, &w.database, &err) &&
              match_resolve_jars(w.database.db, inventory, &err) && match(&w, &err);
    if (ok) {
        log_scan(&w);
        fill_report(&w, type);
        ok = write_report(&w, &err);
    }
    int code = ok ? judge(&w) : command_fail(&err);
    vulndb_close(w.database.db);
    arena_free(&w.arena);
    inventory_free(inventory);
    return code;
}
