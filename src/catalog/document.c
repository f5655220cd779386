/* Files that are one document, see document.h. */
#include "catalog/document.h"

/* How much longer a text may become as JSON: names of TOML's tables and YAML's empty values grow some three times; more is made
 * by aliases only. */
enum { GROWTH = 8, SPARE_BYTES = 64 << 10 };

bool document_begin(struct json *json, const struct catalog_file *file, struct catalog_facts *facts, document_rewrite *rewrite)
{
    struct error err = { 0 };
    struct str text = file->text;
    size_t max_bytes = SPARE_BYTES + GROWTH * file->text.len, repeated_line = 0;
    bool ok = true, rewritten = true;
    if (rewrite == yaml_to_json)
        rewritten = yaml_to_json_unique(file->text, max_bytes, file->scratch, &repeated_line, &text, &err);
    else if (rewrite)
        rewritten = rewrite(file->text, max_bytes, file->scratch, &text, &err);
    if (!rewritten) {
        text = STR("null");
        ok = catalog_warn(facts, file->path, false, "%s", err.text);
    }
    json_begin(json, text, file->scratch);
    return ok && document_warn_repeated(file, facts, repeated_line);
}

bool document_warn_repeated(const struct catalog_file *file, struct catalog_facts *facts, size_t line)
{
    return line == 0 || catalog_warn(facts, file->path, false,
                                     "line %zu: a key that its mapping has twice; what such keys say is left out", line);
}

bool document_end(struct json *json, const struct catalog_file *file, struct catalog_facts *facts)
{
    struct error err = { 0 };
    return json_end(json, &err) || catalog_warn(facts, file->path, false, "%s", err.text);
}
