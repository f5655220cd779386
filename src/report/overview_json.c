/* The overview as JSON: docs/overview.schema.json has its schema. */
#include "report/overview.h"

static void put_platform(struct json_writer *w, const struct image_platform *p)
{
    jw_open(w, "Platform", '{');
    jw_text(w, "OS", p->os);
    jw_text(w, "Architecture", p->arch);
    jw_text_given(w, "Variant", p->variant);
    jw_close(w, '}');
}

static void put_row(struct json_writer *w, const struct overview_row *row)
{
    jw_open(w, NULL, '{');
    jw_texts(w, "Names", row->names, row->name_count);
    if (row->problem.len) {
        jw_text(w, "Error", row->problem);
        jw_close(w, '}');
        return;
    }
    jw_text_given(w, "Digest", row->digest);
    put_platform(w, &row->platform);
    if (row->distro_known) {
        jw_open(w, "OS", '{');
        jw_text(w, "Family", row->distro.family);
        jw_text(w, "Name", row->distro.release);
        if (row->end_of_life_known) {
            jw_bool(w, "EOSL", row->end_of_life);
            jw_time(w, "EndOfLife", row->end_of_life_s);
        }
        jw_close(w, '}');
    }
    jw_u64(w, "Size", row->size_bytes);
    jw_open(w, "Packages", '{');
    jw_u64(w, "OS", row->os_packages);
    jw_u64(w, "Language", row->language_packages);
    jw_close(w, '}');
    jw_open(w, "Vulnerabilities", '{');
    for (int s = SEVERITY_COUNT - 1; s >= 0; s--)
        jw_u64(w, severity_name((enum severity)s), row->counts[s]);
    jw_u64(w, "Fixable", row->fixable);
    jw_close(w, '}');
    jw_bool(w, "Incomplete", row->incomplete);
    jw_text_given(w, "NotChecked", row->unchecked);
    jw_text_given(w, "FailedGate", row->gate);
    jw_text_given(w, "Report", row->report);
    jw_close(w, '}');
}

static void put_differences(struct json_writer *w, const struct overview *o)
{
    jw_open(w, "Differences", '[');
    for (size_t i = 0; i < o->difference_count; i++) {
        const struct overview_difference *d = &o->differences[i];
        jw_open(w, NULL, '{');
        jw_text(w, "PkgName", d->name);
        jw_text(w, "InstalledVersion", d->version);
        jw_text_given(w, "VulnerabilityID", d->id);
        jw_open(w, "Platforms", '[');
        for (size_t r = 0; r < o->count; r++)
            if (overview_has(&o->rows[r], d)) {
                char text[256];
                const struct image_platform *p = &o->rows[r].platform;
                snprintf(text, sizeof text, "%.*s/%.*s%s%.*s", STR_ARG(p->os), STR_ARG(p->arch), p->variant.len ? "/" : "",
                         STR_ARG(p->variant));
                jw_text(w, NULL, str_from(text));
            }
        jw_close(w, ']');
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

bool overview_json_write(const struct overview *o, struct buf *out, struct error *err)
{
    (void)err;
    struct json_writer w = { .out = out, .first = true };
    jw_open(&w, NULL, '{');
    jw_u64(&w, "OverviewVersion", 1);
    jw_text(&w, "Title", o->title);
    jw_time(&w, "CreatedAt", time_printed());
    jw_open(&w, "Database", '{');
    jw_text(&w, "Description", o->database);
    jw_time(&w, "BuiltAt", o->database_info.built_s);
    jw_close(&w, '}');
    jw_open(&w, o->by_platform ? "Platforms" : "Images", '[');
    for (size_t i = 0; i < o->count; i++)
        put_row(&w, &o->rows[i]);
    jw_close(&w, ']');
    if (o->by_platform)
        put_differences(&w, o);
    jw_u64(&w, "Failures", overview_failures(o));
    jw_close(&w, '}');
    buf_chr(out, '\n');
    return true;
}
