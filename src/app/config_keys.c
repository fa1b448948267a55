#include "app/config_keys.h"

#include "app/option_set.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_SIZE 96

/* ---- names ---- */

const char *mr_config_keys_name(const struct mr_option *option, char key[MR_CONFIG_KEY_SIZE])
{
    snprintf(key, MR_CONFIG_KEY_SIZE, "%s", option->name);
    for (char *c = key; *c != '\0'; c++)
        if (*c == '-')
            *c = '_';
    return key;
}

const struct mr_option *mr_config_keys_find(const char *key)
{
    char own[MR_CONFIG_KEY_SIZE];
    for (size_t i = 0; i < mr_option_table_count; i++)
        if (strcmp(mr_config_keys_name(&mr_option_table[i], own), key) == 0)
            return &mr_option_table[i];
    return NULL;
}

/* How many letters must be changed, put in or taken out, or swapped with their neighbour. */
static size_t distance(const char *left, const char *right)
{
    size_t rows[3][MR_CONFIG_KEY_SIZE + 1], width = strlen(right);
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    if (width > MR_CONFIG_KEY_SIZE || strlen(left) > 2 * MR_CONFIG_KEY_SIZE)
        return MR_CONFIG_KEY_SIZE;
    for (size_t k = 0; k <= width; k++)
        above[k] = k;
    for (size_t i = 1; left[i - 1] != '\0'; i++) {
        row[0] = i;
        for (size_t k = 1; k <= width; k++) {
            size_t best = above[k - 1] + (left[i - 1] != right[k - 1]);
            best = above[k] + 1 < best ? above[k] + 1 : best;
            best = row[k - 1] + 1 < best ? row[k - 1] + 1 : best;
            if (i > 1 && k > 1 && left[i - 1] == right[k - 2] && left[i - 2] == right[k - 1])
                best = before[k - 2] + 1 < best ? before[k - 2] + 1 : best;
            row[k] = best;
        }
        size_t *free_row = before;
        before = above;
        above = row;
        row = free_row;
    }
    return above[width];
}

const char *mr_config_keys_suggest(const char *wrong, enum mr_option_scope scope,
                                   char key[MR_CONFIG_KEY_SIZE])
{
    static const char *const others[][2] = { { "source", "settings" }, { "streams", "streams" } };
    char own[MR_CONFIG_KEY_SIZE];
    size_t nearest = strlen(wrong) < 6 ? 2 : 3; /* what is as far away is something else */
    key[0] = '\0';
    for (size_t i = 0; i < mr_option_table_count + 2; i++) {
        const char *known = i >= mr_option_table_count
                                ? others[scope == MR_SCOPE_GLOBAL][i - mr_option_table_count]
                                : mr_config_keys_name(&mr_option_table[i], own);
        bool stands = i >= mr_option_table_count || mr_option_table[i].scope == MR_SCOPE_STREAM ||
                      mr_option_table[i].scope == scope;
        size_t away = stands ? distance(wrong, known) : nearest;
        if (away < nearest) {
            nearest = away;
            snprintf(key, MR_CONFIG_KEY_SIZE, "%s", known);
        }
    }
    return key;
}

/* ---- values ---- */

const char *mr_config_keys_keep(json_t *texts, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    json_t *text = json_vsprintf(format, args);
    va_end(args);
    return json_array_append_new(texts, text) == 0 ? json_string_value(text) : NULL;
}

/* A number or truth value as an option's text. return: text */
static const char *print_plain(const json_t *value, char text[SHOWN_SIZE])
{
    if (json_is_integer(value))
        snprintf(text, SHOWN_SIZE, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        snprintf(text, SHOWN_SIZE, "%.15g", json_real_value(value));
    else
        snprintf(text, SHOWN_SIZE, "%s", json_is_true(value) ? "true" : "false");
    return text;
}

/* A wrong value as a message shows it. return: text */
static const char *show(const json_t *value, char text[SHOWN_SIZE])
{
    if (json_is_array(value))
        return "a list";
    if (json_is_object(value))
        return "a table";
    if (json_is_string(value))
        snprintf(text, SHOWN_SIZE, "the text \"%.60s\"", json_string_value(value));
    else
        print_plain(value, text);
    return text;
}

static int refuse_type(const struct mr_option *option, const json_t *value, struct mr_error *error)
{
    char shown[SHOWN_SIZE], range[64];
    const char *wanted = range;
    snprintf(range, sizeof(range), "a number from %.10g to %.10g", option->min, option->max);
    switch (option->type) {
    case MR_OPTION_FLAG:
        wanted = "true or false";
        break;
    case MR_OPTION_TEXT: /* may be a secret that forgot its quotes */
        return mr_error_set(error, -EINVAL, "a text in quotes is expected, %s", option->argument);
    case MR_OPTION_LIST:
        wanted = "a text in quotes or a list of them";
        break;
    case MR_OPTION_INT:
    case MR_OPTION_NUMBER:
        break;
    case MR_OPTION_SECONDS:
        wanted = "a time such as \"10min\" or a number of seconds";
        break;
    case MR_OPTION_SIZE:
        wanted = "a size such as \"640x360\"";
        break;
    case MR_OPTION_CHOICE:
        wanted = strcmp(option->argument, "yes|no") == 0 ? "true or false" : option->argument;
        break;
    }
    return mr_error_set(error, -EINVAL, "%s is not %s", show(value, shown), wanted);
}

/* The value as the command line would have it. return: NULL when it is of a wrong type */
static const char *get_text(const struct mr_option *option, const json_t *value,
                            char plain[SHOWN_SIZE])
{
    switch (option->type) {
    case MR_OPTION_INT:
    case MR_OPTION_NUMBER:
        return json_is_number(value) ? print_plain(value, plain) : NULL;
    case MR_OPTION_SECONDS:
    case MR_OPTION_SIZE:
        if (json_is_number(value))
            return print_plain(value, plain);
        break;
    case MR_OPTION_CHOICE:
        if (json_is_boolean(value))
            return strcmp(option->argument, "yes|no") == 0 ? json_is_true(value) ? "yes" : "no"
                                                           : NULL;
        break;
    case MR_OPTION_FLAG:
    case MR_OPTION_TEXT:
    case MR_OPTION_LIST:
        break;
    }
    return json_string_value(value);
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* { key = value } is "key=value" for those options that are such pairs, sorted, since Lua's tables have no
 * order. FFmpeg writes truth as 0 and 1. */
static int set_pairs(const struct mr_option *option, const json_t *value, json_t *texts,
                     struct mr_options *options, struct mr_error *error)
{
    struct mr_values *values = (void *)((char *)options + option->offset);
    const char *key, *text;
    json_t *inner;
    char plain[SHOWN_SIZE];
    if (strchr(option->argument, '=') == NULL)
        return refuse_type(option, value, error);
    json_object_foreach((json_t *)value, key, inner)
    {
        if (json_is_object(inner) || json_is_array(inner))
            return mr_error_set(error, -EINVAL, "%s is %s; text, a number, true or false expected",
                                key, show(inner, plain));
        text = json_is_string(inner)    ? json_string_value(inner)
               : json_is_boolean(inner) ? (json_is_true(inner) ? "1" : "0")
                                        : print_plain(inner, plain);
        if ((text = mr_config_keys_keep(texts, "%s=%s", key, text)) == NULL)
            return mr_error_set(error, -ENOMEM, "out of memory");
        if (mr_option_set(option, text, options, error) < 0)
            return -EINVAL;
    }
    qsort(values->text, values->count, sizeof(*values->text), compare_texts);
    return 0;
}

static int set_list(const struct mr_option *option, const json_t *value, json_t *texts,
                    struct mr_options *options, struct mr_error *error)
{
    size_t i;
    json_t *inner;
    *(struct mr_values *)((char *)options + option->offset) = (struct mr_values){ 0 };
    if (json_is_object(value))
        return set_pairs(option, value, texts, options, error);
    if (json_is_string(value))
        return mr_option_set(option, json_string_value(value), options, error);
    if (!json_is_array(value))
        return refuse_type(option, value, error);
    json_array_foreach((json_t *)value, i, inner)
    {
        if (!json_is_string(inner))
            return refuse_type(option, inner, error);
        if (mr_option_set(option, json_string_value(inner), options, error) < 0)
            return -EINVAL;
    }
    return 0;
}

static int set_plain(const struct mr_option *option, const json_t *value, const char *folder,
                     json_t *texts, struct mr_options *options, struct mr_error *error)
{
    char plain[SHOWN_SIZE];
    const char *text = get_text(option, value, plain);
    if (option->type == MR_OPTION_FLAG && json_is_boolean(value)) {
        *(bool *)((char *)options + option->offset) = json_is_true(value);
        return 0;
    }
    if (option->type == MR_OPTION_FLAG || text == NULL)
        return refuse_type(option, value, error);
    if (option->file && text[0] != '/' && text[0] != '\0')
        text = mr_config_keys_keep(texts, "%s%s", folder, text);
    return text == NULL ? mr_error_set(error, -ENOMEM, "out of memory")
                        : mr_option_set(option, text, options, error);
}

int mr_config_keys_set(const struct mr_option *option, const json_t *value, const char *folder,
                       json_t *texts, struct mr_options *options, struct mr_error *error)
{
    int result = option->type == MR_OPTION_LIST
                     ? set_list(option, value, texts, options, error)
                     : set_plain(option, value, folder, texts, options, error);
    return result == 0 && option->check != NULL ? option->check(options, error) : result;
}
