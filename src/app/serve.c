#include "app/serve.h"

#include "app/app.h"

#include "app/config_watch.h"
#include "app/file_limit.h"
#include "app/fleet.h"
#include "app/openable.h"
#include "app/option_set.h"
#include "app/own_files.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/request/auth.h"
#include "http/server.h"
#include "script/process/confine_landlock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* How long the address is held back while the sources open: a source that is wrong is told before
 * anybody is sent to a page, a slow one does not delay the page for long. */
#define OPEN_GRACE_US 2000000

struct serve {
    const struct mr_options *given;   /* the command line's */
    const struct mr_options *options; /* in force: those, or the configuration's */
    struct mr_signals *signals;
    struct mr_encoder *encoder;
    struct mr_registry *registry;
    struct mr_fleet *fleet;
    struct mr_server *server;
    struct mr_config *config; /* the first, which the server was made with; NULL: one stream */
    struct mr_config_watch watch;
    const char *warning;         /* about this machine; NULL: none */
    bool said_failed;            /* that no stream runs */
    char made_up[MR_TOKEN_SIZE]; /* token; "" when one was given */
};

/* ---- making ---- */

static int read_config(struct serve *serve, struct mr_error *error)
{
    struct mr_complaints complaints = { 0 };
    mr_config_watch_start(&serve->watch, serve->given->config);
    serve->signals->watch_fd = mr_config_watch_fd(&serve->watch);
    int result = mr_config_read(serve->given, &serve->config, &complaints);
    size_t others = complaints.count + complaints.more - 1;
    if (result < 0 && others > 0)
        mr_error_set(error, result, "%s (and %zu more: --check says all)", complaints.list[0].text,
                     others);
    else if (result < 0)
        mr_error_set(error, result, "%s", complaints.list[0].text);
    else
        serve->options = &serve->config->options;
    mr_complaints_finish(&complaints);
    return result;
}

static int create_server(struct serve *serve, struct mr_error *error)
{
    const struct mr_options *options = serve->options;
    static const char *const fallback[] = { MR_LISTEN_DEFAULT };
    bool given = options->listen.count > 0;
    return mr_server_create(
        &(struct mr_server_options){
            .listen = given ? options->listen.text : fallback,
            .listens = given ? options->listen.count : 1,
            .web_dir = options->web_dir,
            .proxies = options->proxies,
            .origins = options->origins,
            .hosts = options->hosts,
            .view_token = options->view_token,
            .base = options->base,
            .max_clients = (unsigned)options->max_clients,
            .max_clients_per_address = (unsigned)options->max_clients_per_address,
            .token = options->token != NULL ? options->token : serve->made_up,
            .warning = serve->warning,
        },
        serve->registry, &serve->server, error);
}

/* Warn if this kernel cannot keep scripts from reading files. */
static void look_at_machine(struct serve *serve)
{
    if (mr_confine_landlock_exists())
        return;
    serve->warning =
        "this kernel has no Landlock: Lua gives scripts no access to files, but a script that "
        "exploits a fault of Lua can read all files that moonreel's user can read; boot with "
        "lsm=landlock, or use Linux 5.13 or later";
    mr_log(MR_LOG_WARN, "app", "%s", serve->warning);
}

static int create_streams(struct serve *serve, struct mr_error *error)
{
    int result = mr_app_create_encoder(&serve->encoder, error);
    if (result < 0)
        return result;
    serve->registry = mr_registry_create();
    if (serve->registry != NULL)
        serve->fleet = mr_fleet_create(serve->signals, serve->encoder, serve->registry);
    if (serve->fleet == NULL)
        return mr_error_set(error, -ENOMEM, "out of memory");
    if (serve->config == NULL)
        return mr_fleet_add(serve->fleet, serve->given, error);
    mr_fleet_apply(serve->fleet, serve->config);
    return 0;
}

static int create(struct serve *serve, struct mr_error *error)
{
    int result = serve->given->config != NULL ? read_config(serve, error) : 0;
    if (result == 0)
        result = mr_own_files_register(serve->given, serve->config, error);
    if (result < 0)
        return result;
    mr_log_set_level((enum mr_log_level)serve->options->log_level);
    if (serve->config != NULL)
        mr_own_files_warn(serve->config);
    look_at_machine(serve);
    mr_file_limit_raise(serve->options->max_clients,
                        serve->config != NULL ? serve->config->count : 1);
    result = create_streams(serve, error);
    if (result < 0)
        return result;
    if (serve->options->token == NULL && (result = mr_auth_make(serve->made_up)) < 0)
        return mr_error_set(error, result, "cannot make up a token: %s; give one with --token",
                            strerror(-result));
    return create_server(serve, error);
}

/* ---- the configuration again ---- */

/* Options for all streams are part of the server, which is not made anew. */
static void compare_options(struct serve *serve, const struct mr_options *options)
{
    for (size_t i = 0; i < mr_option_table_count; i++) {
        const struct mr_option *option = &mr_option_table[i];
        if (option->scope == MR_SCOPE_GLOBAL && strcmp(option->name, "log-level") != 0 &&
            !mr_option_set_equals(option, serve->options, options))
            mr_log(MR_LOG_WARN, "app",
                   "%s: --%s has changed; that takes effect when moonreel is started again",
                   serve->given->config, option->name);
    }
    mr_log_set_level((enum mr_log_level)options->log_level);
}

/* return: the configuration as it is now, with its recordings registered as private files; NULL when it is
 * wrong or cannot be protected, which the log tells */
static struct mr_config *read_again(struct serve *serve)
{
    struct mr_complaints complaints = { 0 };
    struct mr_config *config = NULL;
    struct mr_error error;
    if (mr_config_read(serve->given, &config, &complaints) < 0) {
        for (size_t i = 0; i < complaints.count; i++)
            mr_log(MR_LOG_ERROR, "app", "%s", complaints.list[i].text);
        mr_log(MR_LOG_ERROR, "app", "%s is wrong; everything stays as it was",
               serve->given->config);
        config = NULL;
    } else if (mr_own_files_register(serve->given, config, &error) < 0) {
        mr_log(MR_LOG_ERROR, "app",
               "%s was not applied, because its recordings cannot be kept from scripts: %s; "
               "everything stays as it was",
               serve->given->config, error.text);
        mr_config_unref(&config);
    }
    mr_complaints_finish(&complaints);
    return config;
}

static void reread_config(struct serve *serve)
{
    struct mr_config *config = read_again(serve);
    if (config == NULL)
        return;
    compare_options(serve, &config->options);
    mr_fleet_apply(serve->fleet, config);
    mr_config_unref(&config);
    serve->said_failed = false;
}

/* ---- running ---- */

/* For a standard output that takes nothing.
 * in:     first: the first address that can be opened; "": there is none but UNIX sockets */
static void say_where_in_log(const struct serve *serve, const char *first)
{
    if (first[0] != '\0')
        mr_log(MR_LOG_INFO, "app", "listening on http://%s%s/", first, serve->options->base.text);
    else
        mr_log(MR_LOG_INFO, "app", "listening on %s", mr_server_listener(serve->server, 0));
}

/* Print one line for each address that can be opened, then the studio's link at the first of them. A token
 * that was made up for this run is part of that link; one that was given is its giver's secret. */
static void say_where(const struct serve *serve)
{
    char openable[MR_OPENABLE_MAX][MR_OPENABLE_SIZE], first[MR_OPENABLE_SIZE] = "";
    const char *listener, *base = serve->options->base.text;
    struct mr_buffer text = { 0 };
    for (size_t i = 0; (listener = mr_server_listener(serve->server, i)) != NULL; i++) {
        size_t count = mr_openable_find(listener, openable);
        if (count == 0)
            mr_buffer_printf(&text, "moonreel listening on %s\n", listener);
        for (size_t k = 0; k < count; k++)
            mr_buffer_printf(&text, "moonreel listening on http://%s%s/\n", openable[k], base);
        if (count > 0 && first[0] == '\0')
            memcpy(first, openable[0], sizeof(first));
    }
    if (serve->made_up[0] != '\0')
        mr_buffer_printf(&text, "token: %s\n", serve->made_up);
    if (first[0] != '\0')
        mr_buffer_printf(&text, "studio: http://%s%s/studio%s%s\n", first, base,
                         serve->made_up[0] != '\0' ? "#token=" : "", serve->made_up);
    if (text.failed || fwrite(text.data, 1, text.size, stdout) != text.size || fflush(stdout) != 0)
        say_where_in_log(serve, first);
    mr_buffer_finish(&text);
}

/* A stream of the command line that fails ends the run; those of a configuration can be mended.
 * return: 0; -errno with *error */
static int look(struct serve *serve, struct mr_fleet_phases *phases, struct mr_error *error)
{
    mr_fleet_look(serve->fleet, phases, error);
    bool all_failed = phases->failed == phases->count;
    if (all_failed && serve->config == NULL)
        return error->code;
    if (all_failed && !serve->said_failed)
        mr_log(MR_LOG_ERROR, "app",
               "no stream runs; saving a mended script or %s, or SIGHUP, starts them again",
               serve->given->config);
    serve->said_failed = all_failed;
    return 0;
}

static int64_t sooner(int64_t left_us, int64_t right_us)
{
    if (left_us < 0 || right_us < 0)
        return left_us < 0 ? right_us : left_us;
    return left_us < right_us ? left_us : right_us;
}

static int run_server(struct serve *serve, struct mr_error *error)
{
    bool said = false;
    int64_t grace_until_us = mr_clock_now_us() + OPEN_GRACE_US;

    while (!mr_signals_is_stop_asked()) {
        struct mr_fleet_phases phases;
        int result = look(serve, &phases, error);
        if (result < 0)
            return result;
        if (!said && (phases.opening == 0 || mr_clock_now_us() >= grace_until_us)) {
            say_where(serve);
            said = true;
        }
        int64_t due_us = sooner(said ? -1 : grace_until_us, mr_config_watch_due_us(&serve->watch));
        enum mr_event event = mr_signals_wait(serve->signals, due_us);
        if (event == MR_EVENT_STOP)
            return 0;
        if (event == MR_EVENT_RELOAD)
            mr_fleet_reload_scripts(serve->fleet);
        bool saved = mr_config_watch_look(&serve->watch);
        if (saved || (event == MR_EVENT_RELOAD && serve->config != NULL))
            reread_config(serve);
    }
    return 0;
}

static void destroy(struct serve *serve)
{
    static const char reason[] = "the server is going away";
    mr_signals_limit_shutdown(MR_SIGNALS_SHUTDOWN_MS);
    mr_fleet_ask_to_stop(serve->fleet, reason); /* while the viewers are told */
    mr_server_destroy(serve->server);
    mr_fleet_destroy(serve->fleet, reason);
    mr_registry_destroy(serve->registry);
    mr_encoder_destroy(serve->encoder);
    mr_config_watch_stop(&serve->watch);
    mr_config_unref(&serve->config);
}

int mr_serve_run(const struct mr_options *options, struct mr_signals *signals,
                 struct mr_error *error)
{
    struct serve serve = { .given = options, .options = options, .signals = signals };
    int result = create(&serve, error);
    if (result == 0)
        result = run_server(&serve, error);
    destroy(&serve);
    return result;
}
