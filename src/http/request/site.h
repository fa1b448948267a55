/* What the server's routes work on: made by the server before its workers start, immutable while
 * they run but for what is marked. */
#ifndef MR_HTTP_SITE_H
#define MR_HTTP_SITE_H

#include "http/engine/fanout.h"
#include "http/engine/traffic.h"
#include "http/pages/assets.h"
#include "http/pages/webdir.h"
#include "http/request/addresses.h"
#include "http/request/base_path.h"
#include "http/request/forwarded.h"
#include "http/request/origin.h"
#include "stream/registry.h"

#include <stdatomic.h>

struct mr_log_streams;

struct mr_site {
    struct mr_registry *registry; /* borrowed */
    struct mr_fanout *engine;
    struct mr_socketio_streams *socketio;
    struct mr_log_streams *logs;    /* the engine's */
    struct mr_addresses *addresses; /* its clients' */
    struct mr_addresses *sessions;  /* those of Socket.IO's, who may be without a client */
    struct mr_assets *assets;
    struct mr_webdir *webdir; /* NULL: none */
    char *token;              /* for what changes something */
    char *view_token;         /* for watching; NULL: everybody may */
    int dummy;                /* mr_takeover_open_dummy */
    atomic_uint long_sends;   /* any thread: workers that are sending long answers */
    atomic_bool stopping;     /* any thread: nothing but 503 from now on */

    struct mr_proxies proxies; /* whose X-Forwarded headers are believed */
    struct mr_origins origins; /* whose pages may watch, besides our own */
    struct mr_hosts hosts;     /* names of ours */
    struct mr_base_path base;
    int64_t started_us;        /* monotonic */
    struct mr_traffic traffic; /* any thread */
};

#endif
