#include "script/runner/watcher.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FILES 1024

#define FOLDER_EVENTS                                                                              \
    (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_DELETE_SELF |       \
     IN_MOVE_SELF | IN_ONLYDIR)

struct file {
    char *folder;
    char *name;
    int watch; /* inotify's number of the folder, -1: not watched */
};

struct mr_watcher {
    int fd;
    struct file files[MAX_FILES];
    int count;
    int before[MAX_FILES]; /* the watches of the set before, between begin and end */
    int before_count;
};

int mr_watcher_create(struct mr_watcher **out)
{
    struct mr_watcher *watcher = *out = calloc(1, sizeof(*watcher));
    if (watcher == NULL)
        return -ENOMEM;
    watcher->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (watcher->fd < 0) {
        int result = -errno;
        free(watcher);
        *out = NULL;
        return result;
    }
    return 0;
}

static void forget_files(struct mr_watcher *watcher)
{
    for (int i = 0; i < watcher->count; i++) {
        free(watcher->files[i].folder);
        free(watcher->files[i].name);
    }
    watcher->count = 0;
}

void mr_watcher_destroy(struct mr_watcher *watcher)
{
    if (watcher == NULL)
        return;
    forget_files(watcher);
    close(watcher->fd);
    free(watcher);
}

int mr_watcher_fd(const struct mr_watcher *watcher)
{
    return watcher->fd;
}

/* ---- the set ---- */

static bool is_watched(const struct mr_watcher *watcher, int watch)
{
    for (int i = 0; i < watcher->count; i++)
        if (watcher->files[i].watch == watch)
            return true;
    return false;
}

void mr_watcher_begin(struct mr_watcher *watcher)
{
    watcher->before_count = 0;
    for (int i = 0; i < watcher->count; i++)
        if (watcher->files[i].watch >= 0)
            watcher->before[watcher->before_count++] = watcher->files[i].watch;
    forget_files(watcher);
}

static void watch_folder(const struct mr_watcher *watcher, struct file *file)
{
    file->watch = inotify_add_watch(watcher->fd, file->folder, FOLDER_EVENTS);
}

static int add_file(struct mr_watcher *watcher, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (watcher->count == MAX_FILES)
        return -ENOSPC;
    struct file *file = &watcher->files[watcher->count];
    file->folder =
        slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
    file->name = strdup(slash != NULL ? slash + 1 : path);
    if (file->folder == NULL || file->name == NULL) {
        free(file->folder);
        free(file->name);
        return -ENOMEM;
    }
    watch_folder(watcher, file);
    watcher->count++;
    return 0;
}

int mr_watcher_add(struct mr_watcher *watcher, const char *path)
{
    int result = add_file(watcher, path);
    struct stat info;
    if (result < 0 || lstat(path, &info) < 0 || !S_ISLNK(info.st_mode))
        return result;
    char *real = realpath(path, NULL);
    if (real != NULL)
        result = add_file(watcher, real);
    free(real);
    return result;
}

void mr_watcher_end(struct mr_watcher *watcher)
{
    for (int i = 0; i < watcher->before_count; i++)
        if (!is_watched(watcher, watcher->before[i]))
            inotify_rm_watch(watcher->fd, watcher->before[i]);
    watcher->before_count = 0;
}

/* ---- events ---- */

/* A folder that is gone, or is no longer what its path means. */
static bool lose_folder(struct mr_watcher *watcher, int watch, bool moved)
{
    bool lost = false;
    for (int i = 0; i < watcher->count; i++) {
        if (watcher->files[i].watch == watch) {
            watcher->files[i].watch = -1;
            lost = true;
        }
    }
    if (lost && moved)
        inotify_rm_watch(watcher->fd, watch);
    return lost;
}

/* A file that was just made is still being written, and its IN_CLOSE_WRITE comes; a link is whole.
 */
static bool is_whole(const struct file *file)
{
    char path[PATH_MAX];
    struct stat info;
    snprintf(path, sizeof(path), "%s/%s", file->folder, file->name);
    return lstat(path, &info) == 0 && (S_ISLNK(info.st_mode) || info.st_nlink > 1);
}

static bool is_change(struct mr_watcher *watcher, const struct inotify_event *event)
{
    if (event->mask & IN_Q_OVERFLOW)
        return true;
    if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED))
        return lose_folder(watcher, event->wd, (event->mask & IN_MOVE_SELF) != 0);
    for (int i = 0; i < watcher->count; i++) {
        const struct file *file = &watcher->files[i];
        if (file->watch == event->wd && event->len > 0 && strcmp(file->name, event->name) == 0)
            return (event->mask & IN_CREATE) == 0 || is_whole(file);
    }
    return false;
}

bool mr_watcher_read(struct mr_watcher *watcher)
{
    _Alignas(struct inotify_event) char events[4096];
    bool changed = false;
    ssize_t size;
    while ((size = read(watcher->fd, events, sizeof(events))) > 0) {
        for (char *at = events; at < events + size;) {
            const struct inotify_event *event = (const void *)at;
            changed |= is_change(watcher, event);
            at += sizeof(*event) + event->len;
        }
    }
    return changed;
}

bool mr_watcher_is_blind(const struct mr_watcher *watcher)
{
    return is_watched(watcher, -1);
}

bool mr_watcher_retry(struct mr_watcher *watcher)
{
    bool found = false;
    for (int i = 0; i < watcher->count; i++) {
        if (watcher->files[i].watch >= 0)
            continue;
        watch_folder(watcher, &watcher->files[i]);
        found |= watcher->files[i].watch >= 0;
    }
    return found;
}
