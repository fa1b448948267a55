#include "script/config/config_host.h"

#include "script/config/config_run.h"
#include "script/process/confine.h"
#include "script/process/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Memory for the values as JSON, beside the 32 MiB of Lua. */
#define MEMORY_MIB 128

/* return: the word of shared memory for the number of the line that runs; NULL: not to be had */
static volatile int *map_line(int attached)
{
    if (attached < 0)
        return NULL;
    void *line = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED, attached, 0);
    close(attached);
    return line != MAP_FAILED ? line : NULL;
}

/* The body is the path, a NUL, the text. */
static int evaluate(int fd, int parent, const struct mr_buffer *body, volatile int *line,
                    struct mr_buffer *values, struct mr_error *error)
{
    const char *path = (const char *)body->data, *text = path + strlen(path) + 1;
    const struct mr_confine_options options = { .parent = parent, .memory_mib = MEMORY_MIB };
    struct mr_wire_message begins = { .kind = MR_WIRE_LINE };
    int result = mr_confine(&options, error);
    if (result == 0 && (result = mr_wire_send(fd, &begins, NULL, 0, -1)) < 0)
        mr_error_set(error, result, "%s: %s", path, strerror(-result));
    if (result < 0)
        return result;
    return mr_config_run(&(struct mr_config_text){ .path = path,
                                                   .text = text,
                                                   .size = body->size - (size_t)(text - path),
                                                   .line_now = line },
                         values, error);
}

int mr_config_host_run(int fd)
{
    static uint8_t scratch[MR_WIRE_SCRATCH];
    struct mr_wire_message asked, answer = { .kind = MR_WIRE_VALUES };
    struct mr_buffer body = { 0 }, values = { 0 };
    struct mr_error error = { 0 };
    int attached;
    if (mr_wire_receive(fd, scratch, &asked, &body, &attached) < 0 || asked.kind != MR_WIRE_LINE)
        return -EPROTO;
    volatile int *line = map_line(attached);
    if (line == NULL || mr_wire_receive(fd, scratch, &asked, &body, &attached) < 0 ||
        asked.kind != MR_WIRE_CONFIG || body.data == NULL ||
        memchr(body.data, '\0', body.size) == NULL)
        return -EPROTO;
    answer.content.result = evaluate(fd, asked.config.parent, &body, line, &values, &error);
    bool failed = answer.content.result < 0;
    int result = mr_wire_send(fd, &answer, failed ? error.text : (char *)values.data,
                              failed ? strlen(error.text) : values.size, -1);
    if (result < 0 && !failed) { /* more than a memfd takes here */
        mr_error_set(&error, -EFBIG, "%s: sets more than %d MiB of values", (const char *)body.data,
                     MR_CONFINE_MAX_FILE_MIB);
        answer = (struct mr_wire_message){ .kind = MR_WIRE_VALUES, .content.result = -EFBIG };
        mr_wire_send(fd, &answer, error.text, strlen(error.text), -1);
    }
    mr_buffer_finish(&values);
    mr_buffer_finish(&body);
    return 0;
}
