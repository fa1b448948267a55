/* The configuration is no script although it lies beside the scripts, as the manual's layout has it:
 * neither who edits scripts nor a script reaches it. */
#include "support/check.h"
#include "support/clip.h"
#include "support/command.h"
#include "support/fetch.h"
#include "support/host.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAIT_US 20000000
#define RIGHTS  "\r\nAuthorization: Bearer edit"
#define FILES   "/api/streams/yard/files"

static struct host host;
static char config[CLIP_PATH];

static const char configuration[] =
    "token = 'edit' view_token = 'hushhush'\n"
    "streams = {\n"
    "  yard = { source = 'test:', size = '64x48', script = 'yard.lua', always = true },\n"
    "  cam = { source = 'rtsp://user:hush@pass@127.0.0.1:9/1', script = 'yard.lua' } }\n";

/* It says what each way to the configuration answers. */
static const char script[] =
    "os = { getenv = function() end }\n"
    "local answers = {}\n"
    "for _, name in ipairs { 'moonreel', 'hard', 'link', 'below.up.moonreel' } do\n"
    "  answers[#answers + 1] = select(2, pcall(require, name))\n"
    "end\n"
    "for _, name in ipairs { 'moonreel.lua', 'hard.lua', 'link.lua', 'below/up/hard.lua' } do\n"
    "  answers[#answers + 1] = select(2, pcall(image, name))\n"
    "end\n"
    "function process() return { view = view_token, streams = streams, answers = answers } end\n";

static void save(const char *name, const char *text)
{
    char path[CLIP_PATH];
    clip_path(name, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void make_links(void)
{
    char path[CLIP_PATH];
    clip_path("hard.lua", path);
    assert_true(link(config, path) == 0 || errno == EEXIST);
    clip_path("link.lua", path);
    assert_true(symlink("moonreel.lua", path) == 0 || errno == EEXIST);
    clip_path("below", path);
    assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
    clip_path("below/up", path);
    assert_true(symlink("..", path) == 0 || errno == EEXIST);
}

static int set_up(void **state)
{
    (void)state;
    clip_path("moonreel.lua", config);
    save("moonreel.lua", configuration);
    save("yard.lua", script);
    make_links();
    const char *arguments[] = { "--config", config, NULL };
    return host_start(&host, arguments) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return host_stop(&host, SIGTERM, WAIT_US) == 0 ? 0 : -1;
}

static void assert_config_is_untouched(void)
{
    char text[sizeof(configuration) + 1] = "";
    FILE *file = fopen(config, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(text, configuration);
}

static void who_edits_scripts_does_not_reach_it(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *request;
    } cases[] = {
        { 403, "GET " FILES "/moonreel.lua" RIGHTS },
        { 403, "GET " FILES "/hard.lua" RIGHTS },
        { 404, "GET " FILES "/link.lua" RIGHTS },
        { 403, "PUT " FILES "/moonreel.lua" RIGHTS "\r\nContent-Length: 1\r\n\r\nx" },
        { 403, "PUT " FILES "/hard.lua" RIGHTS "\r\nContent-Length: 1\r\n\r\nx" },
        { 403, "PUT " FILES "/moonreel.lua" RIGHTS
               "\r\nIf-None-Match: *\r\nContent-Length: 1\r\n\r\nx" },
        { 403,
          "PUT " FILES "/moonreel.lua" RIGHTS "\r\nIf-Match: \"x\"\r\nContent-Length: 1\r\n\r\nx" },
        { 403, "PUT " FILES "/link.lua" RIGHTS "\r\nContent-Length: 1\r\n\r\nx" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct fetched answer;
        if (fetch(host.port, cases[i].request, &answer) != cases[i].status)
            fail_msg("%s: %d: %s", cases[i].request, answer.status, (char *)answer.body.data);
        if (cases[i].status == 403)
            assert_non_null(strstr((char *)answer.body.data, "belongs to moonreel itself"));
        assert_null(strstr((char *)answer.body.data, "hush"));
        fetched_finish(&answer);
    }
    struct fetched list;
    assert_int_equal(fetch(host.port, "GET " FILES RIGHTS, &list), 200);
    assert_non_null(strstr((char *)list.body.data, "yard.lua"));
    assert_null(strstr((char *)list.body.data, "moonreel.lua"));
    assert_null(strstr((char *)list.body.data, "hard.lua"));
    fetched_finish(&list);
    assert_config_is_untouched();
}

static void a_script_does_not_reach_it(void **state)
{
    (void)state;
    struct mr_buffer head = { 0 };
    char text[16384] = "";
    size_t used = 0;
    int fd = fetch_connect(host.port, 0);
    static const char request[] =
        "GET /events/yard?token=hushhush HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    fetch_send(fd, request, strlen(request));
    assert_int_equal(fetch_read_head(fd, &head), 200);
    for (const char *answers = NULL; answers == NULL || strchr(answers, ']') == NULL;) {
        ssize_t got = read(fd, text + used, sizeof(text) - 1 - used);
        assert_true(got > 0);
        used += (size_t)got;
        answers = strstr(text, "\"answers\"");
    }
    close(fd);
    mr_buffer_finish(&head);
    char *first = strstr(text, "\"answers\"");
    first[strcspn(first, "]")] = '\0'; /* more of them may have come at once */
    assert_null(strstr(text, "hush"));
    assert_null(strstr(text, "\"view\""));
    int refused = 0;
    for (const char *at = text; (at = strstr(at, "belongs to moonreel itself")) != NULL; at++)
        refused++;
    assert_int_equal(refused, 8);
}

static void the_log_says_where_it_lies(void **state)
{
    (void)state;
    struct mr_buffer log = { 0 };
    host_read_log(&host, &log);
    assert_non_null(strstr((char *)log.data, "moonreel.lua lies in the folder of the script of"));
    assert_null(strstr((char *)log.data, "hush"));
    mr_buffer_finish(&log);
}

/* A script's path that leads to the configuration. */
static void it_runs_as_no_script(void **state)
{
    (void)state;
    struct command command;
    save("itself.lua", "streams = { a = { source = 'test:', script = 'itself.lua' } }\n");
    char path[CLIP_PATH];
    clip_path("itself.lua", path);
    command_run(&command, (const char *[]){ TEST_BINARY, "--check", "-c", path, NULL }, 20000);
    assert_int_equal(command.status, 1);
    assert_non_null(strstr((char *)command.err.data, "belongs to moonreel itself"));
    command_finish(&command);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

RUN_TESTS(TEST(who_edits_scripts_does_not_reach_it), TEST(a_script_does_not_reach_it),
          TEST(the_log_says_where_it_lies), cmocka_unit_test(it_runs_as_no_script))
