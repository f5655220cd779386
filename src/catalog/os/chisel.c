/* Chiselled Ubuntu images have no dpkg database: Chisel notes what it cut out of which package in var/lib/chisel/manifest.wall
 * (Chisel's documentation, "Chisel Manifest"): zstd over "jsonwall", a JSON object a line, of the kinds package, slice, path
 * and content. It does not say which source packages these are from. */
#include "catalog/headers.h"
#include "catalog/kinds.h"

#include <stdlib.h>

enum { MAX_PLAIN_BYTES = 128 << 20 };

struct chisel_path {
    struct str package; /* the first slice's */
    struct catalog_listed listed;
};

struct reading {
    const struct catalog_file *file;
    struct catalog_facts *facts;
    struct chisel_path *paths;
    size_t path_count, path_cap, damaged;
};

struct entry {
    struct str kind, name, version, arch, path, mode, sha256, final_sha256, link, slice;
    int64_t size;
    bool has_size;
};

static bool read_entry(struct reading *r, struct str line, struct entry *out)
{
    struct json json;
    struct str key, slice;
    json_begin(&json, line, r->file->scratch);
    if (json_object(&json))
        while (json_key(&json, &key)) {
            struct str *to = str_is(key, "kind")           ? &out->kind
                             : str_is(key, "name")         ? &out->name
                             : str_is(key, "version")      ? &out->version
                             : str_is(key, "arch")         ? &out->arch
                             : str_is(key, "path")         ? &out->path
                             : str_is(key, "mode")         ? &out->mode
                             : str_is(key, "sha256")       ? &out->sha256
                             : str_is(key, "final_sha256") ? &out->final_sha256
                             : str_is(key, "link")         ? &out->link
                                                           : NULL;
            if (to)
                json_string(&json, to);
            else if (str_is(key, "size"))
                out->has_size = json_i64(&json, &out->size);
            else if (!str_is(key, "slices"))
                json_skip(&json);
            else if (json_array(&json))
                while (json_item(&json))
                    if (json_string(&json, &slice) && out->slice.len == 0)
                        out->slice = slice;
        }
    struct error ignored = { 0 };
    return json_end(&json, &ignored);
}

static bool add_package(struct reading *r, const struct entry *entry)
{
    if (!entry->name.len || !entry->version.len || !header_value_ok(entry->name) || !header_value_ok(entry->version) ||
        !header_value_ok(entry->arch)) {
        r->damaged++;
        return true;
    }
    struct package *package = catalog_add_package(r->facts, &catalog_chisel_kind, r->file->path);
    if (!package)
        return false;
    package->name = arena_str(r->facts->arena, entry->name);
    package->version = arena_str(r->facts->arena, entry->version);
    package->arch = arena_str(r->facts->arena, entry->arch);
    return !r->facts->arena->exhausted;
}

/* Folders have a slash behind them. final_sha256 is there where Chisel changed the file. */
static bool add_path(struct reading *r, const struct entry *entry)
{
    struct arena *scratch = r->file->scratch;
    struct str package, slice, digest = entry->final_sha256.len ? entry->final_sha256 : entry->sha256;
    if (entry->path.len == 0 || entry->path.ptr[entry->path.len - 1] == '/' || !str_cut(entry->slice, '_', &package, &slice))
        return true;
    struct chisel_path *grown = arena_grow(scratch, r->paths, r->path_count, &r->path_cap, sizeof *grown);
    if (!grown)
        return false;
    r->paths = grown;
    struct catalog_listed listed = { .name = entry->path, .target = entry->link };
    listed.mode = entry->link.len && !digest.len ? MODE_LINK : MODE_REGULAR | catalog_list_permissions(entry->mode);
    listed.has_permissions = listed.mode != MODE_LINK;
    if (digest.len) {
        listed.target = (struct str){ 0 };
        listed.has_size = entry->has_size && entry->size >= 0;
        listed.size_bytes = listed.has_size ? (uint64_t)entry->size : 0;
        if (r->file->wants_digests && digest.len == 64)
            listed.digest = arena_printf(scratch, "sha256:%.*s", STR_ARG(digest));
    }
    grown[r->path_count++] = (struct chisel_path){ package, listed };
    return !scratch->exhausted;
}

static int compare_paths(const void *a, const void *b)
{
    const struct chisel_path *x = a, *y = b;
    int order = str_cmp(x->package, y->package);
    return order ? order : str_cmp(x->listed.name, y->listed.name);
}

static bool list_files(struct reading *r)
{
    struct catalog_list_writer writer;
    bool ok = true;
    if (r->path_count)
        qsort(r->paths, r->path_count, sizeof *r->paths, compare_paths);
    catalog_list_begin(&writer);
    for (size_t i = 0; ok && i < r->path_count; i++) {
        catalog_list_put_path(&writer, r->paths[i].listed.name, &r->paths[i].listed);
        if (i + 1 < r->path_count && str_eq(r->paths[i].package, r->paths[i + 1].package))
            continue;
        struct catalog_file_list list = { .kind = &catalog_chisel_kind, .package = r->paths[i].package, .path = r->file->path };
        ok = catalog_list_end(&writer, r->facts, list);
    }
    catalog_list_drop(&writer);
    return ok;
}

static bool read_lines(struct reading *r, struct str text)
{
    struct str line;
    while (str_line(&text, &line)) {
        struct entry entry = { 0 };
        if (str_trim(line).len == 0)
            continue;
        bool ok = true;
        if (!read_entry(r, line, &entry))
            r->damaged++;
        else if (str_is(entry.kind, "package"))
            ok = add_package(r, &entry);
        else if (str_is(entry.kind, "path"))
            ok = add_path(r, &entry);
        if (!ok || r->file->scratch->exhausted)
            return false;
    }
    return list_files(r);
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct reading reading = { .file = file, .facts = facts };
    struct error err = { 0 };
    struct str text;
    size_t before = facts->package_count;
    struct stream *stream = stream_memory(file->text, &err);
    stream = stream ? stream_inflate_auto(stream, MAX_PLAIN_BYTES, NULL, &err) : NULL;
    bool whole = stream && stream_text(stream, MAX_PLAIN_BYTES, file->scratch, &text, &err);
    if (stream)
        stream_close(stream);
    if (!whole)
        return catalog_warn(facts, file->path, true, "Chisel's manifest: %s", err.text);
    if (!read_lines(&reading, text))
        return false;
    if (reading.damaged && !catalog_warn(facts, file->path, true, "Chisel's manifest: %zu lines are damaged", reading.damaged))
        return false;
    return facts->package_count == before ||
           catalog_warn(facts, file->path, false,
                        "Chisel's manifest does not say which source packages its packages are from: advisories are found only "
                        "where both have one name");
}

static const struct catalog_claim claims[] = {
    { "var/lib/chisel/manifest.wall", NULL },
    { "**/manifest.wall", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_chisel_kind = {
    .name = "chisel",
    .is_os = true,
    .scheme = "dpkg",
    .purl_type = "deb",
    .claims = claims,
    .max_bytes = 32u << 20,
    .parse = parse,
};
