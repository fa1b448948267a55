/* Confinement: what a script's process gives up before it runs a line of Lua.
 *
 * By itself, once, as soon as it has its descriptors; none of it can be taken back. What remains
 * possible: computing, memory, threads, reading fonts and time zones, memfds, and talking over the
 * descriptors it has. Sources: seccomp(2), landlock(7), prctl(2), setrlimit(2). */
#ifndef MR_SCRIPT_CONFINE_H
#define MR_SCRIPT_CONFINE_H

#include "base/error.h"

#include <sys/types.h>

#define MR_CONFINE_MAX_FILES    64 /* descriptors */
#define MR_CONFINE_MAX_FILE_MIB 4  /* of a memfd; also of the file that standard error is, if any */

/* Data (mapped, touched or not) beside the script's memory. Measured: 30 MiB of libraries, 8 for each thread's stack
 * and 26 for text and kernels. The rest is for one run of a filter: what a filter keeps afterwards counts as the
 * script's memory (draw/filter_lib.c). */
#define MR_CONFINE_HEADROOM_MIB 512

/* Threads beside those that the whole system has when the script starts. Pango needs some, for a moment; GLib aborts
 * when it gets none. The kernel counts all threads of the user, and does not hold root to it. */
#define MR_CONFINE_MORE_THREADS 4096

struct mr_confine_options {
    pid_t parent;   /* who started this process: it ends with that one */
    int memory_mib; /* of the script; what libraries need is allowed besides */
};

/* Confine this process, in these steps:
 * - PR_SET_PDEATHSIG: the process ends when the *thread* that started it ends, so that thread has to
 *   live on. If `parent` is gone by now, the process ends at once.
 * - No new privileges; limits on memory, threads, descriptors, file sizes and core dumps. SIGXFSZ is ignored, so
 *   that a file that is too long is EFBIG. Shared memory is what memfds hold: MR_CONFINE_MAX_FILES of
 *   MR_CONFINE_MAX_FILE_MIB; none without a descriptor can be mapped.
 * - Landlock, where the kernel has it: fonts, their configuration and caches, time zones and the list of
 *   processors can be read, nothing else.
 * - A seccomp filter with a list of the calls that are allowed: no socket can be made, no process
 *   started, no file opened for writing, no code mapped (so no library loaded), no other process
 *   signalled or traced.
 * A refused call fails with EPERM (with Landlock: EACCES), so that libraries can do without it. A malloc
 * beyond the limit fails with ENOMEM, upon which GLib aborts. Builds with sanitizers allow what the
 * sanitizers need.
 * Fonts outside of the usual folders and those of $XDG_DATA_HOME, $FONTCONFIG_PATH, … are not found.
 * return: 0; -errno with *error: something of this is not to be had. A kernel without Landlock is
 *         no error: see confine_landlock.h
 * thread: the process's first, before it starts others: Landlock covers only those started later */
int mr_confine(const struct mr_confine_options *options, struct mr_error *error);

#endif
