/* The host's end of the control protocol: the input plays a mad script process.
 *
 * It stands in for process.c, so that no process is started: what the mad one sends in one turn lies
 * ready before each call of the host. A turn ends with an answer, or by the process's end, or with a
 * host that is in a hurry. Input: u8 for each call, and what messages.h says for each turn. */
#include "messages.h"

#include "media/picture/picture.h"
#include "script/lua/json_write.h"
#include "script/lua/script_log.h"
#include "script/lua/state.h"
#include "script/process/instance.h"
#include "script/process/process.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_CALLS    16
#define MAX_MESSAGES 24 /* of one turn */
#define HURRY_FORM   16 /* from here to the other forms that end a turn: in a hurry */
#define SECRET       "what no script may read"

static struct fuzz_input input;
static int mad = -1;   /* its end of the socket */
static int host = -1;  /* the other one, borrowed */
static bool impatient; /* the host does not wait any more */
static atomic_bool hurry;

static char folder[] = "/tmp/moonreel-fuzz-XXXXXX";
static struct mr_picture *pictures[2]; /* the second one is pending */
static unsigned filled;                /* how often that was filled */
static struct mr_script_log *script_log;

/* ---- the mad process ---- */

/* Only files of the script's folder are handed out. */
static void look_for_secret(const uint8_t *packet, size_t size)
{
    fuzz_require(memmem(packet, size, SECRET, strlen(SECRET)) == NULL);
}

static void play(void)
{
    uint32_t kind = 0;
    fuzz_messages_take(mad, look_for_secret);
    for (int i = 0; fuzz_messages_send(mad, &input, &kind); i++)
        if (kind == MR_WIRE_ANSWER)
            return;
        else if (i == MAX_MESSAGES)
            break;
    if (impatient && kind >= HURRY_FORM)
        atomic_store(&hurry, true);
    else
        shutdown(mad, SHUT_WR);
}

int mr_process_start(const char *program, enum mr_process_role role, const char *name,
                     struct mr_process *process)
{
    int pair[2];
    (void)program, (void)role, (void)name;
    fuzz_require(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
    *process = (struct mr_process){ .fd = pair[0] };
    host = pair[0];
    mad = pair[1];
    play();
    return 0;
}

void mr_process_end(struct mr_process *process, char *how, size_t size)
{
    snprintf(how, size, "%s", "");
    close(process->fd);
    close(mad);
    process->fd = mad = -1;
}

/* ---- the host ---- */

static bool is_text(const void *text, size_t size)
{
    return fuzz_is_plain(text, size) && fuzz_is_utf8(text, size);
}

static void take_broadcast(void *opaque, uint64_t client, const char *json, size_t size)
{
    (void)opaque, (void)client;
    fuzz_require(size > 0 && size <= MR_SCRIPT_MESSAGE_MAX_BYTES && is_text(json, size));
}

static void take_line(void *opaque, enum mr_log_level level, const char *text, size_t size)
{
    (void)opaque;
    fuzz_require(level >= MR_LOG_ERROR && level <= MR_LOG_TRACE);
    fuzz_require(text == NULL || size <= MR_SCRIPT_LOG_LINE_BYTES); /* NULL: lines left out */
}

static void check(struct mr_instance *instance, int result, const struct mr_error *error)
{
    const struct mr_aftermath *aftermath = mr_instance_aftermath(instance);
    fuzz_require(result <= 0 && result >= -4095);
    fuzz_require(result == 0 || error->code == result);
    fuzz_require(aftermath->next_timer_us >= -1 && aftermath->traceback != NULL);
    fuzz_require(!aftermath->died || aftermath->lost);
}

static int process(struct mr_instance *instance, unsigned choice, struct mr_error *error)
{
    struct mr_engine_result made;
    struct mr_picture *picture = pictures[choice % 2];
    mr_blob_unref(&picture->recorded);
    if (choice & 16)
        picture->recorded = mr_blob_create("{\"a\":1}", 7);
    int result = mr_instance_process(instance, picture, choice, &made, error);
    if (result < 0) {
        fuzz_require(made.picture == NULL && made.payload.data == NULL);
        return result;
    }
    fuzz_require(made.picture != NULL && made.picture->width == picture->width &&
                 made.picture->height == picture->height);
    fuzz_require(made.quality >= 1 && made.quality <= 100);
    fuzz_require(made.payload.size > 0 && made.payload.size <= MR_JSON_MAX_BYTES &&
                 is_text(made.payload.data, made.payload.size));
    mr_picture_unref(&made.picture);
    mr_buffer_finish(&made.payload);
    return 0;
}

static int deliver(struct mr_instance *instance, unsigned choice, struct mr_error *error)
{
    const struct mr_script_event event = {
        .kind = (enum mr_script_event_kind)(choice % 3), .client = 1, .json = "{}", .size = 2
    };
    return mr_instance_deliver(instance, &event, error);
}

static int get_state(struct mr_instance *instance, struct mr_error *error)
{
    struct mr_buffer state = { 0 };
    struct mr_error left_out = { 0 };
    int result = mr_instance_get_state(instance, &state, &left_out, error);
    fuzz_require(result < 0 || state.size <= MR_STATE_MAX_BYTES);
    mr_buffer_finish(&state);
    return result;
}

static int get_settings(struct mr_instance *instance, struct mr_error *error)
{
    struct mr_buffer json = { 0 };
    int result = mr_instance_get_settings(instance, &json, error);
    fuzz_require(result < 0 || (json.size > 0 && json.size <= MR_JSON_MAX_BYTES &&
                                is_text(json.data, json.size)));
    mr_buffer_finish(&json);
    return result;
}

static int call(struct mr_instance *instance, unsigned choice, struct mr_error *error)
{
    switch (choice % 8) {
    case 0:
    case 1:
        return process(instance, choice, error);
    case 2:
        return deliver(instance, choice / 8, error);
    case 3:
        return mr_instance_run_timers(instance, 1000, error);
    case 4:
        return get_state(instance, error);
    case 5:
        return get_settings(instance, error);
    case 6:
        return mr_instance_change_settings(instance, "{\"a\":1}", 7, error);
    default:
        return mr_instance_shutdown(instance, "stop", error);
    }
}

static void salvage(struct mr_instance *instance)
{
    struct mr_buffer state = { 0 };
    shutdown(mad, SHUT_WR); /* of the dead */
    mr_instance_salvage(instance, &state);
    fuzz_require(state.size <= MR_STATE_MAX_BYTES);
    mr_buffer_finish(&state);
}

/* Not to wait 50 ms whenever the mad process says nothing more. */
static void make_impatient(void)
{
    fuzz_require(fcntl(host, F_SETFL, O_NONBLOCK) == 0);
    impatient = true;
}

static void use(struct mr_instance *instance)
{
    char path[64];
    struct mr_error error = { 0 };
    struct mr_bundle *bundle;
    struct mr_heritage heritage = { 0 };
    unsigned choice = (unsigned)fuzz_number(&input, 1);
    struct mr_trial trial = { .picture = choice % 4 != 0 ? pictures[choice % 2] : NULL };
    if (choice & 8)
        mr_buffer_append_text(&heritage.state, "MRS1{}");
    make_impatient();
    snprintf(path, sizeof(path), "%s/scripts/process.lua", folder);
    fuzz_require(mr_bundle_open(path, &bundle, &error) == 0);

    play();
    int result = mr_instance_load(instance, bundle, &heritage, &trial, &error);
    check(instance, result, &error);
    play();
    result = mr_instance_start(instance, &heritage, &error);
    check(instance, result, &error);
    for (int i = 0; i < MAX_CALLS && input.left > 0; i++) {
        choice = (unsigned)fuzz_number(&input, 1);
        play();
        error = (struct mr_error){ 0 };
        check(instance, call(instance, choice, &error), &error);
    }
    salvage(instance);
    mr_buffer_finish(&heritage.state);
    mr_bundle_unref(&bundle);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct mr_instance_options options = {
        .engine = { .stream = "fuzz",
                    .limits.deadline_ms = 20,
                    .limits.memory_mib = 32,
                    .quality = 80,
                    .log = script_log,
                    .broadcast = take_broadcast },
        .host = "mad",
        .hurry = &hurry,
    };
    struct mr_instance *instance;
    struct mr_error error = { 0 };
    int descriptors = fuzz_descriptors();
    input = (struct fuzz_input){ data, size };
    atomic_store(&hurry, false);
    impatient = false;
    int result = mr_instance_create(&options, &instance, &error);
    fuzz_require((result == 0) == (instance != NULL));
    if (instance != NULL)
        use(instance);
    mr_instance_destroy(instance);
    fuzz_require(fuzz_descriptors() == descriptors);
    return 0;
}

/* ---- once ---- */

static void write_file(const char *name, const char *text)
{
    char path[64];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    fuzz_require(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void remove_folder(void)
{
    static const char *const names[] = {
        "scripts/process.lua", "scripts/a.lua", "scripts/b", "scripts/out", "secret", "scripts", ""
    };
    char path[64];
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        remove(path);
    }
}

static void fill(void *opaque, struct mr_picture *picture)
{
    (void)opaque;
    fuzz_require(picture == pictures[1] && filled++ == 0);
    memset(picture->plane[0], 128, (size_t)picture->stride_bytes[0] * (size_t)picture->height);
}

static struct mr_picture *make_picture(int width, int height)
{
    struct mr_picture_pool *pool;
    fuzz_require(mr_picture_pool_create(MR_PICTURE_I420, width, height, 2, &pool) == 0);
    struct mr_picture *picture = mr_picture_pool_take(pool);
    mr_picture_pool_destroy(pool);
    return picture;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    char path[64];
    (void)argc, (void)argv;
    mr_log_set_level(MR_LOG_ERROR);
    fuzz_messages_prepare();
    fuzz_require(mkdtemp(folder) != NULL);
    atexit(remove_folder);
    snprintf(path, sizeof(path), "%s/scripts", folder);
    fuzz_require(mkdir(path, 0700) == 0);
    snprintf(path, sizeof(path), "%s/scripts/out", folder);
    fuzz_require(symlink("../secret", path) == 0);
    write_file("scripts/process.lua", "function process() end");
    write_file("scripts/a.lua", "return 1");
    write_file("scripts/b", "some bytes");
    write_file("secret", SECRET);
    pictures[0] = make_picture(FUZZ_WIDTH, FUZZ_HEIGHT);
    pictures[1] = make_picture(FUZZ_WIDTH / 2, FUZZ_HEIGHT + 1);
    fuzz_require(mr_picture_postpone(pictures[1], &(struct mr_pending_options){ .fill = fill }) ==
                 0);
    script_log = mr_script_log_create("fuzz");
    fuzz_require(script_log != NULL);
    mr_script_log_set_sink(script_log, take_line, NULL);
    return 0;
}
