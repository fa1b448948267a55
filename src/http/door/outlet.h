/* Sends an answer as far as the socket takes it, and reads on behind it until the client has it. Never blocks.
 * thread: the connection's owner */
#ifndef MR_HTTP_OUTLET_H
#define MR_HTTP_OUTLET_H

#include "http/request/connection.h"

#define MR_OUTLET_LINGER_US    (2 * 1000000LL) /* from our last byte to the client's close */
#define MR_OUTLET_LINGER_BYTES (4 * 1024 * 1024)

/* A client has this long to read an answer, or a piece of a file, and a second more for so many bytes. */
#define MR_OUTLET_ANSWER_US   (10 * 1000000LL)
#define MR_OUTLET_BYTES_PER_S (32 * 1024)

enum mr_outlet_result {
    MR_OUTLET_DONE,       /* all is out, and the connection can be closed */
    MR_OUTLET_BLOCKED,    /* the socket takes no more now */
    MR_OUTLET_WANTS_FILE, /* the next piece of the file has to be read */
    MR_OUTLET_LINGERS,    /* all is out; mr_outlet_drain until the client closes */
    MR_OUTLET_LOST,       /* the client is gone */
};

/* The answer, or a piece of its file, is there: set the time until which its bytes have to be out. */
void mr_outlet_begin(struct mr_connection *connection, int64_t now_us);

/* Send as much as the socket takes now. return: whether the answer is out, or has to wait, or failed */
enum mr_outlet_result mr_outlet_send(struct mr_connection *connection);

/* Read and forget what the client still sends.
 * return: whether to go on waiting for it to close */
bool mr_outlet_drain(struct mr_connection *connection, uint8_t *scratch, size_t scratch_bytes);

/* return: how many bytes of memory the answer holds that are still to be sent */
size_t mr_outlet_held(const struct mr_connection *connection);

#endif
