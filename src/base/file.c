#include "base/file.h"

#include "base/private_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_BYTES ((size_t)65536)

static int read_all(int fd, size_t limit_bytes, struct mr_buffer *content)
{
    size_t start = content->size;
    for (;;) {
        uint8_t *end = mr_buffer_reserve(content, CHUNK_BYTES);
        if (end == NULL)
            return -ENOMEM;
        ssize_t got = read(fd, end, CHUNK_BYTES);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        end[got] = 0;
        content->size += (size_t)got;
        if (content->size - start > limit_bytes)
            return -EFBIG;
        if (got == 0)
            return 0;
    }
}

static int read_file(const char *path, bool for_script, size_t limit_bytes,
                     struct mr_buffer *content)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return -errno;

    struct stat info;
    int result = fstat(fd, &info) < 0 ? -errno : 0;
    if (result == 0 && !S_ISREG(info.st_mode))
        result = S_ISDIR(info.st_mode) ? -EISDIR : -EINVAL;
    if (result == 0 && for_script && mr_private_files_has(fd))
        result = MR_PRIVATE_FILES_DENIED;
    if (result == 0)
        result = read_all(fd, limit_bytes, content);
    close(fd);
    return result;
}

int mr_file_read(const char *path, size_t limit_bytes, struct mr_buffer *content)
{
    return read_file(path, false, limit_bytes, content);
}

int mr_file_read_script(const char *path, size_t limit_bytes, struct mr_buffer *content)
{
    return read_file(path, true, limit_bytes, content);
}

bool mr_file_holds(const char *path, const struct mr_buffer *bytes)
{
    struct mr_buffer now = { 0 };
    bool same = mr_file_read_script(path, bytes->size, &now) == 0 && now.size == bytes->size &&
                (now.size == 0 || memcmp(now.data, bytes->data, now.size) == 0);
    mr_buffer_finish(&now);
    return same;
}

int mr_file_write(int fd, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    while (size > 0) {
        ssize_t written = write(fd, at, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -errno;
        at += written;
        size -= (size_t)written;
    }
    return 0;
}
