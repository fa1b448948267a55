/* A process that runs Lua: started, joined by one socket, killed. Plain data of its owner. */
#ifndef MR_SCRIPT_PROCESS_H
#define MR_SCRIPT_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

#define MR_PROCESS_SOCKET 3 /* the descriptor of its socket, in the process */

struct mr_process {
    pid_t pid; /* 0: none */
    int fd;    /* our end of the socket; -1: none */
};

enum mr_process_role {
    MR_PROCESS_SCRIPT, /* --script-host; of the environment it gets what language, time zone, fonts and sanitizers
                          are found by */
    MR_PROCESS_CONFIG, /* --config-host; it gets all of the environment, which a configuration may read */
};

/* Run `program --ROLE NAME` in a session of its own, with a socket, standard error and nothing else: no other
 * descriptor, default signals.
 * in:     name: the stream's or the file's, for whoever lists processes
 * out:    *process; end it with mr_process_end
 * return: 0; -errno of socketpair and posix_spawn; *process is empty then
 * thread: one that outlives the process: the death of the thread ends it (PR_SET_PDEATHSIG) */
int mr_process_start(const char *program, enum mr_process_role role, const char *name,
                     struct mr_process *process);

/* Kill it, wait for its end, close the socket. Takes an empty one.
 * out:    how: "ended with status 1", "was ended by signal 11 (Segmentation fault)", … */
void mr_process_end(struct mr_process *process, char *how, size_t size);

#endif
