/* What happens when the database file is cut while it is mapped: the kernel sends SIGBUS to who touches the lost pages
 * (mmap(2)). Files are replaced by rename only, so this is somebody else's doing; there is nothing to return to in the middle
 * of a read, so the process says what happened and ends with the exit code of an unusable database. A SIGBUS anywhere else
 * goes to who had it before. */
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

#include "reader.h"

enum { MAX_GUARDED = 32, EXIT_UNUSABLE = 2 };

static _Atomic uintptr_t starts[MAX_GUARDED], ends[MAX_GUARDED];
static struct sigaction previous;
static atomic_flag installed = ATOMIC_FLAG_INIT;

static void on_bus_error(int number, siginfo_t *info, void *context)
{
    (void)context;
    static const char text[] = "drydock: the vulnerability database was cut short while in use: run the command again, or build "
                               "or download the database anew\n";
    uintptr_t at = (uintptr_t)info->si_addr;
    for (size_t i = 0; i < MAX_GUARDED; i++)
        if (at >= starts[i] && at < ends[i]) {
            ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
            (void)written;
            _exit(EXIT_UNUSABLE);
        }
    sigaction(number, &previous, NULL); /* the faulting instruction runs again, under the old disposition */
}

void db_guard_add(struct str mapping)
{
    if (!atomic_flag_test_and_set(&installed)) {
        struct sigaction action = { .sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO };
        sigemptyset(&action.sa_mask);
        sigaction(SIGBUS, &action, &previous);
    }
    for (size_t i = 0; i < MAX_GUARDED; i++) {
        uintptr_t none = 0;
        if (atomic_compare_exchange_strong(&starts[i], &none, (uintptr_t)mapping.ptr)) {
            ends[i] = (uintptr_t)mapping.ptr + mapping.len;
            return;
        }
    }
}

void db_guard_remove(struct str mapping)
{
    for (size_t i = 0; i < MAX_GUARDED; i++)
        if (mapping.ptr && starts[i] == (uintptr_t)mapping.ptr) {
            ends[i] = 0;
            starts[i] = 0;
            return;
        }
}
