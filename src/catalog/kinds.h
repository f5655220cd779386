/* kinds.h - the descriptors of all kinds, in the order of catalog.c's table, and small helpers that several kinds share (private
 * to catalog/). */
#ifndef DRYDOCK_CATALOG_KINDS_H
#define DRYDOCK_CATALOG_KINDS_H

#include "catalog/catalog.h"

/* Operating systems */
extern const struct catalog_kind catalog_os_release_kind;
extern const struct catalog_kind catalog_release_file_kind;
extern const struct catalog_kind catalog_dpkg_kind;
extern const struct catalog_kind catalog_dpkg_files_kind;
extern const struct catalog_kind catalog_apk_kind;
extern const struct catalog_kind catalog_apk_repositories_kind;
extern const struct catalog_kind catalog_rpm_kind;
extern const struct catalog_kind catalog_rpm_manifest_kind;
extern const struct catalog_kind catalog_pacman_kind;
extern const struct catalog_kind catalog_pacman_files_kind;
extern const struct catalog_kind catalog_portage_kind;
extern const struct catalog_kind catalog_opkg_kind;
extern const struct catalog_kind catalog_opkg_files_kind;
extern const struct catalog_kind catalog_bottlerocket_kind;
extern const struct catalog_kind catalog_chisel_kind;
extern const struct catalog_kind catalog_redhat_buildinfo_kind;
extern const struct catalog_kind catalog_ubuntu_pro_kind;
extern const struct catalog_kind catalog_windows_kind;
/* JavaScript */
extern const struct catalog_kind catalog_node_kind;
extern const struct catalog_kind catalog_npm_kind;
extern const struct catalog_kind catalog_yarn_kind;
extern const struct catalog_kind catalog_pnpm_kind;
extern const struct catalog_kind catalog_bun_kind;
extern const struct catalog_kind catalog_deno_kind;
extern const struct catalog_kind catalog_jsr_kind;
/* Python */
extern const struct catalog_kind catalog_python_kind;
extern const struct catalog_kind catalog_python_record_kind;
extern const struct catalog_kind catalog_python_archive_kind;
extern const struct catalog_kind catalog_python_wheel_kind;
extern const struct catalog_kind catalog_pip_kind;
extern const struct catalog_kind catalog_pipenv_kind;
extern const struct catalog_kind catalog_poetry_kind;
extern const struct catalog_kind catalog_uv_kind;
extern const struct catalog_kind catalog_pdm_kind;
extern const struct catalog_kind catalog_pylock_kind;
extern const struct catalog_kind catalog_pyproject_kind;
extern const struct catalog_kind catalog_conda_kind;
extern const struct catalog_kind catalog_conda_environment_kind;
/* Java */
extern const struct catalog_kind catalog_jar_kind;
extern const struct catalog_kind catalog_pom_kind;
extern const struct catalog_kind catalog_gradle_kind;
extern const struct catalog_kind catalog_gradle_verification_kind;
extern const struct catalog_kind catalog_sbt_kind;
/* Go */
extern const struct catalog_kind catalog_gobinary_kind;
extern const struct catalog_kind catalog_gomod_kind;
/* Rust */
extern const struct catalog_kind catalog_rustbinary_kind;
extern const struct catalog_kind catalog_cargo_kind;
extern const struct catalog_kind catalog_cargo_manifest_kind;
/* Ruby */
extern const struct catalog_kind catalog_gemspec_kind;
extern const struct catalog_kind catalog_bundler_kind;
/* PHP */
extern const struct catalog_kind catalog_composer_vendor_kind;
extern const struct catalog_kind catalog_composer_kind;
extern const struct catalog_kind catalog_composer_json_kind;
extern const struct catalog_kind catalog_pear_kind;
extern const struct catalog_kind catalog_wordpress_kind;
extern const struct catalog_kind catalog_wordpress_plugin_kind;
/* .NET */
extern const struct catalog_kind catalog_deps_json_kind;
extern const struct catalog_kind catalog_nuget_lock_kind;
extern const struct catalog_kind catalog_nuget_config_kind;
extern const struct catalog_kind catalog_packages_props_kind;
/* Others */
extern const struct catalog_kind catalog_conan_kind;
extern const struct catalog_kind catalog_conan_recipe_kind;
extern const struct catalog_kind catalog_conan_info_kind;
extern const struct catalog_kind catalog_vcpkg_kind;
extern const struct catalog_kind catalog_vcpkg_manifest_kind;
extern const struct catalog_kind catalog_pub_kind;
extern const struct catalog_kind catalog_swift_kind;
extern const struct catalog_kind catalog_cocoapods_kind;
extern const struct catalog_kind catalog_julia_kind;
extern const struct catalog_kind catalog_julia_project_kind;
extern const struct catalog_kind catalog_hex_kind;
extern const struct catalog_kind catalog_rebar_kind;
extern const struct catalog_kind catalog_erlang_app_kind;
extern const struct catalog_kind catalog_r_kind;
extern const struct catalog_kind catalog_renv_kind;
extern const struct catalog_kind catalog_hackage_kind;
extern const struct catalog_kind catalog_lua_rocks_kind;
extern const struct catalog_kind catalog_opam_kind;
extern const struct catalog_kind catalog_nix_kind;
extern const struct catalog_kind catalog_github_action_kind;
extern const struct catalog_kind catalog_github_workflow_kind;
extern const struct catalog_kind catalog_terraform_kind;
/* What no package manager installed */
extern const struct catalog_kind catalog_program_kind;
extern const struct catalog_kind catalog_versions_kind;
extern const struct catalog_kind catalog_java_release_kind;
/* What an image says of itself */
extern const struct catalog_kind catalog_bitnami_kind;
extern const struct catalog_kind catalog_sbom_kind;

/* Of kinds whose packages are found in files of others. */
extern const struct catalog_claim catalog_no_claims[];

/* Copies a text into the facts' arena; one that the last record has already (`same`) is not copied again. The result's
 * ptr is NULL when the arena is full. */
struct str catalog_text(struct catalog_facts *facts, struct str text, struct str same);

/* A line of a list text (package.depends, .licence …): appends '\n' where something stands already, then the item. */
void catalog_put_item(struct buf *list, struct str item);
/* name@version, in the facts' arena: the usual id. */
struct str catalog_id(struct catalog_facts *facts, struct str name, struct str version);

/* For `settle`: packages of one file come to stand together, in the order of their lines. */
void catalog_sort_by_file(struct catalog_facts *facts);
/* Of packages in that order: index behind the last one of the same file as packages[first]. */
size_t catalog_file_end(const struct package *packages, size_t count, size_t first);

/* Permissions written in octal, "0644" or "755"; what is behind the digits does not count. */
uint32_t catalog_list_permissions(struct str octal);

/* What of a package database could not be used; one warning of each sort is made of all of it. */
struct catalog_damage {
    size_t nameless, nameless_at; /* records without a name or version, offset of the first */
    size_t junk, junk_at;         /* lines that are none of the format */
};

void catalog_damage_add(size_t *count, size_t *first_at, size_t at);
bool catalog_damage_warn(struct catalog_facts *facts, struct str path, const struct catalog_damage *damage);
#endif
