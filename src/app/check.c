/* moonreel --check --config FILE: everything that is wrong with a configuration, without serving it. */
#include "app/check.h"

#include "app/app.h"
#include "app/config.h"
#include "app/own_files.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void complain(const struct mr_config *config, const struct mr_options *stream,
                     const char *key, const char *why, struct mr_complaints *complaints)
{
    int line = mr_config_line(config, stream->name, key);
    char at[16] = "";
    if (line > 0)
        snprintf(at, sizeof(at), ":%d", line);
    mr_complaints_add(complaints, line, "%s%s: streams.%s.%s: %s", config->path, at, stream->name,
                      key, why);
}

/* URLs and devices may come and go, and a row of pictures has a pattern for a name. */
static bool is_file(const char *source)
{
    bool url = source[strcspn(source, ":/")] == ':' && access(source, F_OK) < 0;
    return !url && strcmp(source, "-") != 0 && strncmp(source, "/dev/", 5) != 0 &&
           strpbrk(source, "%*?") == NULL;
}

static void check_source(const struct mr_config *config, const struct mr_options *stream,
                         struct mr_complaints *complaints)
{
    char why[512];
    struct stat info;
    if (!is_file(stream->source))
        return;
    const char *wrong = stat(stream->source, &info) < 0          ? strerror(errno)
                        : S_ISDIR(info.st_mode)                  ? "it is a folder"
                        : access(stream->source, R_OK) < 0       ? strerror(errno)
                        : S_ISREG(info.st_mode) && !info.st_size ? "it is empty"
                                                                 : NULL;
    if (wrong == NULL)
        return;
    snprintf(why, sizeof(why), "cannot play \"%s\": %s", stream->source, wrong);
    complain(config, stream, "source", why, complaints);
}

/* Load the script as the stream would, with its settings. */
static void check_script(const struct mr_config *config, const struct mr_options *stream,
                         struct mr_complaints *complaints)
{
    const struct mr_stream_options options = mr_app_stream_options(stream, NULL);
    struct mr_runner *runner;
    struct mr_error error;
    int result = mr_runner_create(
        &(struct mr_runner_options){
            .stream = options.name,
            .path = options.script,
            .settings = options.settings,
            .on_error = options.on_error,
            .limits = options.limits,
            .quality = options.quality,
            .host = options.host,
        },
        &runner, &error);
    bool settings = result < 0 && (strncmp(error.text, "settings.", 9) == 0 ||
                                   strncmp(error.text, "there is no setting", 19) == 0);
    if (result < 0)
        complain(config, stream, settings ? "settings" : "script", error.text, complaints);
    mr_runner_destroy(runner);
}

static void check_web_dir(const struct mr_config *config, struct mr_complaints *complaints)
{
    struct stat info;
    const char *folder = config->options.web_dir;
    if (folder != NULL && (stat(folder, &info) < 0 || !S_ISDIR(info.st_mode)))
        mr_complaints_add(complaints, 0, "%s: web_dir: \"%s\" is not a folder", config->path,
                          folder);
}

/* One line each; the last is the caller's. */
static int tell(const struct mr_complaints *complaints, struct mr_error *error)
{
    for (size_t i = 0; i + 1 < complaints->count; i++)
        fprintf(stderr, "moonreel: %s\n", complaints->list[i].text);
    if (complaints->more > 0)
        fprintf(stderr, "moonreel: and %zu more before this:\n", complaints->more);
    return mr_error_set(error, -EINVAL, "%s", complaints->list[complaints->count - 1].text);
}

int mr_check_config(const struct mr_options *options, struct mr_error *error)
{
    struct mr_complaints complaints = { 0 };
    struct mr_config *config;
    int result = mr_config_read(options, &config, &complaints);
    if (result == 0 && mr_own_files_register(options, config, error) < 0)
        mr_complaints_add(&complaints, 0, "%s: %s", config->path, error->text);
    mr_log_set_level(MR_LOG_ERROR); /* what scripts say while they are loaded is not asked for */
    for (size_t i = 0; result == 0 && i < config->count; i++) {
        check_source(config, &config->streams[i], &complaints);
        check_script(config, &config->streams[i], &complaints);
    }
    if (result == 0)
        check_web_dir(config, &complaints);
    if (complaints.count > 0)
        result = tell(&complaints, error);
    else
        printf("%s: %zu %s, all right\n", config->path, config->count,
               config->count == 1 ? "stream" : "streams");
    mr_complaints_finish(&complaints);
    mr_config_unref(&config);
    return result;
}
