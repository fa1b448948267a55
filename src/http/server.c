#include "http/server.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/door/door.h"
#include "http/door/listen.h"
#include "http/door/workers.h"
#include "http/engine/fanout.h"
#include "http/pages/assets.h"
#include "http/pages/webdir.h"
#include "http/request/addresses.h"
#include "http/request/tickets.h"
#include "http/routes.h"
#include "http/socketio/socketio_stream.h"
#include "http/viewers/log_stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GOODBYE_US (900 * 1000LL)

struct mr_server {
    struct mr_site site;
    struct mr_workers *workers;
    struct mr_door *door;
    struct mr_listener listeners[MR_ACCEPT_LISTENERS_MAX];
    size_t listener_count;
};

/* ---- the door's and the workers' calls ---- */

static void answer_request(void *opaque, struct mr_connection *connection)
{
    struct mr_server *server = opaque;
    mr_routes_answer(&server->site, connection);
    mr_door_give_back(connection);
}

static size_t max_body(void *opaque, struct mr_connection *connection)
{
    struct mr_server *server = opaque;
    return mr_routes_max_body(&server->site, connection);
}

static bool is_costly(void *opaque, struct mr_connection *connection)
{
    struct mr_server *server = opaque;
    return mr_routes_is_costly(&server->site, connection);
}

static void refuse(void *opaque, struct mr_connection *connection, int status, const char *why)
{
    struct mr_server *server = opaque;
    mr_routes_refuse(&server->site, connection, status, why);
}

/* ---- start ---- */

static int listen_on(struct mr_server *server, const struct mr_server_options *options,
                     struct mr_error *error)
{
    if (options->listens == 0 || options->listens > MR_ACCEPT_LISTENERS_MAX)
        return mr_error_set(error, -EINVAL, "there can be 1 to %d addresses to listen on, not %zu",
                            MR_ACCEPT_LISTENERS_MAX, options->listens);
    for (size_t i = 0; i < options->listens; i++) {
        struct mr_listen_address address;
        int result = mr_listen_parse(options->listen[i], &address, error);
        if (result == 0)
            result = mr_listen_open(&address, options->listen[i], &server->listeners[i], error);
        if (result < 0)
            return result;
        server->listener_count++;
    }
    return 0;
}

/* From here on there are clients. */
static int open_door(struct mr_server *server)
{
    int listeners[MR_ACCEPT_LISTENERS_MAX];
    for (size_t i = 0; i < server->listener_count; i++) {
        listeners[i] = server->listeners[i].fd;
        server->listeners[i].fd = -1;
    }
    const struct mr_door_options options = {
        .listeners = listeners,
        .listener_count = server->listener_count,
        .workers = server->workers,
        .dropped = &server->site.traffic.dropped,
        .max_body = max_body,
        .refuse = refuse,
        .opaque = server,
    };
    return mr_door_create(&options, &server->door);
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

/* The name that --listen has, if it has one: not in ":8080", "8080", "[::1]:8080", "unix:PATH". */
static void add_listen_name(struct mr_hosts *hosts, const char *listen)
{
    char name[MR_ORIGIN_SIZE];
    struct mr_error ignored;
    size_t length = strcspn(listen, ":");
    if (length == 0 || listen[length] == '\0' || listen[0] == '[' ||
        strncmp(listen, "unix:", 5) == 0)
        return;
    snprintf(name, sizeof(name), "%.*s", (int)length, listen);
    mr_origin_add_host(hosts, name, &ignored);
}

/* The machine's own name, which its resolver knows without asking the network. */
static void add_machine_name(struct mr_hosts *hosts)
{
    char name[MR_ORIGIN_SIZE] = "";
    struct mr_error ignored; /* a text that is no name is not added */
    if (gethostname(name, sizeof(name) - 1) == 0 && strchr(name, ',') == NULL)
        mr_origin_add_host(hosts, name, &ignored);
}

static int make_site(struct mr_server *server, const struct mr_server_options *options,
                     struct mr_error *error)
{
    struct mr_site *site = &server->site;
    site->assets = mr_assets_create();
    site->addresses = mr_addresses_create(options->max_clients_per_address);
    site->sessions = mr_addresses_create(options->max_clients_per_address);
    site->tickets = mr_tickets_create();
    site->token = options->token != NULL ? strdup(options->token) : NULL;
    site->view_token = options->view_token != NULL ? strdup(options->view_token) : NULL;
    for (size_t i = 0; i < options->listens; i++)
        add_listen_name(&site->hosts, options->listen[i]);
    add_machine_name(&site->hosts);
    if (site->assets == NULL || site->addresses == NULL || site->sessions == NULL ||
        site->tickets == NULL || (options->token != NULL && site->token == NULL) ||
        (options->view_token != NULL && site->view_token == NULL))
        return mr_error_set(error, -ENOMEM, "out of memory");
    int result = make_engine(site, options->max_clients);
    return result < 0
               ? mr_error_set(error, result, "cannot start the server: %s", strerror(-result))
               : 0;
}

static int start(struct mr_server *server, const struct mr_server_options *options,
                 struct mr_error *error)
{
    const struct mr_workers_options workers = {
        .answer = answer_request,
        .is_costly = is_costly,
        .opaque = server,
    };
    int result = listen_on(server, options, error);
    if (result == 0 && options->web_dir != NULL)
        result = mr_webdir_open(options->web_dir, &server->site.webdir, error);
    if (result == 0)
        result = make_site(server, options, error);
    if (result < 0)
        return result;
    result = mr_workers_create(&workers, &server->workers);
    if (result == 0)
        result = open_door(server);
    return result < 0
               ? mr_error_set(error, result, "cannot start the server: %s", strerror(-result))
               : 0;
}

int mr_server_create(const struct mr_server_options *options, struct mr_registry *registry,
                     struct mr_server **made, struct mr_error *error)
{
    *made = NULL;
    struct mr_server *server = calloc(1, sizeof(*server));
    if (server == NULL)
        return mr_error_set(error, -ENOMEM, "out of memory");
    server->site.registry = registry;
    server->site.proxies = options->proxies;
    server->site.origins = options->origins;
    server->site.hosts = options->hosts;
    server->site.base = options->base;
    server->site.warning = options->warning;
    server->site.started_us = mr_clock_now_us();
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

static void close_listeners(struct mr_server *server)
{
    for (size_t i = 0; i < server->listener_count; i++) {
        if (server->listeners[i].fd >= 0)
            close(server->listeners[i].fd);
        mr_listen_remove(&server->listeners[i]);
    }
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
    mr_door_stop(server->door);
    mr_workers_destroy(server->workers);
    mr_door_destroy(server->door);
    close_listeners(server);
    mr_fanout_destroy(site->engine);
    mr_socketio_streams_destroy(site->socketio);
    mr_log_streams_destroy(site->logs);
    mr_addresses_destroy(site->addresses);
    mr_addresses_destroy(site->sessions);
    mr_tickets_destroy(site->tickets);
    mr_assets_destroy(site->assets);
    mr_webdir_close(site->webdir);
    free(site->token);
    free(site->view_token);
    free(server);
}

const char *mr_server_listener(const struct mr_server *server, size_t index)
{
    return index < server->listener_count ? server->listeners[index].text : NULL;
}
