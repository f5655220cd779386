/* Trivy's database: whole files, and single values of advisories and vulnerabilities as the first byte says. */
#include "vulndb/feeds/trivy_db.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_value(struct vulndb_builder *builder, const char *space, struct str value, bool advisory)
{
    struct error err = { 0 };
    const struct vulndb_source source = { .id = STR("s"), .name = STR("S") };
    struct trivy trivy = { .builder = builder, .space = str_from(space), .source = STR("S"), .package = STR("p") };
    arena_init(&trivy.record, "a value", 64 << 20);
    trivy.scheme = vulndb_space_scheme(trivy.space);
    trivy.language = vulndb_space_is_language(trivy.space);
    if (trivy.scheme && vulndb_add_source(builder, &source, 0, &err)) {
        if (advisory)
            trivy_read_advisory(&trivy, STR("RHSA-2024:1"), value, &err);
        else
            trivy_read_vulnerability(&trivy, STR("CVE-2024-1"), value, &err);
    }
    arena_free(&trivy.record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const spaces[] = { "debian 12", "alpine 3.20", "Red Hat",  "Oracle Linux 8", "npm",
                                          "pip",       "cargo",       "rubygems", "maven",          "go",
                                          "composer",  "nuget",       "bitnami",  "seal debian" };
    struct error err = { 0 };
    if (size == 0)
        return 0;
    log_setup(LOG_ERROR, LOG_TEXT);
    struct vulndb_builder *builder = vulndb_builder_new(&err);
    struct str rest = str_make(data + 1, size - 1);
    if (!builder)
        return 0;
    if (data[0] == 0xFF)
        trivy_db_read_bytes(builder, rest, 0, &err);
    else
        read_value(builder, spaces[data[0] % ARRAY_LEN(spaces)], rest, data[0] < 0x80);
    vulndb_builder_free(builder);
    return 0;
}
