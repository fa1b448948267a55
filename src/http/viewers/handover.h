/* From a request to a streaming client: its socket is taken over and handed to the engine. Workers
 * only; all of these return the status of the answer. */
#ifndef MR_HTTP_HANDOVER_H
#define MR_HTTP_HANDOVER_H

#include "http/engine/protocol.h"
#include "http/request/request.h"

#include <stdbool.h>

/* Take a place in the engine, one of those of the client's address. A place that mr_handover does not
 * use is given back with mr_handover_dismiss. return: 0; the status, once it was refused */
int mr_handover_admit(const struct mr_request *request);
void mr_handover_dismiss(const struct mr_request *request);

/* Hand the socket over, for which a place was taken. The connection's record stays the worker's, without a socket.
 * in:     arrival: fd is not used; the session goes to the engine, failure included
 *         status: of the head that arrival brings, or that the protocol will send
 * return: `status`, or that of an error that was answered */
int mr_handover(const struct mr_request *request, const struct mr_arrival *arrival, int status);

/* The same for a viewer of the request's stream: find it, take a place, hand over.
 * in:     arrival: hub is not used
 * return: `status`, or that of an error that was answered */
int mr_handover_viewer(const struct mr_request *request, const struct mr_arrival *arrival,
                       int status);

/* Free the session of an arrival that does not come to be. */
void mr_handover_discard(const struct mr_arrival *arrival);

#endif
