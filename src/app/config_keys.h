/* The configuration's keys: names and values of options as the file writes them. Messages name the value
 * and what is allowed, not the key. Main's thread. */
#ifndef MR_APP_CONFIG_KEYS_H
#define MR_APP_CONFIG_KEYS_H

#include "app/option_table.h"

#include <jansson.h>

#define MR_CONFIG_KEY_SIZE 32

/* An option's name as a key: "record_split". return: key */
const char *mr_config_keys_name(const struct mr_option *option, char key[MR_CONFIG_KEY_SIZE]);

/* return: the option with that key, NULL when there is none */
const struct mr_option *mr_config_keys_find(const char *key);

/* The key that is most like `wrong` where `scope` may stand, "" if none is. return: key */
const char *mr_config_keys_suggest(const char *wrong, enum mr_option_scope scope,
                                   char key[MR_CONFIG_KEY_SIZE]);

/* Set an option to a value of the file, by the checks of option_set.h and the row's own.
 * in:     texts: a JSON array that keeps strings which are made for this; folder: what relative paths
 *         are relative to, with a slash at its end, or ""
 * return: 0; -EINVAL with *error; -ENOMEM */
int mr_config_keys_set(const struct mr_option *option, const json_t *value, const char *folder,
                       json_t *texts, struct mr_options *options, struct mr_error *error);

/* Keep a text that `format` makes. return: it; NULL when out of memory, or if it is not UTF-8 */
const char *mr_config_keys_keep(json_t *texts, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
