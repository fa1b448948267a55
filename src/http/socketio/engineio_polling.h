/* The client protocols of those who poll: each request is a client of its own (client.h), of one answer. */
#ifndef MR_HTTP_ENGINEIO_POLLING_H
#define MR_HTTP_ENGINEIO_POLLING_H

#include "http/engine/protocol.h"

extern const struct mr_protocol mr_engineio_polling_get, mr_engineio_polling_post;

#endif
