/* Writes and reads flat forms: see flat.h. */
#include "scan/flat.h"

enum { MAGIC_BYTES = 8, MAX_FLAT_BYTES = 1 << 30, MAX_COLUMNS = 64 };

_Static_assert(sizeof(enum package_relation) == sizeof(uint32_t), "enums are stored as 32 bits");

static size_t field_bytes(const struct flat_field *field)
{
    switch ((enum flat_type)field->type) {
    case FLAT_TEXT:
    case FLAT_CHARS: return 8;
    case FLAT_U64: return 8 * (size_t)(field->limit ? field->limit : 1);
    default: return 4;
    }
}

static size_t row_bytes(const struct flat_record *record)
{
    size_t bytes = 0;
    for (size_t i = 0; i < record->field_count; i++)
        bytes += field_bytes(&record->fields[i]);
    return bytes;
}

static size_t table_count_of(const struct flat_table *table, const void *object)
{
    size_t count;
    memcpy(&count, (const char *)object + table->count_at, sizeof count);
    return count;
}

/* ---- fingerprint --------------------------------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, const void *bytes, size_t len)
{
    const uint64_t both[2] = { hash, str_hash(str_make(bytes, len)) };
    return str_hash(str_make(both, sizeof both));
}

static uint64_t mix_record(uint64_t hash, const struct flat_record *record)
{
    return mix(hash ^ record->record_bytes, record->fields, record->field_count * sizeof *record->fields);
}

uint64_t flat_fingerprint(const struct flat_form *form)
{
    uint64_t hash = mix_record(form->table_count, &form->own);
    for (size_t i = 0; i < form->table_count; i++)
        hash = mix_record(hash, form->tables[i].record);
    for (size_t i = 0; i < catalog_kind_count(); i++)
        hash = mix(hash, catalog_kind_at(i)->name, strlen(catalog_kind_at(i)->name));
    return hash;
}

/* ---- writing ------------------------------------------------------------------------------------------------------------- */

struct place {
    struct str text;
    uint32_t at;
};

/* Texts are placed twice: for the rows, which say where each will stand, then to write them. So no second copy of them is
 * made, of which lists of files have many. One that the same column had in the record before is stored once, as is the same
 * view in two columns. */
struct writer {
    struct buf *out;
    bool writes_texts;
    uint64_t pool_bytes;
    struct place last, columns[MAX_COLUMNS];
    const struct catalog_kind *kind; /* the last, and its index */
    uint32_t kind_index;
};

static bool is_text(const struct flat_field *field)
{
    return field->type == FLAT_TEXT || field->type == FLAT_CHARS;
}

static struct str text_of(const struct flat_field *field, const char *record)
{
    struct str text;
    if (field->type == FLAT_CHARS)
        return str_from(record + field->at);
    memcpy(&text, record + field->at, sizeof text);
    return text;
}

static uint32_t place_text(struct writer *w, size_t column, struct str text)
{
    struct place *before = &w->columns[column % MAX_COLUMNS];
    if (text.len == 0)
        return 0;
    if (!str_eq(before->text, text)) {
        if (text.ptr != w->last.text.ptr || text.len != w->last.text.len) {
            w->last = (struct place){ text, (uint32_t)w->pool_bytes };
            w->pool_bytes += text.len;
            if (w->writes_texts)
                buf_str(w->out, text);
        }
        *before = w->last;
    }
    return before->at;
}

static uint32_t index_of(struct writer *w, const char *field)
{
    const struct catalog_kind *kind;
    memcpy(&kind, field, sizeof kind);
    if (kind != w->kind || !kind) {
        w->kind = kind;
        w->kind_index = (uint32_t)catalog_kind_index(kind);
    }
    return w->kind_index;
}

static unsigned char *put_number(unsigned char *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> 8 * i);
    return at + bytes;
}

static unsigned char *put_field(struct writer *w, size_t column, const struct flat_field *field, const char *record,
                                unsigned char *at)
{
    uint32_t word;
    uint64_t number;
    bool flag;
    struct str text;
    switch ((enum flat_type)field->type) {
    case FLAT_TEXT:
    case FLAT_CHARS:
        text = text_of(field, record);
        at = put_number(at, place_text(w, column, text), 4);
        return put_number(at, text.len, 4);
    case FLAT_U64:
        for (size_t i = 0; i < field_bytes(field) / 8; i++) {
            memcpy(&number, record + field->at + i * sizeof number, sizeof number);
            at = put_number(at, number, 8);
        }
        return at;
    case FLAT_BOOL: memcpy(&flag, record + field->at, sizeof flag); return put_number(at, flag, 4);
    case FLAT_KIND: return put_number(at, index_of(w, record + field->at), 4);
    default: memcpy(&word, record + field->at, sizeof word); return put_number(at, word, 4);
    }
}

static void put_records(struct writer *w, const struct flat_record *record, const char *records, size_t count)
{
    size_t size = row_bytes(record);
    memset(w->columns, 0, sizeof w->columns);
    if (!buf_reserve(w->out, count * size))
        return;
    for (size_t i = 0; i < count; i++, records += record->record_bytes) {
        unsigned char *at = (unsigned char *)w->out->ptr + w->out->len;
        for (size_t f = 0; f < record->field_count; f++)
            at = put_field(w, f, &record->fields[f], records, at);
        w->out->len += size;
    }
}

static void put_texts(struct writer *w, const struct flat_record *record, const char *records, size_t count)
{
    size_t columns = 0; /* past the last that is a text */
    for (size_t f = 0; f < record->field_count; f++)
        if (is_text(&record->fields[f]))
            columns = f + 1;
    memset(w->columns, 0, sizeof w->columns);
    for (size_t i = 0; columns && i < count; i++, records += record->record_bytes)
        for (size_t f = 0; f < columns; f++)
            if (is_text(&record->fields[f]))
                place_text(w, f, text_of(&record->fields[f], records));
}

static void put_all(struct writer *w, const struct flat_form *form, const void *object,
                    void (*put)(struct writer *w, const struct flat_record *record, const char *records, size_t count))
{
    put(w, &form->own, object, 1);
    for (size_t i = 0; i < form->table_count; i++) {
        const char *records;
        memcpy(&records, (const char *)object + form->tables[i].records_at, sizeof records);
        put(w, form->tables[i].record, records, table_count_of(&form->tables[i], object));
    }
}

bool flat_encode(const struct flat_form *form, const void *object, struct buf *out)
{
    struct writer rows = { .out = out }, texts = { .out = out, .writes_texts = true };
    buf_add(out, form->magic, MAGIC_BYTES);
    buf_u64(out, flat_fingerprint(form));
    for (size_t i = 0; i < form->table_count; i++)
        buf_u32(out, (uint32_t)table_count_of(&form->tables[i], object));
    put_all(&rows, form, object, put_records);
    if (out->failed || rows.pool_bytes > MAX_FLAT_BYTES)
        return false;
    put_all(&texts, form, object, put_texts);
    return !out->failed;
}

/* ---- reading ------------------------------------------------------------------------------------------------------------- */

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

/* Values that are out of range become 0. */
static uint32_t get_below(struct reader *r, size_t limit)
{
    uint32_t value = get_u32(r);
    if (value < limit)
        return value;
    r->bad = true;
    return 0;
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

static void get_chars(struct reader *r, char *out, size_t size)
{
    struct str text = get_text(r);
    if (text.len >= size || memchr(text.ptr ? text.ptr : "", '\0', text.len)) {
        r->bad = true;
        return;
    }
    if (text.len)
        memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
}

static void get_field(struct reader *r, const struct flat_field *field, char *record)
{
    char *to = record + field->at;
    uint32_t word;
    bool flag;
    struct str text;
    const struct catalog_kind *kind;
    switch ((enum flat_type)field->type) {
    case FLAT_TEXT:
        text = get_text(r);
        memcpy(to, &text, sizeof text);
        break;
    case FLAT_CHARS: get_chars(r, to, field->limit); break;
    case FLAT_U64:
        for (size_t i = 0; i < field_bytes(field) / 8; i++, r->at += 8) {
            uint64_t number = le64(r->at);
            memcpy(to + i * sizeof number, &number, sizeof number);
        }
        break;
    case FLAT_BOOL:
        flag = get_below(r, 2) != 0;
        memcpy(to, &flag, sizeof flag);
        break;
    case FLAT_KIND:
        kind = catalog_kind_at(get_below(r, r->kinds));
        memcpy(to, &kind, sizeof kind);
        break;
    case FLAT_U32:
    case FLAT_ENUM:
        word = field->type == FLAT_ENUM ? get_below(r, field->limit) : get_u32(r);
        memcpy(to, &word, sizeof word);
        break;
    }
}

static void get_record(struct reader *r, const struct flat_record *record, char *out)
{
    for (size_t f = 0; f < record->field_count; f++)
        get_field(r, &record->fields[f], out);
}

static void get_table(struct reader *r, const struct flat_table *table, char *object)
{
    size_t count = table_count_of(table, object), size = table->record->record_bytes;
    char *records = arena_array(r->arena, count ? count : 1, size);
    r->bad |= records == NULL;
    for (size_t i = 0; !r->bad && i < count; i++)
        get_record(r, table->record, records + i * size);
    memcpy(object + table->records_at, &records, sizeof records);
}

bool flat_decode(const struct flat_form *form, struct str bytes, struct arena *arena, void *object)
{
    struct reader r = { .arena = arena, .kinds = catalog_kind_count() };
    size_t head_bytes = MAGIC_BYTES + 8 + 4 * form->table_count;
    if (bytes.len < head_bytes || memcmp(bytes.ptr, form->magic, MAGIC_BYTES) != 0 ||
        le64(bytes.ptr + MAGIC_BYTES) != flat_fingerprint(form))
        return false;
    r.at = (const unsigned char *)bytes.ptr + MAGIC_BYTES + 8;
    uint64_t need = head_bytes + row_bytes(&form->own);
    for (size_t i = 0; i < form->table_count; i++) {
        size_t count = get_u32(&r);
        memcpy((char *)object + form->tables[i].count_at, &count, sizeof count);
        need += (uint64_t)count * row_bytes(form->tables[i].record);
    }
    if (need > bytes.len)
        return false;
    r.pool = str_skip(bytes, (size_t)need);
    get_record(&r, &form->own, object);
    for (size_t i = 0; !r.bad && i < form->table_count; i++)
        get_table(&r, &form->tables[i], object);
    return !r.bad;
}

/* ---- records that forms share ---------------------------------------------------------------------------------------------- */

static const struct flat_field package_fields[] = {
    { FLAT_TEXT, offsetof(struct package, path), 0 },        { FLAT_TEXT, offsetof(struct package, name), 0 },
    { FLAT_TEXT, offsetof(struct package, version), 0 },     { FLAT_TEXT, offsetof(struct package, arch), 0 },
    { FLAT_TEXT, offsetof(struct package, source_name), 0 }, { FLAT_TEXT, offsetof(struct package, source_version), 0 },
    { FLAT_TEXT, offsetof(struct package, maintainer), 0 },  { FLAT_TEXT, offsetof(struct package, module), 0 },
    { FLAT_TEXT, offsetof(struct package, licence), 0 },     { FLAT_TEXT, offsetof(struct package, provides), 0 },
    { FLAT_TEXT, offsetof(struct package, root), 0 },        { FLAT_TEXT, offsetof(struct package, within), 0 },
    { FLAT_TEXT, offsetof(struct package, proof), 0 },       { FLAT_TEXT, offsetof(struct package, digest), 0 },
    { FLAT_TEXT, offsetof(struct package, cpes), 0 },        { FLAT_TEXT, offsetof(struct package, id), 0 },
    { FLAT_TEXT, offsetof(struct package, depends), 0 },     { FLAT_TEXT, offsetof(struct package, owner), 0 },
    { FLAT_KIND, offsetof(struct package, kind), 0 },        { FLAT_U64, offsetof(struct package, offset), 0 },
    { FLAT_U64, offsetof(struct package, length), 0 },       { FLAT_U32, offsetof(struct package, line), 0 },
    { FLAT_U32, offsetof(struct package, end_line), 0 },     { FLAT_ENUM, offsetof(struct package, relation), RELATION_COUNT },
    { FLAT_BOOL, offsetof(struct package, dev), 0 },         { FLAT_BOOL, offsetof(struct package, is_lowest), 0 },
    { FLAT_BOOL, offsetof(struct package, locked_only), 0 }, { FLAT_BOOL, offsetof(struct package, third_party), 0 },
    { FLAT_BOOL, offsetof(struct package, owned), 0 },       { FLAT_BOOL, offsetof(struct package, gone), 0 },
    { FLAT_U32, offsetof(struct package, layer), 0 },        { FLAT_U32, offsetof(struct package, file_layer), 0 },
};
const struct flat_record flat_package = { package_fields, ARRAY_LEN(package_fields), sizeof(struct package) };

static const struct flat_field note_fields[] = {
    { FLAT_TEXT, offsetof(struct catalog_note, path), 0 },
    { FLAT_TEXT, offsetof(struct catalog_note, key), 0 },
    { FLAT_TEXT, offsetof(struct catalog_note, value), 0 },
    { FLAT_U32, offsetof(struct catalog_note, layer), 0 },
};
const struct flat_record flat_note = { note_fields, ARRAY_LEN(note_fields), sizeof(struct catalog_note) };

static const struct flat_field warning_fields[] = {
    { FLAT_TEXT, offsetof(struct catalog_warning, path), 0 },
    { FLAT_TEXT, offsetof(struct catalog_warning, text), 0 },
    { FLAT_BOOL, offsetof(struct catalog_warning, incomplete), 0 },
};
const struct flat_record flat_warning = { warning_fields, ARRAY_LEN(warning_fields), sizeof(struct catalog_warning) };
