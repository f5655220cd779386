/* cran - versions of R packages: numbers parted by "." or "-", which order the same ("Writing R Extensions", "The
 * DESCRIPTION file"; R's package_version). Number by number; where one version ends first it is the older: 1.0 < 1.0.0. */
#include "version/key.h"
#include "version/schemes.h"

static bool cran_key(struct str text, struct buf *out)
{
    unsigned char *p = key_open(text, out);
    while (p) {
        size_t n = digits_span(text);
        if (n == 0)
            return false;
        p = key_number(p, text.ptr, n);
        text = str_skip(text, n);
        if (text.len == 0)
            return key_close(out, p);
        if (text.ptr[0] != '.' && text.ptr[0] != '-')
            return false;
        text = str_skip(text, 1);
    }
    return false;
}

const struct version_scheme version_scheme_cran = { .name = "cran", .key = cran_key };
