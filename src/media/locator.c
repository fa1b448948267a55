#include "media/locator.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct mr_locator empty = { .fd = -1, .matrix = AVCOL_SPC_UNSPECIFIED };

#define TEST_WIDTH  1280
#define TEST_HEIGHT 720
#define TEST_FPS    30
#define TEST_SIDE   8192
#define TEST_RATE   1000

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

/* "test:", "test:640x360", "test:640x360@25" */
static int set_test_pattern(struct mr_locator *locator, const char *source, struct mr_error *error)
{
    int width = TEST_WIDTH, height = TEST_HEIGHT, fps = TEST_FPS, end = 0;
    const char *wish = source + strlen("test:");
    if (*wish != '\0') {
        if (sscanf(wish, "%5dx%5d%n", &width, &height, &end) < 2)
            end = 0;
        if (end > 0 && wish[end] == '@') {
            int rate_end = 0;
            if (sscanf(wish + end, "@%5d%n", &fps, &rate_end) < 1)
                rate_end = 0;
            end += rate_end;
        }
        if (end == 0 || wish[end] != '\0' || width < 1 || width > TEST_SIDE || height < 1 ||
            height > TEST_SIDE || fps < 1 || fps > TEST_RATE)
            return mr_error_set(error, -EINVAL,
                                "\"%s\" is not a test pattern: \"test:\" or \"test:WxH@FPS\" with "
                                "sides up to %d and up to %d frames per second",
                                source, TEST_SIDE, TEST_RATE);
    }
    char graph[160];
    snprintf(graph, sizeof(graph), "testsrc2=size=%dx%d:rate=%d,format=%s", width, height, fps,
             (width | height) % 2 == 0 ? "yuv420p" : "rgb24"); /* else it makes the sides even */
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
