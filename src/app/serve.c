#include "app/app.h"

#include "app/descriptors.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/auth.h"
#include "http/server.h"
#include "stream/registry.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* How long the address is held back while the source opens: a source that is wrong is told before
 * anybody is sent to a page, a slow one does not delay the page for long. */
#define OPEN_GRACE_US 2000000

#define SHUTDOWN_LIMIT_MS 1900

struct serve {
    struct mr_events *events;
    struct mr_encoder *encoder;
    struct mr_registry *registry;
    struct mr_stream *stream;
    struct mr_server *server;
    enum mr_stream_phase phase;  /* as last seen */
    char made_up[MR_TOKEN_SIZE]; /* token; "" when one was given */
};

static int create(struct serve *serve, const struct mr_options *options, struct mr_error *error)
{
    struct mr_stream_options stream_options = mr_app_stream_options(options, serve->events);
    int result = mr_app_create_encoder(&serve->encoder, error);
    if (result == 0)
        result = mr_stream_create(&stream_options, serve->encoder, &serve->stream, error);
    if (result < 0)
        return result;

    serve->registry = mr_registry_create();
    if (serve->registry == NULL || mr_registry_add(serve->registry, serve->stream) < 0)
        return mr_error_set(error, -ENOMEM, "out of memory");

    if (options->token == NULL && (result = mr_auth_make(serve->made_up)) < 0)
        return mr_error_set(error, result, "cannot make up a token: %s; give one with --token",
                            strerror(-result));
    result = mr_server_create(
        &(struct mr_server_options){
            .listen = options->listen,
            .web_dir = options->web_dir,
            .proxies = options->proxies,
            .origins = options->origins,
            .hosts = options->hosts,
            .view_token = options->view_token,
            .base = options->base,
            .max_clients = (unsigned)options->max_clients,
            .max_clients_per_address = (unsigned)options->max_clients_per_address,
            .token = options->token != NULL ? options->token : serve->made_up,
        },
        serve->registry, &serve->server, error);
    if (result == 0 && (result = mr_stream_start(serve->stream)) < 0)
        mr_error_set(error, result, "cannot start a thread: %s", strerror(-result));
    return result;
}

/* return: 0, or -errno when the stream failed */
static int look_at_stream(struct serve *serve, struct mr_error *error)
{
    struct mr_stream_state state;
    mr_stream_get_state(serve->stream, &state);
    if (state.phase == MR_STREAM_FINISHED && serve->phase != MR_STREAM_FINISHED)
        mr_log(MR_LOG_INFO, "app", "%s: the source has ended; its last picture stays",
               mr_stream_name(serve->stream));
    serve->phase = state.phase;
    if (state.phase != MR_STREAM_FAILED)
        return 0;
    *error = state.error;
    return state.error.code;
}

static void say_where(const struct serve *serve, const struct mr_options *options)
{
    const char *address = mr_server_address(serve->server);
    printf("moonreel listening on http://%s%s/\n", address, options->base.text);
    if (serve->made_up[0] != '\0')
        printf("token: %s\n", serve->made_up);
    if (fflush(stdout) != 0)
        mr_log(MR_LOG_INFO, "app", "listening on http://%s%s/", address, options->base.text);
}

static int run(struct serve *serve, const struct mr_options *options, struct mr_error *error)
{
    bool said = false;
    int64_t grace_until_us = mr_clock_now_us() + OPEN_GRACE_US;

    for (;;) {
        int result = look_at_stream(serve, error);
        if (result < 0)
            return result;
        if (!said && (serve->phase != MR_STREAM_OPENING || mr_clock_now_us() >= grace_until_us)) {
            say_where(serve, options);
            said = true;
        }
        switch (mr_events_wait(serve->events, said ? -1 : grace_until_us)) {
        case MR_EVENT_STOP:
            return 0;
        case MR_EVENT_RELOAD:
            mr_stream_reload(serve->stream);
            break;
        case MR_EVENT_CHANGED:
        case MR_EVENT_TIMEOUT:
            break;
        }
    }
}

static void destroy(struct serve *serve)
{
    mr_events_limit_shutdown(SHUTDOWN_LIMIT_MS);
    mr_server_destroy(serve->server);
    if (serve->stream != NULL)
        mr_stream_stop(serve->stream, "the server is going away");
    mr_registry_destroy(serve->registry);
    mr_stream_unref(&serve->stream);
    mr_encoder_destroy(serve->encoder);
}

int mr_app_serve(const struct mr_options *options, struct mr_events *events, struct mr_error *error)
{
    struct serve serve = { .events = events };
    mr_app_raise_descriptors(options->max_clients);
    int result = create(&serve, options, error);
    if (result == 0)
        result = run(&serve, options, error);
    destroy(&serve);
    return result;
}
