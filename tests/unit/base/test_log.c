#include "base/log.h"

#include "support/check.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char written[1024];

/* Log one line and keep what came out on standard error. */
static void say(const char *text)
{
    int file = memfd_create("log", MFD_CLOEXEC), before = dup(STDERR_FILENO);
    assert_true(file >= 0 && before >= 0);
    dup2(file, STDERR_FILENO);
    mr_log(MR_LOG_ERROR, "test", "%s", text);
    dup2(before, STDERR_FILENO);
    ssize_t size = pread(file, written, sizeof(written) - 1, 0);
    assert_true(size > 0);
    written[size] = '\0';
    close(file);
    close(before);
}

static void expect_said(const char *text, const char *wanted)
{
    say(text);
    assert_non_null(strstr(written, "error test: "));
    assert_string_equal(strstr(written, "test: ") + strlen("test: "), wanted);
}

static void what_a_terminal_may_obey_is_replaced(void **state)
{
    (void)state;
    expect_said("plain\ttext \xc3\xa9\xe2\x82\xac", "plain\ttext \xc3\xa9\xe2\x82\xac\n");
    expect_said("\x1b[2J\r\x7f", "?[2J??\n");
    expect_said("\xc2\x9b"
                "2J \xc2\xa0",
                "\xc2?2J \xc2\xa0\n");
}

static void further_lines_do_not_look_like_new_ones(void **state)
{
    (void)state;
    expect_said("one\n00:00:00.000 error forged", "one\n    00:00:00.000 error forged\n");
}

RUN_TESTS(cmocka_unit_test(what_a_terminal_may_obey_is_replaced),
          cmocka_unit_test(further_lines_do_not_look_like_new_ones))
