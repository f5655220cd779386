/* prompt.h (private) - asking whoever sits at the terminal. */
#ifndef DRYDOCK_CMD_PROMPT_H
#define DRYDOCK_CMD_PROMPT_H

#include "base/base.h"

/* One line from the terminal that standard input is; what is typed is shown only where `shown`. Nothing typed is an error. */
bool prompt_ask(const char *question, bool shown, struct arena *arena, struct str *out, struct error *err);

#endif
