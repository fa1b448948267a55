/* Setting one option from text, whoever wrote it: the command line or the configuration. Messages name
 * the value and what is allowed, not the option: the caller says where it stands. Main's thread. */
#ifndef MR_APP_OPTION_SET_H
#define MR_APP_OPTION_SET_H

#include "app/option_table.h"

/* Check `text` and set the option's field; of a list, add to it. text is kept, not copied.
 * return: 0; -EINVAL with *error */
int mr_option_set(const struct mr_option *option, const char *text, struct mr_options *options,
                  struct mr_error *error);

/* Every option's default. */
void mr_option_set_defaults(struct mr_options *options);

/* Whether it has the same value in both. */
bool mr_option_set_equals(const struct mr_option *option, const struct mr_options *left,
                          const struct mr_options *right);

/* Whether the command line gave it. */
bool mr_option_set_by_command(const struct mr_option *option, const struct mr_options *options);

#endif
