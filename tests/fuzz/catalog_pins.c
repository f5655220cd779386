/* Lock files of Dart, Swift, CocoaPods, Conan, Julia, Elixir and Erlang, and Erlang's applications. */
#include "catalog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "pubspec.lock", "Package.resolved", "Podfile.lock", "conan.lock", "Manifest.toml",
                                         "Project.toml", "mix.lock",         "rebar.lock",   "ebin/a.app", NULL };
    fuzz_parse(paths, data, size);
    return 0;
}
