/* What the tools of containers and clouds leave on a machine, and what their helpers and services answer: configurations are read
 * and edited, helpers' and Amazon's answers and credentials files read. The first byte chooses the host; an edited configuration
 * must give back what was put into it. */
#include "registry/credentials.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const hosts[] = { "h", "docker.io", "registry.example:5000", "123456789012.dkr.ecr.eu-west-1.amazonaws.com" };

static void check_edit(struct str text, struct str host, struct arena *arena)
{
    struct config_answer answer;
    struct error err = { 0 };
    struct buf out;
    bool was_there;
    buf_init(&out, (size_t)16 << 20);
    if (docker_config_edit(text, host, STR("{\"auth\":\"bmV3OndvcmQ=\"}"), arena, &out, &was_there, &err) &&
        (!docker_config_read(buf_view(&out), host, (struct str){ 0 }, arena, &answer, &err) ||
         !str_is(answer.kept.username, "new")))
        __builtin_trap();
    struct str edited = buf_view(&out);
    struct buf again;
    buf_init(&again, (size_t)16 << 20);
    if (edited.len && err.kind == ERROR_NONE &&
        (!docker_config_edit(edited, host, (struct str){ 0 }, arena, &again, &was_there, &err) || !was_there ||
         !docker_config_read(buf_view(&again), host, (struct str){ 0 }, arena, &answer, &err) ||
         !credentials_are_empty(&answer.kept)))
        __builtin_trap();
    buf_free(&again);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct config_answer answer;
    struct registry_credentials found;
    struct aws_registry registry;
    struct aws_keys keys;
    struct error err = { 0 };
    if (size == 0)
        return 0;
    struct str host = str_from(hosts[data[0] % ARRAY_LEN(hosts)]), text = str_make(data + 1, size - 1);
    arena_init(&arena, "fuzz", (size_t)64 << 20);
    docker_config_read(text, host, STR("team/app"), &arena, &answer, &err);
    docker_config_key_fit(text, host, STR("team/app"));
    check_edit(text, host, &arena);
    helper_read(text, &arena, &found, &err);
    aws_answer_read(text, &arena, &found, &err);
    aws_registry_of(text, &arena, &registry);
    aws_keys_read(text, STR("default"), &keys);
    arena_free(&arena);
    return 0;
}
