/* libcurl, loaded when it is first used: it brings some 25 other libraries, and what never asks a network (a scan of a file, one that
 * is answered from the cache, --help) would spend more time on them than on its work. */
#include "net/transfer.h"

#include <dlfcn.h>

struct net_curl net_curl;

/* The interface that its headers describe (libcurl has kept it since 7.16). */
static const char soname[] = "libcurl.so.4";

#define ROW(name, field)                       \
    {                                          \
        name, offsetof(struct net_curl, field) \
    }
static const struct {
    const char *name;
    size_t offset;
} functions[] = {
    ROW("curl_easy_cleanup", easy_cleanup),
    ROW("curl_easy_getinfo", easy_getinfo),
    ROW("curl_easy_init", easy_init),
    ROW("curl_easy_reset", easy_reset),
    ROW("curl_easy_setopt", easy_setopt),
    ROW("curl_easy_strerror", easy_strerror),
    ROW("curl_free", free_text),
    ROW("curl_global_cleanup", global_cleanup),
    ROW("curl_global_init", global_init),
    ROW("curl_multi_add_handle", multi_add_handle),
    ROW("curl_multi_cleanup", multi_cleanup),
    ROW("curl_multi_info_read", multi_info_read),
    ROW("curl_multi_init", multi_init),
    ROW("curl_multi_perform", multi_perform),
    ROW("curl_multi_poll", multi_poll),
    ROW("curl_multi_remove_handle", multi_remove_handle),
    ROW("curl_slist_append", slist_append),
    ROW("curl_slist_free_all", slist_free_all),
    ROW("curl_url", url_new),
    ROW("curl_url_cleanup", url_cleanup),
    ROW("curl_url_get", url_get),
    ROW("curl_url_set", url_set),
    ROW("curl_version_info", version_info),
};

bool net_library_load(struct error *err)
{
    static void *library;
    if (library)
        return true;
    void *handle = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        return error_set(err, ERROR_UNSUPPORTED, "the network needs %s, which this system lacks: install libcurl", soname);
    for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
        void *function = dlsym(handle, functions[i].name);
        if (!function) {
            dlclose(handle);
            return error_set(err, ERROR_UNSUPPORTED, "%s is too old: it has no %s", soname, functions[i].name);
        }
        memcpy((char *)&net_curl + functions[i].offset, &function, sizeof function);
    }
    library = handle; /* for the life of the program */
    return true;
}
