/* schemes.h - the schemes' descriptors, one a file; version.c has the table. */
#ifndef DRYDOCK_VERSION_SCHEMES_H
#define DRYDOCK_VERSION_SCHEMES_H

#include "version/version.h"

extern const struct version_scheme version_scheme_dpkg;
extern const struct version_scheme version_scheme_rpm;
extern const struct version_scheme version_scheme_apk;
extern const struct version_scheme version_scheme_semver;
extern const struct version_scheme version_scheme_npm;
extern const struct version_scheme version_scheme_pep440;
extern const struct version_scheme version_scheme_gem;
extern const struct version_scheme version_scheme_composer;
extern const struct version_scheme version_scheme_maven;
extern const struct version_scheme version_scheme_go;
extern const struct version_scheme version_scheme_cargo;
extern const struct version_scheme version_scheme_bitnami;
extern const struct version_scheme version_scheme_nuget;
extern const struct version_scheme version_scheme_hex;
extern const struct version_scheme version_scheme_pub;
extern const struct version_scheme version_scheme_swift;
extern const struct version_scheme version_scheme_conan;
extern const struct version_scheme version_scheme_julia;
extern const struct version_scheme version_scheme_pacman;
extern const struct version_scheme version_scheme_portage;
extern const struct version_scheme version_scheme_cran;
extern const struct version_scheme version_scheme_hackage;
extern const struct version_scheme version_scheme_jvm;

#endif
