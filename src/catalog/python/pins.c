/* Lists of packages with one version each, by name and version: requirements.txt, Pipfile.lock. */
#include "catalog/python/python.h"

void python_pins_begin(struct python_pins *pins, const struct catalog_file *file, struct catalog_facts *facts)
{
    *pins = (struct python_pins){ .file = file, .facts = facts };
    map_init(&pins->seen, file->scratch);
}

bool python_pins_add(struct python_pins *pins, struct str name, struct str version, const struct package *read)
{
    struct arena *arena = pins->facts->arena;
    uint64_t at = 0;
    struct str printed = python_name(pins->file->scratch, name, false);
    struct str id = arena_printf(pins->file->scratch, "%.*s@%.*s", STR_ARG(printed), STR_ARG(version));
    if (!printed.ptr || !id.ptr)
        return false;
    if (map_get(&pins->seen, id, &at)) {
        struct package *same = &pins->facts->packages[at - 1];
        same->dev &= read->dev;
        same->is_lowest &= read->is_lowest;
        if (!same->is_lowest)
            same->proof = (struct str){ 0 };
        return true;
    }
    struct package *package = catalog_add_package(pins->facts, pins->file->kind, pins->file->path);
    if (!package)
        return false;
    package->name = arena_str(arena, printed);
    package->version = arena_str(arena, version);
    package->id = arena_str(arena, id);
    package->digest = arena_str(arena, read->digest);
    package->proof = arena_str(arena, read->proof);
    package->dev = read->dev;
    package->is_lowest = read->is_lowest;
    package->line = read->line;
    package->end_line = read->end_line;
    return map_put(&pins->seen, id, pins->facts->package_count) && !arena->exhausted;
}
