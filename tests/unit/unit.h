/* unit.h - cmocka with what it needs included first, and shorthands that all unit tests use. */
#ifndef DRYDOCK_UNIT_H
#define DRYDOCK_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/base.h"

/* For tests of what can be left out of a build. */
#ifdef HAVE_YAML
#define NEEDS_YAML() ((void)0)
#else
#define NEEDS_YAML() (print_message("needs libyaml, which this build leaves out\n"), skip())
#endif
#ifdef HAVE_EXPAT
#define NEEDS_EXPAT() ((void)0)
#else
#define NEEDS_EXPAT() (print_message("needs expat, which this build leaves out\n"), skip())
#endif
#ifdef HAVE_ZSTD
#define NEEDS_ZSTD() ((void)0)
#else
#define NEEDS_ZSTD() (print_message("needs libzstd, which this build leaves out\n"), skip())
#endif

/* JSON that was made of another format keeps the lines of that: compared without line breaks. */
static inline struct str without_breaks(struct arena *arena, struct str json)
{
    char *text = arena_cstr(arena, json), *to = text;
    for (size_t i = 0; i < json.len; i++)
        if (json.ptr[i] != '\n')
            *to++ = json.ptr[i];
    return str_make(text, (size_t)(to - text));
}

#define assert_str(view, text) assert_view_equal((view), (text), __FILE__, __LINE__)

static inline void assert_view_equal(struct str view, const char *text, const char *file, int line)
{
    if (!str_is(view, text))
        print_error("got \"%.*s\", want \"%s\"\n", STR_ARG(view), text);
    _assert_true(str_is(view, text), "views are equal", file, line);
}

#endif
