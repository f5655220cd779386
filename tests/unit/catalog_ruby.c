/* Ruby: Bundler's lock files, specifications of installed gems. */
#include "catalog_listing.h"

#define SPEC "usr/lib/ruby/gems/3.1.0/specifications/rake-13.0.6.gemspec"

static const char full[] = "GIT\n"
                           "  remote: https://git.example/rack\n"
                           "  revision: 0123456789abcdef\n"
                           "  specs:\n"
                           "    rack (3.1.0)\n"
                           "\n"
                           "PATH\n"
                           "  remote: engines/shop\n"
                           "  specs:\n"
                           "    shop (0.1.0)\n"
                           "      rack (>= 3)\n"
                           "      zlib-next\n"
                           "\n"
                           "GEM\n"
                           "  remote: https://gems.example/\n"
                           "  specs:\n"
                           "    mini_portile2 (2.8.5)\n"
                           "    nokogiri (1.16.2)\n"
                           "      mini_portile2 (~> 2.8.2)\n"
                           "    nokogiri (1.16.2-x86_64-linux)\n"
                           "      racc (~> 1.4)\n"
                           "    racc (1.7.3)\n"
                           "\n"
                           "PLATFORMS\n"
                           "  ruby\n"
                           "  x86_64-linux\n"
                           "\n"
                           "DEPENDENCIES\n"
                           "  nokogiri (~> 1.16, >= 1.16.1)\n"
                           "  rack!\n"
                           "  shop!\n"
                           "\n"
                           "CHECKSUMS\n"
                           "  nokogiri (1.16.2) sha256=aa11\n"
                           "  nokogiri (1.16.2-x86_64-linux) sha256=bb22\n"
                           "  racc (1.7.3-java) sha256=cc33,sha512=dd\n"
                           "  rack (3.1.0)\n"
                           "\n"
                           "RUBY VERSION\n"
                           "   ruby 3.2.2p53\n"
                           "\n"
                           "BUNDLED WITH\n"
                           "   2.5.6\n";

static const struct listing_row locks[] = {
    { "app/Gemfile.lock", full,
      "rack 3.1.0 direct @5\n"
      "shop 0.1.0 direct @10 needs=rack@3.1.0\n"
      "mini_portile2 2.8.5 indirect @17\n"
      "nokogiri 1.16.2 direct @20 digest=sha256:aa11 needs=racc@1.7.3\n"
      "racc 1.7.3 indirect @22 digest=sha256:cc33\n",
      0 },
    { "gems.locked", "GEM\r\n  specs:\r\n    a (1.0.0.pre.1)\r\n      b\r\n    b (2)\r\n\r\nDEPENDENCIES\r\n  a\r\n",
      "a 1.0.0.pre.1 direct @3 needs=b@2\nb 2 indirect @5\n", 0 },
    { "Gemfile.next.lock", "PLUGIN SOURCE\n  specs:\n    p (1)\n", "p 1 indirect @3\n", 0 },
    { "Gemfile.lock", "GEM\n  specs:\n    a\n    b (\n    c ()\n    d (>= 1)\n      a\n    e (1) extra\n", "e 1 indirect @8\n",
      0 },
    { "Gemfile.lock", "GEM\n  specs:\n    z (1)\n<<<<<<< HEAD\n    a (1)\n=======\n    a (2)\n>>>>>>> x\n", "z 1 indirect @3\n",
      1 },
    { "Gemfile.lock", "GEM\n  specs:\n    a (1)\n    a (2)\n      a\n", "a 1 indirect @3\na 2 indirect @4 needs=a@2\n", 0 },
    { "Gemfile.lock", "", "", 0 },
};

static const struct listing_row specs[] = {
    { SPEC,
      "# -*- encoding: utf-8 -*-\n"
      "# stub: rake 13.0.6 ruby lib\n"
      "# stub: ext/rake/extconf.rb\n\n"
      "Gem::Specification.new do |s|\n"
      "  s.name = \"rake\".freeze\n"
      "  s.version = \"13.0.6\"\n\n"
      "  s.required_rubygems_version = Gem::Requirement.new(\">= 1.3.2\".freeze) if s.respond_to? :x=\n"
      "  s.licenses = [\"MIT\".freeze, 'Ruby',\"BSD-2-Clause\".freeze]\n"
      "  s.rubygems_version = \"3.3.15\".freeze\n"
      "  if s.respond_to? :add_runtime_dependency then\n"
      "    s.add_runtime_dependency(%q<power_assert>.freeze, [\">= 0\"])\n"
      "    s.add_runtime_dependency(\"ostruct\".freeze, [\">= 0\".freeze])\n"
      "    s.add_development_dependency(%q<yard>.freeze, [\">= 0\"])\n"
      "  else\n"
      "    s.add_dependency(%q<power_assert>.freeze, [\">= 0\"])\n"
      "    s.add_dependency(%q<yard>.freeze, [\">= 0\"])\n"
      "  end\n"
      "end\n",
      "rake 13.0.6 licence=MIT,Ruby,BSD-2-Clause root=usr/lib/ruby/gems/3.1.0/gems/rake-13.0.6 needs=power_assert,ostruct\n", 0 },
    { "specifications/default/a-1.gemspec",
      "Gem::Specification.new do |spec|\n spec.name = 'a'\n spec.version='1'\n spec.license = %q<MIT>\n spec.add_dependency \"b\"\nend\n",
      "a 1 licence=MIT root=gems/a-1 needs=b\n", 0 },
    { "g/specifications/a-1-x86_64-linux.gemspec",
      "# stub: a 1 x86_64-linux lib\nGem::Specification.new do |s|\n  s.name = \"a\"\n  s.version = A::VERSION\n  s.platform = "
      "\"x86_64-linux\"\nend\n",
      "a 1 root=g/gems/a-1-x86_64-linux\n", 0 },
    { SPEC, "Gem::Specification.new do |spec|\n  s.name = \"a\"\n  s.version = \"1\"\nend\n", "", 1 },
    { SPEC, "Gem::Specification.new do |s|\n  s.name = \"a#{x}\"\n  s.version = \"1\\n\"\nend\n", "", 1 },
    { SPEC, "Gem::Specification.new do |s|\n  s.name = \"a\n  s.version = \"1\"\n", "", 1 },
    { SPEC, "Gem::Specification.new do |s|\n  s.name == \"a\"\n  s.names = \"b\"\n  sx.name = \"c\"\n  s.version = \"1\"\n", "",
      1 },
    { SPEC, "", "", 1 },
};

static void lock_files_list_gems(void **state)
{
    (void)state;
    assert_listings(locks, ARRAY_LEN(locks));
}

static void specifications_are_gems(void **state)
{
    (void)state;
    assert_listings(specs, ARRAY_LEN(specs));
    assert_null(catalog_claim(STR("src/rake.gemspec")));
    assert_null(catalog_claim(STR("myspecifications/rake.gemspec")));
}

static void needs_are_found_among_the_installed(void **state)
{
    (void)state;
    static const struct input files[] = {
        { "a/specifications/x-1.gemspec",
          "Gem::Specification.new do |s|\ns.name = \"x\"\ns.version = \"1\"\ns.add_dependency(\"y\")\ns.add_dependency(\"z\")\n"
          "s.add_dependency(\"gone\")\n" },
        { "b/specifications/y-1.gemspec", "Gem::Specification.new do |s|\ns.name = \"y\"\ns.version = \"1\"\n" },
        { "a/specifications/y-2.gemspec", "Gem::Specification.new do |s|\ns.name = \"y\"\ns.version = \"2\"\n" },
        { "a/specifications/default/z-3.gemspec", "Gem::Specification.new do |s|\ns.name = \"z\"\ns.version = \"3\"\n" },
    };
    struct parsed parsed;
    parse_project(&parsed, files, ARRAY_LEN(files), files[0].path);
    assert_listing(&parsed, "x 1 root=a/gems/x-1 needs=y@2,z@3\ny 1 root=b/gems/y-1\ny 2 root=a/gems/y-2\nz 3 root=a/gems/z-3\n",
                   "settled");
    parse_free(&parsed);
}

static void damaged_files_survive(void **state)
{
    (void)state;
    assert_rows_survive(locks, ARRAY_LEN(locks));
    assert_rows_survive(specs, ARRAY_LEN(specs));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lock_files_list_gems),
        cmocka_unit_test(specifications_are_gems),
        cmocka_unit_test(needs_are_found_among_the_installed),
        cmocka_unit_test(damaged_files_survive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
