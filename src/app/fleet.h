/* The streams that run: made from options, watched, replaced when the configuration says so. Main's
 * thread. */
#ifndef MR_APP_FLEET_H
#define MR_APP_FLEET_H

#include "app/config.h"
#include "app/signals.h"
#include "stream/registry.h"

struct mr_fleet;

/* in:     signals is told of news; encoder and registry outlive the fleet
 * return: NULL when out of memory */
struct mr_fleet *mr_fleet_create(struct mr_signals *signals, struct mr_encoder *encoder,
                                 struct mr_registry *registry);

/* Let all streams begin to end, and tell their viewers `reason`, a constant. Returns at once. Takes NULL. */
void mr_fleet_ask_to_stop(struct mr_fleet *fleet, const char *reason);

/* End all streams, at a time, and tell their viewers `reason`, a constant. Takes NULL. */
void mr_fleet_destroy(struct mr_fleet *fleet, const char *reason);

/* Add the one stream of the command line; mr_fleet_look starts it.
 * in:     options outlive the fleet
 * return: 0; -errno with *error: its script cannot be loaded */
int mr_fleet_add(struct mr_fleet *fleet, const struct mr_options *options, struct mr_error *error);

/* Make the streams those of the configuration: new ones are added, even if their scripts cannot be loaded;
 * others end; what changed is replaced by a new one, or stays as it is if that cannot be loaded, but settings
 * alone are changed in place; those that failed are started again; the rest is not touched. Takes references
 * of its own. */
void mr_fleet_apply(struct mr_fleet *fleet, struct mr_config *config);

/* Have every stream read its script again. */
void mr_fleet_reload_scripts(struct mr_fleet *fleet);

struct mr_fleet_phases {
    size_t count, opening, failed;
};

/* Start what is ready, log what ended or failed since the last look.
 * out:    *phases; *error: that of a stream that failed, if one did */
void mr_fleet_look(struct mr_fleet *fleet, struct mr_fleet_phases *phases, struct mr_error *error);

#endif
