/* The limit of open files. Main's thread, once, before anything is opened. */
#ifndef MR_APP_DESCRIPTORS_H
#define MR_APP_DESCRIPTORS_H

#include <stddef.h>

/* Raise the soft limit (RLIMIT_NOFILE) to what `max_clients` viewers of `streams` streams need, as far as the hard one lets
 * it; says so, once, when that is not enough. A limit that is high enough is left alone. */
void mr_app_raise_descriptors(int max_clients, size_t streams);

#endif
