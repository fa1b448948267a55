/* The addresses that programs know from other servers. */
#include "http/aliases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "publish.h"
#include "server_fixture.h"
#include "support/parts.h"

static void assert_streams(const char *address)
{
    struct fetched part;
    int fd = parts_open(port, address, 0);
    assert_true(parts_read(fd, &part));
    assert_string_equal((char *)part.body.data, "first");
    fetched_finish(&part);
    assert_int_equal(mr_hub_viewers(live->hub, NULL), 1); /* counted like any other */
    close(fd);
    wait_for_viewers(live->hub, 0);
}

static void they_show_the_first_stream(void **state)
{
    (void)state;
    publish_frame(live->hub, 0, "null", "first");
    assert_streams("/?action=stream");
    assert_streams("/video_feed");
    assert_streams("/video_feed?t=1");
    assert_fetch("GET /?action=snapshot", 200, "image/jpeg", "first");
    assert_fetch("GET /?t=1&action=snapshot", 200, "image/jpeg", "first");
}

static void the_page_stays_where_it_is(void **state)
{
    (void)state;
    write_page("index.html", "a page");
    assert_fetch("GET /", 200, "text/html; charset=utf-8", "a page");
    assert_fetch("GET /?action=", 200, "text/html; charset=utf-8", "a page");
    assert_fetch("GET /?action=streams", 200, "text/html; charset=utf-8", "a page");
    assert_fetch("GET /?stream=live", 200, "text/html; charset=utf-8", "a page");
    assert_error("GET /video_feed/", 404, "there is no page \\\"/video_feed/\\\"");
}

static void they_have_the_methods_of_what_they_stand_for(void **state)
{
    (void)state;
    assert_error("POST /video_feed", 405, "POST is not possible here, only GET and HEAD");
    mr_registry_remove(registry, "live");
    mr_registry_remove(registry, "yard-2");
    assert_error("GET /video_feed", 404, "there is no stream \\\"none\\\"");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
RUN_TESTS(TEST(they_show_the_first_stream), TEST(the_page_stays_where_it_is),
          TEST(they_have_the_methods_of_what_they_stand_for))
