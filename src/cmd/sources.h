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
    struct str order; /* --image-src; empty: "docker,podman,containerd,remote" */
    bool password_stdin, offline;
    /* for the life of the command */
    struct registry *client;
    struct arena arena;
};

/* What the struct of a command begins with that talks to registries; the two tables are for such commands. */
struct networked {
    struct common_options common; /* first: options_read needs it there */
    struct sources sources;
};
extern const struct option registry_option_table[];                          /* --username, --cacert and the like */
extern const struct option source_option_table[];                            /* --image-src and the like */
bool sources_set_timeout(void *target, struct str value, struct error *err); /* --timeout */

/* After the options were read: takes the password from standard input where it is to stand there. */
bool sources_begin(struct sources *sources, struct error *err);
/* The registries' client, made when it is first asked for. */
struct registry *sources_registry(struct sources *sources, struct error *err);
/* Who has this image (`name` may be empty with --container); when nobody does, one error says what each said. The scan of a registry
 * may still fail later. */
bool sources_open(struct sources *sources, struct str name, struct image_platform platform, struct image_source *out,
                  struct error *err);
/* The same of its registry only. */
bool sources_open_remote(struct sources *sources, struct str name, struct image_source *out, struct error *err);
void sources_close(struct image_source *source);
void sources_end(struct sources *sources);

#endif
