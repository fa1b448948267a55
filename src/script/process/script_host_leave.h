/* The end of a script process, in a file of its own, so that a test can do something else than to end its process. */
#ifndef MR_SCRIPT_SCRIPT_HOST_LEAVE_H
#define MR_SCRIPT_SCRIPT_HOST_LEAVE_H

/* End the process: its host is gone, or does not make sense, so that nobody is left to tell.
 * return: never */
_Noreturn void mr_script_host_leave(int status);

#endif
