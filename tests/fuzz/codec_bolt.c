/* BoltDB pages: whatever they say, a walk ends and reads inside of the file. */
#include "codec/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile uint64_t sum;

static void walk(const struct bolt_bucket *bucket, unsigned depth, unsigned *steps)
{
    struct bolt_cursor cursor;
    struct bolt_bucket sub;
    struct str key, value;
    struct error err = { 0 };
    bool is_bucket;
    bolt_cursor_begin(&cursor, bucket);
    while (*steps > 0 && bolt_next(&cursor, &key, &value, &is_bucket, &err)) {
        --*steps;
        sum += str_hash(key) + str_hash(value);
        if (is_bucket && depth < 8 && bolt_sub(bucket->bolt, value, &sub, &err))
            walk(&sub, depth + 1, steps);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bolt bolt;
    struct bolt_bucket root;
    struct error err = { 0 };
    unsigned steps = 2000; /* pages may be shared by many buckets */
    if (bolt_open(&bolt, str_make(data, size), &err) && bolt_root(&bolt, &root, &err))
        walk(&root, 0, &steps);
    /* No fuzzer makes a checksum right: enter behind the meta pages, too. */
    bolt = (struct bolt){ .file = str_make(data, size), .page_bytes = 1024, .root_page = 2 };
    if (bolt_root(&bolt, &root, &err))
        walk(&root, 0, &steps);
    return 0;
}
