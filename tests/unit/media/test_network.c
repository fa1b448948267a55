/* Inputs that come over a network: files, lists, streams; what they may open. */
#include "media/source/source.h"

#include "base/clock.h"
#include "support/check.h"
#include "support/clip.h"
#include "support/web.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libavutil/frame.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define STALL_US 5000000

static char folder[CLIP_PATH], picture[CLIP_PATH];

static const char *address(const struct web *web, const char *path)
{
    static char urls[4][256];
    static unsigned next;
    char *url = urls[next++ % 4];
    snprintf(url, sizeof(urls[0]), "http://127.0.0.1:%d%s", web_port(web), path);
    return url;
}

static int try_open(const char *url, bool loop, const char *option, struct mr_source **source,
                    struct mr_error *error)
{
    struct mr_source_options options = { .url = url,
                                         .loop = loop,
                                         .stall_us = STALL_US,
                                         .input = { .option = &option,
                                                    .option_count = option != NULL } };
    *error = (struct mr_error){ 0 };
    return mr_source_open(&options, source, error);
}

static struct mr_source *open_url(const char *url, bool loop)
{
    struct mr_source *source;
    struct mr_error error;
    if (try_open(url, loop, NULL, &source, &error) != 0)
        fail_msg("%s", error.text);
    return source;
}

/* Frames `step_us` apart, `count` of them; end: and no more. */
static void check_file(struct mr_source *source, int count, int64_t step_us, bool end)
{
    struct mr_decoded decoded;
    struct mr_error error = { 0 };
    assert_false(mr_source_info(source)->live);
    for (int i = 0; i < count; i++) {
        if (mr_source_read(source, &decoded, &error) != 0)
            fail_msg("frame %d: %s", i, error.text);
        assert_in_range(decoded.pts_us, i * step_us - (i > 0), i * step_us + 1);
    }
    if (end)
        assert_int_equal(mr_source_read(source, &decoded, &error), 1);
    mr_source_close(source);
}

static void write_text(const char *name, const char *text)
{
    char path[CLIP_PATH];
    clip_path(name, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int set_up(void **state)
{
    char path[CLIP_PATH];
    clip_path("list.m3u8", path);
    snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(path, '/') - path), path);
    clip_ffmpeg("-f lavfi -i testsrc2=size=64x48:rate=10 -frames:v 20 -c:v libx264 -g 5 -hls_time "
                "0.5 -hls_playlist_type vod %s",
                path);
    clip_path("a.mp4", path);
    clip_ffmpeg("-f lavfi -i testsrc2=size=64x48:rate=10 -frames:v 20 -movflags +faststart %s",
                path);
    clip_path("s.jpg", picture);
    clip_ffmpeg("-f lavfi -i testsrc2=size=64x48 -frames:v 1 %s", picture);
    *state =
        web_start(&(struct web_options){ .folder = folder, .jpeg = picture, .jpeg_every_ms = 100 });
    return 0;
}

static int tear_down(void **state)
{
    web_stop(*state);
    return 0;
}

static void takes_what_has_an_end_for_a_file(void **state)
{
    check_file(open_url(address(*state, "/a.mp4"), false), 20, 100000, true);
    check_file(open_url(address(*state, "/a.mp4"), true), 50, 100000, false);
    check_file(open_url(address(*state, "/list.m3u8"), false), 20, 100000, true);
    check_file(open_url(address(*state, "/list.m3u8"), true), 50, 100000, false);
    check_file(open_url(address(*state, "/s.jpg"), false), 1, 0, true);
    int before = web_requests(*state, "/s.jpg");
    check_file(open_url(address(*state, "/s.jpg"), true), 4, 1000000, false);
    assert_in_range(web_requests(*state, "/s.jpg"), before + 1, before + 2); /* not once a frame */
}

static void takes_the_rest_as_it_comes(void **state)
{
    int64_t start_us = mr_clock_now_us();
    struct mr_source *source = open_url(address(*state, "/camera"), true);
    assert_true(mr_source_info(source)->live);
    assert_string_equal(mr_source_info(source)->codec, "mjpeg");
    struct mr_decoded decoded;
    assert_int_equal(mr_source_read(source, &decoded, NULL), 0);
    assert_true(mr_clock_now_us() - start_us < 1500000);
    for (int i = 0; i < 10; i++)
        assert_int_equal(mr_source_read(source, &decoded, NULL), 0);
    /* 10 a second, though it does not say so, and FFmpeg takes it for 25; a few came while opening */
    assert_in_range(decoded.pts_us, 550000, mr_clock_now_us() - start_us);
    mr_source_close(source);

    char path[CLIP_PATH]; /* a list that is not at its end */
    clip_path("live.m3u8", path);
    clip_ffmpeg("-f lavfi -i testsrc2=size=64x48:rate=10 -frames:v 40 -c:v libx264 -g 5 -hls_time "
                "0.5 -hls_flags omit_endlist %s",
                path);
    source = open_url(address(*state, "/live.m3u8"), false);
    assert_true(mr_source_info(source)->live);
    assert_int_equal(mr_source_read(source, &decoded, NULL), 0);
    mr_source_close(source);
}

/* return: the message */
static const char *refuse(const char *url, const char *option)
{
    static struct mr_error error;
    struct mr_source *source;
    struct mr_decoded decoded;
    int result = try_open(url, false, option, &source, &error);
    while (result == 0)
        result = mr_source_read(source, &decoded, &error);
    mr_source_close(source);
    if (result == 1)
        fail_msg("%s plays", url);
    return error.text;
}

/* Who serves a list is not to learn what is in our files, not even whether they are there. */
static void keeps_what_is_not_meant(void **state)
{
    char text[2 * CLIP_PATH], path[CLIP_PATH];
    clip_path("a.mp4", path);
    clip_path("list0.ts", path);
    const char *head = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:0.5,\n";
    snprintf(text, sizeof(text), "%sfile://%s\n#EXT-X-ENDLIST\n", head, path);
    write_text("steals.m3u8", text);
    assert_non_null(strstr(refuse(address(*state, "/steals.m3u8"), NULL), "may not open"));
    snprintf(text, sizeof(text), "%sfile:///etc/passwd\n#EXT-X-ENDLIST\n", head);
    write_text("passwd.m3u8", text);
    assert_null(strstr(refuse(address(*state, "/passwd.m3u8"), NULL), "root:"));
    snprintf(text, sizeof(text), "ffconcat version 1.0\nfile 'file:%s'\n", path);
    write_text("steals.ffconcat", text);
    refuse(address(*state, "/steals.ffconcat"), NULL);

    /* a list on the disk plays what is on the disk, and the network only when told so */
    clip_path("list.m3u8", path);
    check_file(open_url(path, false), 20, 100000, true);
    snprintf(text, sizeof(text), "%s%s\n#EXT-X-ENDLIST\n", head, address(*state, "/list0.ts"));
    write_text("calls.m3u8", text);
    clip_path("calls.m3u8", path);
    int before = web_requests(*state, "/list0.ts");
    assert_non_null(strstr(refuse(path, NULL), "protocol_whitelist"));
    assert_int_equal(web_requests(*state, "/list0.ts"), before);
    struct mr_source *source;
    struct mr_error error;
    if (try_open(path, false, "protocol_whitelist=file,http,tcp", &source, &error) != 0)
        fail_msg("%s", error.text);
    check_file(source, 5, 100000, true);
}

static void says_what_is_wrong(void **state)
{
    assert_non_null(strstr(refuse(address(*state, "/nope.mp4"), NULL), "404"));
    struct web *closed =
        web_start(&(struct web_options){ .folder = folder, .authorize = "Basic dTpwdw==" });
    char url[256];
    snprintf(url, sizeof(url), "http://u:qjxz@127.0.0.1:%d/a.mp4?token=qjxz", web_port(closed));
    const char *text = refuse(url, "headers=X-Key: qjxz\r\n");
    assert_non_null(strstr(text, "401"));
    assert_non_null(strstr(text, "http://u:***@127.0.0.1"));
    assert_null(strstr(text, "qjxz"));
    snprintf(url, sizeof(url), "http://u:pw@127.0.0.1:%d/a.mp4", web_port(closed));
    check_file(open_url(url, false), 20, 100000, true);
    web_stop(closed);
}

static int free_udp_port(void)
{
    struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof(any);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&any, length), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&any, &length), 0);
    close(fd);
    return ntohs(any.sin_port);
}

/* ffmpeg sends, again and again, to `url`. */
static pid_t send_to(const char *url)
{
    const char *argv[] = { "ffmpeg", "-nostdin", "-v",
                           "quiet",  "-re",      "-f",
                           "lavfi",  "-i",       "testsrc2=size=64x48:rate=25",
                           "-c:v",   "libx264",  "-g",
                           "10",     "-tune",    "zerolatency",
                           "-f",     "mpegts",   url,
                           NULL };
    pid_t pid;
    assert_int_equal(posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)argv, environ), 0);
    return pid;
}

static void check_transport_stream(const char *listen, const char *send)
{
    pid_t sender = send_to(send);
    int64_t start_us = mr_clock_now_us();
    struct mr_source *source = open_url(listen, false);
    struct mr_decoded decoded;
    assert_true(mr_source_info(source)->live);
    assert_string_equal(mr_source_info(source)->codec, "h264");
    for (int i = 0; i < 10; i++)
        assert_int_equal(mr_source_read(source, &decoded, NULL), 0);
    assert_true(mr_clock_now_us() - start_us < STALL_US);
    assert_int_equal(decoded.frame->width, 64);
    mr_source_close(source);
    kill(sender, SIGKILL);
    waitpid(sender, NULL, 0);
}

static void takes_transport_streams(void **state)
{
    (void)state;
    char listen[128], send[128];
    int port = free_udp_port();
    snprintf(listen, sizeof(listen), "udp://127.0.0.1:%d", port);
    snprintf(send, sizeof(send), "udp://127.0.0.1:%d?pkt_size=1316", port);
    check_transport_stream(listen, send);
    port = free_udp_port();
    snprintf(listen, sizeof(listen), "srt://127.0.0.1:%d?mode=listener&passphrase=qjxzqjxzqjxz",
             port);
    snprintf(send, sizeof(send), "srt://127.0.0.1:%d?mode=caller&passphrase=qjxzqjxzqjxz", port);
    check_transport_stream(listen, send);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(takes_what_has_an_end_for_a_file),
                                        cmocka_unit_test(takes_the_rest_as_it_comes),
                                        cmocka_unit_test(keeps_what_is_not_meant),
                                        cmocka_unit_test(says_what_is_wrong),
                                        cmocka_unit_test(takes_transport_streams) };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
