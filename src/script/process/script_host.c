#include "script/process/script_host.h"

#include "base/clock.h"
#include "base/log.h"
#include "script/lua/json_write.h"
#include "script/lua/watchdog.h"
#include "script/process/confine.h"
#include "script/process/script_duties.h"
#include "script/process/script_host_leave.h"
#include "script/process/script_host_link.h"
#include "script/process/script_host_private.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

/* State is sent when it changed and so much time has passed since the last time; without a call it is
 * looked at every WATCH_MS. Together they stay below the second that may be lost. */
#define SNAPSHOT_US 500000
#define WATCH_MS    250

/* ---- what the script says and wants ---- */

static void send_line(void *opaque, enum mr_log_level level, const char *text, size_t size)
{
    struct mr_script_host *host = opaque;
    struct mr_wire_message message = { .kind = MR_WIRE_LOG, .log = { .level = (int32_t)level } };
    if (text == NULL) {
        message.log.left_out = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
        size = 0;
    }
    mr_script_host_link_must(mr_wire_send(host->fd, &message, text, size, -1));
}

static void send_text(void *opaque, uint64_t client, const char *json, size_t size)
{
    struct mr_script_host *host = opaque;
    struct mr_wire_message message = { .kind = MR_WIRE_BROADCAST,
                                       .broadcast = { .client = client } };
    mr_script_host_link_must(mr_wire_send(host->fd, &message, json, size, -1));
}

static void map_memory(struct mr_script_host *host, int attached)
{
    const struct mr_wire_message *asked = &host->asked;
    struct mr_picture_memory memory = {
        .fd = attached,
        .format = (enum mr_picture_format)asked->memory.format,
        .width = asked->memory.width,
        .height = asked->memory.height,
        .slots = asked->memory.slots,
    };
    bool canvas = asked->memory.canvas != 0;
    struct mr_picture_pool **pool = canvas ? &host->canvas_pool : &host->planes;
    if (canvas && memory.format != MR_PICTURE_BGRX)
        mr_script_host_leave(1);
    if (canvas)
        mr_canvases_lend(host->canvases, NULL);
    mr_picture_pool_destroy(*pool);
    mr_script_host_link_must(mr_picture_pool_map(&memory, pool));
}

/* ---- beginning ---- */

static void greet_host(struct mr_script_host *host)
{
    const struct mr_wire_message *asked = &host->asked;
    struct mr_error error = { 0 };
    if (host->stream != NULL)
        mr_script_host_leave(1);
    mr_log_set_level((enum mr_log_level)asked->hello.log_level);
    host->stream = strdup((const char *)host->body.data);
    host->canvases = mr_canvases_create();
    host->log = host->stream != NULL ? mr_script_log_create(host->stream) : NULL;
    if (host->log == NULL || host->canvases == NULL)
        mr_script_host_leave(1);
    mr_script_log_set_sink(host->log, send_line, host);
    mr_canvases_lend(host->canvases, NULL);

    int result = mr_confine(&(struct mr_confine_options){ .parent = asked->hello.parent,
                                                          .memory_mib = asked->hello.memory_mib },
                            &error);
    if (result == 0 && (result = mr_watchdog_create(&host->watchdog)) < 0)
        mr_error_set(&error, result, "cannot start a thread: %s", strerror(-result));
    host->options.engine = (struct mr_engine_options){
        .stream = host->stream,
        .limits = { .deadline_ms = asked->hello.deadline_ms,
                    .memory_mib = asked->hello.memory_mib },
        .quality = asked->hello.quality,
        .owns_heap = true,
        .watchdog = host->watchdog,
        .canvases = host->canvases,
        .log = host->log,
        .broadcast = send_text,
        .broadcast_opaque = host,
    };
    mr_script_duties_answer_result(host, result, &error);
}

static void keep(struct mr_script_host *host, struct mr_buffer *kept)
{
    struct mr_buffer before = *kept;
    *kept = host->body;
    host->body = before;
}

static void keep_recorded(struct mr_script_host *host)
{
    if (host->recorded != NULL || host->body.size > MR_JSON_MAX_BYTES)
        mr_script_host_leave(1);
    host->recorded = mr_blob_create(host->body.data, host->body.size);
    if (host->recorded == NULL)
        mr_script_host_leave(1);
}

static void obey(struct mr_script_host *host, int attached)
{
    uint32_t kind = host->asked.kind;
    if ((kind == MR_WIRE_MEMORY) != (attached >= 0) ||
        (kind == MR_WIRE_HELLO) != (host->stream == NULL))
        mr_script_host_leave(1);
    switch (kind) {
    case MR_WIRE_HELLO:
        greet_host(host);
        return;
    case MR_WIRE_MEMORY:
        map_memory(host, attached);
        return;
    case MR_WIRE_STATE:
        keep(host, &host->heritage.state);
        return;
    case MR_WIRE_RECORDED:
        keep_recorded(host);
        return;
    case MR_WIRE_SETTINGS:
        keep(host, &host->heritage.settings);
        return;
    default:
        break;
    }
    mr_script_duties_do(host);
    host->dirty = host->started;
}

/* ---- snapshots ---- */

static void look_at_state(struct mr_script_host *host)
{
    int64_t now_us = mr_clock_now_us();
    if (!host->dirty || now_us - host->snapshot_us < SNAPSHOT_US)
        return;
    host->dirty = false;
    host->snapshot_us = now_us;
    mr_script_host_link_save_state(host);
}

/* ---- the process ---- */

void mr_script_host_serve(struct mr_script_host *host)
{
    struct timeval look = { .tv_usec = WATCH_MS * 1000 };
    setsockopt(host->fd, SOL_SOCKET, SO_RCVTIMEO, &look, sizeof(look));
    for (;;) {
        int attached;
        struct pollfd wait = { .fd = host->fd, .events = POLLIN };
        if (!host->dirty)
            poll(&wait, 1, -1);
        int result = mr_wire_receive(host->fd, host->scratch, &host->asked, &host->body, &attached);
        if (result == 0)
            obey(host, attached);
        else if (result != -EAGAIN)
            mr_script_host_leave(result == -EPIPE ? 0 : 1);
        look_at_state(host);
        if (host->log != NULL)
            mr_script_log_flush(host->log);
    }
}

static void ignore_signals(void)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE };
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
        signal(signals[i], SIG_IGN); /* the host decides when it is over */
}

static bool is_ours(int fd)
{
    int type = 0;
    socklen_t size = sizeof(type);
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

int mr_script_host_run(int fd)
{
    struct mr_script_host *host = calloc(1, sizeof(*host));
    if (host == NULL || !is_ours(fd)) {
        free(host);
        return -EINVAL;
    }
    host->fd = fd;
    ignore_signals();
    mr_script_host_serve(host);
}
