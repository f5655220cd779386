/* Notes above and below tables: see parts.h. */
#include "report/parts.h"

void note_write(const struct note *note, struct arena *arena, size_t width, bool color, struct buf *out)
{
    size_t indent = strlen(note->label) + 2, columns = width ? width : SIZE_MAX;
    struct str rest = text_shown(arena, note->text), line;
    if (columns < 2 * indent)
        columns = 2 * indent;
    if (color)
        buf_printf(out, "\033[%sm%s\033[0m:", note->color, note->label);
    else
        buf_printf(out, "%s:", note->label);
    for (size_t used = indent; line_next(&rest, columns - used, &line); used = 2) {
        buf_text(out, used == indent ? " " : "\n  ");
        buf_str(out, line);
    }
    buf_chr(out, '\n');
}

struct note note_starter(const struct vulndb_info *info, struct arena *arena)
{
    struct note note = { .label = "Starter database", .color = "33;1" };
    if (info->is_starter)
        note.text =
            arena_printf(arena,
                         "only %llu vulnerabilities are known to it, so much will be missing here. For a full answer run "
                         "drydock db update, or give --db FILE, made by drydock db build from advisory feeds or from Trivy's "
                         "database.",
                         (unsigned long long)info->vulnerability_count);
    return note;
}
