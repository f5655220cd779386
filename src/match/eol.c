/* When each release stops getting security updates that everybody can have: Debian with its LTS, Ubuntu without Pro (both as in
 * distro-info-data), others by their own life-cycle pages. A release that is not here is taken to be supported, and the
 * report does not speak of it. */
#include "match/family.h"

struct end_of_life {
    const char *family, *release, *date;
};

static const struct end_of_life table[] = {
    { "alpine", "3.0", "2016-05-01" },
    { "alpine", "3.1", "2016-11-01" },
    { "alpine", "3.2", "2017-05-01" },
    { "alpine", "3.3", "2017-11-01" },
    { "alpine", "3.4", "2018-05-01" },
    { "alpine", "3.5", "2018-11-01" },
    { "alpine", "3.6", "2019-05-01" },
    { "alpine", "3.7", "2019-11-01" },
    { "alpine", "3.8", "2020-05-01" },
    { "alpine", "3.9", "2020-11-01" },
    { "alpine", "3.10", "2021-05-01" },
    { "alpine", "3.11", "2021-11-01" },
    { "alpine", "3.12", "2022-05-01" },
    { "alpine", "3.13", "2022-11-01" },
    { "alpine", "3.14", "2023-05-01" },
    { "alpine", "3.15", "2023-11-01" },
    { "alpine", "3.16", "2024-05-23" },
    { "alpine", "3.17", "2024-11-22" },
    { "alpine", "3.18", "2025-05-09" },
    { "alpine", "3.19", "2025-11-01" },
    { "alpine", "3.20", "2026-04-01" },
    { "alpine", "3.21", "2026-11-01" },
    { "alpine", "3.22", "2027-05-01" },
    { "alpine", "3.23", "2027-11-01" },
    { "debian", "6", "2016-02-29" },
    { "debian", "7", "2018-05-31" },
    { "debian", "8", "2020-06-30" },
    { "debian", "9", "2022-06-30" },
    { "debian", "10", "2024-06-30" },
    { "debian", "11", "2026-08-31" },
    { "debian", "12", "2028-06-30" },
    { "debian", "13", "2030-06-30" },
    { "ubuntu", "10.04", "2015-04-30" },
    { "ubuntu", "12.04", "2017-04-28" },
    { "ubuntu", "14.04", "2019-04-25" },
    { "ubuntu", "14.10", "2015-07-23" },
    { "ubuntu", "15.04", "2016-02-04" },
    { "ubuntu", "15.10", "2016-07-28" },
    { "ubuntu", "16.04", "2021-04-30" },
    { "ubuntu", "16.10", "2017-07-20" },
    { "ubuntu", "17.04", "2018-01-13" },
    { "ubuntu", "17.10", "2018-07-19" },
    { "ubuntu", "18.04", "2023-05-31" },
    { "ubuntu", "18.10", "2019-07-18" },
    { "ubuntu", "19.04", "2020-01-23" },
    { "ubuntu", "19.10", "2020-07-17" },
    { "ubuntu", "20.04", "2025-05-29" },
    { "ubuntu", "20.10", "2021-07-22" },
    { "ubuntu", "21.04", "2022-01-20" },
    { "ubuntu", "21.10", "2022-07-14" },
    { "ubuntu", "22.04", "2027-06-01" },
    { "ubuntu", "22.10", "2023-07-20" },
    { "ubuntu", "23.04", "2024-01-25" },
    { "ubuntu", "23.10", "2024-07-11" },
    { "ubuntu", "24.04", "2029-05-31" },
    { "ubuntu", "24.10", "2025-07-10" },
    { "ubuntu", "25.04", "2026-01-15" },
    { "ubuntu", "25.10", "2026-07-09" },
    { "ubuntu", "26.04", "2031-05-29" },
    { "redhat", "5", "2017-03-31" },
    { "redhat", "6", "2020-11-30" },
    { "redhat", "7", "2024-06-30" },
    { "redhat", "8", "2029-05-31" },
    { "redhat", "9", "2032-05-31" },
    { "redhat", "10", "2035-05-31" },
    { "centos", "5", "2017-03-31" },
    { "centos", "6", "2020-11-30" },
    { "centos", "7", "2024-06-30" },
    { "centos", "8", "2021-12-31" },
    { "centos-stream", "8", "2024-05-31" },
    { "centos-stream", "9", "2027-05-31" },
    { "alma", "8", "2029-03-01" },
    { "alma", "9", "2032-05-31" },
    { "alma", "10", "2035-05-31" },
    { "rocky", "8", "2029-05-31" },
    { "rocky", "9", "2032-05-31" },
    { "rocky", "10", "2035-05-31" },
    { "oracle", "5", "2017-06-30" },
    { "oracle", "6", "2021-03-31" },
    { "oracle", "7", "2024-12-31" },
    { "oracle", "8", "2029-07-31" },
    { "oracle", "9", "2032-06-30" },
    { "oracle", "10", "2035-06-30" },
    { "amazon", "1", "2023-12-31" },
    { "amazon", "2", "2026-06-30" },
    { "amazon", "2023", "2029-06-30" },
    { "photon", "1", "2022-02-28" },
    { "photon", "2", "2022-12-31" },
    { "photon", "3", "2024-03-01" },
    { "opensuse-leap", "42.1", "2017-05-17" },
    { "opensuse-leap", "42.2", "2018-01-26" },
    { "opensuse-leap", "42.3", "2019-07-01" },
    { "opensuse-leap", "15.0", "2019-12-03" },
    { "opensuse-leap", "15.1", "2021-02-02" },
    { "opensuse-leap", "15.2", "2022-01-04" },
    { "opensuse-leap", "15.3", "2022-12-31" },
    { "opensuse-leap", "15.4", "2023-12-07" },
    { "opensuse-leap", "15.5", "2024-12-31" },
    { "opensuse-leap", "15.6", "2026-04-30" },
    { "opensuse-leap", "16.0", "2027-10-31" },
    { "sles", "11.4", "2019-03-31" },
    { "sles", "12.1", "2017-05-31" },
    { "sles", "12.2", "2018-03-31" },
    { "sles", "12.3", "2019-06-30" },
    { "sles", "12.4", "2020-06-30" },
    { "sles", "12.5", "2024-10-31" },
    { "sles", "15.1", "2021-01-31" },
    { "sles", "15.2", "2021-12-31" },
    { "sles", "15.3", "2022-12-31" },
    { "sles", "15.4", "2023-12-31" },
    { "sles", "15.5", "2024-12-31" },
    { "sles", "15.6", "2025-12-31" },
    { "sles", "15.7", "2031-07-31" },
    { "cbl-mariner", "1", "2023-07-31" },
    { "cbl-mariner", "2", "2025-07-31" },
    { "fedora", "39", "2024-11-26" },
    { "fedora", "40", "2025-05-13" },
    { "fedora", "41", "2025-12-15" },
};

/* "3.20" covers "3.20" and "3.20.3", and "2" covers "2 (Karoo)", but not "3.200" or "20". */
static bool covers(struct str release, const char *row)
{
    size_t n = strlen(row);
    return str_starts(release, row) && (release.len == n || release.ptr[n] == '.' || release.ptr[n] == ' ');
}

static bool find_date(const struct distro *distro, struct str release, int64_t *end_s)
{
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (str_is(distro->family, table[i].family) && covers(release, table[i].release))
            return time_parse(str_from(table[i].date), end_s);
    return false;
}

bool match_end_of_life(const struct distro *distro, int64_t *end_s)
{
    struct str release = str_is(distro->family, "amazon") ? amazon_release(distro->release) : distro->release;
    if (!find_date(distro, release, end_s))
        return false;
    *end_s += 24 * 60 * 60 - 1;
    return true;
}
