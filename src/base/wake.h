/* Wakes a thread that waits in poll or epoll: a descriptor that other threads make readable (eventfd(2)). */
#ifndef MR_BASE_WAKE_H
#define MR_BASE_WAKE_H

#include <stdbool.h>

/* Make one.
 * return: the descriptor, the caller's to close; -errno of eventfd */
int mr_wake_create(void);

/* Make the descriptor readable. thread: any, a signal handler included; never blocks */
void mr_wake_ring(int fd);

/* Make the descriptor unreadable until it is rung again.
 * return: whether somebody rang since the last time. thread: the one that waits for it; never blocks */
bool mr_wake_hush(int fd);

#endif
