/* Motion JPEG, GET /stream/{s}.mjpg: a multipart body that has no end, a part a frame.
 *
 * Chromium shows a part when it has seen the head of the next one, a frame late, or never if it is the
 * last. So what a browser asks for as an image has each part's head sent together with the part
 * before: a head that says nothing of its frame, as no page could read it anyway. */
#ifndef MR_HTTP_MJPEG_H
#define MR_HTTP_MJPEG_H

#include "http/engine/protocol.h"
#include "http/request/request.h"

extern const struct mr_protocol mr_mjpeg_protocol, mr_mjpeg_ahead_protocol;

/* Workers only. return: the status */
int mr_mjpeg_get(const struct mr_request *request);

#endif
