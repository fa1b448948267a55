/* Private files: moonreel's own configuration and recordings. Nothing that works for scripts (require,
 * image, the script editor's API) may read, list or replace them, wherever they lie and whatever links lead
 * to them.
 *
 * A single file is recognised by device and inode, thus also through a hard link. Recordings are recognised
 * by their folder and ending: a hard link to one that has another ending, or that lies elsewhere, is not.
 * Scripts cannot make such a link; whoever can may read the recording anyway.
 *
 * One registry for the process. It only grows, because a recording that was started under an earlier
 * configuration may still be written. Any thread; every question waits for the disk. */
#ifndef MR_BASE_PRIVATE_FILES_H
#define MR_BASE_PRIVATE_FILES_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

/* The error of mr_file_read_script and of drafts of scripts for a private file, and its text for
 * messages. Neither open nor rename fails with this code. */
#define MR_PRIVATE_FILES_DENIED (-EKEYREJECTED)
#define MR_PRIVATE_FILES_REASON                                                                    \
    "it belongs to moonreel itself (its configuration or a recording) and is no script's"

struct mr_private_file {
    const char *path; /* of the file itself, or of a folder */
    /* NULL: this file; ".mkv": every file with that ending, in capitals or not, in the folder or below */
    const char *ending;
};

/* Add files to the registry; a path need not exist yet. Paths are remembered as absolute ones. A file that
 * is registered already is not added again.
 * in:     files: copied
 * return: 0; -ENOMEM, the registry stays as it was */
int mr_private_files_add(const struct mr_private_file *files, size_t count);

/* Ask about a file that was opened, so that nobody can exchange it between question and use.
 * return: whether it is private: the same device and inode as a registered file has now, or opened below a
 *         registered folder with a registered ending; also when the system does not tell (without /proc) */
bool mr_private_files_has(int fd);

/* Ask about a path at which a file is to be created or replaced.
 * return: whether it is private; also if the registered file is not there at the moment */
bool mr_private_files_has_path(const char *path);

#endif
