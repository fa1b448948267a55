/* A frame's description in HTTP: the lines at the head of an MJPEG part and of a
 * snapshot. Any thread. */
#ifndef MR_HTTP_FRAME_HEADERS_H
#define MR_HTTP_FRAME_HEADERS_H

#include "base/buffer.h"
#include "stream/packet.h"

/* A payload that is longer as ASCII has no line: clients and proxies bound what a head may hold. */
#define MR_FRAME_PAYLOAD_MAX (8 * 1024)

/* Append Content-Type, Content-Length, X-Seq, X-Timestamp (the wall clock of the capture, in seconds
 * with six decimals) and X-Payload (the JSON, with \uXXXX for what is not ASCII), each with CRLF. */
void mr_frame_headers(const struct mr_packet *packet, struct mr_buffer *out);

#endif
