/* The Lua files beside a script, over the API. */
#include "http/api/api_files.h"

#include "support/check.h"

#include <jansson.h>
#include <sys/stat.h>

#include "server_fixture.h"

#define PATH   "/api/streams/live/files"
#define RIGHTS "\r\nAuthorization: Bearer " TOKEN

/* The script is a link in one folder to a file in another: its own folder counts. */
static char script_path[512];

static int setup_files(void **state)
{
    int result = setup(state);
    if (result != 0)
        return result;
    char link_path[512];
    write_page("real.lua", "function process() end");
    write_page("geometry.lua", "return {}");
    write_page("notes.txt", "not a script");
    write_page("two words.lua", "not a name");
    snprintf(script_path, sizeof(script_path), "%s/real.lua", web_dir);
    snprintf(link_path, sizeof(link_path), "%s/linked.lua", web_dir);
    assert_int_equal(symlink("/etc/passwd", link_path), 0);
    snprintf(link_path, sizeof(link_path), "%s/folder.lua", web_dir);
    assert_int_equal(mkdir(link_path, 0700), 0);
    live->script_path = script_path;
    return 0;
}

static int put(const char *name, const char *headers, const char *body, struct fetched *answer)
{
    struct mr_buffer request = { 0 };
    mr_buffer_printf(&request, "PUT %s/%s%s\r\nContent-Length: %zu\r\n\r\n%s", PATH, name, headers,
                     strlen(body), body);
    int status = fetch(port, (char *)request.data, answer);
    mr_buffer_finish(&request);
    return status;
}

static void assert_put(const char *name, const char *headers, const char *body, int status)
{
    struct fetched answer;
    if (put(name, headers, body, &answer) != status)
        fail_msg("%s: %d instead of %d: %s", name, answer.status, status, (char *)answer.body.data);
    fetched_finish(&answer);
}

static void they_are_listed(void **state)
{
    (void)state;
    struct fetched answer;
    assert_int_equal(fetch(port, "GET " PATH RIGHTS, &answer), 200);
    json_t *all = json_loads((char *)answer.body.data, 0, NULL);
    json_t *files = json_object_get(all, "files"), *file;
    size_t i, scripts = 0, modules = 0;
    json_array_foreach(files, i, file)
    {
        const char *name = json_string_value(json_object_get(file, "name"));
        bool script = json_boolean_value(json_object_get(file, "script"));
        long long bytes = json_integer_value(json_object_get(file, "bytes"));
        scripts += strcmp(name, "real.lua") == 0 && script && bytes == 22;
        modules += strcmp(name, "geometry.lua") == 0 && !script && bytes == 9;
    }
    assert_int_equal(json_array_size(files), 2);
    assert_int_equal(scripts, 1);
    assert_int_equal(modules, 1);
    json_decref(all);
    fetched_finish(&answer);
}

static void one_is_read(void **state)
{
    (void)state;
    assert_fetch("GET " PATH "/geometry.lua" RIGHTS, 200, "text/x-lua; charset=utf-8", "return {}");
    assert_error("GET " PATH "/absent.lua" RIGHTS, 404,
                 "there is no file \\\"absent.lua\\\" beside the script");
    assert_error("GET " PATH "/linked.lua" RIGHTS, 404,
                 "there is no file \\\"linked.lua\\\" beside the script");
    assert_error("GET " PATH "/folder.lua" RIGHTS, 404,
                 "there is no file \\\"folder.lua\\\" beside the script");
}

static void what_is_no_name_is_no_file(void **state)
{
    (void)state;
    static const char *const names[] = {
        "notes.txt", "two%20words.lua", ".lua", "..%2fgeometry.lua", "a.b.lua", "a.lua%00", ""
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        struct fetched answer;
        char request[256];
        snprintf(request, sizeof(request), "GET " PATH "/%s" RIGHTS, names[i]);
        int status = fetch(port, request, &answer);
        if (status != 404 && status != 400)
            fail_msg("\"%s\": %d", names[i], status);
        fetched_finish(&answer);
    }
}

static void one_is_made_and_replaced(void **state)
{
    (void)state;
    struct fetched answer;
    char headers[200];
    assert_put("new.lua", RIGHTS "\r\nIf-None-Match: *", "return 1", 200);
    assert_put("new.lua", RIGHTS "\r\nIf-None-Match: *", "return 2", 412);
    assert_int_equal(fetch(port, "GET " PATH "/new.lua" RIGHTS, &answer), 200);
    assert_string_equal((char *)answer.body.data, "return 1");
    snprintf(headers, sizeof(headers), RIGHTS "\r\nIf-Match: %s", fetched_header(&answer, "ETag"));
    fetched_finish(&answer);

    assert_int_equal(put("new.lua", headers, "return 3", &answer), 200);
    assert_string_equal((char *)answer.body.data, "{\"name\":\"new.lua\"}");
    assert_non_null(fetched_header(&answer, "ETag"));
    fetched_finish(&answer);
    assert_put("new.lua", headers, "return 4", 412);
    assert_put("absent.lua", headers, "return 4", 412);
    assert_put("new.lua", RIGHTS, "return 5", 200);
    assert_fetch("GET " PATH "/new.lua" RIGHTS, 200, "text/x-lua; charset=utf-8", "return 5");
    assert_put("linked.lua", RIGHTS, "x", 412); /* what is not ours stays */
    assert_put("folder.lua", RIGHTS, "x", 412);
}

static void the_script_itself_is_not_written_so(void **state)
{
    (void)state;
    assert_put("real.lua", RIGHTS, "x", 409);
    assert_fetch("GET " PATH "/real.lua" RIGHTS, 200, "text/x-lua; charset=utf-8",
                 "function process() end");
}

static void it_takes_the_token_and_the_script(void **state)
{
    (void)state;
    assert_put("new.lua", "", "x", 401);
    assert_put("new.lua", RIGHTS "x", "x", 403);
    assert_put("new.lua", RIGHTS "\r\nOrigin: http://evil.test", "x", 403);
    assert_error("GET " PATH "/new.lua" RIGHTS, 404,
                 "there is no file \\\"new.lua\\\" beside the script");
    assert_error("GET /api/streams/nope/files" RIGHTS, 404, "there is no stream \\\"nope\\\"");
    live->script_path = "/absent/process.lua";
    assert_error("GET " PATH RIGHTS, 404,
                 "cannot find the script \\\"/absent/process.lua\\\": No such file or directory");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_files, teardown)
    const struct CMUnitTest tests[] = {
        TEST(they_are_listed),
        TEST(one_is_read),
        TEST(what_is_no_name_is_no_file),
        TEST(one_is_made_and_replaced),
        TEST(the_script_itself_is_not_written_so),
        TEST(it_takes_the_token_and_the_script),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
