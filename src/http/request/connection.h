/* The door's record of a connection, from accept until its answer is out or its socket is taken over: the descriptor, the
 * client's address, the request as it was read, and the answer.
 *
 * One thread owns it at a time: the door's thread while the request is read, a worker while it is answered, the door's
 * thread again while the rest of the answer is sent, a file thread while it reads the next piece of a file. */
#ifndef MR_HTTP_CONNECTION_H
#define MR_HTTP_CONNECTION_H

#include "base/buffer.h"
#include "http/request/chunked.h"
#include "http/request/head.h"
#include "http/request/peer.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct mr_connections;
struct mr_door;

/* The fate of the request's body. */
enum mr_body_state {
    MR_BODY_WHOLE, /* it is there; a request without one has an empty one */
    MR_BODY_TOO_LARGE, /* it is larger than its route takes, or the client may not send it: it was not read */
    MR_BODY_CUT_SHORT, /* the client closed before its end, was too slow, or sent what is no chunk */
};

/* The answer in the order in which it is sent: `bytes`, then `rest`, then the file. */
struct mr_answer {
    struct mr_buffer bytes; /* the head, and a body that is made for this answer */
    const void *rest;       /* a body that outlives the connection; not copied */
    size_t rest_size;
    int file;           /* owned; -1: none */
    off_t file_at;      /* what comes next of it, */
    uint64_t file_left; /* and how much */
    atomic_uint *
        places; /* counts files that are sent at once: counted down in the end; NULL: not counted */
    size_t sent;   /* of bytes and rest */
    bool is_there; /* the request was answered */
};

struct mr_connection {
    /* immutable */
    struct mr_peer peer;
    struct mr_door *door; /* the door that accepted it; NULL in tests of parts */

    /* by the owner of the moment */
    int fd;                    /* -1: taken over */
    struct mr_buffer received; /* the head, and in requests without a body what came behind it */
    size_t head_size;          /* of the head in `received` */
    struct mr_head *head;      /* points into `received`; NULL: it is not whole yet */
    struct mr_buffer body;
    enum mr_body_state body_state;
    bool
        lingers; /* the client may still be sending: read on after the answer, so that it arrives */
    struct mr_answer answer;
    void *
        attached; /* what a route keeps of the request; freed by `detach` with the connection; or NULL */
    void (*detach)(void *attached);

    /* the door's */
    int stage;
    bool watched; /* epoll knows the socket */
    bool costly;  /* its answer takes long to make; set before it waits for a worker */
    size_t
        looked_at; /* bytes of `received` in which no end of the head was found; later: bytes drained */
    struct mr_chunked decoder;
    size_t max_body;
    int64_t accepted_us, progress_us, until_us;
    size_t counted;              /* bytes counted in *counter */
    atomic_size_t *counter;      /* the door's memory; outlives the connection */
    struct mr_connections *list; /* the one it is in; NULL: none */
    struct mr_connection *before, *next;
};

/* Make the record of a socket that was accepted.
 * in:     fd: goes to the connection, failure included
 * return: the caller's; NULL when out of memory. thread: any */
struct mr_connection *mr_connection_create(int fd, const struct mr_peer *peer);

/* Close the socket, unless it was taken over, and free the record.
 * in:     connection: in no list; NULL is allowed. thread: its owner */
void mr_connection_destroy(struct mr_connection *connection);

/* Take the socket over. The connection is not answered any more, and its owner destroys it as always.
 * return: the descriptor, the caller's from now on. thread: its owner */
int mr_connection_take(struct mr_connection *connection);

/* Bytes that the client sent behind the head of a request without a body: the beginning of its next message.
 * out:    *size
 * return: the bytes, which live as long as the connection. thread: its owner */
const void *mr_connection_early(const struct mr_connection *connection, size_t *size);

/* Set how many bytes the connection holds of the memory that all share.
 * return: how many all of them hold now. thread: its owner */
size_t mr_connection_count(struct mr_connection *connection, size_t bytes);

#endif
