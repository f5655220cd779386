/* Bills of materials that are handed over as such: all formats, and what wraps them. */
#include "catalog/catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena, scratch;
    arena_init(&arena, "facts", 32u << 20);
    arena_init(&scratch, "scratch", 64u << 20);
    struct catalog_facts facts = { .arena = &arena };
    struct catalog_bill bill;
    struct error err = { 0 };
    bool ok = catalog_bill_read(str_make(data, size), STR("doc"), &scratch, &facts, &bill, &err);
    if (!ok && (err.kind == ERROR_NONE || !err.text[0]))
        __builtin_trap();
    arena_free(&scratch); /* facts must not point into it */
    uint64_t sum = 0;
    for (size_t i = 0; ok && i < facts.package_count; i++) {
        const struct package *p = &facts.packages[i];
        if (!p->kind || !p->name.len || !p->path.len || !p->id.len || bill.package_layers[i] > bill.layer_count)
            __builtin_trap();
        sum += str_hash(p->name) + str_hash(p->version) + str_hash(p->arch) + str_hash(p->source_name) +
               str_hash(p->source_version) + str_hash(p->maintainer) + str_hash(p->licence) + str_hash(p->path) +
               str_hash(p->within) + str_hash(p->id) + str_hash(p->depends) + str_hash(p->owner) + str_hash(p->digest);
    }
    for (size_t i = 0; ok && i < bill.layer_count; i++)
        sum += str_hash(bill.layers[i].digest) + str_hash(bill.layers[i].diff_id) + str_hash(bill.layers[i].created_by);
    for (size_t i = 0; i < facts.warning_count; i++)
        if (!str_is_utf8(facts.warnings[i].text))
            __builtin_trap();
    struct catalog_graph graph;
    if (ok && !catalog_graph_build(facts.packages, facts.package_count, &arena, &graph) && !arena.exhausted)
        __builtin_trap();
    *(volatile uint64_t *)&sum = sum;
    arena_free(&arena);
    return 0;
}
