/* slowhttptest, the tool, with 500 connections against the real program: nobody who watches misses a
 * frame, and whoever comes is served. tests/integration/test_slow.c has more ways of being slow. */
#include "base/clock.h"
#include "support/check.h"
#include "support/fetch.h"
#include "support/host.h"
#include "support/viewer.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define VIEWERS     5
#define CONNECTIONS "500"
#define SECONDS     "8"
#define ANSWER_US   1000000

static struct host host;
static struct viewer viewers[VIEWERS];
static char output_path[] = TEST_WORK_DIR "/slowhttptest-XXXXXX";

static int start(void **state)
{
    (void)state;
    static const char *const arguments[] = { "--size", "320x240", "--fps", "10", "test:", NULL };
    close(mkstemp(output_path));
    return host_start(&host, arguments) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    unlink(output_path);
    return host_stop(&host, SIGTERM, HANGS_US) == 0 ? 0 : -1;
}

static pid_t attack(const char *mode, const char *path)
{
    char url[128];
    snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", host.port, path);
    pid_t pid = fork();
    if (pid == 0) {
        int output = open(output_path, O_WRONLY | O_TRUNC);
        dup2(output, STDOUT_FILENO);
        dup2(output, STDERR_FILENO);
        /* a probe counts as failed after a second */
        execlp("slowhttptest", "slowhttptest", mode, "-c", CONNECTIONS, "-r", "250", "-i", "2",
               "-l", SECONDS, "-p", "1", "-u", url, NULL);
        _exit(127);
    }
    return pid;
}

static bool has_ended(pid_t pid, int *status)
{
    return waitpid(pid, status, WNOHANG) == pid;
}

static void ask(void)
{
    struct fetched page;
    struct viewer newcomer;
    int64_t begin_us = mr_clock_now_us();
    assert_int_equal(fetch(host.port, "GET /", &page), 200);
    fetched_finish(&page);
    assert_int_equal(viewer_open(&newcomer, host.port, &(struct viewer_options){ 0 }), 101);
    viewer_close(&newcomer);
    assert_in_range(mr_clock_now_us() - begin_us, 0, 2 * ANSWER_US);
}

static void read_output(char *text, size_t size)
{
    FILE *file = fopen(output_path, "r");
    assert_non_null(file);
    size_t got = fread(text, 1, size - 1, file);
    text[got] = '\0';
    fclose(file);
}

static void withstand(const char *mode, const char *path)
{
    static char output[256 * 1024];
    int status, answers = 0;
    for (int i = 0; i < VIEWERS; i++)
        assert_int_equal(viewer_open(&viewers[i], host.port, &(struct viewer_options){ 0 }), 101);
    pid_t pid = attack(mode, path);
    int64_t deadline_us = mr_clock_now_us() + 60000000;
    while (!has_ended(pid, &status)) {
        viewers_run(viewers, VIEWERS, mr_clock_now_us() + 200000, NULL, NULL);
        ask();
        answers++;
        if (mr_clock_now_us() > deadline_us) {
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
            fail_msg("slowhttptest does not end");
        }
    }
    read_output(output, sizeof(output));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || strstr(output, "YES") == NULL ||
        strstr(output, "NO") != NULL)
        fail_msg("slowhttptest %s ends with %d:\n%s", mode, status, output);
    assert_true(answers > 5);
    for (int i = 0; i < VIEWERS; i++) {
        assert_false(viewers[i].invalid);
        assert_false(viewers[i].ended);
        assert_true(viewers[i].pictures > 10);
        assert_int_equal(viewers[i].gaps, 0);
        viewer_close(&viewers[i]);
    }
}

static void slow_headers(void **state)
{
    (void)state;
    withstand("-H", "/");
}

static void slow_read(void **state)
{
    (void)state;
    withstand("-X", "/api/openapi.json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slow_headers),
        cmocka_unit_test(slow_read),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
