/* Options from three places: drydock.yaml, the environment (DRYDOCK_LIST_ALL_PKGS), the command line; the later wins. */
#include "cmd/cmd.h"
#include "codec/codec.h"

#include <stdlib.h>
#include <unistd.h>

enum { MAX_CONFIG_BYTES = 1 << 20 };

const struct option common_option_table[] = {
    { "quiet", 'q', NULL, "no log, only errors", OPTION_FLAG, offsetof(struct common_options, quiet), NULL, NULL },
    { "debug", 'd', NULL, "a log of details", OPTION_FLAG, offsetof(struct common_options, debug), NULL, NULL },
    { "log-format", '\0', "FORMAT", "text or json", OPTION_TEXT, offsetof(struct common_options, log_format), NULL, NULL },
    { "no-progress", '\0', NULL, "no progress line", OPTION_FLAG, offsetof(struct common_options, no_progress), NULL, NULL },
    { "config", 'c', "FILE", "read options from FILE (default: drydock.yaml here, where it exists)", OPTION_TEXT,
      offsetof(struct common_options, config), NULL, NULL },
    { "help", 'h', NULL, "show this help", OPTION_FLAG, offsetof(struct common_options, help), NULL, NULL },
    { 0 },
};

static const struct option *find_option(const struct command *command, struct str name, char letter)
{
    for (const struct option *const *table = command->option_tables; *table; table++)
        for (const struct option *o = *table; o->name; o++)
            if (letter ? o->letter == letter : (str_is(name, o->name) || (o->alias && str_is(name, o->alias))))
                return o;
    return NULL;
}

static bool is_flag(const struct option *o)
{
    return o->type == OPTION_FLAG || o->type == OPTION_CALL_FLAG;
}

static bool parse_bool(struct str value, bool *out)
{
    static const char *const words[] = { "false", "0", "no", "off", "true", "1", "yes", "on" };
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq_nocase(value, str_from(words[i]))) {
            *out = i >= ARRAY_LEN(words) / 2;
            return true;
        }
    return false;
}

/* Texts that are made here stay for the program's life. */
static struct arena *kept(void)
{
    static struct arena arena;
    if (arena.cap_bytes == 0)
        arena_init(&arena, "configuration", 16 << 20);
    return &arena;
}

/* Lists that the place being read has given already: a place replaces what those before it said. */
static struct {
    const struct option *options[32];
    size_t count;
} lists_given;

static bool add_to_list(const struct option *o, struct str *list, struct str value, struct error *err)
{
    for (size_t i = 0; i < lists_given.count; i++)
        if (lists_given.options[i] == o) {
            *list = arena_printf(kept(), "%.*s,%.*s", STR_ARG(*list), STR_ARG(value));
            return list->ptr || arena_error(kept(), err);
        }
    if (lists_given.count < ARRAY_LEN(lists_given.options))
        lists_given.options[lists_given.count++] = o;
    *list = value;
    return true;
}

/* `value` must outlive the command. */
static bool set_option(const struct option *o, void *target, struct str value, struct error *err)
{
    char *at = (char *)target + o->offset;
    bool on = true;
    if (is_flag(o) && !parse_bool(value, &on))
        return error_set(err, ERROR_USAGE, "--%s: \"%.*s\" is neither true nor false", o->name, STR_ARG(value));
    switch (o->type) {
    case OPTION_FLAG: *(bool *)(void *)at = on; return true;
    case OPTION_TEXT: *(struct str *)(void *)at = value; return true;
    case OPTION_LIST: return add_to_list(o, (struct str *)(void *)at, value, err);
    case OPTION_NUMBER:
        if (!str_u64(value, (uint64_t *)(void *)at))
            return error_set(err, ERROR_USAGE, "--%s: \"%.*s\" is not a number", o->name, STR_ARG(value));
        return true;
    case OPTION_CALL: return o->call(target, value, err);
    case OPTION_CALL_FLAG: return !on || o->call(target, value, err);
    }
    return true;
}

/* ---- the environment --------------------------------------------------------------------------------------------------------------- */

static bool read_environment(const struct command *command, void *target, struct error *err)
{
    lists_given.count = 0;
    for (const struct option *const *table = command->option_tables; *table; table++)
        for (const struct option *o = *table; o->name; o++) {
            char name[80] = "DRYDOCK_";
            size_t n = strlen(name);
            for (const char *p = o->name; *p && n + 1 < sizeof name; p++)
                name[n++] = *p == '-' ? '_' : *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
            name[n] = '\0';
            const char *value = getenv(name);
            if (value && value[0] && !set_option(o, target, str_from(value), err))
                return error_wrap(err, "environment variable %s", name);
        }
    return true;
}

/* ---- drydock.yaml ------------------------------------------------------------------------------------------------------------------- */

/* A value may be a scalar or a list, which is the same as its items with commas between. */
static bool config_value(struct json *json, struct arena *arena, struct str *out)
{
    if (json_peek(json) != JSON_ARRAY)
        return json_scalar(json, out);
    struct str item, all = { 0 };
    json_array(json);
    while (json_item(json))
        if (json_scalar(json, &item))
            all = all.len ? arena_printf(arena, "%.*s,%.*s", STR_ARG(all), STR_ARG(item)) : item;
    *out = all;
    return all.len > 0;
}

/* The keys of one object: options, and the gates that stand together under "policy". Others are of another command. */
static bool read_config_object(const struct command *command, struct json *json, bool top, struct arena *arena, void *target,
                               struct error *err)
{
    struct str key, value;
    while (json_key(json, &key)) {
        const struct option *o = find_option(command, key, '\0');
        if (top && str_is(key, "policy") && json_object(json)) {
            if (!read_config_object(command, json, false, arena, target, err))
                return false;
        } else if (!o)
            json_skip(json);
        else if (!config_value(json, arena, &value))
            return error_set(err, ERROR_USAGE, "\"%.*s\" has no value that can be used", STR_ARG(key));
        else if (!set_option(o, target, value, err))
            return false;
    }
    return true;
}

static bool read_config_text(const struct command *command, struct str text, struct arena *arena, void *target, struct error *err)
{
    struct json json;
    json_begin(&json, text, arena);
    if (json_peek(&json) != JSON_OBJECT)
        json_skip(&json); /* an empty file, or one of comments only */
    else if (json_object(&json) && !read_config_object(command, &json, true, arena, target, err))
        return false;
    return json_end(&json, err);
}

static bool read_config(const struct command *command, void *target, struct error *err)
{
    struct common_options *common = target;
    struct arena *arena = kept();
    struct str text, json;
    const char *path = "drydock.yaml";
    if (common->config.len && !(path = arena_cstr(arena, common->config)))
        return arena_error(arena, err);
    if (!common->config.len && access(path, F_OK) != 0)
        return true;
    if (!file_read(path, MAX_CONFIG_BYTES, arena, &text, err))
        return false;
    if (!yaml_to_json(text, 4 * MAX_CONFIG_BYTES, arena, &json, err) || !read_config_text(command, json, arena, target, err))
        return error_wrap(err, "%s", path);
    return true;
}

/* ---- the command line ------------------------------------------------------------------------------------------------------------------ */

struct argument_reader {
    const struct command *command;
    void *target;
    char **argv;
    int argc, at, kept;
};

static bool take_value(struct argument_reader *r, const char *shown, const struct option *o, bool attached, struct str value,
                       struct error *err)
{
    if (is_flag(o))
        value = attached ? value : STR("true");
    else if (!attached) {
        if (r->at >= r->argc)
            return error_set(err, ERROR_USAGE, "%s needs a value: %s %s", shown, shown, o->argument);
        value = str_from(r->argv[r->at++]);
    }
    return set_option(o, r->target, value, err);
}

static bool read_long(struct argument_reader *r, const char *argument, struct error *err)
{
    struct str name, value;
    bool attached = str_cut(str_from(argument + 2), '=', &name, &value);
    const struct option *o = find_option(r->command, name, '\0');
    if (!o)
        return error_set(err, ERROR_USAGE, "unknown option --%.*s; see drydock %s --help", STR_ARG(name), r->command->name);
    char shown[64];
    snprintf(shown, sizeof shown, "--%s", o->name);
    return take_value(r, shown, o, attached, value, err);
}

/* "-q", "-fjson", "-f json"; flags may stand together: "-qd". */
static bool read_letters(struct argument_reader *r, const char *argument, struct error *err)
{
    for (const char *p = argument + 1; *p; p++) {
        const struct option *o = find_option(r->command, (struct str){ 0 }, *p);
        char shown[3] = { '-', *p, '\0' };
        if (!o)
            return error_set(err, ERROR_USAGE, "unknown option %s; see drydock %s --help", shown, r->command->name);
        if (is_flag(o)) {
            if (!take_value(r, shown, o, false, (struct str){ 0 }, err))
                return false;
            continue;
        }
        return take_value(r, shown, o, p[1] != '\0', str_from(p + 1), err);
    }
    return true;
}

static bool read_arguments(const struct command *command, void *target, int *argc, char **argv, struct error *err)
{
    struct argument_reader r = { .command = command, .target = target, .argv = argv, .argc = *argc };
    lists_given.count = 0;
    while (r.at < r.argc) {
        char *argument = argv[r.at++];
        bool ok = true;
        if (strcmp(argument, "--") == 0) {
            while (r.at < r.argc)
                argv[r.kept++] = argv[r.at++];
        } else if (argument[0] == '-' && argument[1] == '-') {
            ok = read_long(&r, argument, err);
        } else if (argument[0] == '-' && argument[1]) {
            ok = read_letters(&r, argument, err);
        } else {
            argv[r.kept++] = argument;
        }
        if (!ok)
            return false;
    }
    *argc = r.kept;
    return true;
}

/* --config decides what is read before the rest of the command line, so it is looked for first. */
static void find_config(struct common_options *common, int argc, char **argv)
{
    const char *variable = getenv("DRYDOCK_CONFIG");
    if (variable && variable[0])
        common->config = str_from(variable);
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (str_starts(str_from(argv[i]), "--config="))
            common->config = str_from(argv[i] + strlen("--config="));
        else if ((strcmp(argv[i], "--config") == 0 || strcmp(argv[i], "-c") == 0) && i + 1 < argc)
            common->config = str_from(argv[i + 1]);
    }
}

static bool setup_log(const struct common_options *common, struct error *err)
{
    bool json = str_is(common->log_format, "json");
    if (common->log_format.len && !json && !str_is(common->log_format, "text"))
        return error_set(err, ERROR_USAGE, "--log-format: \"%.*s\" is neither text nor json", STR_ARG(common->log_format));
    log_setup(common->quiet ? LOG_ERROR : common->debug ? LOG_DEBUG : LOG_INFO, json ? LOG_JSON : LOG_TEXT);
    progress_setup(!common->quiet && !common->no_progress && !json);
    return true;
}

bool options_read(const struct command *command, void *target, int *argc, char **argv, bool *done, struct error *err)
{
    struct common_options *common = target;
    *done = false;
    find_config(common, *argc, argv);
    for (int i = 0; i < *argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            help_command(command, stdout);
            *done = true;
            return true;
        }
    return read_config(command, target, err) && read_environment(command, target, err) &&
           read_arguments(command, target, argc, argv, err) && setup_log(common, err);
}
