/* Which packages an rpm needs, from the names that it requires and that others have or provide. */
#include "rpm_fixture.h"

struct needs_sample {
    const char *name, *provides[6], *needs[8]; /* NULL: no more */
    const char *want;
};

static const struct needs_sample needing[] = {
    { "tide",
      { "tide", "tide(x86-64)", "libtide.so.1()(64bit)", "libtide.so.1(TIDE_2)(64bit)", "config(tide)" },
      { "libmoon.so.2(MOON_1)(64bit)", "libmoon.so.2()(64bit)", "rpmlib(CompressedFileNames)", "config(tide)", "/bin/sh",
        "moon(x86-64)", "(a if b)", "nobody" },
      "moon\nbash" },
    { "moon", { "libmoon.so.2()(64bit)", "bash" }, { "libtide.so.1()(64bit)", "moon" }, "tide" },
    { "bash", { "/bin/sh" }, { NULL }, "" },
};

static void put_texts(struct fixture_header *h, uint32_t tag, const char *const *texts, size_t max)
{
    size_t at = h->data.len, count = 0;
    for (; count < max && texts[count]; count++)
        buf_add(&h->data, texts[count], strlen(texts[count]) + 1);
    if (count)
        fixture_entry(&h->index, tag, 8, (uint32_t)at, (uint32_t)count);
}

static void make_header(struct buf *out, const struct needs_sample *sample)
{
    struct fixture_header h;
    buf_init(&h.index, 1 << 16);
    buf_init(&h.data, 1 << 16);
    fixture_text(&h, 1000, sample->name);
    fixture_text(&h, 1001, "1");
    fixture_text(&h, 1002, "1");
    put_texts(&h, 1047, sample->provides, ARRAY_LEN(sample->provides));
    put_texts(&h, 1049, sample->needs, ARRAY_LEN(sample->needs));
    fixture_add_u32(out, (uint32_t)(h.index.len / 16));
    fixture_add_u32(out, (uint32_t)h.data.len);
    buf_str(out, buf_view(&h.index));
    buf_str(out, buf_view(&h.data));
    buf_free(&h.index);
    buf_free(&h.data);
}

static void required_names_become_packages(void **state)
{
    (void)state;
    struct buf bytes[ARRAY_LEN(needing)], file;
    struct str headers[ARRAY_LEN(needing)];
    buf_init(&file, MAX_FILE_BYTES);
    for (size_t i = 0; i < ARRAY_LEN(needing); i++) {
        buf_init(&bytes[i], 1 << 16);
        make_header(&bytes[i], &needing[i]);
        headers[i] = buf_view(&bytes[i]);
    }
    fixture_ndb(&file, headers, ARRAY_LEN(needing));
    struct run *run = run_parse(buf_view(&file), "usr/lib/sysimage/rpm/Packages.db");
    assert_int_equal(run->facts.warning_count, 0);
    assert_int_equal(run->facts.package_count, ARRAY_LEN(needing));
    for (size_t i = 0; i < ARRAY_LEN(needing); i++) {
        assert_str(run->facts.packages[i].name, needing[i].name);
        assert_str(run->facts.packages[i].depends, needing[i].want);
    }
    run_free(run);
    buf_free(&file);
    for (size_t i = 0; i < ARRAY_LEN(needing); i++)
        buf_free(&bytes[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(required_names_become_packages) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
