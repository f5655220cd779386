/* PHP: Composer's lock files and installed packages, WordPress, PEAR. */
#include "catalog_listing.h"

#define LOCK "app/composer.lock"
#define VENDOR "app/vendor/composer/installed.json"
#define CORE "srv/wp-includes/version.php"
#define PLUGIN "srv/wp-content/plugins/akismet/akismet.php"
#define REG "usr/share/php/.registry/.channel.pecl.php.net/redis.reg"

static const char lock[] =
    "{\n"
    "  \"_readme\": [\"text\"],\n"
    "  \"packages\": [\n"
    "    {\n"
    "      \"name\": \"acme/framework\",\n"
    "      \"version\": \"v1.2.0\",\n"
    "      \"dist\": {\"type\": \"zip\", \"shasum\": \"0a1b\"},\n"
    "      \"require\": {\"php\": \">=8.1\", \"ext-json\": \"*\", \"psr/log\": \"^3\", \"acme/gone\": \"*\"},\n"
    "      \"replace\": {\"acme/support\": \"self.version\"},\n"
    "      \"license\": [\"MIT\", \"GPL-2.0-only\"]\n"
    "    },\n"
    "    {\"name\": \"psr/log\", \"version\": \"3.0.0\", \"license\": \"MIT\"}\n"
    "  ],\n"
    "  \"packages-dev\": [\n"
    "    {\n"
    "      \"name\": \"acme/tests\", \"version\": \"dev-main\",\n"
    "      \"require\": {\"acme/support\": \"^1\"}\n"
    "    }\n"
    "  ],\n"
    "  \"aliases\": []\n"
    "}\n";

static const struct listing_row rows[] = {
    { LOCK, lock,
      "acme/framework v1.2.0 @4-11 licence=MIT,GPL-2.0-only digest=sha1:0a1b needs=psr/log@3.0.0\n"
      "psr/log 3.0.0 @12 licence=MIT\n"
      "acme/tests dev-main dev @15-18 needs=acme/framework@v1.2.0\n",
      0 },
    { LOCK, "{\"packages\":[{\"name\":\"a/b\",\"version\":\"1\"},{\"name\":\"c/d\",\"version\":", "a/b 1 @1\n", 1 },
    { LOCK, "{\"packages\":[{\"name\":1,\"version\":\"1\"},{\"name\":\"a\\u0007\",\"version\":\"1\"},{\"version\":\"1\"},7]}", "",
      0 },
    { LOCK, "{\"packages\":{}}", "", 0 },
    { LOCK, "[]", "", 0 },
    { LOCK, "", "", 1 },
    { VENDOR,
      "[\n{\"name\":\"a/b\",\"version\":\"1.0\",\"require\":{\"c/d\":\"*\"}},\n{\"name\":\"c/d\",\"version\":\"2.0\"}\n]\n",
      "a/b 1.0 @2 root=app/vendor/a/b needs=c/d@2.0\nc/d 2.0 @3 root=app/vendor/c/d\n", 0 },
    { VENDOR,
      "{\"packages\":[{\"name\":\"a/b\",\"version\":\"1.0\",\"install-path\":\"../a/b\"},\n"
      "{\"name\":\"c/d\",\"version\":\"2.0\",\"install-path\":\"../../web/d\"}],\n\"dev\":true,\"dev-package-names\":[\"c/d\"]}",
      "a/b 1.0 @1 root=app/vendor/a/b\nc/d 2.0 dev @2 root=app/web/d\n", 0 },
    { VENDOR, "{\"something\":\"else\"}", "", 0 },
    { CORE,
      "<?php\n/**\n * $wp_version = '1';\n */\n// $wp_version = '2';\n# $wp_version = '3';\n$wp_version_old = '4';\n"
      "$wp_version = '6.4.2-alpha'; // text\n$wp_version = '5';\n",
      "wordpress 6.4.2-alpha @8 root=srv\n", 0 },
    { CORE, "<?php\n/* a */\n$wp_version='6.1' ;\n", "wordpress 6.1 @3 root=srv\n", 0 },
    { CORE, "<?php\n$wp_version = \"6.1';\n", "", 1 },
    { CORE, "<?php\n$wp_version = $other;\n", "", 1 },
    { CORE, "", "", 1 },
    { PLUGIN,
      "<?php\n/**\n * @package Akismet\n */\n/*\nPlugin Name: Akismet Anti-spam: Spam Protection\nPlugin URI: https://akismet.example/\n"
      "Version: 5.3.1\nAuthor: x\nLicense: GPLv2 or later\n*/\n$x = 'Version: 1';\n",
      "Akismet Anti-spam: Spam Protection 5.3.1 licence=GPLv2 or later root=srv/wp-content/plugins/akismet proof=header of the plugin\n",
      0 },
    { "wp-content/plugins/hello.php", "<?php /* Plugin Name: Hello Dolly */\n// version: 1.7.2 beta ?>\n",
      "Hello Dolly 1.7.2 proof=header of the plugin\n", 0 },
    { "wp-content/themes/t/style.css", "/*\r\nTheme Name: T\r\nVersion: 1.0\r\n*/\r\n",
      "T 1.0 root=wp-content/themes/t proof=header of the theme\n", 0 },
    { PLUGIN, "<?php\n/* Version: 1\n*/\n", "", 0 },
    { REG,
      "a:5:{s:4:\"name\";s:5:\"redis\";s:7:\"channel\";s:12:\"pecl.php.net\";s:7:\"attribs\";a:1:{s:4:\"name\";a:1:{s:7:\"version\";i:3;}}"
      "s:7:\"version\";a:2:{s:7:\"release\";s:5:\"6.0.2\";s:3:\"api\";s:5:\"6.0.0\";}s:7:\"license\";a:2:{s:7:\"attribs\";a:0:{}"
      "s:8:\"_content\";s:3:\"PHP\";}}",
      "redis 6.0.2 licence=PHP\n", 0 },
    { REG, "a:2:{s:7:\"version\";s:1:\"1\";s:4:\"name\";s:1:\"a\";}", "a 1\n", 0 },
    { REG, "a:2:{s:7:\"version\";s:9:\"1\";s:4:\"name\";s:1:\"a\";}", "", 1 },
    { REG, "a:2:{s:7:\"version\";s:99999999999999999999:\"1\";}", "", 1 },
    { REG, "s:1:\"a\";", "", 1 },
    { REG, "", "", 1 },
};

static void files_list_packages(void **state)
{
    (void)state;
    assert_listings(rows, ARRAY_LEN(rows));
    assert_null(catalog_claim(STR("app/vendor/acme/framework/composer.lock")));
    assert_null(catalog_claim(STR("srv/wp-content/plugins/akismet/views/a.php")));
    assert_null(catalog_claim(STR("windows/a.reg")));
}

static void the_manifest_says_what_is_direct(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_begin(&parsed);
    parse_more(&parsed, LOCK, str_from(lock));
    parse_more(
        &parsed, "app/composer.json",
        STR("{\"name\":\"acme/app\",\"require\":{\"php\":\">=8\",\"Acme/Framework\":\"^1\"},\"require-dev\":{\"acme/tests\":\"*\"}}"));
    parse_more(&parsed, "composer.json", STR("{\"require\":{\"psr/log\":\"*\"}}"));
    settle_kind_of(&parsed, LOCK);
    assert_listing(&parsed,
                   "acme/framework v1.2.0 direct @4-11 licence=MIT,GPL-2.0-only digest=sha1:0a1b needs=psr/log@3.0.0\n"
                   "psr/log 3.0.0 indirect @12 licence=MIT\n"
                   "acme/tests dev-main direct dev @15-18 needs=acme/framework@v1.2.0\n",
                   "settled");
    parse_free(&parsed);
}

static void without_a_manifest_nothing_is_told(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_begin(&parsed);
    parse_more(&parsed, LOCK, STR("{\"packages\":[{\"name\":\"a/b\",\"version\":\"1\"}]}"));
    parse_more(&parsed, "app/composer.json", STR("{\"require\":7"));
    assert_int_equal(parsed.facts.warning_count, 1);
    settle_kind_of(&parsed, LOCK);
    assert_listing(&parsed, "a/b 1 @1\n", "settled");
    parse_free(&parsed);
}

static void damaged_files_survive(void **state)
{
    (void)state;
    assert_rows_survive(rows, ARRAY_LEN(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_list_packages),
        cmocka_unit_test(the_manifest_says_what_is_direct),
        cmocka_unit_test(without_a_manifest_nothing_is_told),
        cmocka_unit_test(damaged_files_survive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
