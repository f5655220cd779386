/* Inflates whatever format the bytes claim to be in, up to 4 MiB. */
#include "codec/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = { 0 };
    struct stream *s = stream_memory(str_make(data, size), &err);
    s = s ? stream_inflate_auto(s, 4 << 20, NULL, &err) : NULL;
    s = s ? stream_digest(DIGEST_SHA256, s, &err) : NULL;
    if (s)
        stream_drain(s, &err);
    stream_close(s);
    return 0;
}
