/* The table of report formats. */
#include "report/parts.h"

static const struct report_format formats[] = {
    { "table", "tables for people", table_report_write },
    { "json", "Trivy's JSON report, as a superset", json_report_write },
    { 0 },
};

const struct report_format *report_formats(void)
{
    return formats;
}

const struct report_format *report_format_find(struct str name)
{
    for (const struct report_format *format = formats; format->name; format++)
        if (str_is(name, format->name))
            return format;
    return NULL;
}
