#include "app/own_files.h"

#include "base/log.h"
#include "base/private_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char recordings[] = ".mkv";

/* The folder of a recording's pattern, as far as it is the same for every file.
 * return: malloc'd; NULL when out of memory */
static char *find_record_folder(const char *pattern)
{
    size_t fixed = strcspn(pattern, "%");
    while (fixed > 0 && pattern[fixed - 1] != '/')
        fixed--;
    return fixed > 0 ? strndup(pattern, fixed) : strdup(".");
}

static int add_recordings(const struct mr_options *stream, struct mr_private_file *files,
                          size_t *count)
{
    if (stream->record == NULL)
        return 0;
    char *folder = find_record_folder(stream->record);
    if (folder == NULL)
        return -ENOMEM;
    files[(*count)++] = (struct mr_private_file){ folder, recordings };
    return 0;
}

int mr_own_files_register(const struct mr_options *given, const struct mr_config *config,
                          struct mr_error *error)
{
    size_t streams = config != NULL ? config->count : 1, count = 0;
    struct mr_private_file *files = calloc(streams + 1, sizeof(*files));
    int result = files == NULL ? -ENOMEM : 0;
    for (size_t i = 0; result == 0 && i < streams; i++)
        result = add_recordings(config != NULL ? &config->streams[i] : given, files, &count);
    size_t folders = count;
    if (result == 0 && given->config != NULL)
        files[count++] = (struct mr_private_file){ .path = given->config };
    if (result == 0)
        result = mr_private_files_add(files, count);
    for (size_t i = 0; i < folders; i++)
        free((char *)files[i].path);
    free(files);
    return result < 0 ? mr_error_set(error, result, "out of memory") : 0;
}

/* return: whether the file, a path without links, lies in the folder of this script or below */
static bool lies_beside(const char *file, const char *script)
{
    char *real = realpath(script, NULL);
    size_t folder = real != NULL ? (size_t)(strrchr(real, '/') + 1 - real) : 0;
    bool beside = folder > 0 && strncmp(file, real, folder) == 0;
    free(real);
    return beside;
}

void mr_own_files_warn(const struct mr_config *config)
{
    char *file = realpath(config->path, NULL);
    for (size_t i = 0; file != NULL && i < config->count; i++) {
        const struct mr_options *stream = &config->streams[i];
        if (stream->script == NULL || !lies_beside(file, stream->script))
            continue;
        mr_log(MR_LOG_WARN, "app",
               "%s lies in the folder of the script of streams.%s; scripts and the studio cannot "
               "reach it there, but a folder of its own is safer",
               config->path, stream->name);
        break;
    }
    free(file);
}
