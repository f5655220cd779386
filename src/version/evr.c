/* Epoch, version and release, see evr.h. */
#include "version/evr.h"
#include "version/key.h"

bool evr_parse(struct str text, struct evr *out)
{
    text = str_trim(text);
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] <= ' ' || text.ptr[i] == 0x7F)
            return false;
    size_t n = digits_span(text), pos;
    *out = (struct evr){ .version = text };
    if (n < text.len && text.ptr[n] == ':') {
        out->epoch = str_head(text, n);
        out->version = str_skip(text, n + 1);
    }
    if (str_rfind(out->version, '-', &pos)) {
        out->release = str_skip(out->version, pos + 1);
        out->version = str_head(out->version, pos);
    }
    return out->version.len > 0;
}
