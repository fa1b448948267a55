/* A camera that is a file: preloaded (LD_PRELOAD) into a program that reads a V4L2 device, it answers
 * for the device CAMERA_DEVICE. The file CAMERA_FRAMES holds raw frames in YUYV of CAMERA_WIDTH x
 * CAMERA_HEIGHT, which come CAMERA_FPS times a second, over and over; they are read when they are
 * due, so that they take no memory of the program.
 *
 * One device, opened once at a time, streaming I/O with mapped buffers; poll and select work. */
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
    unsigned width, height, fps, size;
    uint8_t *buffer[MAX_BUFFERS];
    unsigned buffers;
    unsigned queue[MAX_BUFFERS], queued; /* indexes of buffers to be filled, the oldest first */
    unsigned sequence;
} camera = { .lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1 };

static void *next_of(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

static unsigned setting(const char *name)
{
    const char *text = getenv(name);
    unsigned value = text != NULL ? (unsigned)atoi(text) : 0;
    if (value > 0)
        return value;
    fprintf(stderr, "camera: %s should be a number above 0\n", name);
    _exit(1);
}

/* ---- files ---- */

static int open_camera(int flags)
{
    open_function *next = (open_function *)next_of("open");
    const char *frames = getenv("CAMERA_FRAMES");
    camera.width = setting("CAMERA_WIDTH");
    camera.height = setting("CAMERA_HEIGHT");
    camera.fps = setting("CAMERA_FPS");
    camera.size = camera.width * camera.height * 2;
    camera.frames = next(frames != NULL ? frames : "", O_RDONLY | O_CLOEXEC);
    if (camera.frames < 0) {
        perror("camera: CAMERA_FRAMES");
        _exit(1);
    }
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
    answer->fmt.pix = (struct v4l2_pix_format){
        .width = camera.width,
        .height = camera.height,
        .pixelformat = V4L2_PIX_FMT_YUYV,
        .field = V4L2_FIELD_NONE,
        .bytesperline = camera.width * 2,
        .sizeimage = camera.size,
        .colorspace = V4L2_COLORSPACE_SMPTE170M,
    };
    return 0;
}

static int list_format(struct v4l2_fmtdesc *answer)
{
    if (answer->index > 0)
        return EINVAL;
    answer->pixelformat = V4L2_PIX_FMT_YUYV;
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
    answer->parm.capture.timeperframe = (struct v4l2_fract){ 1, camera.fps };
    return 0;
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
    answer->length = camera.size;
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

static int read_frame(uint8_t *to)
{
    if (read(camera.frames, to, camera.size) == (ssize_t)camera.size)
        return 0;
    lseek(camera.frames, 0, SEEK_SET);
    return read(camera.frames, to, camera.size) == (ssize_t)camera.size ? 0 : EIO;
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
        .bytesused = camera.size,
        .length = camera.size,
        .m.offset = index * BUFFER_OFFSET,
        .sequence = camera.sequence++,
        .timestamp = { now.tv_sec, now.tv_nsec / 1000 },
    };
    return read_frame(camera.buffer[index]);
}

static int run_timer(bool on)
{
    struct timespec period = { 0, on ? 1000000000 / camera.fps : 0 };
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
    case VIDIOC_S_FMT:
    case VIDIOC_G_FMT:
    case VIDIOC_TRY_FMT:
        return tell_format(argument);
    case VIDIOC_G_PARM:
    case VIDIOC_S_PARM:
        return tell_rate(argument);
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
    if ((unsigned)request == (unsigned)VIDIOC_DQBUF && !wait_for_frame())
        return -1;
    pthread_mutex_lock(&camera.lock);
    int error = answer((unsigned)request, argument);
    pthread_mutex_unlock(&camera.lock);
    errno = error;
    return error == 0 ? 0 : -1;
}
