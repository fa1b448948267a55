/* Files, read and written whole. */
#ifndef MR_BASE_FILE_H
#define MR_BASE_FILE_H

#include "base/buffer.h"

/* Append the content of the regular file `path` to *content.
 * return: 0; -EFBIG when it holds more than `limit_bytes`; -EISDIR; -errno of open and read */
int mr_file_read(const char *path, size_t limit_bytes, struct mr_buffer *content);

/* Write all of it, as often as it takes. return: 0; -errno of write */
int mr_file_write(int fd, const void *bytes, size_t size);

#endif
