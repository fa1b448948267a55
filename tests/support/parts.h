/* A Motion JPEG viewer for tests, on a blocking socket; time-outs and failures as in fetch.h. */
#ifndef MR_TESTS_PARTS_H
#define MR_TESTS_PARTS_H

#include "support/fetch.h"

#include <stdbool.h>

/* Ask for `path`, check the head and read up to the first part. return: the socket */
int parts_open(int port, const char *path, int receive_buffer_bytes);

/* Read the next part and the boundary behind it; `part->head` begins with a line of ours.
 * return: whether there was one; else the connection has ended */
bool parts_read(int fd, struct fetched *part);

#endif
