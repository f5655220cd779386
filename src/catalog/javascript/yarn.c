/* yarn.lock, classic (the @yarnpkg/lockfile grammar: a name a line, indented fields) and of Yarn 2 and later (YAML that Yarn
 * writes in one style, so that lines can be read alike). An entry stands for patterns, each a name and the range that was
 * asked for it; who asks is told by pattern, too. Entries of other origin than a registry or an address (workspaces, links,
 * files, Git's own protocols, patches of what is in the list anyway) are no packages. */
#include "catalog/headers.h"
#include "catalog/javascript/node.h"

enum { MAX_CANDIDATES = 64, MAX_FIELDS = 16 };

struct yarn {
    struct node_lock lock;
    uint32_t line;  /* at hand, from 1 */
    uint32_t entry; /* at hand, NODE_NONE: none, or one that is no package */
    bool in_needs;
    bool is_cut;                   /* the line at hand has no end: the file may have been cut short there */
    struct str sha1;               /* of "resolved" */
    struct str fields[MAX_FIELDS]; /* names of those of the entry */
    size_t field_count;
    uint32_t doubled_line; /* of a field that the entry has already: two entries have become one; 0: none */
    size_t junk_count;
    uint32_t junk_line;
    struct map names;    /* of packages as they are asked for, to the first entry */
    uint32_t *same_name; /* the next entry of that name */
};

/* Takes the next word: quoted, or up to `end`. Classic quotes as JSON does; names and ranges need no escapes. */
static bool take_word(struct str *rest, char end, struct str *word)
{
    size_t close;
    *rest = str_trim(*rest);
    if (rest->len == 0)
        return false;
    if (rest->ptr[0] == '"') {
        if (!str_find(str_skip(*rest, 1), '"', &close))
            return false;
        *word = str_head(str_skip(*rest, 1), close);
        *rest = str_skip(*rest, close + 2);
        return true;
    }
    if (!str_find(*rest, end, &close))
        close = rest->len;
    *word = str_trim(str_head(*rest, close));
    *rest = str_skip(*rest, close);
    return true;
}

/* Before the first ':' without a space in front of it: "npm", "workspace", "git+ssh"; empty: a plain range. */
static struct str protocol_of(struct str range)
{
    struct str protocol, rest;
    if (!str_cut(range, ':', &protocol, &rest) || str_find(protocol, ' ', NULL))
        return (struct str){ 0 };
    return protocol;
}

/* From a registry, or an archive or a repository at an address. */
static bool is_fetched(struct str range)
{
    struct str protocol = protocol_of(range);
    return protocol.len == 0 || str_is(protocol, "npm") || str_is(protocol, "https") || str_is(protocol, "http");
}

/* "npm:^1.0.0::__archiveUrl=…" asks for ^1.0.0. */
static struct str range_of(struct str range)
{
    range = node_plain_range(range);
    for (size_t i = 0; i + 1 < range.len; i++)
        if (range.ptr[i] == ':' && range.ptr[i + 1] == ':')
            return str_head(range, i);
    return range;
}

static struct str pattern_key(struct arena *arena, struct str name, struct str range)
{
    return arena_printf(arena, "%.*s@%.*s", STR_ARG(name), STR_ARG(range_of(range)));
}

/* ---- a block: patterns, then fields ---------------------------------------------------------------------------------------------- */

/* "lodash@npm:lodash-es@^4.17.21": what is there is lodash-es. */
static void use_pattern(struct yarn *yarn, struct str name, struct str range, struct buf *patterns)
{
    struct node_lock *lock = &yarn->lock;
    struct node_entry *e = node_at(lock, yarn->entry);
    struct str alias, wanted, key = pattern_key(lock->scratch, name, range);
    if (!key.ptr) {
        lock->incomplete = true;
        return;
    }
    if (str_starts(range, "npm:") && node_cut_name(str_skip(range, 4), &alias, &wanted))
        e->name = alias;
    node_lock_key(lock, key, yarn->entry);
    if (header_value_ok(key))
        catalog_put_item(patterns, key);
}

/* Of one word, which in newer files is the whole list. False: of an origin that makes no package. */
static bool read_patterns(struct yarn *yarn, struct str word, struct buf *patterns)
{
    struct str pattern, name, range;
    while (word.len && str_next(&word, ',', &pattern)) {
        pattern = str_trim(pattern);
        if (pattern.len && pattern.ptr[pattern.len - 1] == ':')
            pattern.len--;
        if (!node_cut_name(pattern, &name, &range))
            continue;
        if (yarn->entry == NODE_NONE) {
            if (!is_fetched(range))
                return false;
            yarn->entry = node_lock_add(&yarn->lock, name, yarn->line);
            if (yarn->entry == NODE_NONE)
                return false;
            node_at(&yarn->lock, yarn->entry)->name = name;
        }
        use_pattern(yarn, name, range, patterns);
    }
    return true;
}

static void begin_block(struct yarn *yarn, struct str header)
{
    struct str rest = header, word;
    struct buf patterns;
    buf_init(&patterns, 1 << 16);
    while (take_word(&rest, ',', &word) && read_patterns(yarn, word, &patterns)) {
        rest = str_trim(rest);
        if (rest.len && (rest.ptr[0] == ',' || rest.ptr[0] == ':'))
            rest = str_skip(rest, 1);
    }
    if (yarn->entry != NODE_NONE)
        node_at(&yarn->lock, yarn->entry)->provides = arena_str(yarn->lock.scratch, buf_view(&patterns));
    buf_free(&patterns);
}

static void end_block(struct yarn *yarn)
{
    if (yarn->entry != NODE_NONE) {
        struct node_entry *e = node_at(&yarn->lock, yarn->entry);
        if (e->digest.len == 0)
            e->digest = yarn->sha1;
        if (yarn->doubled_line)
            e->left_out = true;
        else if (e->version.len == 0 && !e->left_out)
            e->name = (struct str){ 0 }; /* counted as damage */
    }
    if (yarn->doubled_line && yarn->lock.bad_count++ == 0)
        yarn->lock.bad_line = yarn->doubled_line;
    yarn->doubled_line = 0;
    yarn->field_count = 0;
    yarn->entry = NODE_NONE;
    yarn->in_needs = false;
    yarn->sha1 = (struct str){ 0 };
}

/* 'resolved "…/a-1.0.0.tgz#<sha1>"' in old files without "integrity"; behind a repository's address stands a commit. */
static void read_resolved(struct yarn *yarn, struct str value)
{
    struct str address, hex;
    if (str_cut(value, '#', &address, &hex) && hex.len == 40 && !str_ends(address, ".git"))
        yarn->sha1 = arena_printf(yarn->lock.scratch, "sha1:%.*s", STR_ARG(hex));
}

/* No entry has a field twice: the first line of another entry is lost. */
static void note_field(struct yarn *yarn, struct str name)
{
    for (size_t i = 0; i < yarn->field_count; i++)
        if (str_eq(yarn->fields[i], name)) {
            yarn->doubled_line = yarn->doubled_line ? yarn->doubled_line : yarn->line;
            return;
        }
    if (yarn->field_count < MAX_FIELDS)
        yarn->fields[yarn->field_count++] = name;
}

static void read_field(struct yarn *yarn, struct str line)
{
    struct str rest = line, name, value = { 0 }, alias, origin;
    if (!take_word(&rest, ' ', &name))
        return;
    if (name.len && name.ptr[name.len - 1] == ':')
        name.len--;
    note_field(yarn, name);
    if (yarn->entry == NODE_NONE)
        return;
    struct node_entry *e = node_at(&yarn->lock, yarn->entry);
    if (!take_word(&rest, '\0', &value)) {
        yarn->in_needs = str_is(name, "dependencies") || str_is(name, "optionalDependencies");
        return;
    }
    yarn->in_needs = false;
    if (str_is(name, "version")) {
        bool is_whole = !yarn->is_cut || line.ptr[line.len - 1] == '"';
        e->version = is_whole ? value : (struct str){ 0 };
        e->left_out = str_is(value, "0.0.0-use.local"); /* Yarn's version of workspaces */
    } else if (str_is(name, "integrity"))
        e->digest = value;
    else if (str_is(name, "resolved"))
        read_resolved(yarn, value);
    else if (str_is(name, "resolution") && node_cut_name(value, &alias, &origin)) {
        e->name = alias;
        e->left_out |= !is_fetched(origin); /* a range that a workspace fits in */
    }
}

static void read_need(struct yarn *yarn, struct str line)
{
    struct str rest = line, name, range;
    if (!take_word(&rest, ' ', &name))
        return;
    if (name.len && name.ptr[name.len - 1] == ':')
        name.len--;
    if (rest.len && rest.ptr[0] == ':')
        rest = str_skip(rest, 1);
    if (take_word(&rest, '\0', &range) && name.len)
        node_lock_need(&yarn->lock, yarn->entry, name, range);
}

static void read_line(struct yarn *yarn, struct str line)
{
    size_t indent = 0;
    while (indent < line.len && line.ptr[indent] == ' ')
        indent++;
    struct str text = str_skip(line, indent);
    if (text.len == 0 || text.ptr[0] == '#')
        return;
    if (indent == 0 && !str_is(text, ":")) { /* a lone ':' is behind a long key of YAML, which '? ' introduces */
        end_block(yarn);
        begin_block(yarn, str_starts(text, "? ") ? str_skip(text, 2) : text);
        if (yarn->entry == NODE_NONE && !str_find(text, '@', NULL) && !str_starts(text, "__metadata") && yarn->junk_count++ == 0)
            yarn->junk_line = yarn->line;
    } else {
        if (yarn->entry != NODE_NONE)
            node_at(&yarn->lock, yarn->entry)->end_line = yarn->line;
        if (indent > 0 && indent < 4)
            read_field(yarn, text);
        else if (yarn->in_needs)
            read_need(yarn, text);
    }
}

/* ---- who needs whom -------------------------------------------------------------------------------------------------------------- */

static bool index_names(struct yarn *yarn)
{
    struct node_lock *lock = &yarn->lock;
    map_init(&yarn->names, lock->scratch);
    yarn->same_name = arena_array(lock->scratch, lock->count + 1, sizeof *yarn->same_name);
    for (uint32_t i = (uint32_t)lock->count; yarn->same_name && i-- > 0;) {
        uint64_t next;
        yarn->same_name[i] = map_get(&yarn->names, node_at(lock, i)->key, &next) ? (uint32_t)next : NODE_NONE;
        if (!map_put(&yarn->names, node_at(lock, i)->key, i))
            return false;
    }
    return yarn->same_name;
}

/* By pattern; where "resolutions" changed what a pattern gets, by the only one of the name, or by range. */
static uint32_t find_entry(struct node_lock *lock, uint32_t entry, const struct node_edge *edge)
{
    (void)entry;
    struct yarn *yarn = (struct yarn *)(void *)lock; /* its first member */
    struct arena_mark mark = arena_mark(lock->scratch);
    uint32_t found = node_lock_find(lock, pattern_key(lock->scratch, edge->name, edge->range));
    uint64_t first;
    arena_reset(lock->scratch, mark);
    lock->budget -= lock->budget < 256 ? lock->budget : 256;
    if (found != NODE_NONE || !map_get(&yarn->names, edge->name, &first))
        return found;
    if (yarn->same_name[first] == NODE_NONE)
        return (uint32_t)first;
    size_t looked = 0;
    for (uint32_t i = (uint32_t)first; i != NODE_NONE && looked < MAX_CANDIDATES; i = yarn->same_name[i], looked++) {
        lock->budget -= lock->budget < 1024 ? lock->budget : 1024;
        if (node_satisfies(range_of(edge->range), node_at(lock, i)->version, lock->scratch))
            return i;
    }
    return NODE_NONE;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct yarn yarn = { .entry = NODE_NONE };
    struct str rest = file->text, line;
    node_lock_begin(&yarn.lock, file, facts);
    while (!yarn.lock.incomplete && str_line(&rest, &line)) {
        yarn.line++;
        yarn.is_cut = rest.len == 0 && !str_ends(file->text, "\n");
        read_line(&yarn, line);
    }
    end_block(&yarn);
    if (index_names(&yarn))
        node_lock_tie(&yarn.lock, find_entry);
    else
        yarn.lock.incomplete = true;
    return node_lock_end(&yarn.lock) &&
           (yarn.junk_count == 0 ||
            catalog_warn(facts, file->path, false, "%zu lines are of no lock file of Yarn's, the first is line %u",
                         yarn.junk_count, yarn.junk_line));
}

/* In a node_modules folder it is that of a published package; .yarn holds copies of such. */
static bool accepts(struct str path)
{
    struct str part;
    while (str_next(&path, '/', &part))
        if (str_is(part, "node_modules") || str_is(part, ".yarn"))
            return false;
    return true;
}

static const struct catalog_claim claims[] = {
    { "**/yarn.lock", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_yarn_kind = {
    .name = "yarn",
    .is_lock = true,
    .ecosystem = "npm",
    .scheme = "npm",
    .purl_type = "npm",
    .claims = claims,
    .accepts = accepts,
    .max_bytes = 16u << 20, /* what takes some 45 times as much where all packages are small */
    .parse = parse,
    .settle = node_yarn_settle,
};
