/* The table of commands, in the order of `drydock --help`. */
#include "cmd/cmd.h"

const struct command *const commands[] = {
    &image_command,
    &rootfs_command,
    &fs_command,
    &repo_command,
    &sbom_command,
    &packages_command,
    &db_update_command,
    &db_build_command,
    &db_info_command,
    &cache_info_command,
    &cache_prune_command,
    &cache_clear_command,
    &vercmp_command,
    &registry_login_command,
    &registry_logout_command,
    &completion_command,
    &manual_command,
    &version_command,
    NULL,
};
