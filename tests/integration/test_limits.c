/* How many files moonreel may open, and what it says when that is too few for its viewers. */
#include "support/host.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#define STOP_US 5000000

static void limit_descriptors(rlim_t soft, rlim_t hard)
{
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &(struct rlimit){ soft, hard }), 0);
}

static void read_descriptor_limits(const struct host *host, long *soft, long *hard)
{
    char path[64], line[256];
    snprintf(path, sizeof(path), "/proc/%d/limits", (int)host->pid);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    *soft = *hard = -1;
    while (fgets(line, sizeof(line), file) != NULL)
        sscanf(line, "Max open files %ld %ld", soft, hard);
    fclose(file);
}

/* Start with --max-clients, end. *soft: its limit; return: whether it spoke of a limit */
static bool speaks_of_limit(const char *max_clients, long *soft, struct mr_buffer *log)
{
    struct host host;
    long hard;
    assert_true(host_start(&host, (const char *[]){ "--max-clients", max_clients, "test:", NULL }));
    read_descriptor_limits(&host, soft, &hard);
    host_read_log(&host, log);
    assert_int_equal(host_stop(&host, SIGTERM, STOP_US), 0);
    return strstr((const char *)log->data, "limit of open files") != NULL;
}

static void test_raised_to_what_viewers_need(void **state)
{
    (void)state;
    long soft;
    struct mr_buffer log = { 0 };
    limit_descriptors(200, 3000);
    assert_false(speaks_of_limit("1000", &soft, &log));
    assert_in_range(soft, 1001, 2000);
    mr_buffer_finish(&log);
}

static void test_left_alone_when_high_enough(void **state)
{
    (void)state;
    long soft;
    struct mr_buffer log = { 0 };
    limit_descriptors(2500, 3000);
    assert_false(speaks_of_limit("1000", &soft, &log));
    assert_int_equal(soft, 2500);
    mr_buffer_finish(&log);
}

static void test_says_when_hard_limit_is_too_low(void **state)
{
    (void)state;
    long soft;
    struct mr_buffer log = { 0 };
    limit_descriptors(200, 3000);
    assert_true(speaks_of_limit("4096", &soft, &log));
    assert_int_equal(soft, 3000);
    assert_non_null(strstr((const char *)log.data, "is 3000, --max-clients 4096 needs"));
    mr_buffer_finish(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_raised_to_what_viewers_need),
        cmocka_unit_test(test_left_alone_when_high_enough),
        cmocka_unit_test(test_says_when_hard_limit_is_too_low),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
