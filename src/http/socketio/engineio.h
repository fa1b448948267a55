/* Engine.IO 4: sessions of clients that poll or use a WebSocket, and change from one to the other.
 * It knows nothing of what is said in them: that is an application's, a table of functions (engineio_app.h).
 *
 * Requests come from the workers (engineio_route.h); everything else, the application too, is the fan-out engine's thread
 * only. From below: packets and payloads; link, a socket; store, all sessions; poll, a GET that waits; session; the client
 * protocols polling and websocket; route. */
#ifndef MR_HTTP_ENGINEIO_H
#define MR_HTTP_ENGINEIO_H

#include "http/engine/fanout.h"
#include "http/socketio/engineio_app.h"

struct mr_engineio;

/* return: 0, -ENOMEM */
int mr_engineio_create(const struct mr_engineio_options *options, struct mr_engineio **made);

/* End the sessions that are left. After the engine has stopped; takes NULL. */
void mr_engineio_destroy(struct mr_engineio *engineio);

/* return: the service that runs its time-outs, for the fan-out engine that gets its clients */
struct mr_fanout_service mr_engineio_service(struct mr_engineio *engineio);

#endif
