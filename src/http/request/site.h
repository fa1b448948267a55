/* The things that the server's routes work on: made by the server before its workers start, immutable while
 * they run but for what is marked. */
#ifndef MR_HTTP_SITE_H
#define MR_HTTP_SITE_H

#include "http/request/base_path.h"
#include "http/request/forwarded.h"
#include "http/request/origin.h"
#include "http/request/traffic.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct mr_addresses;
struct mr_assets;
struct mr_fanout;
struct mr_log_streams;
struct mr_registry;
struct mr_socketio_streams;
struct mr_tickets;
struct mr_webdir;

struct mr_site {
    struct mr_registry *registry; /* borrowed */
    struct mr_fanout *engine;
    struct mr_socketio_streams *socketio;
    struct mr_log_streams *logs;    /* the engine's */
    struct mr_addresses *addresses; /* counts the engine's clients */
    struct mr_addresses
        *sessions; /* those of Socket.IO's sessions, some of which have no client at the moment */
    struct mr_assets *assets;
    struct mr_webdir *webdir; /* NULL: none */
    struct mr_tickets *tickets;
    char *token;         /* for what changes something */
    char *view_token;    /* for watching; NULL: everybody may */
    const char *warning; /* about this machine, for whoever operates it; borrowed; NULL: none */
    _Atomic int64_t refusal_told_us; /* any thread: when the log told of a refusal; 0: never */
    atomic_uint files_sent;          /* any thread: large files that are being sent */
    atomic_bool stopping;            /* any thread: nothing but 503 from now on */

    struct mr_proxies proxies; /* whose X-Forwarded headers are believed */
    struct mr_origins origins; /* whose pages may watch, besides our own */
    struct mr_hosts hosts;     /* names of ours */
    struct mr_base_path base;
    int64_t started_us;        /* monotonic */
    struct mr_traffic traffic; /* any thread */
};

#endif
