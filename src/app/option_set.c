#include "app/option_set.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_within(double value, double least, double most)
{
    return value >= least && value <= most;
}

static int set_number(const struct mr_option *option, const char *text, void *field,
                      struct mr_error *error)
{
    char *end;
    bool whole = option->type == MR_OPTION_INT;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !is_within(value, option->min, option->max) ||
        (whole && value != floor(value)))
        return mr_error_set(error, -EINVAL, "\"%s\" is not a %snumber from %.10g to %.10g", text,
                            whole ? "whole " : "", option->min, option->max);
    if (whole)
        *(int *)field = (int)value;
    else
        *(double *)field = value;
    return 0;
}

/* "5" and "5s", "500ms", "10min", "1h" */
static int set_seconds(const struct mr_option *option, const char *text, double *field,
                       struct mr_error *error)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = { { "", 1 }, { "s", 1 }, { "ms", 1e-3 }, { "min", 60 }, { "h", 3600 } };
    char *unit;
    double number = strtod(text, &unit);
    for (size_t i = 0; unit != text && i < sizeof(units) / sizeof(*units); i++)
        if (strcmp(unit, units[i].name) == 0 &&
            is_within(number * units[i].seconds, option->min, option->max)) {
            *field = number * units[i].seconds;
            return 0;
        }
    return mr_error_set(error, -EINVAL,
                        "\"%s\" is not a time from %.10g to %.10g seconds, as 5, 500ms, "
                        "10min or 1h",
                        text, option->min, option->max);
}

static int set_choice(const struct mr_option *option, const char *text, int *field,
                      struct mr_error *error)
{
    char known[128] = "";
    for (int i = 0; option->choices[i] != NULL; i++) {
        if (strcmp(text, option->choices[i]) == 0) {
            *field = i;
            return 0;
        }
        snprintf(known + strlen(known), sizeof(known) - strlen(known), "%s%s", i > 0 ? ", " : "",
                 option->choices[i]);
    }
    return mr_error_set(error, -EINVAL, "\"%s\" is not one of %s", text, known);
}

static int add_value(const char *text, struct mr_values *field, struct mr_error *error)
{
    if (field->count == MR_VALUES_MAX)
        return mr_error_set(error, -EINVAL, "\"%s\" is one too many; there can be %d", text,
                            MR_VALUES_MAX);
    field->text[field->count++] = text;
    return 0;
}

int mr_option_set(const struct mr_option *option, const char *text, struct mr_options *options,
                  struct mr_error *error)
{
    void *field = (char *)options + option->offset;
    switch (option->type) {
    case MR_OPTION_FLAG:
        *(bool *)field = true;
        return 0;
    case MR_OPTION_TEXT:
        if (*text == '\0')
            return mr_error_set(error, -EINVAL, "%s may not be empty", option->argument);
        *(const char **)field = text;
        return 0;
    case MR_OPTION_LIST:
        return add_value(text, field, error);
    case MR_OPTION_INT:
    case MR_OPTION_NUMBER:
        return set_number(option, text, field, error);
    case MR_OPTION_SECONDS:
        return set_seconds(option, text, field, error);
    case MR_OPTION_SIZE:
        return mr_geometry_parse_size(text, field, error);
    case MR_OPTION_CHOICE:
        return set_choice(option, text, field, error);
    }
    return 0;
}

void mr_option_set_defaults(struct mr_options *options)
{
    *options = (struct mr_options){ .source = "test:", .loop = MR_BY_MODE, .live = MR_BY_MODE };
    for (size_t i = 0; i < mr_option_table_count; i++)
        if (mr_option_table[i].fallback != NULL)
            mr_option_set(&mr_option_table[i], mr_option_table[i].fallback, options, NULL);
}

/* ---- comparing ---- */

static bool same_text(const char *left, const char *right)
{
    return left == right || (left != NULL && right != NULL && strcmp(left, right) == 0);
}

static bool same_values(const struct mr_values *left, const struct mr_values *right)
{
    bool same = left->count == right->count;
    for (size_t i = 0; same && i < left->count; i++)
        same = strcmp(left->text[i], right->text[i]) == 0;
    return same;
}

static bool same_size(const struct mr_size *left, const struct mr_size *right)
{
    return left->width == right->width && left->height == right->height;
}

bool mr_option_set_equals(const struct mr_option *option, const struct mr_options *left,
                          const struct mr_options *right)
{
    const void *l = (const char *)left + option->offset, *r = (const char *)right + option->offset;
    switch (option->type) {
    case MR_OPTION_FLAG:
        return *(const bool *)l == *(const bool *)r;
    case MR_OPTION_TEXT:
        return same_text(*(const char *const *)l, *(const char *const *)r);
    case MR_OPTION_LIST:
        return same_values(l, r);
    case MR_OPTION_INT:
    case MR_OPTION_CHOICE:
        return *(const int *)l == *(const int *)r;
    case MR_OPTION_NUMBER:
    case MR_OPTION_SECONDS:
        return memcmp(l, r, sizeof(double)) == 0;
    case MR_OPTION_SIZE:
        return same_size(l, r);
    }
    return false;
}

bool mr_option_set_by_command(const struct mr_option *option, const struct mr_options *options)
{
    return (options->given >> (option - mr_option_table) & 1) != 0;
}
