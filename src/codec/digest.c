/* SHA-256 and SHA-512 by OpenSSL's EVP, which uses the CPU's instructions: of a stream as it passes, and of bytes in memory;
 * SHA-1 where others name files by it.
 * Digest texts are those of the OCI image specification (descriptor.md, "Digests"). */
#include "codec/stream.h"

#include <openssl/evp.h>
#include <stdlib.h>

struct digest_stream {
    struct stream stream;
    struct stream *below;
    enum digest_algorithm algorithm;
    EVP_MD_CTX *ctx;
};

static const struct {
    const char *prefix;
    size_t hex_len;
    const EVP_MD *(*md)(void);
} algorithms[] = {
    [DIGEST_SHA256] = { "sha256:", 64, EVP_sha256 },
    [DIGEST_SHA512] = { "sha512:", 128, EVP_sha512 },
};

static void write_hex(const char *prefix, const unsigned char *bytes, size_t count, char out[static DIGEST_TEXT_BYTES])
{
    static const char hex[] = "0123456789abcdef";
    size_t at = strlen(prefix);
    memcpy(out, prefix, at);
    for (size_t i = 0; i < count; i++) {
        out[at++] = hex[bytes[i] >> 4];
        out[at++] = hex[bytes[i] & 15];
    }
    out[at] = '\0';
}

static void write_text(enum digest_algorithm algorithm, const unsigned char *bytes, char out[static DIGEST_TEXT_BYTES])
{
    write_hex(algorithms[algorithm].prefix, bytes, algorithms[algorithm].hex_len / 2, out);
}

/* The window below is hashed whole and handed on as it is; below has then no unread bytes, though its memory holds until
 * its next fill. */
static bool fill_digest(struct stream *self, struct error *err)
{
    struct digest_stream *digest = (struct digest_stream *)self;
    if (!stream_fill(digest->below, err))
        return false;
    self->ptr = digest->below->ptr;
    self->len = digest->below->len;
    if (self->len && EVP_DigestUpdate(digest->ctx, self->ptr, self->len) != 1)
        return error_set(err, ERROR_SYSTEM, "libcrypto cannot hash");
    stream_consume(digest->below, self->len);
    return true;
}

static void close_digest(struct stream *self)
{
    struct digest_stream *digest = (struct digest_stream *)self;
    stream_close(digest->below);
    EVP_MD_CTX_free(digest->ctx);
    free(digest);
}

struct stream *stream_digest(enum digest_algorithm algorithm, struct stream *below, struct error *err)
{
    struct digest_stream *digest = calloc(1, sizeof *digest);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (!digest || !ctx || EVP_DigestInit_ex(ctx, algorithms[algorithm].md(), NULL) != 1) {
        error_set(err, ERROR_SYSTEM, "libcrypto cannot make a digest");
        stream_close(below);
        EVP_MD_CTX_free(ctx);
        free(digest);
        return NULL;
    }
    digest->stream = (struct stream){ .fill = fill_digest, .close = close_digest };
    digest->below = below;
    digest->algorithm = algorithm;
    digest->ctx = ctx;
    return &digest->stream;
}

bool stream_digest_text(struct stream *s, char out[static DIGEST_TEXT_BYTES], struct error *err)
{
    struct digest_stream *digest = (struct digest_stream *)s;
    unsigned char bytes[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    bool ok = copy && EVP_MD_CTX_copy_ex(copy, digest->ctx) == 1 && EVP_DigestFinal_ex(copy, bytes, NULL) == 1;
    EVP_MD_CTX_free(copy);
    if (!ok)
        return error_set(err, ERROR_SYSTEM, "libcrypto cannot finish a digest");
    write_text(digest->algorithm, bytes, out);
    return true;
}

bool digest_parse(struct str text, enum digest_algorithm *algorithm, struct str *hex)
{
    for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
        if (!str_starts(text, algorithms[i].prefix))
            continue;
        struct str rest = str_skip(text, strlen(algorithms[i].prefix));
        if (rest.len != algorithms[i].hex_len || !str_is_hex(rest))
            return false;
        *algorithm = (enum digest_algorithm)i;
        *hex = rest;
        return true;
    }
    return false;
}

bool digest_of(enum digest_algorithm algorithm, struct str bytes, char out[static DIGEST_TEXT_BYTES], struct error *err)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    if (EVP_Digest(bytes.ptr, bytes.len, digest, NULL, algorithms[algorithm].md(), NULL) != 1)
        return error_set(err, ERROR_SYSTEM, "libcrypto cannot hash");
    write_text(algorithm, digest, out);
    return true;
}

bool digest_sha1(const struct blob *blob, char out[static DIGEST_TEXT_BYTES], struct error *err)
{
    enum { SHA1_BYTES = 20 };
    unsigned char digest[EVP_MAX_MD_SIZE], piece[64 * 1024];
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    uint64_t size = blob->fd < 0 ? blob->memory.len : blob->size, at = 0;
    bool ok = (ctx && EVP_DigestInit_ex(ctx, EVP_sha1(), NULL) == 1) || error_set(err, ERROR_SYSTEM, "libcrypto cannot hash");
    while (ok && at < size) {
        size_t n = size - at < sizeof piece ? (size_t)(size - at) : sizeof piece;
        ok = blob_read(blob, at, piece, n, err) &&
             (EVP_DigestUpdate(ctx, piece, n) == 1 || error_set(err, ERROR_SYSTEM, "libcrypto cannot hash"));
        at += n;
    }
    if (ok && EVP_DigestFinal_ex(ctx, digest, NULL) != 1)
        ok = error_set(err, ERROR_SYSTEM, "libcrypto cannot finish a digest");
    EVP_MD_CTX_free(ctx);
    if (ok)
        write_hex("sha1:", digest, SHA1_BYTES, out);
    return ok;
}

/* ---- digests of other sources ----------------------------------------------------------------------------------------------- */

struct hasher {
    EVP_MD_CTX *ctx;
    bool failed;
    size_t hex_len;
    char hex[2 * EVP_MAX_MD_SIZE];
};

static const EVP_MD *algorithm_named(struct str name)
{
    static const struct {
        const char *name;
        const EVP_MD *(*md)(void);
    } rows[] = {
        { "md5", EVP_md5 }, { "sha1", EVP_sha1 }, { "sha256", EVP_sha256 }, { "sha384", EVP_sha384 }, { "sha512", EVP_sha512 }
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (str_is(name, rows[i].name))
            return rows[i].md();
    return NULL;
}

struct hasher *hasher_begin(struct str digest)
{
    struct str name, hex;
    if (!str_cut(digest, ':', &name, &hex) || hex.len > 2 * EVP_MAX_MD_SIZE)
        return NULL;
    const EVP_MD *md = algorithm_named(name);
    struct hasher *hasher = md ? calloc(1, sizeof *hasher) : NULL;
    if (!hasher || !(hasher->ctx = EVP_MD_CTX_new()) || EVP_DigestInit_ex(hasher->ctx, md, NULL) != 1) {
        if (hasher)
            EVP_MD_CTX_free(hasher->ctx);
        free(hasher);
        return NULL;
    }
    hasher->hex_len = hex.len;
    memcpy(hasher->hex, hex.ptr, hex.len);
    return hasher;
}

void hasher_add(struct hasher *hasher, struct str bytes)
{
    hasher->failed |= EVP_DigestUpdate(hasher->ctx, bytes.ptr, bytes.len) != 1;
}

bool hasher_matches(struct hasher *hasher)
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    char hex[2 * EVP_MAX_MD_SIZE + 1];
    unsigned count = 0;
    bool ok = EVP_DigestFinal_ex(hasher->ctx, bytes, &count) == 1 && !hasher->failed;
    for (unsigned i = 0; ok && i < count; i++)
        snprintf(hex + (size_t)i * 2, 3, "%02x", bytes[i]);
    ok = ok && str_eq_nocase(str_make(hex, (size_t)count * 2), str_make(hasher->hex, hasher->hex_len));
    EVP_MD_CTX_free(hasher->ctx);
    free(hasher);
    return ok;
}
