/* cmocka with what it wants included before it, and short names used by every unit test. */
#ifndef TEST_SUPPORT_CHECK_H
#define TEST_SUPPORT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Whoever takes longer than this hangs. A busy machine may take seconds for what is done in milliseconds elsewhere,
 * and every patience of the program that a test looks at is either set by the test or longer than this. */
#define HANGS_US 8000000LL

#define RUN_TESTS(...)                                                                             \
    int main(void)                                                                                 \
    {                                                                                              \
        const struct CMUnitTest tests[] = { __VA_ARGS__ };                                         \
        return cmocka_run_group_tests(tests, NULL, NULL);                                          \
    }

#endif
