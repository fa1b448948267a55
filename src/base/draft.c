#include "base/draft.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/private_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define ATTRIBUTE_MAX 65536   /* bytes of a value, or of all names: what Linux allows */
#define SETTLE_US     20000   /* how long the old file is kept for whoever is just opening it */
#define LOCK_US       1000000 /* how long a commit waits for another one in the same folder */

/* A group that may not be given, and bits that would be another owner's, are left out. */
static int copy_owner(int fd, const struct stat *old)
{
    mode_t mode = old->st_mode & 07777;
    struct stat now;
    if (fchown(fd, old->st_uid, old->st_gid) < 0 && fchown(fd, (uid_t)-1, old->st_gid) < 0 &&
        errno != EPERM)
        return -errno;
    if (fstat(fd, &now) < 0)
        return -errno;
    if (now.st_gid != old->st_gid)
        mode &= ~(mode_t)070;
    if (now.st_uid != old->st_uid)
        mode &= ~(mode_t)06000;
    return fchmod(fd, mode) < 0 ? -errno : 0;
}

/* Copy an extended attribute that belongs to the file's owner; others are the system's. return: whether it is there now */
static bool copy_attribute(int fd, const char *like, const char *name)
{
    char value[ATTRIBUTE_MAX];
    if (strncmp(name, "user.", 5) != 0 && strcmp(name, "system.posix_acl_access") != 0)
        return true;
    ssize_t size = getxattr(like, name, value, sizeof(value));
    return size >= 0 && fsetxattr(fd, name, value, (size_t)size, 0) == 0;
}

/* return: how many could not be copied */
static unsigned copy_attributes(int fd, const char *like)
{
    char names[ATTRIBUTE_MAX];
    unsigned lost = 0;
    ssize_t size = listxattr(like, names, sizeof(names));
    if (size < 0)
        return errno == ERANGE; /* where there are none at all: ENOTSUP */
    for (const char *name = names; name < names + size; name += strlen(name) + 1)
        lost += !copy_attribute(fd, like, name);
    return lost;
}

/* like: the file whose mode, owner and, unless the draft is a fresh one, attributes it gets */
static int fill(struct mr_draft *draft, int fd, const char *like, const void *bytes, size_t size)
{
    struct stat old;
    int result = stat(like, &old) < 0 ? -errno : copy_owner(fd, &old);
    if (result == 0 && !draft->fresh) {
        draft->links = (unsigned)old.st_nlink - 1;
        draft->attributes = copy_attributes(fd, like);
    }
    if (result == 0)
        result = mr_file_write(fd, bytes, size);
    if (result == 0 && fsync(fd) < 0)
        result = -errno;
    return result;
}

static int create(struct mr_draft *draft)
{
    const char *slash = strrchr(draft->path, '/'); /* it is absolute */
    int folder = (int)(slash - draft->path) + 1;
    if (asprintf(&draft->temporary, "%.*s.%s.XXXXXX", folder, draft->path, slash + 1) < 0) {
        draft->temporary = NULL;
        return -ENOMEM;
    }
    int fd = mkostemp(draft->temporary, O_CLOEXEC);
    if (fd >= 0)
        return fd;
    int result = -errno;
    free(draft->temporary);
    draft->temporary = NULL;
    return result;
}

/* draft->path is set. like: whose mode and owner it gets */
static int write_like(struct mr_draft *draft, const char *like, const void *bytes, size_t size)
{
    struct stat old;
    if (mr_private_files_has_path(draft->path))
        return MR_PRIVATE_FILES_DENIED;
    if (stat(like, &old) < 0)
        return -errno;
    if (!S_ISREG(old.st_mode))
        return S_ISDIR(old.st_mode) ? -EISDIR : -EINVAL;
    int fd = create(draft);
    if (fd < 0)
        return fd;
    int result = fill(draft, fd, like, bytes, size);
    if (close(fd) < 0 && result == 0)
        result = -errno;
    return result;
}

int mr_draft_write(struct mr_draft *draft, const char *path, const void *bytes, size_t size)
{
    draft->path = realpath(path, NULL);
    int result = draft->path == NULL ? -errno : write_like(draft, draft->path, bytes, size);
    if (result < 0)
        mr_draft_finish(draft);
    return result;
}

int mr_draft_write_beside(struct mr_draft *draft, const char *like, const char *name,
                          const void *bytes, size_t size)
{
    char *real = realpath(like, NULL);
    if (real == NULL)
        return -errno;
    int folder = (int)(strrchr(real, '/') - real) + 1;
    int result = -ENOMEM;
    draft->fresh = true;
    if (asprintf(&draft->path, "%.*s%s", folder, real, name) < 0)
        draft->path = NULL;
    else
        result = write_like(draft, real, bytes, size);
    free(real);
    if (result < 0)
        mr_draft_finish(draft);
    return result;
}

/* ---- taking the file's place ---- */

static int open_folder(const struct mr_draft *draft)
{
    char *folder = strndup(draft->path, (size_t)(strrchr(draft->path, '/') - draft->path) + 1);
    int fd = folder != NULL ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    free(folder);
    return fd;
}

/* File systems that know no such locks do without.
 * return: the locked folder, to be closed; -1: it cannot be locked; -EBUSY: somebody else holds the lock */
static int lock_folder(const struct mr_draft *draft)
{
    static const struct timespec moment = { .tv_nsec = 1000000 };
    int fd = open_folder(draft), refused = -1;
    int64_t until_us = mr_clock_now_us() + LOCK_US;
    while (fd >= 0 && (refused = flock(fd, LOCK_EX | LOCK_NB)) < 0 && errno == EWOULDBLOCK &&
           mr_clock_now_us() < until_us)
        nanosleep(&moment, NULL);
    if (fd < 0 || refused == 0)
        return fd;
    bool busy = errno == EWOULDBLOCK;
    close(fd);
    return busy ? -EBUSY : -1;
}

static bool is_same_file(const char *path, const struct stat *file)
{
    struct stat now;
    return stat(path, &now) == 0 && now.st_dev == file->st_dev && now.st_ino == file->st_ino;
}

static int exchange(const struct mr_draft *draft)
{
    return renameat2(AT_FDCWD, draft->temporary, AT_FDCWD, draft->path, RENAME_EXCHANGE) < 0
               ? -errno
               : 0;
}

/* Editors do not know the lock. So the draft and the file change places, and only then the old file is compared: nobody
 * can open it under its name any more. If it holds something else, both change back; a third file that has come meanwhile
 * stays. */
static int replace(struct mr_draft *draft, const struct mr_buffer *expected)
{
    if (expected == NULL)
        return rename(draft->temporary, draft->path) < 0 ? -errno : 0;
    if (stat(draft->temporary, &draft->own) < 0)
        return -errno;
    if (!mr_file_holds(draft->path, expected))
        return -ESTALE;
    int result = exchange(draft);
    if (result == -EINVAL || result == -ENOSYS) /* not on this file system */
        return rename(draft->temporary, draft->path) < 0 ? -errno : 0;
    if (result < 0)
        return result == -ENOENT ? -ESTALE : result;
    if (mr_file_holds(draft->temporary, expected)) {
        draft->expected = expected;
        return 0;
    }
    result = exchange(draft);
    if (result == 0 && !is_same_file(draft->temporary, &draft->own))
        result = exchange(draft);
    return result < 0 ? result : -ESTALE;
}

static int create_new(struct mr_draft *draft)
{
    return link(draft->temporary, draft->path) < 0 ? -errno : 0;
}

int mr_draft_commit(struct mr_draft *draft, const struct mr_buffer *expected)
{
    if (mr_private_files_has_path(draft->path))
        return MR_PRIVATE_FILES_DENIED;
    int folder = lock_folder(draft);
    if (folder == -EBUSY)
        return -EBUSY;
    int result = draft->fresh ? create_new(draft) : replace(draft, expected);
    if (result == 0 && draft->expected == NULL) {
        unlink(draft->temporary); /* of a new file, whose second name it is */
        free(draft->temporary);
        draft->temporary = NULL;
    }
    if (folder >= 0)
        close(folder);
    return result;
}

/* Look at the old file again, after a moment for whoever is just opening it. */
static void look_again(struct mr_draft *draft)
{
    static const struct timespec moment = { .tv_nsec = SETTLE_US * 1000 };
    nanosleep(&moment, NULL);
    if (!mr_file_holds(draft->temporary, draft->expected) &&
        is_same_file(draft->path, &draft->own) && rename(draft->temporary, draft->path) == 0)
        mr_log(MR_LOG_WARN, "files",
               "%s was saved by another program at the same moment: its text stays", draft->path);
    draft->expected = NULL;
}

void mr_draft_settle(struct mr_draft *draft)
{
    if (draft->expected != NULL)
        look_again(draft);
    int folder = open_folder(draft);
    if (folder >= 0) {
        fsync(folder); /* some file systems refuse: they need none */
        close(folder);
    }
    if (draft->links > 0)
        mr_log(MR_LOG_WARN, "files",
               "%s had %u more name%s (hard links): there, the old text stays", draft->path,
               draft->links, draft->links == 1 ? "" : "s");
    if (draft->attributes > 0)
        mr_log(MR_LOG_WARN, "files", "%s: %u extended attribute%s could not be kept", draft->path,
               draft->attributes, draft->attributes == 1 ? "" : "s");
}

void mr_draft_finish(struct mr_draft *draft)
{
    if (draft->temporary != NULL)
        unlink(draft->temporary);
    free(draft->temporary);
    free(draft->path);
    *draft = (struct mr_draft){ 0 };
}
