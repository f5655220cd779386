/* Identifiers of packages and parts of versions: see parts.h. */
#include "report/parts.h"

static bool is_digits(struct str text)
{
    uint64_t value;
    return str_u64(text, &value);
}

struct version_parts version_split(const struct package *package, struct str text)
{
    struct version_parts parts = { .version = text };
    const char *scheme = package->kind->scheme ? package->kind->scheme : "";
    size_t at;
    if (strcmp(scheme, "dpkg") != 0 && strcmp(scheme, "rpm") != 0)
        return parts;
    if (str_find(parts.version, ':', &at) && is_digits(str_head(parts.version, at))) {
        parts.epoch = str_head(parts.version, at);
        parts.version = str_skip(parts.version, at + 1);
    }
    if (str_rfind(parts.version, '-', &at)) {
        parts.release = str_skip(parts.version, at + 1);
        parts.version = str_head(parts.version, at);
    }
    return parts;
}

void package_path_write(const struct package *package, struct buf *out)
{
    buf_str(out, package->path);
    if (package->within.len) {
        buf_chr(out, '/');
        buf_str(out, package->within);
    }
}

static const char *id_separator(const struct package *package)
{
    const char *type = package->kind->purl_type ? package->kind->purl_type : "";
    if (strcmp(type, "maven") == 0)
        return ":";
    if (strcmp(type, "conan") == 0 || strcmp(type, "cocoapods") == 0)
        return "/";
    bool is_go = strcmp(type, "golang") == 0 && !str_starts(package->version, "v") && !str_starts(package->version, "(");
    return is_go ? "@v" : "@";
}

void package_id_write(const struct package *package, struct buf *out)
{
    bool is_rpm = package->kind->scheme && strcmp(package->kind->scheme, "rpm") == 0;
    struct str version = package->version;
    struct version_parts parts = version_split(package, version);
    if (is_rpm && parts.epoch.len)
        version = str_skip(version, parts.epoch.len + 1);
    buf_str(out, package->name);
    if (version.len) {
        buf_text(out, id_separator(package));
        buf_str(out, version);
    }
    if (is_rpm && package->arch.len) {
        buf_chr(out, '.');
        buf_str(out, package->arch);
    }
}

uint64_t package_uid(const struct package *package, struct buf *scratch)
{
    const struct str parts[] = {
        str_from(package->kind->name), package->name, package->version, package->arch, package->path, package->within, package->id
    };
    buf_clear(scratch);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        buf_u64(scratch, parts[i].len);
        buf_str(scratch, parts[i]);
    }
    return str_hash(buf_view(scratch));
}

struct severity_counts count_severities(const struct result *result)
{
    struct severity_counts counts = { .all = result->finding_count };
    for (size_t i = 0; i < result->finding_count; i++)
        counts.by[result->findings[i].severity]++;
    return counts;
}
