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
#define MR_CONFINE_MAX_FILE_MIB 64 /* of a memfd; also of the file that standard error is, if any */

/* Data (mapped, touched or not) beside the script's memory: filters may hold MR_FILTER_MAX_PIXELS of
 * at most 60 bytes, which is 1920 MiB (880 were measured, with 36 filters on 1280x720). What else
 * there is was measured as 30 MiB of libraries, 8 for each thread's stack and 26 for text and
 * kernels; the rest is for canvases of the largest frames. */
#define MR_CONFINE_HEADROOM_MIB 2304

struct mr_confine_options {
    pid_t parent;   /* who started this process: it ends with that one */
    int memory_mib; /* of the script; what libraries need is allowed besides */
};

/* The end of the parent is this process's (PR_SET_PDEATHSIG: of the parent's *thread* that started
 * it, which has to live on; it ends at once if `parent` is gone by now), no new privileges, limits on
 * memory, descriptors, file sizes and core dumps (SIGXFSZ is ignored: EFBIG), Landlock (fonts, their
 * configuration and caches, time zones and the list of processors can be read, nothing else; where
 * the kernel has it) and a seccomp filter with a list of what is allowed: no sockets made, no process
 * started, nothing opened for writing, no code mapped (libraries loaded), no other process signalled
 * or traced. What is refused fails with EPERM (EACCES: Landlock), so that libraries can do without;
 * a malloc beyond the limit with ENOMEM, upon which GLib aborts. Sanitizers need more and get it, in
 * their builds.
 * Fonts outside of the usual folders and those of $XDG_DATA_HOME, $FONTCONFIG_PATH, … are not found.
 * return: 0; -errno with *error: something of this is not to be had. A kernel without Landlock is
 *         no error: the debug log says so
 * thread: the process's first, before it starts others: Landlock covers only those started later */
int mr_confine(const struct mr_confine_options *options, struct mr_error *error);

#endif
