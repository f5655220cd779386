/* Red Hat's advisories apply to CPEs ("cpe:/o:redhat:enterprise_linux:9::baseos"). Which of them an image stands for is told by
 * the repositories that its packages came from (content sets) and by its own name as Red Hat built it (nvr). */
#include "match/run.h"

#include <stdlib.h>

struct growing {
    struct match_run *run;
    uint32_t *indices;
    size_t count, cap;
};

static bool add_cpes(struct growing *set, const char *table, struct str name, struct error *err)
{
    const uint32_t *found = NULL;
    size_t count = 0;
    if (!vulndb_cpe_map(set->run->db, table, name, set->run->arena, &found, &count, err))
        return err->kind == ERROR_NONE;
    for (size_t i = 0; i < count; i++) {
        uint32_t *indices = arena_grow(set->run->arena, set->indices, set->count, &set->cap, sizeof *indices);
        if (!indices)
            return arena_error(set->run->arena, err);
        set->indices = indices;
        set->indices[set->count++] = found[i];
    }
    return true;
}

/* Content sets of images that were built for one minor release end so: "rhel-8-for-x86_64-baseos-rpms__8". */
static struct str without_release(struct str repository)
{
    for (size_t i = repository.len; i-- > 2;)
        if (repository.ptr[i - 1] == '_' && repository.ptr[i - 2] == '_' && repository.ptr[i] >= '0' && repository.ptr[i] <= '9')
            return str_head(repository, i - 2);
    return repository;
}

static bool add_repository(struct growing *set, struct str name, struct error *err)
{
    size_t before = set->count;
    struct str plain = without_release(name);
    if (!add_cpes(set, "repository", name, err))
        return false;
    return set->count > before || plain.len == name.len || add_cpes(set, "repository", plain, err);
}

/* Repositories that an image without content sets is taken to have been built from, by major release. */
static const struct {
    const char *major, *repositories[2];
} default_repositories[] = {
    { "6", { "rhel-6-server-rpms", "rhel-6-server-extras-rpms" } },
    { "7", { "rhel-7-server-rpms", "rhel-7-server-extras-rpms" } },
    { "8", { "rhel-8-for-x86_64-baseos-rpms", "rhel-8-for-x86_64-appstream-rpms" } },
    { "9", { "rhel-9-for-x86_64-baseos-rpms", "rhel-9-for-x86_64-appstream-rpms" } },
    { "10", { "rhel-10-for-x86_64-baseos-rpms", "rhel-10-for-x86_64-appstream-rpms" } },
};

static bool add_defaults(struct growing *set, struct str release, struct error *err)
{
    struct str major = release_parts(release, 1);
    for (size_t i = 0; i < ARRAY_LEN(default_repositories); i++)
        for (size_t k = 0; str_is(major, default_repositories[i].major) && k < 2; k++)
            if (!add_cpes(set, "repository", str_from(default_repositories[i].repositories[k]), err))
                return false;
    return true;
}

static int compare_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

bool red_hat_cpes(struct match_run *run, struct cpe_set *set, struct error *err)
{
    const struct inventory *inventory = run->inventory;
    struct growing growing = { .run = run };
    const struct catalog_note *said = NULL;
    for (size_t i = 0; i < inventory->note_count; i++) {
        const struct catalog_note *note = &inventory->notes[i];
        bool repository = str_is(note->key, "content-set"), nvr = str_is(note->key, "nvr");
        if (repository || nvr)
            said = note;
        if ((repository && !add_repository(&growing, note->value, err)) || (nvr && !add_cpes(&growing, "nvr", note->value, err)))
            return false;
    }
    if (growing.count == 0 && said &&
        !run_warn(run, said->path, err, "the database knows none of the repositories that it names: taken as the release's own"))
        return false;
    if (growing.count == 0 && !add_defaults(&growing, inventory->distro.release, err))
        return false;
    if (growing.count)
        qsort(growing.indices, growing.count, sizeof *growing.indices, compare_u32);
    *set = (struct cpe_set){ growing.indices, growing.count };
    return true;
}
