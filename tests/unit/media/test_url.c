#include "media/url.h"

#include "support/check.h"

static void check(const char *url, const char *shown)
{
    char out[200];
    mr_url_redact(url, out, sizeof(out));
    assert_string_equal(out, shown);
}

static void hides_passwords(void **state)
{
    (void)state;
    check("rtsp://user:secret@host:554/path", "rtsp://user:***@host:554/path");
    check("rtsp://user:se@cr:et@host/a@b", "rtsp://user:***@host/a@b");
    check("Opening 'http://a:b@c/' and tcp://d:e@f for reading",
          "Opening 'http://a:***@c/' and tcp://d:***@f for reading");
}

static void leaves_the_rest_alone(void **state)
{
    (void)state;
    check("", "");
    check("cars.mp4", "cars.mp4");
    check("rtsp://user@host/x:y", "rtsp://user@host/x:y");
    check("http://host:8080/a:b@c", "http://host:8080/a:b@c");
    check("http://", "http://");
}

static void cuts_what_is_too_long(void **state)
{
    (void)state;
    char out[18];
    mr_url_redact("rtsp://user:secret@host", out, sizeof(out));
    assert_string_equal(out, "rtsp://user:***@h");
    mr_url_redact("abc", out, 1);
    assert_string_equal(out, "");
}

RUN_TESTS(cmocka_unit_test(hides_passwords), cmocka_unit_test(leaves_the_rest_alone),
          cmocka_unit_test(cuts_what_is_too_long))
