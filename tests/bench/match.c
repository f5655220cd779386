/* match.c - how many packages a second are looked up in a database: packages that it does not know, and packages that it knows
 * in versions that nothing affects. Prints one line a case.
 *
 *     match [PACKAGES [ROUNDS]]     default 100000 packages, 20 rounds */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "match/match.h"

enum { ADVISORIES_EACH = 4, RELEASES = 3 };

static const struct catalog_kind deb = { .name = "dpkg", .is_os = true, .scheme = "dpkg" };
static const struct catalog_kind wheel = { .name = "python-pkg", .title = "Python", .ecosystem = "pip", .scheme = "pep440" };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool add(struct vulndb_builder *builder, const char *space, size_t number, struct arena *arena, struct error *err)
{
    bool ok = true;
    struct arena_mark mark = arena_mark(arena);
    for (unsigned i = 0; ok && i < ADVISORIES_EACH; i++) {
        struct vulndb_advisory advisory = {
            .space = str_from(space),
            .package = arena_printf(arena, "package-%zu", number),
            .vulnerability = arena_printf(arena, "CVE-2024-%zu", number % 20000 * ADVISORIES_EACH + i),
            .source = STR("bench"),
            .fixed = STR("1.9"),
        };
        version_set_init(&advisory.affected, arena);
        ok = version_set_add(&advisory.affected,
                             (struct version_span){ .high = STR("1.9"), .low_open = true, .high_open = true }) &&
             vulndb_add_advisory(builder, &advisory, err);
    }
    arena_reset(arena, mark);
    return ok;
}

/* A database of all packages in a few releases and in pip, which is none that anything else uses. */
static struct vulndb *make_database(size_t count, struct arena *arena, struct error *err)
{
    static const char *const spaces[] = { "debian 12", "debian 11", "debian 13", "pip" };
    char path[] = "/tmp/drydock-bench-XXXXXX";
    struct vulndb_builder *builder = vulndb_builder_new(err);
    const struct vulndb_source source = { STR("bench"), STR("bench"), STR(""), STR("") };
    int fd = mkstemp(path);
    bool ok = builder && fd >= 0 && vulndb_add_source(builder, &source, 0, err);
    for (size_t s = 0; ok && s < ARRAY_LEN(spaces); s++)
        for (size_t i = 0; ok && i < count; i++)
            ok = add(builder, spaces[s], i, arena, err);
    ok = ok && vulndb_builder_write(builder, path, 1700000000, err);
    vulndb_builder_free(builder);
    struct vulndb *db = ok ? vulndb_open(path, err) : NULL;
    if (fd >= 0) {
        close(fd);
        unlink(path);
    }
    return db;
}

struct bench {
    const char *title, *name, *source_name; /* followed by a number */
    const struct catalog_kind *kind;
};

static bool run(struct vulndb *db, const struct bench *bench, size_t count, size_t rounds, struct arena *arena, struct error *err)
{
    struct package *packages = arena_array(arena, count, sizeof *packages);
    const struct match_options options = { .artifact = STR("bench") };
    if (!packages)
        return arena_error(arena, err);
    for (size_t i = 0; i < count; i++)
        packages[i] = (struct package){
            .kind = bench->kind, .name = arena_printf(arena, "%s%zu", bench->name, i), .version = STR("2.0"), .path = STR("p")
        };
    for (size_t i = 0; bench->source_name && i < count; i++)
        packages[i].source_name = arena_printf(arena, "%s%zu", bench->source_name, i);
    struct inventory inventory = { .distro = { .family = STR("debian"), .release = STR("12.5") },
                                   .distro_known = true,
                                   .packages = packages,
                                   .package_count = count };
    double best = 0;
    for (size_t round = 0; round < rounds; round++) {
        struct arena scratch;
        struct matches matches;
        arena_init(&scratch, "bench", (size_t)1 << 30);
        double start = now_s();
        if (!match_inventory(db, &inventory, &options, &scratch, &matches, err))
            return false;
        double speed = (double)count / (now_s() - start);
        best = speed > best ? speed : best;
        arena_free(&scratch);
    }
    printf("%-40s %8.2f million packages/s\n", bench->title, best / 1e6);
    return true;
}

int main(int argc, char **argv)
{
    static const struct bench benches[] = {
        { "Debian, not in the database", "absent-", NULL, &deb },
        { "Debian, 4 advisories each, none affects", "package-", NULL, &deb },
        { "Debian, by source package", "lib", "package-", &deb },
        { "pip, not in the database", "absent-", NULL, &wheel },
        { "pip, 4 advisories each, none affects", "package-", NULL, &wheel },
        { "pip, names to be normalised", "Package_", NULL, &wheel },
    };
    size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000, rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 20;
    struct error err = { 0 };
    struct arena arena;
    arena_init(&arena, "bench", (size_t)4 << 30);
    struct vulndb *db = make_database(count, &arena, &err);
    bool ok = db != NULL;
    for (size_t i = 0; ok && i < ARRAY_LEN(benches); i++)
        ok = run(db, &benches[i], count, rounds, &arena, &err);
    if (!ok)
        fprintf(stderr, "match: %s\n", err.text[0] ? err.text : "failed");
    vulndb_close(db);
    arena_free(&arena);
    return ok ? 0 : 1;
}
