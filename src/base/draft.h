/* The draft of a script's file: written next to the file and renamed over it in one step, so that a reader
 * sees the old content or the new, never half of it. A private file (private_files.h) is never replaced or
 * created so. The caller's memory, zeroed; one thread at a time. */
#ifndef MR_BASE_DRAFT_H
#define MR_BASE_DRAFT_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct mr_draft {
    char *path;      /* of the file itself: symbolic links are followed */
    char *temporary; /* NULL: there is no draft */
    bool fresh;      /* nothing must be in its place yet */

    /* after a commit that expected something, until mr_draft_settle */
    const struct mr_buffer
        *expected;   /* borrowed; `temporary` is the old file now. NULL: there is none */
    struct stat own; /* the new one */

    /* what the new file cannot keep of the old one */
    unsigned links;      /* other names (hard links), which keep the old content */
    unsigned attributes; /* extended attributes that could not be copied */
};

/* Write the new content of the existing file `path` and see that it is on disk. Mode, extended attributes (user.* and
 * access lists), and owner where that may be set, are those of the old one.
 * return: 0; MR_PRIVATE_FILES_DENIED for a private file; -errno; nothing is left behind */
int mr_draft_write(struct mr_draft *draft, const char *path, const void *bytes, size_t size);

/* Write a file `name` (without slashes) that is not there yet, next to the existing file `like`, whose
 * mode and owner it gets. return: as mr_draft_write */
int mr_draft_write_beside(struct mr_draft *draft, const char *like, const char *name,
                          const void *bytes, size_t size);

/* Put the draft in the place of the file. Quick; mr_draft_settle does the slow rest. While it compares and renames,
 * it locks the folder (flock), so that of two drafts in any processes one comes first.
 * in:     expected: what the file must still hold, whoever writes it; NULL: anything
 * return: 0; -ESTALE: the file holds something else; MR_PRIVATE_FILES_DENIED for a private file; -EEXIST: there is a file
 *         by now where the draft was to be a new one; -EBUSY: somebody holds the lock for a second; -errno of rename.
 *         Whatever fails, the file is as it was, or as others wrote it */
int mr_draft_commit(struct mr_draft *draft, const struct mr_buffer *expected);

/* After a commit, while `expected` is still there: see that the new name is on disk, and log a warning about what the new
 * file could not keep. An editor that had opened the old file before the commit may write it only now: its text takes the
 * new one's place then, as if it had been saved a moment later. What it writes even later than 20 ms is lost: the kernel
 * lets nobody see that a file is about to be opened. Takes 20 ms and the disk's time. */
void mr_draft_settle(struct mr_draft *draft);

/* Remove what was not committed; free. Takes one that was never written. */
void mr_draft_finish(struct mr_draft *draft);

#endif
