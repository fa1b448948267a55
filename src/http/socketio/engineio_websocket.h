/* The client protocol of WebSockets of sessions: those that a session begins with, and those that it changes to. */
#ifndef MR_HTTP_ENGINEIO_WEBSOCKET_H
#define MR_HTTP_ENGINEIO_WEBSOCKET_H

#include "http/engine/protocol.h"

extern const struct mr_protocol mr_engineio_websocket_protocol;

#endif
