/* moonreel started without standard input, output and error, as some supervisors do. */
#include "support/check.h"
#include "support/clip.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FRAMES 5

static char folder[CLIP_PATH], lines_path[CLIP_PATH + 16];

/* Run moonreel with descriptors 0, 1, 2 closed. return: its exit status; -1: it was ended by a signal */
static int run(char *const arguments[])
{
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        for (int fd = 0; fd <= STDERR_FILENO; fd++)
            close(fd);
        execv(TEST_BINARY, arguments);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The log has lines of its own, none of which may come into a file that was opened later. */
static void no_file_gets_what_is_meant_for_them(void **state)
{
    (void)state;
    char line[4096];
    int lines = 0;
    clip_path("closed", folder);
    snprintf(lines_path, sizeof(lines_path), "%s.jsonl", folder);
    char *arguments[] = { "moonreel", "--headless", "--frames", "5",     "--log-level",
                          "trace",    "--jsonl",    lines_path, "test:", NULL };
    assert_int_equal(run(arguments), 0);
    FILE *file = fopen(lines_path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        if (line[0] != '{')
            fail_msg("not a line of JSON: %s", line);
        lines++;
    }
    fclose(file);
    assert_int_equal(lines, FRAMES);
}

/* "-" is standard input: there is nothing in it. */
static void closed_input_is_an_empty_one(void **state)
{
    (void)state;
    char *arguments[] = { "moonreel", "--headless", "-", NULL };
    assert_int_equal(run(arguments), 1);
}

RUN_TESTS(cmocka_unit_test(no_file_gets_what_is_meant_for_them),
          cmocka_unit_test(closed_input_is_an_empty_one))
