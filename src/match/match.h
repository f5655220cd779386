/* match.h - packages × database → findings, by the rules of each distribution and ecosystem. */
#ifndef DRYDOCK_MATCH_H
#define DRYDOCK_MATCH_H

#include "base/base.h"
#include "scan/scan.h"
#include "vulndb/vulndb.h"

struct finding {
    const struct package *package;
    struct str id; /* CVE-…, or the advisory's own */
    const struct str *vendor_ids;
    size_t vendor_id_count;
    enum vuln_status status;
    struct str fixed; /* to print; may be empty */
    enum severity severity;
    struct str severity_source;          /* "debian", "nvd", …; may be empty */
    struct vulndb_source source;         /* where the advisory is from */
    struct str url;                      /* primary link of the advisory */
    struct vulndb_vulnerability details; /* zeroed but for the id where the database has no record */
    /* evidence: what matched */
    struct str space, looked_up; /* namespace and the name that was looked up (source package, module::name …) */
    struct str compared;         /* the version that was compared */
    struct str range;            /* ">= 1.0, < 1.2.3" in words of the scheme */
};

/* Why a group of packages was or was not checked. */
/* COVERAGE_LISTED: kinds that nobody publishes advisories for (catalog_kind.ecosystem NULL): told, but no gate fails for them. */
enum coverage { COVERAGE_CHECKED, COVERAGE_NO_DATA, COVERAGE_NOT_SUPPORTED, COVERAGE_LISTED };

/* One result: Trivy's Results[] item. OS packages are one group; language packages one by kind (or by file). */
struct result {
    struct str target; /* "nginx:alpine (alpine 3.20.3)", "Python", "app/package-lock.json" */
    bool is_os;
    struct str type; /* "debian", "python-pkg" */
    const struct package **packages;
    size_t package_count;
    struct finding *findings; /* sorted by package name, version, severity (worst first), id, path */
    size_t finding_count;
    struct finding *gone; /* of packages whose files are all gone: told, but neither counted nor judged */
    size_t gone_count;
    enum coverage coverage;
    struct str coverage_text; /* "no data for alpine 3.20"; empty when checked */
};

struct match_options {
    /* Order to take severities from; none, or "auto" among them: the vendor's, GitHub's for its own identifiers, then nvd's. */
    const struct str *severity_sources;
    size_t severity_source_count;
    struct str artifact; /* for the OS result's target */
    bool comprehensive;  /* judge also packages that are only locked, and language packages that OS packages own */
    bool brief;          /* descriptions and references are not wanted, except to stand in for a missing title */
};

struct matches {
    struct result *results;
    size_t result_count;
    struct catalog_warning *warnings; /* versions that could not be compared and the like */
    size_t warning_count;
};
/* `db` NULL: packages are grouped, not judged. Results live in the arena and point into the inventory and the database. */
bool match_inventory(struct vulndb *db, const struct inventory *inventory, const struct match_options *options,
                     struct arena *arena, struct matches *out, struct error *err);

/* Names the Java archives that only an index of published ones can tell (vulndb_jar_find), where the database (may be NULL) has
 * one. To be called before match_inventory; packages may be renamed, added and, where listed twice, dropped. */
bool match_resolve_jars(struct vulndb *db, struct inventory *inventory, struct error *err);

/* End of standard support of a distribution's release, the last second of that day; false: unknown (rolling, or not in the table). */
bool match_end_of_life(const struct distro *distro, int64_t *end_s);

#endif
