#include "media/source/locator.h"

#include "media/picture/geometry.h"
#include "media/picture/picture.h"
#include "media/source/protocols.h"
#include "media/source/row.h"

#include <errno.h>
#include <fcntl.h>
#include <libavcodec/codec_desc.h>
#include <libavformat/avformat.h>
#include <libavutil/pixdesc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static const struct mr_locator empty = { .fd = -1, .matrix = AVCOL_SPC_UNSPECIFIED };

#define V4L2_MAJOR 81 /* character devices of that number are cameras and the like */

#define TEST_WIDTH   1280
#define TEST_HEIGHT  720
#define TEST_FPS     30
#define TEST_MAX_FPS 1000

static int set_url(struct mr_locator *locator, const char *prefix, const char *url)
{
    return asprintf(&locator->url, "%s%s", prefix, url) < 0 ? -ENOMEM : 0;
}

/* FFmpeg's filters make YUV with the matrix of BT.601 whatever the size, and libavdevice forgets
 * what a graph says about it. */
static int set_lavfi(struct mr_locator *locator, const char *graph)
{
    locator->format = "lavfi";
    locator->device = true;
    locator->matrix = AVCOL_SPC_SMPTE170M;
    return set_url(locator, "", graph);
}

/* "640x360" or "640x360@25", in figures; what is not said stays as it is.
 * return: whether it is one of the two */
static bool parse_pattern(const char *text, struct mr_size *size, int *fps)
{
    char side[16];
    size_t length = strcspn(text, "@");
    if (length >= sizeof(side))
        return false;
    snprintf(side, sizeof(side), "%.*s", (int)length, text);
    if (mr_geometry_parse_size(side, size, NULL) != 0 || size->width == 0 || size->height == 0)
        return false;
    text += length;
    if (*text == '\0')
        return true;
    char *end = NULL;
    long rate = text[1] >= '0' && text[1] <= '9' ? strtol(text + 1, &end, 10) : 0;
    if (rate < 1 || rate > TEST_MAX_FPS || *end != '\0')
        return false;
    *fps = (int)rate;
    return true;
}

/* "test:", "test:640x360", "test:640x360@25" */
static int set_test_pattern(struct mr_locator *locator, const char *source, struct mr_error *error)
{
    struct mr_size size = { TEST_WIDTH, TEST_HEIGHT };
    int fps = TEST_FPS;
    const char *wish = source + strlen("test:");
    if (*wish != '\0' && !parse_pattern(wish, &size, &fps))
        return mr_error_set(error, -EINVAL,
                            "\"%s\" is not a test pattern: \"test:\" or \"test:WxH@FPS\", sides "
                            "from 1 to %d pixels, 1 to %d frames per second",
                            source, MR_PICTURE_MAX_SIDE, TEST_MAX_FPS);
    /* 4:2:0 would make the sides even */
    bool even = (size.width | size.height) % 2 == 0;
    char graph[160];
    snprintf(graph, sizeof(graph), "testsrc2=size=%dx%d:rate=%d,format=%s", size.width, size.height,
             fps, even ? "yuv420p" : "rgb24");
    return set_lavfi(locator, graph);
}

static int set_fd(struct mr_locator *locator, int fd)
{
    if (fd < 0)
        return -errno;
    locator->fd = fd;
    locator->fd_given = true;
    return set_url(locator, "", "");
}

/* ---- cameras ---- */

static bool begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool is_camera_format(const char *name)
{
    return strcmp(name, "v4l2") == 0 || strcmp(name, "video4linux2") == 0;
}

static bool is_camera(const char *source)
{
    struct stat status;
    return begins_with(source, "/dev/video") || begins_with(source, "/dev/v4l/") ||
           (stat(source, &status) == 0 && S_ISCHR(status.st_mode) &&
            major(status.st_rdev) == V4L2_MAJOR);
}

static int set_camera(struct mr_locator *locator, const char *source, const char *wish,
                      struct mr_error *error)
{
    locator->format = "video4linux2";
    locator->device = true;
    locator->live = true;
    locator->camera = true;
    locator->matrix = AVCOL_SPC_SMPTE170M; /* what V4L2 and UVC mean where they say nothing */
    if (wish != NULL && !is_camera_format(wish)) {
        const AVCodecDescriptor *codec = avcodec_descriptor_get_by_name(wish);
        bool video = codec != NULL && codec->type == AVMEDIA_TYPE_VIDEO;
        if (!video && av_get_pix_fmt(wish) == AV_PIX_FMT_NONE)
            return mr_error_set(error, -EINVAL,
                                "input format \"%s\" is not FFmpeg's name of a pixel format or a "
                                "codec, as yuyv422, nv12 or mjpeg, for the camera \"%s\"",
                                wish, source);
        locator->camera_format = wish;
    }
    return set_url(locator, "", source);
}

/* ---- rows of pictures ---- */

/* As printf would number them: "frames/%05d.png". */
static bool is_numbered(const char *source)
{
    for (const char *at = strchr(source, '%'); at != NULL; at = strchr(at, '%')) {
        at++;
        if (*at == '%')
            at++;
        else if (at[strspn(at, "0123456789")] == 'd')
            return true;
    }
    return false;
}

/* The first number that the user wants, as FFmpeg's demuxer takes it. */
static int64_t first_number(const struct mr_input_options *wish)
{
    static const char key[] = "start_number=";
    for (size_t i = 0; i < wish->option_count; i++)
        if (strncmp(wish->option[i], key, sizeof(key) - 1) == 0)
            return strtoll(wish->option[i] + sizeof(key) - 1, NULL, 10);
    return 0;
}

static int set_pictures(struct mr_locator *locator, const char *pattern,
                        const struct mr_input_options *wish, struct mr_error *error)
{
    int failed = mr_row_create(pattern, first_number(wish), &locator->row, error);
    if (failed)
        return failed;
    const char *first = mr_row_first(locator->row);
    locator->format = "image2";
    /* a colon in it would look like a protocol's */
    return set_url(locator, first[0] == '/' ? "" : "./", first);
}

/* ---- files and addresses ---- */

/* A demuxer's or device's name that the user gave. */
static int set_format(struct mr_locator *locator, const char *wish, struct mr_error *error)
{
    const AVInputFormat *format = av_find_input_format(wish);
    if (format == NULL)
        return mr_error_set(error, -EINVAL,
                            "input format \"%s\": FFmpeg has no such format, as mpegts, rawvideo "
                            "or mjpeg (ffmpeg -demuxers lists them)",
                            wish);
    locator->format = wish;
    locator->device =
        format->priv_class != NULL && AV_IS_INPUT_DEVICE(format->priv_class->category);
    locator->live = locator->device;
    return 0;
}

/* A file that exists is a path, even with colons in its name; FFmpeg understands the rest. */
static int set_path_or_url(struct mr_locator *locator, const char *source,
                           const struct mr_input_options *wish, struct mr_error *error)
{
    struct stat status;
    if (locator->device)
        return set_url(locator, "", source);
    if (stat(source, &status) < 0) {
        bool path = mr_protocols_scheme(source) == 0;
        if (path && (is_numbered(source) || strpbrk(source, "*?[") != NULL))
            return set_pictures(locator, source, wish, error);
        return set_url(locator, "", source);
    }
    if (S_ISDIR(status.st_mode))
        return mr_error_set(error, -EISDIR,
                            "\"%s\" is a directory, a source is a file, a URL or a device", source);
    if (S_ISFIFO(status.st_mode))
        return set_fd(locator, open(source, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (S_ISREG(status.st_mode) && status.st_size == 0)
        return mr_error_set(error, -EBADMSG, "\"%s\" is empty", source);
    return set_url(locator, "file:", source);
}

static int resolve(struct mr_locator *locator, const char *source,
                   const struct mr_input_options *options, struct mr_error *error)
{
    const char *wish = options->format;
    bool test = begins_with(source, "test:"), graph = begins_with(source, "lavfi:");
    if ((test || graph) && wish != NULL)
        return mr_error_set(error, -EINVAL,
                            "input format \"%s\": \"%s\" is made here and has no format", wish,
                            source);
    if (test)
        return set_test_pattern(locator, source, error);
    if (graph)
        return set_lavfi(locator, source + strlen("lavfi:"));
    if (is_camera(source) || (wish != NULL && is_camera_format(wish)))
        return set_camera(locator, source, wish, error);
    int failed = wish != NULL ? set_format(locator, wish, error) : 0;
    if (failed)
        return failed;
    if (strcmp(source, "-") == 0)
        return set_fd(locator, fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
    return set_path_or_url(locator, source, options, error);
}

int mr_locator_init(struct mr_locator *locator, const char *source,
                    const struct mr_input_options *wish, struct mr_error *error)
{
    *locator = empty;
    int failed = resolve(locator, source, wish, error);
    if (failed) {
        mr_locator_finish(locator);
        *locator = empty;
    }
    return failed;
}

void mr_locator_finish(struct mr_locator *locator)
{
    if (locator->fd >= 0)
        close(locator->fd);
    mr_row_destroy(locator->row);
    free(locator->url);
}
