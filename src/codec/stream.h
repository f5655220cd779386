/* stream.h - what the streams of this folder share, beyond codec.h. */
#ifndef DRYDOCK_CODEC_STREAM_H
#define DRYDOCK_CODEC_STREAM_H

#include "codec/codec.h"

/* Makes *err this stream's lasting failure; returns false. */
bool stream_fail(struct stream *s, const struct error *err);
/* Skips up to n bytes; *skipped < n only at the end. */
bool stream_skip_up_to(struct stream *s, uint64_t n, uint64_t *skipped, struct error *err);
/* `head` (at most STREAM_HEAD_BYTES, copied) and then all of `below`, which it owns. */
enum { STREAM_HEAD_BYTES = 16 };
struct stream *stream_prefix(struct str head, struct stream *below, struct error *err);

#endif
