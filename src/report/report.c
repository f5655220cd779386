/* The table of report formats. */
#include "report/parts.h"

static const struct report_format formats[] = {
    { "table", table_report_write },
    { "json", json_report_write }, /* Trivy's, as a superset */
    { 0 },
};

const struct report_format *report_format_find(struct str name)
{
    for (const struct report_format *format = formats; format->name; format++)
        if (str_is(name, format->name))
            return format;
    return NULL;
}
