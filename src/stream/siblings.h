/* The Lua files beside a stream's script: modules that it requires, examples that somebody saved. Only
 * regular files of the script's own folder, under names that mr_sibling_name_is_valid allows, and none that
 * is private (private_files.h). Nothing here touches the running script; its watcher notices when a file
 * changes that the script requires.
 * Any thread; waits for the disk. */
#ifndef MR_STREAM_SIBLINGS_H
#define MR_STREAM_SIBLINGS_H

#include "base/buffer.h"
#include "base/error.h"
#include "stream/stream.h"

#include <stdbool.h>
#include <stddef.h>

#define MR_SIBLING_NAME_MAX  68 /* [A-Za-z0-9_-]{1,64}.lua */
#define MR_SIBLING_MAX_BYTES (1024 * 1024)

/* return: whether it is [A-Za-z0-9_-]{1,64}.lua */
bool mr_sibling_name_is_valid(const char *name);

/* return: whether `name` is the script's own file */
bool mr_sibling_is_script(const struct mr_stream *stream, const char *name);

/* Tell of each file, in no order. return: 0; -errno with *error */
int mr_siblings_list(const struct mr_stream *stream,
                     void (*visit)(void *opaque, const char *name, size_t bytes), void *opaque,
                     struct mr_error *error);

/* Append the content of one.
 * return: 0; -ENOENT; MR_PRIVATE_FILES_DENIED: it is private; -errno with *error */
int mr_sibling_read(const struct mr_stream *stream, const char *name, struct mr_buffer *content,
                    struct mr_error *error);

/* A new content for a file. */
struct mr_sibling_change {
    const struct mr_buffer *text;
    const struct mr_buffer *expected; /* what it must still hold; NULL: anything, or nothing */
    bool fresh;                       /* it must not be there yet */
};

/* Write one, all of it or nothing, with the mode of the script's own file if it is new.
 * return: 0; -EEXIST: it is there although it has to be fresh; -EALREADY: somebody else made it meanwhile; -ESTALE: it
 *         does not hold what was expected; MR_PRIVATE_FILES_DENIED: it is private; -errno with *error */
int mr_sibling_write(const struct mr_stream *stream, const char *name,
                     const struct mr_sibling_change *change, struct mr_error *error);

#endif
