/* --format json: Trivy's report (SchemaVersion 2), same names and meanings, as a superset: what its schema lacks stands under
 * "Drydock" in its object. Lists are always there, also when they are empty. docs/report.schema.json has the whole. */
#include "report/json_report.h"

#include "codec/codec.h"

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
    const struct inventory_layer *layer = json_layer_of(j, f->package->layer);
    jw_open(w, "Drydock", '{');
    jw_open(w, "Evidence", '{');
    jw_text(w, "File", f->package->path);
    if (f->package->length) {
        jw_u64(w, "Offset", f->package->offset);
        jw_u64(w, "Length", f->package->length);
    }
    if (layer)
        json_put_layer(j, "FileLayer", f->package->file_layer);
    if (f->package->line)
        jw_u64(w, "Line", f->package->line);
    jw_text_given(w, "Proof", f->package->proof);
    jw_text(w, "Namespace", f->space);
    jw_text(w, "LookedUp", f->looked_up);
    jw_text(w, "Compared", f->compared);
    jw_text(w, "AffectedRange", f->range);
    jw_close(w, '}');
    json_put_dependency_path(j, f->package);
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
    json_put_package_id(j, "PkgID", f->package);
    jw_text(w, "PkgName", f->package->name);
    if (!f->package->kind->is_os)
        json_put_path(j, "PkgPath", f->package);
    json_put_identifier(j, "PkgIdentifier", f->package);
    jw_text(w, "InstalledVersion", f->package->version);
    jw_text_given(w, "FixedVersion", f->fixed);
    jw_text(w, "Status", str_from(status_name(f->status)));
    json_put_layer(j, "Layer", f->package->layer);
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
            json_put_package(j, result->packages[i]);
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
    if (result->gone_count) {
        jw_open(w, "GoneFindings", '[');
        for (size_t i = 0; i < result->gone_count; i++) {
            jw_open(w, NULL, '{');
            jw_text(w, "VulnerabilityID", result->gone[i].id);
            json_put_package_id(j, "PkgID", result->gone[i].package);
            jw_close(w, '}');
        }
        jw_close(w, ']');
    }
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

static void put_repository(struct json_writer *w, const struct report_repository *r)
{
    jw_text_given(w, "RepoURL", r->url);
    jw_text_given(w, "Branch", r->branch);
    if (r->tag_count)
        jw_texts(w, "Tags", r->tags, r->tag_count);
    jw_text_given(w, "Commit", r->commit);
    jw_text_given(w, "CommitMsg", r->message);
    jw_text_given(w, "Author", r->author);
    jw_text_given(w, "Committer", r->committer);
}

static void put_metadata(struct json_report *j)
{
    struct json_writer *w = &j->w;
    const struct inventory *inventory = j->report->inventory;
    const struct image *image = &inventory->image;
    jw_open(w, "Metadata", '{');
    put_os(j);
    if (j->report->repository)
        put_repository(w, j->report->repository);
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

static void put_files(struct json_report *j, const struct inventory_files *files)
{
    jw_u64(&j->w, "Count", files->count);
    jw_u64(&j->w, "Bytes", files->size_bytes);
    jw_u64(&j->w, "Executables", files->executable_count);
    jw_u64(&j->w, "ExecutableBytes", files->executable_bytes);
}

/* What the files of the image are, and the executables that nothing explains. */
static void put_coverage(struct json_report *j)
{
    const struct inventory *inventory = j->report->inventory;
    struct json_writer *w = &j->w;
    if (!inventory->classified)
        return;
    jw_open(w, "Coverage", '{');
    jw_open(w, "Files", '{');
    for (int c = 0; c < FILE_CLASS_COUNT; c++) {
        jw_open(w, file_class_name((enum file_class)c), '{');
        put_files(j, &inventory->files[c]);
        jw_close(w, '}');
    }
    jw_close(w, '}');
    jw_u64(w, "ExecutableBytes", inventory_executables(inventory).executable_bytes);
    jw_u64(w, "UnexplainedBytes", inventory->files[FILE_UNEXPLAINED].executable_bytes);
    jw_open(w, "Unexplained", '[');
    for (size_t i = 0; i < inventory->unexplained_count; i++) {
        const struct inventory_executable *e = &inventory->unexplained[i];
        jw_open(w, NULL, '{');
        jw_text(w, "Path", e->path);
        jw_u64(w, "Size", e->size_bytes);
        if (e->is_script)
            jw_bool(w, "Script", true);
        json_put_layer(j, "Layer", e->layer);
        jw_close(w, '}');
    }
    jw_close(w, ']');
    jw_close(w, '}');
}

static void put_changes(struct json_report *j)
{
    const struct inventory *inventory = j->report->inventory;
    jw_open(&j->w, "Changes", '[');
    for (size_t i = 0; i < inventory->change_count; i++) {
        const struct inventory_change *change = &inventory->changes[i];
        jw_open(&j->w, NULL, '{');
        json_put_package_id(j, "Package", &inventory->packages[change->package]);
        jw_text(&j->w, "Path", change->path);
        jw_text(&j->w, "Change", change->text);
        if (change->configuration)
            jw_bool(&j->w, "Configuration", true);
        jw_close(&j->w, '}');
    }
    jw_close(&j->w, ']');
}

/* Packages that are not judged: language packages that belong to an OS package, whose advisories speak for them, and those
 * that a lock file names but that are not installed. */
static void put_unjudged(struct json_report *j, const char *key, bool locked)
{
    const struct inventory *inventory = j->report->inventory;
    jw_open(&j->w, key, '[');
    for (size_t i = 0; i < inventory->package_count && j->report->list_all_packages; i++) {
        const struct package *p = &inventory->packages[i];
        if (!(locked ? p->locked_only && !p->owned : p->owned))
            continue;
        jw_open(&j->w, NULL, '{');
        jw_text(&j->w, "Type", str_from(p->kind->name));
        jw_text(&j->w, "Name", p->name);
        jw_text(&j->w, "Version", p->version);
        json_put_path(j, "FilePath", p);
        jw_text_given(&j->w, "Owner", p->owner);
        jw_close(&j->w, '}');
    }
    jw_close(&j->w, ']');
}

/* What decides which advisories apply, and is no package: for the report to be judged again (`drydock sbom`). */
static void put_facts(struct json_report *j)
{
    static const char *const keys[] = { "content-set", "nvr", "esm", "apk-repository" };
    const struct inventory *inventory = j->report->inventory;
    jw_open(&j->w, "Facts", '[');
    for (size_t i = 0; i < inventory->note_count; i++)
        for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
            if (!str_is(inventory->notes[i].key, keys[k]))
                continue;
            jw_open(&j->w, NULL, '{');
            jw_text(&j->w, "Key", inventory->notes[i].key);
            jw_text(&j->w, "Value", inventory->notes[i].value);
            jw_text(&j->w, "File", inventory->notes[i].path);
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
    put_unjudged(j, "OwnedPackages", false);
    put_unjudged(j, "LockedPackages", true);
    put_facts(j);
    put_coverage(j);
    put_changes(j);
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
    char digest[DIGEST_TEXT_BYTES], id[40];
    if (!digest_of(DIGEST_SHA256, body, digest, err))
        return false;
    const char *hex = digest + strlen("sha256:");
    snprintf(id, sizeof id, "%.8s-%.4s-8%.3s-8%.3s-%.12s", hex, hex + 8, hex + 12, hex + 15, hex + 18);
    jw_text(&j->w, "ReportID", str_from(id));
    return true;
}

bool json_report_write(const struct report *report, struct buf *out, struct error *err)
{
    struct buf body;
    struct json_report j = { .w = { .out = &body, .depth = 1, .first = false }, .report = report };
    const struct inventory *inventory = report->inventory;
    arena_init(&j.arena, "JSON report", (size_t)1 << 30);
    if (!catalog_graph_build(inventory->packages, inventory->package_count, &j.arena, &j.graph) ||
        !catalog_graph_paths(&j.graph, &j.arena, &j.via)) {
        arena_error(&j.arena, err);
        arena_free(&j.arena);
        return false;
    }
    buf_init(&body, out->max);
    buf_init(&j.scratch, 1 << 20);
    put_body(&j);
    j.w = (struct json_writer){ .out = out, .first = true };
    jw_open(&j.w, NULL, '{');
    jw_u64(&j.w, "SchemaVersion", 2);
    bool ok = put_id(&j, buf_view(&body), err);
    jw_time(&j.w, "CreatedAt", time_printed());
    put_json_shown(out, buf_view(&body));
    jw_close(&j.w, '}');
    buf_chr(out, '\n');
    out->failed |= body.failed;
    buf_free(&body);
    buf_free(&j.scratch);
    arena_free(&j.arena);
    return ok;
}
