/* The network of a build without libcurl: there is none, and every call says so; see net.h. */
#include "net/net.h"

static bool refuse(struct error *err)
{
    return error_set(err, ERROR_UNSUPPORTED, "this build of drydock has no network: it was built without libcurl");
}

struct net_client *net_client_new(const struct net_options *options, struct error *err)
{
    (void)options;
    refuse(err);
    return NULL;
}

void net_client_free(struct net_client *client)
{
    (void)client;
}

bool net_fetch(struct net_client *client, const struct net_request *request, struct arena *arena, struct net_response *out,
               struct error *err)
{
    (void)client;
    (void)request;
    (void)arena;
    (void)out;
    return refuse(err);
}

bool net_download(struct net_client *client, const struct net_request *request, struct net_sink *sink, struct arena *arena,
                  struct net_response *out, struct error *err)
{
    (void)client;
    (void)request;
    (void)sink;
    (void)arena;
    (void)out;
    return refuse(err);
}
