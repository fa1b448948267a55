/* Hostile scripts in the host itself: those that hooks and limits are a match for. */
#include "support/check.h"
#include "support/hostile_host.h"

static void the_stream_goes_on(void **state)
{
    (void)state;
    hostile_run(&(struct hostile_run){ .part = 1, .parts = 4, .off = true, .on_error = "pass" });
}

static int tear_down(void **state)
{
    (void)state;
    hostile_run_end();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_stream_goes_on) };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
