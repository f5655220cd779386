/* Maven projects: notes of several files resolved together. What Maven itself makes of random projects is compared elsewhere;
 * these are the rules one by one. */
#include "catalog_unit.h"

/* Short spellings; `dep` and the like stand on one line each. */
#define PROJECT(rest) "<project>\n<modelVersion>4.0.0</modelVersion>\n" rest "\n</project>\n"
#define GAV(g, a, v) "<groupId>" g "</groupId><artifactId>" a "</artifactId><version>" v "</version>"
#define GA(g, a) "<groupId>" g "</groupId><artifactId>" a "</artifactId>"
#define DEP(g, a, v, rest) "<dependency>" GAV(g, a, v) rest "</dependency>\n"
#define BARE(g, a, rest) "<dependency>" GA(g, a) rest "</dependency>\n"
#define DEPS(rest) "<dependencies>\n" rest "</dependencies>\n"
#define MANAGED(rest) "<dependencyManagement><dependencies>\n" rest "</dependencies></dependencyManagement>\n"
#define PARENT(g, a, v, rest) "<parent>" GAV(g, a, v) rest "</parent>\n"
#define SCOPE(s) "<scope>" s "</scope>"
#define EXCLUDE(g, a) "<exclusions><exclusion>" GA(g, a) "</exclusion></exclusions>"
#define IMPORT(g, a, v) DEP(g, a, v, "<type>pom</type><scope>import</scope>")
#define REPO "root/.m2/repository/"

struct file {
    const char *path, *text;
};

/* want: of the packages of `target`: "name version relation [dev] [line-line] [licence] > what it needs". */
struct maven_case {
    const char *says;
    struct file files[8];
    const char *target, *want;
    size_t warnings;
};

#define API_1                                                                                                                    \
    {                                                                                                                            \
        REPO "o/api/1.0/api-1.0.pom", PROJECT(GAV("o", "api", "1.0") "<licenses><license><name>MIT</name></license></licenses>") \
    }
#define API_2                                                         \
    {                                                                 \
        REPO "o/api/2.0/api-2.0.pom", PROJECT(GAV("o", "api", "2.0")) \
    }
#define LIB_1                                                                                    \
    {                                                                                            \
        REPO "o/lib/1/lib-1.pom", PROJECT(GAV("o", "lib", "1") DEPS(DEP("o", "api", "2.0", ""))) \
    }

static const struct maven_case cases[] = {
    { "a direct dependency, with lines and the licence of its own file",
      { { "pom.xml", PROJECT(GAV("g", "app", "1") DEPS(DEP("o", "api", "1.0", ""))) }, API_1 },
      "pom.xml",
      "g:app 1 root > o:api:1.0\no:api 1.0 direct 4-4 MIT\n",
      0 },
    { "what is needed below, as far as files are there",
      { { "pom.xml", PROJECT(GAV("g", "app", "1") DEPS(DEP("o", "lib", "1", "") DEP("x", "gone", "9", ""))) }, LIB_1 },
      "pom.xml",
      "g:app 1 root > o:lib:1,x:gone:9\no:lib 1 direct 4-4 > o:api:2.0\nx:gone 9 direct 5-5\no:api 2.0 indirect\n",
      0 },
    { "the nearest version wins",
      { { "pom.xml", PROJECT(GAV("g", "app", "1") DEPS(DEP("o", "lib", "1", "") DEP("o", "api", "1.0", ""))) }, LIB_1, API_1 },
      "pom.xml",
      "g:app 1 root > o:lib:1,o:api:1.0\no:lib 1 direct 4-4 > o:api:1.0\no:api 1.0 direct 5-5 MIT\n",
      0 },
    { "of equally near ones the first wins",
      { { "pom.xml", PROJECT(GAV("g", "app", "1") DEPS(DEP("o", "lib", "1", "") DEP("o", "other", "1", ""))) },
        LIB_1,
        { REPO "o/other/1/other-1.pom", PROJECT(GAV("o", "other", "1") DEPS(DEP("o", "api", "1.0", ""))) } },
      "pom.xml",
      "g:app 1 root > o:lib:1,o:other:1\no:lib 1 direct 4-4 > o:api:2.0\no:other 1 direct 5-5 > o:api:2.0\no:api 2.0 indirect\n",
      0 },
    { "a hard requirement overrules",
      { { "pom.xml", PROJECT(GAV("g", "app", "1") DEPS(DEP("o", "api", "1.0", "") DEP("o", "hard", "1", ""))) },
        { REPO "o/hard/1/hard-1.pom", PROJECT(GAV("o", "hard", "1") DEPS(DEP("o", "api", "[2.0]", ""))) } },
      "pom.xml",
      "g:app 1 root > o:api:2.0,o:hard:1\no:api 2.0 direct 4-4\no:hard 1 direct 5-5 > o:api:2.0\n",
      0 },
    { "a range takes the best that is at hand",
      { { "pom.xml", PROJECT(GAV("g", "app", "1") DEPS(DEP("o", "api", "[1.0,2.0)", ""))) }, API_1, API_2 },
      "pom.xml",
      "g:app 1 root > o:api:1.0\no:api 1.0 direct 4-4 MIT\n",
      0 },
    { "a range without anything at hand has no version",
      { { "pom.xml", PROJECT(GAV("g", "app", "1") DEPS(DEP("o", "api", "[1.0,2.0)", ""))) } },
      "pom.xml",
      "g:app 1 root > o:api\no:api  direct 4-4\n",
      1 },
    { "the root's management decides below it",
      { { "pom.xml", PROJECT(GAV("g", "app", "1") MANAGED(DEP("o", "api", "1.0", "")) DEPS(DEP("o", "lib", "1", ""))) }, LIB_1 },
      "pom.xml",
      "g:app 1 root > o:lib:1\no:lib 1 direct 7-7 > o:api:1.0\no:api 1.0 indirect\n",
      0 },
    { "management of a dependency stays there",
      { { "pom.xml", PROJECT(GAV("g", "app", "1") DEPS(DEP("o", "outer", "1", ""))) },
        { REPO "o/outer/1/outer-1.pom",
          PROJECT(GAV("o", "outer", "1") MANAGED(DEP("o", "api", "1.0", "")) DEPS(DEP("o", "lib", "1", ""))) },
        LIB_1 },
      "pom.xml",
      "g:app 1 root > o:outer:1\no:outer 1 direct 4-4 > o:lib:1\no:lib 1 indirect > o:api:2.0\no:api 2.0 indirect\n",
      0 },
    { "exclusions, with any and all",
      { { "pom.xml", PROJECT(GAV("g", "app", "1")
                                 DEPS(DEP("o", "lib", "1", EXCLUDE("*", "api")) DEP("o", "outer", "1", EXCLUDE("o", "*")))) },
        LIB_1,
        { REPO "o/outer/1/outer-1.pom",
          PROJECT(GAV("o", "outer", "1") DEPS(DEP("o", "api", "1.0", "") DEP("p", "q", "1", ""))) } },
      "pom.xml",
      "g:app 1 root > o:lib:1,o:outer:1\no:lib 1 direct 4-4\no:outer 1 direct 5-5 > p:q:1\np:q 1 indirect\n",
      0 },
    { "tests and what is provided are for development; the better way counts",
      { { "pom.xml", PROJECT(GAV("g", "app", "1") DEPS(DEP("o", "lib", "1", SCOPE("test")) DEP("p", "p", "1", SCOPE("provided"))
                                                           DEP("o", "outer", "1", SCOPE("runtime")))) },
        LIB_1,
        { REPO "o/outer/1/outer-1.pom", PROJECT(GAV("o", "outer", "1") DEPS(DEP("o", "api", "1.0", "") DEP(
                                            "t", "t", "1", SCOPE("test")) DEP("z", "z", "1", "<optional>true</optional>"))) } },
      "pom.xml",
      "g:app 1 root > o:lib:1,p:p:1,o:outer:1\no:lib 1 direct dev 4-4 > o:api:2.0\np:p 1 direct dev 5-5\no:outer 1 direct 6-6 > o:api:2.0\n"
      "o:api 2.0 indirect\n",
      0 },
    { "a direct one is as its own scope says",
      { { "pom.xml", PROJECT(GAV("g", "app", "1") DEPS(DEP("o", "api", "1.0", SCOPE("test")) DEP("o", "lib", "1", ""))) },
        LIB_1 },
      "pom.xml",
      "g:app 1 root > o:api:1.0,o:lib:1\no:api 1.0 direct dev 4-4\no:lib 1 direct 5-5 > o:api:1.0\n",
      0 },
    { "the parent beside: properties, management, dependencies, licence",
      { { "app/pom.xml",
          PROJECT(PARENT("g", "top", "1",
                         "") "<artifactId>app</artifactId><properties><v>2.0</v></properties>" DEPS(BARE("o", "api", ""))) },
        { "pom.xml",
          PROJECT(GAV("g", "top", "1") "<packaging>pom</packaging><properties><v>1.0</v></properties>"
                                       "<licenses><license><url>u</url></license></licenses>" MANAGED(DEP("o", "api", "${v}", ""))
                                           DEPS(DEP("${project.groupId}", "common", "${project.version}", ""))) } },
      "app/pom.xml",
      "g:app 1 root u > o:api:2.0,g:common:1\no:api 2.0 direct 5-5\ng:common 1 direct\n",
      0 },
    { "a parent of that name elsewhere, and by a path",
      { { "a/pom.xml",
          PROJECT(
              PARENT("g", "top", "${revision}", "<relativePath>../build/parent</relativePath>") "<artifactId>a</artifactId>" DEPS(
                  DEP("o", "api", "${revision}", ""))) },
        { "build/parent/pom.xml", PROJECT(GAV("g", "top", "${revision}") "<properties><revision>1.0</revision></properties>") } },
      "a/pom.xml",
      "g:a 1.0 root > o:api:1.0\no:api 1.0 direct 5-5\n",
      0 },
    { "a wrong parent beside, the right one in the repository",
      { { "a/pom.xml", PROJECT(PARENT("g", "top", "2", "") "<artifactId>a</artifactId>" DEPS(BARE("o", "api", ""))) },
        { "pom.xml", PROJECT(GAV("g", "top", "1") MANAGED(DEP("o", "api", "1.0", ""))) },
        { REPO "g/top/2/top-2.pom", PROJECT(GAV("g", "top", "2") MANAGED(DEP("o", "api", "2.0", ""))) } },
      "a/pom.xml",
      "g:a 2 root > o:api:2.0\no:api 2.0 direct 5-5\n",
      0 },
    { "a parent that is not at hand",
      { { "pom.xml", PROJECT(PARENT("g", "top", "2", "") "<artifactId>a</artifactId>" DEPS(BARE("o", "api", ""))) } },
      "pom.xml",
      "g:a 2 root > o:api\no:api  direct 5-5\n",
      1 },
    { "BOMs: own management first, then in order; each with its own properties",
      { { "pom.xml", PROJECT(GAV("g", "app", "1") MANAGED(IMPORT("b", "one", "1") IMPORT("b", "two", "1") DEP(
                         "o", "own", "0", "")) DEPS(BARE("o", "x", "") BARE("o", "y", "") BARE("o", "own", ""))) },
        { REPO "b/one/1/one-1.pom", PROJECT(GAV("b", "one", "1") "<properties><v>11</v></properties>" MANAGED(
                                        DEP("o", "x", "${v}", "") DEP("o", "own", "8", ""))) },
        { REPO "b/two/1/two-1.pom", PROJECT(GAV("b", "two", "1") MANAGED(DEP("o", "x", "22", "") IMPORT("b", "three", "1"))) },
        { REPO "b/three/1/three-1.pom", PROJECT(GAV("b", "three", "1") MANAGED(DEP("o", "y", "33", "<scope>test</scope>"))) } },
      "pom.xml",
      "g:app 1 root > o:x:11,o:y:33,o:own:0\no:x 11 direct 9-9\no:y 33 direct dev 10-10\no:own 0 direct 11-11\n",
      0 },
    { "modules are listed with what they need",
      { { "pom.xml",
          PROJECT(GAV(
              "g", "top",
              "1") "<modules><module>a</module><module>b/pom.xml</module><module>gone</module><module>.</module></modules>") },
        { "a/pom.xml", PROJECT(PARENT("g", "top", "1", "") "<artifactId>a</artifactId>" DEPS(DEP("o", "api", "1.0", ""))) },
        { "b/pom.xml", PROJECT(GAV("g", "b", "3") "<modules><module>../a</module></modules>" DEPS(
                           DEP("g", "a", "1", "") DEP("o", "api", "2.0", ""))) } },
      "pom.xml",
      "g:top 1 root > g:a:1::a/pom.xml,g:b:3::b/pom.xml\ng:a 1 workspace > o:api:1.0::a/pom.xml\no:api 1.0 direct\n"
      "g:b 3 workspace > g:a:1::b/pom.xml,o:api:2.0::b/pom.xml\ng:a 1 direct > o:api:2.0::b/pom.xml\no:api 2.0 direct\n",
      0 },
    { "profiles: by default, by what is not set, and others",
      { { "pom.xml",
          PROJECT(GAV(
              "g", "app",
              "1") "<profiles><profile><activation><activeByDefault>true</activeByDefault></activation>"
                   "<properties><v>2</v></properties>" DEPS(DEP("o", "p", "${v}", "")) "</profile><profile><activation><jdk>1.8</jdk></activation>" DEPS(
                       DEP("o", "q", "1", "")) "</profile></profiles><properties><v>1</v></properties>") },
        { "b/pom.xml",
          PROJECT(GAV("g", "b", "1") "<profiles><profile><activation><activeByDefault>true</activeByDefault></activation>" DEPS(DEP(
              "o", "p", "1",
              "")) "</profile><profile><activation><property><name>!skip</name></property></activation>" DEPS(DEP("o", "q", "1",
                                                                                                                  "")) "</profile></profiles>") } },
      "pom.xml",
      "g:app 1 root > o:p:2\no:p 2 direct 4-4\n",
      0 },
    { "classifiers are one package, versions apart are two",
      { { "pom.xml", PROJECT(GAV("g", "app", "1") DEPS(
                         DEP("o", "api", "1.0", "") DEP("o", "api", "1.0", "<classifier>x</classifier>" SCOPE("test"))
                             DEP("o", "api", "2.0", "<type>test-jar</type>" SCOPE("test")))) } },
      "pom.xml",
      "g:app 1 root > o:api:1.0,o:api:2.0\no:api 1.0 direct 4-4\no:api 2.0 direct dev 6-6\n",
      0 },
    { "integration tests are for development",
      { { "src/it/x/pom.xml", PROJECT(GAV("g", "app", "1") DEPS(DEP("o", "api", "1.0", ""))) } },
      "src/it/x/pom.xml",
      "g:app 1 root dev > o:api:1.0\no:api 1.0 direct dev 4-4\n",
      0 },
    { "circles: parents, properties, imports, dependencies",
      { { "pom.xml", PROJECT(PARENT("g", "b", "1", "<relativePath>b</relativePath>") GAV("g", "a", "1")
                                 MANAGED(IMPORT("g", "a", "1")) "<properties><p>${q}</p><q>${p}</q></properties>" DEPS(
                                     DEP("g", "b", "1", "") DEP("o", "api", "${p}", ""))) },
        { "b/pom.xml", PROJECT(PARENT("g", "a", "1", "") GAV("g", "b", "1") DEPS(DEP("g", "a", "1", ""))) } },
      "pom.xml",
      NULL,
      2 },
};

static const char *relation_word(enum package_relation relation)
{
    static const char *const words[] = { "unknown", "root", "workspace", "direct", "indirect" };
    return words[relation];
}

static void put_package(struct buf *out, const struct package *p)
{
    struct str rest = p->depends, id;
    buf_printf(out, "%.*s %.*s %s%s", STR_ARG(p->name), STR_ARG(p->version), relation_word(p->relation), p->dev ? " dev" : "");
    if (p->line)
        buf_printf(out, " %u-%u", p->line, p->end_line);
    if (p->licence.len)
        buf_printf(out, " %.*s", STR_ARG(p->licence));
    for (bool first = true; str_next(&rest, '\n', &id); first = false)
        buf_printf(out, "%s%.*s", first ? " > " : ",", STR_ARG(id));
    buf_chr(out, '\n');
}

static void settle(struct parsed *parsed)
{
    const struct catalog_kind *kind = catalog_kind_named(STR("pom"));
    assert_non_null(kind);
    assert_true(kind->settle(&parsed->facts));
}

static void rules_hold(void **state)
{
    (void)state;
    NEEDS_EXPAT();
    size_t failed = 0;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct parsed parsed;
        struct buf got;
        parse_begin(&parsed);
        buf_init(&got, 1 << 20);
        for (size_t f = 0; f < ARRAY_LEN(cases[i].files) && cases[i].files[f].path; f++)
            parse_more(&parsed, cases[i].files[f].path, str_from(cases[i].files[f].text));
        settle(&parsed);
        for (size_t p = 0; p < parsed.facts.package_count; p++)
            if (str_is(parsed.facts.packages[p].path, cases[i].target))
                put_package(&got, &parsed.facts.packages[p]);
        if (cases[i].want && !str_is(buf_view(&got), cases[i].want))
            print_error("%s:\n%.*swant:\n%s", cases[i].says, STR_ARG(buf_view(&got)), cases[i].want), failed++;
        if (parsed.facts.warning_count != cases[i].warnings)
            print_error("%s: %zu warnings\n", cases[i].says, parsed.facts.warning_count), failed++;
        buf_free(&got);
        parse_free(&parsed);
    }
    assert_int_equal(failed, 0);
}

static void missing_files_are_named(void **state)
{
    (void)state;
    NEEDS_EXPAT();
    struct parsed parsed;
    struct str list;
    parse_text(&parsed, "pom.xml",
               STR(PROJECT(PARENT("org.x", "top", "2", "") "<artifactId>a</artifactId>" DEPS(
                   DEP("o.p", "api", "1.0", "") DEP("../..", "evil", "1", "") DEP("o", "e", "../../x", "")))));
    assert_true(catalog_pom_wanted(&parsed.facts, &parsed.arena, &list));
    assert_true(str_contains(list, "org/x/top/2/top-2.pom"));
    assert_true(str_contains(list, "o/p/api/1.0/api-1.0.pom"));
    assert_false(str_contains(list, ".."));
    parse_free(&parsed);
}

/* Every module is listed in every file above it, and parents nest: neither may run away. */
static void deep_trees_are_bounded(void **state)
{
    (void)state;
    NEEDS_EXPAT();
    struct parsed parsed;
    parse_begin(&parsed);
    parsed.arena.cap_bytes = (size_t)1 << 30;
    struct buf path, text;
    buf_init(&path, 1 << 16);
    buf_init(&text, 1 << 16);
    for (size_t i = 0; i < 300; i++) {
        buf_clear(&text);
        buf_printf(&text,
                   "<project>" PARENT("g", "m%zu", "1",
                                      "") "<artifactId>m%zu</artifactId><modules><module>d</module></modules></project>",
                   i - 1, i);
        struct str dir = buf_view(&path);
        char name[2048];
        snprintf(name, sizeof name, "%.*spom.xml", STR_ARG(dir));
        parse_more(&parsed, name, buf_view(&text));
        buf_text(&path, "d/");
    }
    settle(&parsed);
    assert_true(parsed.facts.package_count > 300);
    buf_free(&path);
    buf_free(&text);
    parse_free(&parsed);
}

static void properties_do_not_explode(void **state)
{
    (void)state;
    NEEDS_EXPAT();
    struct buf text;
    struct parsed parsed;
    buf_init(&text, 1 << 20);
    buf_text(&text, "<project><groupId>g</groupId><artifactId>a</artifactId><version>${p0}</version><properties>");
    for (int i = 0; i < 64; i++)
        buf_printf(&text, "<p%d>${p%d}${p%d}${p%d}</p%d>", i, i + 1, i + 1, i + 1, i);
    buf_text(&text, "<p64></p64></properties></project>");
    parse_text(&parsed, "pom.xml", buf_view(&text));
    settle(&parsed);
    assert_int_equal(parsed.facts.package_count, 1);
    assert_str(parsed.facts.packages[0].version, "");
    parse_free(&parsed);
    buf_free(&text);
}

static void damage_is_survived(void **state)
{
    (void)state;
    NEEDS_EXPAT();
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str text = str_from(cases[i].files[0].text);
        for (size_t len = 0; len < text.len; len++) {
            struct parsed parsed;
            parse_text(&parsed, cases[i].files[0].path, str_head(text, len));
            settle(&parsed);
            assert_true(parsed.facts.package_count == 0 || len + 1 >= text.len);
            assert_true(parsed.facts.warning_count > 0 || len + 1 >= text.len);
            parse_free(&parsed);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_hold),
        cmocka_unit_test(missing_files_are_named),
        cmocka_unit_test(deep_trees_are_bounded),
        cmocka_unit_test(properties_do_not_explode),
        cmocka_unit_test(damage_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
