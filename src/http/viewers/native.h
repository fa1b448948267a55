/* The native WebSocket protocol, /ws/{s}: a message a frame, as binary, as JSON or its
 * payload alone; what the viewer sends is JSON text. */
#ifndef MR_HTTP_NATIVE_H
#define MR_HTTP_NATIVE_H

#include "http/engine/protocol.h"

/* The protocol that `?format=` asks for: NULL or "binary", "json" or "data".
 * return: the protocol, NULL when there is no such format */
const struct mr_protocol *mr_native_protocol(const char *format);

#endif
