/* The filters of FFmpeg, and their options, that a script may use. Private to src/media. */
#ifndef MR_MEDIA_FILTER_ALLOWED_H
#define MR_MEDIA_FILTER_ALLOWED_H

#include "base/error.h"

struct AVFilter;
struct AVFilterContext;

/* Before anything of the filter's runs.
 * return: 0; -EPERM, -EINVAL with *error */
int mr_filter_allowed(const struct AVFilter *filter, struct mr_error *error);

/* Before the option is set.
 * return: the same */
int mr_filter_allowed_option(const struct AVFilter *filter, const char *option, const char *value,
                             struct mr_error *error);

/* When all options are set: numbers that FFmpeg itself does not bound well enough.
 * return: the same */
int mr_filter_allowed_numbers(const struct AVFilterContext *context, struct mr_error *error);

#endif
