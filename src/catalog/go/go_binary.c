/* Go programs: build info as debug/buildinfo reads it. A header of 32 bytes at an address that is a multiple of 16 begins with
 * a magic text; behind it stand, since Go 1.18, the version of Go and the text of go_info.c, each with its length in front
 * (a varint); before, the header holds pointers to two Go strings. */
#include "catalog/go/go.h"
#include "catalog/headers.h"
#include "catalog/program/program.h"

#include <stdlib.h>

enum {
    HEADER_BYTES = 32,
    ALIGN = 16,
    POINTER_SIZE_AT = 14,
    FLAGS_AT = 15,
    POINTERS_AT = 16,
    FLAG_BIG_ENDIAN = 1,
    FLAG_INLINE = 2,
    FRAME_BYTES = 16, /* at both ends of the text (cmd/go, modload.infoStart) */
    CHUNK_BYTES = 64 << 10,
    MAX_VERSION_BYTES = 1024,
    MAX_INFO_BYTES = 16 << 20,
};
static const char magic[] = "\xff Go buildinf:";
enum { MAGIC_BYTES = sizeof magic - 1 };
static const uint64_t MAX_SEARCH_BYTES = 64u << 20;

/* ---- where it is ---------------------------------------------------------------------------------------------------------------- */

/* Without a section of its own it is somewhere in the first data; programs without sections, and PE ones, have none of its
 * own. Others are searched only where a section speaks of Go. */
static bool is_worth_a_search(const struct program *p)
{
    if (p->format == PROGRAM_PE || p->section_count == 0)
        return true;
    return program_section_named(p, ".gopclntab") || program_section_named(p, ".note.go.buildid") ||
           program_section_named(p, "__gopclntab");
}

static bool find_range(const struct program *p, uint64_t *address, uint64_t *size, bool *named)
{
    const struct program_section *section = program_section_named(p, ".go.buildinfo");
    if (!section)
        section = program_section_named(p, "__go_buildinfo");
    *named = section != NULL;
    if (section) {
        *address = section->address;
        *size = section->size;
        return section->size > 0;
    }
    for (size_t i = 0; i < p->segment_count && is_worth_a_search(p); i++) {
        const struct program_segment *s = &p->segments[i];
        if (s->writable && !s->executable && !s->is_note && s->size && s->address) {
            *address = s->address;
            *size = s->size < MAX_SEARCH_BYTES ? s->size : MAX_SEARCH_BYTES;
            return true;
        }
    }
    return false;
}

static bool find_header(const struct program *p, uint64_t address, uint64_t size, uint64_t *found)
{
    struct error ignored = { 0 };
    uint64_t offset, skipped = (ALIGN - address % ALIGN) % ALIGN;
    char *chunk = arena_alloc(p->arena, CHUNK_BYTES);
    uint64_t room = program_room(p, address, &offset);
    size = size < room ? size : room;
    for (uint64_t at = skipped; chunk && at < size; at += CHUNK_BYTES) {
        size_t n = size - at < CHUNK_BYTES ? (size_t)(size - at) : CHUNK_BYTES;
        if (!blob_read(&p->blob, offset + at, chunk, n, &ignored))
            return false;
        for (size_t i = 0; i + MAGIC_BYTES <= n; i += ALIGN)
            if (memcmp(chunk + i, magic, MAGIC_BYTES) == 0) {
                *found = address + at + i;
                return size - at - i >= HEADER_BYTES;
            }
    }
    return false;
}

/* ---- what it says ----------------------------------------------------------------------------------------------------------------- */

static bool read_text(const struct program *p, uint64_t address, uint64_t len, size_t max_bytes, struct str *out)
{
    struct error ignored = { 0 };
    uint64_t offset;
    if (len > max_bytes || len > program_room(p, address, &offset))
        return len == 0;
    char *bytes = arena_alloc(p->arena, (size_t)len + 1);
    *out = str_make(bytes, (size_t)len);
    return bytes && program_read(p, address, bytes, (size_t)len, &ignored);
}

/* encoding/binary.Uvarint: seven bits a byte, the lowest first. */
static bool read_inline(const struct program *p, uint64_t *address, size_t max_bytes, struct str *out)
{
    struct error ignored = { 0 };
    uint64_t len = 0;
    for (unsigned shift = 0;; shift += 7) {
        unsigned char byte;
        if (shift > 56 || !program_read(p, *address, &byte, 1, &ignored))
            return false;
        ++*address;
        len |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            break;
    }
    bool ok = read_text(p, *address, len, max_bytes, out);
    *address += ok ? len : 0;
    return ok;
}

/* A pointer to a Go string: its address and length. */
static bool read_pointed(const struct program *p, const char *pointer, size_t size, size_t max_bytes, struct str *out)
{
    char string[16];
    struct error ignored = { 0 };
    uint64_t at = program_number(p, pointer, size);
    return program_read(p, at, string, 2 * size, &ignored) &&
           read_text(p, program_number(p, string, size), program_number(p, string + size, size), max_bytes, out);
}

static bool read_texts(const struct program *program, uint64_t address, struct str *version, struct str *text)
{
    char header[HEADER_BYTES];
    struct error ignored = { 0 };
    if (!program_read(program, address, header, sizeof header, &ignored))
        return false;
    unsigned flags = (unsigned char)header[FLAGS_AT];
    size_t size = (unsigned char)header[POINTER_SIZE_AT];
    uint64_t at = address + HEADER_BYTES;
    if (flags & FLAG_INLINE)
        return read_inline(program, &at, MAX_VERSION_BYTES, version) && read_inline(program, &at, MAX_INFO_BYTES, text);
    if (size != 4 && size != 8)
        return false;
    struct program ordered = *program;
    ordered.big_endian = (flags & FLAG_BIG_ENDIAN) != 0;
    if (!read_pointed(&ordered, header + POINTERS_AT, size, MAX_VERSION_BYTES, version))
        return false;
    if (!read_pointed(&ordered, header + POINTERS_AT + size, size, MAX_INFO_BYTES, text))
        *text = STR(""); /* built without modules */
    return true;
}

/* Between two sentinels, or nothing. */
static struct str without_frame(struct str text)
{
    if (text.len <= 2 * FRAME_BYTES || text.ptr[text.len - FRAME_BYTES - 1] != '\n')
        return STR("");
    return str_head(str_skip(text, FRAME_BYTES), text.len - 2 * FRAME_BYTES);
}

/* ---- packages --------------------------------------------------------------------------------------------------------------------- */

struct str go_id(struct arena *arena, struct str name, struct str version)
{
    return arena_printf(arena, "%.*s%s%.*s", STR_ARG(name), version.len ? "@" : "", STR_ARG(version));
}

static struct package *add_module(const struct program_file *file, struct str name, struct str version,
                                  struct catalog_facts *facts)
{
    struct package *p = catalog_add_package(facts, &catalog_gobinary_kind, file->file->path);
    if (!p)
        return NULL;
    p->name = arena_str(facts->arena, name);
    p->version = arena_str(facts->arena, version);
    p->id = go_id(facts->arena, p->name, p->version);
    p->proof = STR("build info");
    return facts->arena->exhausted ? NULL : p;
}

/* A module that a folder stands in for keeps its name; which version the folder has is not told. */
static bool add_needed(const struct program_file *file, const struct go_module *module, struct catalog_facts *facts)
{
    struct str name = module->path, version = str_is(module->version, "(devel)") ? STR("") : module->version;
    if (module->replaced && version.len == 0)
        name = module->replaced_path;
    return name.len == 0 || add_module(file, name, version, facts);
}

static int compare_ids(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* The main module needs all others, the standard library among them. */
static bool add_main(const struct program_file *file, const struct go_info *info, size_t first, struct catalog_facts *facts)
{
    struct arena *arena = file->program->arena;
    size_t count = facts->package_count - first;
    struct str *ids = arena_array(arena, count + 1, sizeof *ids);
    struct package *p = add_module(file, info->main.path, go_main_version(info, file->program, arena), facts);
    if (!p)
        return false;
    if (!ids) /* told by the next file */
        return true;
    struct buf list;
    buf_init(&list, 2 * MAX_INFO_BYTES);
    for (size_t i = 0; i < count; i++)
        ids[i] = facts->packages[first + i].id;
    qsort(ids, count, sizeof *ids, compare_ids);
    for (size_t i = 0; i < count; i++)
        catalog_put_item(&list, ids[i]);
    p->relation = RELATION_ROOT;
    if (info->vcs_revision.len)
        p->proof = arena_printf(facts->arena, "build info, commit %.*s%s%.*s", STR_ARG(info->vcs_revision),
                                info->vcs_time.len ? " of " : "", STR_ARG(info->vcs_time));
    p->depends = arena_str(facts->arena, list.failed ? STR("") : buf_view(&list));
    buf_free(&list);
    return !facts->arena->exhausted;
}

static bool add_all(const struct program_file *file, const struct go_info *info, struct catalog_facts *facts)
{
    size_t first = facts->package_count;
    struct package *p = add_module(file, STR("stdlib"), go_stdlib_version(info->go_version, file->program->arena), facts);
    if (!p)
        return false;
    p->relation = RELATION_DIRECT;
    for (size_t i = 0; i < info->module_count; i++)
        if (!add_needed(file, &info->modules[i], facts))
            return false;
    return info->main.path.len == 0 || add_main(file, info, first, facts);
}

static bool read(const struct program_file *file, struct catalog_facts *facts)
{
    const struct program *program = file->program;
    struct arena *arena = program->arena;
    struct go_info info = { 0 };
    uint64_t address = 0, size = 0;
    struct str text = { 0 };
    size_t damaged = 0;
    bool named = false;
    if (!find_range(program, &address, &size, &named))
        return true;
    if (!find_header(program, address, size, &address) || !read_texts(program, address, &info.go_version, &text) ||
        info.go_version.len == 0 || !header_value_ok(info.go_version) || !str_is_utf8(info.go_version))
        return !named || catalog_warn(facts, file->file->path, false, "its Go build info is damaged or empty");
    if (!go_info_parse(without_frame(text), arena, &info, &damaged))
        return catalog_warn(facts, file->file->path, false, "its Go build info is larger than memory allows");
    if (damaged && !catalog_warn(facts, file->file->path, false, "%zu lines of its Go build info are damaged", damaged))
        return false;
    return add_all(file, &info, facts);
}

const struct program_reader program_go_reader = { "Go build info", read };

/* Claims nothing: the packages are found by the reader above. */
const struct catalog_kind catalog_gobinary_kind = {
    .name = "gobinary",
    .ecosystem = "go",
    .scheme = "go",
    .purl_type = "golang",
    .claims = catalog_no_claims,
};
