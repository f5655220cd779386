/* --format json: Trivy's report (SchemaVersion 2), same names and meanings, as a superset: what its schema lacks stands under
 * "Drydock" in its object. Lists are always there, also when they are empty. docs/report.schema.json has the whole. */
#include "report/parts.h"

#include "codec/codec.h"

struct json_report {
    struct json_writer w;
    const struct report *report;
    struct buf scratch; /* for package URLs */
};

static const struct inventory_layer *layer_of(const struct json_report *j, uint32_t index)
{
    const struct inventory *inventory = j->report->inventory;
    return index < inventory->layer_count ? &inventory->layers[index] : NULL;
}

static void put_layer(struct json_report *j, const char *key, uint32_t index)
{
    const struct inventory_layer *layer = layer_of(j, index);
    jw_open(&j->w, key, '{');
    if (layer) {
        jw_text_given(&j->w, "Digest", layer->digest);
        jw_text_given(&j->w, "DiffID", layer->diff_id);
    }
    jw_close(&j->w, '}');
}

static void put_identifier(struct json_report *j, const char *key, const struct package *p)
{
    char uid[32];
    snprintf(uid, sizeof uid, "%016llx", (unsigned long long)package_uid(p, &j->scratch));
    buf_clear(&j->scratch);
    purl_write(p, &j->report->inventory->distro, &j->scratch);
    jw_open(&j->w, key, '{');
    jw_text(&j->w, "PURL", buf_view(&j->scratch));
    jw_text(&j->w, "UID", str_from(uid));
    jw_close(&j->w, '}');
}

static void put_package_id(struct json_report *j, const char *key, const struct package *p)
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

/* Evidence of a package: the file and bytes that say so, and in which layer they were read. */
static void put_package_evidence(struct json_report *j, const struct package *p)
{
    const struct inventory_layer *layer = layer_of(j, p->layer);
    jw_open(&j->w, "Drydock", '{');
    jw_text(&j->w, "File", p->path);
    if (p->length) {
        jw_u64(&j->w, "Offset", p->offset);
        jw_u64(&j->w, "Length", p->length);
    }
    if (layer)
        put_layer(j, "FileLayer", p->file_layer);
    if (layer)
        jw_text_given(&j->w, "CreatedBy", layer->created_by);
    jw_text_given(&j->w, "Owner", p->owner);
    jw_text_given(&j->w, "Provides", p->provides);
    if (p->third_party)
        jw_bool(&j->w, "ThirdParty", true);
    jw_close(&j->w, '}');
}

static void put_package(struct json_report *j, const struct package *p)
{
    jw_open(&j->w, NULL, '{');
    put_package_id(j, "ID", p);
    jw_text(&j->w, "Name", p->name);
    put_identifier(j, "Identifier", p);
    put_versions(j, p);
    if (p->licence.len)
        jw_texts(&j->w, "Licenses", &p->licence, 1);
    jw_text_given(&j->w, "Maintainer", p->maintainer);
    jw_text_given(&j->w, "Modularitylabel", p->module);
    put_layer(j, "Layer", p->layer);
    if (!p->kind->is_os)
        jw_text(&j->w, "FilePath", p->path);
    put_package_evidence(j, p);
    jw_close(&j->w, '}');
}

/* ---- findings --------------------------------------------------------------------------------------------------------------------- */

static void put_ratings(struct json_report *j, const struct vulndb_vulnerability *v)
{
    struct json_writer *w = &j->w;
    jw_open(w, "VendorSeverity", '{');
    for (size_t i = 0; i < v->rating_count; i++) {
        char source[128];
        snprintf(source, sizeof source, "%.*s", STR_ARG(v->ratings[i].source));
        if (v->ratings[i].severity != SEVERITY_UNKNOWN)
            jw_u64(w, source, v->ratings[i].severity);
    }
    jw_close(w, '}');
    jw_open(w, "CVSS", '{');
    for (size_t i = 0; i < v->rating_count; i++) {
        const struct vulndb_rating *r = &v->ratings[i];
        char source[128];
        snprintf(source, sizeof source, "%.*s", STR_ARG(r->source));
        if (!r->cvss2.len && !r->cvss3.len && !r->cvss4.len)
            continue;
        jw_open(w, source, '{');
        jw_text_given(w, "V2Vector", r->cvss2);
        jw_text_given(w, "V3Vector", r->cvss3);
        jw_text_given(w, "V40Vector", r->cvss4);
        if (r->score2 > 0)
            jw_number(w, "V2Score", (double)r->score2);
        if (r->score3 > 0)
            jw_number(w, "V3Score", (double)r->score3);
        if (r->score4 > 0)
            jw_number(w, "V40Score", (double)r->score4);
        jw_close(w, '}');
    }
    jw_close(w, '}');
}

/* The chain from the file to the comparison: what was looked up where, and which range held the version. */
static void put_finding_evidence(struct json_report *j, const struct finding *f)
{
    struct json_writer *w = &j->w;
    const struct inventory_layer *layer = layer_of(j, f->package->layer);
    jw_open(w, "Drydock", '{');
    jw_open(w, "Evidence", '{');
    jw_text(w, "File", f->package->path);
    if (f->package->length) {
        jw_u64(w, "Offset", f->package->offset);
        jw_u64(w, "Length", f->package->length);
    }
    if (layer)
        put_layer(j, "FileLayer", f->package->file_layer);
    jw_text(w, "Namespace", f->space);
    jw_text(w, "LookedUp", f->looked_up);
    jw_text(w, "Compared", f->compared);
    jw_text(w, "AffectedRange", f->range);
    jw_close(w, '}');
    if (layer)
        jw_text_given(w, "CreatedBy", layer->created_by);
    jw_texts(w, "Aliases", f->details.aliases, f->details.alias_count);
    if (f->details.kev_added_s) {
        jw_open(w, "KEV", '{');
        jw_time_given(w, "DateAdded", f->details.kev_added_s);
        jw_time_given(w, "DueDate", f->details.kev_due_s);
        jw_bool(w, "Ransomware", f->details.kev_ransomware);
        jw_close(w, '}');
    }
    if (f->details.epss > 0) {
        jw_open(w, "EPSS", '{');
        jw_number(w, "Score", (double)f->details.epss);
        jw_number(w, "Percentile", (double)f->details.epss_percentile);
        jw_close(w, '}');
    }
    jw_close(w, '}');
}

static void put_finding(struct json_report *j, const struct finding *f)
{
    struct json_writer *w = &j->w;
    const struct vulndb_vulnerability *v = &f->details;
    jw_open(w, NULL, '{');
    jw_text(w, "VulnerabilityID", f->id);
    jw_texts(w, "VendorIDs", f->vendor_ids, f->vendor_id_count);
    put_package_id(j, "PkgID", f->package);
    jw_text(w, "PkgName", f->package->name);
    if (!f->package->kind->is_os)
        jw_text(w, "PkgPath", f->package->path);
    put_identifier(j, "PkgIdentifier", f->package);
    jw_text(w, "InstalledVersion", f->package->version);
    jw_text_given(w, "FixedVersion", f->fixed);
    jw_text(w, "Status", str_from(status_name(f->status)));
    put_layer(j, "Layer", f->package->layer);
    jw_text_given(w, "SeveritySource", f->severity_source);
    jw_text_given(w, "PrimaryURL", f->url);
    jw_open(w, "DataSource", '{');
    jw_text(w, "ID", f->source.id);
    jw_text_given(w, "BaseID", f->source.base_id);
    jw_text(w, "Name", f->source.name);
    jw_text(w, "URL", f->source.url);
    jw_close(w, '}');
    jw_text_given(w, "Title", v->title);
    jw_text_given(w, "Description", v->description);
    jw_text(w, "Severity", str_from(severity_name(f->severity)));
    jw_texts(w, "CweIDs", v->cwes, v->cwe_count);
    put_ratings(j, v);
    jw_texts(w, "References", v->references, v->reference_count);
    jw_time_given(w, "PublishedDate", v->published_s);
    jw_time_given(w, "LastModifiedDate", v->modified_s);
    put_finding_evidence(j, f);
    jw_close(w, '}');
}

static void put_result(struct json_report *j, const struct result *result)
{
    struct json_writer *w = &j->w;
    jw_open(w, NULL, '{');
    jw_text(w, "Target", result->target);
    jw_text(w, "Class", result->is_os ? STR("os-pkgs") : STR("lang-pkgs"));
    jw_text(w, "Type", result->type);
    if (j->report->list_all_packages) {
        jw_open(w, "Packages", '[');
        for (size_t i = 0; i < result->package_count; i++)
            put_package(j, result->packages[i]);
        jw_close(w, ']');
    }
    jw_open(w, "Vulnerabilities", '[');
    for (size_t i = 0; i < result->finding_count; i++)
        put_finding(j, &result->findings[i]);
    jw_close(w, ']');
    jw_open(w, "Drydock", '{');
    jw_u64(w, "PackageCount", result->package_count);
    jw_bool(w, "Checked", result->coverage == COVERAGE_CHECKED);
    jw_text_given(w, "NotChecked", result->coverage_text);
    jw_close(w, '}');
    jw_close(w, '}');
}

/* ---- the report --------------------------------------------------------------------------------------------------------------------- */

static void put_os(struct json_report *j)
{
    const struct distro *d = &j->report->inventory->distro;
    if (!j->report->inventory->distro_known)
        return;
    jw_open(&j->w, "OS", '{');
    jw_text(&j->w, "Family", d->family);
    jw_text(&j->w, "Name", d->release);
    if (j->report->end_of_life)
        jw_bool(&j->w, "EOSL", true);
    jw_close(&j->w, '}');
}

static void put_metadata(struct json_report *j)
{
    struct json_writer *w = &j->w;
    const struct inventory *inventory = j->report->inventory;
    const struct image *image = &inventory->image;
    jw_open(w, "Metadata", '{');
    put_os(j);
    if (image->id.len) {
        uint64_t size = 0;
        for (size_t i = 0; i < inventory->layer_count; i++)
            size += inventory->layers[i].size_bytes;
        jw_u64(w, "Size", size);
        jw_text(w, "ImageID", image->id);
        jw_open(w, "DiffIDs", '[');
        for (size_t i = 0; i < inventory->layer_count; i++)
            jw_text(w, NULL, inventory->layers[i].diff_id);
        jw_close(w, ']');
        jw_texts(w, "RepoTags", image->repo_tags, image->repo_tag_count);
        jw_texts(w, "RepoDigests", image->repo_digests, image->repo_digest_count);
        jw_text_given(w, "Reference", image->name);
        if (image->config_json.len)
            jw_raw(w, "ImageConfig", str_trim(image->config_json));
        jw_open(w, "Layers", '[');
        for (size_t i = 0; i < inventory->layer_count; i++) {
            jw_open(w, NULL, '{');
            jw_u64(w, "Size", inventory->layers[i].size_bytes);
            jw_text_given(w, "Digest", inventory->layers[i].digest);
            jw_text_given(w, "DiffID", inventory->layers[i].diff_id);
            jw_close(w, '}');
        }
        jw_close(w, ']');
    }
    jw_close(w, '}');
}

static void put_warnings(struct json_report *j)
{
    const struct inventory *inventory = j->report->inventory;
    const struct matches *matches = j->report->matches;
    jw_open(&j->w, "Warnings", '[');
    for (size_t i = 0; i < inventory->warning_count + matches->warning_count; i++) {
        const struct catalog_warning *warning =
            i < inventory->warning_count ? &inventory->warnings[i] : &matches->warnings[i - inventory->warning_count];
        jw_open(&j->w, NULL, '{');
        jw_text(&j->w, "File", warning->path);
        jw_text(&j->w, "Message", warning->text);
        jw_bool(&j->w, "Incomplete", warning->incomplete);
        jw_close(&j->w, '}');
    }
    jw_close(&j->w, ']');
}

/* Language packages that belong to an OS package are matched as that, and listed here. */
static void put_owned(struct json_report *j)
{
    const struct inventory *inventory = j->report->inventory;
    jw_open(&j->w, "OwnedPackages", '[');
    for (size_t i = 0; i < inventory->package_count && j->report->list_all_packages; i++) {
        const struct package *p = &inventory->packages[i];
        if (!p->owned)
            continue;
        jw_open(&j->w, NULL, '{');
        jw_text(&j->w, "Type", str_from(p->kind->name));
        jw_text(&j->w, "Name", p->name);
        jw_text(&j->w, "Version", p->version);
        jw_text(&j->w, "FilePath", p->path);
        jw_text(&j->w, "Owner", p->owner);
        jw_close(&j->w, '}');
    }
    jw_close(&j->w, ']');
}

static void put_drydock(struct json_report *j)
{
    struct json_writer *w = &j->w;
    const struct report *r = j->report;
    jw_open(w, "Drydock", '{');
    jw_text(w, "Version", STR(DRYDOCK_VERSION));
    jw_open(w, "Database", '{');
    jw_text(w, "Description", r->database);
    jw_time_given(w, "BuiltAt", r->database_info.built_s);
    jw_bool(w, "Starter", r->database_info.is_starter);
    jw_u64(w, "Advisories", r->database_info.advisory_count);
    jw_close(w, '}');
    jw_bool(w, "Incomplete", r->inventory->incomplete);
    jw_u64(w, "Files", r->inventory->file_count);
    jw_u64(w, "Unreadable", r->inventory->unreadable_count);
    if (r->end_of_life_known)
        jw_time_given(w, "EndOfLife", r->end_of_life_s);
    jw_open(w, "VerifiedLayers", '[');
    for (size_t i = 0; i < r->inventory->layer_count; i++)
        jw_bool(w, NULL, r->inventory->layers[i].verified);
    jw_close(w, ']');
    put_owned(j);
    put_warnings(j);
    jw_close(w, '}');
}

static void put_body(struct json_report *j)
{
    const struct report *r = j->report;
    jw_text_given(&j->w, "ArtifactID", r->inventory->image.id);
    jw_text(&j->w, "ArtifactName", r->artifact_name);
    jw_text(&j->w, "ArtifactType", r->artifact_type);
    put_metadata(j);
    jw_open(&j->w, "Results", '[');
    for (size_t i = 0; i < r->matches->result_count; i++)
        put_result(j, &r->matches->results[i]);
    jw_close(&j->w, ']');
    put_drydock(j);
}

/* The report's ID is a digest of its body in the form of a UUID (RFC 9562, version 8), so that equal scans are equal. */
static bool put_id(struct json_report *j, struct str body, struct error *err)
{
    char digest[160], id[40];
    if (!digest_of(DIGEST_SHA256, body, digest, err))
        return false;
    const char *hex = digest + strlen("sha256:");
    snprintf(id, sizeof id, "%.8s-%.4s-8%.3s-8%.3s-%.12s", hex, hex + 8, hex + 12, hex + 15, hex + 18);
    jw_text(&j->w, "ReportID", str_from(id));
    return true;
}

/* DEL and the C1 controls need no escape in JSON, but a terminal obeys them: they are written as \u007f to \u009f. In a
 * document that is UTF-8 they can only stand in strings. */
static void put_escaped(struct buf *out, struct str json)
{
    size_t plain = 0;
    for (size_t i = 0; i < json.len; i++) {
        unsigned char c = (unsigned char)json.ptr[i], next = i + 1 < json.len ? (unsigned char)json.ptr[i + 1] : 0;
        bool is_c1 = c == 0xC2 && next >= 0x80 && next < 0xA0;
        if (c != 0x7F && !is_c1)
            continue;
        buf_add(out, json.ptr + plain, i - plain);
        buf_printf(out, "\\u%04x", is_c1 ? next : c);
        i += is_c1;
        plain = i + 1;
    }
    buf_str(out, str_skip(json, plain));
}

bool json_report_write(const struct report *report, struct buf *out, struct error *err)
{
    struct buf body;
    struct json_report j = { .w = { .out = &body, .depth = 1, .first = false }, .report = report };
    buf_init(&body, out->max);
    buf_init(&j.scratch, 1 << 20);
    put_body(&j);
    j.w = (struct json_writer){ .out = out, .first = true };
    jw_open(&j.w, NULL, '{');
    jw_u64(&j.w, "SchemaVersion", 2);
    bool ok = put_id(&j, buf_view(&body), err);
    jw_time(&j.w, "CreatedAt", time_printed());
    put_escaped(out, buf_view(&body));
    jw_close(&j.w, '}');
    buf_chr(out, '\n');
    out->failed |= body.failed;
    buf_free(&body);
    buf_free(&j.scratch);
    return ok;
}
