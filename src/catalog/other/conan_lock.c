/* conan.lock (Conan's documentation, "Lockfiles"). Version 1 holds the graph: nodes by number, of which "0" is the project.
 * Version 2 lists references; those of tools and of shared recipes are for building only. */
#include "catalog/document.h"
#include "catalog/other/conan.h"

struct graph {
    const struct catalog_file *file;
    struct catalog_facts *facts;
    size_t first;
    struct map nodes;  /* number of the node → index of the package */
    struct buf wanted; /* numbers of the nodes that the project itself needs */
};

struct node {
    struct str number, reference;
    struct buf needs;
    uint32_t line, end_line;
};

static void read_strings(struct json *json, struct buf *out)
{
    struct str text;
    if (!json_array(json))
        return;
    while (json_item(json))
        if (json_string(json, &text) && text.len && header_value_ok(text))
            catalog_put_item(out, text);
}

static void read_node(struct json *json, struct node *node)
{
    struct str key;
    json_peek(json); /* on to the brace */
    node->line = json_line(json);
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        if (str_is(key, "ref"))
            json_string(json, &node->reference);
        else if (str_is(key, "requires") || str_is(key, "build_requires"))
            read_strings(json, &node->needs);
        else
            json_skip(json);
    }
    node->end_line = json_line(json);
}

static bool keep_node(struct graph *graph, const struct node *node)
{
    struct package *package;
    bool is_project = str_is(node->number, "0");
    if (is_project) {
        buf_clear(&graph->wanted);
        buf_str(&graph->wanted, buf_view(&node->needs));
    }
    if (!conan_add(graph->file, graph->facts, node->reference, &package) || !package)
        return !graph->facts->arena->exhausted;
    package->relation = is_project ? RELATION_ROOT : RELATION_INDIRECT;
    package->depends = arena_str(graph->facts->arena, buf_view(&node->needs));
    package->line = node->line;
    package->end_line = node->end_line;
    struct str key = arena_str(graph->file->scratch, node->number);
    return key.ptr && map_put(&graph->nodes, key, graph->facts->package_count - 1);
}

static bool read_nodes(struct graph *graph, struct json *json)
{
    struct str key;
    bool ok = true;
    if (!json_object(json))
        return true;
    while (ok && json_key(json, &key)) {
        struct node node = { .number = key };
        buf_init(&node.needs, 1u << 20);
        read_node(json, &node);
        ok = json->failed || keep_node(graph, &node);
        buf_free(&node.needs);
    }
    return ok;
}

static bool read_graph_lock(struct graph *graph, struct json *json)
{
    struct str key;
    bool ok = true;
    if (!json_object(json))
        return true;
    while (ok && json_key(json, &key)) {
        if (str_is(key, "nodes"))
            ok = read_nodes(graph, json);
        else
            json_skip(json);
    }
    return ok;
}

static bool read_references(struct graph *graph, struct json *json, bool for_building)
{
    struct str reference;
    struct package *package;
    bool ok = true;
    if (!json_array(json))
        return true;
    while (ok && json_item(json)) {
        json_peek(json); /* on to the value */
        uint32_t line = json_line(json);
        if (!json_string(json, &reference))
            continue;
        ok = conan_add(graph->file, graph->facts, reference, &package);
        if (!package)
            continue;
        package->dev = for_building;
        package->line = package->end_line = line;
    }
    return ok;
}

static bool read_document(struct graph *graph, struct json *json)
{
    struct str key;
    bool ok = true;
    if (!json_object(json))
        return true;
    while (ok && json_key(json, &key)) {
        if (str_is(key, "graph_lock"))
            ok = read_graph_lock(graph, json);
        else if (str_is(key, "requires"))
            ok = read_references(graph, json, false);
        else if (str_is(key, "build_requires") || str_is(key, "python_requires"))
            ok = read_references(graph, json, true);
        else
            json_skip(json);
    }
    return ok;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct graph graph = { .file = file, .facts = facts, .first = facts->package_count };
    struct json json;
    struct str rest, number;
    uint64_t at;
    map_init(&graph.nodes, file->scratch);
    buf_init(&graph.wanted, 1u << 20);
    bool ok = document_begin(&json, file, facts, NULL) && read_document(&graph, &json) && document_end(&json, file, facts);
    rest = buf_view(&graph.wanted);
    while (str_next(&rest, '\n', &number))
        if (map_get(&graph.nodes, number, &at) && facts->packages[at].relation == RELATION_INDIRECT)
            facts->packages[at].relation = RELATION_DIRECT;
    ok = ok && listed_resolve(facts, graph.first, &graph.nodes, NULL);
    buf_free(&graph.wanted);
    return ok;
}

static const struct catalog_claim claims[] = {
    { "**/conan.lock", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_conan_kind = {
    .name = "conan",
    .is_lock = true,
    .ecosystem = "conan",
    .scheme = "conan",
    .purl_type = "conan",
    .claims = claims,
    .max_bytes = 64u << 20,
    .parse = parse,
};
