/* Checks of options whose type does not say all: the rows' `check` (options.h). They look at what is set
 * and, of lists, fill what is made of them. Messages as in option_set.h. Main's thread. */
#ifndef MR_APP_OPTION_CHECK_H
#define MR_APP_OPTION_CHECK_H

#include "app/options.h"

/* return: 0; -EINVAL with *error */
int mr_option_check_name(struct mr_options *options, struct mr_error *error);
int mr_option_check_background(struct mr_options *options, struct mr_error *error);
int mr_option_check_listen(struct mr_options *options, struct mr_error *error);
int mr_option_check_token(struct mr_options *options, struct mr_error *error);
int mr_option_check_view_token(struct mr_options *options, struct mr_error *error);
int mr_option_check_origins(struct mr_options *options, struct mr_error *error);
int mr_option_check_hosts(struct mr_options *options, struct mr_error *error);
int mr_option_check_proxies(struct mr_options *options, struct mr_error *error);
int mr_option_check_base_path(struct mr_options *options, struct mr_error *error);

#endif
