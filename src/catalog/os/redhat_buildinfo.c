/* What Red Hat's build system leaves in its images, for matching against its advisories, which are kept by repository:
 *   content manifests (JSON): "content_sets", the repositories that packages came from
 *   the Dockerfile as built, or its labels as JSON: which image this is, as component-version-release-arch
 * Both stood in root/buildinfo and stand in usr/share/buildinfo in newer images. */
#include "catalog/kinds.h"

enum { MAX_VARIABLES = 64, MAX_VALUE_BYTES = 256 };

struct labels {
    struct str component, version, release, arch;
};

static void take_label(struct labels *labels, struct str key, struct str value)
{
    const struct {
        const char *key;
        struct str *to;
    } rows[] = {
        { "com.redhat.component", &labels->component },
        { "BZComponent", &labels->component },
        { "version", &labels->version },
        { "release", &labels->release },
        { "architecture", &labels->arch },
        { "Architecture", &labels->arch },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (str_is(key, rows[i].key) && value.len && !str_contains(value, "$")) /* an unresolved variable says nothing */
            *rows[i].to = value;
}

static bool add_nvr(const struct catalog_file *file, struct catalog_facts *facts, const struct labels *labels)
{
    if (!labels->component.len || !labels->version.len || !labels->release.len || !labels->arch.len)
        return true;
    struct str nvr = arena_printf(file->scratch, "%.*s-%.*s-%.*s-%.*s", STR_ARG(labels->component), STR_ARG(labels->version),
                                  STR_ARG(labels->release), STR_ARG(labels->arch));
    return nvr.ptr && catalog_add_note(facts, "nvr", nvr, file->path);
}

/* ---- JSON: a content manifest, or an object of labels ------------------------------------------------------------------- */

static bool take_content_sets(struct json *json, const struct catalog_file *file, struct catalog_facts *facts)
{
    struct str value;
    bool ok = true;
    if (json_array(json)) {
        while (json_item(json)) {
            if (json_string(json, &value))
                ok = ok && catalog_add_note(facts, "content-set", value, file->path);
        }
    }
    return ok;
}

static bool parse_json(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct json json;
    struct str key, value;
    struct labels labels = { 0 };
    struct error err = { 0 };
    bool ok = true;
    json_begin(&json, file->text, file->scratch);
    if (json_object(&json)) {
        while (json_key(&json, &key)) {
            if (str_is(key, "content_sets"))
                ok = take_content_sets(&json, file, facts) && ok;
            else if (json_string(&json, &value))
                take_label(&labels, key, value);
        }
    }
    if (!json_end(&json, &err))
        return ok && catalog_warn(facts, file->path, true, "Red Hat's build information: %s", err.text);
    return ok && add_nvr(file, facts, &labels);
}

/* ---- Dockerfile: LABEL, and the ENV and ARG that its values use ---------------------------------------------------------- */

struct dockerfile {
    struct arena *scratch;
    struct labels labels;
    struct {
        struct str name, value;
    } variables[MAX_VARIABLES];
    size_t variable_count;
};

static const struct str *find_variable(const struct dockerfile *d, struct str name)
{
    for (size_t i = d->variable_count; i-- > 0;) /* the last one set */
        if (str_eq(d->variables[i].name, name))
            return &d->variables[i].value;
    return NULL;
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Replaces $NAME or ${NAME} at the head of *text; false where that is not a variable that was set. */
static bool put_variable(const struct dockerfile *d, struct str *text, struct buf *out)
{
    bool braces = text->len > 1 && text->ptr[1] == '{';
    struct str rest = str_skip(*text, braces ? 2 : 1);
    size_t len = 0;
    while (len < rest.len && is_name_char(rest.ptr[len]))
        len++;
    const struct str *value = find_variable(d, str_head(rest, len));
    if (!value || (braces && (len == rest.len || rest.ptr[len] != '}')))
        return false;
    buf_str(out, *value);
    *text = str_skip(rest, len + (braces ? 1 : 0));
    return true;
}

/* Takes one word: quotes join, a backslash takes the next character as it is. Variables are replaced in all but single
 * quotes; those that are not known stay as they are. */
static bool next_word(const struct dockerfile *d, struct str *rest, struct buf *out)
{
    char quote = 0;
    *rest = str_trim(*rest);
    if (rest->len == 0)
        return false;
    buf_clear(out);
    while (rest->len > 0) {
        char c = rest->ptr[0];
        if (!quote && (c == ' ' || c == '\t'))
            break;
        if (c == '$' && quote != '\'' && put_variable(d, rest, out))
            continue;
        *rest = str_skip(*rest, 1);
        if (c == quote) {
            quote = 0;
        } else if (!quote && (c == '"' || c == '\'')) {
            quote = c;
        } else if (c == '\\' && quote != '\'' && rest->len > 0) {
            buf_chr(out, rest->ptr[0]);
            *rest = str_skip(*rest, 1);
        } else {
            buf_chr(out, c);
        }
    }
    return true;
}

/* KEY=VALUE words; a first word without "=" is the old form KEY VALUE… to the end of the line. */
static bool take_pairs(struct dockerfile *d, struct str rest, bool is_label, struct buf *word)
{
    while (next_word(d, &rest, word)) {
        struct str key, value;
        if (!str_cut(buf_view(word), '=', &key, &value)) {
            value = str_trim(rest);
            rest = str_head(rest, 0);
        }
        key = arena_str(d->scratch, key);
        value = arena_str(d->scratch, str_head(value, MAX_VALUE_BYTES));
        if (!key.ptr || !value.ptr)
            return false;
        if (is_label)
            take_label(&d->labels, key, value);
        else if (d->variable_count < MAX_VARIABLES) {
            d->variables[d->variable_count].name = key;
            d->variables[d->variable_count++].value = value;
        }
    }
    return true;
}

/* Takes an instruction with its continuation lines joined; false at the end. Comment lines within are left out. */
static bool next_instruction(struct str *rest, struct buf *out)
{
    struct str line;
    bool any = false, more = true;
    buf_clear(out);
    while (more && str_line(rest, &line)) {
        any = true;
        line = str_trim(line);
        if (str_starts(line, "#"))
            continue;
        more = str_ends(line, "\\");
        buf_str(out, str_head(line, line.len - (more ? 1 : 0)));
        buf_chr(out, ' ');
    }
    return any;
}

/* "Dockerfile-ubi8-8.5-226" names the version and release of the build, which the labels may have had as variables. */
static void take_file_name(struct labels *labels, struct str name)
{
    size_t dash;
    if (!str_rfind(name, '-', &dash))
        return;
    struct str release = str_skip(name, dash + 1);
    name = str_head(name, dash);
    if (!str_rfind(name, '-', &dash) || release.len == 0 || dash + 1 == name.len)
        return;
    labels->version = str_skip(name, dash + 1);
    labels->release = release;
}

static bool parse_dockerfile(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct dockerfile d = { .scratch = file->scratch };
    struct buf line, word;
    struct str rest = file->text, name, arguments;
    bool ok = true;
    buf_init(&line, file->text.len + 1024);
    buf_init(&word, file->text.len + 64 * 1024);
    while (ok && next_instruction(&rest, &line)) {
        if (!str_cut(str_trim(buf_view(&line)), ' ', &name, &arguments))
            continue;
        bool is_label = str_eq_nocase(name, STR("LABEL"));
        if (is_label || str_eq_nocase(name, STR("ENV")) || str_eq_nocase(name, STR("ARG")))
            ok = take_pairs(&d, arguments, is_label, &word);
    }
    take_file_name(&d.labels, path_base(file->path));
    ok = ok && add_nvr(file, facts, &d.labels);
    buf_free(&line);
    buf_free(&word);
    return ok;
}

static bool is_dockerfile(struct str path)
{
    return str_starts(path_base(path), "Dockerfile-");
}

static bool accepts(struct str path)
{
    return is_dockerfile(path) || str_ends(path, ".json");
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    return is_dockerfile(file->path) ? parse_dockerfile(file, facts) : parse_json(file, facts);
}

static const struct catalog_claim claims[] = {
    { "root/buildinfo/*", NULL },
    { "root/buildinfo/content_manifests/*.json", NULL },
    { "usr/share/buildinfo/*", NULL },
    { "usr/share/buildinfo/content_manifests/*.json", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_redhat_buildinfo_kind = {
    .name = "redhat-buildinfo",
    .is_os = true,
    .is_facts_only = true,
    .claims = claims,
    .accepts = accepts,
    .max_bytes = 4u << 20,
    .parse = parse,
};
