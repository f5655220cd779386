/* Amazon's registries without a credential helper. A user of ECR is "AWS" with a password for twelve hours, which its API gives
 * (Amazon ECR API reference and Amazon ECR Public API reference, GetAuthorizationToken) to who signs the request with AWS keys
 * (Signature Version 4). The keys are those of the environment or of the shared credentials file (AWS SDKs and Tools reference
 * guide). Roles, SSO, containers and instances are for Amazon's own helper, docker-credential-ecr-login. */
#include "registry/credentials.h"

enum { MAX_KEYS_BYTES = 1 << 20, MAX_ANSWER_BYTES = 1 << 20 };

/* ---- hosts --------------------------------------------------------------------------------------------------------------------- */

/* ACCOUNT.dkr.ecr.REGION.amazonaws.com, and with addresses of both IP versions ACCOUNT.dkr-ecr.REGION.on.aws; the API that
 * belongs to each. "-fips" goes from one to the other. */
static const struct {
    const char *label, *suffix, *api, *fips_api, *api_suffix;
} partitions[] = {
    { ".dkr.ecr", ".amazonaws.com", "api.ecr.", "ecr-fips.", ".amazonaws.com" },
    { ".dkr.ecr", ".amazonaws.com.cn", "api.ecr.", "ecr-fips.", ".amazonaws.com.cn" },
    { ".dkr-ecr", ".on.aws", "ecr.", "ecr-fips.", ".api.aws" },
};

/* Both become parts of an address and of a signature: nothing but letters, digits and hyphens. */
static bool is_region(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-", text.ptr[i]) || !text.ptr[i])
            return false;
    return text.len > 0 && text.len <= 40;
}

static bool is_account(struct str text)
{
    uint64_t number;
    return text.len == 12 && str_u64(text, &number);
}

/* Passes `prefix` of *rest. */
static bool take(struct str *rest, const char *prefix)
{
    if (!str_starts(*rest, prefix))
        return false;
    *rest = str_skip(*rest, strlen(prefix));
    return true;
}

static struct str own_endpoint(const char *name)
{
    struct str own = env_text(name);
    return own.len ? own : env_text("AWS_ENDPOINT_URL");
}

bool aws_registry_of(struct str host, struct arena *arena, struct aws_registry *out)
{
    if (str_is(host, "public.ecr.aws")) {
        struct str own = own_endpoint("AWS_ENDPOINT_URL_ECR_PUBLIC");
        *out = (struct aws_registry){ .region = STR("us-east-1"), .is_public = true };
        out->endpoint = own.len ? own : STR("https://api.ecr-public.us-east-1.amazonaws.com");
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(partitions); i++) {
        struct str rest = str_skip(host, 12);
        if (!is_account(str_head(host, 12)) || !take(&rest, partitions[i].label) || !str_ends(rest, partitions[i].suffix))
            continue;
        bool is_fips = take(&rest, "-fips");
        struct str region = str_head(rest, rest.len - strlen(partitions[i].suffix));
        if (!take(&region, ".") || !is_region(region))
            continue;
        struct str own = own_endpoint("AWS_ENDPOINT_URL_ECR");
        const char *api = is_fips ? partitions[i].fips_api : partitions[i].api;
        *out = (struct aws_registry){ .region = region };
        out->endpoint = own.len ? own : arena_printf(arena, "https://%s%.*s%s", api, STR_ARG(region), partitions[i].api_suffix);
        return true;
    }
    return false;
}

/* ---- keys ---------------------------------------------------------------------------------------------------------------------- */

/* "[name]" with a remark behind at most. */
static bool section_name(struct str line, struct str *out)
{
    struct str name, rest;
    if (!str_starts(line, "[") || !str_cut(str_skip(line, 1), ']', &name, &rest))
        return false;
    *out = str_trim(name);
    return true;
}

/* "name = value"; a remark begins with '#' or ';' behind a blank. */
static bool setting(struct str line, struct str *name, struct str *value)
{
    if (!str_cut(line, '=', name, value))
        return false;
    *name = str_trim(*name);
    *value = str_trim(*value);
    for (size_t i = 1; i < value->len; i++)
        if ((value->ptr[i] == '#' || value->ptr[i] == ';') && (value->ptr[i - 1] == ' ' || value->ptr[i - 1] == '\t')) {
            *value = str_trim(str_head(*value, i));
            break;
        }
    return true;
}

bool aws_keys_read(struct str text, struct str profile, struct aws_keys *out)
{
    struct aws_keys keys = { 0 };
    struct str line, name, value, section = { 0 };
    while (str_line(&text, &line)) {
        bool is_nested = line.len && (line.ptr[0] == ' ' || line.ptr[0] == '\t');
        if (is_nested || str_starts(line, "#") || str_starts(line, ";") || section_name(line, &section) ||
            !str_eq(section, profile) || !setting(line, &name, &value))
            continue;
        if (str_eq_nocase(name, STR("aws_access_key_id")))
            keys.id = value;
        else if (str_eq_nocase(name, STR("aws_secret_access_key")))
            keys.secret = value;
        else if (str_eq_nocase(name, STR("aws_session_token")))
            keys.session_token = value;
    }
    if (!keys.id.len || !keys.secret.len)
        return false;
    *out = keys;
    return true;
}

static struct str keys_path(struct arena *arena)
{
    struct str own = env_text("AWS_SHARED_CREDENTIALS_FILE"), home = env_text("HOME");
    return own.len || !home.len ? own : arena_printf(arena, "%.*s/.aws/credentials", STR_ARG(home));
}

/* The environment first, then the shared file; origin says where they are from, or why there are none. */
static bool find_keys(struct arena *arena, struct aws_keys *out, struct str *origin)
{
    struct str id = env_text("AWS_ACCESS_KEY_ID"), secret = env_text("AWS_SECRET_ACCESS_KEY"), named = env_text("AWS_PROFILE");
    if (id.len && secret.len) {
        *out = (struct aws_keys){ id, secret, env_text("AWS_SESSION_TOKEN") };
        *origin = STR("AWS_ACCESS_KEY_ID");
        return true;
    }
    struct error unread = { 0 };
    struct str path = keys_path(arena), text = { 0 }, profile = named.len ? named : STR("default");
    if (path.len && file_read(path.ptr, MAX_KEYS_BYTES, arena, &text, &unread) && aws_keys_read(text, profile, out)) {
        *origin = arena_printf(arena, "profile %.*s of %.*s", STR_ARG(profile), STR_ARG(path));
        return true;
    }
    if (named.len)
        *origin = arena_printf(arena, "profile %.*s of AWS_PROFILE has no keys in %.*s", STR_ARG(named),
                               STR_ARG(path.len ? path : STR("a file")));
    else
        *origin = STR("there are no AWS keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, "
                      "or install docker-credential-ecr-login");
    return false;
}

/* ---- asking for a token -------------------------------------------------------------------------------------------------------------- */

/* ECR has a list of data in "authorizationData", of which one is asked for; ECR Public has it alone. */
static void read_token(struct json *json, struct str *token)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "authorizationToken"))
            json_string(json, token);
        else
            json_skip(json);
}

static void read_tokens(struct json *json, struct str *token)
{
    if (json_peek(json) == JSON_OBJECT)
        read_token(json, token);
    else if (json_array(json))
        while (json_item(json))
            read_token(json, token);
}

bool aws_answer_read(struct str answer, struct arena *arena, struct registry_credentials *out, struct error *err)
{
    struct registry_credentials found = { 0 };
    struct str key, token = { 0 }, plain;
    struct json json;
    json_begin(&json, answer, arena);
    if (json_object(&json))
        while (json_key(&json, &key)) {
            if (str_is(key, "authorizationData"))
                read_tokens(&json, &token);
            else
                json_skip(&json);
        }
    if (!json_end(&json, err) || !base64_text(token, arena, &plain) || !credentials_split(plain, &found) || !found.password.len)
        return error_set(err, ERROR_NETWORK, "the answer has no token");
    *out = found;
    return true;
}

/* {"__type":"com.amazonaws.ecr#AccessDeniedException","message":"…"} in words. */
static struct str refusal(const struct net_response *response, struct arena *arena)
{
    struct str key, type = { 0 }, message = { 0 };
    struct error ignored = { 0 };
    struct json json;
    size_t mark;
    json_begin(&json, response->body, arena);
    if (json_object(&json))
        while (json_key(&json, &key)) {
            if (str_is(key, "__type"))
                json_string(&json, &type);
            else if (str_eq_nocase(key, STR("message")))
                json_string(&json, &message);
            else
                json_skip(&json);
        }
    if (!json_end(&json, &ignored))
        type = message = (struct str){ 0 };
    if (str_rfind(type, '#', &mark))
        type = str_skip(type, mark + 1);
    if (str_ends(message, "."))
        message.len--;
    return arena_printf(arena, "status %d%s%.*s%s%.*s", response->status, type.len ? ", " : "", STR_ARG(str_head(type, 100)),
                        message.len ? ": " : "", STR_ARG(str_head(message, 300)));
}

/* Client certificates and "insecure" are of the registry, not of Amazon's API. */
static bool post(const struct net_options *net, const struct net_request *request, struct arena *arena,
                 struct net_response *response, struct error *err)
{
    struct net_options options = *net;
    options.client_cert = options.client_key = (struct str){ 0 };
    options.insecure = false;
    struct net_client *client = net_client_new(&options, err);
    bool ok = client && net_fetch(client, request, arena, response, err);
    net_client_free(client);
    return ok;
}

static bool ask(const struct net_options *net, const struct aws_registry *registry, const struct aws_keys *keys,
                struct arena *arena, struct registry_credentials *out, struct error *err)
{
    struct net_header target = { STR("X-Amz-Target"), registry->is_public
                                                          ? STR("SpencerFrontendService.GetAuthorizationToken")
                                                          : STR("AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken") };
    struct net_request request = {
        .method = "POST",
        .url = arena_printf(arena, "%.*s%s", STR_ARG(registry->endpoint), str_ends(registry->endpoint, "/") ? "" : "/"),
        .body = STR("{}"),
        .type = STR("application/x-amz-json-1.1"),
        .headers = &target,
        .header_count = 1,
        .aws_sigv4 =
            arena_printf(arena, "aws:amz:%.*s:%s", STR_ARG(registry->region), registry->is_public ? "ecr-public" : "ecr"),
        .aws_user = keys->id,
        .aws_password = keys->secret,
        .aws_session_token = keys->session_token,
        .no_redirects = true,
        .max_bytes = MAX_ANSWER_BYTES,
    };
    struct net_response response;
    if (!request.url.ptr || !request.aws_sigv4.ptr)
        return arena_error(arena, err);
    if (!post(net, &request, arena, &response, err))
        return false;
    if (response.status != 200)
        return error_set(err, ERROR_NETWORK, "refused: %.*s; are the AWS keys right and still good?",
                         STR_ARG(refusal(&response, arena)));
    return aws_answer_read(response.body, arena, out, err);
}

bool aws_credentials_find(const struct net_options *net, struct str host, struct arena *arena, struct registry_credentials *out,
                          struct error *err)
{
    struct registry_credentials found = { 0 };
    struct aws_registry registry;
    struct aws_keys keys;
    struct str origin;
    struct error problem = { 0 };
    if (!aws_registry_of(host, arena, &registry))
        return true;
    if (!find_keys(arena, &keys, &origin)) {
        out->origin = registry.is_public ? (struct str){ 0 } : origin;
        return true;
    }
    if (ask(net, &registry, &keys, arena, &found, &problem)) {
        *out = found;
        out->origin = origin;
        return true;
    }
    if (!registry.is_public || interrupted()) {
        *err = problem;
        return error_wrap(err, "a token for %.*s by %.*s from %.*s", STR_ARG(host), STR_ARG(origin), STR_ARG(registry.endpoint));
    }
    log_warn("going on without a user of %.*s: a token by %.*s from %.*s: %s", STR_ARG(host), STR_ARG(origin),
             STR_ARG(registry.endpoint), problem.text);
    return true;
}
