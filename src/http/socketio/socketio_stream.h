/* Streams for Socket.IO clients, at /socket.io/: the event "stream" with {data, image} for each frame;
 * what they send as "message" goes to the script, what it broadcasts comes as "message". */
#ifndef MR_HTTP_SOCKETIO_STREAM_H
#define MR_HTTP_SOCKETIO_STREAM_H

#include "http/request/request.h"
#include "http/socketio/engineio.h"
#include "stream/registry.h"

/* Bytes of one request or message: a message for the script, with what is around it. */
#define MR_SOCKETIO_STREAM_PAYLOAD_MAX 100000

/* GET and POST /socket.io/. Workers only; return: the status of the answer */
int mr_socketio_stream_answer(const struct mr_request *request);

/* A POST /socket.io/ has begun. thread: the door's; never blocks */
void mr_socketio_stream_begin_body(const struct mr_request *request);

struct mr_socketio_streams;

/* in:     registry and addresses (how many sessions each may have): borrowed. return: 0, -ENOMEM */
int mr_socketio_streams_create(struct mr_registry *registry, unsigned max_sessions,
                               struct mr_addresses *addresses, struct mr_socketio_streams **made);
void mr_socketio_streams_destroy(
    struct mr_socketio_streams *streams); /* engine stopped; takes NULL */

/* return: the Engine.IO server below it, borrowed */
struct mr_engineio *mr_socketio_streams_engineio(struct mr_socketio_streams *streams);

#endif
