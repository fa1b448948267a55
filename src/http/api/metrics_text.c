#include "http/api/metrics_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void mr_metrics_text_family(struct mr_buffer *out, const char *name, const char *type,
                            const char *help)
{
    mr_buffer_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void append_escaped(struct mr_buffer *out, const char *value)
{
    for (; *value != '\0'; value++) {
        size_t plain = strcspn(value, "\\\"\n");
        mr_buffer_append(out, value, plain);
        value += plain;
        if (*value == '\0')
            return;
        mr_buffer_append_text(out, *value == '\n' ? "\\n" : *value == '"' ? "\\\"" : "\\\\");
    }
}

/* Whole numbers in full, so that a counter of bytes loses none. */
static void append_value(struct mr_buffer *out, double value)
{
    if (isnan(value))
        mr_buffer_append_text(out, "NaN");
    else if (isinf(value))
        mr_buffer_append_text(out, value > 0 ? "+Inf" : "-Inf");
    else if (fabs(value) < 9007199254740992.0 && value == floor(value))
        mr_buffer_printf(out, "%.0f", value);
    else
        mr_buffer_printf(out, "%.12g", value);
}

void mr_metrics_text_sample(struct mr_buffer *out, const char *name,
                            const struct mr_metrics_label *labels, double value)
{
    mr_buffer_append_text(out, name);
    for (size_t i = 0; labels[i].name != NULL; i++) {
        mr_buffer_printf(out, "%s%s=\"", i == 0 ? "{" : ",", labels[i].name);
        append_escaped(out, labels[i].value);
        mr_buffer_append_text(out, "\"");
    }
    mr_buffer_append_text(out, labels[0].name != NULL ? "} " : " ");
    append_value(out, value);
    mr_buffer_append_text(out, "\n");
}
