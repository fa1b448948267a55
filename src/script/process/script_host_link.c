#include "script/process/script_host_link.h"

#include "script/process/script_host_leave.h"
#include "script/process/script_host_private.h"

#include <errno.h>
#include <string.h>

void mr_script_host_link_must(int result)
{
    if (result < 0)
        mr_script_host_leave(1);
}

static int receive_request(struct mr_script_host *host, struct mr_wire_message *message,
                           struct mr_buffer *body, int *attached)
{
    int result;
    do {
        result = mr_wire_receive(host->fd, host->scratch, message, body, attached);
    } while (result == -EAGAIN);
    return result;
}

int mr_script_host_link_fetch(void *opaque, const char *name, bool text, size_t limit_bytes,
                              struct mr_buffer *content, struct mr_error *error)
{
    struct mr_script_host *host = opaque;
    struct mr_wire_message answer, message = {
        .kind = MR_WIRE_FILE,
        .file = { .text = text, .limit_bytes = (uint32_t)limit_bytes },
    };
    int attached;
    mr_script_host_link_must(mr_wire_send(host->fd, &message, name, strlen(name), -1));
    mr_script_host_link_must(receive_request(host, &answer, content, &attached));
    if (answer.kind != MR_WIRE_CONTENT || attached >= 0)
        mr_script_host_leave(1);
    if (answer.content.result == 0)
        return 0;
    if (answer.content.result != -ENOENT || content->size > 0)
        mr_error_set(error, answer.content.result, "%s", (const char *)content->data);
    return answer.content.result < 0 ? answer.content.result : -EINVAL;
}

void mr_script_host_link_want_pixels(void *opaque, struct mr_picture *picture)
{
    struct mr_script_host *host = opaque;
    struct mr_wire_message answer, message = { .kind = MR_WIRE_PIXELS };
    struct mr_buffer body = { 0 };
    int attached;
    (void)picture;
    mr_script_host_link_must(mr_wire_send(host->fd, &message, NULL, 0, -1));
    mr_script_host_link_must(receive_request(host, &answer, &body, &attached));
    mr_buffer_finish(&body);
    if (answer.kind != MR_WIRE_FILLED || attached >= 0)
        mr_script_host_leave(1);
}

static bool has_changed(const struct mr_script_host *host)
{
    return host->state.size != host->snapshot.size ||
           (host->state.size > 0 &&
            memcmp(host->state.data, host->snapshot.data, host->state.size) != 0);
}

static void send_snapshot(struct mr_script_host *host)
{
    struct mr_wire_message message = { .kind = MR_WIRE_SNAPSHOT };
    if (!has_changed(host))
        return;
    mr_script_host_link_must(
        mr_wire_send(host->fd, &message, host->state.data, host->state.size, -1));
    struct mr_buffer before = host->snapshot;
    host->snapshot = host->state;
    host->state = before;
}

void mr_script_host_link_save_state(struct mr_script_host *host)
{
    struct mr_error left_out = { 0 }, error = { 0 };
    int result = mr_instance_get_state(host->instance, &host->state, &left_out, &error);
    if (result == 0)
        send_snapshot(host);
    else if (!host->too_large)
        mr_script_log_line(host->log, MR_LOG_WARN, error.text, strlen(error.text));
    host->too_large = result < 0;
}
