/* head.h - private to net: the head of an answer, status and header fields, gathered line by line (RFC 9110, RFC 9112). */
#ifndef DRYDOCK_NET_HEAD_H
#define DRYDOCK_NET_HEAD_H

#include "net/net.h"

enum { NET_MAX_HEAD_BYTES = 64 * 1024, NET_MAX_HEAD_FIELDS = 256 };

struct net_head {
    struct buf fields; /* "Name: value\n" each, without control characters */
    size_t count;
    size_t received_bytes; /* of all lines, also of interim answers and trailers */
    int status;            /* 0: no status line yet */
    bool complete;         /* the final answer's head has ended; what comes later are trailers */
};

void net_head_init(struct net_head *head);
void net_head_free(struct net_head *head);
void net_head_clear(struct net_head *head);
/* A line as it came, with its line end. False: more than the bounds allow. */
bool net_head_line(struct net_head *head, struct str line);
/* The value of the first field of this name; empty: none. */
struct str net_field(struct str fields, const char *name);
/* Those of all fields of this name, with `sep` between them. */
struct str net_fields(struct str fields, const char *name, char sep, struct arena *arena);
uint64_t net_content_length(struct str fields); /* UINT64_MAX: not told */
/* "120" or an HTTP date (RFC 9110, 10.2.3) as seconds from now_s on; 0: none, or in the past. */
uint64_t net_retry_after(struct str value, int64_t now_s);

/* "bytes 0-99/200", with "*" for a total that is not known; "bytes *" + "/200" where no range is sent (RFC 9110, 14.4). */
struct net_range {
    bool unsatisfied;
    uint64_t first, last; /* inclusive */
    uint64_t total;       /* UINT64_MAX: not known */
};
bool net_content_range(struct str value, struct net_range *out);

/* All that the head says, in the arena; url and body are left empty. */
bool net_head_response(const struct net_head *head, struct arena *arena, struct net_response *out, struct error *err);

#endif
