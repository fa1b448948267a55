/* Private files: those that moonreel uses itself and was told of by name, as its configuration and its
 * recordings. Whatever works for scripts (require, image, the script editor's API) must neither read, list
 * nor replace them, wherever they lie and whatever links lead to them: a file's role decides, not its
 * place.
 *
 * One registry for the process. Any thread; every question waits for the disk. */
#ifndef MR_BASE_PRIVATE_FILES_H
#define MR_BASE_PRIVATE_FILES_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* The error of mr_file_read_script and of drafts of scripts for a private file, and its text for
 * messages. Neither open nor rename fails with this code. */
#define MR_PRIVATE_FILES_DENIED (-EKEYREJECTED)
#define MR_PRIVATE_FILES_REASON                                                                    \
    "it belongs to moonreel itself (its configuration or a recording) and is no script's"

struct mr_private_file {
    const char *path; /* of the file itself, or of a folder */
    const char
        *ending; /* NULL: this file; ".mkv": every file with that ending, in capitals or not, in the
                           folder or below */
};

/* Replace the registry by this list; a path need not exist yet. Paths are remembered as absolute ones.
 * in:     files: copied; count 0 empties the registry
 * return: 0; -ENOMEM, the registry stays as it was */
int mr_private_files_set(const struct mr_private_file *files, size_t count);

/* Ask about a file that was opened, so that nobody can exchange it between question and use.
 * in:     path: what was opened; info: fstat of the descriptor
 * return: whether it is private: the same device and inode as a registered file has now, or a registered
 *         ending below a registered folder */
bool mr_private_files_has(const char *path, const struct stat *info);

/* Ask about a path at which a file is to be created or replaced.
 * return: whether it is private; also if the registered file is not there at the moment */
bool mr_private_files_has_path(const char *path);

#endif
