/* cmocka with what it wants included before it, and short names used by every unit test. */
#ifndef TEST_SUPPORT_CHECK_H
#define TEST_SUPPORT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The deadline for the end of the program, and for answers that take milliseconds on an idle machine. A program that
 * takes longer hangs. */
#define HANGS_US 8000000LL

/* The program promises to end within this time of a signal. Under a sanitizer it has four times as long
 * (app/signals.h). */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ENDS_US 8000000LL
#else
#define ENDS_US 2000000LL
#endif

#define RUN_TESTS(...)                                                                             \
    int main(void)                                                                                 \
    {                                                                                              \
        const struct CMUnitTest tests[] = { __VA_ARGS__ };                                         \
        return cmocka_run_group_tests(tests, NULL, NULL);                                          \
    }

#endif
