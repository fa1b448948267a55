/* The script process's end of the control protocol: the input plays a mad host.
 *
 * The process is served in this one: it is not confined (mr_confine is ours), and when it leaves
 * (mr_script_host_leave is ours, too) that ends the run instead of the process. What the host sends
 * lies ready before it begins. Input: u8 enum beginning, then what messages.h says, to its end. */
#include "messages.h"

#include "base/log.h"
#include "media/picture/picture.h"
#include "script/lua/watchdog.h"
#include "script/process/confine.h"
#include "script/process/script_host.h"
#include "script/process/script_host_leave.h"
#include "script/process/script_host_private.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define MAX_MESSAGES 64

/* What a sane host says before the mad one goes on. */
enum beginning {
    BEGIN_HELLO = 1,
    BEGIN_MEMORY = 2,
    BEGIN_LOAD = 4,
    BEGIN_TRIAL = 8,
    BEGIN_START = 16
};

static const char script[] =
    "fuzz.lua" /* its name */
    "settings = { label = { 'moonreel' }, opacity = { 0.5, min = 0, max = 1 } }\n"
    "local last\n"
    "function init(state) state.count = state.count or 0 end\n"
    "function process(frame, state)\n"
    "    state.count = (tonumber(state.count) or 0) + 1\n"
    "    if state.count % 2 == 0 then frame:circle(8, 8, 4, 'red') end\n"
    "    return { state.count, last, frame.recorded }\n"
    "end\n"
    "function on_message(message, client)\n"
    "    last = message\n"
    "    if message == 'file' then print(pcall(require, 'a')) end\n"
    "    if message == 'image' then print(pcall(image, 'b')) end\n"
    "    if message == 'later' then after(0, function() print('late') end) end\n"
    "    broadcast(message, client)\n"
    "end\n"
    "function on_settings(changed) broadcast(changed) end\n"
    "function shutdown(reason) print(reason) end\n";
#define NAME_BYTES 8

static jmp_buf left;
static bool in_call; /* it left amid something: what that had in hand is lost, as with a process */

/* ---- what is replaced ---- */

_Noreturn void mr_script_host_leave(int status)
{
    in_call |= status != 0;
    longjmp(left, 1);
}

int mr_confine(const struct mr_confine_options *options, struct mr_error *error)
{
    (void)options, (void)error;
    return 0;
}

int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
    return in_call;
}

/* It may leave while a file is fetched, with the bundle's lock. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "mutex:mr_bundle_unref\n";
}

/* ---- the host ---- */

static void say(int fd, struct mr_wire_message message, const void *body, size_t size, int attached)
{
    fuzz_require(mr_wire_send(fd, &message, body, size, attached) == 0);
}

static struct mr_picture_pool *send_memory(int fd, enum mr_picture_format format)
{
    struct mr_picture_pool *pool;
    fuzz_require(mr_picture_pool_create(format, FUZZ_WIDTH, FUZZ_HEIGHT, FUZZ_SLOTS, &pool) == 0);
    struct mr_picture *picture = mr_picture_pool_take(pool);
    struct mr_wire_message message = {
        .kind = MR_WIRE_MEMORY,
        .memory = { .canvas = format == MR_PICTURE_BGRX,
                    .format = (int32_t)format,
                    .width = FUZZ_WIDTH,
                    .height = FUZZ_HEIGHT,
                    .slots = FUZZ_SLOTS },
    };
    say(fd, message, NULL, 0, mr_picture_memory_of(picture).fd);
    mr_picture_unref(&picture);
    return pool;
}

static void begin(int fd, unsigned beginning)
{
    struct mr_wire_message hello = {
        .kind = MR_WIRE_HELLO,
        .hello = { .deadline_ms = 1000,
                   .memory_mib = 16,
                   .quality = 80,
                   .log_level = MR_LOG_TRACE },
    };
    struct mr_wire_message load = {
        .kind = MR_WIRE_LOAD,
        .first_bytes = NAME_BYTES,
        .frame = { .trial = (beginning & BEGIN_TRIAL) != 0 },
    };
    if (beginning & BEGIN_HELLO)
        say(fd, hello, "fuzz", 4, -1);
    if (beginning & BEGIN_MEMORY) {
        mr_picture_pool_destroy(send_memory(fd, MR_PICTURE_I420));
        mr_picture_pool_destroy(send_memory(fd, MR_PICTURE_BGRX));
    }
    if (beginning & BEGIN_LOAD)
        say(fd, load, script, sizeof(script) - 1, -1);
    if (beginning & BEGIN_START)
        say(fd, (struct mr_wire_message){ .kind = MR_WIRE_START }, NULL, 0, -1);
}

/* Whatever it was asked, what it says is of the protocol. */
static void look(const uint8_t *packet, size_t size)
{
    struct mr_wire_message message;
    fuzz_require(size >= sizeof(message));
    memcpy(&message, packet, sizeof(message));
    fuzz_require(message.kind >= MR_WIRE_ANSWER && message.kind <= MR_WIRE_PIXELS);
    fuzz_require(message.first_bytes <= message.body_bytes);
    fuzz_require(size - sizeof(message) == (message.in_memfd ? 0 : message.body_bytes));
    if (message.kind == MR_WIRE_BROADCAST)
        fuzz_require(fuzz_is_plain(packet + sizeof(message), size - sizeof(message)));
}

/* ---- the script process ---- */

static void serve(struct mr_script_host *host)
{
    if (setjmp(left) == 0)
        mr_script_host_serve(host);
}

static void finish(struct mr_script_host *host)
{
    if (host->log != NULL)
        mr_script_log_set_sink(host->log, NULL, NULL);
    mr_log_set_level(MR_LOG_ERROR);
    mr_instance_destroy(host->instance);
    mr_watchdog_destroy(host->watchdog);
    mr_script_log_destroy(host->log);
    mr_canvases_destroy(host->canvases);
    mr_picture_pool_destroy(host->planes);
    mr_picture_pool_destroy(host->canvas_pool);
    mr_blob_unref(&host->recorded);
    mr_buffer_finish(&host->body);
    mr_buffer_finish(&host->heritage.state);
    mr_buffer_finish(&host->heritage.settings);
    mr_buffer_finish(&host->snapshot);
    mr_buffer_finish(&host->state);
    free(host->stream);
    close(host->fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct mr_script_host host;
    struct fuzz_input input = { data, size };
    struct timeval patience = { .tv_usec = 1000 };
    uint32_t kind;
    int pair[2], descriptors = fuzz_descriptors();
    bool in_call_before = in_call;
    fuzz_require(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
    setsockopt(pair[1], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    begin(pair[0], (unsigned)fuzz_number(&input, 1));
    for (int i = 0; i < MAX_MESSAGES && fuzz_messages_send(pair[0], &input, &kind); i++)
        ;
    shutdown(pair[0], SHUT_WR);

    in_call = false;
    host = (struct mr_script_host){ .fd = pair[1] };
    serve(&host);
    finish(&host);
    fuzz_messages_take(pair[0], look);
    close(pair[0]);
    if (in_call)
        close_range((unsigned)pair[1] + 1, ~0u, 0);
    else
        fuzz_require(fuzz_descriptors() == descriptors);
    in_call |= in_call_before;
    return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    fuzz_messages_prepare();
    return 0;
}
