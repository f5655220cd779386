/* Errors with context: see base.h. */
#include "base/base.h"

#include <errno.h>

bool error_set(struct error *err, enum error_kind kind, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    err->kind = kind;
    vsnprintf(err->text, sizeof err->text, fmt, args);
    va_end(args);
    return false;
}

bool error_system(struct error *err, const char *fmt, ...)
{
    int code = errno;
    va_list args;
    va_start(args, fmt);
    err->kind = ERROR_SYSTEM;
    int n = vsnprintf(err->text, sizeof err->text, fmt, args);
    va_end(args);
    if (n >= 0 && (size_t)n < sizeof err->text)
        snprintf(err->text + n, sizeof err->text - (size_t)n, ": %s", strerror(code));
    return false;
}

bool error_wrap(struct error *err, const char *fmt, ...)
{
    char context[sizeof err->text];
    size_t old_len = strlen(err->text), room = sizeof err->text - 1;
    va_list args;
    va_start(args, fmt);
    vsnprintf(context, sizeof context, fmt, args);
    va_end(args);
    size_t len = strlen(context);
    if (len + 2 > room)
        return false; /* no room to put it in front: the cause matters more */
    if (old_len > room - len - 2)
        old_len = room - len - 2;
    memmove(err->text + len + 2, err->text, old_len);
    err->text[len + 2 + old_len] = '\0';
    memcpy(err->text, context, len);
    memcpy(err->text + len, ": ", 2);
    return false;
}
