/* What the tests of confinement share: children that confine themselves. */
#ifndef TEST_CONFINE_SUPPORT_H
#define TEST_CONFINE_SUPPORT_H

#include "script_support.h"

#include "script/process/confine.h"
#include "script/process/confine_private.h"

#include <sys/wait.h>

#define MEMORY_MIB 32

/* In a child: cmocka's assertions would go on with the next test there. */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "line %d: %s: %s\n", __LINE__, #condition, strerror(errno));           \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

/* In a child: fails with this errno. */
#define REFUSED(call, code)                                                                        \
    do {                                                                                           \
        errno = 0;                                                                                 \
        long got = (long)(call);                                                                   \
        if (got != -1 || errno != (code)) {                                                        \
            fprintf(stderr, "line %d: %s: %ld, %s\n", __LINE__, #call, got, strerror(errno));      \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

UNUSED static void confine(pid_t parent)
{
    struct mr_error error = { 0 };
    struct mr_confine_options options = { .parent = parent, .memory_mib = MEMORY_MIB };
    int result = mr_confine(&options, &error);
    if (result != 0) {
        fprintf(stderr, "confine: %d %s\n", result, error.text);
        _exit(1);
    }
}

/* Run `body` in a child. return: its wait status. It ends by exit(), for leaks to be found. */
UNUSED static int status_in_child(void (*body)(void))
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        body();
        exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void (*confined_body)(void);

UNUSED static void confine_and_run(void)
{
    confine(getppid());
    confined_body();
}

/* The same in a child that has confined itself. */
UNUSED static int status_of(void (*body)(void))
{
    confined_body = body;
    return status_in_child(confine_and_run);
}

UNUSED static void expect_fine(void (*body)(void))
{
    assert_int_equal(status_of(body), 0);
}

#endif
