/* Licences of Java archives: what the manifest says (Jenkins' Plugin-License-Name; OSGi Core 8, 3.2.1.10 "Bundle-License"), or
 * the one licence file that is packed. Names become SPDX identifiers where an address or a heading is well known. */
#include "catalog/headers.h"
#include "catalog/java/jar.h"

enum { MAX_LIST_BYTES = 4096, HEADING_BYTES = 1500 };

/* Addresses without scheme, "www." and what an extension adds; lower case. */
static const struct {
    const char *address, *id;
} addresses[] = {
    { "apache.org/licenses/license-2.0", "Apache-2.0" },
    { "opensource.org/licenses/apache-2.0", "Apache-2.0" },
    { "opensource.org/licenses/apache2.0", "Apache-2.0" },
    { "apache.org/licenses/license-1.1", "Apache-1.1" },
    { "opensource.org/licenses/mit", "MIT" },
    { "opensource.org/licenses/mit-license", "MIT" },
    { "opensource.org/licenses/bsd-2-clause", "BSD-2-Clause" },
    { "opensource.org/licenses/bsd-3-clause", "BSD-3-Clause" },
    { "opensource.org/licenses/isc", "ISC" },
    { "opensource.org/licenses/cddl-1.0", "CDDL-1.0" },
    { "eclipse.org/legal/epl-v10", "EPL-1.0" },
    { "eclipse.org/legal/epl-v20", "EPL-2.0" },
    { "eclipse.org/legal/epl-2.0", "EPL-2.0" },
    { "eclipse.org/org/documents/epl-v10", "EPL-1.0" },
    { "gnu.org/licenses/gpl-2.0", "GPL-2.0-only" },
    { "gnu.org/licenses/gpl-3.0", "GPL-3.0-only" },
    { "gnu.org/licenses/lgpl-2.1", "LGPL-2.1-only" },
    { "gnu.org/licenses/old-licenses/lgpl-2.1", "LGPL-2.1-only" },
    { "gnu.org/licenses/lgpl-3.0", "LGPL-3.0-only" },
    { "gnu.org/licenses/agpl-3.0", "AGPL-3.0-only" },
    { "mozilla.org/mpl/1.1", "MPL-1.1" },
    { "mozilla.org/en-us/mpl/2.0", "MPL-2.0" },
    { "mozilla.org/mpl/2.0", "MPL-2.0" },
    { "creativecommons.org/publicdomain/zero/1.0", "CC0-1.0" },
    { "unlicense.org", "Unlicense" },
};

/* In a text's beginning, all words of a row, in this order. */
static const struct {
    const char *words[2], *id;
} headings[] = {
    { { "Apache License", "Version 2.0" }, "Apache-2.0" },
    { { "The MIT License", NULL }, "MIT" },
    { { "MIT License", NULL }, "MIT" },
    { { "Eclipse Public License - v 1.0", NULL }, "EPL-1.0" },
    { { "Eclipse Public License - v 2.0", NULL }, "EPL-2.0" },
    { { "Mozilla Public License", "2.0" }, "MPL-2.0" },
    { { "GNU LESSER GENERAL PUBLIC LICENSE", "Version 2.1" }, "LGPL-2.1-only" },
    { { "GNU LESSER GENERAL PUBLIC LICENSE", "Version 3" }, "LGPL-3.0-only" },
    { { "GNU AFFERO GENERAL PUBLIC LICENSE", "Version 3" }, "AGPL-3.0-only" },
    { { "GNU GENERAL PUBLIC LICENSE", "Version 2" }, "GPL-2.0-only" },
    { { "GNU GENERAL PUBLIC LICENSE", "Version 3" }, "GPL-3.0-only" },
};

/* Identifiers that manifests give as they are. */
static const char *const identifiers[] = { "Apache-2.0", "MIT",       "BSD-2-Clause",  "BSD-3-Clause",      "EPL-1.0",
                                           "EPL-2.0",    "CDDL-1.0",  "CDDL-1.1",      "MPL-1.1",           "MPL-2.0",
                                           "ISC",        "CC0-1.0",   "LGPL-2.1-only", "LGPL-2.1-or-later", "GPL-2.0-only",
                                           "UPL-1.0",    "Unlicense", "0BSD" };

bool jar_licence_is_file(struct str path)
{
    struct str folder = path_dir(path), name = path_base(path), stem = name;
    size_t dot;
    if (folder.len && !str_is(folder, "META-INF"))
        return false;
    if (str_rfind(name, '.', &dot))
        stem = str_head(name, dot);
    return str_eq_nocase(stem, STR("license")) || str_eq_nocase(stem, STR("licence")) || str_eq_nocase(stem, STR("copyright"));
}

static struct str without(struct str text, const char *head)
{
    size_t n = strlen(head);
    return str_eq_nocase(str_head(text, n), str_from(head)) ? str_skip(text, n) : text;
}

struct str jar_licence_of_url(struct str url)
{
    static const char *const ends[] = { "/", ".txt", ".html", ".php", "-standalone.html" };
    struct str rest = without(without(without(url, "https://"), "http://"), "www.");
    for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
        struct str address = str_from(addresses[i].address), end = str_skip(rest, address.len);
        if (!str_eq_nocase(str_head(rest, address.len), address))
            continue;
        if (end.len == 0)
            return str_from(addresses[i].id);
        for (size_t k = 0; k < ARRAY_LEN(ends); k++)
            if (str_is(end, ends[k]))
                return str_from(addresses[i].id);
    }
    return (struct str){ 0 };
}

/* ---- Bundle-License: entries "name;attribute=value" with commas between them, which quoted values may hold too ------------------------ */

static bool next_unquoted(struct str *rest, char sep, struct str *field)
{
    if (rest->len == 0)
        return false;
    bool quoted = false;
    size_t n = 0;
    for (; n < rest->len && (quoted || rest->ptr[n] != sep); n++) {
        if (rest->ptr[n] == '"')
            quoted = !quoted;
        else if (quoted && rest->ptr[n] == '\\' && n + 1 < rest->len)
            n++;
    }
    *field = str_head(*rest, n);
    *rest = str_skip(*rest, n + 1);
    return true;
}

static struct str unquoted(struct str text)
{
    text = str_trim(text);
    while (text.len && (text.ptr[0] == '"' || text.ptr[0] == ' '))
        text = str_skip(text, 1);
    while (text.len && (text.ptr[text.len - 1] == '"' || text.ptr[text.len - 1] == ' '))
        text.len--;
    return text;
}

static struct str licence_of_entry(struct str entry)
{
    struct str name, field, key, value;
    if (!next_unquoted(&entry, ';', &name))
        return (struct str){ 0 };
    name = unquoted(name);
    for (size_t i = 0; i < ARRAY_LEN(identifiers); i++)
        if (str_eq_nocase(name, str_from(identifiers[i])))
            return str_from(identifiers[i]);
    struct str id = jar_licence_of_url(name);
    while (id.len == 0 && next_unquoted(&entry, ';', &field))
        if (str_cut(field, '=', &key, &value) && str_is(str_trim(key), "link"))
            id = jar_licence_of_url(unquoted(value));
    return id;
}

struct str jar_licence_of_manifest(const struct jar_manifest *manifest, struct arena *arena)
{
    struct str rest = manifest->bundle_licence, entry;
    struct buf list;
    if (manifest->plugin_licences.len)
        return manifest->plugin_licences;
    buf_init(&list, MAX_LIST_BYTES);
    while (next_unquoted(&rest, ',', &entry)) {
        struct str id = licence_of_entry(entry);
        if (id.len)
            catalog_put_item(&list, id);
    }
    struct str out = arena_str(arena, buf_view(&list));
    buf_free(&list);
    return out;
}

/* ---- a licence's text ------------------------------------------------------------------------------------------------------------------- */

/* Behind the first place of the word, letters of either case; false: it is not there. */
static bool skip_behind(struct str *text, const char *word)
{
    size_t n = strlen(word);
    for (size_t at = 0; at + n <= text->len; at++)
        if (str_eq_nocase(str_head(str_skip(*text, at), n), str_from(word))) {
            *text = str_skip(*text, at + n);
            return true;
        }
    return false;
}

struct str jar_licence_of_text(struct str text)
{
    struct str heading = str_head(text, HEADING_BYTES);
    for (size_t i = 0; i < ARRAY_LEN(headings); i++) {
        struct str rest = heading;
        if (skip_behind(&rest, headings[i].words[0]) && (!headings[i].words[1] || skip_behind(&rest, headings[i].words[1])))
            return str_from(headings[i].id);
    }
    return (struct str){ 0 };
}
