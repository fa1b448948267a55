/* The figures of a stream that are one number each: the one table from which /api and /metrics show them. Plain data and
 * pure functions; any thread. */
#ifndef MR_HTTP_FIGURES_H
#define MR_HTTP_FIGURES_H

#include "stream/stream.h"

#include <jansson.h>
#include <stddef.h>

/* Figures that stand together in the JSON of a stream, in the table's order. */
enum mr_figures_part {
    MR_FIGURES_FRAMES,           /* of the stream itself: what came and went */
    MR_FIGURES_LOSSES,           /* of the stream itself: what was damaged or lost */
    MR_FIGURES_TEXTS,            /* of "texts" */
    MR_FIGURES_SCRIPT,           /* of "script" */
    MR_FIGURES_RECORDING,        /* of "recording": its counters, */
    MR_FIGURES_RECORDING_STATES, /* and what goes before them */
};

enum mr_figures_form { MR_FIGURES_COUNT64, MR_FIGURES_COUNT32, MR_FIGURES_REAL, MR_FIGURES_TRUTH };

struct mr_figure {
    enum mr_figures_part part;
    const char *key;         /* in the JSON; NULL: not there */
    const char *metric;      /* "moonreel_…"; NULL: not there */
    const char *type, *help; /* of the metric: "counter" or "gauge", and what it tells */
    enum mr_figures_form form;
    size_t offset; /* in struct mr_stream_state */
    double scale;  /* of reals in the JSON: 100 for two decimals */
};

extern const struct mr_figure mr_figures[];
extern const size_t mr_figures_count;

/* return: the figure's value; a truth is 0 or 1 */
double mr_figures_value(const struct mr_figure *figure, const struct mr_stream_state *state);

/* Put the figures of a part that have a key into an object. */
void mr_figures_describe(json_t *object, enum mr_figures_part part,
                         const struct mr_stream_state *state);

/* return: a new number, rounded to 1 / scale; null when it is not finite */
json_t *mr_figures_rounded(double value, double scale);

#endif
