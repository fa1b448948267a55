#include "media/locator.h"

#include "media/geometry.h"
#include "media/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct mr_locator empty = { .fd = -1, .matrix = AVCOL_SPC_UNSPECIFIED };

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
    if (mr_size_parse(side, size, NULL) != 0 || size->width == 0 || size->height == 0)
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
    return set_url(locator, "", "");
}

static bool is_camera(const char *source)
{
    return strncmp(source, "/dev/video", strlen("/dev/video")) == 0;
}

static int set_camera(struct mr_locator *locator, const char *source)
{
    locator->format = "video4linux2";
    locator->device = true;
    locator->camera = true;
    return set_url(locator, "", source);
}

/* What exists is a path, whatever colons are in its name; the rest is FFmpeg's to understand. */
static int set_path_or_url(struct mr_locator *locator, const char *source, struct mr_error *error)
{
    struct stat status;
    if (stat(source, &status) < 0)
        return set_url(locator, "", source);
    if (S_ISDIR(status.st_mode))
        return mr_error_set(error, -EISDIR,
                            "\"%s\" is a directory, a source is a file, a URL or a device", source);
    if (S_ISFIFO(status.st_mode))
        return set_fd(locator, open(source, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (S_ISREG(status.st_mode) && status.st_size == 0)
        return mr_error_set(error, -EBADMSG, "\"%s\" is empty", source);
    return set_url(locator, "file:", source);
}

static int resolve(struct mr_locator *locator, const char *source, struct mr_error *error)
{
    if (strcmp(source, "-") == 0)
        return set_fd(locator, fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
    if (strncmp(source, "test:", strlen("test:")) == 0)
        return set_test_pattern(locator, source, error);
    if (strncmp(source, "lavfi:", strlen("lavfi:")) == 0)
        return set_lavfi(locator, source + strlen("lavfi:"));
    if (is_camera(source))
        return set_camera(locator, source);
    return set_path_or_url(locator, source, error);
}

int mr_locator_init(struct mr_locator *locator, const char *source, struct mr_error *error)
{
    *locator = empty;
    int failed = resolve(locator, source, error);
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
    free(locator->url);
}
