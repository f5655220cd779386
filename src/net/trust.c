/* Which authorities are trusted: the system's, as Go's programs find them (SSL_CERT_FILE, SSL_CERT_DIR, the usual places), and
 * beside them those of --cacert or of a registry's certs.d folder.
 *
 * libcurl's own option CAINFO would replace the system's by ours, and reads a bundle of 140 certificates (20 ms) for every
 * process of a scan. So OpenSSL's store is made here and handed to libcurl: folders with hashed names give one certificate when
 * it is asked for, and the bundle is read only where they do not have it. Children inherit what their parent has read. */
#include "net/transfer.h"

#include <dirent.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>

static const char *const bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Alpine, Arch, Gentoo */
    "/etc/pki/tls/certs/ca-bundle.crt",                  /* Fedora, RHEL 6 */
    "/etc/ssl/ca-bundle.pem",                            /* SUSE */
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* RHEL 7 and later */
    "/etc/ssl/cert.pem",                                 /* BSDs, macOS */
};
static const char *const folders[] = { "/etc/ssl/certs", "/etc/pki/tls/certs" };

/* The next folder of SSL_CERT_DIR, "a:b:c". */
static bool next_folder(struct str *rest, char path[static 4096])
{
    struct str folder;
    if (!str_next(rest, ':', &folder))
        return false;
    snprintf(path, 4096, "%.*s", STR_ARG(folder));
    return true;
}

static void read_folder(X509_STORE *store, const char *folder)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));) {
        char path[4096 + 300];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.')
            X509_STORE_load_locations(store, path, NULL); /* what holds no certificate is not meant */
    }
    closedir(dir);
}

static void read_bundle(X509_STORE *store)
{
    struct str file = env_text("SSL_CERT_FILE"), rest = env_text("SSL_CERT_DIR");
    char path[4096];
    bool done = file.len && X509_STORE_load_locations(store, file.ptr, NULL);
    for (size_t i = 0; !file.len && !done && i < ARRAY_LEN(bundles); i++)
        done = X509_STORE_load_locations(store, bundles[i], NULL);
    while (next_folder(&rest, path))
        read_folder(store, path); /* its names need not be hashes */
    ERR_clear_error();
}

static bool is_self_signed(const X509 *certificate)
{
    return X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) == 0;
}

/* Did the server send the certificate that signed this one? */
static bool is_sent(X509_STORE_CTX *context, const X509 *certificate)
{
    STACK_OF(X509) *sent = X509_STORE_CTX_get0_untrusted(context);
    for (int i = 0; i < sk_X509_num(sent); i++)
        if (X509_NAME_cmp(X509_get_subject_name(sk_X509_value(sent, i)), X509_get_issuer_name(certificate)) == 0)
            return true;
    return false;
}

/* A folder of the system that has its certificates by hash, "0a1b2c3d.0", has all of them, as has the bundle beside it. */
static bool has_hashed_folder(void)
{
    bool found = false;
    for (size_t i = 0; !found && i < ARRAY_LEN(folders); i++) {
        DIR *dir = opendir(folders[i]);
        for (struct dirent *entry; dir && !found && (entry = readdir(dir));)
            found = strlen(entry->d_name) == 10 && strspn(entry->d_name, "0123456789abcdef") == 8 &&
                    str_ends(str_from(entry->d_name), ".0");
        if (dir)
            closedir(dir);
    }
    return found;
}

/* Asked for a trusted certificate that signed another, from the server's own upwards. Where such a folder does not have it, and
 * the server did not send it either, the bundle is read, to be sure. Where there is no such folder, or the user has a bundle of
 * his own, the bundle is read at once: links in the middle may be trusted. */
static int find_issuer(X509 **issuer, X509_STORE_CTX *context, X509 *certificate)
{
    int found = X509_STORE_CTX_get1_issuer(issuer, context, certificate);
    X509_STORE *store = X509_STORE_CTX_get0_store(context);
    if (found == 1 || X509_STORE_get_ex_data(store, 0))
        return found;
    if (is_sent(context, certificate) && !is_self_signed(certificate) && !env_text("SSL_CERT_FILE").len && has_hashed_folder())
        return found;
    X509_STORE_set_ex_data(store, 0, store); /* any pointer: it was read */
    read_bundle(store);
    return X509_STORE_CTX_get1_issuer(issuer, context, certificate);
}

static void add_folders(X509_STORE *store)
{
    struct str rest = env_text("SSL_CERT_DIR");
    char path[4096];
    for (size_t i = 0; rest.len == 0 && i < ARRAY_LEN(folders); i++)
        X509_STORE_load_locations(store, NULL, folders[i]);
    while (next_folder(&rest, path))
        X509_STORE_load_locations(store, NULL, path);
}

static X509_STORE *make_store(const char *ca_cert, struct error *err)
{
    X509_STORE *store = X509_STORE_new();
    if (!store) {
        error_set(err, ERROR_LIMIT, "network: out of memory");
        return NULL;
    }
    X509_STORE_set_flags(store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
    X509_STORE_set_get_issuer(store, find_issuer);
    add_folders(store);
    if (ca_cert && !X509_STORE_load_locations(store, ca_cert, NULL)) {
        error_set(err, ERROR_USAGE, "%s: no certificates in PEM form can be read from it", ca_cert);
        X509_STORE_free(store);
        store = NULL;
    }
    ERR_clear_error();
    return store;
}

static struct net_trust *trust_for(struct net_client *client, const char *ca_cert, struct error *err)
{
    for (struct net_trust *t = client->trust; t; t = t->next)
        if (str_eq(str_from(t->ca_cert), str_from(ca_cert)))
            return t;
    X509_STORE *store = make_store(ca_cert, err);
    if (!store)
        return NULL;
    struct net_trust *trust = calloc(1, sizeof *trust);
    char *name = ca_cert ? strdup(ca_cert) : NULL;
    if (!trust || (ca_cert && !name)) {
        error_set(err, ERROR_LIMIT, "network: out of memory");
        X509_STORE_free(store);
        free(trust);
        free(name);
        return NULL;
    }
    *trust = (struct net_trust){ .next = client->trust, .ca_cert = name, .store = store };
    return client->trust = trust;
}

static CURLcode hand_over(CURL *easy, void *context, void *store)
{
    (void)easy;
    SSL_CTX_set1_cert_store(context, store);
    return CURLE_OK;
}

/* The context that libcurl gives is of the OpenSSL that it was built with; it must be the one that is used here. */
static bool same_openssl(void)
{
    const char *tls = net_curl.version_info(CURLVERSION_NOW)->ssl_version;
    return tls && str_starts(str_from(tls), "OpenSSL/") && (unsigned long)(tls[8] - '0') == OpenSSL_version_num() >> 28;
}

bool net_trust_apply(struct net_client *client, const char *ca_cert, CURL *easy, struct error *err)
{
    if (!same_openssl())
        return !ca_cert || error_set(err, ERROR_UNSUPPORTED,
                                     "%s: this libcurl does not use OpenSSL 3, and so takes no authorities "
                                     "beside the system's; add it to the system's",
                                     ca_cert);
    struct net_trust *trust = trust_for(client, ca_cert, err);
    if (!trust)
        return false;
    net_curl.easy_setopt(easy, CURLOPT_CAINFO, NULL);
    net_curl.easy_setopt(easy, CURLOPT_CAPATH, NULL);
#if LIBCURL_VERSION_NUM >= 0x075700
    net_curl.easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L); /* libcurl's cache would mix the stores up */
#endif
    net_curl.easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, hand_over);
    net_curl.easy_setopt(easy, CURLOPT_SSL_CTX_DATA, trust->store);
    return true;
}

void net_trust_free(struct net_trust *trust)
{
    while (trust) {
        struct net_trust *next = trust->next;
        X509_STORE_free(trust->store);
        free(trust->ca_cert);
        free(trust);
        trust = next;
    }
}
