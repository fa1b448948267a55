/* Motion JPEG, GET /stream/{s}.mjpg: a multipart body that has no end, a part a frame. */
#ifndef MR_HTTP_MJPEG_H
#define MR_HTTP_MJPEG_H

#include "http/protocol.h"
#include "http/request.h"

extern const struct mr_protocol mr_mjpeg_protocol;

/* Workers only. return: the status */
int mr_mjpeg_get(const struct mr_request *request);

#endif
