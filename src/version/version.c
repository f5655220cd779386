/* The table of schemes, and the order of two versions: see version.h. */
#include "version/key.h"
#include "version/schemes.h"

/* clang-format off */
static const struct version_scheme *const schemes[] = {
    &version_scheme_dpkg,
    &version_scheme_rpm,
    &version_scheme_apk,
    &version_scheme_semver,
    &version_scheme_npm,
    &version_scheme_pep440,
    &version_scheme_gem,
    &version_scheme_composer,
    &version_scheme_maven,
    &version_scheme_go,
    &version_scheme_cargo,
    &version_scheme_bitnami,
    &version_scheme_nuget,
    &version_scheme_hex,
    &version_scheme_pub,
    &version_scheme_swift,
    &version_scheme_conan,
    &version_scheme_julia,
    &version_scheme_pacman,
    &version_scheme_portage,
    &version_scheme_cran,
    &version_scheme_hackage,
    &version_scheme_jvm,
    NULL,
};
/* clang-format on */

const struct version_scheme *const *version_schemes(void)
{
    return schemes;
}

const struct version_scheme *version_scheme_find(struct str name)
{
    for (size_t i = 0; schemes[i]; i++)
        if (str_is(name, schemes[i]->name))
            return schemes[i];
    return NULL;
}

int version_key_compare(struct str a, struct str b)
{
    return str_cmp(a, b);
}

bool version_compare(const struct version_scheme *scheme, struct str a, struct str b, int *order)
{
    KEY_STACK(key_a);
    KEY_STACK(key_b);
    if (!scheme->key(a, &key_a) || !scheme->key(b, &key_b))
        return false;
    *order = scheme->compare ? scheme->compare(a, b) : version_key_compare(buf_view(&key_a), buf_view(&key_b));
    return true;
}
