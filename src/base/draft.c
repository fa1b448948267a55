#include "base/draft.h"

#include "base/file.h"
#include "base/private_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static int fill(int fd, const struct stat *old, const void *bytes, size_t size)
{
    int result = copy_owner(fd, old);
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
    int result = fill(fd, &old, bytes, size);
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

int mr_draft_commit(struct mr_draft *draft)
{
    if (mr_private_files_has_path(draft->path))
        return MR_PRIVATE_FILES_DENIED;
    int result =
        draft->fresh ? link(draft->temporary, draft->path) : rename(draft->temporary, draft->path);
    if (result < 0)
        return -errno;
    if (draft->fresh)
        unlink(draft->temporary);
    free(draft->temporary);
    draft->temporary = NULL;
    return 0;
}

void mr_draft_finish(struct mr_draft *draft)
{
    if (draft->temporary != NULL)
        unlink(draft->temporary);
    free(draft->temporary);
    free(draft->path);
    *draft = (struct mr_draft){ 0 };
}
