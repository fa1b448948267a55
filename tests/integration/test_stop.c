/* Starting and stopping in trouble: a script that never returns, a port that is taken. */
#include "base/clock.h"
#include "support/check.h"
#include "support/clip.h"
#include "support/command.h"
#include "support/host.h"
#include "support/viewer.h"

#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_US  20000000
#define STOP_US  HANGS_US
#define LIMIT_MS 20000

static char script[CLIP_PATH];

static void write_script(const char *text)
{
    clip_path("stop.lua", script);
    FILE *file = fopen(script, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static bool log_says(struct host *host, const char *text)
{
    struct mr_buffer log = { 0 };
    host_read_log(host, &log);
    bool said = strstr((char *)log.data, text) != NULL;
    mr_buffer_finish(&log);
    return said;
}

static struct host host;

static bool is_in_the_loop(void *opaque)
{
    (void)opaque;
    return log_says(&host, "about to loop");
}

static void an_endless_script_does_not_delay_the_end(void **state)
{
    (void)state;
    struct viewer viewer;
    write_script("function process(frame)\n"
                 "  log.info('about to loop')\n"
                 "  while true do pcall(function() while true do end end) end\n"
                 "end\n");
    const char *const arguments[] = {
        "--deadline", "60000", "--script", script, "lavfi:testsrc2=size=64x48:rate=25", NULL
    };
    assert_true(host_start(&host, arguments));
    assert_int_equal(viewer_open(&viewer, host.port, &(struct viewer_options){ 0 }), 101);
    assert_true(viewers_run(&viewer, 1, mr_clock_now_us() + WAIT_US, is_in_the_loop, NULL));
    assert_int_equal(host_stop(&host, SIGTERM, STOP_US), 0);
    viewer_close(&viewer);
}

static bool read_until(int fd, const char *wanted)
{
    struct mr_buffer seen = { 0 };
    bool found = false;
    while (!found) {
        char bytes[256];
        ssize_t got = read(fd, bytes, sizeof(bytes));
        if (got <= 0)
            break;
        mr_buffer_append(&seen, bytes, (size_t)got);
        found = strstr((char *)seen.data, wanted) != NULL;
    }
    mr_buffer_finish(&seen);
    return found;
}

static void closing_the_terminal_ends_it(void **state)
{
    (void)state;
    int terminal, status;
    write_script("function process() end\n");
    pid_t pid = forkpty(&terminal, NULL, NULL, NULL);
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(WAIT_US / 1000000); /* should it be left behind */
        execl(TEST_BINARY, TEST_BINARY, "--listen", "127.0.0.1:0", "--script", script, NULL);
        _exit(127);
    }
    assert_true(read_until(terminal, "moonreel listening on"));
    close(terminal);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void a_taken_port_is_one_line(void **state)
{
    (void)state;
    struct command second;
    char address[64], expected[192];
    write_script("function process() end\n");
    const char *const arguments[] = { "--script", script, "test:", NULL };
    assert_true(host_start(&host, arguments));
    snprintf(address, sizeof(address), "127.0.0.1:%d", host.port);
    snprintf(expected, sizeof(expected),
             "moonreel: cannot listen on %s: Address already in use; choose another port, or 0 "
             "for any",
             address);

    command_run(&second,
                (const char *const[]){ TEST_BINARY, "--log-level", "error", "--script", script,
                                       "--listen", address, NULL },
                LIMIT_MS);
    assert_int_equal(second.status, 1);
    assert_string_equal(command_last_line(&second), expected);
    assert_ptr_equal(command_last_line(&second), second.err.data);
    command_finish(&second);
    assert_int_equal(host_stop(&host, SIGINT, STOP_US), 0);
}

static void a_source_that_is_wrong_is_told_before_an_address(void **state)
{
    (void)state;
    struct command run;
    command_run(&run,
                (const char *const[]){ TEST_BINARY, "--log-level", "error", "--listen",
                                       "127.0.0.1:0", "nothere.mp4", NULL },
                LIMIT_MS);
    assert_int_equal(run.status, 1);
    assert_string_equal((char *)run.out.data, "");
    assert_non_null(strstr(command_last_line(&run), "nothere.mp4"));
    command_finish(&run);
}

RUN_TESTS(cmocka_unit_test(an_endless_script_does_not_delay_the_end),
          cmocka_unit_test(closing_the_terminal_ends_it),
          cmocka_unit_test(a_taken_port_is_one_line),
          cmocka_unit_test(a_source_that_is_wrong_is_told_before_an_address))
