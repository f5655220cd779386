/* Signals that ask the program to end: noted, so that temporary files and processes are cleaned up first; see base.h. */
#include "base/base.h"

#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t caught;

static void note(int number)
{
    caught = number;
}

void interrupt_catch(void)
{
    static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction action = { .sa_handler = note, .sa_flags = (int)SA_RESETHAND };
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        struct sigaction before;
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) /* nohup stays in force */
            sigaction(numbers[i], &action, NULL);
    }
}

bool interrupted(void)
{
    return caught != 0;
}

bool interrupt_error(struct error *err)
{
    return error_set(err, ERROR_SYSTEM, "interrupted");
}

void interrupt_raise(void)
{
    int number = caught;
    if (!number)
        return;
    signal(number, SIG_DFL);
    kill(getpid(), number);
}
