/* Threads ("files") that read the next piece of a file that is being sent, so that a slow disk delays nobody but those who
 * want files. A connection that is being read for belongs to them until it is returned. */
#ifndef MR_HTTP_FILE_THREADS_H
#define MR_HTTP_FILE_THREADS_H

#include "http/door/returned.h"

/* With the closing 0 that a buffer has, a piece fills it. */
#define MR_FILE_THREADS_PIECE_BYTES (128 * 1024 - 1)
#define MR_FILE_THREADS             4

struct mr_file_threads;

/* in:     returned: where a connection goes when a piece was read: it is in the answer's bytes, and file_left is less by
 *         it; they are empty when the file cannot be read, or has become shorter. Borrowed
 * return: 0; -ENOMEM; -errno of pthread_create */
int mr_file_threads_create(struct mr_returned *returned, struct mr_file_threads **files);

/* Have the next piece read. thread: the connection's owner; never blocks */
void mr_file_threads_read(struct mr_file_threads *files, struct mr_connection *connection);

/* End the threads and destroy the connections that still wait. Takes NULL. Waits for a read that is under way. */
void mr_file_threads_destroy(struct mr_file_threads *files);

#endif
