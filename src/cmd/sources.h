/* sources.h (private) - from an image reference on the command line to whoever has the image: container engines on this machine, then
 * its registry, in the order of --image-src. */
#ifndef DRYDOCK_CMD_SOURCES_H
#define DRYDOCK_CMD_SOURCES_H

#include "cmd/cmd.h"
#include "daemon/daemon.h"
#include "registry/registry.h"

struct sources {
    struct registry_options registry;
    struct daemon_options daemon;
    struct str order; /* --image-src: "docker,podman,containerd,remote" */
    bool password_stdin, container;
    /* for the life of the command */
    struct registry *client;
    struct arena arena;
};

/* Reads the password from standard input where it is to stand there, and the like; after the options were read. */
bool sources_begin(struct sources *sources, bool offline, struct error *err);
/* The registries' client, made when it is first asked for. */
struct registry *sources_registry(struct sources *sources, struct error *err);
/* Who has this image; when nobody does, one error says what each source said. Names in the error are made printable. */
bool sources_open(struct sources *sources, struct str name, struct image_platform platform, struct image_source *out,
                  struct error *err);
void sources_close(struct sources *sources, struct image_source *source);
void sources_end(struct sources *sources);

#endif
