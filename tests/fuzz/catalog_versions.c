/* Versions in texts of programs and scripts: the first byte chooses the file's name, the others are what it holds. */
#include "catalog/program/versions.h"

static const char *const names[] = {
    "bin/python3.11", "bin/node",      "bin/deno",     "bin/ruby",         "bin/perl",    "bin/php",
    "bin/java",       "lib/libjvm.so", "bin/beam.smp", "bin/dart",         "bin/ghc",     "bin/gcc",
    "bin/nginx",      "bin/haproxy",   "bin/envoy",    "bin/redis-server", "bin/mysqld",  "bin/mongod",
    "bin/postgres",   "bin/openssl",   "bin/ffmpeg",   "bin/composer",     "bin/release", "a/OTP_VERSION",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena, scratch;
    if (size == 0)
        return 0;
    arena_init(&arena, "facts", 32u << 20);
    arena_init(&scratch, "scratch", 128u << 20);
    struct catalog_facts facts = { .arena = &arena };
    struct str path = str_from(names[data[0] % ARRAY_LEN(names)]);
    struct blob blob = { .memory = str_make(data + 1, size - 1), .fd = -1, .size = size - 1 };
    struct catalog_file file = { .kind = catalog_claim(path), .path = path, .blob = &blob, .scratch = &scratch };
    const struct version_range all = { 0, size - 1 };
    bool ok = file.kind ? catalog_parse(&file, &facts) : versions_search(&file, &blob, &all, 1, true, &facts);
    if (!ok && !arena.exhausted)
        __builtin_trap();
    for (size_t i = 0; i < facts.package_count; i++) {
        const struct package *p = &facts.packages[i];
        if (p->name.len == 0 || p->version.len == 0 || !str_is_utf8(p->version) || !str_is_utf8(p->proof))
            __builtin_trap();
    }
    versions_settle(&facts);
    arena_free(&arena);
    arena_free(&scratch);
    return 0;
}
