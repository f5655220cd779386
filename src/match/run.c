/* What every part of a match may say: warnings, and that a group could not be checked. */
#include "match/run.h"

bool run_warn(struct match_run *run, struct str path, struct error *err, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    struct matches *out = run->out;
    struct catalog_warning *warnings =
        arena_grow(run->arena, out->warnings, out->warning_count, &run->warning_cap, sizeof *warnings);
    struct str stored = arena_str(run->arena, str_from(text));
    if (!warnings || !stored.ptr)
        return arena_error(run->arena, err);
    out->warnings = warnings;
    warnings[out->warning_count++] = (struct catalog_warning){ .path = path, .text = stored };
    return true;
}

bool run_uncovered(struct match_run *run, struct result *result, enum coverage coverage, const char *why, struct str what,
                   struct error *err)
{
    result->coverage = coverage;
    result->coverage_text = arena_printf(run->arena, "%s %.*s", why, STR_ARG(what));
    return result->coverage_text.ptr || arena_error(run->arena, err);
}
