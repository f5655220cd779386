/* Which images a command line asks for: see many.h. */
#include "cmd/many.h"

#include <fnmatch.h>
#include <unistd.h>

enum { MAX_TARGETS = 100000, MAX_LIST_BYTES = 16 << 20 };

/* What is named twice is scanned once. */
static bool add(struct image_options *o, struct target target, struct error *err)
{
    struct str key = arena_printf(&o->s.arena, "%s\n%.*s", target.input ? target.input : "",
                                  STR_ARG(target.reference.len ? target.reference : str_from(target.name)));
    if (!o->target_names.arena)
        map_init(&o->target_names, &o->s.arena);
    if (!key.ptr)
        return arena_error(&o->s.arena, err);
    if (map_get(&o->target_names, key, NULL))
        return true;
    if (!map_put(&o->target_names, key, 1))
        return arena_error(&o->s.arena, err);
    if (o->target_count == MAX_TARGETS)
        return error_set(err, ERROR_LIMIT, "more than %d images at once", MAX_TARGETS);
    struct target *targets = arena_grow(&o->s.arena, o->targets, o->target_count, &o->target_cap, sizeof *targets);
    if (!targets)
        return arena_error(&o->s.arena, err);
    o->targets = targets;
    targets[o->target_count++] = target;
    return true;
}

/* An image's ID, which engines know and registries do not: no name, but a thing to ask for. */
static bool is_image_id(struct str text)
{
    enum digest_algorithm algorithm;
    struct str hex;
    char digest[7 + 64 + 1];
    snprintf(digest, sizeof digest, "sha256:%.*s", STR_ARG(str_head(text, 65)));
    return text.len == 64 && digest_parse(str_from(digest), &algorithm, &hex);
}

/* By the contract a path is a file; anything else is the name of an image. */
static bool add_argument(struct image_options *o, struct str text, bool every, struct error *err)
{
    const char *name = arena_cstr(&o->s.arena, text);
    if (!name)
        return arena_error(&o->s.arena, err);
    if (image_argument_is_path(text))
        return add(o, (struct target){ .name = name, .input = name, .every = every }, err);
    struct image_reference parsed;
    if (!is_image_id(text) && !image_reference_parse(text, &o->s.arena, &parsed, err))
        return access(name, F_OK) == 0
                   ? error_set(err, ERROR_USAGE,
                               "%s: names an image in a registry; for the file or folder of that name write ./%s", name, name)
                   : false;
    return add(o, (struct target){ .name = name, .reference = str_from(name), .every = every }, err);
}

/* With --input the arguments pick images in that file. */
static bool add_input(struct image_options *o, int argc, char **argv, struct error *err)
{
    const char *input = arena_cstr(&o->s.arena, o->s.input);
    bool piped = str_is(o->s.input, "-");
    if (!input)
        return arena_error(&o->s.arena, err);
    if (argc == 0)
        return add(o, (struct target){ .name = piped ? "standard input" : input, .input = input }, err);
    if (piped && argc > 1)
        return error_set(err, ERROR_USAGE, "standard input can be read once: one image of it at a time");
    for (int i = 0; i < argc; i++)
        if (!add(o, (struct target){ .name = argc > 1 ? argv[i] : input, .input = input, .reference = str_from(argv[i]) }, err))
            return false;
    return true;
}

/* One name a line; "#" begins a comment. */
static bool add_file(struct image_options *o, struct str path, struct error *err)
{
    struct str text, line, rest;
    const char *name = arena_cstr(&o->s.arena, path);
    if (!name)
        return arena_error(&o->s.arena, err);
    if (str_is(path, "-")) {
        struct stream *in = stream_pipe(STDIN_FILENO, err);
        bool ok = in && stream_text(in, MAX_LIST_BYTES, &o->s.arena, &text, err);
        stream_close(in);
        if (!ok)
            return error_wrap(err, "--from-file");
    } else if (!file_read(name, MAX_LIST_BYTES, &o->s.arena, &text, err)) {
        return error_wrap(err, "--from-file");
    }
    unsigned number = 0;
    for (rest = text; str_line(&rest, &line);) {
        struct str entry, comment;
        number++;
        str_cut(line, '#', &entry, &comment);
        entry = str_trim(entry);
        if (entry.len && !add_argument(o, entry, false, err))
            return error_wrap(err, "%s line %u", strcmp(name, "-") == 0 ? "standard input" : name, number);
    }
    return o->target_count ||
           error_set(err, ERROR_USAGE, "--from-file: %s names no image", strcmp(name, "-") == 0 ? "standard input" : name);
}

/* ---- what registries list ------------------------------------------------------------------------------------------------------ */

/* --only-tags: patterns of the shell, with commas between. */
static bool is_wanted_tag(const struct image_options *o, struct str tag)
{
    struct str rest = o->only_tags, pattern;
    char shell[256], text[256];
    if (!rest.len)
        return true;
    snprintf(text, sizeof text, "%.*s", STR_ARG(tag));
    while (str_next(&rest, ',', &pattern)) {
        snprintf(shell, sizeof shell, "%.*s", STR_ARG(str_trim(pattern)));
        if (fnmatch(shell, text, 0) == 0)
            return true;
    }
    return false;
}

/* What cosign and the referrers' fallback of OCI keep under an image's digest: "sha256-….sig", "sha256-…". */
static bool is_attachment(struct str tag)
{
    size_t hex = strlen("sha256-");
    if (!str_starts(tag, "sha256-"))
        return false;
    while (hex < tag.len && strchr("0123456789abcdef", tag.ptr[hex]))
        hex++;
    return hex >= strlen("sha256-") + 64 && (hex == tag.len || tag.ptr[hex] == '.');
}

static bool add_tags(struct image_options *o, struct str repository, struct error *err)
{
    struct image_reference reference;
    struct str *tags;
    size_t count;
    struct registry *registry = sources_registry(&o->s.sources, err);
    if (str_contains(path_base(repository), ":") || str_contains(repository, "@"))
        return error_set(err, ERROR_USAGE, "%.*s: write the repository without a tag, since all are scanned",
                         STR_ARG(repository));
    if (!registry || !image_reference_parse(repository, &o->s.arena, &reference, err))
        return false;
    if (!registry_tags(registry, &reference, &o->s.arena, &tags, &count, err))
        return error_wrap(err, "%.*s", STR_ARG(repository));
    for (size_t i = 0; i < count; i++) {
        struct str name = arena_printf(&o->s.arena, "%.*s:%.*s", STR_ARG(repository), STR_ARG(tags[i]));
        if (!name.ptr)
            return arena_error(&o->s.arena, err);
        if (is_wanted_tag(o, tags[i]) && !is_attachment(tags[i]) && !add_argument(o, name, true, err))
            return false;
    }
    return true;
}

/* A repository that cannot be listed is a row of its own: the others are scanned. */
static bool add_catalog(struct image_options *o, struct str host, struct error *err)
{
    struct str *repositories;
    size_t count;
    struct registry *registry = sources_registry(&o->s.sources, err);
    if (!registry || !registry_catalog(registry, host, &o->s.arena, &repositories, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct error why = { 0 };
        struct str name = arena_printf(&o->s.arena, "%.*s/%.*s", STR_ARG(host), STR_ARG(repositories[i]));
        if (!name.ptr)
            return arena_error(&o->s.arena, err);
        if (!add_tags(o, name, &why)) {
            if (interrupted())
                return interrupt_error(err);
            struct str problem = arena_str(&o->s.arena, str_from(why.text));
            if (!problem.ptr)
                return arena_error(&o->s.arena, err);
            if (!add(o, (struct target){ .name = name.ptr, .every = true, .problem = problem }, err))
                return false;
        }
    }
    return true;
}

static bool add_each(struct image_options *o, struct str list,
                     bool (*add_one)(struct image_options *, struct str, struct error *), struct error *err)
{
    struct str item;
    while (str_next(&list, ',', &item))
        if (str_trim(item).len && !add_one(o, str_trim(item), err))
            return false;
    return true;
}

bool targets_are_many(const struct image_options *o)
{
    return o->target_count > 1 || o->s.all_platforms || o->from_file.len || o->all_tags.len || o->catalog.len ||
           o->report_dir.len || !report_format_find(o->s.format);
}

bool targets_gather(struct image_options *o, int argc, char **argv, struct error *err)
{
    bool lists = o->from_file.len || o->all_tags.len || o->catalog.len;
    if (o->s.input.len && (lists || o->s.sources.daemon.container.len))
        return error_set(err, ERROR_USAGE, "--input is for one file: other images go without it, files as ./FILE among them");
    if (o->only_tags.len && !o->all_tags.len && !o->catalog.len)
        return error_set(err, ERROR_USAGE, "--only-tags picks among the tags of --all-tags and --catalog: give one of them");
    if (o->s.input.len)
        return add_input(o, argc, argv, err);
    if (o->s.sources.daemon.container.len &&
        !add(o, (struct target){ .name = arena_cstr(&o->s.arena, o->s.sources.daemon.container) }, err))
        return false;
    for (int i = 0; i < argc; i++)
        if (!add_argument(o, str_from(argv[i]), false, err))
            return false;
    if (o->s.sources.daemon.container.len && (o->target_count > 1 || lists))
        return error_set(err, ERROR_USAGE, "--container is scanned alone, without other images");
    struct str whole = o->from_file.len ? o->from_file : o->all_tags.len ? o->all_tags : o->catalog;
    bool is_one = (o->from_file.len > 0) + (o->all_tags.len > 0) + (o->catalog.len > 0) == 1 && !str_contains(whole, ",");
    if (is_one && argc == 0 && !str_is(whole, "-"))
        o->whole = whole;
    return add_each(o, o->from_file, add_file, err) && add_each(o, o->all_tags, add_tags, err) &&
           add_each(o, o->catalog, add_catalog, err) &&
           (o->target_count ||
            error_set(err, ERROR_USAGE, "there is no image to scan: %s",
                      o->only_tags.len ? "no tag fits --only-tags" : "name one, e.g. drydock image nginx:alpine"));
}
