/* Many images, or all platforms of one: each is scanned and judged, then forgotten but for its row in the overview. Layers that they
 * share are scanned once: the cache has them. */
#include "cmd/many.h"

#include <stdlib.h>
#include <unistd.h>

/* What is in a row's image, for the comparison of platforms: which rows have it. */
struct many {
    struct image_options *o;
    struct arena *arena;
    struct overview overview;
    size_t row_cap;
    struct str *identities; /* by row: what makes two images the same */
    size_t identity_cap;
    struct map contents; /* "name\tversion\tid\tkind" → bits of rows */
    int code;
};

/* ---- rows ------------------------------------------------------------------------------------------------------------------------ */

/* The same layers in the same order are the same image. */
static struct str identity_of(const struct inventory *inventory, struct arena *arena)
{
    struct buf text;
    buf_init(&text, 1 << 20);
    for (size_t i = 0; i < inventory->layer_count; i++) {
        const struct inventory_layer *layer = &inventory->layers[i];
        buf_str(&text, layer->diff_id.len ? layer->diff_id : layer->digest);
        buf_chr(&text, '\n');
    }
    struct str copy = text.failed ? (struct str){ 0 } : arena_str(arena, buf_view(&text));
    buf_free(&text);
    return copy;
}

static struct overview_row *new_row(struct many *m, const char *name)
{
    struct overview *v = &m->overview;
    struct overview_row *rows = arena_grow(m->arena, v->rows, v->count, &m->row_cap, sizeof *rows);
    struct str *identities = arena_grow(m->arena, m->identities, v->count, &m->identity_cap, sizeof *identities);
    struct str *names = arena_new(m->arena, struct str);
    if (!rows || !identities || !names)
        return NULL;
    v->rows = rows;
    m->identities = identities;
    identities[v->count] = (struct str){ 0 };
    *names = str_from(name);
    rows[v->count] = (struct overview_row){ .names = names, .name_count = 1, .number = v->count };
    return &rows[v->count++];
}

static bool join_names(struct many *m, struct overview_row *row, const char *name)
{
    struct str *names = arena_array(m->arena, row->name_count + 1, sizeof *names);
    if (!names)
        return false;
    memcpy(names, row->names, row->name_count * sizeof *names);
    names[row->name_count] = str_from(name);
    row->names = names;
    row->name_count++;
    return true;
}

/* A row that is the same image; NULL: none. */
static struct overview_row *same_image(struct many *m, struct str identity)
{
    for (size_t i = 0; i < m->overview.count && identity.len && !m->overview.by_platform; i++)
        if (str_eq(m->identities[i], identity))
            return &m->overview.rows[i];
    return NULL;
}

static void count_findings(const struct judgement *j, struct overview_row *row, struct arena *arena)
{
    for (size_t r = 0; r < j->matches.result_count; r++) {
        const struct result *result = &j->matches.results[r];
        for (size_t i = 0; i < result->finding_count; i++) {
            row->counts[result->findings[i].severity]++;
            row->fixable += result->findings[i].status == STATUS_FIXED;
        }
        if ((result->coverage == COVERAGE_NO_DATA || result->coverage == COVERAGE_NOT_SUPPORTED) && !row->unchecked.len)
            row->unchecked = arena_str(arena, result->coverage_text);
    }
}

static void fill_row(struct many *m, const struct judgement *j, struct overview_row *row)
{
    const struct inventory *inventory = j->inventory;
    const struct image *image = &inventory->image;
    row->platform = (struct image_platform){ arena_str(m->arena, image->platform.os), arena_str(m->arena, image->platform.arch),
                                             arena_str(m->arena, image->platform.variant) };
    row->digest = arena_str(m->arena, image->manifest_digest.len ? image->manifest_digest : image->id);
    row->distro_known = inventory->distro_known;
    row->distro = (struct distro){ .family = arena_str(m->arena, inventory->distro.family),
                                   .release = arena_str(m->arena, inventory->distro.release) };
    row->end_of_life_known = j->report.end_of_life_known;
    row->end_of_life = j->report.end_of_life;
    row->end_of_life_s = j->report.end_of_life_s;
    row->incomplete = inventory->incomplete;
    for (size_t i = 0; i < inventory->layer_count; i++)
        row->size_bytes += inventory->layers[i].size_bytes;
    for (size_t i = 0; i < inventory->package_count; i++)
        if (inventory->packages[i].kind->is_os)
            row->os_packages++;
        else
            row->language_packages++;
    count_findings(j, row, m->arena);
}

/* ---- differences by platform ----------------------------------------------------------------------------------------------------- */

static bool note_content(struct many *m, const struct package *p, struct str id, size_t row)
{
    uint64_t rows = 0;
    if (row >= 64)
        return true;
    struct str key =
        arena_printf(m->arena, "%.*s\t%.*s\t%.*s\t%s", STR_ARG(p->name), STR_ARG(p->version), STR_ARG(id), p->kind->name);
    if (!key.ptr)
        return false;
    map_get(&m->contents, key, &rows);
    return map_put(&m->contents, key, rows | UINT64_C(1) << row);
}

static bool note_contents(struct many *m, const struct judgement *j, size_t row)
{
    for (size_t r = 0; r < j->matches.result_count; r++) {
        const struct result *result = &j->matches.results[r];
        for (size_t i = 0; i < result->package_count; i++)
            if (!note_content(m, result->packages[i], (struct str){ 0 }, row))
                return false;
        for (size_t i = 0; i < result->finding_count; i++)
            if (!note_content(m, result->findings[i].package, result->findings[i].id, row))
                return false;
    }
    return true;
}

static int compare_differences(const void *a, const void *b)
{
    const struct overview_difference *x = a, *y = b;
    int order = str_cmp(x->name, y->name);
    if (order == 0)
        order = str_cmp(x->version, y->version);
    if (order == 0)
        order = str_cmp(x->id, y->id);
    return order ? order : (x->rows > y->rows) - (x->rows < y->rows);
}

static bool find_differences(struct many *m)
{
    uint64_t all = 0, rows;
    size_t pos = 0, count = 0;
    struct str key;
    for (size_t i = 0; i < m->overview.count && i < 64; i++)
        if (!m->overview.rows[i].problem.len)
            all |= UINT64_C(1) << i;
    struct overview_difference *list = arena_array(m->arena, m->contents.count + 1, sizeof *list);
    if (!list)
        return false;
    while (map_each(&m->contents, &pos, &key, &rows)) {
        struct overview_difference *d = &list[count];
        struct str rest;
        if (rows == all)
            continue;
        *d = (struct overview_difference){ .rows = rows };
        str_cut(key, '\t', &d->name, &rest);
        str_cut(rest, '\t', &d->version, &rest);
        str_cut(rest, '\t', &d->id, &rest);
        d->type = d->id.len ? DIFFERENT_FINDING : DIFFERENT_PACKAGE;
        count++;
    }
    if (count > 1)
        qsort(list, count, sizeof *list, compare_differences);
    m->overview.differences = list;
    m->overview.difference_count = count;
    return true;
}

/* ---- reports of each image -------------------------------------------------------------------------------------------------------- */

/* The image's name as a file's: what may be trouble becomes "_". */
static struct str report_file(const struct many *m, const char *name, size_t number)
{
    char base[200];
    size_t n = 0;
    const struct image_options *o = m->o;
    for (const char *p = name; *p && n + 1 < sizeof base; p++) {
        bool plain =
            (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || (*p && strchr("._-", *p));
        bool hides = n == 0 && *p == '.';
        base[n++] = plain && !hides ? *p : '_';
    }
    const char *end = str_is(o->report_format, "table") ? "txt" : "json";
    return arena_printf(m->arena, "%04zu-%.*s.%s", number, (int)n, base, end);
}

static bool write_own_report(struct many *m, const struct judgement *j, struct overview_row *row, struct error *err)
{
    struct image_options *o = m->o;
    struct file_writer writer;
    struct buf text;
    struct str file = report_file(m, j->name, m->overview.count);
    struct str path = arena_printf(m->arena, "%.*s/%.*s", STR_ARG(o->report_dir), STR_ARG(file));
    if (!file.ptr || !path.ptr)
        return arena_error(m->arena, err);
    buf_init(&text, (size_t)2 << 30);
    const struct report_format *format = report_format_find(o->report_format.len ? o->report_format : STR("json"));
    struct report report = j->report;
    report.width = 0;
    report.color = false;
    bool ok = format->write(&report, &text, err) && file_writer_open(&writer, path.ptr, err);
    if (ok) {
        ok = file_write_all(writer.fd, text.ptr, text.len, err) && file_writer_commit(&writer, err);
        if (!ok)
            file_writer_abort(&writer);
    }
    buf_free(&text);
    row->report = file;
    return ok;
}

/* ---- the scans --------------------------------------------------------------------------------------------------------------------- */

static void note_code(struct many *m, int code)
{
    if (code == EXIT_FAILED || m->code == EXIT_DONE)
        m->code = code;
}

static bool fail_row(struct many *m, const char *name, const struct error *why, struct error *err)
{
    struct overview_row *row = new_row(m, name);
    if (interrupted())
        return interrupt_error(err);
    if (!row || !(row->problem = arena_str(m->arena, str_from(why->text))).ptr)
        return arena_error(m->arena, err);
    log_error("%s", why->text);
    m->code = EXIT_FAILED;
    return true;
}

static bool judge_row(struct many *m, const char *name, struct inventory *inventory, struct error *err)
{
    struct judgement j;
    struct str why = { 0 }, identity = identity_of(inventory, m->arena);
    struct overview_row *row = same_image(m, identity);
    if (row)
        return join_names(m, row, name) || arena_error(m->arena, err);
    bool ok = judgement_make(&m->o->s, name, "container_image", inventory, &j, err);
    if (ok && !(row = new_row(m, name)))
        ok = arena_error(m->arena, err);
    if (ok) {
        m->identities[m->overview.count - 1] = identity;
        fill_row(m, &j, row);
        int code = judgement_gates(&m->o->s, &j, &why);
        note_code(m, code);
        row->gate = arena_str(m->arena, why);
        ok = (!m->overview.by_platform || note_contents(m, &j, m->overview.count - 1)) || arena_error(m->arena, err);
        ok = ok && (!m->o->report_dir.len || write_own_report(m, &j, row, err));
    }
    judgement_free(&j);
    return ok;
}

static bool scan_row(struct many *m, const struct target *target, struct str platform, const char *name, struct error *err)
{
    struct inventory inventory;
    struct error why = { 0 };
    const char *found;
    if (!target->input && !target->reference.len && target->every) {
        error_set(&why, ERROR_NETWORK, "%s: its tags could not be listed", target->name);
        return fail_row(m, name, &why, err);
    }
    if (!image_scan(m->o, target, platform, &inventory, &found, &why)) {
        if (!target->every || why.kind != ERROR_ARTIFACT)
            return fail_row(m, name, &why, err);
        log_info("%s: left out, since it is no container image", name);
        return true;
    }
    bool ok = judge_row(m, name, &inventory, err);
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
    for (size_t i = 0; i < count; i++) {
        const struct image_platform *p = &choices[i].platform;
        struct str name = arena_printf(m->arena, "%s (%.*s/%.*s%s%.*s)", target->name, STR_ARG(p->os), STR_ARG(p->arch),
                                       p->variant.len ? "/" : "", STR_ARG(p->variant));
        if (!name.ptr)
            return arena_error(m->arena, err);
        log_info("%zu of %zu: %s", i + 1, count, name.ptr);
        size_t before = m->overview.count;
        if (!scan_row(m, target, choices[i].digest, name.ptr, err))
            return false;
        if (m->overview.count > before && m->overview.rows[before].problem.len)
            m->overview.rows[before].platform = *p;
    }
    return find_differences(m) || arena_error(m->arena, err);
}

static bool scan_all(struct many *m, struct error *err)
{
    struct image_options *o = m->o;
    for (size_t i = 0; i < o->target_count; i++) {
        log_info("%zu of %zu: %s", i + 1, o->target_count, o->targets[i].name);
        if (!scan_row(m, &o->targets[i], (struct str){ 0 }, o->targets[i].name, err))
            return false;
    }
    return true;
}

/* ---- the overview ------------------------------------------------------------------------------------------------------------------ */

static bool check_options(struct image_options *o, struct error *err)
{
    struct overview nothing = { 0 };
    if (!overview_sort(&nothing, o->sort, err))
        return false;
    if (o->report_format.len && !report_format_find(o->report_format))
        return error_set(err, ERROR_USAGE, "--report-format: \"%.*s\" is neither json nor table", STR_ARG(o->report_format));
    if (o->s.all_platforms && o->target_count > 1)
        return error_set(err, ERROR_USAGE, "--platform all: one image at a time");
    o->s.wants_details = o->report_dir.len && !str_is(o->report_format, "table");
    return !o->report_dir.len || file_make_dirs(arena_cstr(&o->s.arena, o->report_dir), err);
}

static bool write_overview(struct many *m, struct error *err)
{
    struct scanning *s = &m->o->s;
    struct overview *v = &m->overview;
    struct buf text;
    v->title = v->by_platform ? str_from(m->o->targets[0].name)
                              : arena_printf(m->arena, "%zu image%s", m->o->target_count, m->o->target_count == 1 ? "" : "s");
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
    buf_init(&text, (size_t)2 << 30);
    bool ok = overview_sort(v, m->o->sort, err) && overview_format_find(s->format)->write(v, &text, err) &&
              scanning_write(s, &text, err);
    buf_free(&text);
    return ok;
}

int many_run(struct image_options *o)
{
    struct many m = { .o = o, .arena = &o->s.arena, .overview = { .by_platform = o->s.all_platforms } };
    struct error err = { 0 };
    map_init(&m.contents, m.arena);
    bool ok = check_options(o, &err) && (o->s.all_platforms ? scan_platforms(&m, &o->targets[0], &err) : scan_all(&m, &err)) &&
              write_overview(&m, &err);
    size_t failures = overview_failures(&m.overview);
    if (ok && failures)
        log_error("%zu of %zu could not be scanned", failures, o->target_count);
    int code = ok ? m.code : command_fail(&err);
    scanning_end(&o->s);
    return code;
}
