#include "base/private_files.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* One registered file. Immutable once it is in the registry, and never taken out of it. */
struct file {
    struct file *older;
    char *path;   /* absolute */
    char *real;   /* where links led when it was registered; NULL: nowhere */
    char *ending; /* NULL: this file */
};

static struct file *_Atomic newest;
static pthread_mutex_t adding = PTHREAD_MUTEX_INITIALIZER;

/* ---- the registry ---- */

static void destroy(struct file *file)
{
    free(file->path);
    free(file->real);
    free(file->ending);
    free(file);
}

/* return: malloc'd; NULL when out of memory */
static char *make_absolute(const char *path)
{
    char *absolute = NULL, *folder = path[0] == '/' ? NULL : getcwd(NULL, 0);
    if (folder == NULL)
        return strdup(path);
    if (asprintf(&absolute, "%s/%s", folder, path) < 0)
        absolute = NULL;
    free(folder);
    return absolute;
}

/* return: NULL when out of memory */
static struct file *make_entry(const struct mr_private_file *from)
{
    struct file *file = calloc(1, sizeof(*file));
    if (file == NULL)
        return NULL;
    file->path = make_absolute(from->path);
    file->real = realpath(from->path, NULL);
    file->ending = from->ending != NULL ? strdup(from->ending) : NULL;
    if (file->path == NULL || (from->ending != NULL && file->ending == NULL)) {
        destroy(file);
        return NULL;
    }
    return file;
}

static bool is_same_text(const char *one, const char *other)
{
    return one == other || (one != NULL && other != NULL && strcmp(one, other) == 0);
}

/* return: whether a list, newest first, has this file already */
static bool is_listed(const struct file *list, const struct file *file)
{
    for (; list != NULL; list = list->older)
        if (is_same_text(list->path, file->path) && is_same_text(list->real, file->real) &&
            is_same_text(list->ending, file->ending))
            return true;
    return false;
}

int mr_private_files_add(const struct mr_private_file *files, size_t count)
{
    pthread_mutex_lock(&adding);
    struct file *before = newest, *list = before;
    int result = 0;
    for (size_t i = 0; result == 0 && i < count; i++) {
        struct file *file = make_entry(&files[i]);
        if (file == NULL) {
            result = -ENOMEM;
        } else if (is_listed(list, file)) {
            destroy(file);
        } else {
            file->older = list;
            list = file;
        }
    }
    while (result < 0 && list != before) {
        struct file *unused = list;
        list = list->older;
        destroy(unused);
    }
    newest = list;
    pthread_mutex_unlock(&adding);
    return result;
}

/* ---- questions ---- */

static bool is_same(const struct stat *one, const struct stat *other)
{
    return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

static bool is_at(const char *path, const struct stat *info)
{
    struct stat now;
    return path != NULL && stat(path, &now) == 0 && is_same(&now, info);
}

/* Cut the last part off. return: false when there is none left to cut off */
static bool go_up(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash == NULL || strcmp(path, "/") == 0)
        return false;
    slash[slash == path] = '\0';
    return true;
}

static bool has_ending(const char *path, const char *ending)
{
    size_t length = strlen(path), wanted = strlen(ending);
    return length >= wanted && strcasecmp(path + length - wanted, ending) == 0;
}

/* return: whether `real`, without links, lies in the folder or below */
static bool is_below(const char *real, const char *folder)
{
    struct stat info;
    char *path = strdup(real);
    bool below = path == NULL; /* out of memory: refuse */
    if (stat(folder, &info) == 0)
        while (!below && go_up(path))
            below = is_at(path, &info);
    free(path);
    return below;
}

static bool is_meant(const struct file *file, const char *real, const struct stat *info)
{
    if (file->ending == NULL)
        return is_at(file->path, info) || is_at(file->real, info);
    return has_ending(real, file->ending) && is_below(real, file->path);
}

static bool is_private(const char *real, const struct stat *info)
{
    for (const struct file *file = newest; file != NULL; file = file->older)
        if (is_meant(file, real, info))
            return true;
    return false;
}

/* The path of what was opened, without links; that of a removed file has a remark behind it.
 * return: false when the system does not tell */
static bool find_path(int fd, const struct stat *info, char path[PATH_MAX])
{
    static const char removed[] = " (deleted)";
    char link[32];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX);
    if (length < 0 || length == PATH_MAX)
        return false;
    path[length] = '\0';
    if (info->st_nlink == 0 && has_ending(path, removed))
        path[(size_t)length - strlen(removed)] = '\0';
    return true;
}

bool mr_private_files_has(int fd)
{
    if (newest == NULL)
        return false;
    struct stat info;
    char path[PATH_MAX];
    return fstat(fd, &info) < 0 || !find_path(fd, &info, path) || is_private(path, &info);
}

/* Compare two paths at which there may be no file. Capitals do not count, because some file systems ignore
 * them.
 * return: whether both name the same place: the same name in the same folder */
static bool is_same_place(const char *one, const char *other)
{
    if (one == NULL)
        return false;
    const char *slashes[2] = { strrchr(one, '/'), strrchr(other, '/') };
    const char *paths[2] = { one, other };
    struct stat folders[2];
    for (int i = 0; i < 2; i++) {
        char *folder = slashes[i] == NULL ? strdup(".")
                                          : strndup(paths[i], (size_t)(slashes[i] + 1 - paths[i]));
        bool found = folder != NULL && stat(folder, &folders[i]) == 0;
        free(folder);
        if (!found)
            return false;
    }
    return is_same(&folders[0], &folders[1]) &&
           strcasecmp(slashes[0] != NULL ? slashes[0] + 1 : one,
                      slashes[1] != NULL ? slashes[1] + 1 : other) == 0;
}

bool mr_private_files_has_path(const char *path)
{
    struct stat info;
    if (stat(path, &info) == 0) {
        char *real = realpath(path, NULL);
        bool has = is_private(real != NULL ? real : path, &info);
        free(real);
        return has;
    }
    for (const struct file *file = newest; file != NULL; file = file->older)
        if (file->ending == NULL
                ? is_same_place(file->path, path) || is_same_place(file->real, path)
                : has_ending(path, file->ending) && is_below(path, file->path))
            return true;
    return false;
}
