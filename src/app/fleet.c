#include "app/fleet.h"

#include "app/app.h"
#include "app/option_set.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ship {
    struct mr_stream *stream;
    struct mr_config *config;         /* keeps options alive; NULL: the command line's */
    const struct mr_options *options; /* in force */
    bool started;
    enum mr_stream_phase phase; /* as last seen */
};

struct mr_fleet {
    struct mr_signals *signals;
    struct mr_encoder *encoder;
    struct mr_registry *registry;
    struct ship *ships;
    size_t count;
};

struct mr_fleet *mr_fleet_create(struct mr_signals *signals, struct mr_encoder *encoder,
                                 struct mr_registry *registry)
{
    struct mr_fleet *fleet = calloc(1, sizeof(*fleet));
    if (fleet != NULL)
        *fleet = (struct mr_fleet){ .signals = signals, .encoder = encoder, .registry = registry };
    return fleet;
}

/* ---- one stream ---- */

/* in: patient: of a configuration, which runs unattended: what is not there yet is waited for;
 *         wait: so is a script that cannot be loaded */
static int create_stream(struct mr_fleet *fleet, const struct mr_options *options, bool patient,
                         bool wait, struct mr_stream **stream, struct mr_error *error)
{
    struct mr_stream_options stream_options = mr_app_stream_options(options, fleet->signals);
    stream_options.patient = patient;
    stream_options.wait_for_script = wait;
    return mr_stream_create(&stream_options, fleet->encoder, stream, error);
}

/* Let the ship be ruled by these options. */
static void follow(struct ship *ship, const struct mr_options *options, struct mr_config *config)
{
    struct mr_config *before = ship->config;
    ship->config = config != NULL ? mr_config_ref(config) : NULL;
    ship->options = options;
    mr_config_unref(&before);
}

static int add(struct mr_fleet *fleet, const struct mr_options *options, struct mr_config *config,
               struct mr_error *error)
{
    struct mr_stream *stream;
    struct ship *ships = reallocarray(fleet->ships, fleet->count + 1, sizeof(*ships));
    if (ships == NULL)
        return mr_error_set(error, -ENOMEM, "out of memory");
    fleet->ships = ships;
    int result = create_stream(fleet, options, config != NULL, config != NULL, &stream, error);
    if (result < 0)
        return result;
    result = mr_registry_add(fleet->registry, stream);
    if (result < 0) {
        mr_stream_unref(&stream);
        return mr_error_set(error, result, "out of memory");
    }
    struct ship *ship = &fleet->ships[fleet->count++];
    *ship = (struct ship){ .stream = stream };
    follow(ship, options, config);
    return 0;
}

int mr_fleet_add(struct mr_fleet *fleet, const struct mr_options *options, struct mr_error *error)
{
    return add(fleet, options, NULL, error);
}

static struct mr_stream_state get_state(const struct ship *ship)
{
    struct mr_stream_state state;
    mr_stream_get_state(ship->stream, &state);
    return state;
}

/* ---- looking ---- */

static int start(struct ship *ship, struct mr_error *error)
{
    int result = mr_stream_start(ship->stream);
    ship->started = result == 0;
    ship->phase = MR_STREAM_OPENING;
    if (result < 0)
        mr_error_set(error, result, "%s: cannot start a thread: %s", mr_stream_name(ship->stream),
                     strerror(-result));
    return result;
}

/* Say what is wrong with a stream, and where the configuration sets it. */
static void complain_of_change(const struct mr_config *config, const char *name, const char *key,
                               const char *why, const char *then)
{
    int line = mr_config_line(config, name, key);
    char at[16] = "";
    if (line > 0)
        snprintf(at, sizeof(at), ":%d", line);
    mr_log(MR_LOG_ERROR, "app", "%s%s: streams.%s: %s%s", config->path, at, name, why, then);
}

static void note_phase(struct ship *ship, const struct mr_stream_state *state)
{
    const char *name = mr_stream_name(ship->stream);
    if (state->phase == MR_STREAM_FINISHED && ship->phase != MR_STREAM_FINISHED)
        mr_log(MR_LOG_INFO, "app", "%s: the source has ended; its last picture stays", name);
    if (state->phase == MR_STREAM_FAILED && ship->phase != MR_STREAM_FAILED && ship->config != NULL)
        complain_of_change(ship->config, name, NULL, state->error.text, "");
    ship->phase = state->phase;
}

void mr_fleet_look(struct mr_fleet *fleet, struct mr_fleet_phases *phases, struct mr_error *error)
{
    *phases = (struct mr_fleet_phases){ .count = fleet->count };
    for (size_t i = 0; i < fleet->count; i++) {
        struct ship *ship = &fleet->ships[i];
        if (!ship->started && mr_stream_is_ready(ship->stream) && start(ship, error) < 0) {
            mr_log(MR_LOG_ERROR, "app", "%s", error->text);
            phases->failed++;
            continue;
        }
        struct mr_stream_state state = get_state(ship);
        note_phase(ship, &state);
        phases->opening += state.phase == MR_STREAM_OPENING;
        phases->failed += state.phase == MR_STREAM_FAILED;
        if (state.phase == MR_STREAM_FAILED)
            *error = state.error;
    }
}

void mr_fleet_reload_scripts(struct mr_fleet *fleet)
{
    for (size_t i = 0; i < fleet->count; i++)
        mr_stream_reload(fleet->ships[i].stream);
}

/* ---- applying a configuration ---- */

static const char as_before[] = "; the stream stays as it was";

/* An old stream, out of the registry already. */
static void retire(struct mr_stream *stream, const char *reason)
{
    mr_stream_refuse_proposals(stream);
    mr_stream_stop(stream, reason);
    mr_stream_unref(&stream);
}

/* A new stream in the place of a ship's. It is made first, and starts when the old one has let go of the
 * source. return: whether it is there */
static bool replace(struct mr_fleet *fleet, struct ship *ship, const struct mr_options *options,
                    struct mr_config *config, const char *reason)
{
    struct mr_error error;
    struct mr_stream *old = ship->stream, *stream;
    bool failed = get_state(ship).phase == MR_STREAM_FAILED; /* there is nothing to keep */
    int result = create_stream(fleet, options, true, failed, &stream, &error);
    if (result == 0 && (result = mr_registry_replace(fleet->registry, stream)) < 0) {
        mr_stream_unref(&stream);
        mr_error_set(&error, result, "out of memory");
    }
    if (result < 0) {
        complain_of_change(config, options->name, NULL, error.text, as_before);
        return false;
    }
    ship->stream = stream;
    ship->started = false;
    ship->phase = MR_STREAM_OPENING;
    retire(old, reason);
    follow(ship, options, config);
    return true;
}

static bool is_same_stream(const struct mr_options *left, const struct mr_options *right)
{
    bool same = strcmp(left->source, right->source) == 0;
    for (size_t i = 0; same && i < mr_option_table_count; i++)
        if (mr_option_table[i].scope == MR_SCOPE_STREAM)
            same = mr_option_set_equals(&mr_option_table[i], left, right);
    return same;
}

static bool has_same_settings(const struct mr_options *left, const struct mr_options *right)
{
    const char *l = left->settings != NULL ? left->settings : "{}";
    return strcmp(l, right->settings != NULL ? right->settings : "{}") == 0;
}

/* The settings that differ. return: JSON text, malloc'd; NULL: one of them is to be as the script has it,
 * which only the script knows, or out of memory */
static char *compare_settings(const struct mr_options *before, const struct mr_options *after)
{
    json_t *old = before->settings != NULL ? json_loads(before->settings, 0, NULL) : json_object();
    json_t *new = after->settings != NULL ? json_loads(after->settings, 0, NULL) : json_object();
    json_t *different = json_object(), *value;
    const char *name;
    char *text = NULL;
    bool covered = true;
    json_object_foreach(old, name, value) covered &= json_object_get(new, name) != NULL;
    json_object_foreach(new, name, value) if (!json_equal(value, json_object_get(old, name)))
        json_object_set(different, name, value);
    if (covered)
        text = json_dumps(different, JSON_COMPACT);
    json_decref(old);
    json_decref(new);
    json_decref(different);
    return text;
}

/* return: whether the settings are changed, or cannot be; else the stream has to be replaced */
static bool change_settings(struct ship *ship, const struct mr_options *options,
                            struct mr_config *config, bool *changed)
{
    struct mr_error error;
    char *different = compare_settings(ship->options, options);
    if (different == NULL || !ship->started) {
        free(different);
        return false;
    }
    *changed = mr_stream_change_settings(ship->stream, different, strlen(different), &error) == 0;
    if (*changed)
        follow(ship, options, config);
    else
        complain_of_change(config, options->name, "settings", error.text, as_before);
    free(different);
    return true;
}

/* return: whether there is something new */
static bool update(struct mr_fleet *fleet, struct ship *ship, const struct mr_options *options,
                   struct mr_config *config)
{
    bool changed = false;
    bool failed = ship->started && get_state(ship).phase == MR_STREAM_FAILED;
    bool same = is_same_stream(ship->options, options);
    if (same && has_same_settings(ship->options, options)) {
        follow(ship, options, config);
        return failed && replace(fleet, ship, options, config, "the stream is started again");
    }
    if (same && !failed && change_settings(ship, options, config, &changed))
        return changed;
    return replace(fleet, ship, options, config, "the stream was changed");
}

static size_t remove_others(struct mr_fleet *fleet, const struct mr_config *config)
{
    static const char reason[] = "the stream was removed";
    size_t kept = 0, removed = 0;
    for (size_t i = 0; i < fleet->count; i++)
        if (mr_config_find(config, mr_stream_name(fleet->ships[i].stream)) == NULL)
            mr_stream_ask_to_stop(fleet->ships[i].stream, reason);
    for (size_t i = 0; i < fleet->count; i++) {
        struct ship *ship = &fleet->ships[i];
        if (mr_config_find(config, mr_stream_name(ship->stream)) != NULL) {
            fleet->ships[kept++] = *ship;
            continue;
        }
        mr_registry_remove(fleet->registry, mr_stream_name(ship->stream));
        retire(ship->stream, reason);
        mr_config_unref(&ship->config);
        removed++;
    }
    fleet->count = kept;
    return removed;
}

static struct ship *find(struct mr_fleet *fleet, const char *name)
{
    for (size_t i = 0; i < fleet->count; i++)
        if (strcmp(mr_stream_name(fleet->ships[i].stream), name) == 0)
            return &fleet->ships[i];
    return NULL;
}

void mr_fleet_apply(struct mr_fleet *fleet, struct mr_config *config)
{
    size_t before = fleet->count, added = 0, changed = 0;
    size_t removed = remove_others(fleet, config);
    for (size_t i = 0; i < config->count; i++) {
        struct mr_error error;
        const struct mr_options *options = &config->streams[i];
        if (mr_signals_is_stop_asked())
            return;
        struct ship *ship = find(fleet, options->name);
        if (ship != NULL)
            changed += update(fleet, ship, options, config);
        else if (add(fleet, options, config, &error) == 0)
            added++;
        else
            complain_of_change(config, options->name, NULL, error.text, "");
    }
    if (before > 0)
        mr_log(MR_LOG_INFO, "app", "%s: %zu streams new, %zu changed, %zu removed, %zu as before",
               config->path, added, changed, removed, before - changed - removed);
}

/* ---- the end ---- */

void mr_fleet_ask_to_stop(struct mr_fleet *fleet, const char *reason)
{
    for (size_t i = 0; fleet != NULL && i < fleet->count; i++)
        mr_stream_ask_to_stop(fleet->ships[i].stream, reason);
}

void mr_fleet_destroy(struct mr_fleet *fleet, const char *reason)
{
    if (fleet == NULL)
        return;
    mr_fleet_ask_to_stop(fleet, reason);
    for (size_t i = 0; i < fleet->count; i++) {
        mr_stream_stop(fleet->ships[i].stream, reason);
        mr_registry_remove(fleet->registry, mr_stream_name(fleet->ships[i].stream));
        mr_stream_unref(&fleet->ships[i].stream);
        mr_config_unref(&fleet->ships[i].config);
    }
    free(fleet->ships);
    free(fleet);
}
