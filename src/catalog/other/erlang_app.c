/* Installed Erlang applications: ebin/NAME.app (Erlang/OTP, app(4)), of Erlang/OTP itself and of what was built with it:
 *
 *     {application, stdlib, [{description, "ERTS CXC 138 10"}, {vsn, "4.3"}, {applications, [kernel]}]}.
 */
#include "catalog/listed.h"
#include "catalog/other/terms.h"

/* The applications that it needs, by name. */
static void put_needs(const struct term *list, struct buf *out)
{
    for (const struct term *need = term_at(list, 0); need; need = need->next)
        if (term_text(need).len && header_value_ok(need->text))
            catalog_put_item(out, need->text);
}

static bool keep_application(const struct catalog_file *file, struct catalog_facts *facts, const struct term *application)
{
    struct package *package;
    struct str version = { 0 };
    struct buf needs;
    bool ok;
    buf_init(&needs, 64u << 10);
    for (const struct term *item = term_at(term_at(application, 2), 0); item; item = item->next) {
        struct str key = term_text(term_at(item, 0));
        if (str_is(key, "vsn"))
            version = term_text(term_at(item, 1));
        else if (str_is(key, "applications"))
            put_needs(term_at(item, 1), &needs);
    }
    ok = listed_add(file, facts, term_text(term_at(application, 1)), version, &package);
    if (package) {
        package->depends = arena_str(facts->arena, buf_view(&needs));
        package->root = path_dir(path_dir(package->path)); /* of ebin */
    }
    buf_free(&needs);
    return ok && !facts->arena->exhausted;
}

/* Other things have files of this name too: only those in ebin are expected to be Erlang. */
static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct term *first;
    struct error err = { 0 };
    if (!terms_read(file->text, TERMS_ERLANG, file->scratch, &first, &err)) {
        bool expected = str_is(path_base(path_dir(file->path)), "ebin");
        return !expected || catalog_warn(facts, file->path, false, "%s", err.text);
    }
    if (!first || first->type != TERM_TUPLE || !str_is(term_text(term_at(first, 0)), "application"))
        return true;
    return keep_application(file, facts, first);
}

static const struct catalog_claim claims[] = {
    { "**/*.app", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_erlang_app_kind = {
    .name = "erlang-otp",
    .title = "Erlang/OTP",
    .scheme = "hex",
    .purl_type = "otp",
    .claims = claims,
    .max_bytes = 4u << 20,
    .parse = parse,
    .settle = listed_settle_names,
};
