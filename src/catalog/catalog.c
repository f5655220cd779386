/* The table of kinds, and the facts that they add to: see catalog.h. Which kind claims a path is claims.c's matter. */
#include "catalog/kinds.h"

#include <stdlib.h>

/* One row a kind. A kind is stored as its index in caches: a change of order raises CATALOG_VERSION. */
static const struct catalog_kind *const kinds[] = {
    /* Operating systems */
    &catalog_os_release_kind,
    &catalog_release_file_kind,
    &catalog_dpkg_kind,
    &catalog_dpkg_files_kind,
    &catalog_apk_kind,
    &catalog_apk_repositories_kind,
    &catalog_rpm_kind,
    &catalog_rpm_manifest_kind,
    &catalog_pacman_kind,
    &catalog_pacman_files_kind,
    &catalog_portage_kind,
    &catalog_opkg_kind,
    &catalog_opkg_files_kind,
    &catalog_bottlerocket_kind,
    &catalog_chisel_kind,
    &catalog_redhat_buildinfo_kind,
    &catalog_ubuntu_pro_kind,
    &catalog_windows_kind,
    /* JavaScript */
    &catalog_node_kind,
    &catalog_npm_kind,
    &catalog_yarn_kind,
    &catalog_pnpm_kind,
    &catalog_bun_kind,
    &catalog_deno_kind,
    &catalog_jsr_kind,
    /* Python */
    &catalog_python_kind,
    &catalog_python_record_kind,
    &catalog_python_archive_kind,
    &catalog_python_wheel_kind,
    &catalog_pip_kind,
    &catalog_pipenv_kind,
    &catalog_poetry_kind,
    &catalog_uv_kind,
    &catalog_pdm_kind,
    &catalog_pylock_kind,
    &catalog_pyproject_kind,
    &catalog_conda_kind,
    &catalog_conda_environment_kind,
    /* Java */
    &catalog_jar_kind,
    &catalog_pom_kind,
    &catalog_gradle_kind,
    &catalog_gradle_verification_kind,
    &catalog_sbt_kind,
    /* Go */
    &catalog_gobinary_kind,
    &catalog_gomod_kind,
    /* Rust */
    &catalog_rustbinary_kind,
    &catalog_cargo_kind,
    &catalog_cargo_manifest_kind,
    /* Ruby */
    &catalog_gemspec_kind,
    &catalog_bundler_kind,
    /* PHP */
    &catalog_composer_vendor_kind,
    &catalog_composer_kind,
    &catalog_composer_json_kind,
    &catalog_pear_kind,
    &catalog_wordpress_kind,
    &catalog_wordpress_plugin_kind,
    /* .NET */
    &catalog_deps_json_kind,
    &catalog_nuget_lock_kind,
    &catalog_nuget_config_kind,
    &catalog_packages_props_kind,
    /* Others */
    &catalog_conan_kind,
    &catalog_conan_recipe_kind,
    &catalog_conan_info_kind,
    &catalog_vcpkg_kind,
    &catalog_vcpkg_manifest_kind,
    &catalog_pub_kind,
    &catalog_swift_kind,
    &catalog_cocoapods_kind,
    &catalog_julia_kind,
    &catalog_julia_project_kind,
    &catalog_hex_kind,
    &catalog_rebar_kind,
    &catalog_erlang_app_kind,
    &catalog_r_kind,
    &catalog_renv_kind,
    &catalog_hackage_kind,
    &catalog_lua_rocks_kind,
    &catalog_opam_kind,
    &catalog_nix_kind,
    &catalog_github_action_kind,
    &catalog_github_workflow_kind,
    &catalog_terraform_kind,
    /* What no package manager installed */
    &catalog_program_kind,
    &catalog_versions_kind,
    &catalog_java_release_kind,
    /* What an image says of itself */
    &catalog_bitnami_kind,
    &catalog_sbom_kind,
};

const char *catalog_relation_name(enum package_relation relation)
{
    static const char *const names[RELATION_COUNT] = { "unknown", "root", "workspace", "direct", "indirect" };
    return names[relation];
}

const struct catalog_claim catalog_no_claims[] = { { NULL, NULL } };

size_t catalog_kind_count(void)
{
    return ARRAY_LEN(kinds);
}

const struct catalog_kind *catalog_kind_at(size_t index)
{
    return index < ARRAY_LEN(kinds) ? kinds[index] : NULL;
}

size_t catalog_kind_index(const struct catalog_kind *kind)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (kinds[i] == kind)
            return i;
    return SIZE_MAX;
}

const struct catalog_kind *catalog_kind_named(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (!kinds[i]->is_facts_only && str_is(name, kinds[i]->name))
            return kinds[i];
    return NULL;
}

/* How well a kind stands for a type of package URLs: programs before what is also "generic", installed before locked. */
static int purl_rank(const struct catalog_kind *kind, struct str type)
{
    if (kind->is_facts_only || !kind->purl_type || !str_is(type, kind->purl_type))
        return 0;
    return kind->is_program ? 3 : kind->is_lock ? 1 : 2;
}

const struct catalog_kind *catalog_kind_of_purl(struct str type)
{
    const struct catalog_kind *best = NULL;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (purl_rank(kinds[i], type) > (best ? purl_rank(best, type) : 0))
            best = kinds[i];
    return best;
}

struct str catalog_text(struct catalog_facts *facts, struct str text, struct str same)
{
    return same.ptr && str_eq(text, same) ? same : arena_str(facts->arena, text);
}

struct package *catalog_add_package(struct catalog_facts *facts, const struct catalog_kind *kind, struct str path)
{
    struct package *grown = arena_grow(facts->arena, facts->packages, facts->package_count, &facts->package_cap, sizeof *grown);
    if (!grown)
        return NULL;
    facts->packages = grown;
    struct str last = facts->package_count ? grown[facts->package_count - 1].path : (struct str){ 0 };
    struct package package = { .kind = kind, .path = catalog_text(facts, path, last) };
    if (!package.path.ptr)
        return NULL;
    grown[facts->package_count] = package;
    return &grown[facts->package_count++];
}

struct distro *catalog_add_distro(struct catalog_facts *facts, struct str path)
{
    struct distro *grown = arena_grow(facts->arena, facts->distros, facts->distro_count, &facts->distro_cap, sizeof *grown);
    if (!grown)
        return NULL;
    facts->distros = grown;
    struct distro distro = { .path = arena_str(facts->arena, path) };
    if (!distro.path.ptr)
        return NULL;
    grown[facts->distro_count] = distro;
    return &grown[facts->distro_count++];
}

bool catalog_add_declared(struct catalog_facts *facts, struct str path, struct catalog_declared declared)
{
    struct catalog_declared *grown =
        arena_grow(facts->arena, facts->declared, facts->declared_count, &facts->declared_cap, sizeof *grown);
    if (!grown)
        return false;
    facts->declared = grown;
    struct str last = facts->declared_count ? grown[facts->declared_count - 1].path : (struct str){ 0 };
    declared.path = catalog_text(facts, path, last);
    declared.name = arena_str(facts->arena, declared.name);
    declared.constraint = arena_str(facts->arena, declared.constraint);
    declared.group = arena_str(facts->arena, declared.group);
    grown[facts->declared_count++] = declared;
    return !facts->arena->exhausted;
}

bool catalog_add_note(struct catalog_facts *facts, const char *key, struct str value, struct str path)
{
    struct catalog_note *grown = arena_grow(facts->arena, facts->notes, facts->note_count, &facts->note_cap, sizeof *grown);
    if (!grown)
        return false;
    facts->notes = grown;
    struct str last = facts->note_count ? grown[facts->note_count - 1].path : (struct str){ 0 };
    struct catalog_note note = { str_from(key), arena_str(facts->arena, value), catalog_text(facts, path, last), 0 };
    if (!note.value.ptr || !note.path.ptr)
        return false;
    grown[facts->note_count++] = note;
    return true;
}

/* Warnings quote hostile bytes and end on terminals: control characters, and all that is not UTF-8, become '?'. */
static void make_printable(char *text, size_t len)
{
    bool utf8 = str_is_utf8(str_make(text, len));
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c == 0x7F || (c >= 0x80 && !utf8))
            text[i] = '?';
        else if (c == 0xC2 && (unsigned char)text[i + 1] < 0xA0) /* C1 controls: U+0080 to U+009F */
            text[i] = text[i + 1] = '?';
    }
}

bool catalog_warn(struct catalog_facts *facts, struct str path, bool incomplete, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    make_printable(text, len);

    struct catalog_warning *grown =
        arena_grow(facts->arena, facts->warnings, facts->warning_count, &facts->warning_cap, sizeof *grown);
    if (!grown)
        return false;
    facts->warnings = grown;
    struct str last = facts->warning_count ? grown[facts->warning_count - 1].path : (struct str){ 0 };
    struct catalog_warning warning = { catalog_text(facts, path, last), arena_str(facts->arena, str_make(text, len)),
                                       incomplete };
    if (!warning.path.ptr || !warning.text.ptr)
        return false;
    grown[facts->warning_count++] = warning;
    return true;
}

void catalog_put_item(struct buf *list, struct str item)
{
    if (list->len)
        buf_chr(list, '\n');
    buf_str(list, item);
}

struct str catalog_id(struct catalog_facts *facts, struct str name, struct str version)
{
    return arena_printf(facts->arena, "%.*s@%.*s", STR_ARG(name), STR_ARG(version));
}

static int compare_places(const void *a, const void *b)
{
    const struct package *x = a, *y = b;
    int order = str_cmp(x->path, y->path);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

void catalog_sort_by_file(struct catalog_facts *facts)
{
    if (facts->package_count)
        qsort(facts->packages, facts->package_count, sizeof *facts->packages, compare_places);
}

size_t catalog_file_end(const struct package *packages, size_t count, size_t first)
{
    size_t end = first;
    while (end < count && str_eq(packages[end].path, packages[first].path))
        end++;
    return end;
}

void catalog_damage_add(size_t *count, size_t *first_at, size_t at)
{
    if ((*count)++ == 0)
        *first_at = at;
}

/* A record more or less is a flaw; lines of another format mean that this may be no such database at all. */
bool catalog_damage_warn(struct catalog_facts *facts, struct str path, const struct catalog_damage *damage)
{
    if (damage->nameless && !catalog_warn(facts, path, false, "%zu packages without a name or a version, the first at byte %zu",
                                          damage->nameless, damage->nameless_at))
        return false;
    return damage->junk == 0 || catalog_warn(facts, path, true, "%zu lines are of no package database, the first at byte %zu",
                                             damage->junk, damage->junk_at);
}

/* Editors put a byte order mark in front of texts, which none of the formats forbids. Places in the file count it. */
static bool parse_unmarked(struct catalog_file file, struct catalog_facts *facts)
{
    static const char mark[] = "\xEF\xBB\xBF";
    enum { MARK_BYTES = sizeof mark - 1 };
    size_t first = facts->package_count;
    bool is_marked = !file.blob && str_starts(file.text, mark);
    if (is_marked)
        file.text = str_skip(file.text, MARK_BYTES);
    bool ok = file.kind->parse(&file, facts);
    for (size_t i = first; is_marked && i < facts->package_count; i++)
        if (facts->packages[i].length)
            facts->packages[i].offset += MARK_BYTES;
    return ok;
}

/* What was being filled when memory ran out. */
static void drop_nameless(struct catalog_facts *facts, size_t first)
{
    size_t kept = first;
    for (size_t i = first; i < facts->package_count; i++)
        if (facts->packages[i].name.len)
            facts->packages[kept++] = facts->packages[i];
    facts->package_count = kept;
}

bool catalog_parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    const struct catalog_kind *kind = file->kind;
    uint64_t size = file->blob ? file->blob->size : file->text.len;
    if (size > kind->max_bytes)
        return catalog_warn(facts, file->path, kind->is_os, "larger than the %zu KiB that %s files may have; not read",
                            kind->max_bytes >> 10, kind->name);
    size_t packages = facts->package_count, warnings = facts->warning_count;
    bool ok = !kind->parse || (kind->is_os ? kind->parse(file, facts) : parse_unmarked(*file, facts));
    if (facts->arena->exhausted || !file->scratch || !file->scratch->exhausted)
        return ok;
    file->scratch->exhausted = false;
    drop_nameless(facts, packages);
    return (ok && facts->warning_count > warnings) ||
           catalog_warn(facts, file->path, kind->is_os, "too large to be read whole: takes more than the %zu MiB of a file",
                        file->scratch->cap_bytes >> 20);
}
