/* The parts of confine.c that are a file each. */
#ifndef MR_SCRIPT_CONFINE_PRIVATE_H
#define MR_SCRIPT_CONFINE_PRIVATE_H

#include "base/error.h"

/* Calls that sanitizers make behind the program's back are allowed in their builds only. */
#if defined(__SANITIZE_ADDRESS__)
#define CONFINE_ASAN 1
#elif defined(__SANITIZE_THREAD__)
#define CONFINE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CONFINE_ASAN 1
#elif __has_feature(thread_sanitizer)
#define CONFINE_TSAN 1
#endif
#endif

#ifndef CONFINE_ASAN
#define CONFINE_ASAN 0
#endif
#ifndef CONFINE_TSAN
#define CONFINE_TSAN 0
#endif
#define CONFINE_SANITIZED (CONFINE_ASAN || CONFINE_TSAN)

/* Leave only the files of confine_landlock.c readable. Needs no_new_privs.
 * return: the version of Landlock in use, 0 when the kernel has none or it is off; -errno with
 *         *error */
int mr_confine_landlock_files(struct mr_error *error);

/* Refuse all but the calls of confine_syscalls.c, in all threads. Needs no_new_privs.
 * return: 0; -errno with *error */
int mr_confine_syscalls(struct mr_error *error);

#endif
