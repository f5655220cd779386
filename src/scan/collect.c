/* Collects the facts of one layer: each member of a tar (or of a folder) is noted, claimed ones are parsed. Whiteouts follow
 * the OCI image specification, layer.md, "Whiteouts" and "Opaque Whiteout". */
#include "scan/layer.h"

#include <unistd.h>

enum {
    LAYER_ARENA_BYTES = 1 << 30,
    SCRATCH_ARENA_BYTES = 512 << 20,
    MAX_BLOB_MEMORY_BYTES = 8 << 20,
};

static bool index_aliases(struct layer_collector *c)
{
    c->alias_next = arena_array(&c->arena, c->alias_count + 1, sizeof *c->alias_next);
    c->folder_aliases = arena_array(&c->arena, c->alias_count + 1, sizeof *c->folder_aliases);
    if (!c->alias_next || !c->folder_aliases)
        return false;
    for (size_t i = c->alias_count; i-- > 0;) {
        uint64_t next = 0;
        if (c->aliases[i].type == ALIAS_FOLDER) {
            c->folder_aliases[c->folder_alias_count++] = (uint32_t)i;
            continue;
        }
        map_get(&c->aliases_by_real, c->aliases[i].real, &next);
        c->alias_next[i] = (uint32_t)next;
        if (!map_put(&c->aliases_by_real, c->aliases[i].real, i + 1))
            return false;
    }
    return true;
}

bool layer_collector_init(struct layer_collector *c, const struct layer_alias *aliases, size_t alias_count, int spool_fd,
                          uint64_t max_spool_bytes, struct error *err)
{
    *c = (struct layer_collector){
        .aliases = aliases, .alias_count = alias_count, .spool_fd = spool_fd, .max_spool_bytes = max_spool_bytes, .direct_fd = -1
    };
    arena_init(&c->arena, "layer", LAYER_ARENA_BYTES);
    arena_init(&c->scratch, "file of a layer", SCRATCH_ARENA_BYTES);
    map_init(&c->files_by_real, &c->arena);
    map_init(&c->aliases_by_real, &c->arena);
    map_init(&c->folders_by_path, &c->arena);
    c->layer.facts.arena = &c->arena;
    return index_aliases(c) || arena_error(&c->arena, err);
}

void layer_collector_free(struct layer_collector *c)
{
    member_free(c);
    arena_free(&c->arena);
    arena_free(&c->scratch);
}

static bool add_link(struct layer_collector *c, const struct tar_entry *entry)
{
    struct layer_inventory *l = &c->layer;
    struct layer_link *links = arena_grow(&c->arena, l->links, l->link_count, &l->link_cap, sizeof *links);
    if (!links)
        return false;
    l->links = links;
    links[l->link_count++] =
        (struct layer_link){ arena_str(&c->arena, entry->path), arena_str(&c->arena, entry->link), entry->type == TAR_HARDLINK };
    return !c->arena.exhausted;
}

/* ".wh.NAME" hides NAME of lower layers, ".wh..wh..opq" all of its folder; other ".wh..wh." names are aufs's own. */
static bool add_mark(struct layer_collector *c, struct str path, struct str base)
{
    struct layer_inventory *l = &c->layer;
    bool opaque = str_is(base, ".wh..wh..opq");
    if (!opaque && str_starts(base, ".wh..wh."))
        return true;
    struct layer_mark *marks = arena_grow(&c->arena, l->marks, l->mark_count, &l->mark_cap, sizeof *marks);
    if (!marks)
        return false;
    l->marks = marks;
    struct str folder = path_dir(path), hidden = str_skip(base, 4);
    struct str target = opaque ? arena_str(&c->arena, folder)
                               : arena_printf(&c->arena, "%.*s%s%.*s", STR_ARG(folder), folder.len ? "/" : "", STR_ARG(hidden));
    marks[l->mark_count++] = (struct layer_mark){ target, opaque };
    return !c->arena.exhausted;
}

/* ---- files ------------------------------------------------------------------------------------------------------------------ */

static uint32_t count_u32(size_t n)
{
    return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

/* The ends of the fact arrays, to tell afterwards which facts came from one file. */
static struct layer_file open_spans(const struct catalog_facts *f)
{
    return (struct layer_file){ .packages.first = count_u32(f->package_count),
                                .distros.first = count_u32(f->distro_count),
                                .lists.first = count_u32(f->list_count),
                                .declared.first = count_u32(f->declared_count),
                                .notes.first = count_u32(f->note_count),
                                .warnings.first = count_u32(f->warning_count) };
}

static void close_spans(struct layer_file *file, const struct catalog_facts *f)
{
    file->packages.count = count_u32(f->package_count) - file->packages.first;
    file->distros.count = count_u32(f->distro_count) - file->distros.first;
    file->lists.count = count_u32(f->list_count) - file->lists.first;
    file->declared.count = count_u32(f->declared_count) - file->declared.first;
    file->notes.count = count_u32(f->note_count) - file->notes.first;
    file->warnings.count = count_u32(f->warning_count) - file->warnings.first;
}

static bool add_file(struct layer_collector *c, struct layer_file file)
{
    struct layer_inventory *l = &c->layer;
    struct layer_file *files = arena_grow(&c->arena, l->files, l->file_total, &l->file_cap, sizeof *files);
    if (!files)
        return false;
    l->files = files;
    files[l->file_total++] = file;
    return map_put(&c->files_by_real, file.real, l->file_total);
}

/* Of equal names in one tar the last wins. What it replaced had itself dropped those before. */
static void drop_earlier(struct layer_collector *c, struct str real)
{
    uint64_t last;
    if (!map_get(&c->files_by_real, real, &last))
        return;
    struct layer_file *files = c->layer.files;
    for (size_t i = (size_t)last; i-- > 0 && !files[i].replaced && str_eq(files[i].real, real);)
        files[i].dropped = files[i].replaced = true;
}

/* Where the tar lies in a plain file, random access needs no copy. */
static bool read_directly(const struct layer_collector *c, const struct tar_entry *entry, struct blob *blob)
{
    if (c->direct_fd < 0 || entry->sparse)
        return false;
    *blob = (struct blob){ .fd = c->direct_fd, .offset = c->direct_offset + entry->offset, .size = entry->size_bytes };
    return true;
}

/* Contents too large for memory go to the spool; always from its start, since only one file is open at a time. */
static bool spool_content(struct layer_collector *c, const struct tar_entry *entry, struct stream *content, struct blob *blob,
                          struct error *err)
{
    if (lseek(c->spool_fd, 0, SEEK_SET) != 0)
        return error_system(err, "temporary file");
    while (true) {
        if (content->len == 0 && !stream_fill(content, err))
            return false;
        if (content->len == 0)
            break;
        if (!file_write_all(c->spool_fd, content->ptr, content->len, err))
            return false;
        stream_consume(content, content->len);
    }
    *blob = (struct blob){ .fd = c->spool_fd, .size = entry->size_bytes };
    c->spool.used_bytes = entry->size_bytes;
    return true;
}

/* Reads what the kind asks for: its text, or random access. */
static bool load_content(struct layer_collector *c, const struct tar_entry *entry, struct stream *content,
                         struct catalog_file *file, struct blob *blob, struct error *err)
{
    c->spool = (struct catalog_spool){ .fd = c->spool_fd, .max_bytes = c->max_spool_bytes };
    file->spool = &c->spool;
    if (file->kind->wants_blob && (read_directly(c, entry, blob) || entry->size_bytes > MAX_BLOB_MEMORY_BYTES)) {
        file->blob = blob;
        return blob->fd == c->direct_fd || spool_content(c, entry, content, blob, err);
    }
    if (!stream_text(content, (size_t)file->kind->max_bytes, &c->scratch, &file->text, err))
        return false;
    if (file->kind->wants_blob) {
        *blob = (struct blob){ .memory = file->text, .fd = -1, .size = file->text.len };
        file->blob = blob;
    }
    return true;
}

static bool parse_as(struct layer_collector *c, struct catalog_file *file, struct str real, struct str path, bool for_links)
{
    struct catalog_facts *facts = &c->layer.facts;
    struct layer_file row = open_spans(facts);
    row.dropped = for_links;
    row.real = real;
    row.path = file->path = path;
    row.kind = file->kind;
    if (!catalog_parse(file, facts))
        return false;
    close_spans(&row, facts);
    /* There are programs by the thousand that say nothing of themselves. */
    bool silent = row.packages.count + row.notes.count + row.warnings.count + row.lists.count + row.declared.count == 0;
    return (file->kind->is_program && silent) || add_file(c, row);
}

/* What is read of a file of this kind at most; random access to more than fits in memory needs the spool. */
static uint64_t limit_of(const struct layer_collector *c, const struct catalog_kind *kind)
{
    if (c->direct_fd >= 0 && kind->wants_blob)
        return kind->max_bytes;
    uint64_t room = c->spool_fd < 0 ? MAX_BLOB_MEMORY_BYTES : c->max_spool_bytes;
    if (room < MAX_BLOB_MEMORY_BYTES)
        room = MAX_BLOB_MEMORY_BYTES;
    return kind->wants_blob && room < kind->max_bytes ? room : kind->max_bytes;
}

/* A claimed file that is too large is told, not parsed. */
static bool refuse_large(struct layer_collector *c, const struct tar_entry *entry, const struct catalog_kind *kind)
{
    struct layer_file row = open_spans(&c->layer.facts);
    row.real = row.path = arena_str(&c->arena, entry->path);
    row.kind = kind;
    if (!catalog_warn(&c->layer.facts, row.path, kind->is_os, "not read: %llu bytes are more than the limit of %llu for %s",
                      (unsigned long long)entry->size_bytes, (unsigned long long)limit_of(c, kind), kind->name))
        return false;
    close_spans(&row, &c->layer.facts);
    return add_file(c, row);
}

/* One file while it is parsed, once for each path that it is claimed by. */
struct claims {
    const struct tar_entry *entry;
    struct stream *content;
    struct catalog_file file;
    struct blob blob;
    struct str real; /* set once the content is loaded */
};

/* A file is parsed anew for each link that leads to it, and a small archive can hold many links to one large file: past a
 * limit no more is read for links, which is told once. */
static bool exceeds_links(struct layer_collector *c, const struct claims *claims, struct str path)
{
    uint64_t before = c->linked_bytes, size = claims->entry->size_bytes;
    if (str_eq(path, claims->entry->path))
        return false;
    c->linked_bytes = size > UINT64_MAX - before ? UINT64_MAX : before + size;
    if (before <= LAYER_MAX_LINKED_BYTES && c->linked_bytes > LAYER_MAX_LINKED_BYTES) {
        struct error ignored = { 0 }; /* a full arena is told by the next file */
        layer_collect_warning(c, path, &ignored, "not read by this name, nor are other links: too many lead to large files");
    }
    return c->linked_bytes > LAYER_MAX_LINKED_BYTES;
}

/* Kinds that claim one file by two names may want it in two forms. */
static bool give_form(struct layer_collector *c, struct claims *claims, struct error *err)
{
    struct catalog_file *file = &claims->file;
    if (file->kind->wants_blob && !file->blob) {
        claims->blob = (struct blob){ .memory = file->text, .fd = -1, .size = file->text.len };
        file->blob = &claims->blob;
    }
    if (file->kind->wants_blob || file->text.ptr || !file->blob || file->blob->size == 0)
        return true;
    char *text = arena_alloc(&c->scratch, (size_t)file->blob->size);
    if (!text)
        return arena_error(&c->scratch, err);
    file->text = str_make(text, (size_t)file->blob->size);
    return blob_read(file->blob, 0, text, file->text.len, err);
}

/* Loads the content where that was not done yet and parses it as the kind that was set. */
static bool parse_loaded(struct layer_collector *c, struct claims *claims, struct str path, bool for_links, struct error *err)
{
    const struct catalog_kind *kind = claims->file.kind;
    if (claims->entry->size_bytes > limit_of(c, kind))
        return refuse_large(c, claims->entry, kind) || arena_error(&c->arena, err);
    bool loaded = claims->real.ptr || load_content(c, claims->entry, claims->content, &claims->file, &claims->blob, err);
    if (!loaded || !give_form(c, claims, err)) {
        bool too_large = c->scratch.exhausted;
        c->scratch.exhausted = false;
        return too_large && layer_collect_warning(c, claims->entry->path, err, "not read: too large for memory");
    }
    if (!claims->real.ptr)
        claims->real = arena_str(&c->arena, claims->entry->path);
    if (str_eq(path, claims->real))
        path = claims->real;
    return (claims->real.ptr && parse_as(c, &claims->file, claims->real, path, for_links)) || arena_error(&c->arena, err);
}

static bool parse_claim(struct layer_collector *c, struct claims *claims, struct str path, bool for_links, struct error *err)
{
    claims->file.kind = catalog_claim(path);
    return !claims->file.kind || exceeds_links(c, claims, path) || parse_loaded(c, claims, path, for_links, err);
}

/* The path that a folder's alias gives to a file below that folder; empty for any other file. */
static struct str moved_path(struct layer_collector *c, const struct layer_alias *alias, struct str real)
{
    size_t n = alias->real.len;
    if (real.len <= n || real.ptr[n] != '/' || !str_eq(str_head(real, n), alias->real))
        return (struct str){ 0 };
    return arena_printf(&c->arena, "%.*s%.*s", STR_ARG(alias->path), STR_ARG(str_skip(real, n)));
}

static bool parse_aliases(struct layer_collector *c, struct claims *claims, struct error *err)
{
    uint64_t at = 0;
    struct str real = claims->entry->path;
    for (map_get(&c->aliases_by_real, real, &at); at; at = c->alias_next[at - 1])
        if (!parse_claim(c, claims, c->aliases[at - 1].path, c->aliases[at - 1].type == ALIAS_HARD, err))
            return false;
    for (size_t i = 0; i < c->folder_alias_count; i++) {
        struct str path = moved_path(c, &c->aliases[c->folder_aliases[i]], real);
        if (path.len && !parse_claim(c, claims, path, false, err))
            return false;
    }
    return true;
}

/* Parses a file for each path that it is claimed by: those of links that lead to it, and its own. */
static bool collect_file(struct layer_collector *c, const struct tar_entry *entry, struct stream *content, struct error *err)
{
    struct claims claims = { .entry = entry,
                             .content = content,
                             .file = { .scratch = &c->scratch, .wants_digests = c->wants_digests } };
    return (c->alias_count == 0 || parse_aliases(c, &claims, err)) && parse_claim(c, &claims, entry->path, false, err);
}

/* Programs are claimed by their first bytes; no kind claims their path. */
static bool collect_program(struct layer_collector *c, const struct tar_entry *entry, struct stream *content, struct error *err)
{
    const struct catalog_kind *kind = catalog_claim_program(entry->path, entry->mode);
    if (!kind || entry->size_bytes == 0)
        return true;
    if (content->len == 0 && !stream_fill(content, err))
        return false;
    enum { MAGIC_BYTES = 4 }; /* a window that ends earlier tells nothing yet: the kind looks again */
    if (content->len >= MAGIC_BYTES && !catalog_is_program(str_make(content->ptr, content->len)))
        return true;
    struct claims claims = { .entry = entry, .content = content, .file = { .scratch = &c->scratch, .kind = kind } };
    return parse_loaded(c, &claims, entry->path, false, err);
}

/* Some folders are packages by their names alone. */
static bool collect_folder(struct layer_collector *c, const struct tar_entry *entry, struct error *err)
{
    const struct catalog_kind *kind = catalog_claim_folder(entry->path);
    if (!kind)
        return true;
    struct catalog_file file = { .kind = kind, .scratch = &c->scratch };
    struct str path = arena_str(&c->arena, entry->path);
    return (path.ptr && parse_as(c, &file, path, path, false)) || arena_error(&c->arena, err);
}

/* A hard link shares the facts of its target where that was parsed as the same kind; else it is left to the squash. */
static bool collect_hard_link(struct layer_collector *c, const struct tar_entry *entry, const struct catalog_kind *kind)
{
    uint64_t last;
    if (!map_get(&c->files_by_real, entry->link, &last) || c->layer.files[last - 1].kind != kind)
        return add_link(c, entry);
    struct layer_file copy = c->layer.files[last - 1];
    struct catalog_facts *f = &c->layer.facts;
    struct layer_file row = open_spans(f);
    row.real = row.path = arena_str(&c->arena, entry->path);
    row.kind = kind;
    for (uint32_t i = 0; i < copy.packages.count; i++) {
        struct package *p = catalog_add_package(f, kind, row.path);
        if (!p)
            return false;
        *p = f->packages[copy.packages.first + i];
        p->path = row.path;
    }
    for (uint32_t i = 0; i < copy.distros.count; i++) {
        struct distro *d = catalog_add_distro(f, row.path);
        if (!d)
            return false;
        *d = f->distros[copy.distros.first + i];
        d->path = row.path;
    }
    close_spans(&row, f);
    return add_file(c, row);
}

bool layer_collect_warning(struct layer_collector *c, struct str path, struct error *err, const char *text)
{
    struct layer_file row = open_spans(&c->layer.facts);
    row.real = row.path = arena_str(&c->arena, path);
    row.kind = catalog_kind_at(0);
    const struct catalog_kind *kind = catalog_claim(path);
    if (!catalog_warn(&c->layer.facts, row.path, kind && kind->is_os, "%s", text))
        return arena_error(&c->arena, err);
    close_spans(&row, &c->layer.facts);
    return add_file(c, row) || arena_error(&c->arena, err);
}

/* The first bytes of nearly every file are in the window already. A window that ends among them (it ends where blocks of a
 * compressed stream do) tells less, which is enough for ELF and scripts. */
static bool look_inside(const struct tar_entry *entry, struct stream *content, uint32_t *type, struct error *err)
{
    if (entry->size_bytes == 0)
        return true;
    if (content->len == 0 && !stream_fill(content, err))
        return false;
    *type = member_content(content->ptr, content->len, entry->mode);
    return true;
}

bool layer_collect(struct layer_collector *c, const struct tar_entry *entry, struct stream *content, struct error *err)
{
    struct str base = path_base(entry->path);
    if (base.len == 0)
        return true;
    if (c->checks)
        return layer_check_member(c, entry, content, err);
    if (str_starts(base, ".wh."))
        return add_mark(c, entry->path, base) || arena_error(&c->arena, err);
    c->layer.file_count += entry->type != TAR_DIR;
    const struct catalog_kind *kind = catalog_claim(entry->path);
    uint32_t type = 0;
    drop_earlier(c, entry->path);
    if (entry->type == TAR_FILE && content && !look_inside(entry, content, &type, err))
        return false;
    if (!member_add(c, entry, type))
        return arena_error(&c->arena, err);
    if (entry->type == TAR_SYMLINK)
        return add_link(c, entry) || arena_error(&c->arena, err);
    if (entry->type == TAR_HARDLINK)
        return !kind || collect_hard_link(c, entry, kind) || arena_error(&c->arena, err);
    if (entry->type == TAR_DIR)
        return collect_folder(c, entry, err);
    if (entry->type != TAR_FILE)
        return true;
    struct arena_mark mark = arena_mark(&c->scratch);
    bool ok =
        (!(kind || c->alias_count) || collect_file(c, entry, content, err)) && (kind || collect_program(c, entry, content, err));
    arena_reset(&c->scratch, mark);
    return ok;
}
