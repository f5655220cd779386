/* Times in UTC: see base.h. Dates by the proleptic Gregorian calendar, as RFC 3339 has them. */
#include "base/base.h"

#include <stdlib.h>
#include <time.h>

/* Days since 1970-01-01; years are counted from March so that the leap day comes last. */
static int64_t days_from_civil(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static bool digits(struct str text, size_t at, size_t count, unsigned *out)
{
    uint64_t value;
    if (text.len < at + count || !str_u64(str_head(str_skip(text, at), count), &value))
        return false;
    *out = (unsigned)value;
    return true;
}

/* "Z", "+01:00" or nothing, to seconds east of UTC. */
static bool parse_zone(struct str zone, int64_t *seconds)
{
    unsigned hours, minutes;
    *seconds = 0;
    if (zone.len == 0 || str_is(zone, "Z") || str_is(zone, "z"))
        return true;
    if (zone.len != 6 || zone.ptr[3] != ':' || !digits(zone, 1, 2, &hours) || !digits(zone, 4, 2, &minutes))
        return false;
    *seconds = (int64_t)hours * 3600 + (int64_t)minutes * 60;
    if (zone.ptr[0] == '-')
        *seconds = -*seconds;
    return zone.ptr[0] == '-' || zone.ptr[0] == '+';
}

bool time_parse(struct str text, int64_t *unix_s)
{
    unsigned year, month, day, hour = 0, minute = 0, second = 0;
    int64_t zone = 0;
    if (!digits(text, 0, 4, &year) || !digits(text, 5, 2, &month) || !digits(text, 8, 2, &day))
        return false;
    if (text.ptr[4] != '-' || text.ptr[7] != '-' || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    if (text.len > 10) {
        if (text.len < 16 || text.ptr[13] != ':' || !digits(text, 11, 2, &hour) || !digits(text, 14, 2, &minute))
            return false;
        struct str rest = str_skip(text, 16);
        if (rest.len >= 3 && rest.ptr[0] == ':') {
            if (!digits(rest, 1, 2, &second))
                return false;
            rest = str_skip(rest, 3);
        }
        if (rest.len && rest.ptr[0] == '.')
            do
                rest = str_skip(rest, 1);
            while (rest.len && rest.ptr[0] >= '0' && rest.ptr[0] <= '9');
        if (!parse_zone(rest, &zone))
            return false;
    }
    *unix_s = days_from_civil(year, month, day) * 86400 + (int64_t)hour * 3600 + (int64_t)minute * 60 + second - zone;
    return true;
}

void time_format(int64_t unix_s, char out[static 32])
{
    time_t t = (time_t)unix_s;
    struct tm tm;
    if (!gmtime_r(&t, &tm) || strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        out[0] = '\0';
}

int64_t time_now(void)
{
    return (int64_t)time(NULL);
}

uint64_t time_steady_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int64_t time_printed(void)
{
    uint64_t fixed;
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    return epoch && str_u64(str_from(epoch), &fixed) && fixed < INT64_MAX ? (int64_t)fixed : time_now();
}
