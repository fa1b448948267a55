#include "app/config.h"

#include "app/config_keys.h"
#include "app/option_check.h"
#include "app/option_set.h"
#include "media/ffmpeg/url.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE 256

struct reader {
    struct mr_config *config;
    const struct mr_options *given;
    struct mr_options scratch; /* for values that the command line overrides */
    char *folder;              /* of the file, with its slash; "" for this one */
    struct mr_complaints *complaints;
};

static void complain_at_line(struct reader *reader, const char *path, const char *why)
{
    const struct mr_config *config = reader->config;
    int line = mr_config_lines_find(&config->file.lines, path);
    char at[16] = "";
    if (line > 0)
        snprintf(at, sizeof(at), ":%d", line);
    mr_complaints_add(reader->complaints, line, "%s%s: %s: %s", config->path, at, path, why);
}

/* ---- keys ---- */

static void complain_unknown(struct reader *reader, const char *path, const char *key,
                             enum mr_option_scope scope)
{
    char near[MR_CONFIG_KEY_SIZE], why[160];
    const struct mr_option *option = mr_config_keys_find(key);
    if (option != NULL && strcmp(key, "name") == 0)
        snprintf(why, sizeof(why), "a stream's name is its key in streams");
    else if (option != NULL && option->scope == MR_SCOPE_COMMAND)
        snprintf(why, sizeof(why), "is for the command line only");
    else if (option != NULL)
        snprintf(why, sizeof(why), "holds for all streams and stands outside of them");
    else if (mr_config_keys_suggest(key, scope, near)[0] != '\0')
        snprintf(why, sizeof(why), "is unknown; did you mean %s?", near);
    else
        snprintf(why, sizeof(why),
                 "is unknown; keys are the options of --help with _ for -, and %s",
                 scope == MR_SCOPE_STREAM ? "source, settings" : "streams");
    complain_at_line(reader, path, why);
}

static void take_key(struct reader *reader, const char *path, const char *key, const json_t *value,
                     enum mr_option_scope scope, struct mr_options *options)
{
    struct mr_error why;
    const struct mr_option *option = mr_config_keys_find(key);
    if (option == NULL || (option->scope != MR_SCOPE_STREAM && option->scope != scope)) {
        complain_unknown(reader, path, key, scope);
        return;
    }
    if (mr_option_set_by_command(option, reader->given))
        options = &reader->scratch;
    if (mr_config_keys_set(option, value, reader->folder, reader->config->texts, options, &why) < 0)
        complain_at_line(reader, path, why.text);
}

/* ---- a stream ---- */

/* A file that exists is a path, as for the source itself; a text with a colon before any slash is a URL. */
static const char *resolve(struct reader *reader, const char *source)
{
    const char *path = mr_config_keys_keep(reader->config->texts, "%s%s", reader->folder, source);
    bool url = source[strcspn(source, ":/")] == ':';
    if (source[0] == '/' || strcmp(source, "-") == 0 || path == NULL)
        return source;
    return access(path, F_OK) == 0 || !url ? path : source;
}

static void take_source(struct reader *reader, const char *path, const json_t *value,
                        struct mr_options *options)
{
    const char *source = json_string_value(value);
    if (source == NULL || *source == '\0')
        complain_at_line(reader, path, "a file, URL or device in quotes is expected");
    else
        options->source = resolve(reader, source);
}

static void take_settings(struct reader *reader, const char *path, const json_t *value,
                          struct mr_options *options)
{
    char *text = json_is_object(value) ? json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    options->settings =
        text != NULL ? mr_config_keys_keep(reader->config->texts, "%s", text) : NULL;
    if (options->settings == NULL)
        complain_at_line(reader, path, "a table is expected, such as { label = \"Yard\" }");
    free(text);
}

static void take_stream(struct reader *reader, const char *name, const json_t *table,
                        struct mr_options *options)
{
    const char *key;
    json_t *value;
    char path[PATH_SIZE], inner[2 * PATH_SIZE];
    struct mr_error why;
    snprintf(path, sizeof(path), "streams.%.200s", name);
    *options = reader->config->options;
    options->name = name;
    options->source = NULL;
    if (mr_option_check_name(options, &why) < 0)
        complain_at_line(reader, path, why.text);
    if (!json_is_object(table)) {
        complain_at_line(reader, path, "a table is expected, such as { source = \"cars.mp4\" }");
        return;
    }
    json_object_foreach((json_t *)table, key, value)
    {
        snprintf(inner, sizeof(inner), "%s.%.200s", path, key);
        if (strcmp(key, "source") == 0)
            take_source(reader, inner, value, options);
        else if (strcmp(key, "settings") == 0)
            take_settings(reader, inner, value, options);
        else
            take_key(reader, inner, key, value, MR_SCOPE_STREAM, options);
    }
    if (json_object_get(table, "source") == NULL)
        complain_at_line(reader, path, "has no source, as source = \"cars.mp4\"");
}

/* ---- all of it ---- */

static int compare_names(const void *left, const void *right)
{
    const struct mr_options *l = left, *r = right;
    return strcmp(l->name, r->name);
}

/* Things that only one stream can have for itself. */
static void check_shared(struct reader *reader)
{
    const struct mr_config *config = reader->config;
    char path[PATH_SIZE], why[PATH_SIZE + 64];
    for (size_t i = 0; i < config->count; i++)
        for (size_t k = 0; k < i; k++) {
            const struct mr_options *one = &config->streams[i], *other = &config->streams[k];
            if (one->record != NULL && other->record != NULL &&
                strcmp(one->record, other->record) == 0) {
                snprintf(path, sizeof(path), "streams.%s.record", one->name);
                snprintf(why, sizeof(why), "is where streams.%s records, too", other->name);
                complain_at_line(reader, path, why);
            }
            if (one->source != NULL && other->source != NULL && strcmp(one->source, "-") == 0 &&
                strcmp(other->source, "-") == 0) {
                snprintf(path, sizeof(path), "streams.%s.source", one->name);
                snprintf(why, sizeof(why), "standard input is streams.%s's already", other->name);
                complain_at_line(reader, path, why);
            }
        }
}

static void take_streams(struct reader *reader, const json_t *streams)
{
    struct mr_config *config = reader->config;
    const char *name;
    json_t *table;
    if (!json_is_object(streams) || json_object_size(streams) == 0) {
        complain_at_line(reader, "streams",
                         streams == NULL
                             ? "there is none; write streams = { NAME = { source = ... } }"
                             : "a table of streams is expected: { NAME = { source = ... } }");
        return;
    }
    if (json_object_size(streams) > MR_CONFIG_STREAMS_MAX) {
        complain_at_line(reader, "streams", "there are more than 256");
        return;
    }
    config->streams = calloc(json_object_size(streams), sizeof(*config->streams));
    if (config->streams == NULL) {
        complain_at_line(reader, "streams", "out of memory");
        return;
    }
    json_object_foreach((json_t *)streams, name, table)
        take_stream(reader, name, table, &config->streams[config->count++]);
    qsort(config->streams, config->count, sizeof(*config->streams), compare_names);
    check_shared(reader);
}

static void take_all(struct reader *reader)
{
    struct mr_config *config = reader->config;
    const char *key;
    json_t *value;
    json_object_foreach(config->file.values, key, value) if (strcmp(key, "streams") != 0)
        take_key(reader, key, key, value, MR_SCOPE_GLOBAL, &config->options);
    take_streams(reader, json_object_get(config->file.values, "streams"));
}

static int read_file(struct reader *reader)
{
    struct mr_config *config = reader->config;
    struct mr_error error;
    const char *slash = strrchr(config->path, '/');
    reader->folder = strndup(config->path, slash != NULL ? (size_t)(slash + 1 - config->path) : 0);
    if (reader->folder == NULL) {
        mr_complaints_add(reader->complaints, 0, "%s: out of memory", config->path);
        return -ENOMEM;
    }
    int result = mr_config_file_read(
        config->path, reader->given->isolation == MR_ISOLATION_PROCESS ? "/proc/self/exe" : NULL,
        &config->file, &error);
    if (result < 0) { /* Lua quotes what it did not understand, perhaps a source */
        char shown[sizeof(error.text)];
        mr_url_redact(error.text, shown, sizeof(shown));
        mr_complaints_add(reader->complaints, 0, "%s", shown);
    }
    return result;
}

int mr_config_read(const struct mr_options *given, struct mr_config **out,
                   struct mr_complaints *complaints)
{
    struct mr_config *config = calloc(1, sizeof(*config));
    struct reader reader = {
        .config = config, .given = given, .scratch = *given, .complaints = complaints
    };
    size_t before = complaints->count + complaints->more;
    *out = NULL;
    int result = -ENOMEM;
    if (config != NULL) {
        config->references = 1;
        config->options = *given;
        config->path = strdup(given->config);
        config->texts = json_array();
    }
    if (config != NULL && config->path != NULL && config->texts != NULL)
        result = read_file(&reader);
    else
        mr_complaints_add(complaints, 0, "%s: out of memory", given->config);
    if (result == 0)
        take_all(&reader);
    free(reader.folder);
    if (complaints->count + complaints->more > before)
        mr_config_unref(&config);
    *out = config;
    return config == NULL ? result < 0 ? result : -EINVAL : 0;
}

struct mr_config *mr_config_ref(struct mr_config *config)
{
    config->references++;
    return config;
}

void mr_config_unref(struct mr_config **held)
{
    struct mr_config *config = *held;
    *held = NULL;
    if (config == NULL || --config->references > 0)
        return;
    mr_config_file_finish(&config->file);
    json_decref(config->texts);
    free(config->streams);
    free(config->path);
    free(config);
}

const struct mr_options *mr_config_find(const struct mr_config *config, const char *name)
{
    for (size_t i = 0; i < config->count; i++)
        if (strcmp(config->streams[i].name, name) == 0)
            return &config->streams[i];
    return NULL;
}

int mr_config_line(const struct mr_config *config, const char *stream, const char *key)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof(path), "streams.%s%s%s", stream, key != NULL ? "." : "",
             key != NULL ? key : "");
    return mr_config_lines_find(&config->file.lines, path);
}
