/* The text that Prometheus reads (format 0.0.4): families one after another, each with its samples.
 * The caller's buffer; one thread. */
#ifndef MR_HTTP_METRICS_TEXT_H
#define MR_HTTP_METRICS_TEXT_H

#include "base/buffer.h"

#define MR_METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

struct mr_metrics_label {
    const char *name, *value; /* any UTF-8 */
};

/* Begin a family: HELP and TYPE ("counter", "gauge", "summary"). What follows belongs to it. */
void mr_metrics_text_family(struct mr_buffer *out, const char *name, const char *type,
                            const char *help);

/* One sample. `name` is the family's, or with "_sum" or "_count" after it for a summary's. Labels end
 * with one without name. */
void mr_metrics_text_sample(struct mr_buffer *out, const char *name,
                            const struct mr_metrics_label *labels, double value);

#endif
