/* Questions at the terminal: see prompt.h. */
#include "cmd/prompt.h"

#include <errno.h>
#include <termios.h>
#include <unistd.h>

enum { MAX_LINE_BYTES = 64 << 10 };

static bool read_line(struct buf *text, struct error *err)
{
    char chunk[1024];
    for (;;) {
        ssize_t n = read(STDIN_FILENO, chunk, sizeof chunk);
        if (interrupted())
            return interrupt_error(err);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_system(err, "standard input");
        buf_add(text, chunk, (size_t)n);
        if (text->failed)
            return error_set(err, ERROR_USAGE, "more than %d bytes were typed", MAX_LINE_BYTES);
        if (n == 0 || chunk[n - 1] == '\n')
            return true;
    }
}

static bool take_line(struct arena *arena, struct str *out, struct error *err)
{
    struct buf text;
    buf_init(&text, MAX_LINE_BYTES);
    bool ok = read_line(&text, err);
    struct str line = buf_view(&text);
    if (str_ends(line, "\n"))
        line.len--;
    if (ok && line.len == 0)
        ok = error_set(err, ERROR_USAGE, "nothing was typed");
    else if (ok)
        ok = (*out = arena_str(arena, line)).ptr || arena_error(arena, err);
    buf_free(&text);
    return ok;
}

bool prompt_ask(const char *question, bool shown, struct arena *arena, struct str *out, struct error *err)
{
    struct termios before, hidden;
    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return error_set(err, ERROR_USAGE,
                         "standard input is no terminal where one could be asked: "
                         "give --username, and the password by --password-stdin");
    hidden = before;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    fputs(question, stderr);
    fflush(stderr);
    if (!shown)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    bool ok = take_line(arena, out, err);
    if (!shown) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr); /* in place of the one that was typed */
    }
    return ok;
}
