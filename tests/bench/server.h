/* A server under measurement: a process, with all that it started, and what it uses. */
#ifndef BENCH_SERVER_H
#define BENCH_SERVER_H

#include <sys/types.h>

/* Start a command in a process that ends with this one; *out, unless NULL, reads what it writes to
 * standard output. Exits the program on errors. */
pid_t server_start(char *const command[], int *out);

/* End it: SIGTERM, SIGKILL after `seconds` (0: at once), and wait for it. */
void server_stop(pid_t server, double seconds);

/* Its user and system time in seconds, that of what it started and still runs included. */
double server_cpu(pid_t server);

/* CPU seconds of its threads called `name`, or of all if NULL. */
double server_thread_cpu(pid_t server, const char *name);

/* Proportional set size in KiB, and threads, of the tree as well. What a library's file takes is shared
 * with others who use it, so that it changes with who else runs; `data` leaves files out. */
double server_pss_kib(pid_t server);
double server_data_kib(pid_t server);
int server_threads(pid_t server);

#endif
