/* A software bill of materials that lies beside an image in its registry, in place of the image's layers (--sbom-sources oci): what
 * cosign, BuildKit or others attached to it. Signatures are not checked, which is said. */
#include "cmd/many.h"

static bool find_subject(struct image_options *o, const struct target *target, struct str *digest, struct error *err)
{
    struct image_choice *choices;
    size_t count;
    struct image_source source;
    if (!sources_open_remote(&o->s.sources, target->reference, &source, err) ||
        !scan_source_choices(&source, &o->s.scan, &o->s.arena, &choices, &count, err))
        return false;
    const struct image_choice *choice = image_choice_pick(choices, count, o->s.scan.platform);
    *digest = choice ? choice->digest : (struct str){ 0 };
    return true;
}

/* The first document that is one; others (provenance, scan results) are passed over. */
static bool read_first(struct image_options *o, const struct target *target, const struct registry_document *documents,
                       size_t count, struct inventory *inventory, bool *found)
{
    for (size_t i = 0; i < count && !*found; i++) {
        struct error why = { 0 };
        *found = scan_sbom_text(documents[i].text, target->name, &o->s.scan, inventory, &why);
        if (*found)
            log_info("%s: by the bill of materials that is attached to it (%.*s, %.*s); its signature is not checked",
                     target->name,
                     STR_ARG(documents[i].predicate_type.len ? documents[i].predicate_type : documents[i].media_type),
                     STR_ARG(documents[i].digest));
        else
            log_debug("%s: %.*s: %s", target->name, STR_ARG(documents[i].digest), why.text);
    }
    return true;
}

bool attached_scan(struct image_options *o, const struct target *target, struct inventory *inventory, bool *found,
                   struct error *err)
{
    struct str subject;
    struct image_reference reference;
    struct registry_document *documents;
    size_t count;
    struct registry *registry = sources_registry(&o->s.sources, err);
    *found = false;
    if (!registry || !image_reference_parse(target->reference, &o->s.arena, &reference, err) ||
        !find_subject(o, target, &subject, err))
        return false;
    if (subject.len && !registry_documents(registry, &reference, subject, &o->s.arena, &documents, &count, err))
        return false;
    if (subject.len)
        read_first(o, target, documents, count, inventory, found);
    if (!*found)
        log_info("%s: no bill of materials is attached to it; its layers are scanned", target->name);
    return true;
}
