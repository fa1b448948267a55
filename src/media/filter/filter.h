/* A libavfilter graph that scripts may run over BGRX pictures: a chain of filters with one input and
 * one output each that change a picture and nothing else. Which ones, filter_allowed.c says; none
 * reads or writes files, and each gives one picture of the same size for every one it gets.
 *
 * One thread; everything is done in it. A graph is bound to a size: it is made at the first run and
 * made again when the size changes, and filters with a memory forget then. FFmpeg's memory was
 * measured at 10 to 60 bytes for each pixel and filter (bilateral: 110). */
#ifndef MR_MEDIA_FILTER_H
#define MR_MEDIA_FILTER_H

#include "base/error.h"
#include "media/filter/filter_limits.h"
#include "media/picture/picture.h"
#include "media/pixels/region.h"

struct mr_filter;

/* Check a chain as FFmpeg writes it ("gblur=sigma=4,eq=contrast=1.2"), by making it for pictures of
 * 1280x720. No picture is needed and no memory of the graph is kept.
 * out:    *filter, to be destroyed by the caller; NULL on error
 * return: 0; -EINVAL: syntax, an unknown filter or option, a wrong value, several inputs; -EPERM:
 *         not for scripts; -ENOMEM; with *error */
int mr_filter_create(const char *text, struct mr_filter **filter, struct mr_error *error);
void mr_filter_destroy(struct mr_filter *filter); /* takes NULL */

/* Free the graph and all pictures that it holds, until the next run. */
void mr_filter_forget(struct mr_filter *filter);

/* return: how many filters the chain has; the text that it was made from, which lives as long as it */
unsigned mr_filter_steps(const struct mr_filter *filter);
const char *mr_filter_text(const struct mr_filter *filter);

/* Replace an area of a BGRX picture by what the graph makes of it. Time, for the filters, is the
 * picture's pts_us.
 * in:     picture: the caller holds the only reference; area: lies in it, not empty
 * return: 0; -errno with *error, the picture as it was: the size is below MR_FILTER_MIN_SIDE or
 *         does not suit a filter, a filter did not give exactly one picture, no memory */
int mr_filter_run(struct mr_filter *filter, struct mr_picture *picture, const struct mr_area *area,
                  struct mr_error *error);

#endif
