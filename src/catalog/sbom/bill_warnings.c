/* What a bill of materials names and is not listed, or cannot be relied on: one warning of each sort, with counts. */
#include "catalog/sbom/bill.h"

static bool warn_counted(struct bill *bill, const struct bill_count *counted, const char *what)
{
    return counted->count == 0 || catalog_warn(bill->facts, bill->name, false, "%zu %s; the first: %.*s", counted->count, what,
                                               STR_ARG(str_head(counted->first, 200)));
}

static bool warn_of_types(struct bill *bill)
{
    struct str type;
    uint64_t count;
    size_t pos = 0, told = 0;
    while (told++ < BILL_MAX_TOLD && map_each(&bill->types, &pos, &type, &count))
        if (!catalog_warn(bill->facts, bill->name, false,
                          "%llu packages have URLs of type \"%.*s\", which is not known here: not listed",
                          (unsigned long long)count, STR_ARG(str_head(type, 100))))
            return false;
    return bill->types.count <= BILL_MAX_TOLD ||
           catalog_warn(bill->facts, bill->name, false, "%zu more types are not known here", bill->types.count - BILL_MAX_TOLD);
}

static bool warn_of_document(struct bill *bill)
{
    const struct sbom *sbom = &bill->sbom;
    struct catalog_facts *facts = bill->facts;
    if (sbom->is_attestation &&
        !catalog_warn(facts, bill->name, false, "taken from an attestation; nobody has checked its signature here"))
        return false;
    if (sbom->lists_vulnerable_only &&
        !catalog_warn(facts, bill->name, false,
                      "lists only packages with vulnerabilities, without their sources: others are not checked; make the report "
                      "with --list-all-pkgs"))
        return false;
    if (sbom->is_incomplete &&
        !catalog_warn(facts, bill->name, true, "says itself that it is incomplete: something could not be understood"))
        return false;
    if (sbom->service_count &&
        !catalog_warn(facts, bill->name, false, "%zu services are no packages: not listed", sbom->service_count))
        return false;
    return facts->package_count || catalog_warn(facts, bill->name, false, "lists no packages that could be checked");
}

bool bill_warn(struct bill *bill)
{
    return warn_of_document(bill) && warn_counted(bill, &bill->without_purl, "components have no package URL: not listed") &&
           warn_counted(bill, &bill->bad_purls, "package URLs cannot be read: not listed") &&
           warn_counted(bill, &bill->without_version, "packages have no version: listed, but not checked") &&
           warn_counted(bill, &bill->unreadable,
                        "packages have names or versions with control characters, or none: not listed") &&
           warn_counted(bill, &bill->others, "images, devices, models or data are no packages: not listed") &&
           warn_of_types(bill);
}
