/* Makes libavfilter graphs from the text of a chain. The text is taken apart here: FFmpeg's own
 * parser starts each filter, upon which some open files, before anybody could look at its options.
 * Private to src/media. */
#ifndef MR_MEDIA_FILTER_GRAPH_H
#define MR_MEDIA_FILTER_GRAPH_H

#include "base/error.h"

#include <libavfilter/avfilter.h>

struct mr_filter_graph {
    AVFilterGraph *graph;           /* NULL: not made */
    AVFilterContext *source, *sink; /* of `format` both, microseconds */
    enum AVPixelFormat format; /* of BGRX pictures: BGR0, or BGRA where that saves conversions */
    int width, height;
    unsigned steps;
};

/* return: 0; -errno as mr_filter_create, with *error and an empty *graph */
int mr_filter_graph_make(struct mr_filter_graph *graph, const char *text, int width, int height,
                         struct mr_error *error);
void mr_filter_graph_finish(struct mr_filter_graph *graph); /* takes an empty one */

/* Fill *error from what FFmpeg returned and, better, what it logged since the log was cleared.
 * return: -errno */
int mr_filter_graph_fail(struct mr_error *error, const char *what, int averror);

#endif
