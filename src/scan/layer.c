/* The flat form of a layer's inventory: see layer.h. */
#include "scan/layer.h"

/* Layout: magic, header words, digest texts, then each table, the names, the pool. */
static const char MAGIC[8] = "DDLAYER3";

enum {
    FILE_WORDS = 18,
    PACKAGE_WORDS = 45,
    DISTRO_WORDS = 8,
    LIST_WORDS = 12,
    DECLARED_WORDS = 10,
    NOTE_WORDS = 6,
    WARNING_WORDS = 5,
    LINK_WORDS = 5,
    MARK_WORDS = 3,
    FOLDER_WORDS = 2,
    MEMBER_WORDS = 6,
    SLOT_WORDS = 1,
    BASE_WORDS = 5,
    HEADER_WORDS = 20,
    MAX_FLAT_BYTES = 1 << 30,
};

/* ---- encode ------------------------------------------------------------------------------------------------------------- */

/* All is put twice: first the tables, with the places where texts will stand, then the texts. So no second copy of them is
 * made, of which lists of files have many. */
struct writer {
    struct buf *table; /* the second time one that takes nothing */
    struct buf *pool;  /* the second time; else NULL */
    uint64_t pool_bytes;
    struct str last; /* the same view written again (a path shared by many records) is stored once */
    uint32_t last_at;
};

static void put_text(struct writer *w, struct str text)
{
    if (text.ptr != w->last.ptr || text.len != w->last.len) {
        w->last = text;
        w->last_at = (uint32_t)w->pool_bytes;
        w->pool_bytes += text.len;
        if (w->pool)
            buf_str(w->pool, text);
    }
    buf_u32(w->table, w->last_at);
    buf_u32(w->table, (uint32_t)text.len);
}

static void put_span(struct buf *table, struct layer_span span)
{
    buf_u32(table, span.first);
    buf_u32(table, span.count);
}

static void put_files(struct writer *w, const struct layer_inventory *layer)
{
    for (size_t i = 0; i < layer->file_total; i++) {
        const struct layer_file *f = &layer->files[i];
        put_text(w, f->real);
        put_text(w, f->path);
        buf_u32(w->table, (uint32_t)catalog_kind_index(f->kind));
        buf_u32(w->table, f->dropped);
        put_span(w->table, f->packages);
        put_span(w->table, f->distros);
        put_span(w->table, f->lists);
        put_span(w->table, f->declared);
        put_span(w->table, f->notes);
        put_span(w->table, f->warnings);
    }
}

static void put_packages(struct writer *w, const struct catalog_facts *facts)
{
    for (size_t i = 0; i < facts->package_count; i++) {
        const struct package *p = &facts->packages[i];
        const struct str texts[] = { p->path,   p->name,    p->version,  p->arch, p->source_name, p->source_version,
                                     p->module, p->licence, p->provides, p->root, p->maintainer,  p->owner,
                                     p->within, p->proof,   p->digest,   p->cpes, p->id,          p->depends };
        for (size_t t = 0; t < ARRAY_LEN(texts); t++)
            put_text(w, texts[t]);
        buf_u32(w->table, (uint32_t)catalog_kind_index(p->kind));
        buf_u64(w->table, p->offset);
        buf_u64(w->table, p->length);
        buf_u32(w->table, p->line);
        buf_u32(w->table, p->end_line);
        buf_u32(w->table, (uint32_t)p->relation);
        buf_u32(w->table, (uint32_t)p->dev | (uint32_t)p->is_lowest << 1);
    }
}

static void put_facts(struct writer *w, const struct catalog_facts *facts)
{
    put_packages(w, facts);
    for (size_t i = 0; i < facts->distro_count; i++) {
        const struct distro *d = &facts->distros[i];
        put_text(w, d->path);
        put_text(w, d->family);
        put_text(w, d->release);
        put_text(w, d->name);
    }
    for (size_t i = 0; i < facts->list_count; i++) {
        const struct catalog_file_list *l = &facts->lists[i];
        put_text(w, l->package);
        put_text(w, l->version);
        put_text(w, l->arch);
        put_text(w, l->path);
        put_text(w, l->lines);
        buf_u32(w->table, (uint32_t)catalog_kind_index(l->kind));
        buf_u32(w->table, l->flags);
    }
    for (size_t i = 0; i < facts->declared_count; i++) {
        const struct catalog_declared *d = &facts->declared[i];
        put_text(w, d->path);
        put_text(w, d->name);
        put_text(w, d->constraint);
        put_text(w, d->group);
        buf_u32(w->table, (uint32_t)catalog_kind_index(d->kind));
        buf_u32(w->table, d->dev);
    }
    for (size_t i = 0; i < facts->note_count; i++) {
        put_text(w, facts->notes[i].path);
        put_text(w, facts->notes[i].key);
        put_text(w, facts->notes[i].value);
    }
    for (size_t i = 0; i < facts->warning_count; i++) {
        put_text(w, facts->warnings[i].path);
        put_text(w, facts->warnings[i].text);
        buf_u32(w->table, facts->warnings[i].incomplete);
    }
}

static void put_tree(struct writer *w, const struct layer_inventory *layer)
{
    for (size_t i = 0; i < layer->link_count; i++) {
        put_text(w, layer->links[i].path);
        put_text(w, layer->links[i].target);
        buf_u32(w->table, layer->links[i].hard);
    }
    for (size_t i = 0; i < layer->mark_count; i++) {
        put_text(w, layer->marks[i].path);
        buf_u32(w->table, layer->marks[i].opaque);
    }
}

static void put_member(struct buf *table, const struct layer_member *m)
{
    unsigned char row[MEMBER_WORDS * 4];
    for (unsigned i = 0; i < 8; i++) {
        row[i] = (unsigned char)(m->name >> 8 * i);
        row[16 + i] = (unsigned char)(m->size_bytes >> 8 * i);
    }
    for (unsigned i = 0; i < 4; i++) {
        row[8 + i] = (unsigned char)(m->folder >> 8 * i);
        row[12 + i] = (unsigned char)(m->mode >> 8 * i);
    }
    buf_add(table, row, sizeof row);
}

static void put_members(struct writer *w, const struct layer_inventory *layer)
{
    for (size_t i = 0; i < layer->folder_count; i++)
        put_text(w, layer->folders[i].path);
    if (!w->pool) {
        buf_reserve(w->table, (layer->member_count * MEMBER_WORDS + layer->slot_count) * 4);
        for (size_t i = 0; i < layer->member_count; i++)
            put_member(w->table, &layer->members[i]);
        for (size_t i = 0; i < layer->slot_count; i++)
            buf_u32(w->table, layer->slots[i]);
    }
    for (size_t i = 0; i < layer->base_count; i++) {
        buf_u32(w->table, layer->bases[i].member);
        put_text(w, layer->bases[i].name);
        buf_u64(w->table, layer->bases[i].same_as);
    }
}

static bool put_all(const struct layer_inventory *layer, struct buf *table, struct buf *pool)
{
    struct writer w = { .table = table, .pool = pool };
    put_files(&w, layer);
    put_facts(&w, &layer->facts);
    put_tree(&w, layer);
    put_members(&w, layer);
    return w.pool_bytes <= MAX_FLAT_BYTES;
}

bool layer_encode(const struct layer_inventory *layer, struct buf *out)
{
    struct buf nothing = { .failed = true };
    buf_add(out, MAGIC, sizeof MAGIC);
    const size_t counts[] = { layer->file_total,          layer->facts.package_count,  layer->facts.distro_count,
                              layer->facts.list_count,    layer->facts.declared_count, layer->facts.note_count,
                              layer->facts.warning_count, layer->link_count,           layer->mark_count,
                              layer->folder_count,        layer->member_count,         layer->slot_count,
                              layer->base_count };
    for (size_t i = 0; i < ARRAY_LEN(counts); i++)
        buf_u32(out, (uint32_t)counts[i]);
    buf_u64(out, layer->size_bytes);
    buf_u64(out, layer->file_count);
    buf_u64(out, layer->unreadable_count);
    buf_u32(out, layer->verified);
    buf_add(out, layer->digest, sizeof layer->digest);
    buf_add(out, layer->diff_id, sizeof layer->diff_id);
    return put_all(layer, out, NULL) && put_all(layer, &nothing, out) && !out->failed;
}

bool layer_put_frame(const struct layer_inventory *layer, uint32_t index, struct buf *out, struct error *err)
{
    buf_u32(out, index);
    size_t length_at = out->len;
    buf_u64(out, 0);
    if (!layer_encode(layer, out))
        return error_set(err, ERROR_LIMIT, "the inventory is too large");
    uint64_t length = out->len - length_at - 8;
    for (unsigned i = 0; i < 8; i++)
        out->ptr[length_at + i] = (char)(unsigned char)(length >> (8 * i));
    return true;
}

/* ---- decode ------------------------------------------------------------------------------------------------------------- */

struct reader {
    const unsigned char *at;
    struct str pool;
    struct arena *arena;
    size_t kinds;
    bool bad;
};

static uint32_t get_u32(struct reader *r)
{
    uint32_t value = le32(r->at);
    r->at += 4;
    return value;
}

static uint64_t get_u64(struct reader *r)
{
    uint64_t value = le64(r->at);
    r->at += 8;
    return value;
}

static struct str get_text(struct reader *r)
{
    uint32_t at = get_u32(r), len = get_u32(r);
    if (at > r->pool.len || len > r->pool.len - at) {
        r->bad = true;
        return (struct str){ 0 };
    }
    return (struct str){ r->pool.ptr + at, len };
}

static const struct catalog_kind *get_kind(struct reader *r)
{
    uint32_t index = get_u32(r);
    r->bad |= index >= r->kinds;
    return catalog_kind_at(index < r->kinds ? index : 0);
}

static struct layer_span get_span(struct reader *r, size_t total)
{
    struct layer_span span = { get_u32(r), 0 };
    span.count = get_u32(r);
    if (span.first > total || span.count > total - span.first) {
        r->bad = true;
        return (struct layer_span){ 0 };
    }
    return span;
}

static void *get_array(struct reader *r, size_t count, size_t item_bytes)
{
    void *items = arena_array(r->arena, count ? count : 1, item_bytes);
    r->bad |= items == NULL;
    return items;
}

static void get_files(struct reader *r, struct layer_inventory *layer)
{
    layer->files = get_array(r, layer->file_total, sizeof *layer->files);
    for (size_t i = 0; !r->bad && i < layer->file_total; i++) {
        struct layer_file *f = &layer->files[i];
        f->real = get_text(r);
        f->path = get_text(r);
        f->kind = get_kind(r);
        f->dropped = get_u32(r) != 0;
        f->packages = get_span(r, layer->facts.package_count);
        f->distros = get_span(r, layer->facts.distro_count);
        f->lists = get_span(r, layer->facts.list_count);
        f->declared = get_span(r, layer->facts.declared_count);
        f->notes = get_span(r, layer->facts.note_count);
        f->warnings = get_span(r, layer->facts.warning_count);
    }
}

static void get_packages(struct reader *r, struct catalog_facts *facts)
{
    facts->packages = get_array(r, facts->package_count, sizeof *facts->packages);
    for (size_t i = 0; !r->bad && i < facts->package_count; i++) {
        struct package *p = &facts->packages[i];
        struct str *const texts[] = { &p->path,   &p->name,    &p->version,  &p->arch, &p->source_name, &p->source_version,
                                      &p->module, &p->licence, &p->provides, &p->root, &p->maintainer,  &p->owner,
                                      &p->within, &p->proof,   &p->digest,   &p->cpes, &p->id,          &p->depends };
        for (size_t t = 0; t < ARRAY_LEN(texts); t++)
            *texts[t] = get_text(r);
        p->kind = get_kind(r);
        p->offset = get_u64(r);
        p->length = get_u64(r);
        p->line = get_u32(r);
        p->end_line = get_u32(r);
        uint32_t relation = get_u32(r);
        r->bad |= relation >= RELATION_COUNT;
        p->relation = (enum package_relation)relation;
        uint32_t flags = get_u32(r);
        p->dev = flags & 1;
        p->is_lowest = flags & 2;
    }
}

static void get_facts(struct reader *r, struct catalog_facts *facts)
{
    get_packages(r, facts);
    facts->distros = get_array(r, facts->distro_count, sizeof *facts->distros);
    for (size_t i = 0; !r->bad && i < facts->distro_count; i++) {
        struct distro *d = &facts->distros[i];
        d->path = get_text(r);
        d->family = get_text(r);
        d->release = get_text(r);
        d->name = get_text(r);
    }
    facts->lists = get_array(r, facts->list_count, sizeof *facts->lists);
    for (size_t i = 0; !r->bad && i < facts->list_count; i++) {
        struct catalog_file_list *l = &facts->lists[i];
        l->package = get_text(r);
        l->version = get_text(r);
        l->arch = get_text(r);
        l->path = get_text(r);
        l->lines = get_text(r);
        l->kind = get_kind(r);
        l->flags = get_u32(r);
    }
    facts->declared = get_array(r, facts->declared_count, sizeof *facts->declared);
    for (size_t i = 0; !r->bad && i < facts->declared_count; i++) {
        struct catalog_declared *d = &facts->declared[i];
        d->path = get_text(r);
        d->name = get_text(r);
        d->constraint = get_text(r);
        d->group = get_text(r);
        d->kind = get_kind(r);
        d->dev = get_u32(r) != 0;
    }
    facts->notes = get_array(r, facts->note_count, sizeof *facts->notes);
    for (size_t i = 0; !r->bad && i < facts->note_count; i++) {
        facts->notes[i].path = get_text(r);
        facts->notes[i].key = get_text(r);
        facts->notes[i].value = get_text(r);
    }
    facts->warnings = get_array(r, facts->warning_count, sizeof *facts->warnings);
    for (size_t i = 0; !r->bad && i < facts->warning_count; i++) {
        facts->warnings[i].path = get_text(r);
        facts->warnings[i].text = get_text(r);
        facts->warnings[i].incomplete = get_u32(r) != 0;
    }
}

static void get_tree(struct reader *r, struct layer_inventory *layer)
{
    layer->links = get_array(r, layer->link_count, sizeof *layer->links);
    for (size_t i = 0; !r->bad && i < layer->link_count; i++) {
        layer->links[i].path = get_text(r);
        layer->links[i].target = get_text(r);
        layer->links[i].hard = get_u32(r) != 0;
    }
    layer->marks = get_array(r, layer->mark_count, sizeof *layer->marks);
    for (size_t i = 0; !r->bad && i < layer->mark_count; i++) {
        layer->marks[i].path = get_text(r);
        layer->marks[i].opaque = get_u32(r) != 0;
    }
}

/* Indices are checked, and that the hash table has a free slot, which ends each search in it. */
static void get_members(struct reader *r, struct layer_inventory *layer)
{
    layer->folders = get_array(r, layer->folder_count, sizeof *layer->folders);
    for (size_t i = 0; !r->bad && i < layer->folder_count; i++) {
        layer->folders[i].path = get_text(r);
        layer->folders[i].hash = str_hash(layer->folders[i].path);
    }
    layer->members = get_array(r, layer->member_count, sizeof *layer->members);
    for (size_t i = 0; !r->bad && i < layer->member_count; i++) {
        struct layer_member *m = &layer->members[i];
        m->name = get_u64(r);
        m->folder = get_u32(r);
        m->mode = get_u32(r);
        m->size_bytes = get_u64(r);
        r->bad |= m->folder >= layer->folder_count;
    }
    bool free_slot = layer->slot_count == 0;
    r->bad |= (layer->slot_count & (layer->slot_count - 1)) != 0;
    layer->slots = get_array(r, layer->slot_count, sizeof *layer->slots);
    for (size_t i = 0; !r->bad && i < layer->slot_count; i++) {
        layer->slots[i] = get_u32(r);
        r->bad |= layer->slots[i] > layer->member_count;
        free_slot |= layer->slots[i] == 0;
    }
    r->bad |= !free_slot;
    layer->bases = get_array(r, layer->base_count, sizeof *layer->bases);
    for (size_t i = 0; !r->bad && i < layer->base_count; i++) {
        struct layer_base *base = &layer->bases[i];
        base->member = get_u32(r);
        base->name = get_text(r);
        base->same_as = get_u64(r);
        r->bad |= base->member >= layer->member_count;
    }
}

/* Reads the header and the place of the pool; false when the counts do not fit the bytes. */
static bool get_header(struct reader *r, struct str bytes, struct layer_inventory *layer)
{
    enum { FIXED = 8 + HEADER_WORDS * 4 + sizeof layer->digest + sizeof layer->diff_id };
    static const size_t words[] = { FILE_WORDS,   PACKAGE_WORDS, DISTRO_WORDS, LIST_WORDS, DECLARED_WORDS,
                                    NOTE_WORDS,   WARNING_WORDS, LINK_WORDS,   MARK_WORDS, FOLDER_WORDS,
                                    MEMBER_WORDS, SLOT_WORDS,    BASE_WORDS };
    size_t *const counts[] = { &layer->file_total,          &layer->facts.package_count,  &layer->facts.distro_count,
                               &layer->facts.list_count,    &layer->facts.declared_count, &layer->facts.note_count,
                               &layer->facts.warning_count, &layer->link_count,           &layer->mark_count,
                               &layer->folder_count,        &layer->member_count,         &layer->slot_count,
                               &layer->base_count };
    if (bytes.len < FIXED || memcmp(bytes.ptr, MAGIC, sizeof MAGIC) != 0)
        return false;
    r->at = (const unsigned char *)bytes.ptr + sizeof MAGIC;
    uint64_t need = FIXED;
    for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
        *counts[i] = get_u32(r);
        need += (uint64_t)*counts[i] * words[i] * 4;
    }
    if (need > bytes.len)
        return false;
    layer->size_bytes = get_u64(r);
    layer->file_count = get_u64(r);
    layer->unreadable_count = get_u64(r);
    layer->verified = get_u32(r) != 0;
    memcpy(layer->digest, r->at, sizeof layer->digest);
    memcpy(layer->diff_id, r->at + sizeof layer->digest, sizeof layer->diff_id);
    r->at += sizeof layer->digest + sizeof layer->diff_id;
    r->pool = str_skip(bytes, (size_t)need);
    return layer->digest[sizeof layer->digest - 1] == '\0' && layer->diff_id[sizeof layer->diff_id - 1] == '\0';
}

bool layer_decode(struct str bytes, struct arena *arena, struct layer_inventory *out, struct error *err)
{
    struct reader r = { .arena = arena, .kinds = catalog_kind_count() };
    struct layer_inventory layer = { 0 };
    if (!get_header(&r, bytes, &layer))
        return error_set(err, ERROR_INPUT, "damaged inventory");
    get_files(&r, &layer);
    if (!r.bad)
        get_facts(&r, &layer.facts);
    if (!r.bad)
        get_tree(&r, &layer);
    if (!r.bad)
        get_members(&r, &layer);
    if (r.bad)
        return arena->exhausted ? arena_error(arena, err) : error_set(err, ERROR_INPUT, "damaged inventory");
    *out = layer;
    return true;
}

bool layer_read_frame(struct str bytes, struct arena *arena, struct layer_inventory *out, struct error *err)
{
    enum { FRAME_BYTES = 12 };
    if (bytes.len < FRAME_BYTES || le32(bytes.ptr) != 0 || le64(bytes.ptr + 4) != bytes.len - FRAME_BYTES)
        return error_set(err, ERROR_INPUT, "damaged answer of a worker");
    return layer_decode(str_skip(bytes, FRAME_BYTES), arena, out, err);
}
