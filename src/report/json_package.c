/* Packages in the JSON report. */
#include "report/json_report.h"

const struct inventory_layer *json_layer_of(const struct json_report *j, uint32_t index)
{
    const struct inventory *inventory = j->report->inventory;
    return index < inventory->layer_count ? &inventory->layers[index] : NULL;
}

void json_put_layer(struct json_report *j, const char *key, uint32_t index)
{
    const struct inventory_layer *layer = json_layer_of(j, index);
    jw_open(&j->w, key, '{');
    if (layer) {
        jw_text_given(&j->w, "Digest", layer->digest);
        jw_text_given(&j->w, "DiffID", layer->diff_id);
    }
    jw_close(&j->w, '}');
}

void json_put_identifier(struct json_report *j, const char *key, const struct package *p)
{
    char uid[32];
    snprintf(uid, sizeof uid, "%016llx", (unsigned long long)package_uid(p, &j->scratch));
    buf_clear(&j->scratch);
    purl_write(p, &j->report->inventory->distro, &j->scratch);
    jw_open(&j->w, key, '{');
    jw_text_given(&j->w, "PURL", buf_view(&j->scratch));
    jw_text(&j->w, "UID", str_from(uid));
    jw_close(&j->w, '}');
}

void json_put_package_id(struct json_report *j, const char *key, const struct package *p)
{
    buf_clear(&j->scratch);
    package_id_write(p, &j->scratch);
    jw_text(&j->w, key, buf_view(&j->scratch));
}

static void put_epoch(struct json_report *j, const char *key, struct str epoch)
{
    uint64_t value;
    if (str_u64(epoch, &value) && value)
        jw_u64(&j->w, key, value);
}

static void put_versions(struct json_report *j, const struct package *p)
{
    struct version_parts own = version_split(p, p->version);
    jw_text(&j->w, "Version", own.version);
    jw_text_given(&j->w, "Release", own.release);
    put_epoch(j, "Epoch", own.epoch);
    jw_text_given(&j->w, "Arch", p->arch);
    if (!p->kind->is_os)
        return;
    struct version_parts source = version_split(p, p->source_version.len ? p->source_version : p->version);
    jw_text(&j->w, "SrcName", p->source_name.len ? p->source_name : p->name);
    jw_text(&j->w, "SrcVersion", source.version);
    jw_text_given(&j->w, "SrcRelease", source.release);
    put_epoch(j, "SrcEpoch", source.epoch);
}

/* A text list as a JSON array; nothing when it is empty. */
static void put_list(struct json_report *j, const char *key, struct str list)
{
    struct str item;
    if (list.len == 0)
        return;
    jw_open(&j->w, key, '[');
    while (str_next(&list, '\n', &item))
        jw_text(&j->w, NULL, item);
    jw_close(&j->w, ']');
}

/* Evidence of a package: the file and bytes that say so, and in which layer they were read. */
static void put_package_evidence(struct json_report *j, const struct package *p)
{
    const struct inventory_layer *layer = json_layer_of(j, p->layer);
    jw_open(&j->w, "Drydock", '{');
    jw_text(&j->w, "File", p->path);
    if (p->length) {
        jw_u64(&j->w, "Offset", p->offset);
        jw_u64(&j->w, "Length", p->length);
    }
    if (layer)
        json_put_layer(j, "FileLayer", p->file_layer);
    if (layer)
        jw_text_given(&j->w, "CreatedBy", layer->created_by);
    jw_text_given(&j->w, "Proof", p->proof);
    json_put_dependency_path(j, p);
    put_list(j, "CPEs", p->cpes);
    if (p->locked_only)
        jw_bool(&j->w, "LockedOnly", true);
    jw_text_given(&j->w, "Owner", p->owner);
    jw_text_given(&j->w, "Provides", p->provides);
    if (p->third_party)
        jw_bool(&j->w, "ThirdParty", true);
    jw_close(&j->w, '}');
}

static size_t index_of(const struct json_report *j, const struct package *p)
{
    return (size_t)(p - j->report->inventory->packages);
}

static void put_relation(struct json_report *j, const struct package *p)
{
    size_t i = index_of(j, p);
    if (p->relation != RELATION_UNKNOWN)
        jw_text(&j->w, "Relationship", str_from(catalog_relation_name(p->relation)));
    if (p->relation == RELATION_INDIRECT)
        jw_bool(&j->w, "Indirect", true);
    if (p->dev)
        jw_bool(&j->w, "Dev", true);
    if (j->graph.first[i] == j->graph.first[i + 1])
        return;
    jw_open(&j->w, "DependsOn", '[');
    for (uint32_t e = j->graph.first[i]; e < j->graph.first[i + 1]; e++)
        json_put_package_id(j, NULL, &j->graph.packages[j->graph.targets[e]]);
    jw_close(&j->w, ']');
}

void json_put_path(struct json_report *j, const char *key, const struct package *p)
{
    buf_clear(&j->scratch);
    package_path_write(p, &j->scratch);
    jw_text(&j->w, key, buf_view(&j->scratch));
}

void json_put_locations(struct json_report *j, const struct package *p)
{
    if (p->line == 0)
        return;
    jw_open(&j->w, "Locations", '[');
    jw_open(&j->w, NULL, '{');
    jw_u64(&j->w, "StartLine", p->line);
    jw_u64(&j->w, "EndLine", p->end_line ? p->end_line : p->line);
    jw_close(&j->w, '}');
    jw_close(&j->w, ']');
}

/* From what was asked for to the package itself; a package that stands alone has no path. */
void json_put_dependency_path(struct json_report *j, const struct package *p)
{
    enum { MAX_STEPS = 64 };
    uint32_t steps[MAX_STEPS], at = (uint32_t)index_of(j, p);
    size_t count = 0;
    if (j->via[at] == UINT32_MAX || j->via[at] == at)
        return;
    for (; count < MAX_STEPS; at = j->via[at]) {
        steps[count++] = at;
        if (j->via[at] == at)
            break;
    }
    jw_open(&j->w, "DependencyPath", '[');
    while (count-- > 0)
        json_put_package_id(j, NULL, &j->graph.packages[steps[count]]);
    jw_close(&j->w, ']');
}

void json_put_package(struct json_report *j, const struct package *p)
{
    jw_open(&j->w, NULL, '{');
    json_put_package_id(j, "ID", p);
    jw_text(&j->w, "Name", p->name);
    json_put_identifier(j, "Identifier", p);
    put_versions(j, p);
    put_list(j, "Licenses", p->licence);
    jw_text_given(&j->w, "Maintainer", p->maintainer);
    jw_text_given(&j->w, "Modularitylabel", p->module);
    put_relation(j, p);
    json_put_layer(j, "Layer", p->layer);
    if (!p->kind->is_os)
        json_put_path(j, "FilePath", p);
    jw_text_given(&j->w, "Digest", p->digest);
    json_put_locations(j, p);
    put_package_evidence(j, p);
    jw_close(&j->w, '}');
}
