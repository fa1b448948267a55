/* A configuration: the file of --config, checked, as the options of each stream and of what serves them.
 * Main's thread. */
#ifndef MR_APP_CONFIG_H
#define MR_APP_CONFIG_H

#include "app/complaints.h"
#include "app/options.h"
#include "script/config/config_file.h"

#include <jansson.h>

#define MR_CONFIG_STREAMS_MAX 256

struct mr_config {
    struct mr_options options;  /* what holds for all: the command line's before the file's */
    struct mr_options *streams; /* what is in force for each, sorted by name; strings are the
                                   configuration's */
    size_t count;

    /* config.c's */
    char *path;
    struct mr_config_file file;
    json_t *texts; /* strings that are not in the file */
    unsigned references;
};

/* Read the file given->config. Everything that is wrong with it is added to *complaints.
 * in:     given: the command line's options, borrowed: outlive the configuration
 * out:    *config, one reference; NULL on error
 * return: 0; -errno when there are complaints */
int mr_config_read(const struct mr_options *given, struct mr_config **config,
                   struct mr_complaints *complaints);
struct mr_config *mr_config_ref(struct mr_config *config);
void mr_config_unref(struct mr_config **config); /* clears it; takes a pointer to NULL */

/* return: the stream's options, NULL when there is none of that name */
const struct mr_options *mr_config_find(const struct mr_config *config, const char *name);

/* return: the file's line on which a stream's key is set, or the stream itself (key NULL); 0: unknown */
int mr_config_line(const struct mr_config *config, const char *stream, const char *key);

#endif
