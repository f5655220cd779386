/* The client: what the user said of the network, and libcurl's handles with their connections; see net.h. */
#include "net/transfer.h"

#include <stdlib.h>
#include <unistd.h>

struct net_client *net_client_new(const struct net_options *options, struct error *err)
{
    struct net_client *client = calloc(1, sizeof *client);
    if (!client) {
        error_set(err, ERROR_LIMIT, "network: out of memory");
        return NULL;
    }
    client->options = *options;
    client->jitter = time_steady_ms() * 2654435761u + (uint64_t)getpid();
    return client;
}

/* In a forked child the connections are the parent's: closing them here would say goodbye on its behalf (TLS close_notify, HTTP/2
 * GOAWAY), using them would mix two streams of records. So they are left alone, with the memory that they take. */
static void forget_handles(struct net_client *client)
{
    client->multi = NULL;
    client->easy = NULL;
}

static bool make_handles(struct net_client *client, struct error *err)
{
    if (!client->global && net_curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return error_set(err, ERROR_SYSTEM, "libcurl cannot be set up");
    client->global = true;
    client->owner = getpid();
    client->multi = net_curl.multi_init();
    client->easy = net_curl.easy_init();
    if (!client->multi || !client->easy)
        return error_set(err, ERROR_LIMIT, "network: out of memory");
    return true;
}

CURL *net_handle(struct net_client *client, struct error *err)
{
    if (client->owner != getpid())
        forget_handles(client);
    if ((!client->multi || !client->easy) && !make_handles(client, err))
        return NULL;
    net_curl.easy_reset(client->easy); /* connections, sessions and names that were resolved are kept */
    return client->easy;
}

void net_client_free(struct net_client *client)
{
    if (!client)
        return;
    if (client->owner == getpid()) {
        net_curl.easy_cleanup(client->easy);
        net_curl.multi_cleanup(client->multi);
        if (client->global)
            net_curl.global_cleanup();
    }
    net_trust_free(client->trust);
    free(client);
}
