/* The last descriptors are not for clients: files and scripts need some, too. Any thread. */
#ifndef MR_HTTP_DESCRIPTORS_H
#define MR_HTTP_DESCRIPTORS_H

#include <stdbool.h>

#define MR_DESCRIPTORS_KEPT 32

/* return: whether a descriptor that was just made is one of the last MR_DESCRIPTORS_KEPT */
bool mr_descriptors_is_last(int fd);

/* A client was refused for want of them: log it, but not each time. */
void mr_descriptors_complain(void);

#endif
