/* What a reverse proxy in front changes: the prefix (--base-path) and who somebody is
 * (--trusted-proxy). tests/browser/proxy.test.js has real proxies. */
#include "base/clock.h"
#include "support/check.h"
#include "support/fetch.h"
#include "support/host.h"
#include "support/viewer.h"

#include <signal.h>
#include <string.h>

#define WAIT_US 15000000
#define STOP_US 5000000

static struct host host;

static int teardown(void **state)
{
    (void)state;
    return host_stop(&host, SIGTERM, STOP_US);
}

static void expect(const char *request, int status, const char *location)
{
    struct fetched answer;
    assert_int_equal(fetch(host.port, request, &answer), status);
    if (location != NULL)
        assert_string_equal(fetched_header(&answer, "Location"), location);
    else
        assert_null(fetched_header(&answer, "Location"));
    fetched_finish(&answer);
}

static bool has_picture(void *viewer)
{
    return ((struct viewer *)viewer)->pictures > 0;
}

static int status_of_viewer(const char *path)
{
    struct viewer viewer;
    int status = viewer_open(&viewer, host.port, &(struct viewer_options){ .path = path });
    if (status == 101)
        assert_true(viewers_run(&viewer, 1, mr_clock_now_us() + WAIT_US, has_picture, &viewer));
    viewer_close(&viewer);
    return status;
}

static void everything_is_below_the_prefix(void **state)
{
    (void)state;
    expect("GET /yard/cam/", 200, NULL);
    expect("GET /yard/cam/client/moonreel.js", 200, NULL);
    expect("GET /yard/cam/studio", 200, NULL);
    expect("GET /yard/cam/embed/live", 200, NULL);
    expect("GET /yard/cam/socket.io/socket.io.js", 200, NULL);
    expect("HEAD /yard/cam/api/streams/live", 200, NULL);
    expect("GET /yard/%63am/healthz", 200, NULL);
    expect("PATCH /yard/cam/api/streams/live/settings", 401, NULL);
    expect("POST /yard/cam/", 405, NULL);
    assert_int_equal(status_of_viewer("/yard/cam/ws/live"), 101);
}

static void nothing_is_elsewhere(void **state)
{
    (void)state;
    struct fetched answer;
    expect("GET /", 404, NULL);
    expect("GET /yard/", 404, NULL);
    expect("GET /client/moonreel.js", 404, NULL);
    expect("GET /yard/camera/", 404, NULL);
    expect("GET /yard/cam/../", 404, NULL);
    expect("GET /yard/cam/yard/cam/", 404, NULL);
    expect("PATCH /api/streams/live/settings", 404, NULL);
    assert_int_equal(status_of_viewer("/ws/live"), 404);
    fetch(host.port, "GET /api/streams", &answer);
    assert_string_equal((char *)answer.body.data,
                        "{\"error\":\"everything here is below /yard/cam/\"}");
    fetched_finish(&answer);
}

static void the_prefix_alone_leads_to_its_page(void **state)
{
    (void)state;
    expect("GET /yard/cam", 308, "/yard/cam/");
    expect("HEAD /yard/cam", 308, "/yard/cam/");
    expect("GET /yard/cam?stream=live&x=%0d%0a", 308, "/yard/cam/?stream=live&x=%0d%0a");
}

static void expect_logged(const char *text)
{
    struct mr_buffer log = { 0 };
    host_read_log(&host, &log);
    if (strstr((char *)log.data, text) == NULL)
        fail_msg("no \"%s\" in the log:\n%s", text, log.data);
    mr_buffer_finish(&log);
}

static void a_trusted_proxy_says_who_it_is(void **state)
{
    (void)state;
    expect("GET /yard/cam/one\r\nX-Forwarded-For: 198.51.100.1, 203.0.113.9\r\n"
           "X-Forwarded-Proto: https",
           404, NULL);
    expect_logged("203.0.113.9 GET /one: 404");
}

static void nobody_else_does(void **state)
{
    (void)state;
    expect("GET /two\r\nX-Forwarded-For: 203.0.113.9", 404, NULL);
    expect_logged("127.0.0.1 GET /two: 404");
}

static const char *const with_proxy[] = { "--base-path", "/yard/cam", "--trusted-proxy",
                                          "127.0.0.1",   "--token",   "let-me-in",
                                          "--log-level", "debug",     "lavfi:testsrc2=size=64x48",
                                          NULL };
static const char *const without[] = {
    "--trusted-proxy", "10.0.0.0/8", "--log-level", "debug", "lavfi:testsrc2=size=64x48", NULL
};

static int start_with_proxy(void **state)
{
    (void)state;
    return host_start(&host, with_proxy) ? 0 : -1;
}

static int start_without(void **state)
{
    (void)state;
    return host_start(&host, without) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest behind[] = {
        cmocka_unit_test(everything_is_below_the_prefix),
        cmocka_unit_test(nothing_is_elsewhere),
        cmocka_unit_test(the_prefix_alone_leads_to_its_page),
        cmocka_unit_test(a_trusted_proxy_says_who_it_is),
    };
    const struct CMUnitTest alone[] = { cmocka_unit_test(nobody_else_does) };
    return cmocka_run_group_tests(behind, start_with_proxy, teardown) +
           cmocka_run_group_tests(alone, start_without, teardown);
}
