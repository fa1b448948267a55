#include "script/config/config_file.h"

#include "base/file.h"
#include "script/config/config_process.h"
#include "script/config/config_run.h"

#include <errno.h>
#include <string.h>

static int read_text(const char *path, struct mr_buffer *text, struct mr_error *error)
{
    int result = mr_file_read(path, MR_CONFIG_FILE_MAX_BYTES, text);
    if (result < 0)
        return mr_error_set(error, result, "%s: cannot be read: %s", path,
                            result == -EFBIG ? "longer than 1 MiB" : strerror(-result));
    mr_buffer_append(text, "", 0); /* an empty file has a text, too */
    return 0;
}

static int run_text(const char *path, const char *program, const struct mr_buffer *text,
                    struct mr_buffer *values, struct mr_error *error)
{
    if (program != NULL)
        return mr_config_process_run(program, path, text, values, error);
    return mr_config_run(
        &(struct mr_config_text){ .path = path,
                                  .text = text->data != NULL ? (char *)text->data : "",
                                  .size = text->size },
        values, error);
}

static int take_values(const char *path, struct mr_config_file *file,
                       const struct mr_buffer *values, struct mr_error *error)
{
    const struct mr_config_place *twice = &file->lines.twice;
    if (twice->path != NULL)
        return mr_error_set(error, -EINVAL, "%s:%d: %s: is there twice", path, twice->line,
                            twice->path);
    file->values = json_loadb((const char *)values->data, values->size, 0, NULL);
    if (!json_is_object(file->values))
        return mr_error_set(error, -ENOMEM, "%s: out of memory", path);
    return 0;
}

int mr_config_file_read(const char *path, const char *program, struct mr_config_file *file,
                        struct mr_error *error)
{
    struct mr_buffer text = { 0 }, values = { 0 };
    *file = (struct mr_config_file){ 0 };
    int result = read_text(path, &text, error);
    if (result == 0) {
        result = mr_config_lines_read(&file->lines, (const char *)text.data, text.size);
        if (result < 0)
            mr_error_set(error, result, "%s: out of memory", path);
    }
    if (result == 0)
        result = run_text(path, program, &text, &values, error);
    if (result == 0)
        result = take_values(path, file, &values, error);
    mr_buffer_finish(&text);
    mr_buffer_finish(&values);
    return result;
}

void mr_config_file_finish(struct mr_config_file *file)
{
    json_decref(file->values);
    mr_config_lines_finish(&file->lines);
    *file = (struct mr_config_file){ 0 };
}
