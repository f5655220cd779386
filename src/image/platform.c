/* Platforms as OCI's image-index.md has them (os, architecture, variant: Go's GOOS and GOARCH words) and as people write
 * them: "linux/arm64/v8", "linux/aarch64". Names are brought to one spelling, as containerd's platforms package does. */
#include "image/image.h"
#include "image/platform.h"

#include <sys/utsname.h>

struct spelling {
    const char *written, *arch, *variant;
};

static const struct spelling spellings[] = {
    { "x86_64", "amd64", "" },
    { "x86-64", "amd64", "" },
    { "aarch64", "arm64", "" },
    { "armhf", "arm", "v7" },
    { "armv7l", "arm", "v7" },
    { "armel", "arm", "v6" },
    { "armv6l", "arm", "v6" },
    { "armv8l", "arm", "v7" },
    { "i386", "386", "" },
    { "i486", "386", "" },
    { "i586", "386", "" },
    { "i686", "386", "" },
    { "loongarch64", "loong64", "" },
    { "mips64el", "mips64le", "" },
};

struct image_platform platform_canonical(struct image_platform p)
{
    for (size_t i = 0; i < ARRAY_LEN(spellings); i++)
        if (str_is(p.arch, spellings[i].written)) {
            p.arch = str_from(spellings[i].arch);
            if (!p.variant.len)
                p.variant = str_from(spellings[i].variant);
        }
    if (str_is(p.os, "macos"))
        p.os = STR("darwin");
    /* The first variant of each is what an image without a variant means. */
    if ((str_is(p.arch, "arm64") && (str_is(p.variant, "v8") || str_is(p.variant, "8"))) ||
        (str_is(p.arch, "amd64") && str_is(p.variant, "v1")))
        p.variant = STR("");
    if (str_is(p.arch, "arm") && p.variant.len == 1 && p.variant.ptr[0] >= '5' && p.variant.ptr[0] <= '8')
        p.variant = str_from((const char *const[]){ "v5", "v6", "v7", "v8" }[p.variant.ptr[0] - '5']);
    return p;
}

bool platform_fits(struct image_platform want, struct image_platform have)
{
    have = platform_canonical(have);
    if (!have.os.len && !have.arch.len)
        return true; /* an image that does not say: nothing contradicts it */
    return (!want.os.len || str_eq(want.os, have.os)) && (!want.arch.len || str_eq(want.arch, have.arch)) &&
           (!want.variant.len || str_eq(want.variant, have.variant));
}

bool platform_is_exact(struct image_platform want, struct image_platform have)
{
    /* 32-bit Arm without a variant means v7, as Docker has it. */
    if (str_is(want.arch, "arm") && !want.variant.len)
        want.variant = STR("v7");
    return platform_fits(want, have) && str_eq(want.variant, platform_canonical(have).variant);
}

bool image_platform_is_any(struct image_platform p)
{
    return !p.os.len && !p.arch.len && !p.variant.len;
}

struct str image_platform_text(struct image_platform p, struct arena *arena)
{
    return arena_printf(arena, "%.*s/%.*s%s%.*s", STR_ARG(p.os), STR_ARG(p.arch), p.variant.len ? "/" : "", STR_ARG(p.variant));
}

static bool is_word(struct str part)
{
    for (size_t i = 0; i < part.len; i++) {
        char c = part.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.'))
            return false;
    }
    return part.len > 0;
}

bool image_platform_parse(struct str text, struct image_platform *out, struct error *err)
{
    struct image_platform p = { 0 };
    struct str rest;
    bool has_arch = str_cut(text, '/', &p.os, &rest);
    bool has_variant = str_cut(rest, '/', &p.arch, &p.variant);
    if (!has_arch || !is_word(p.os) || !is_word(p.arch) || (has_variant && !is_word(p.variant)))
        return error_set(err, ERROR_USAGE, "\"%.*s\" is not a platform: write os/arch or os/arch/variant, e.g. linux/arm64",
                         STR_ARG(str_head(text, 100)));
    *out = platform_canonical(p);
    return true;
}

/* The machine's architecture in Go's words. The system is "linux" whatever this machine runs: that is what images are. */
struct image_platform image_platform_host(void)
{
#if defined(__x86_64__)
    return (struct image_platform){ STR("linux"), STR("amd64"), STR("") };
#elif defined(__aarch64__)
    return (struct image_platform){ STR("linux"), STR("arm64"), STR("") };
#else
    static const char *const same[] = { "ppc64le", "s390x", "riscv64", "mips64", "ppc64" };
    struct image_platform p = { STR("linux"), STR("unknown"), STR("") };
    struct utsname machine;
    if (uname(&machine) != 0)
        return p;
    for (size_t i = 0; i < ARRAY_LEN(same); i++)
        if (strcmp(machine.machine, same[i]) == 0)
            p.arch = str_from(same[i]);
    for (size_t i = 0; i < ARRAY_LEN(spellings); i++)
        if (strcmp(machine.machine, spellings[i].written) == 0)
            p.arch = str_from(spellings[i].arch), p.variant = str_from(spellings[i].variant);
    return p;
#endif
}
