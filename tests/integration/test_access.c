/* Who may do what, against the real program: tokens, origins, names. */
#include "base/clock.h"
#include "support/check.h"
#include "support/fetch.h"
#include "support/host.h"
#include "support/viewer.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define WEBSOCKET                                                                                  \
    "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"               \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
#define PAGE "\r\nOrigin: https://page.example"
#define EVIL "\r\nOrigin: http://evil.example"
#define CHANGE                                                                                     \
    "\r\nAuthorization: Bearer secret\r\nContent-Type: application/json\r\nContent-Length: 2"

static struct host host;

static int start(const char *const arguments[])
{
    return host_start(&host, arguments) ? 0 : -1;
}

static int start_open(void **state)
{
    static const char *const arguments[] = { "--token", "secret", "test:", NULL };
    (void)state;
    return start(arguments);
}

static int start_closed(void **state)
{
    static const char *const arguments[] = { "--token",        "secret",
                                             "--view-token",   "look",
                                             "--allow-origin", "https://page.example,null",
                                             "--allow-host",   "cam.example",
                                             "--log-level",    "trace",
                                             "test:",          NULL };
    (void)state;
    return start(arguments);
}

static int stop(void **state)
{
    (void)state;
    return host_stop(&host, SIGTERM, HANGS_US) == 0 ? 0 : -1;
}

/* A request with a Host of its own; the answer's head alone. return: the status */
static int ask(const char *request, const char *name, struct mr_buffer *head)
{
    struct mr_buffer text = { 0 };
    size_t line = strcspn(request, "\r");
    int fd = fetch_connect(host.port, 0);
    mr_buffer_printf(&text, "%.*s HTTP/1.1%s%s%s\r\n\r\n", (int)line, request,
                     name != NULL ? "\r\nHost: " : "", name != NULL ? name : "", request + line);
    fetch_send(fd, text.data, text.size);
    int status = fetch_read_head(fd, head);
    mr_buffer_append(head, "", 0);
    mr_buffer_finish(&text);
    close(fd);
    return status;
}

static void assert_status(int status, const char *request)
{
    char own[40];
    struct mr_buffer head = { 0 };
    snprintf(own, sizeof(own), "127.0.0.1:%d", host.port);
    int got = ask(request, own, &head);
    mr_buffer_finish(&head);
    if (got != status)
        fail_msg("%d instead of %d for %s", got, status, request);
}

static void assert_named(int status, const char *name)
{
    struct mr_buffer head = { 0 };
    int got = ask("GET /api/streams", name, &head);
    mr_buffer_finish(&head);
    if (got != status)
        fail_msg("%d instead of %d for Host: %s", got, status, name);
}

/* Headers that the answer to `request` has and has not. */
static void assert_headers(const char *request, const char *const has[], const char *has_not)
{
    char own[40];
    struct mr_buffer head = { 0 };
    snprintf(own, sizeof(own), "127.0.0.1:%d", host.port);
    ask(request, own, &head);
    for (int i = 0; has[i] != NULL; i++)
        if (strstr((char *)head.data, has[i]) == NULL)
            fail_msg("no %s in the answer to %s:\n%s", has[i], request, (char *)head.data);
    if (has_not != NULL && strstr((char *)head.data, has_not) != NULL)
        fail_msg("%s in the answer to %s:\n%s", has_not, request, (char *)head.data);
    mr_buffer_finish(&head);
}

static void everybody_watches_unless_told_otherwise(void **state)
{
    (void)state;
    assert_status(200, "GET /");
    assert_status(200, "GET /healthz");
    assert_status(200, "GET /api/streams");
    assert_status(101, "GET /ws/live" WEBSOCKET);
    char own[400];
    snprintf(own, sizeof(own), "GET /ws/live\r\nOrigin: http://127.0.0.1:%d" WEBSOCKET, host.port);
    assert_status(101, own);
}

static void pages_of_others_may_do_nothing(void **state)
{
    (void)state;
    assert_status(403, "GET /ws/live" WEBSOCKET EVIL);
    assert_status(403, "GET /ws/live" WEBSOCKET "\r\nOrigin: null");
    assert_status(403, "GET /ws/live" WEBSOCKET "\r\nOrigin: https://evil.example");
    assert_status(403, "GET /api/streams" EVIL);
    assert_status(403, "GET /api/streams/live/settings" EVIL);
    assert_status(403, "PATCH /api/streams/live/settings" CHANGE EVIL "\r\n\r\n{}");
    assert_status(403, "OPTIONS /api/streams" EVIL "\r\nAccess-Control-Request-Method: GET");
    assert_status(403, "GET /api/streams\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors");
    assert_status(200,
                  "GET /api/streams\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate");
    assert_status(200,
                  "GET /api/streams\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: no-cors");
    assert_headers("GET /api/streams",
                   (const char *const[]){ "Cross-Origin-Resource-Policy: same-origin", NULL },
                   "Access-Control");
    assert_headers("GET /api/streams" EVIL,
                   (const char *const[]){ "Cross-Origin-Resource-Policy: same-origin", NULL },
                   "Access-Control");
}

/* A frame in another site's page would show what the viewer's browser may see (clickjacking). */
static void pages_of_others_may_not_frame(void **state)
{
    (void)state;
    static const char *const paths[] = { "/api/streams",       "/api/streams/live", "/metrics",
                                         "/snapshot/live.jpg", "/stream/live.mjpg", "/events/live",
                                         "/api/openapi.json" };
    static const char *const kinds[] = { "iframe", "frame", "embed", "object", "fencedframe" };
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        char request[256];
        for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
            snprintf(request, sizeof(request),
                     "GET %s\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n"
                     "Sec-Fetch-Dest: %s",
                     paths[i], kinds[k]);
            assert_status(403, request);
        }
        snprintf(request, sizeof(request),
                 "GET %s\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\n"
                 "Sec-Fetch-Dest: iframe",
                 paths[i]);
        assert_headers(request,
                       (const char *const[]){ "HTTP/1.1 200",
                                              "Content-Security-Policy: frame-ancestors 'self'\r\n",
                                              NULL },
                       NULL);
        snprintf(request, sizeof(request),
                 "GET %s\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n"
                 "Sec-Fetch-Dest: document",
                 paths[i]); /* a link on another page */
        assert_status(200, request);
    }
    assert_status(200, "GET /embed/live\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate"
                       "\r\nSec-Fetch-Dest: iframe"); /* its own policy decides */
}

static void changing_takes_the_token_in_a_header(void **state)
{
    (void)state;
    assert_status(200, "PATCH /api/streams/live/settings" CHANGE "\r\n\r\n{}");
    assert_status(401,
                  "PATCH /api/streams/live/settings?token=secret\r\nContent-Length: 2\r\n\r\n{}");
    assert_status(403, "PATCH /api/streams/live/settings\r\nAuthorization: Bearer other\r\n"
                       "Content-Length: 2\r\n\r\n{}");
    assert_status(405, "POST /api/streams/live/settings" CHANGE "\r\n\r\n{}");
}

static void other_names_lead_nowhere(void **state)
{
    (void)state;
    char own[300] = "";
    assert_named(200, "127.0.0.1");
    assert_named(200, "192.0.2.7:8080");
    assert_named(200, "localhost:1234");
    assert_int_equal(gethostname(own, sizeof(own) - 1), 0);
    assert_named(200, own);
    assert_named(421, "evil.example");
    assert_named(421, "cam.example");
    assert_named(421, "127.0.0.1.evil.example:80");
    /* what a proxy would say is not believed of anybody */
    assert_status(200, "GET /api/streams\r\nX-Forwarded-Host: evil.example");
}

/* Whatever shows something, by whatever protocol. */
static void every_way_of_watching_takes_it(void **state)
{
    (void)state;
    static const char *const ways[] = {
        "/stream/live.mjpg",
        "/snapshot/live.jpg",
        "/events/live",
        "/socket.io/?EIO=4&transport=polling",
    };
    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
        char request[256];
        snprintf(request, sizeof(request), "GET %s", ways[i]);
        assert_status(401, request);
        snprintf(request, sizeof(request), "HEAD %s", ways[i]);
        assert_status(401, request);
        const char *joint = strchr(ways[i], '?') != NULL ? "&" : "?";
        snprintf(request, sizeof(request), "GET %s%stoken=other", ways[i], joint);
        assert_status(403, request);
        snprintf(request, sizeof(request), "GET %s%stoken=look", ways[i], joint);
        assert_status(200, request);
        snprintf(request, sizeof(request), "GET %s\r\nAuthorization: Bearer secret", ways[i]);
        assert_status(200, request);
    }
    assert_status(401, "POST /socket.io/?EIO=4&transport=polling&sid=none\r\nContent-Length: 2"
                       "\r\n\r\n40");
    assert_status(401, "GET /metrics");
    assert_status(401, "GET /api/openapi.json");
    assert_status(401, "GET /api/streams/live/script");
    assert_status(403, "GET /api/streams/live/script\r\nAuthorization: Bearer look");
    assert_status(403, "GET /api/streams/live/log\r\nAuthorization: Bearer look");
    assert_status(200, "GET /api/streams/live/log\r\nAuthorization: Bearer secret");
}

static void watching_takes_the_view_token(void **state)
{
    (void)state;
    assert_status(200, "GET /");
    assert_status(200, "GET /healthz");
    assert_status(401, "GET /api/streams");
    assert_status(401, "GET /api/streams?token=look"); /* a page can set headers here */
    assert_status(403, "GET /api/streams\r\nAuthorization: Bearer other");
    assert_status(200, "GET /api/streams\r\nAuthorization: Bearer look");
    assert_status(200, "GET /api/streams\r\nAuthorization: Bearer secret");
    assert_status(401, "GET /ws/live" WEBSOCKET);
    assert_status(403, "GET /ws/live?token=other" WEBSOCKET);
    assert_status(403, "GET /ws/live?token=" WEBSOCKET);
    assert_status(101, "GET /ws/live?token=look" WEBSOCKET);
    assert_status(101, "GET /ws/live?format=json&token=secret" WEBSOCKET);
    assert_status(101, "GET /ws/live\r\nAuthorization: Bearer look" WEBSOCKET);
    assert_status(403, "PATCH /api/streams/live/settings\r\nAuthorization: Bearer look\r\n"
                       "Content-Length: 2\r\n\r\n{}");

    struct mr_buffer log = { 0 };
    host_read_log(&host, &log);
    mr_buffer_append(&log, "", 0);
    assert_null(strstr((char *)log.data, "look"));
    assert_null(strstr((char *)log.data, "secret"));
    mr_buffer_finish(&log);
}

static void pages_that_were_named_may_watch(void **state)
{
    (void)state;
    static const char welcome[] = "Access-Control-Allow-Origin: https://page.example\r\n";
    assert_status(101, "GET /ws/live?token=look" WEBSOCKET PAGE);
    assert_status(101, "GET /ws/live?token=look" WEBSOCKET "\r\nOrigin: null");
    assert_status(403, "GET /ws/live?token=look" WEBSOCKET EVIL);
    assert_status(401, "GET /ws/live" WEBSOCKET PAGE);
    assert_status(403, "PATCH /api/streams/live/settings" CHANGE PAGE "\r\n\r\n{}");
    assert_headers("GET /api/streams\r\nAuthorization: Bearer look" PAGE,
                   (const char *const[]){ "HTTP/1.1 200", welcome, "Vary: Origin",
                                          "Cross-Origin-Resource-Policy: cross-origin", NULL },
                   "Allow-Credentials");
    assert_headers("GET /api/streams" PAGE, /* so that the page can read why */
                   (const char *const[]){ "HTTP/1.1 401", welcome, NULL }, NULL);
    assert_headers("OPTIONS /api/streams" PAGE "\r\nAccess-Control-Request-Method: GET\r\n"
                   "Access-Control-Request-Headers: authorization",
                   (const char *const[]){ "HTTP/1.1 204", welcome, "Access-Control-Max-Age: 600",
                                          "Access-Control-Allow-Headers: Authorization", NULL },
                   "PATCH");
    assert_headers(
        "GET /api/streams\r\nAuthorization: Bearer look\r\n"
        "Referer: https://page.example/cams?x=1\r\n"
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors",
        (const char *const[]){ "HTTP/1.1 200", "Cross-Origin-Resource-Policy: cross-origin", NULL },
        NULL);
    assert_headers(
        "GET /api/streams\r\nReferer: https://page.example.evil/\r\n"
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors",
        (const char *const[]){ "HTTP/1.1 403", "Cross-Origin-Resource-Policy: same-origin", NULL },
        "Allow-Origin");
}

/* <img> on a page that sends no Referer */
#define BARE_IMAGE                                                                                 \
    "\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image"

static void the_view_token_is_permission_for_pictures(void **state)
{
    (void)state;
    static const char shown[] = "Cross-Origin-Resource-Policy: cross-origin";
    assert_headers(
        "GET /snapshot/live.jpg?token=look\r\nReferer: https://other.example/" BARE_IMAGE,
        (const char *const[]){ "HTTP/1.1 200", shown, NULL }, "Allow-Origin");
    assert_headers("GET /stream/live.mjpg?token=look\r\nReferer: https://other.example/" BARE_IMAGE,
                   (const char *const[]){ "HTTP/1.1 200", shown, NULL }, "Allow-Origin");
    assert_status(403, "GET /snapshot/live.jpg?token=secret\r\n"
                       "Referer: https://other.example/" BARE_IMAGE); /* the edit token is none */
    assert_status(403, "GET /snapshot/live.jpg?token=wrong\r\n"
                       "Referer: https://other.example/" BARE_IMAGE);
    assert_status(403, "GET /snapshot/live.jpg?token=look\r\nOrigin: https://other.example");
    assert_status(403, "GET /snapshot/live.jpg?token=look\r\nReferer: https://other.example/\r\n"
                       "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Dest: iframe");
    /* here "null" is welcome, whose pages send no Referer */
    assert_status(200, "GET /snapshot/live.jpg?token=look" BARE_IMAGE);
    assert_status(401, "GET /snapshot/live.jpg" BARE_IMAGE);
}

static void pages_that_were_let_in_may_frame(void **state)
{
    (void)state;
    assert_headers("GET /snapshot/live.jpg?token=look\r\nReferer: https://page.example/\r\n"
                   "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n"
                   "Sec-Fetch-Dest: iframe",
                   (const char *const[]){
                       "HTTP/1.1 200",
                       "Content-Security-Policy: frame-ancestors 'self' https://page.example "
                       "file:\r\n",
                       NULL },
                   NULL);
}

static void names_that_were_given_lead_here(void **state)
{
    (void)state;
    assert_named(401, "cam.example");
    assert_named(401, "CAM.example:80");
    assert_named(421, "evil.example");
}

#define FROM(address) "\r\nX-Forwarded-For: " address

/* return: the status of a WebSocket's opening, from an address; *fd stays open */
static int watch_from(const char *line, int *fd)
{
    struct mr_buffer text = { 0 }, head = { 0 };
    *fd = fetch_connect(host.port, 0);
    mr_buffer_printf(&text, "GET /ws/live HTTP/1.1\r\nHost: localhost%s%s\r\n\r\n", line,
                     WEBSOCKET);
    fetch_send(*fd, text.data, text.size);
    int status = fetch_read_head(*fd, &head);
    mr_buffer_append(&head, "", 0);
    if (status == 503)
        assert_non_null(strstr((char *)head.data, "Retry-After: 10"));
    mr_buffer_finish(&text);
    mr_buffer_finish(&head);
    return status;
}

static int start_small(void **state)
{
    static const char *const arguments[] = {
        "--max-clients", "6", "--max-clients-per-address", "2", "--trusted-proxy", "127.0.0.1",
        "test:",         NULL
    };
    (void)state;
    return start(arguments);
}

static void everybody_gets_a_share_of_the_places(void **state)
{
    (void)state;
    int fd[8], again;
    assert_int_equal(watch_from(FROM("192.0.2.1"), &fd[0]), 101);
    assert_int_equal(watch_from(FROM("192.0.2.1"), &fd[1]), 101);
    assert_int_equal(watch_from(FROM("192.0.2.1"), &fd[2]), 503);
    assert_int_equal(watch_from(FROM("192.0.2.2"), &fd[3]), 101);
    assert_int_equal(watch_from(FROM("2001:db8::1"), &fd[4]), 101);
    assert_int_equal(watch_from(FROM("2001:db8::2"), &fd[5]), 101);
    assert_int_equal(watch_from(FROM("2001:db8::3"), &fd[6]), 503); /* the same line */
    assert_int_equal(watch_from("", &fd[7]), 101);
    assert_int_equal(watch_from("", &again), 503); /* all are taken */
    close(again);

    close(fd[0]); /* its place is free again, sooner or later */
    int64_t deadline_us = mr_clock_now_us() + 5000000;
    int status;
    do {
        assert_true(mr_clock_now_us() < deadline_us);
        status = watch_from(FROM("192.0.2.1"), &again);
        close(again);
    } while (status != 101);
    for (int i = 1; i < 8; i++)
        close(fd[i]);
}

static int poll_from(const char *line)
{
    char request[256];
    struct fetched answer;
    snprintf(request, sizeof(request), "GET /socket.io/?EIO=4&transport=polling%s", line);
    int status = fetch(host.port, request, &answer);
    fetched_finish(&answer);
    return status;
}

/* Once the places of those before are free again. */
static void await_session(const char *line)
{
    int64_t deadline_us = mr_clock_now_us() + 10000000;
    while (poll_from(line) != 200)
        assert_true(mr_clock_now_us() < deadline_us);
}

/* A session that polls is there without any connection. */
static void sessions_have_shares_too(void **state)
{
    (void)state;
    await_session(FROM("192.0.2.9"));
    await_session(FROM("192.0.2.9"));
    assert_int_equal(poll_from(FROM("192.0.2.9")), 503);
    await_session(FROM("192.0.2.10"));
}

static bool has_ended(void *opaque)
{
    const struct viewer *viewer = opaque;
    return viewer->ended;
}

static void who_talks_without_end_is_shown_the_door(void **state)
{
    (void)state;
    struct viewer viewer;
    int64_t deadline_us = mr_clock_now_us() + 10000000;
    /* once the places of those before are free again */
    while (viewer_open(&viewer, host.port, &(struct viewer_options){ 0 }) != 101) {
        assert_true(mr_clock_now_us() < deadline_us);
        viewer_close(&viewer);
    }
    for (int i = 0; i < 5000; i++)
        viewer_send(&viewer, 0x81, "1", 1);
    assert_true(viewers_run(&viewer, 1, deadline_us, has_ended, &viewer));
    assert_int_equal(viewer.close_code, 1008);
    assert_true(viewer.messages > viewer.pictures); /* it was told before */
    viewer_close(&viewer);
}

int main(void)
{
    const struct CMUnitTest open[] = {
        cmocka_unit_test(everybody_watches_unless_told_otherwise),
        cmocka_unit_test(pages_of_others_may_do_nothing),
        cmocka_unit_test(pages_of_others_may_not_frame),
        cmocka_unit_test(changing_takes_the_token_in_a_header),
        cmocka_unit_test(other_names_lead_nowhere),
    };
    const struct CMUnitTest closed[] = {
        cmocka_unit_test(every_way_of_watching_takes_it),
        cmocka_unit_test(watching_takes_the_view_token),
        cmocka_unit_test(pages_that_were_named_may_watch),
        cmocka_unit_test(the_view_token_is_permission_for_pictures),
        cmocka_unit_test(pages_that_were_let_in_may_frame),
        cmocka_unit_test(names_that_were_given_lead_here),
    };
    const struct CMUnitTest limited[] = {
        cmocka_unit_test(everybody_gets_a_share_of_the_places),
        cmocka_unit_test(sessions_have_shares_too),
        cmocka_unit_test(who_talks_without_end_is_shown_the_door),
    };
    int failed = cmocka_run_group_tests(open, start_open, stop);
    failed += cmocka_run_group_tests(closed, start_closed, stop);
    return failed + cmocka_run_group_tests(limited, start_small, stop);
}
