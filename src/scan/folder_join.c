/* The answers of workers that shared a walk, joined into the inventory that one worker would have made of the whole. Which of
 * them walked what, and in which order, leaves no trace: everything that has an order is put into that of paths, and of several
 * names of one file the one with the lowest hash stands for all. */
#include "scan/folder.h"

#include <stdlib.h>

static const size_t SCRATCH_BYTES = (size_t)4 << 30;

struct file_ref {
    const struct layer_inventory *frame;
    const struct layer_file *file;
};

struct joiner {
    struct arena *arena, scratch;
    struct layer_inventory *frames; /* decoded, in the scratch arena */
    struct str *links;              /* rows of each frame */
    size_t frame_count;
    struct layer_inventory out;
};

static bool read_answer(struct joiner *j, size_t at, struct str answer, struct error *err)
{
    uint32_t first, second;
    struct str bytes;
    if (!layer_next_frame(&answer, &first, &bytes) || !layer_next_frame(&answer, &second, &j->links[at]) || answer.len ||
        first != FRAME_FOLDER || second != FRAME_LINKS || j->links[at].len % LINK_BYTES)
        return error_set(err, ERROR_INPUT, "damaged answer of a worker");
    return layer_decode(bytes, &j->scratch, &j->frames[at], err);
}

/* ---- tables ------------------------------------------------------------------------------------------------------------------ */

/* One of the tables, wherever it stands in an inventory. */
struct table {
    size_t items, count, item_bytes; /* the first two: offsets of the members */
};
/* clang-format off */
#define TABLE(items, count) \
    { offsetof(struct layer_inventory, items), offsetof(struct layer_inventory, count), sizeof *((struct layer_inventory *)0)->items }
/* clang-format on */
enum {
    PACKAGES,
    DISTROS,
    LISTS,
    DECLARED,
    NOTES,
    WARNINGS,
    FACT_TABLES,
    FILES = FACT_TABLES,
    LINKS,
    MARKS,
    FOLDERS,
    MEMBERS,
    BASES
};
static const struct table tables[] = {
    [PACKAGES] = TABLE(facts.packages, facts.package_count),
    [DISTROS] = TABLE(facts.distros, facts.distro_count),
    [LISTS] = TABLE(facts.lists, facts.list_count),
    [DECLARED] = TABLE(facts.declared, facts.declared_count),
    [NOTES] = TABLE(facts.notes, facts.note_count),
    [WARNINGS] = TABLE(facts.warnings, facts.warning_count),
    [FILES] = TABLE(files, file_total),
    [LINKS] = TABLE(links, link_count),
    [MARKS] = TABLE(marks, mark_count),
    [FOLDERS] = TABLE(folders, folder_count),
    [MEMBERS] = TABLE(members, member_count),
    [BASES] = TABLE(bases, base_count),
};

static size_t count_of(const struct layer_inventory *layer, size_t table)
{
    size_t count;
    memcpy(&count, (const char *)layer + tables[table].count, sizeof count);
    return count;
}

static char *items_of(const struct layer_inventory *layer, size_t table)
{
    char *items;
    memcpy(&items, (const char *)layer + tables[table].items, sizeof items);
    return items;
}

/* Room for all that the frames have. */
static bool make_tables(struct joiner *j, struct error *err)
{
    for (size_t t = 0; t < ARRAY_LEN(tables); t++) {
        size_t count = 0;
        for (size_t i = 0; i < j->frame_count; i++)
            count += count_of(&j->frames[i], t);
        if (count >= UINT32_MAX)
            return error_set(err, ERROR_LIMIT, "the folder holds too much for one inventory");
        void *items = arena_array(j->arena, count + 1, tables[t].item_bytes);
        if (!items)
            return arena_error(j->arena, err);
        memcpy((char *)&j->out + tables[t].items, &items, sizeof items);
    }
    return true;
}

/* Returns where the first of them stands now. */
static uint32_t append(struct layer_inventory *out, const struct layer_inventory *frame, size_t table, size_t first, size_t count)
{
    size_t at = count_of(out, table), bytes = tables[table].item_bytes, sum = at + count;
    if (count)
        memcpy(items_of(out, table) + at * bytes, items_of(frame, table) + first * bytes, count * bytes);
    memcpy((char *)out + tables[table].count, &sum, sizeof sum);
    return (uint32_t)at;
}

/* ---- files and their facts ------------------------------------------------------------------------------------------------------ */

/* Rows of one file come from one frame, in their order. */
static int compare_files(const void *a, const void *b)
{
    const struct file_ref *x = a, *y = b;
    int order = str_cmp(x->file->real, y->file->real);
    return order ? order : (x->file > y->file) - (x->file < y->file);
}

static struct layer_span *span_of(struct layer_file *file, size_t table)
{
    struct layer_span *const spans[FACT_TABLES] = {
        [PACKAGES] = &file->packages, [DISTROS] = &file->distros, [LISTS] = &file->lists,
        [DECLARED] = &file->declared, [NOTES] = &file->notes,     [WARNINGS] = &file->warnings,
    };
    return spans[table];
}

/* A frame's spans lie end to end; those of a worker that lies could name the same facts over and over. */
static bool append_file(struct joiner *j, const struct file_ref *ref, const size_t *room)
{
    struct layer_file file = *ref->file;
    for (size_t t = 0; t < FACT_TABLES; t++) {
        struct layer_span *span = span_of(&file, t);
        if (span->count > room[t] - count_of(&j->out, t))
            return false;
        span->first = append(&j->out, ref->frame, t, span->first, span->count);
    }
    j->out.files[j->out.file_total++] = file;
    return true;
}

static bool append_files(struct joiner *j, struct error *err)
{
    size_t count = 0, room[FACT_TABLES] = { 0 };
    for (size_t i = 0; i < j->frame_count; i++) {
        count += j->frames[i].file_total;
        for (size_t t = 0; t < FACT_TABLES; t++)
            room[t] += count_of(&j->frames[i], t);
    }
    struct file_ref *refs = arena_array(&j->scratch, count + 1, sizeof *refs);
    if (!refs)
        return arena_error(&j->scratch, err);
    count = 0;
    for (size_t i = 0; i < j->frame_count; i++)
        for (size_t k = 0; k < j->frames[i].file_total; k++)
            refs[count++] = (struct file_ref){ &j->frames[i], &j->frames[i].files[k] };
    if (count)
        qsort(refs, count, sizeof *refs, compare_files);
    for (size_t i = 0; i < count; i++)
        if (!append_file(j, &refs[i], room))
            return error_set(err, ERROR_INPUT, "damaged answer of a worker");
    /* walks that compare contents answer with notes of no file */
    for (size_t i = 0; i < j->frame_count && count == 0; i++)
        append(&j->out, &j->frames[i], NOTES, 0, j->frames[i].facts.note_count);
    return true;
}

/* ---- the tree --------------------------------------------------------------------------------------------------------------------- */

static int compare_links(const void *a, const void *b)
{
    const struct layer_link *x = a, *y = b;
    return str_cmp(x->path, y->path);
}

static int compare_marks(const void *a, const void *b)
{
    const struct layer_mark *x = a, *y = b;
    int order = str_cmp(x->path, y->path);
    return order ? order : (int)x->opaque - (int)y->opaque;
}

static void append_tree(struct layer_inventory *out, const struct layer_inventory *frame)
{
    append(out, frame, LINKS, 0, frame->link_count);
    append(out, frame, MARKS, 0, frame->mark_count);
    uint32_t folder = append(out, frame, FOLDERS, 0, frame->folder_count);
    uint32_t member = append(out, frame, MEMBERS, 0, frame->member_count);
    uint32_t base = append(out, frame, BASES, 0, frame->base_count);
    for (size_t i = member; i < out->member_count; i++)
        out->members[i].folder += folder;
    for (size_t i = base; i < out->base_count; i++)
        out->bases[i].member += member;
    out->file_count += frame->file_count;
    out->unreadable_count += frame->unreadable_count;
}

/* ---- files with several names --------------------------------------------------------------------------------------------------------- */

struct base_ref {
    struct layer_base base;
    uint64_t name;
};

static int compare_bases(const void *a, const void *b)
{
    const struct base_ref *x = a, *y = b;
    return (x->name > y->name) - (x->name < y->name);
}

static bool sort_bases(struct joiner *j)
{
    struct layer_inventory *out = &j->out;
    struct base_ref *refs = arena_array(&j->scratch, out->base_count + 1, sizeof *refs);
    for (size_t i = 0; refs && i < out->base_count; i++)
        refs[i] = (struct base_ref){ out->bases[i], out->members[out->bases[i].member].name };
    if (refs && out->base_count)
        qsort(refs, out->base_count, sizeof *refs, compare_bases);
    for (size_t i = 0; refs && i < out->base_count; i++)
        out->bases[i] = refs[i].base;
    return refs;
}

static bool note_lowest(struct map *lowest, struct str id, uint64_t name)
{
    uint64_t known;
    return (map_get(lowest, id, &known) && known <= name) || map_put(lowest, id, name);
}

/* Two maps: of a device and inode, and then of each of its names, to the name that stands for all. */
static bool map_links(struct joiner *j, struct map *lowest, struct map *by_name)
{
    uint64_t name = 0;
    for (size_t i = 0; i < j->frame_count; i++)
        for (struct str rows = j->links[i]; rows.len >= LINK_BYTES; rows = str_skip(rows, LINK_BYTES))
            if (!note_lowest(lowest, str_head(rows, 16), le64(rows.ptr + 16)))
                return false;
    for (size_t i = 0; i < j->frame_count; i++)
        for (struct str rows = j->links[i]; rows.len >= LINK_BYTES; rows = str_skip(rows, LINK_BYTES))
            if (map_get(lowest, str_head(rows, 16), &name) && !map_put(by_name, str_make(rows.ptr + 16, 8), name))
                return false;
    return true;
}

static bool point_links(struct joiner *j)
{
    struct map lowest, by_name;
    map_init(&lowest, &j->scratch);
    map_init(&by_name, &j->scratch);
    if (!map_links(j, &lowest, &by_name))
        return false;
    for (size_t i = 0; by_name.count && i < j->out.base_count; i++) {
        unsigned char key[8];
        struct layer_base *base = &j->out.bases[i];
        for (unsigned b = 0; b < sizeof key; b++)
            key[b] = (unsigned char)(base->same_as >> 8 * b);
        if (base->same_as)
            map_get(&by_name, str_make(key, sizeof key), &base->same_as);
    }
    layer_share_links(&j->out);
    return true;
}

bool folder_join(const struct str *answers, size_t answer_count, struct arena *arena, struct layer_inventory *out,
                 struct error *err)
{
    struct joiner j = { .arena = arena, .frame_count = answer_count };
    arena_init(&j.scratch, "answers of workers", SCRATCH_BYTES);
    j.frames = arena_array(&j.scratch, answer_count, sizeof *j.frames);
    j.links = arena_array(&j.scratch, answer_count, sizeof *j.links);
    bool ok = (j.frames && j.links) || arena_error(&j.scratch, err);
    for (size_t i = 0; ok && i < answer_count; i++)
        ok = read_answer(&j, i, answers[i], err);
    ok = ok && make_tables(&j, err) && append_files(&j, err);
    for (size_t i = 0; ok && i < answer_count; i++)
        append_tree(&j.out, &j.frames[i]);
    if (ok && j.out.link_count)
        qsort(j.out.links, j.out.link_count, sizeof *j.out.links, compare_links);
    if (ok && j.out.mark_count)
        qsort(j.out.marks, j.out.mark_count, sizeof *j.out.marks, compare_marks);
    ok = ok && (layer_index_members(&j.out, arena) || arena_error(arena, err));
    ok = ok && ((sort_bases(&j) && point_links(&j)) || arena_error(&j.scratch, err));
    arena_free(&j.scratch);
    if (ok)
        *out = j.out;
    return ok;
}
