/* Files, read and written whole. */
#ifndef MR_BASE_FILE_H
#define MR_BASE_FILE_H

#include "base/buffer.h"

#include <stdbool.h>

/* Append the content of the regular file `path` to *content, followed by a zero byte that does not count.
 * return: 0; -EFBIG when it holds more than `limit_bytes`; -EISDIR; -EINVAL for what is no regular file;
 *         -errno of open and read */
int mr_file_read(const char *path, size_t limit_bytes, struct mr_buffer *content);

/* The same on behalf of a script, or of somebody who edits one.
 * return: as mr_file_read; MR_PRIVATE_FILES_DENIED for a private file (private_files.h), of which nothing is read */
int mr_file_read_script(const char *path, size_t limit_bytes, struct mr_buffer *content);

/* return: whether the file `path`, which is no private file, holds exactly these bytes; false also when it cannot be read */
bool mr_file_holds(const char *path, const struct mr_buffer *bytes);

/* Write all of it, as often as it takes. return: 0; -errno of write */
int mr_file_write(int fd, const void *bytes, size_t size);

#endif
