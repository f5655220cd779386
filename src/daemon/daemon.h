/* daemon.h - images that a container engine on this machine has: Docker and Podman over their sockets (Docker Engine API v1.24
 * and later, which Podman speaks too), containerd by its files (content store and metadata database). */
#ifndef DRYDOCK_DAEMON_H
#define DRYDOCK_DAEMON_H

#include "image/image.h"
#include "net/net.h"

struct daemon_options {
    struct net_options net;
    struct str docker_host;        /* --docker-host; empty: $DOCKER_HOST, Docker's current context, its usual sockets */
    struct str podman_host;        /* --podman-host; empty: $CONTAINER_HOST, Podman's usual sockets, its default connection */
    struct str containerd_address; /* empty: $CONTAINERD_ADDRESS; says where containerd's root is looked for */
    struct str containerd_root;    /* empty: as config.toml has it, /var/lib/containerd, and where others put it */
    struct str container;          /* --container ID: the image of this container, and what is changed in it */
    struct image_platform platform;
};

/* *found is false where the engine is not there (no socket, nothing answers, no permission) or does not have the image; `why` says
 * so in words for the message that lists all sources ("no socket at /var/run/docker.sock"). False: it is there and failed.
 * `name` is a reference, or an image's ID, or, with options->container, empty. */
bool daemon_docker(const struct daemon_options *options, struct str name, struct arena *arena, struct image_source *out,
                   bool *found, struct str *why, struct error *err);
bool daemon_podman(const struct daemon_options *options, struct str name, struct arena *arena, struct image_source *out,
                   bool *found, struct str *why, struct error *err);
bool daemon_containerd(const struct daemon_options *options, struct str name, struct arena *arena, struct image_source *out,
                       bool *found, struct str *why, struct error *err);
/* Frees what a source of these holds (connections). */
void daemon_close(struct image_source *source);

#endif
