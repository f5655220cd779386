/* serve.h (private) - answers to what workers ask while they run. */
#ifndef DRYDOCK_SCAN_SERVE_H
#define DRYDOCK_SCAN_SERVE_H

#include "scan/worker.h"

/* Reads one question from the worker's socket and answers it. False: the worker is to get nothing more, because it left, asked
 * nonsense, or nobody could answer (*failure then says why). */
bool serve_one(const struct worker_job *job, int fd, struct error *failure);

#endif
