/* A camera that is a file: preloaded (LD_PRELOAD) into a program that reads a V4L2 device, it answers
 * for the device CAMERA_DEVICE. CAMERA_MODES says what it can (modes.h); frames come over and over,
 * and are read when they are due, so that they take no memory of the program. While the file that
 * CAMERA_GONE names exists, the camera is unplugged: there is no such device, and what was open has none.
 *
 * One device, opened once at a time, streaming I/O with mapped buffers; poll and select work. */
#include "modes.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define MAX_BUFFERS   32
#define BUFFER_OFFSET (1 << 24) /* of one buffer to the next, for mmap */

typedef int open_function(const char *path, int flags, ...);
typedef int close_function(int fd);
typedef int ioctl_function(int fd, unsigned long request, ...);
typedef void *mmap_function(void *address, size_t size, int protection, int flags, int fd,
                            off_t offset);

static struct {
    pthread_mutex_t lock;
    int fd;     /* a timer that is readable when a frame is due; -1: closed */
    int frames; /* the file */
    struct mode modes[MODES_MAX];
    int count;
    const struct mode *mode; /* the one that is set */
    uint8_t *buffer[MAX_BUFFERS];
    unsigned buffers;
    unsigned queue[MAX_BUFFERS], queued; /* indexes of buffers to be filled, the oldest first */
    unsigned sequence;
} camera = { .lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1, .frames = -1 };

static void *next_of(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

static bool is_gone(void)
{
    const char *flag = getenv("CAMERA_GONE");
    return flag != NULL && access(flag, F_OK) == 0;
}

/* ---- files ---- */

static int open_frames(const char *path)
{
    open_function *next = (open_function *)next_of("open");
    int file = next(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0)
        return file;
    perror(path);
    _exit(1);
}

/* Another mode: its frames, from the first one on. */
static void set_mode(const struct mode *mode)
{
    if (camera.frames >= 0)
        ((close_function *)next_of("close"))(camera.frames);
    camera.mode = mode;
    camera.frames = open_frames(mode->frames);
}

static int open_camera(int flags)
{
    if (is_gone()) {
        errno = ENOENT;
        return -1;
    }
    camera.count = modes_read(camera.modes);
    set_mode(&camera.modes[0]);
    camera.fd =
        timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | (flags & O_NONBLOCK ? TFD_NONBLOCK : 0));
    return camera.fd;
}

static int open_either(const char *name, const char *path, int flags, mode_t mode)
{
    const char *device = getenv("CAMERA_DEVICE");
    if (device != NULL && strcmp(path, device) == 0)
        return open_camera(flags);
    return ((open_function *)next_of(name))(path, flags, mode);
}

static mode_t mode_of(int flags, va_list list)
{
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    mode_t mode = mode_of(flags, list);
    va_end(list);
    return open_either("open", path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    mode_t mode = mode_of(flags, list);
    va_end(list);
    return open_either("open64", path, flags, mode);
}

/* what open is with _FORTIFY_SOURCE */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);

int __open_2(const char *path, int flags)
{
    return open_either("open", path, flags, 0);
}

int __open64_2(const char *path, int flags)
{
    return open_either("open64", path, flags, 0);
}

int close(int fd)
{
    close_function *next = (close_function *)next_of("close");
    if (fd >= 0 && fd == camera.fd) {
        camera.fd = -1;
        next(camera.frames);
        camera.frames = -1;
    }
    return next(fd);
}

static void *map(const char *name, void *address, size_t size, int protection, int flags, int fd,
                 off_t offset)
{
    mmap_function *next = (mmap_function *)next_of(name);
    if (fd < 0 || fd != camera.fd)
        return next(address, size, protection, flags, fd, offset);
    void *made = next(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (made != MAP_FAILED)
        camera.buffer[offset / BUFFER_OFFSET % MAX_BUFFERS] = made;
    return made;
}

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    return map("mmap", address, size, protection, flags, fd, offset);
}

void *mmap64(void *address, size_t size, int protection, int flags, int fd, off64_t offset)
{
    return map("mmap64", address, size, protection, flags, fd, offset);
}

/* ---- requests ---- */

static int describe(struct v4l2_capability *answer)
{
    memset(answer, 0, sizeof(*answer));
    strcpy((char *)answer->driver, "file");
    strcpy((char *)answer->card, "file");
    answer->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
    answer->capabilities = answer->device_caps | V4L2_CAP_DEVICE_CAPS;
    return 0;
}

static int tell_format(struct v4l2_format *answer)
{
    const struct mode *mode = camera.mode;
    answer->fmt.pix = (struct v4l2_pix_format){
        .width = mode->width,
        .height = mode->height,
        .pixelformat = mode->format,
        .field = V4L2_FIELD_NONE,
        .bytesperline = mode->format == V4L2_PIX_FMT_YUYV ? mode->width * 2 : 0,
        .sizeimage = mode->size,
        .colorspace = V4L2_COLORSPACE_SRGB,
    };
    return 0;
}

/* As drivers do: what cannot be had becomes what comes nearest. */
static int set_format(struct v4l2_format *wish)
{
    const struct v4l2_pix_format *pix = &wish->fmt.pix;
    set_mode(
        modes_choose(camera.modes, camera.count, pix->pixelformat, pix->width, pix->height, 0));
    return tell_format(wish);
}

static int list_format(struct v4l2_fmtdesc *answer)
{
    const struct mode *mode = modes_format(camera.modes, camera.count, answer->index);
    if (mode == NULL)
        return EINVAL;
    answer->pixelformat = mode->format;
    answer->flags = mode->format == V4L2_PIX_FMT_MJPEG ? V4L2_FMT_FLAG_COMPRESSED : 0;
    return 0;
}

static int list_size(struct v4l2_frmsizeenum *answer)
{
    const struct mode *mode =
        modes_size(camera.modes, camera.count, answer->pixel_format, answer->index);
    if (mode == NULL)
        return EINVAL;
    answer->type = V4L2_FRMSIZE_TYPE_DISCRETE;
    answer->discrete = (struct v4l2_frmsize_discrete){ mode->width, mode->height };
    return 0;
}

static int list_rate(struct v4l2_frmivalenum *answer)
{
    const struct mode *mode = modes_rate(camera.modes, camera.count, answer->pixel_format,
                                         answer->width, answer->height, answer->index);
    if (mode == NULL)
        return EINVAL;
    answer->type = V4L2_FRMIVAL_TYPE_DISCRETE;
    answer->discrete = (struct v4l2_fract){ 1, mode->fps };
    return 0;
}

static int list_input(struct v4l2_input *answer)
{
    if (answer->index > 0)
        return EINVAL;
    answer->type = V4L2_INPUT_TYPE_CAMERA;
    return 0;
}

static int tell_rate(struct v4l2_streamparm *answer)
{
    answer->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
    answer->parm.capture.timeperframe = (struct v4l2_fract){ 1, camera.mode->fps };
    return 0;
}

static int set_rate(struct v4l2_streamparm *wish)
{
    const struct mode *mode = camera.mode;
    struct v4l2_fract step = wish->parm.capture.timeperframe;
    if (step.numerator > 0 && step.denominator > 0)
        set_mode(modes_choose(camera.modes, camera.count, mode->format, mode->width, mode->height,
                              step.denominator / step.numerator));
    return tell_rate(wish);
}

static int make_buffers(struct v4l2_requestbuffers *answer)
{
    if (answer->memory != V4L2_MEMORY_MMAP)
        return EINVAL;
    if (answer->count > MAX_BUFFERS)
        answer->count = MAX_BUFFERS;
    camera.buffers = answer->count;
    camera.queued = 0;
    return 0;
}

static int tell_buffer(struct v4l2_buffer *answer)
{
    if (answer->index >= camera.buffers)
        return EINVAL;
    answer->length = camera.mode->size;
    answer->m.offset = answer->index * BUFFER_OFFSET;
    return 0;
}

static int queue_buffer(struct v4l2_buffer *buffer)
{
    if (buffer->index >= camera.buffers || camera.queued == MAX_BUFFERS)
        return EINVAL;
    camera.queue[camera.queued++] = buffer->index;
    buffer->flags |= V4L2_BUF_FLAG_QUEUED;
    return 0;
}

/* Blocks, unless the device was opened with O_NONBLOCK. */
static bool wait_for_frame(void)
{
    uint64_t due;
    return read(camera.fd, &due, sizeof(due)) == sizeof(due);
}

static int take_buffer(struct v4l2_buffer *answer)
{
    if (camera.queued == 0) /* nobody has room for it: the frame is lost */
        return EAGAIN;
    unsigned index = camera.queue[0];
    memmove(camera.queue, camera.queue + 1, --camera.queued * sizeof(*camera.queue));
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    *answer = (struct v4l2_buffer){
        .index = index,
        .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
        .memory = V4L2_MEMORY_MMAP,
        .flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | V4L2_BUF_FLAG_DONE,
        .length = camera.mode->size,
        .m.offset = index * BUFFER_OFFSET,
        .sequence = camera.sequence++,
        .timestamp = { now.tv_sec, now.tv_nsec / 1000 },
    };
    answer->bytesused =
        (unsigned)modes_read_frame(camera.mode, camera.frames, camera.buffer[index]);
    return answer->bytesused > 0 ? 0 : EIO;
}

static int run_timer(bool on)
{
    struct timespec period = { 0, on ? 1000000000 / camera.mode->fps : 0 };
    timerfd_settime(camera.fd, 0, &(struct itimerspec){ period, period }, NULL);
    return 0;
}

static int answer(unsigned request, void *argument)
{
    switch (request) {
    case VIDIOC_QUERYCAP:
        return describe(argument);
    case VIDIOC_S_INPUT:
        return 0;
    case VIDIOC_G_INPUT:
        *(int *)argument = 0;
        return 0;
    case VIDIOC_ENUMINPUT:
        return list_input(argument);
    case VIDIOC_ENUM_FMT:
        return list_format(argument);
    case VIDIOC_ENUM_FRAMESIZES:
        return list_size(argument);
    case VIDIOC_ENUM_FRAMEINTERVALS:
        return list_rate(argument);
    case VIDIOC_S_FMT:
    case VIDIOC_TRY_FMT:
        return set_format(argument);
    case VIDIOC_G_FMT:
        return tell_format(argument);
    case VIDIOC_G_PARM:
        return tell_rate(argument);
    case VIDIOC_S_PARM:
        return set_rate(argument);
    case VIDIOC_REQBUFS:
        return make_buffers(argument);
    case VIDIOC_QUERYBUF:
        return tell_buffer(argument);
    case VIDIOC_QBUF:
        return queue_buffer(argument);
    case VIDIOC_DQBUF:
        return take_buffer(argument);
    case VIDIOC_STREAMON:
    case VIDIOC_STREAMOFF:
        return run_timer(request == VIDIOC_STREAMON);
    default:
        return EINVAL;
    }
}

int ioctl(int fd, unsigned long request, ...)
{
    va_list list;
    va_start(list, request);
    void *argument = va_arg(list, void *);
    va_end(list);
    if (fd < 0 || fd != camera.fd)
        return ((ioctl_function *)next_of("ioctl"))(fd, request, argument);
    if ((unsigned)request == (unsigned)VIDIOC_DQBUF && !is_gone() && !wait_for_frame())
        return -1;
    pthread_mutex_lock(&camera.lock);
    int error = is_gone() ? ENODEV : answer((unsigned)request, argument);
    pthread_mutex_unlock(&camera.lock);
    errno = error;
    return error == 0 ? 0 : -1;
}
