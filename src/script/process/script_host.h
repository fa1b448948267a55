/* The script's own process: `moonreel --script-host NAME`, started by process.c and talked to over
 * its one socket (wire.h). It confines itself (confine.h), then holds one version of the script as a
 * local instance and does what it is asked, until its host ends it or is gone. */
#ifndef MR_SCRIPT_SCRIPT_HOST_H
#define MR_SCRIPT_SCRIPT_HOST_H

struct mr_script_host;

/* Do what is asked over host->fd, of a host that is zeroed but for it (script_host_private.h), until one of the ends
 * leaves.
 * return: never */
_Noreturn void mr_script_host_serve(struct mr_script_host *host);

/* Serve the socket `fd`.
 * return: -EINVAL when `fd` is no socket that moonreel made, or there is no memory; else the process
 *         ends in here */
int mr_script_host_run(int fd);

#endif
