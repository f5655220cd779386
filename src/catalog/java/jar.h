/* jar.h - what an archive of Java classes says of itself, by its file name, its manifest and the Maven files in it. Private to
 * the folder: jar.c walks archives, jar_name.c, jar_manifest.c and jar_pom.c read one source each, jar_known.c knows publishers
 * that leave no group behind, jar_identity.c decides, jar_licence.c finds the licence. */
#ifndef DRYDOCK_CATALOG_JAR_H
#define DRYDOCK_CATALOG_JAR_H

#include "catalog/kinds.h"

/* Maven coordinates; parts that are not known are empty. */
struct jar_coordinates {
    struct str group, artifact, version;
};
/* May it stand in a repository: letters, digits, '.', '_', '-' (and '+' in versions), not a property that nobody filled in? */
bool jar_part_ok(struct str part);

/* ---- jar_name.c: the file name ------------------------------------------------------------------------------------------------ */

struct jar_name {
    struct str stem;              /* without the extension */
    struct str artifact, version; /* the stem is split; version may be empty, the artifact is the whole stem then */
};
/* "guava-32.1.3-jre.jar": guava, 32.1.3-jre. `said` is the version that the archive itself claims (may be empty): it decides
 * where the name may be split in several ways, and tells classifiers ("…-linux-x86_64") from versions. */
struct jar_name jar_name_split(struct str path, struct str said);
bool jar_name_is_archive(struct str path); /* by its extension */
bool jar_name_is_module(struct str path);  /* *.jmod */
/* How well coordinates fit the file's name; 0: not at all. */
enum jar_fit { JAR_FIT_NONE, JAR_FIT_ARTIFACT, JAR_FIT_LOOSE, JAR_FIT_EXACT };
enum jar_fit jar_name_fits(struct str stem, const struct jar_coordinates *c);

/* ---- jar_manifest.c: META-INF/MANIFEST.MF (JAR File Specification, "JAR Manifest") --------------------------------------------- */

struct jar_manifest {
    struct str title, version, vendor, vendor_id; /* Implementation-… */
    struct str spec_title, spec_version, spec_vendor;
    struct str bundle_name, bundle_version, bundle_symbol, bundle_licence;
    struct str module;          /* Automatic-Module-Name */
    struct str plugin_licences; /* Jenkins: a list */
};
/* The main section; texts are views into the arena. Values that are variables (%name) are left out. */
bool jar_manifest_read(struct str text, struct arena *arena, struct jar_manifest *out);
/* The version of the archive, without what may follow it behind a blank; may be empty. */
struct str jar_manifest_version(const struct jar_manifest *manifest);

/* ---- jar_pom.c: META-INF/maven/GROUP/ARTIFACT/pom.properties and pom.xml ---------------------------------------------------------- */

struct jar_pom {
    struct jar_coordinates c;
    struct str folder;   /* in the archive */
    struct str licences; /* a list */
    bool by_properties;  /* else by pom.xml alone */
};
/* The coordinates that the path gives; empty ones where it is not such a path. */
struct jar_coordinates jar_pom_of_path(struct str path);
void jar_pom_read_properties(struct str text, struct jar_coordinates *c);
/* Fills in what is missing of the coordinates, and the licences. All texts go into the arena `to`. */
bool jar_pom_read_xml(struct str text, struct arena *scratch, struct arena *to, struct jar_pom *pom);

/* ---- jar_known.c -------------------------------------------------------------------------------------------------------------------- */

/* The folder of classes that proves that this artifact is what its name says; empty: nothing is known of it. */
struct str jar_known_folder(struct str artifact);
/* The published coordinates of an artifact. `folder_seen`: the folder is in the archive. False: not known. */
bool jar_known(const struct jar_name *name, const struct jar_manifest *manifest, bool folder_seen, struct jar_coordinates *out);

/* ---- jar_identity.c ----------------------------------------------------------------------------------------------------------------- */

/* Index of the Maven files that are the archive's own; SIZE_MAX: they are of what it holds. */
size_t jar_own_pom(struct str path, const struct jar_pom *poms, size_t count);

struct jar_guess {
    struct jar_coordinates c; /* the group is empty where nothing certain says it */
    const char *proof;
    bool certain;                    /* no index would know better */
    struct jar_coordinates manifest; /* what the manifest claims, to be looked up before it is believed; may be empty */
};
struct jar_guess jar_guess_identity(struct str path, const struct jar_manifest *manifest, bool folder_seen);

/* ---- jar_licence.c ------------------------------------------------------------------------------------------------------------------ */

/* Is a member the licence of the whole archive, by its path? */
bool jar_licence_is_file(struct str path);
/* The SPDX identifier of a licence's address; empty: not known. */
struct str jar_licence_of_url(struct str url);
/* What the manifest says: a list in the arena. */
struct str jar_licence_of_manifest(const struct jar_manifest *manifest, struct arena *arena);
/* Of a licence's text, by its heading; empty: not known. */
struct str jar_licence_of_text(struct str text);

#endif
