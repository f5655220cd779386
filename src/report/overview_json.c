/* The overview as JSON: docs/overview.schema.json has its schema. */
#include "report/overview.h"

static void put_platform(struct json_writer *w, const struct image_platform *p)
{
    if (!p->os.len && !p->arch.len)
        return;
    jw_open(w, "Platform", '{');
    jw_text_given(w, "OS", p->os);
    jw_text_given(w, "Architecture", p->arch);
    jw_text_given(w, "Variant", p->variant);
    jw_close(w, '}');
}

static void put_system(struct json_writer *w, const struct overview_row *row)
{
    if (!row->distro_known)
        return;
    jw_open(w, "OS", '{');
    jw_text(w, "Family", row->distro.family);
    jw_text(w, "Name", row->distro.release);
    if (row->end_of_life_known) {
        jw_bool(w, "EOSL", row->end_of_life);
        jw_time(w, "EndOfLife", row->end_of_life_s);
    }
    jw_close(w, '}');
}

static void put_row(struct json_writer *w, const struct overview *o, const struct overview_row *row)
{
    jw_open(w, NULL, '{');
    jw_texts(w, "Names", row->names, row->name_count);
    put_platform(w, &row->platform);
    if (row->problem.len) {
        jw_text(w, "Error", row->problem);
        jw_close(w, '}');
        return;
    }
    jw_text_given(w, "Digest", row->digest);
    put_system(w, row);
    jw_u64(w, "Size", row->size_bytes);
    jw_open(w, "Packages", '{');
    jw_u64(w, "OS", row->os_packages);
    jw_u64(w, "Language", row->language_packages);
    jw_close(w, '}');
    jw_open(w, "Vulnerabilities", '{');
    for (int s = SEVERITY_COUNT - 1; s >= 0; s--)
        if (o->severities[s])
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
        jw_bool(w, "PackageDiffers", d->is_package);
        jw_texts(w, "VulnerabilityIDs", d->ids, d->id_count);
        jw_open(w, "Platforms", '[');
        for (size_t r = 0; r < o->count; r++)
            if (overview_has(&o->rows[r], d) && o->rows[r].name_count)
                jw_text(w, NULL, o->rows[r].names[0]);
        jw_close(w, ']');
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static void put_database(struct json_writer *w, const struct overview *o)
{
    jw_open(w, "Database", '{');
    jw_text_given(w, "Description", o->database);
    jw_time_given(w, "BuiltAt", o->database_info.built_s);
    jw_bool(w, "Starter", o->database_info.is_starter);
    jw_u64(w, "Advisories", o->database_info.advisory_count);
    jw_close(w, '}');
}

bool overview_json_write(const struct overview *o, struct buf *out, struct error *err)
{
    struct buf text;
    struct json_writer w = { .out = &text, .first = true };
    (void)err;
    buf_init(&text, out->max);
    jw_open(&w, NULL, '{');
    jw_u64(&w, "OverviewVersion", 1);
    jw_text(&w, "Version", STR(DRYDOCK_VERSION));
    jw_text(&w, "Title", o->title);
    jw_time(&w, "CreatedAt", time_printed());
    put_database(&w, o);
    jw_text_given(&w, "Filters", o->filters);
    jw_open(&w, o->by_platform ? "Platforms" : "Images", '[');
    for (size_t i = 0; i < o->count; i++)
        put_row(&w, o, &o->rows[i]);
    jw_close(&w, ']');
    if (o->by_platform)
        put_differences(&w, o);
    jw_u64(&w, "LeftOut", o->left_out);
    jw_u64(&w, "Failures", overview_failures(o));
    jw_close(&w, '}');
    buf_chr(&text, '\n');
    put_json_shown(out, buf_view(&text));
    out->failed |= text.failed;
    buf_free(&text);
    return true;
}
