/* Options of scans. */
#include "cmd/caching.h"
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
    ((struct scanning *)target)->all_platforms = str_is(value, "all");
    if (str_is(value, "all"))
        return true;
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
    if (!report_format_find(value) && !overview_format_find(value))
        return error_set(
            err, ERROR_USAGE,
            "--format: \"%.*s\" is no format of reports (-f is --format here, never a Dockerfile); there are: table, json, "
            "and for many images markdown, html",
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
    { "offline", '\0', NULL, "no network at all: nothing is fetched, not even when it is missing", OPTION_FLAG,
      AT(sources.offline), NULL, "offline-scan" },
    { 0 },
};

const struct option image_choice_table[] = {
    { "platform", '\0', "OS/ARCH",
      "of an image with several, e.g. linux/arm64 (default: this machine's, else the only one); all: every one, compared",
      OPTION_CALL, 0, set_platform, NULL },
    { "verify", '\0', NULL, "verify the diff IDs of compressed layers too", OPTION_CALL_FLAG, 0, set_verify, NULL },
    { "no-verify", '\0', NULL, "verify no digest; reads only what packages need", OPTION_CALL_FLAG, 0, set_no_verify, NULL },
    { 0 },
};

const struct option report_option_table[] = {
    { "format", 'f', "FORMAT", "table (default) or json; of many images also markdown or html", OPTION_CALL, 0, set_format,
      NULL },
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
    { "cache-dir", '\0', "DIR", "folder for databases and inventories (default: ~/.cache/drydock)", OPTION_TEXT, AT(cache_dir),
      NULL, NULL },
    { "skip-db-update", '\0', NULL, "do not look for a newer database", OPTION_FLAG, AT(skip_db_update), NULL, NULL },
    { "db-repository", '\0', "REF", "fetch the database from this artifact; of several, the first that answers", OPTION_LIST,
      AT(db_repositories), NULL, NULL },
    { 0 },
};

static bool set_cache_size(void *target, struct str value, struct error *err)
{
    uint64_t *bytes = &((struct scanning *)target)->cache_max_bytes;
    return (size_parse(value, bytes) && *bytes) ||
           error_set(err, ERROR_USAGE, "--cache-max-size: \"%.*s\" is no size such as 500M or 2G (for none: --no-cache)",
                     STR_ARG(value));
}

const struct option cache_option_table[] = {
    { "no-cache", '\0', NULL, "scan every layer anew, and remember nothing", OPTION_FLAG, AT(no_cache), NULL, NULL },
    { "cache-max-size", '\0', "SIZE", "remember so much of layers at most, e.g. 500M (default 1G)", OPTION_CALL, 0,
      set_cache_size, NULL },
    { 0 },
};

bool scanning_open_cache(struct scanning *scanning, struct error *err)
{
    struct str top, folder;
    struct error why = { 0 };
    if (scanning->no_cache)
        return true;
    if (caching_folder(scanning->cache_dir, &scanning->arena, &top, &folder, &why))
        scanning->scan.cache = cache_open(folder.ptr, scanning->cache_max_bytes, &why);
    if (scanning->arena.exhausted)
        return arena_error(&scanning->arena, err);
    if (!scanning->scan.cache)
        log_warn("layers are scanned without the cache (--no-cache leaves it alone): %s", why.text);
    return true;
}

bool scanning_read(struct scanning *scanning, const struct command *command, int *argc, char **argv, bool *done,
                   struct error *err)
{
    *scanning = (struct scanning){ .format = STR("table"), .now_s = time_now() };
    policy_init(&scanning->policy);
    if (!options_read(command, scanning, argc, argv, done, err))
        return false;
    scanning->scan.parallel = (unsigned)(scanning->parallel > 64 ? 64 : scanning->parallel);
    scanning->scan.max_spool_bytes = scanning->max_spool_mb << 20;
    arena_init(&scanning->arena, "options", (size_t)64 << 20);
    if (scanning->cache_dir.len)
        setenv("DRYDOCK_CACHE_DIR", arena_cstr(&scanning->arena, scanning->cache_dir), 1);
    if (*done || command == &image_command || report_format_find(scanning->format))
        return true;
    return error_set(err, ERROR_USAGE, "--format %.*s is for many images (drydock image); here there are: table, json",
                     STR_ARG(scanning->format));
}

void scanning_end(struct scanning *scanning)
{
    cache_close(scanning->scan.cache);
    vulndb_close(scanning->opened.db);
    arena_free(&scanning->arena);
}
