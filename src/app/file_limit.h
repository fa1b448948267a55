/* The limit of open files. Main's thread, once, before anything is opened. */
#ifndef MR_APP_FILE_LIMIT_H
#define MR_APP_FILE_LIMIT_H

#include <stddef.h>

/* Raise the soft limit (RLIMIT_NOFILE) to what `max_clients` viewers of `streams` streams need, as far as the hard one lets
 * it; says so, once, when that is not enough. A limit that is high enough is left alone. */
void mr_file_limit_raise(int max_clients, size_t streams);

#endif
