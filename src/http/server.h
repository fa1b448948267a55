/* The HTTP server: the door accepts and reads requests (door/door.h), workers answer them, and streaming clients are taken
 * over by the fan-out engine (engine/fanout.h).
 *
 * Made and destroyed by main's thread. */
#ifndef MR_HTTP_SERVER_H
#define MR_HTTP_SERVER_H

#include "base/error.h"
#include "http/request/base_path.h"
#include "http/request/forwarded.h"
#include "http/request/origin.h"
#include "stream/registry.h"

struct mr_server;

struct mr_server_options {
    const char *const *
        listen; /* "127.0.0.1:8080", "[::1]:0", "unix:/run/x.sock" (door/listen.h); port 0 picks one */
    size_t listens;       /* how many: 1 at least */
    const char *web_dir;  /* files here come before the built-in ones; NULL: none */
    unsigned max_clients; /* viewers at once */
    const char *token;    /* for what changes something; NULL: nothing can be changed */
    const char *
        warning; /* about this machine, for whoever operates it; lives as long as the server; NULL: none */

    unsigned max_clients_per_address; /* 0: as many as max_clients */

    const char *view_token; /* for watching; NULL: everybody may */

    struct mr_proxies proxies; /* whose X-Forwarded headers are believed */
    struct mr_origins origins; /* whose pages may watch, besides our own */
    struct mr_hosts hosts;     /* under which names we are asked; that of `listen` is added */
    struct mr_base_path base;  /* all addresses are below it */
};

/* Bind, start the workers and the engine.
 * in:     options, strings are copied; registry must outlive the server
 * out:    *server; NULL on error
 * return: 0; -errno with *error (address malformed, port taken, web_dir not a directory) */
int mr_server_create(const struct mr_server_options *options, struct mr_registry *registry,
                     struct mr_server **server, struct mr_error *error);

/* Stop accepting, tell every client that the server goes away, wait until they have been told, one
 * second at most, and free everything. Takes NULL. */
void mr_server_destroy(struct mr_server *server);

/* return: the address number `index`, from 0, that it listens on, in the options' order and with the real port:
 *         "127.0.0.1:43721"; lives as long as the server; NULL: there are not as many */
const char *mr_server_listener(const struct mr_server *server, size_t index);

#endif
