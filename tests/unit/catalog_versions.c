/* Versions that programs, libraries and scripts tell of themselves. */
#include "catalog/program/versions.h"
#include "catalog_unit.h"
#include "program_write.h"

/* ---- made files ----------------------------------------------------------------------------------------------------------------- */

/* In texts of this test '~' is a NUL. */
static struct str with_nuls(struct buf *out, const char *text)
{
    buf_init(out, 1u << 20);
    for (; *text; text++)
        buf_chr(out, *text == '~' ? '\0' : *text);
    return buf_view(out);
}

static void parse_bytes(struct parsed *parsed, const char *path, struct str bytes)
{
    struct str at = str_from(path);
    char *exact = malloc(bytes.len ? bytes.len : 1);
    assert_non_null(exact);
    if (bytes.len)
        memcpy(exact, bytes.ptr, bytes.len);
    struct blob blob = { .memory = str_make(exact, bytes.len), .fd = -1, .size = bytes.len };
    const struct catalog_kind *kind = catalog_claim(at) ? catalog_claim(at) : catalog_claim_program(at, 0755);
    assert_non_null(kind);
    struct catalog_file file = { .kind = kind, .path = at, .blob = &blob, .scratch = &parsed->scratch };
    assert_true(catalog_parse(&file, &parsed->facts));
    free(exact); /* facts must not point into the file */
    arena_free(&parsed->scratch);
}

static void parse_program(struct parsed *parsed, const char *path, enum made_format format, const char *section, struct str text)
{
    struct made_section sections[] = { { section, text, false, false } };
    struct made made = { .format = format, .wide = true, .sections = sections, .count = 1 };
    parse_bytes(parsed, path, make_program(&made));
    buf_free(&made.out);
}

/* What stands in the read-only data of a program of this name; the only package, NULL: none. */
static const struct package *read_program(struct parsed *parsed, const char *path, const char *text)
{
    struct buf bytes;
    parse_begin(parsed);
    parse_program(parsed, path, MADE_ELF, ".rodata", with_nuls(&bytes, text));
    buf_free(&bytes);
    assert_int_equal(parsed->facts.warning_count, 0);
    assert_true(parsed->facts.package_count <= 1);
    return parsed->facts.package_count ? parsed->facts.packages : NULL;
}

/* ---- what is read ------------------------------------------------------------------------------------------------------------------ */

static const struct {
    const char *path, *text, *name, *version;
} programs[] = {
    { "usr/bin/python3.11", "strict~3.11.2~<prefix>", "python", "3.11.2" },
    { "usr/lib/libpython3.7m.so.1.0", "linux~3.7.4~%.80s (%.80s) %.80s", "python", "3.7.4" },
    { "usr/bin/python3.13", "strict~3.13.0rc1~2.0~3.12.1~", "python", "3.13.0rc1" },
    { "usr/lib/libpython3.11.so.1.0", "os_name~/root/.pyenv/versions/3.11.7~EXEC_PREFIX~", "python", "3.11.7" },
    { "usr/bin/python3.1", "strict~3.11.2~", NULL, NULL }, /* 3.1 is not 3.11 */
    { "usr/bin/python3.11", "a~3.11.2~b~3.11.4~c", NULL, NULL },
    { "opt/libpypy3.9-c.so", "[PyPy 7.3.14 with ", "pypy", "7.3.14" },
    { "usr/bin/node", "~node.js/v20.11.1~0.12.1~v1.2.3~", "node", "20.11.1" },
    { "usr/bin/node", "a~node v0.10.48~b", "node", "0.10.48" },
    { "usr/bin/deno", "denover2.6.3Deno/2.6.3Deno/2.6.3+3fbb1da3", "deno", "2.6.3" },
    { "usr/bin/deno", "flag\nDeno/1.41.0cli/worker.rs", "deno", "1.41.0" },
    { "usr/bin/bun", "https/oven-sh/bun/releases/download/bun-v1.1.0/bun-linux-x64.zip~", "bun", "1.1.0" },
    { "usr/local/lib/libruby.so.3.3.0", "~ruby 3.3.0rc1 (2023-12-11 master a49643340e)~", "ruby", "3.3.0rc1" },
    { "usr/bin/ruby", "~ruby 2.7.7p221 (2022-11-24 revision 168ec2b1e5)~", "ruby", "2.7.7p221" },
    { "usr/bin/perl", "SEED~v5.36.0~panic~v6.1.2~", "perl", "5.36.0" },
    { "usr/bin/perl", "a:/usr/local/lib/perl5/5.20.0~", "perl", "5.20.0" },
    { "usr/bin/php8.2", "X-Powered-By: PHP/8.2.10-1~", "php-cli", "8.2.10" },
    { "usr/sbin/php-fpm", "X-Powered-By: PHP/8.3.0RC2~", "php-fpm", "8.3.0RC2" },
    { "usr/lib/apache2/modules/libphp8.2.so", "X-Powered-By: PHP/8.2.1~", "libphp", "8.2.1" },
    { "opt/jdk/bin/java", "~openjdk~java~0.0~11.0.17+8-LTS~-J", "openjdk", "11.0.17+8-LTS" },
    { "opt/jdk/bin/java", "~0.0~~~~~11.0.22+7~~~~~~~openjdk~java~~~", "openjdk", "11.0.22+7" },
    { "opt/jdk/bin/java", "~openjdk~java~0.0~17.0.3+7-jvmci-22.1-b06~", "graalvm", "17.0.3+7-jvmci-22.1-b06" },
    { "opt/jdk/bin/java", "~java~1.8~1.8.0_451-b10~", "jre", "1.8.0_451-b10" },
    { "opt/jdk/bin/jdb", "~openjdk~jdb~0.0~21.0.2+13-LTS~", "openjdk", "21.0.2+13-LTS" },
    { "opt/lib/server/libjvm.so", "~OpenJDK 64-Bit Server VM (21+35) for linux-amd64 JRE (21+35), built on ~", "openjdk",
      "21+35" },
    { "lib/erlang/erts-14.2/bin/beam.smp", "~~26.1.2~~~~~Erlang/OTP 26%s [erts-14.1.1]", "erlang", "26.1.2" },
    { "lib/erlang/erts-13.1/bin/beam.smp", "[async-threads:%d] [jit:ns%s]\n~25.2.3~~", "erlang", "25.2.3" },
    { "lib/libjulia-internal.so.1.12.6", "GIT_VERSION_INFO~__init__~1.12.6~branch~commit~", "julia", "1.12.6" },
    { "usr/bin/dart", "GC\"~3.6.0-216.1.beta (beta) (Wed Sep 4 14:34:46 2024", "dart", "3.6.0-216.1.beta" },
    { "lib/ghc/bin/ghc-9.6.5", "8.3.0~GHC 9.6.5~", "haskell/ghc", "9.6.5" },
    { "usr/bin/cabal", "lib/x86_64-linux-ghc-7.10.2/cabal-install-1.22.6.0-AfxbHivcmw40~", "haskell/cabal", "1.22.6.0" },
    { "usr/bin/swipl", "~/tmp/src/swipl-9.3.8/src~", "swipl", "9.3.8" },
    { "usr/bin/x86_64-linux-gnu-gcc-12", " zstd~12.2.0~(Debian 12.2.0-14) ~gcc version %s %s\n", "gcc", "12.2.0" },
    { "lib/libstd-c6192dd4c4d410ac.so", "cgu~clang LLVM (rustc version 1.67.1 (d5a82bbd2 2023-02-07))~", "rust", "1.67.1" },
    { "lib/libstd-c6192dd4c4d410ac.so", "~rustc version 1.97.0-nightly (59807616e 2026-04-14)~", "rust", "1.97.0-nightly" },
    { "usr/sbin/nginx", "~nginx version: nginx/1.25.1\n~built with OpenSSL 3.0.2~", "nginx", "1.25.1" },
    { "usr/sbin/nginx", "~nginx version: openresty/1.21.4.3\n", "nginx", "1.21.4" },
    { "usr/sbin/httpd", "~Apache/2.4.54~ Server at ~Apache/2.4.54 (Unix)~", "httpd", "2.4.54" },
    { "usr/sbin/haproxy", "~ version 2.6.12-1+deb12u4, released 2026/10/17~~", "haproxy", "2.6.12" },
    { "usr/sbin/haproxy", "~HA-Proxy version 1.5.14 2015/07/02~", "haproxy", "1.5.14" },
    { "usr/sbin/haproxy", "~3.1-dev0-1eb0f22~~~~~~~~HAProxy version follows~", "haproxy", "3.1-dev0" },
    { "usr/bin/redis-server", "A7.0.14buildkitsandbox-1702957741000000000~", "redis", "7.0.14" },
    { "usr/bin/redis-server", "~4.0.11841ce7054bd9-1542359302000000000~", "redis", "4.0.11" },
    { "usr/bin/redis-server", "~6.2.14912196-d8565-1701469167040305114~", NULL, NULL }, /* another's host name */
    { "usr/bin/redis-server", "~Server started, Redis version 2.8.23~", "redis", "2.8.23" },
    { "usr/bin/valkey-server", "~valkey9.1.22036e910ab2c-179260013845336800000000~", "valkey", "9.1.2" },
    { "usr/bin/memcached", "~memcached 1.6.18~memcached 1.6.18\n~", "memcached", "1.6.18" },
    { "usr/bin/postgres", "~postgres (PostgreSQL) 15.20 (Debian)~upgrade to PostgreSQL 9.1.~", "postgresql", "15.20" },
    { "usr/bin/postgres", "?PostgreSQL 9.5alpha1 on x86_64-unknown-linux-gnu", "postgresql", "9.5alpha1" },
    { "usr/bin/mysql", "shutdown~8.0.37~~~~~~~mysql_real_escape_string~", "mysql", "8.0.37" },
    { "usr/bin/mysql", "~10.6.15-MariaDB~readline~5.5.5~~mysql_real_escape_string~", "mariadb", "10.6.15" },
    { "usr/bin/mongod", "Setup~7.0.28~heap_size~8.1.2~stack~", "mongodb", "7.0.28" },
    { "bin/fluent-bit", "?~1.7.0~\033[1m~%sFluent Bit v%s%s\n~", "fluent-bit", "1.7.0" },
    { "bin/envoy", "ResourceErrors~1.36.4~. This configuration~1.0.0~", "envoy", "1.36.4" },
    { "bin/busybox", "~BusyBox v1.36.1 (2023-12-04)~", "busybox", "1.36.1" },
    { "bin/bash", "~@(#)Bash version 5.2.0(1) beta GNU~", "bash", "5.2.0" },
    { "usr/bin/openssl", "~OpenSSL 1.1.1zb  16 Oct 2024~", "openssl", "1.1.1zb" },
    { "usr/lib/libcrypto.so.3", "~OpenSSL 3.1.4 24 Oct 2023~3.1.4~", "openssl", "3.1.4" },
    { "usr/bin/openssl", "~OpenSSL 1.1.1 (compatible; AWS-LC 1.69.0)~", "aws-lc", "1.69.0" },
    { "usr/bin/curl", "~curl/7.88.1~~libcurl/8.1.2~", "curl", "7.88.1" },
    { "usr/bin/zstd", "Enabled~v1.5.4~Zstandard CLI~v0.7.1~", "zstd", "1.5.4" },
    { "bin/gzip", "zipping\n~1.12~~", "gzip", "1.12" },
    { "bin/gzip", "zipping\n~1.12~~1.13~", NULL, NULL },
    { "usr/bin/ffmpeg", "\n~%s version 5.1.9-0+deb12u1~LAME %s version %s~ffconcat version 1.0~", "ffmpeg", "5.1.9" },
    { "usr/lib/libavcodec-9aae324f.so.59.37.100", "~FFmpeg version 5.1.4~", "ffmpeg", "5.1.4" },
    { "opt/chrome", "Videos~127.0.6533.119~Default~1.2.3.4~", "chrome", "127.0.6533.119" },
    { "usr/lib/libsqlite3.so.0", "~3.40.1~~2.1.0~", "sqlite", "3.40.1" },
    { "usr/lib/libz.so.1", " deflate 1.2.13 Copyright 1995-2022 ~", "zlib", "1.2.13" },
    { "usr/lib/libkrb5.so.3.3", "~KRB5_BRAND: krb5-1.17-final 1.17 20190108~", "krb5", "1.17" },
    { "usr/lib/libQtCore.so.4.8.6", "~This is the QtCore library version 4.8.6\nCopyright", "qtbase", "4.8.6" },
    /* other names, and others' texts */
    { "usr/bin/tool", "~nginx version: nginx/1.25.1\n~curl/7.88.1~", NULL, NULL },
    { "usr/sbin/nginx", "~OpenSSL 3.0.2 15 Mar 2022~libcurl/7.81.0~1.2.3~", NULL, NULL },
    { "usr/bin/curl", "curl/7.88.1a~xcurl/7.88.2.3~", NULL, NULL },
    { "usr/bin/xz", "~xz (XZ Utils) 5.4~", NULL, NULL },
    { "usr/bin/mysqld", "~-cluster-gpl~12345678901.1.1-ndb-~", NULL, NULL },
};

static void programs_tell_their_version(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
        struct parsed parsed;
        const struct package *p = read_program(&parsed, programs[i].path, programs[i].text);
        if (!p != !programs[i].name)
            fail_msg("%s: \"%s\": %s", programs[i].path, programs[i].text, p ? "found" : "not found");
        if (p) {
            assert_str(p->name, programs[i].name);
            assert_str(p->version, programs[i].version);
            assert_string_equal(p->kind->name, "binary");
            assert_true(str_starts(p->proof, "text \"") && str_ends(p->proof, "\""));
            assert_true(str_starts(p->cpes, "cpe:2.3:a:"));
            assert_str(p->path, programs[i].path);
        }
        parse_free(&parsed);
    }
}

static void scripts_tell_their_version(void **state)
{
    (void)state;
    static const struct {
        const char *path, *text, *name, *version;
    } rows[] = {
        { "usr/bin/composer", "<?php class Composer { const VERSION = '2.7.1'; const BRANCH_ALIAS_VERSION = '';", "composer",
          "2.7.1" },
        { "bin/composer.phar", "'pretty_version' => '2.1.0-RC1',", "composer", "2.1.0-RC1" },
        { "usr/local/bin/wp", "wp-cli/wp-cli 2.9.0 2023-10-25T09:10:40+00:00\n", "wp-cli", "2.9.0" },
        { "usr/local/bin/elixir", "#!/bin/sh\nELIXIR_VERSION=1.12.0-rc.1\n", "elixir", "1.12.0-rc.1" },
        { "lib/erlang/releases/26/OTP_VERSION", "26.2.1\n", "erlang", "26.2.1" },
        { "lib/erlang/releases/26/OTP_VERSION", "soon\n", NULL, NULL },
        { "opt/java/release", "JAVA_VERSION=\"17.0.10\"\nIMPLEMENTOR=\"Eclipse Adoptium\"\nJAVA_RUNTIME_VERSION=\"17.0.10+7\"\n",
          "openjdk", "17.0.10+7" },
        { "opt/java/release", "JAVA_VERSION=\"1.8.0_422\"\r\nFULL_VERSION=\"1.8.0_422-b05\"\r\n", "openjdk", "1.8.0_422-b05" },
        { "opt/java/release", "JAVA_VERSION=\"11.0.22\"\nFULL_VERSION=\"25.1\"\n", "openjdk", "11.0.22" },
        { "opt/zulu11/release", "JAVA_VERSION=\"11.0.22\"\nIMPLEMENTOR=\"Azul Systems, Inc.\"\n", "zulu", "11.0.22" },
        { "opt/java/release", "JAVA_VERSION=\"22.0.2\"\nIMPLEMENTOR=\"Oracle Corporation\"\n", "jdk", "22.0.2" },
        { "srv/release", "1.2.3\n", NULL, NULL },
        { "srv/release", "JAVA_VERSION=\"new; rm\"\n", NULL, NULL },
        { "srv/release", "", NULL, NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct parsed parsed;
        parse_begin(&parsed);
        parse_bytes(&parsed, rows[i].path, str_from(rows[i].text));
        assert_int_equal(parsed.facts.package_count, rows[i].name != NULL);
        if (rows[i].name) {
            assert_str(parsed.facts.packages[0].name, rows[i].name);
            assert_str(parsed.facts.packages[0].version, rows[i].version);
        }
        parse_free(&parsed);
    }
}

static void programs_may_have_names_of_scripts(void **state)
{
    (void)state;
    struct parsed parsed;
    assert_null(read_program(&parsed, "usr/bin/composer", "const VERSION = '2.7.1'; BRANCH_ALIAS_VERSION"));
    parse_free(&parsed);
}

static void every_format_is_searched(void **state)
{
    (void)state;
    static const struct {
        enum made_format format;
        const char *section;
        bool found;
    } rows[] = {
        { MADE_ELF, ".rodata", true }, { MADE_ELF, ".rodata.str1.1", true }, { MADE_ELF, ".data", true },
        { MADE_ELF, ".text", false },  { MADE_ELF, ".debug_str", false },    { MADE_ELF_BARE, "", true },
        { MADE_PE, ".rdata", true },   { MADE_MACHO, "__cstring", true },    { MADE_MACHO, "__text", false },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct parsed parsed;
        parse_begin(&parsed);
        parse_program(&parsed, "bin/curl", rows[i].format, rows[i].section, STR("curl/8.5.0\0"));
        assert_int_equal(parsed.facts.package_count, rows[i].found);
        parse_free(&parsed);
    }
}

/* Wherever a window of the search ends, the text is found, and once. */
static void texts_are_found_at_every_place(void **state)
{
    (void)state;
    enum { WINDOW = 256 << 10, BYTES = 2 * WINDOW + 100 };
    static const char text[] = "\0nginx version: nginx/1.25.1\n";
    char *bytes = calloc(1, BYTES);
    assert_non_null(bytes);
    for (size_t i = 0; i < 120; i++) {
        size_t at = i < 60 ? WINDOW - i : i < 90 ? 2 * WINDOW - (i - 60) : i < 119 ? i - 90 : BYTES - (sizeof text - 1);
        struct parsed parsed;
        memset(bytes, 'x', BYTES);
        memcpy(bytes + at, text, sizeof text - 1);
        parse_begin(&parsed);
        parse_program(&parsed, "usr/sbin/nginx", MADE_ELF, ".rodata", str_make(bytes, BYTES));
        assert_int_equal(parsed.facts.package_count, 1);
        assert_str(parsed.facts.packages[0].version, "1.25.1");
        assert_str(parsed.facts.packages[0].proof, "text \"nginx version: nginx/1.25.1\"");
        parse_free(&parsed);
    }
    free(bytes);
}

/* ---- names, URLs and CPEs ------------------------------------------------------------------------------------------------------------- */

static void identities_are_those_of_others(void **state)
{
    (void)state;
    static const struct {
        const char *path, *text, *purl, *cpes;
    } rows[] = {
        { "usr/bin/python3.11", "~3.11.2+~", "pkg:generic/python@3.11.2",
          "cpe:2.3:a:python:python:3.11.2:*:*:*:*:*:*:*\ncpe:2.3:a:python_software_foundation:python:3.11.2:*:*:*:*:*:*:*" },
        { "opt/bin/java", "~openjdk~java~1.8~1.8.0_352-b08~", "pkg:generic/oracle/openjdk@1.8.0_352-b08",
          "cpe:2.3:a:oracle:openjdk:1.8.0:update352:*:*:*:*:*:*" },
        { "bin/ruby", "~ruby 2.7.7p221 (2022-11-24", "pkg:generic/ruby@2.7.7p221",
          "cpe:2.3:a:ruby-lang:ruby:2.7.7:*:*:*:*:*:*:*" },
        { "bin/fluent-bit", "~3.0.2~%sFluent Bit v%s", "pkg:github/fluent/fluent-bit@3.0.2",
          "cpe:2.3:a:treasuredata:fluent_bit:3.0.2:*:*:*:*:*:*:*" },
        { "erts-1/bin/beam.smp", "~26.1~~Erlang/OTP 26", "pkg:generic/erlang@26.1",
          "cpe:2.3:a:erlang:erlang\\/otp:26.1:*:*:*:*:*:*:*" },
        { "lib/libphp.so", "X-Powered-By: PHP/8.2.1~", "pkg:generic/php@8.2.1", "cpe:2.3:a:php:php:8.2.1:*:*:*:*:*:*:*" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct parsed parsed;
        struct buf purl;
        const struct distro none = { 0 };
        const struct package *p = read_program(&parsed, rows[i].path, rows[i].text);
        assert_non_null(p);
        buf_init(&purl, 1024);
        purl_write(p, &none, &purl);
        assert_str(buf_view(&purl), rows[i].purl);
        assert_str(p->cpes, rows[i].cpes);
        buf_free(&purl);
        parse_free(&parsed);
    }
}

/* What is settled of a list of files, each "path\ntext". */
static void installations_are_listed_once(void **state)
{
    (void)state;
    static const struct {
        const char *path, *text;
        bool stays;
    } files[] = {
        { "usr/local/bin/openssl", "~OpenSSL 3.1.4 24 Oct 2023~", true },
        { "usr/local/lib/libcrypto.so.3", "~OpenSSL 3.1.4 24 Oct 2023~", false },
        { "opt/lib/libcrypto.so.3", "~OpenSSL 3.1.4 24 Oct 2023~", true },
        { "usr/local/lib64/libssl.so.3", "~OpenSSL 3.1.5 24 Oct 2024~", true },
        { "opt/java/bin/java", "~openjdk~java~0.0~17.0.10+7~", false },
        { "opt/java/lib/server/libjvm.so", "~OpenJDK 64-Bit Server VM (17.0.10+7) for linux-amd64 JRE (17.0.10+7), built on ~",
          false },
        { "opt/jre/bin/java", "~openjdk~java~0.0~17.0.10+7~", true },
        { "usr/lib/erlang/erts-14.2/bin/beam.smp", "~~26.2.1~~Erlang/OTP 26%s", true },
    };
    struct parsed parsed;
    parse_begin(&parsed);
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct buf bytes;
        parse_program(&parsed, files[i].path, MADE_ELF, ".rodata", with_nuls(&bytes, files[i].text));
        buf_free(&bytes);
    }
    parse_bytes(&parsed, "opt/java/release", STR("JAVA_VERSION=\"17.0.10\"\n"));
    parse_bytes(&parsed, "usr/lib/erlang/releases/26/OTP_VERSION", STR("26.2.1\n"));
    assert_int_equal(parsed.facts.package_count, ARRAY_LEN(files) + 2);
    assert_true(catalog_kind_named(STR("binary"))->settle(&parsed.facts));
    for (size_t i = 0; i < parsed.facts.package_count; i++) {
        const struct package *p = &parsed.facts.packages[i];
        for (size_t k = 0; k < ARRAY_LEN(files); k++)
            if (str_is(p->path, files[k].path) && (p->name.len > 0) != files[k].stays)
                fail_msg("%s %s", files[k].path, files[k].stays ? "is gone" : "is there");
        if (str_is(p->path, "opt/java/release"))
            assert_str(p->name, "openjdk");
        if (str_ends(p->path, "OTP_VERSION"))
            assert_int_equal(p->name.len, 0);
    }
    parse_free(&parsed);
}

/* ---- the table and its patterns ---------------------------------------------------------------------------------------------------------- */

static void rows_are_written_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < version_row_count; i++) {
        const struct version_row *row = &version_rows[i];
        assert_true(row->texts[0] || row->with);
        assert_true(row->source == VERSION_GO_MODULE || (row->name[0] && row->cpes[0]));
        for (size_t t = 0; t < VERSION_MAX_TEXTS && row->texts[t]; t++) {
            struct version_pattern pattern;
            if (!version_pattern_make(row->texts[t], STR("3.1"), &pattern))
                fail_msg("%s: \"%s\"", row->files, row->texts[t]);
        }
    }
}

static void wrong_texts_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = { "", "nginx/", "<", "<3", "<0>", "<3->", "<3q>", "<3>", "a<3><3>", "*<3>*", "a<3n>" };
    struct version_pattern pattern;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        assert_false(version_pattern_make(texts[i], STR(""), &pattern));
}

static void names_fit_rows(void **state)
{
    (void)state;
    static const struct version_row row = { .files = "python|python#|lib*-#.so*|php#" };
    static const struct {
        const char *name, *number; /* NULL: does not fit */
    } rows[] = {
        { "python", "" },       { "python3.11", "3.11" }, { "python3", "3" },
        { "python3.", NULL },   { "python3.11d", NULL },  { "libx-1.2.so.1.2", "1.2" },
        { "liba-b-9.so", "9" }, { "lib-.so", NULL },      { "php82", "82" },
        { "php", NULL },        { "php..", NULL },        { "", NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct str number;
        bool fits = version_row_fits(&row, str_from(rows[i].name), &number);
        if (fits != (rows[i].number != NULL) || (fits && !str_is(number, rows[i].number)))
            fail_msg("\"%s\"", rows[i].name);
    }
}

/* Cut or changed anywhere, a text tells its version or none, or, where the version itself is changed, another. */
static void damage_is_survived(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
        struct buf bytes;
        struct str text = with_nuls(&bytes, programs[i].text);
        for (size_t n = 0; n <= text.len; n++) {
            struct parsed parsed;
            parse_begin(&parsed);
            parse_program(&parsed, programs[i].path, MADE_ELF, ".rodata", str_head(text, n));
            for (size_t k = 0; k < parsed.facts.package_count; k++)
                assert_true(parsed.facts.packages[k].name.len > 0 && parsed.facts.packages[k].version.len > 0);
            parse_free(&parsed);
        }
        buf_free(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_tell_their_version),
        cmocka_unit_test(scripts_tell_their_version),
        cmocka_unit_test(programs_may_have_names_of_scripts),
        cmocka_unit_test(every_format_is_searched),
        cmocka_unit_test(texts_are_found_at_every_place),
        cmocka_unit_test(identities_are_those_of_others),
        cmocka_unit_test(installations_are_listed_once),
        cmocka_unit_test(rows_are_written_right),
        cmocka_unit_test(wrong_texts_are_refused),
        cmocka_unit_test(names_fit_rows),
        cmocka_unit_test(damage_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
