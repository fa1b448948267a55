#include "http/pages/webdir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DESCRIPTOR_NAME 32

struct mr_webdir {
    size_t length;
    char *root; /* resolved, without a closing slash but for "/" itself */
};

int mr_webdir_open(const char *path, struct mr_webdir **opened, struct mr_error *error)
{
    struct stat info;
    *opened = NULL;
    if (stat(path, &info) < 0)
        return mr_error_set(error, -errno, "--web-dir: \"%s\": %s", path, strerror(errno));
    if (!S_ISDIR(info.st_mode))
        return mr_error_set(error, -ENOTDIR, "--web-dir: \"%s\" is not a folder", path);

    struct mr_webdir *webdir = calloc(1, sizeof(*webdir));
    if (webdir != NULL)
        webdir->root = realpath(path, NULL);
    if (webdir == NULL || webdir->root == NULL) {
        int result = mr_error_set(error, -errno, "--web-dir: \"%s\": %s", path, strerror(errno));
        mr_webdir_close(webdir);
        return result;
    }
    webdir->length = strlen(webdir->root);
    *opened = webdir;
    return 0;
}

void mr_webdir_close(struct mr_webdir *webdir)
{
    if (webdir == NULL)
        return;
    free(webdir->root);
    free(webdir);
}

/* A file that was opened can be looked at, and opened anew, under this name. */
static void name_descriptor(int fd, char name[DESCRIPTOR_NAME])
{
    snprintf(name, DESCRIPTOR_NAME, "/proc/self/fd/%d", fd);
}

/* Find the file without opening it: what is no file may do something when it is opened.
 * return: a descriptor that only names it, or -1 */
static int locate(const struct mr_webdir *webdir, const char *path)
{
    char *joined;
    size_t length = strlen(path);
    const char *index = length == 0 || path[length - 1] == '/' ? "index.html" : "";
    if (asprintf(&joined, "%s/%s%s", webdir->root, path, index) < 0)
        return -1;
    int fd = open(joined, O_PATH | O_CLOEXEC);
    free(joined);
    return fd;
}

/* Whether it lies below the root, once every link was followed. Asked of the descriptor, so that
 * nobody can put a link in its place in between. */
static bool is_inside(const struct mr_webdir *webdir, int fd)
{
    char name[DESCRIPTOR_NAME], resolved[PATH_MAX];
    name_descriptor(fd, name);
    ssize_t size = readlink(name, resolved, sizeof(resolved));
    return size > (ssize_t)webdir->length && size < (ssize_t)sizeof(resolved) &&
           memcmp(resolved, webdir->root, webdir->length) == 0 &&
           (resolved[webdir->length] == '/' || webdir->length == 1);
}

static void describe(struct mr_webfile *file, const struct stat *info)
{
    file->size = info->st_size;
    snprintf(file->etag, sizeof(file->etag), "\"%jx-%jx-%jx%08lx\"", (uintmax_t)info->st_size,
             (uintmax_t)info->st_ino, (uintmax_t)info->st_mtim.tv_sec,
             (unsigned long)info->st_mtim.tv_nsec);
}

int mr_webdir_find(const struct mr_webdir *webdir, const char *path, struct mr_webfile *file)
{
    char name[DESCRIPTOR_NAME];
    struct stat info;
    file->fd = -1;
    int located = locate(webdir, path);
    if (located < 0)
        return -ENOENT;
    if (fstat(located, &info) == 0 && S_ISREG(info.st_mode) && is_inside(webdir, located)) {
        name_descriptor(located, name);
        file->fd = open(name, O_RDONLY | O_CLOEXEC);
    }
    close(located);
    if (file->fd < 0)
        return -ENOENT;
    if (fstat(file->fd, &info) < 0) {
        close(file->fd);
        file->fd = -1;
        return -ENOENT;
    }
    describe(file, &info);
    return 0;
}
