/* Gradle's dependency locks: gradle.lockfile and buildscript-gradle.lockfile (Gradle User Manual, "Locking Versions"). A line
 * is group:artifact:version=configurations; "empty=" lists configurations without dependencies. */
#include "catalog/headers.h"
#include "catalog/kinds.h"

/* Only configurations of tests want it: testCompileClasspath, testRuntimeClasspath … */
static bool is_dev(struct str configurations)
{
    struct str rest = configurations, name;
    bool dev = false;
    while (str_next(&rest, ',', &name)) {
        dev = str_starts(str_trim(name), "test");
        if (!dev)
            return false;
    }
    return dev;
}

static bool add_line(struct catalog_facts *facts, struct str path, struct str line, uint32_t number, struct map *seen)
{
    struct str coordinates, configurations, group, artifact, version;
    if (!str_cut(line, '=', &coordinates, &configurations)) /* perhaps cut off */
        return catalog_warn(facts, path, false, "line %u: no configurations behind a version", number);
    coordinates = str_trim(coordinates);
    if (!str_cut(coordinates, ':', &group, &artifact) || !str_cut(artifact, ':', &artifact, &version))
        return true;
    if (!group.len || !artifact.len || !version.len || str_find(version, ':', NULL) || !header_value_ok(coordinates))
        return true;
    if (map_get(seen, coordinates, NULL))
        return true;
    struct package *package = catalog_add_package(facts, &catalog_gradle_kind, path);
    if (!package)
        return false;
    package->id = arena_str(facts->arena, coordinates);
    package->name = str_head(package->id, coordinates.len - version.len - 1);
    package->version = str_skip(package->id, coordinates.len - version.len);
    package->dev = is_dev(configurations);
    package->line = package->end_line = number;
    return map_put(seen, package->id, 1);
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct str rest = file->text, line;
    struct map seen;
    map_init(&seen, file->scratch);
    for (uint32_t number = 1; str_line(&rest, &line); number++) {
        line = str_trim(line);
        if (line.len && line.ptr[0] != '#' && !add_line(facts, file->path, line, number, &seen))
            return false;
    }
    return !facts->arena->exhausted;
}

static const struct catalog_claim claims[] = {
    { "**/*gradle.lockfile", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_gradle_kind = {
    .name = "gradle",
    .ecosystem = "maven",
    .scheme = "maven",
    .purl_type = "maven",
    .is_lock = true,
    .claims = claims,
    .max_bytes = 16u << 20,
    .parse = parse,
};
