/* A running socketio_echo, and its clients, for tests. Failures of the test's own making end the test
 * through cmocka. */
#ifndef MR_TESTS_ECHO_H
#define MR_TESTS_ECHO_H

#include "support/fetch.h"
#include "support/viewer.h"

#include <sys/types.h>

#define ECHO_SID_SIZE 64

struct echo {
    pid_t pid;
    int port;
};

/* Pings every so often, and so long is waited for the answer. */
void echo_start(struct echo *echo, int ping_interval_ms, int ping_timeout_ms);
void echo_stop(struct echo *echo); /* it must end well */

/* Begin a session by polling. path: "/engine.io/" or "/socket.io/" */
void echo_begin(const struct echo *echo, const char *path, char sid[ECHO_SID_SIZE]);

/* One request of a session, the whole answer in *body (0-terminated). return: the status */
int echo_poll(const struct echo *echo, const char *path, const char *sid, struct mr_buffer *body);
int echo_post(const struct echo *echo, const char *path, const char *sid, const char *payload);

/* Send the request of a poll and do not wait. return: the socket, for echo_read */
int echo_send_poll(const struct echo *echo, const char *path, const char *sid);
int echo_read(int fd, struct mr_buffer *body); /* return: the status; closes */

/* A WebSocket and what came by it: each text as it is, binary in brackets, "|" after each; pings and
 * the open packet are left out. */
struct echo_socket {
    struct viewer viewer;
    struct mr_buffer seen;
    char open[512];
    bool answers_pings; /* set it before waiting for something */
    unsigned pings;
};

/* sid NULL: a new session. return: the status of the handshake */
int echo_open(struct echo_socket *socket, const struct echo *echo, const char *path,
              const char *sid);
void echo_send(struct echo_socket *socket, const char *text);
void echo_send_binary(struct echo_socket *socket, const void *bytes, size_t size);
void echo_until(struct echo_socket *socket, const char *seen); /* what it has seen in all */
void echo_wait(struct echo_socket *socket);                    /* for anything */
void echo_until_closed(struct echo_socket *socket);
void echo_close(struct echo_socket *socket);

#endif
