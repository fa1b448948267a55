#include "base/private_files.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

struct file {
    char *path;   /* absolute */
    char *real;   /* where links led when it was registered; NULL: nowhere */
    char *ending; /* NULL: this file */
};

/* One version of the registry, immutable. */
struct list {
    unsigned references; /* protected by lock */
    size_t count;
    struct file files[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct list *current; /* protected by lock; NULL: empty */

/* ---- versions ---- */

static struct list *get_list(void)
{
    pthread_mutex_lock(&lock);
    struct list *list = current;
    if (list != NULL)
        list->references++;
    pthread_mutex_unlock(&lock);
    return list;
}

static void unref_list(struct list *list)
{
    pthread_mutex_lock(&lock);
    bool is_last = list != NULL && --list->references == 0;
    pthread_mutex_unlock(&lock);
    for (size_t i = 0; is_last && i < list->count; i++) {
        free(list->files[i].path);
        free(list->files[i].real);
        free(list->files[i].ending);
    }
    if (is_last)
        free(list);
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

static int fill(struct file *file, const struct mr_private_file *from)
{
    file->path = make_absolute(from->path);
    file->real = realpath(from->path, NULL);
    file->ending = from->ending != NULL ? strdup(from->ending) : NULL;
    return file->path == NULL || (from->ending != NULL && file->ending == NULL) ? -ENOMEM : 0;
}

int mr_private_files_set(const struct mr_private_file *files, size_t count)
{
    struct list *list = calloc(1, sizeof(*list) + count * sizeof(list->files[0]));
    int result = list == NULL ? -ENOMEM : 0;
    if (list != NULL)
        list->references = 1;
    for (size_t i = 0; result == 0 && i < count; i++) {
        list->count = i + 1;
        result = fill(&list->files[i], &files[i]);
    }
    struct list *unused = list;
    if (result == 0) {
        pthread_mutex_lock(&lock);
        unused = current;
        current = list;
        pthread_mutex_unlock(&lock);
    }
    unref_list(unused);
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

bool mr_private_files_has(const char *path, const struct stat *info)
{
    struct list *list = get_list();
    char *real = list != NULL ? realpath(path, NULL) : NULL;
    bool has = false;
    for (size_t i = 0; list != NULL && !has && i < list->count; i++)
        has = is_meant(&list->files[i], real != NULL ? real : path, info);
    free(real);
    unref_list(list);
    return has;
}

/* return: whether two paths of which nothing may be there name the same place: the same folder and, since
 * a file system may take capitals for small letters, the same name but for these */
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
    if (stat(path, &info) == 0)
        return mr_private_files_has(path, &info);
    struct list *list = get_list();
    bool has = false;
    for (size_t i = 0; list != NULL && !has && i < list->count; i++) {
        const struct file *file = &list->files[i];
        has = file->ending == NULL
                  ? is_same_place(file->path, path) || is_same_place(file->real, path)
                  : has_ending(path, file->ending) && is_below(path, file->path);
    }
    unref_list(list);
    return has;
}
