/* Lock files and lists of .NET, and Gradle's and sbt's. */
#include "catalog_unit.h"

/* want: "name version relation [dev] line-line [digest] > what it needs", one a line. */
struct row {
    const char *path;
    struct str text;
    const char *want;
    size_t warnings;
    bool xml;
};

#define LOCK "src/packages.lock.json"
#define PROPS "Directory.Packages.props"
#define DEPS "app/Web.deps.json"

static const struct row rows[] = {
    { LOCK,
      STR_INIT(
          "{\n\"version\": 1,\n\"dependencies\": {\n \"net6.0\": {\n  \"A.B\": {\n   \"type\": \"Direct\",\n   \"resolved\": \"1.0.0\",\n"
          "   \"contentHash\": \"YQ==\",\n   \"dependencies\": {\n    \"c\": \"1.0.0\",\n    \"p\": \"1\",\n    \"gone\": \"1\"\n   }\n  },\n"
          "  \"C\": {\"type\": \"Transitive\", \"resolved\": \"2.0\"},\n  \"p\": {\"type\": \"Project\"}\n },\n"
          " \"net7.0\": {\n  \"A.B\": {\"type\": \"Transitive\", \"resolved\": \"1.0.0\", \"dependencies\": {\"D\": \"1\", \"C\": \"1\"}},\n"
          "  \"D\": {\"type\": \"CentralTransitive\", \"resolved\": \"3.0\"},\n"
          "  \"C\": {\"type\": \"Direct\", \"resolved\": \"2.0\"}\n }\n}\n}\n"),
      "A.B 1.0.0 direct 5-14 sha512-YQ== > C@2.0,D@3.0\nC 2.0 direct 15-15\nD 3.0 indirect 20-20\n", 0, false },
    { LOCK, STR_INIT("{\"dependencies\": {\"net6.0\": {\"A\": {\"type\": \"Direct\", \"resolved\": \"1\"}, \"B\": {\"resolved\""),
      "A 1 direct 1-1\n", 1, false },
    { LOCK, STR_INIT("[]"), "", 0, false },
    { LOCK, STR_INIT(""), "", 1, false },
    { "packages.config",
      STR_INIT("<?xml version=\"1.0\"?>\n<packages>\n  <package id=\"A\" version=\"1.0\" targetFramework=\"net45\" />\n"
               "  <package id=\"B\"\n    version=\"2\" developmentDependency=\"true\" />\n  <package id=\"A\" version=\"1.0\"/>\n"
               "  <package id=\"\" version=\"1\"/>\n  <package id=\"C\"/>\n</packages>\n"),
      "A 1.0 unknown 3-3\nB 2 unknown dev 4-5\n", 0, true },
    { "packages.config", STR_INIT("<packages>\n<package id='A' version='1'/>\n"), "", 1, true },
    { PROPS,
      STR_INIT("<Project>\n<PropertyGroup><A>1.2</A><B Condition=\"x\">3</B><C>$(a).7</C><L>$(L)</L></PropertyGroup>\n"
               "<PropertyGroup Condition=\"x\"><D>4</D></PropertyGroup>\n<ItemGroup>\n"
               "<PackageVersion Include=\"One\" Version=\" 6.2.3 \" />\n"
               "<PackageVersion Include=\"Two;Three\">\n<Version>$(C)</Version>\n</PackageVersion>\n"
               "<PackageVersion Include=\"B\" Version=\"$(B)\" />\n<PackageVersion Include=\"D\" Version=\"$(D)\" />\n"
               "<PackageVersion Include=\"L\" Version=\"$(L)\" />\n<PackageVersion Include=\"U\" Version=\"1.$(Unknown)\" />\n"
               "<PackageVersion Include=\"$(A)\" Version=\"1\" />\n<PackageVersion Include=\"Five\" Version=\"[1.0.0]\" />\n"
               "<PackageVersion Include=\"Six\" Version=\"1.*\" />\n<PackageVersion Include=\"S\" Version=\"[1,2)\" />\n"
               "<PackageReference Update=\"Seven\" Version=\"2.1.1-beta\" />\n"
               "<GlobalPackageReference Include=\"Eight\" Version=\"1.0\" />\n</ItemGroup>\n</Project>\n"),
      "One 6.2.3 unknown 5-5\nTwo 1.2.7 unknown 6-8\nThree 1.2.7 unknown 6-8\nFive 1.0.0 unknown 14-14\n"
      "Seven 2.1.1-beta unknown 17-17\nEight 1.0 unknown dev 18-18\n",
      0, true },
    { "build/packages.props", STR_INIT("<Project><ItemGroup/></Project>"), "", 0, true },
    { "eng/Versions.Packages.props", STR_INIT("<Other/>"), "", 0, true },
    { DEPS,
      STR_INIT(
          "{\n\"runtimeTarget\": {\"name\": \"t/linux\", \"signature\": \"\"},\n\"targets\": {\"t\": {}, \"t/linux\": {\n"
          "\"Web/1.0.0\": {\"dependencies\": {\"Api\": \"1.0.0\", \"J.N\": \"13.0.3\", \"Tool\": \"1\", \"runtimepack.R\": \"8.0.0\"}, "
          "\"runtime\": {\"Web.dll\": {}}},\n"
          "\"runtimepack.R/8.0.0\": {\"runtime\": {\"x\": {}}},\n\"J.N/13.0.3\": {\"runtimeTargets\": {\"x\": {}}},\n\"Tool/1\": {\"runtime\": {}},\n"
          "\"Deep/2.0.0\": {\"native\": {\"a.so\": {}}},\n\"Api/1.0.0\": {\"dependencies\": {\"Deep\": \"2.0.0\"}, \"runtime\": {\"y\": {}}}\n}},\n"
          "\"libraries\": {\n\"Web/1.0.0\": {\"type\": \"project\"},\n\"runtimepack.R/8.0.0\": {\n \"type\": \"runtimepack\"\n},\n"
          "\"J.N/13.0.3\": {\"type\": \"package\", \"sha512\": \"sha512-YQ==\"},\n\"Tool/1\": {\"type\": \"package\"},\n"
          "\"Deep/2.0.0\": {\"type\": \"Package\"},\n\"Ref/1.0\": {\"type\": \"reference\"},\n\"Api/1.0.0\": {\"type\": \"project\"},\n"
          "\"NotInTarget/1\": {\"type\": \"package\"},\n\"nameless\": {\"type\": \"package\"}\n}\n}\n"),
      "Web 1.0.0 root 12-12 > Api/1.0.0,J.N/13.0.3,R/8.0.0\nR 8.0.0 direct 13-15\nJ.N 13.0.3 direct 16-16 sha512-YQ==\n"
      "Deep 2.0.0 indirect 18-18\nApi 1.0.0 workspace 20-20 > Deep/2.0.0\nNotInTarget 1 indirect 21-21\n",
      0, false },
    /* the target is not there: all is listed, but nothing is known of it */
    { DEPS,
      STR_INIT(
          "{\"runtimeTarget\": {\"name\": \"u\"}, \"targets\": {\"t\": {\"A/1\": {}}},\n\"libraries\": {\"W/1\": {\"type\": \"project\"}, "
          "\"A/1\": {\"type\": \"package\"}}}"),
      "W 1 root 2-2\nA 1 unknown 2-2\n", 0, false },
    /* two projects that nothing needs: neither is the root */
    { DEPS,
      STR_INIT(
          "{\"libraries\": {\"W/1\": {\"type\": \"project\"}, \"V/1\": {\"type\": \"project\"}, \"A/1\": {\"type\": \"package\"}},\n"
          "\"runtimeTarget\": {\"name\": \"t\"}, \"targets\": {\"t\": {\"W/1\": {\"dependencies\": {\"A\": \"1\"}, \"runtime\": {\"x\": 1}},"
          "\"V/1\": {\"runtime\": {\"x\": 1}}, \"A/1\": {\"runtime\": {\"x\": 1}}}}}"),
      "W 1 workspace 1-1 > A/1\nV 1 workspace 1-1\nA 1 unknown 1-1\n", 0, false },
    { DEPS, STR_INIT("{\"libraries\": {}}"), "", 0, false },
    { DEPS, STR_INIT("{\"libraries\": {"), "", 1, false },
    { "gradle.lockfile",
      STR_INIT(
          "# This is a Gradle generated file\ncglib:cglib-nodep:2.1.2=testRuntimeClasspath,classpath\n"
          "junit:junit:4.13.2=testCompileClasspath,testRuntimeClasspath\n o.s:asm:3.1.3.RELEASE=classpath\r\n"
          "o.s:beans:5.0.5=compileClasspath, runtimeClasspath\n # io.grpc:api:1=classpath\nx:y:1=test, testB\nx:y:1=a\n::=\na:b=c\nempty=\n"),
      "cglib:cglib-nodep 2.1.2 unknown 2-2\njunit:junit 4.13.2 unknown dev 3-3\no.s:asm 3.1.3.RELEASE unknown 4-4\n"
      "o.s:beans 5.0.5 unknown 5-5\nx:y 1 unknown dev 7-7\n",
      0, false },
    { "sub/buildscript-gradle.lockfile", STR_INIT("a:b:1=classpath\n"), "a:b 1 unknown 1-1\n", 0, false },
    { "gradle.lockfile",
      STR_INIT("\xEF\xBB\xBF"
               "a:b:1=classpath\njunit:junit:4."),
      "a:b 1 unknown 1-1\n", 1, false },
    { "gradle/verification-metadata.xml",
      STR_INIT(
          "<verification-metadata xmlns=\"x\">\n<configuration><verify-metadata>true</verify-metadata></configuration>\n<components>\n"
          "<component group=\"a.b\" name=\"c\" version=\"1.0\">\n<artifact name=\"c-1.0.pom\"><sha256 value=\"00\"/></artifact>\n"
          "<artifact name=\"c-1.0.jar\"><sha256 value=\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"/></artifact>\n"
          "</component>\n<component group=\"\" name=\"c\" version=\"1.0\"/>\n</components>\n</verification-metadata>\n"),
      "a.b:c 1.0 unknown 4-7 sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n", 0, true },
    { "build.sbt.lock",
      STR_INIT(
          "{ \"lockVersion\": 1,\n\"dependencies\": [\n{\n\"org\": \"o\", \"name\": \"n_2.13\", \"version\": \"3.9\",\n"
          "\"artifacts\": [{\"name\": \"n.jar\", \"hash\": \"sha1:01\"}, {\"hash\": \"sha1:02\"}],\n\"configurations\": [\"test\", \"compile\"]\n},\n"
          "{\"org\": \"t\", \"name\": \"t\", \"version\": \"1\", \"configurations\": [\"test\"]},\n{\"org\": \"x\"}, 7\n]}\n"),
      "o:n_2.13 3.9 unknown 3-7 sha1:01\nt:t 1 unknown dev 8-8\n", 0, false },
};

static void put_package(struct buf *out, const struct package *p)
{
    static const char *const words[] = { "unknown", "root", "workspace", "direct", "indirect" };
    struct str rest = p->depends, id;
    buf_printf(out, "%.*s %.*s %s%s %u-%u", STR_ARG(p->name), STR_ARG(p->version), words[p->relation], p->dev ? " dev" : "",
               p->line, p->end_line);
    if (p->digest.len)
        buf_printf(out, " %.*s", STR_ARG(p->digest));
    for (bool first = true; str_next(&rest, '\n', &id); first = false)
        buf_printf(out, "%s%.*s", first ? " > " : ",", STR_ARG(id));
    buf_chr(out, '\n');
}

static bool can_read(const struct row *row)
{
#ifdef HAVE_EXPAT
    (void)row;
    return true;
#else
    return !row->xml;
#endif
}

static void files_become_packages(void **state)
{
    (void)state;
    size_t failed = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct parsed parsed;
        struct buf got;
        if (!can_read(&rows[i]))
            continue;
        parse_text(&parsed, rows[i].path, rows[i].text);
        buf_init(&got, 1 << 20);
        for (size_t p = 0; p < parsed.facts.package_count; p++)
            put_package(&got, &parsed.facts.packages[p]);
        if (!str_is(buf_view(&got), rows[i].want) || parsed.facts.warning_count != rows[i].warnings) {
            print_error("row %zu, %zu warnings:\n%.*swant:\n%s", i, parsed.facts.warning_count, STR_ARG(buf_view(&got)),
                        rows[i].want);
            failed++;
        }
        buf_free(&got);
        parse_free(&parsed);
    }
    assert_int_equal(failed, 0);
}

static void damaged_files_survive(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (!can_read(&rows[i]))
            continue;
        for (size_t len = 0; len < rows[i].text.len; len++) {
            struct parsed cut;
            parse_text(&cut, rows[i].path, str_head(rows[i].text, len));
            for (size_t p = 0; p < cut.facts.package_count; p++)
                assert_true(cut.facts.packages[p].name.len && cut.facts.packages[p].version.len);
            parse_free(&cut);
        }
        if (rows[i].text.len)
            assert_flips_survive(rows[i].path, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(files_become_packages), cmocka_unit_test(damaged_files_survive) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
