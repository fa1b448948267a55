#include "http/webdir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* Where the path leads once every link is followed; malloc'd; NULL when that is outside or nowhere.
 */
static char *resolve(const struct mr_webdir *webdir, const char *path)
{
    char *joined;
    size_t length = strlen(path);
    const char *index = length == 0 || path[length - 1] == '/' ? "index.html" : "";
    if (asprintf(&joined, "%s/%s%s", webdir->root, path, index) < 0)
        return NULL;
    char *resolved = realpath(joined, NULL);
    free(joined);
    if (resolved == NULL)
        return NULL;
    bool inside = strncmp(resolved, webdir->root, webdir->length) == 0 &&
                  (resolved[webdir->length] == '/' || webdir->length == 1);
    if (!inside) {
        free(resolved);
        return NULL;
    }
    return resolved;
}

int mr_webdir_find(const struct mr_webdir *webdir, const char *path, struct mr_webfile *file)
{
    struct stat info;
    char *resolved = resolve(webdir, path);
    if (resolved == NULL)
        return -ENOENT;
    file->fd = open(resolved, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    free(resolved);
    if (file->fd < 0)
        return -ENOENT;
    if (fstat(file->fd, &info) < 0 || !S_ISREG(info.st_mode)) {
        close(file->fd);
        file->fd = -1;
        return -ENOENT;
    }
    file->size = info.st_size;
    snprintf(file->etag, sizeof(file->etag), "\"%jx-%jx%08lx\"", (uintmax_t)info.st_size,
             (uintmax_t)info.st_mtim.tv_sec, (unsigned long)info.st_mtim.tv_nsec);
    return 0;
}
