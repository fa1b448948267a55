/* A streaming client's socket: what is set on it, and sending without waiting. Any thread. */
#ifndef MR_HTTP_SOCKET_H
#define MR_HTTP_SOCKET_H

#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

#define MR_SOCKET_DEAD_US   (18 * 1000000LL) /* bytes not acknowledged: TCP_USER_TIMEOUT */
#define MR_SOCKET_PARTS_MAX 8

/* Small packets at once, little waiting in the kernel, the end of those who are gone without a word.
 * What is no TCP (tests) has none of it. */
void mr_socket_prepare(int fd);

/* Send the parts from `offset` on.
 * return: bytes taken; 0 when the kernel takes none; -1 when the connection is lost */
ssize_t mr_socket_send(int fd, const struct iovec *parts, int count, size_t offset);

#endif
