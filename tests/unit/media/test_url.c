#include "media/ffmpeg/url.h"

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
    check("rtsp://user:se@cr:et@host/a", "rtsp://user:***@host/a");
    check("Opening 'http://a:b@c/' and tcp://d:e@f for reading",
          "Opening 'http://a:***@c/' and tcp://d:***@f for reading");
}

static void check_whole(const char *url, const char *shown)
{
    char out[200];
    mr_url_redact_whole(url, out, sizeof(out));
    assert_string_equal(out, shown);
}

/* They should have been escaped; that they were not makes them no less secret. */
static void hides_passwords_with_odd_characters(void **state)
{
    (void)state;
    check("rtsp://user:se/cr@et@host/a", "rtsp://user:***@host/a");
    check("rtsp://user:se?cr#et@host/a", "rtsp://user:***@host/a");
    check("Opening 'rtsp://user:it's@host/a' failed", "Opening 'rtsp://user:***@host/a' failed");
    check("http://user%3Asecret@host/", "http://user%3A***@host/");
    check("http://user:secret%40host/", "http://user:***%40host/");
    check("http://user:12%2F34@host/a", "http://user:***@host/a");
    check("http://user:%2e%2e@host/", "http://user:***@host/");
    check("http://user:@host/", "http://user:***@host/");
    check("rtsp://user:secret", "rtsp://user:***");
    check("http://a/?url=http%3A%2F%2Fuser%3Asecret%40host%2Fx&b=1",
          "http://a/?url=http%3A%2F%2Fuser%3A***%40host%2Fx&b=1");
    check("crypto+http://a:b@c/", "crypto+http://a:***@c/");
    check_whole("rtsp://user:my \"pass'word@host/x y", "rtsp://user:***@host/x y");
    check_whole("concat:http://a:b@c/1|http://d:e@f/2", "concat:http://a:***@c/1|http://d:***@f/2");
}

/* An '@' may be in the password or behind the host: the last one counts, so that no password shows. */
static void hides_passwords_up_to_the_last_sign(void **state)
{
    (void)state;
    check("rtsp://user:se@cr/et@host/a", "rtsp://user:***@host/a");
    check("rtsp://user:se@cr#et?x@host/a", "rtsp://user:***@host/a");
    check("rtsp://user:12/34@host/a", "rtsp://user:***@host/a");
    check("rtsp://user:554#se@host:554/a", "rtsp://user:***@host:554/a");
    check("rtsp://user:secret@host/a@b", "rtsp://user:***@b"); /* rather too much */
    check("rtsp://user@host/x:y@z", "rtsp://user@host/x:y@z");
    check("http://a/?url=http%3A%2F%2Fuser%3Ase%40cr%2Fet%40host%2Fx&b=1",
          "http://a/?url=http%3A%2F%2Fuser%3A***%40host%2Fx&b=1");
    check("http://host:80/a?next=http://u:p@h/", "http://host:80/a?next=http://u:***@h/");
    check_whole("concat:http://h:80/1|http://d:e@f/2|http://g:h/i@j/3",
                "concat:http://h:80/1|http://d:***@f/2|http://g:***@j/3");
    check_whole("rtsp://user:a/b@c#d?e@host/a", "rtsp://user:***@host/a");
}

static void hides_stream_keys(void **state)
{
    (void)state;
    check("rtmp://live.example/app/live_123_abc", "rtmp://live.example/app/***");
    check("Opening 'RTMPS://u:p@host:443/app/inst/key?x=1' for reading",
          "Opening 'RTMPS://u:***@host:443/app/***' for reading");
    check("rtmp://host/app?token=a", "rtmp://host/app?token=***");
    check("rtmp://host/app", "rtmp://host/app");
    check("rtmp://host", "rtmp://host");
    check("rtmp://host/app%2Flive_123", "rtmp://host/app%2F***");
    check("http://host/?u=rtmp%3A%2F%2Fhost%2Fapp%2Flive_123&x=1",
          "http://host/?u=rtmp%3A%2F%2Fhost%2Fapp%2F***&x=1");
    check("http://host/?q=u%3Drtmp%3a%2f%2fhost%2fapp%2flive_123",
          "http://host/?q=u%3Drtmp%3a%2f%2fhost%2fapp%2f***");
    check("http://host/?u=rtmp%3A%2F%2Fhost%2Fapp&x=a/b",
          "http://host/?u=rtmp%3A%2F%2Fhost%2Fapp&x=a/b");
    check("rtmp_playpath=abc", "rtmp_playpath=***");
    check("http://host/app/not_a_key", "http://host/app/not_a_key");
    check_whole("rtmp://host/app/a key'with all/of it", "rtmp://host/app/***");
}

static void hides_what_parameters_call_a_secret(void **state)
{
    (void)state;
    check("http://host/a?x=1&token=abc&y=2", "http://host/a?x=1&token=***&y=2");
    check("http://host/?TOKEN=abc#password=d", "http://host/?TOKEN=***");
    check("http://host/?%74oken=abc&y=2", "http://host/?%74oken=***&y=2");
    check("http://host/?token%3Dabc%26y=2", "http://host/?token%3D***%26y=2");
    check("http://host/#access_token=abc", "http://host/#access_token=***");
    check("http://host/?user=u&pwd=p&x.auth=a", "http://host/?user=u&pwd=***&x.auth=***");
    check("http://host/?X-Amz-Signature=ab%2Fc&Expires=5",
          "http://host/?X-Amz-Signature=***&Expires=5");
    check("srt://host:9000?mode=caller&passphrase=abc",
          "srt://host:9000?mode=caller&passphrase=***");
    check("http://host/?apikey=1&key=2&sid=3", "http://host/?apikey=***&key=***&sid=***");
    check("http://host/?loginuse=a&loginpas=b&rate=0",
          "http://host/?loginuse=a&loginpas=***&rate=0");
    check("srt://host:1?streamid=read:cam:user:pass&latency=2",
          "srt://host:1?streamid=***&latency=2");
    check("http://host/a;jsessionid=b", "http://host/a;jsessionid=***");
    check("http://host/?pin=1&hmac=2&spin=3&past=4", "http://host/?pin=***&hmac=***&spin=3&past=4");
    check("http://host/?token=&size=2", "http://host/?token=&size=2");
    check("'http://host/?token=abc' failed", "'http://host/?token=***' failed");
    check_whole("http://host/?password=it's \"mine\"&x=1", "http://host/?password=***&x=1");
    check("http://host/monkey=1?keyframe=2&design=3", "http://host/monkey=1?keyframe=2&design=3");
}

/* … and what FFmpeg shows of requests and options. */
static void hides_headers_and_options(void **state)
{
    (void)state;
    check("request: GET /a HTTP/1.1\r\nAuthorization: Basic dTpw\r\nHost: a\r\nX-Api-Key: b\r\n",
          "request: GET /a HTTP/1.1\r\nAuthorization: ***\r\nHost: a\r\nX-Api-Key: ***\r\n");
    check("request: GET /a HTTP/1.1\r\nUser-Agent: Lavf\r\nX-Api: SECRET\r\nMine:b\r\n\r\n",
          "request: GET /a HTTP/1.1\r\nUser-Agent: Lavf\r\nX-Api: ***\r\nMine:***\r\n\r\n");
    check("a list:\nhttp://host/a", "a list:\nhttp://host/a");
    check("Cookie:a=b; c=d\nSet-Cookie: e\nSession: 1234",
          "Cookie:***\nSet-Cookie: ***\nSession: ***");
    check("Error setting option headers to value X-A: b\r\nX-C: d.",
          "Error setting option headers to value ***");
    check("Setting 'passphrase' to value 'abc'", "Setting 'passphrase' to value ***");
    check("headers=X-A: b\r\nX-C: d", "headers=***");
    check("password=\"a b\" next", "password=\"***\" next");
    check("Error setting option framerate to value x.",
          "Error setting option framerate to value x.");
}

static void leaves_the_rest_alone(void **state)
{
    (void)state;
    check("", "");
    check("cars.mp4", "cars.mp4");
    check("rtsp://user@host/x:y", "rtsp://user@host/x:y");
    check("http://host:8080/a:b", "http://host:8080/a:b");
    check("http://host/a:b@c", "http://host/a:b@c");
    check("http://", "http://");
    check("http://token:8080/auth:1", "http://token:8080/auth:***"); /* rather one too many */
    check("http://[::1]:8080/a", "http://[::1]:8080/a");
    check("udp://@239.0.0.1:1234?localaddr=10.0.0.1", "udp://@239.0.0.1:1234?localaddr=10.0.0.1");
    check("100% of %zz %4", "100% of %zz %4");
    check("lavfi:testsrc2=size=64x48,chromakey=green", "lavfi:testsrc2=size=64x48,chromakey=green");
    check_whole("/videos/key:1.mp4", "/videos/key:1.mp4");
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

RUN_TESTS(cmocka_unit_test(hides_passwords), cmocka_unit_test(hides_passwords_with_odd_characters),
          cmocka_unit_test(hides_passwords_up_to_the_last_sign),
          cmocka_unit_test(hides_stream_keys),
          cmocka_unit_test(hides_what_parameters_call_a_secret),
          cmocka_unit_test(hides_headers_and_options), cmocka_unit_test(leaves_the_rest_alone),
          cmocka_unit_test(cuts_what_is_too_long))
