/* The draft of a script's file: written next to the file and renamed over it in one step, so that a reader
 * sees the old content or the new, never half of it. A private file (private_files.h) is never replaced or
 * created so. The caller's memory, zeroed; one thread at a time. */
#ifndef MR_BASE_DRAFT_H
#define MR_BASE_DRAFT_H

#include <stdbool.h>
#include <stddef.h>

struct mr_draft {
    char *path;      /* of the file itself: symbolic links are followed */
    char *temporary; /* NULL: there is no draft */
    bool fresh;      /* nothing must be in its place yet */
};

/* Write the new content of the existing file `path` and see that it is on disk. Mode, and owner where
 * that may be set, are those of the old one.
 * return: 0; MR_PRIVATE_FILES_DENIED for a private file; -errno; nothing is left behind */
int mr_draft_write(struct mr_draft *draft, const char *path, const void *bytes, size_t size);

/* Write a file `name` (without slashes) that is not there yet, next to the existing file `like`, whose
 * mode and owner it gets. return: as mr_draft_write */
int mr_draft_write_beside(struct mr_draft *draft, const char *like, const char *name,
                          const void *bytes, size_t size);

/* Put the draft in the place of the file. Quick.
 * return: 0; MR_PRIVATE_FILES_DENIED for a private file; -EEXIST: there is a file by now where the draft was to be a
 *         new one; -errno of rename. Whatever fails, the old file is as it was */
int mr_draft_commit(struct mr_draft *draft);

/* Remove what was not committed; free. Takes one that was never written. */
void mr_draft_finish(struct mr_draft *draft);

#endif
