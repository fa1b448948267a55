#include "http/door/workers.h"

#include "base/log.h"

#include <civetweb.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORKERS    "8"
#define REQUEST_MS "10000"

struct mr_workers {
    /* immutable */
    struct mr_workers_options options;
    struct mr_handoff *handoff;
    struct mg_context *civetweb;

    /* creator's thread only */
    pthread_t creator;
    char complaint[256]; /* what civetweb said last while it started */
};

/* ---- civetweb's calls ---- */

/* return: what civetweb takes for the status of an answer that was sent */
static int begin_request(struct mg_connection *civetweb)
{
    struct mr_workers *workers = mg_get_user_data(mg_get_context(civetweb));
    struct mr_connection *connection;
    while ((connection = mr_handoff_take(workers->handoff)) != NULL) {
        bool costly = connection->costly; /* afterwards the connection may be gone */
        workers->options.answer(workers->options.opaque, connection);
        if (costly)
            mr_handoff_end_costly(workers->handoff);
    }
    return 200;
}

static int log_message(const struct mg_connection *civetweb, const char *message)
{
    struct mr_workers *workers = mg_get_user_data(mg_get_context(civetweb));
    mr_log(MR_LOG_DEBUG, "http", "civetweb: %s", message);
    if (workers != NULL && pthread_equal(workers->creator, pthread_self()))
        snprintf(workers->complaint, sizeof(workers->complaint), "%s", message);
    return 1;
}

static const struct mg_callbacks callbacks = {
    .begin_request = begin_request,
    .log_message = log_message,
};

/* No document_root, so that civetweb serves nothing by itself. It listens on a port of its own only until the hand-off
 * takes the place of that socket. */
static int start(struct mr_workers *workers, struct mr_error *error)
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
        "enable_directory_listing",
        "no",
        NULL,
    };
    struct mg_server_port port;
    int result = mr_handoff_create(&workers->handoff);
    if (result < 0)
        return mr_error_set(error, result, "cannot start the server: %s", strerror(-result));
    workers->civetweb = mg_start(&callbacks, workers, options);
    if (workers->civetweb == NULL)
        return mr_error_set(error, -EIO, "cannot start the server: %s",
                            workers->complaint[0] != '\0' ? workers->complaint : "civetweb failed");
    result = mg_get_server_ports(workers->civetweb, 1, &port) == 1
                 ? mr_handoff_connect(workers->handoff, (in_port_t)port.port)
                 : -ENOENT;
    return result < 0 ? mr_error_set(error, result, "cannot start the server: civetweb: %s",
                                     strerror(-result))
                      : 0;
}

int mr_workers_create(const struct mr_workers_options *options, struct mr_workers **made,
                      struct mr_error *error)
{
    *made = NULL;
    struct mr_workers *workers = calloc(1, sizeof(*workers));
    if (workers == NULL)
        return mr_error_set(error, -ENOMEM, "out of memory");
    workers->options = *options;
    workers->creator = pthread_self();
    int result = start(workers, error);
    if (result < 0) {
        mr_workers_destroy(workers);
        return result;
    }
    *made = workers;
    return 0;
}

struct mr_handoff *mr_workers_handoff(struct mr_workers *workers)
{
    return workers->handoff;
}

void mr_workers_destroy(struct mr_workers *workers)
{
    if (workers == NULL)
        return;
    if (workers->handoff != NULL)
        mr_handoff_stop(workers->handoff);
    if (workers->civetweb != NULL)
        mg_stop(workers->civetweb);
    mr_handoff_destroy(workers->handoff);
    free(workers);
}
