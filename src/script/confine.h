/* Confinement: what a script's process gives up before it runs a line of Lua.
 *
 * By itself, once, as early as its one descriptor and its fonts allow; none of it can be taken
 * back. What remains possible: computing, memory, threads, reading fonts and time zones, and talking
 * over the descriptors it already has. Sources: seccomp(2), landlock(7), prctl(2), setrlimit(2). */
#ifndef MR_SCRIPT_CONFINE_H
#define MR_SCRIPT_CONFINE_H

#include "base/error.h"

#include <sys/types.h>

struct mr_confine_options {
    pid_t parent;   /* who started this process: it ends with that one */
    int memory_mib; /* of the script; what libraries need is allowed besides */
};

/* The parent's death is this process's (PR_SET_PDEATHSIG; it ends at once if `parent` is gone by
 * now), no new privileges, limits on memory, files and core dumps, Landlock (read-only on fonts, their
 * configuration and caches, time zones, /proc/self; where the kernel has it) and a seccomp filter with
 * a list of what is allowed: no sockets made, no process started, nothing opened for writing,
 * no other process signalled or traced. What is refused fails with EPERM (EACCES from Landlock), so
 * that libraries can do without.
 * return: 0; -errno with *error: seccomp or no_new_privs is not to be had; Landlock is optional
 * thread: the process's first, before it starts others that matter (all threads are covered) */
int mr_confine(const struct mr_confine_options *options, struct mr_error *error);

#endif
