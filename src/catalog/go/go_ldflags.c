/* What -ldflags sets: words as a shell would part them, of which "-X package.variable=value" (cmd/link) give variables their
 * values. */
#include "catalog/go/go.h"

enum { MAX_FLAGS_BYTES = 64 << 10 };

/* The next word, its quotes and backslashes taken off; false at the end, or where a quote is not closed. */
static bool next_word(struct str *rest, struct arena *arena, struct str *word)
{
    char quote = '\0';
    bool began = false;
    char *text = arena_alloc(arena, rest->len + 1);
    size_t len = 0, i = 0;
    for (; text && i < rest->len; i++) {
        char c = rest->ptr[i];
        bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (!quote && blank && began)
            break;
        if (!quote && blank)
            continue;
        if (!quote && strchr(";&|<>", c)) /* the end of a command */
            return false;
        began = true;
        if (quote ? c == quote : c == '\'' || c == '"')
            quote = quote ? '\0' : c;
        else if (c == '\\' && quote != '\'' && i + 1 < rest->len)
            text[len++] = rest->ptr[++i];
        else
            text[len++] = c;
    }
    *rest = str_skip(*rest, i);
    *word = str_make(text, len);
    return text && began && !quote;
}

static struct str without_quotes(struct str text)
{
    while (text.len && (text.ptr[0] == '\'' || text.ptr[0] == '"'))
        text = str_skip(text, 1);
    while (text.len && (text.ptr[text.len - 1] == '\'' || text.ptr[text.len - 1] == '"'))
        text.len--;
    return text;
}

/* "package.variable=value"; several of them with commas between where each has its '='. */
static void vote_setting(struct go_votes *votes, struct str setting)
{
    struct str rest = without_quotes(setting), item, key, value, more;
    if (!str_cut(rest, '=', &key, &value))
        return;
    if (!str_find(value, '=', NULL)) {
        go_vote(votes, key, value);
        return;
    }
    while (str_next(&rest, ',', &item))
        if (str_cut(item, '=', &key, &more))
            go_vote(votes, key, more);
}

void go_vote_flags(struct go_votes *votes, struct str ldflags, struct arena *arena)
{
    struct str rest = str_head(ldflags, MAX_FLAGS_BYTES), word;
    bool is_setting = false;
    while (next_word(&rest, arena, &word)) {
        if (is_setting)
            vote_setting(votes, word);
        is_setting = !is_setting && str_is(word, "-X");
        if (!is_setting && str_starts(word, "-X") && word.len > 2)
            vote_setting(votes, str_skip(word, str_starts(word, "-X=") ? 3 : 2));
    }
}
