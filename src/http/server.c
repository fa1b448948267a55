#include "http/server.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/door/feed.h"
#include "http/door/listen.h"
#include "http/door/porch.h"
#include "http/door/takeover.h"
#include "http/routes.h"
#include "http/socketio/socketio_stream.h"
#include "http/viewers/log_stream.h"

#include <arpa/inet.h>
#include <civetweb.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GOODBYE_US     (900 * 1000LL)
#define WORKERS        "8"
#define REQUEST_MS     "10000"
#define ADDRESS_LENGTH (INET_ADDRSTRLEN + sizeof(":65535"))

struct mr_server {
    struct mr_site site;
    struct mg_context *civetweb;
    struct mr_feed *feed;   /* whom civetweb takes */
    struct mr_porch *porch; /* where they come from */
    in_port_t port;
    char address[ADDRESS_LENGTH];
    /* creator's thread only */
    pthread_t creator;
    char complaint[256]; /* what civetweb said last while it started */
};

/* ---- civetweb's calls ---- */

static int begin_request(struct mg_connection *connection)
{
    struct mr_server *server = mg_get_user_data(mg_get_context(connection));
    return mr_routes_answer(&server->site, connection);
}

static int http_error(struct mg_connection *connection, int status, const char *why)
{
    struct mr_server *server = mg_get_user_data(mg_get_context(connection));
    mr_routes_refuse(&server->site, connection, status, why);
    return 0;
}

static int log_message(const struct mg_connection *connection, const char *message)
{
    struct mr_server *server = mg_get_user_data(mg_get_context(connection));
    mr_log(MR_LOG_DEBUG, "http", "civetweb: %s", message);
    if (server != NULL && pthread_equal(server->creator, pthread_self()))
        snprintf(server->complaint, sizeof(server->complaint), "%s", message);
    return 1;
}

static const struct mg_callbacks callbacks = {
    .begin_request = begin_request,
    .http_error = http_error,
    .log_message = log_message,
};

/* ---- start ---- */

/* No document_root, so that civetweb serves nothing by itself; no keep-alive, so that idle clients
 * hold no worker; no CORS headers, which default to everybody. It listens on a port of its own only
 * until it is fed. */
static int start_civetweb(struct mr_server *server, struct mr_error *error)
{
    const char *options[] = {
        "listening_ports",
        "127.0.0.1:0",
        "num_threads",
        WORKERS,
        "request_timeout_ms",
        REQUEST_MS,
        "enable_keep_alive",
        "no",
        "tcp_nodelay",
        "1",
        "enable_directory_listing",
        "no",
        "access_control_allow_origin",
        "",
        "access_control_allow_methods",
        "",
        "access_control_allow_headers",
        "",
        NULL,
    };
    struct mg_server_port port;
    server->civetweb = mg_start(&callbacks, server, options);
    if (server->civetweb == NULL)
        return mr_error_set(error, -EIO, "cannot start the server: %s",
                            server->complaint[0] != '\0' ? server->complaint : "civetweb failed");
    int listener = mg_get_server_ports(server->civetweb, 1, &port) == 1
                       ? mr_takeover_find_listener((in_port_t)port.port)
                       : -ENOENT;
    int result = listener < 0 ? listener : mr_feed_connect(server->feed, listener);
    return result < 0 ? mr_error_set(error, result, "cannot start the server: civetweb: %s",
                                     strerror(-result))
                      : 0;
}

/* From here on there are clients. */
static int open_door(struct mr_server *server, struct sockaddr_in *address, const char *listen,
                     struct mr_error *error)
{
    char host[INET_ADDRSTRLEN];
    int listener = mr_listen_open(address, listen, error);
    if (listener < 0)
        return listener;
    inet_ntop(AF_INET, &address->sin_addr, host, sizeof(host));
    server->port = ntohs(address->sin_port);
    snprintf(server->address, sizeof(server->address), "%s:%u", host, server->port);
    int result = mr_porch_create(listener, server->feed, &server->porch);
    return result < 0
               ? mr_error_set(error, result, "cannot start the server: %s", strerror(-result))
               : 0;
}

static int make_engine(struct mr_site *site, unsigned max_clients)
{
    int result =
        mr_socketio_streams_create(site->registry, max_clients, site->sessions, &site->socketio);
    if (result < 0)
        return result;
    site->logs = mr_log_streams_create();
    if (site->logs == NULL)
        return -ENOMEM;
    const struct mr_fanout_service services[] = {
        mr_log_streams_service(site->logs),
        mr_engineio_service(mr_socketio_streams_engineio(site->socketio)),
    };
    const struct mr_fanout_options clients = {
        .max_clients = max_clients,
        .services = services,
        .service_count = sizeof(services) / sizeof(*services),
    };
    return mr_fanout_create(&clients, &site->engine);
}

/* The names by which people of this network know the machine: that of --listen, and its own, alone
 * or as mDNS has it. */
static void add_own_names(struct mr_hosts *hosts, const char *listen)
{
    char name[MR_ORIGIN_SIZE] = "", local[MR_ORIGIN_SIZE + sizeof(".local")];
    struct mr_error ignored; /* what is no name is nobody's */
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(listen, ":"), listen);
    mr_hosts_add(hosts, name, &ignored);
    if (gethostname(name, sizeof(name) - 1) == 0 && strchr(name, ',') == NULL) {
        snprintf(local, sizeof(local), "%s.local", name);
        mr_hosts_add(hosts, name, &ignored);
        mr_hosts_add(hosts, local, &ignored);
    }
}

static int start(struct mr_server *server, const struct mr_server_options *options,
                 struct mr_error *error)
{
    struct sockaddr_in address;
    struct mr_site *site = &server->site;
    int result = mr_listen_parse(options->listen, &address, error);
    if (result == 0 && options->web_dir != NULL)
        result = mr_webdir_open(options->web_dir, &site->webdir, error);
    if (result < 0)
        return result;

    site->assets = mr_assets_create();
    site->addresses = mr_addresses_create(options->max_clients_per_address);
    site->sessions = mr_addresses_create(options->max_clients_per_address);
    site->token = options->token != NULL ? strdup(options->token) : NULL;
    site->view_token = options->view_token != NULL ? strdup(options->view_token) : NULL;
    add_own_names(&site->hosts, options->listen);
    if (site->assets == NULL || site->addresses == NULL || site->sessions == NULL ||
        (options->token != NULL && site->token == NULL) ||
        (options->view_token != NULL && site->view_token == NULL))
        return mr_error_set(error, -ENOMEM, "out of memory");
    site->dummy = mr_takeover_open_dummy();
    result = site->dummy < 0 ? site->dummy : make_engine(site, options->max_clients);
    if (result == 0)
        result = mr_feed_create(&server->feed);
    if (result < 0)
        return mr_error_set(error, result, "cannot start the server: %s", strerror(-result));
    result = start_civetweb(server, error);
    return result < 0 ? result : open_door(server, &address, options->listen, error);
}

int mr_server_create(const struct mr_server_options *options, struct mr_registry *registry,
                     struct mr_server **made, struct mr_error *error)
{
    *made = NULL;
    struct mr_server *server = calloc(1, sizeof(*server));
    if (server == NULL)
        return mr_error_set(error, -ENOMEM, "out of memory");
    server->creator = pthread_self();
    server->site.registry = registry;
    server->site.proxies = options->proxies;
    server->site.origins = options->origins;
    server->site.hosts = options->hosts;
    server->site.base = options->base;
    server->site.started_us = mr_clock_now_us();
    server->site.dummy = -1;
    atomic_init(&server->site.stopping, false);
    int result = start(server, options, error);
    if (result < 0) {
        mr_server_destroy(server);
        return result;
    }
    *made = server;
    return 0;
}

/* ---- end ---- */

/* civetweb's threads look at their stop flag every two seconds; what they wait for is closed under
 * them instead. All sockets of our port are civetweb's once the engine has ended. */
static void stop_civetweb(struct mr_server *server)
{
    mr_feed_stop(server->feed);
    if (server->port != 0)
        mr_takeover_shutdown_all(server->port);
    mg_stop(server->civetweb);
    server->civetweb = NULL;
}

/* No worker is to wait for a script any more. */
static void refuse_proposals(struct mr_registry *registry)
{
    struct mr_stream **streams;
    size_t count = mr_registry_list(registry, &streams);
    for (size_t i = 0; i < count; i++) {
        mr_stream_refuse_proposals(streams[i]);
        mr_stream_unref(&streams[i]);
    }
    free(streams);
}

void mr_server_destroy(struct mr_server *server)
{
    if (server == NULL)
        return;
    struct mr_site *site = &server->site;
    atomic_store(&site->stopping, true);
    refuse_proposals(site->registry);
    if (site->engine != NULL)
        mr_fanout_stop(site->engine, "the server is going away", mr_clock_now_us() + GOODBYE_US);
    mr_porch_destroy(server->porch);
    if (server->civetweb != NULL)
        stop_civetweb(server);
    mr_feed_destroy(server->feed);
    mr_fanout_destroy(site->engine);
    mr_socketio_streams_destroy(site->socketio);
    mr_log_streams_destroy(site->logs);
    mr_addresses_destroy(site->addresses);
    mr_addresses_destroy(site->sessions);
    mr_assets_destroy(site->assets);
    mr_webdir_close(site->webdir);
    free(site->token);
    free(site->view_token);
    if (site->dummy >= 0)
        close(site->dummy);
    free(server);
}

const char *mr_server_address(const struct mr_server *server)
{
    return server->address;
}
