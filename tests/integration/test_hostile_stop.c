/* The end comes within 2 s, whatever the script is at. */
#include "base/clock.h"
#include "support/check.h"
#include "support/clip.h"
#include "support/fetch.h"
#include "support/host.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct host host;

/* Wait until the script has said "now". */
static void wait_until_said(void)
{
    int64_t deadline_us = mr_clock_now_us() + 20 * 1000000LL;
    for (bool said = false; !said; usleep(5000)) {
        struct mr_buffer log = { 0 };
        host_read_log(&host, &log);
        said = strstr((char *)log.data, ": now\n") != NULL;
        if (mr_clock_now_us() > deadline_us)
            fail_msg("%s", (char *)log.data);
        mr_buffer_finish(&log);
    }
}

static void stop_with(const char *text, bool off)
{
    char script[CLIP_PATH];
    clip_path("process.lua", script);
    FILE *file = fopen(script, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    const char *const arguments[] = { "--always",
                                      "--script",
                                      script,
                                      "--isolation",
                                      off ? "off" : "process",
                                      "--deadline",
                                      "1000",
                                      "lavfi:testsrc2=size=160x120:rate=25",
                                      NULL };
    assert_true(host_start(&host, arguments));
    wait_until_said();
    assert_int_equal(host_stop(&host, SIGTERM, ENDS_US), 0);
}

/* Said in the third frame: the first one is that of the trial, which is not logged. */
#define IN_FRAME(what)                                                                             \
    "local calls = 0\n"                                                                            \
    "function process(frame)\n"                                                                    \
    "  calls = calls + 1\n"                                                                        \
    "  if calls == 3 then log.info('now') " what " end\n"                                          \
    "end\n"
#define LOOP "while true do end"
#define BOMB "local _ = ('a'):rep(40):find(('a*'):rep(40) .. 'b')"

static const char *const loops[] = {
    IN_FRAME("") "function shutdown() " LOOP " end\n",
    IN_FRAME(LOOP),
    IN_FRAME("while true do pcall(function() " LOOP " end) end"),
    IN_FRAME("after(0, function() " LOOP " end)"),
    IN_FRAME("") "function on_client() end function shutdown() error({}) end\n",
};

static const char *const bombs[] = {
    IN_FRAME("") "function shutdown() " BOMB " end\n",
    IN_FRAME(BOMB),
    IN_FRAME("") "local kept = setmetatable({}, { __gc = function() if calls > 1 then " LOOP
                 " end end })\n",
};

static void in_a_process(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(loops) / sizeof(*loops); i++)
        stop_with(loops[i], false);
    for (size_t i = 0; i < sizeof(bombs) / sizeof(*bombs); i++)
        stop_with(bombs[i], false);
}

static void in_the_host(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(loops) / sizeof(*loops); i++)
        stop_with(loops[i], true);
}

static int tear_down(void **state)
{
    (void)state;
    host_stop(&host, SIGKILL, ENDS_US);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(in_a_process, tear_down),
        cmocka_unit_test_teardown(in_the_host, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
