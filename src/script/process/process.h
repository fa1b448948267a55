/* A script process: started, joined by one socket, killed. Plain data of its owner. */
#ifndef MR_SCRIPT_PROCESS_H
#define MR_SCRIPT_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

#define MR_PROCESS_SOCKET 3 /* the descriptor of its socket, in the process */

struct mr_process {
    pid_t pid; /* 0: none */
    int fd;    /* our end of the socket; -1: none */
};

/* Run `program --script-host STREAM` in a session of its own, with a socket, standard error and
 * nothing else: no other descriptor, default signals, of the environment only what language, time
 * zone, fonts and sanitizers are found by.
 * out:    *process; end it with mr_process_end
 * return: 0; -errno of socketpair and posix_spawn; *process is empty then
 * thread: one that outlives the process: the death of the thread ends it (PR_SET_PDEATHSIG) */
int mr_process_start(const char *program, const char *stream, struct mr_process *process);

/* Kill it, wait for its end, close the socket. Takes an empty one.
 * out:    how: "ended with status 1", "was ended by signal 11 (Segmentation fault)", … */
void mr_process_end(struct mr_process *process, char *how, size_t size);

#endif
