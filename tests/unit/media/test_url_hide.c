#include "media/ffmpeg/url_hide.h"

#include "support/check.h"

static void check(const char *text, const char *address, const char *shown)
{
    char out[200];
    mr_url_hide(text, address, out, sizeof(out));
    assert_string_equal(out, shown);
}

static void addresses_become_the_source(void **state)
{
    (void)state;
    check("cannot open \"rtsp://10.0.0.9/yard\": Connection refused", "rtsp://10.0.0.9/yard",
          "cannot open the source: Connection refused");
    check("cannot open \"/srv/films/a.mp4\": No such file or directory", "/srv/films/a.mp4",
          "cannot open the source: No such file or directory");
    check("\"/dev/video0\" is gone", "/dev/video0", "the source is gone");
    check("cannot open \"/dev/video01\"", "/dev/video0", "cannot open \"/dev/video01\"");
    check("http://cam/a: no answer (moved to http://other:81/b).", "http://cam/a",
          "the source: no answer (moved to the source).");
    check("tcp://10.0.0.9:554, timed out", "", "the source, timed out");
    check("nothing to hide: 1/2", "x", "nothing to hide: 1/2");
    check("", "a", "");
}

static void what_does_not_fit_is_cut(void **state)
{
    (void)state;
    char out[8];
    mr_url_hide("abc http://a/", "", out, sizeof(out));
    assert_string_equal(out, "abc the");
}

RUN_TESTS(cmocka_unit_test(addresses_become_the_source), cmocka_unit_test(what_does_not_fit_is_cut))
