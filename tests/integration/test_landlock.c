/* On a kernel without Landlock everything works, and whoever operates it is told what is missing. */
#include "support/check.h"
#include "support/clip.h"
#include "support/fetch.h"
#include "support/host.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WAIT_US 20000000

/* From now on, for this process and those that it starts, the kernel answers as one without Landlock. */
static void take_landlock_away(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_landlock_create_ruleset, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { sizeof(filter) / sizeof(*filter), filter };
    assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    assert_int_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

static void assert_told(const struct host *host, const char *address, const char *wanted)
{
    char request[128];
    struct fetched answer;
    snprintf(request, sizeof(request), "GET %s", address);
    assert_int_equal(fetch(host->port, request, &answer), 200);
    if (strstr((char *)answer.body.data, wanted) == NULL)
        fail_msg("%s: %s", address, (char *)answer.body.data);
    fetched_finish(&answer);
}

/* in: landlock: as the log, the API and the check of health tell it */
static void run(bool landlock)
{
    static const char *const arguments[] = { "--always", "--size", "64x48", "test:", NULL };
    const char *wanted =
        landlock ? "\"warnings\":[]" : "\"warnings\":[\"this kernel has no Landlock";
    struct host host;
    struct mr_buffer log = { 0 };
    assert_true(host_start(&host, arguments));
    assert_told(&host, "/healthz", "{\"status\":\"ok\",\"failed\":[]}");
    assert_told(&host, "/healthz?verbose", wanted);
    assert_told(&host, "/api/streams", wanted);
    assert_told(&host, "/snapshot/live.jpg", ""); /* the script works */
    assert_told(&host, "/api/streams/live", "\"running\":true");
    host_read_log(&host, &log);
    assert_int_equal(host_stop(&host, SIGTERM, WAIT_US), 0);
    assert_int_equal(strstr((char *)log.data, "no Landlock") == NULL, landlock);
    mr_buffer_finish(&log);
}

static void a_kernel_that_has_it(void **state)
{
    (void)state;
    if (syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, 1) >
        0) /* LANDLOCK_CREATE_RULESET_VERSION */
        run(true);
    else
        print_message("this kernel has no Landlock\n");
}

static void a_kernel_that_lacks_it(void **state)
{
    (void)state;
    take_landlock_away();
    run(false);
}

RUN_TESTS(cmocka_unit_test(a_kernel_that_has_it), cmocka_unit_test(a_kernel_that_lacks_it))
