#include "stream/stream.h"

#include "base/clock.h"
#include "base/thread.h"
#include "stream/registry.h"
#include "support/check.h"
#include "support/clip.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define LIMIT_US 20000000

static struct mr_encoder *encoder;
static char script[CLIP_PATH], talking_script[CLIP_PATH];

/* Told by the stream's threads, read by the test. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t cond;
    uint64_t changes;
    uint64_t packets, next_seq, errors;
    bool in_order;
} seen;

static void note_change(void *opaque)
{
    (void)opaque;
    pthread_mutex_lock(&seen.lock);
    seen.changes++;
    pthread_cond_broadcast(&seen.cond);
    pthread_mutex_unlock(&seen.lock);
}

static void take_packet(void *opaque, struct mr_packet *packet, const char *error)
{
    (void)opaque;
    pthread_mutex_lock(&seen.lock);
    seen.in_order = seen.in_order && packet->seq == seen.next_seq;
    seen.next_seq = packet->seq + 1;
    seen.packets++;
    seen.errors += error != NULL;
    pthread_mutex_unlock(&seen.lock);
}

static struct mr_stream_options options_of(const char *url)
{
    return (struct mr_stream_options){
        .name = "test",
        .url = url,
        .script = script,
        .quality = 80,
        .limits.deadline_ms = 1000,
        .limits.memory_mib = 64,
        .changed = note_change,
    };
}

static struct mr_stream *start(const struct mr_stream_options *options)
{
    struct mr_stream *stream;
    struct mr_error error;
    seen.changes = seen.packets = seen.next_seq = seen.errors = 0;
    seen.in_order = true;
    if (mr_stream_create(options, encoder, &stream, &error) < 0)
        fail_msg("%s", error.text);
    assert_int_equal(mr_stream_start(stream), 0);
    return stream;
}

static void wait_for_phase(struct mr_stream *stream, enum mr_stream_phase phase)
{
    int64_t deadline_us = mr_clock_now_us() + LIMIT_US;
    struct mr_stream_state state;
    for (;;) {
        pthread_mutex_lock(&seen.lock);
        uint64_t before = seen.changes;
        pthread_mutex_unlock(&seen.lock);
        mr_stream_get_state(stream, &state);
        if (state.phase == phase)
            return;
        pthread_mutex_lock(&seen.lock);
        while (seen.changes == before)
            if (mr_thread_cond_wait_until(&seen.cond, &seen.lock, deadline_us) != 0)
                fail_msg("still %s instead of %s", mr_phase_name(state.phase),
                         mr_phase_name(phase));
        pthread_mutex_unlock(&seen.lock);
    }
}

static void a_lossless_run_delivers_everything_in_order(void **state)
{
    (void)state;
    struct mr_stream_options options =
        options_of("lavfi:testsrc2=size=160x120:rate=25:duration=10");
    options.lossless = true;
    options.sink = take_packet;
    struct mr_stream *stream = start(&options);
    wait_for_phase(stream, MR_STREAM_FINISHED);
    assert_int_equal(seen.packets, 250);
    assert_true(seen.in_order);
    assert_int_equal(seen.errors, 0);

    struct mr_stream_state finished;
    mr_stream_get_state(stream, &finished);
    assert_int_equal(finished.stats.frames_in, 250);
    assert_int_equal(finished.stats.frames_out, 250);
    assert_int_equal(finished.width, 160);
    assert_int_equal(finished.script.frames, 250);
    mr_stream_unref(&stream);
}

static void limits_are_kept(void **state)
{
    (void)state;
    struct mr_stream_options options =
        options_of("lavfi:testsrc2=size=160x120:rate=50:duration=10");
    options.lossless = true;
    options.sink = take_packet;
    options.fps = 10;
    options.size = (struct mr_size){ 80, 0 };
    options.frames = 7;
    struct mr_stream *stream = start(&options);
    wait_for_phase(stream, MR_STREAM_FINISHED);
    assert_int_equal(seen.packets, 7);
    assert_true(seen.in_order); /* what the rate limit drops takes no number */
    struct mr_stream_state finished;
    mr_stream_get_state(stream, &finished);
    assert_int_equal(finished.height, 60);
    assert_in_range(finished.stats.drops[MR_DROP_RATE], 20, 35);
    mr_stream_unref(&stream);
}

static void a_source_that_fails_says_why(void **state)
{
    (void)state;
    struct mr_stream_options options = options_of("nothere.mp4");
    struct mr_stream *stream = start(&options);
    wait_for_phase(stream, MR_STREAM_FAILED);
    struct mr_stream_state failed;
    mr_stream_get_state(stream, &failed);
    assert_non_null(strstr(failed.error.text, "nothere.mp4"));
    mr_stream_unref(&stream);
}

static uint64_t wait_for_packet(struct mr_hub *hub, int fd)
{
    struct mr_packet *recent[MR_HUB_RECENT];
    uint64_t count;
    int got = 0;
    while (got == 0) {
        assert_int_equal(read(fd, &count, sizeof(count)), sizeof(count));
        got = mr_hub_recent(hub, recent);
    }
    uint64_t seq = recent[got - 1]->seq;
    for (int i = 0; i < got; i++)
        mr_packet_unref(&recent[i]);
    return seq;
}

static void rests_while_nobody_watches_and_goes_on(void **state)
{
    (void)state;
    struct mr_stream_options options = options_of("lavfi:testsrc2=size=160x120:rate=50");
    struct mr_stream *stream = start(&options);
    struct mr_hub *hub = mr_stream_hub(stream);
    int fd = eventfd(0, EFD_CLOEXEC);
    mr_hub_add_waker(hub, fd);

    wait_for_phase(stream, MR_STREAM_IDLE);
    struct mr_packet *recent[MR_HUB_RECENT];
    assert_int_equal(mr_hub_recent(hub, recent), 0);

    struct mr_viewer viewer;
    mr_hub_join(hub, MR_VIEWER_WEBSOCKET, &viewer);
    uint64_t seq = wait_for_packet(hub, fd);
    assert_in_range(seq, 0, 10);
    mr_hub_leave(hub, &viewer);
    wait_for_phase(stream, MR_STREAM_IDLE);

    mr_hub_join(hub, MR_VIEWER_WEBSOCKET, &viewer); /* goes on where it stopped */
    wait_for_packet(hub, fd);
    mr_hub_leave(hub, &viewer);
    mr_stream_stop(stream, "enough");
    assert_string_equal(mr_hub_closed(hub), "enough");
    mr_stream_unref(&stream);
    close(fd);
}

/* Read texts until there is one like this; broken off by the eventfd's own time-out. */
static void wait_for_text(struct mr_hub *hub, int fd, uint64_t *last, const char *wanted)
{
    int64_t deadline_us = mr_clock_now_us() + LIMIT_US;
    struct mr_hub_text *texts[MR_TEXTS_MAX];
    for (bool found = false; !found;) {
        struct pollfd news = { .fd = fd, .events = POLLIN };
        uint64_t count;
        unsigned said = mr_hub_texts(hub, last, texts);
        for (unsigned i = 0; i < said; i++) {
            found = found || strcmp(texts[i]->json, wanted) == 0;
            mr_text_ring_unref_text(&texts[i]);
        }
        if (found)
            return;
        if (mr_clock_now_us() > deadline_us)
            fail_msg("nobody said %s", wanted);
        if (poll(&news, 1, 1000) == 1)
            assert_int_equal(read(fd, &count, sizeof(count)), sizeof(count));
    }
}

static void the_script_hears_viewers_even_after_the_end(void **state)
{
    (void)state;
    struct mr_stream_options options =
        options_of("lavfi:testsrc2=size=160x120:rate=25:duration=0.2");
    options.script = talking_script;
    struct mr_stream *stream = start(&options);
    struct mr_hub *hub = mr_stream_hub(stream);
    struct mr_viewer viewer, second;
    uint64_t last = 0;
    char text[64];
    int fd = eventfd(0, EFD_CLOEXEC);
    mr_hub_add_waker(hub, fd);

    mr_hub_join(hub, MR_VIEWER_WEBSOCKET, &viewer);
    snprintf(text, sizeof(text), "\"join %d\"", (int)viewer.id);
    wait_for_text(hub, fd, &last, text);
    wait_for_phase(stream, MR_STREAM_FINISHED);
    assert_int_equal(mr_hub_post(hub, &viewer, "{\"x\":5}", 7), 0);
    wait_for_text(hub, fd, &last, "5");
    wait_for_text(hub, fd, &last, "\"tick\""); /* timers go on for whoever looks */
    mr_hub_join(hub, MR_VIEWER_WEBSOCKET, &second);
    snprintf(text, sizeof(text), "\"join %d\"", (int)second.id);
    wait_for_text(hub, fd, &last, text); /* else join and leave would cancel out */
    mr_hub_leave(hub, &second);
    snprintf(text, sizeof(text), "\"leave %d\"", (int)second.id);
    wait_for_text(hub, fd, &last, text);
    mr_hub_leave(hub, &viewer);

    mr_stream_stop(stream, "enough");
    mr_stream_unref(&stream);
    close(fd);
}

static void those_who_leave_are_told_of_though_nobody_is_left(void **state)
{
    (void)state;
    enum { CROWD = 150 }; /* as in the script */
    struct mr_stream_options options = options_of("lavfi:testsrc2=size=160x120:rate=25");
    options.script = talking_script;
    struct mr_stream *stream = start(&options);
    struct mr_hub *hub = mr_stream_hub(stream);
    struct mr_viewer crowd[CROWD];
    uint64_t last = 0;
    char text[64];
    int fd = eventfd(0, EFD_CLOEXEC);
    mr_hub_add_waker(hub, fd);
    for (int i = 0; i < CROWD; i++)
        mr_hub_join(hub, MR_VIEWER_WEBSOCKET, &crowd[i]);
    snprintf(text, sizeof(text), "\"join %d\"", (int)crowd[CROWD - 1].id);
    wait_for_text(hub, fd, &last, text); /* else joins and leaves would cancel out */
    for (int i = 0; i < CROWD; i++)
        mr_hub_leave(hub, &crowd[i]);

    int64_t deadline_us = mr_clock_now_us() + LIMIT_US;
    struct mr_stream_state now;
    do {
        assert_true(mr_clock_now_us() < deadline_us);
        usleep(1000);
        mr_stream_get_state(stream, &now);
    } while (strstr(now.script.last_error, "all of them have left") == NULL);
    mr_stream_stop(stream, "enough");
    mr_stream_unref(&stream);
    close(fd);
}

static void stops_in_the_middle(void **state)
{
    (void)state;
    struct mr_stream_options options = options_of("lavfi:testsrc2=size=160x120:rate=1");
    options.always = true;
    struct mr_stream *stream = start(&options);
    wait_for_phase(stream, MR_STREAM_RUNNING);
    int64_t start_us = mr_clock_now_us();
    mr_stream_stop(stream, "stop");
    assert_in_range(mr_clock_now_us() - start_us, 0, HANGS_US);
    mr_stream_stop(stream, "again");
    mr_stream_unref(&stream);

    assert_int_equal(mr_stream_create(&options, encoder, &stream, NULL), 0); /* never started */
    mr_stream_unref(&stream);
}

static void the_registry_finds_by_name(void **state)
{
    (void)state;
    struct mr_registry *registry = mr_registry_create();
    struct mr_stream *stream[3];
    static const char *const names[] = { "yard", "attic", "road" };
    for (int i = 0; i < 3; i++) {
        struct mr_stream_options options = options_of("test:");
        options.name = names[i];
        assert_int_equal(mr_stream_create(&options, encoder, &stream[i], NULL), 0);
        assert_int_equal(mr_registry_add(registry, stream[i]), 0);
    }
    assert_int_equal(mr_registry_add(registry, stream[1]), -EEXIST);

    struct mr_stream *found = mr_registry_find(registry, "road");
    assert_ptr_equal(found, stream[2]);
    mr_stream_unref(&found);
    assert_null(mr_registry_find(registry, "cellar"));

    assert_int_equal(mr_registry_remove(registry, "road"), 0);
    assert_int_equal(mr_registry_remove(registry, "road"), -ENOENT);
    struct mr_stream **list;
    assert_int_equal(mr_registry_list(registry, &list), 2);
    assert_string_equal(mr_stream_name(list[0]), "attic");
    assert_string_equal(mr_stream_name(list[1]), "yard");
    mr_stream_unref(&list[0]);
    mr_stream_unref(&list[1]);
    free(list);
    for (int i = 0; i < 3; i++)
        mr_stream_unref(&stream[i]);
    mr_registry_destroy(registry);
}

static int write_script(const char *name, char path[CLIP_PATH], const char *text)
{
    clip_path(name, path);
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return -1;
    fputs(text, file);
    return fclose(file);
}

static const char talk[] =
    "local left = 0\n"
    "function process(frame) end\n"
    "function init() every(0.01, function() broadcast('tick') end) end\n"
    "function on_message(message) broadcast(message.x) end\n"
    "function on_client(event, client)\n"
    "  broadcast(event .. ' ' .. client)\n"
    "  if event == 'join' then return end\n"
    "  left = left + 1\n"
    "  local start = os.clock() -- the first one takes long: others queue up\n"
    "  while left == 1 and os.clock() - start < 0.05 do end\n"
    "  if left == 150 then error('all of them have left') end\n"
    "end\n";

static int set_up(void **state)
{
    (void)state;
    pthread_mutex_init(&seen.lock, NULL);
    mr_thread_cond_init(&seen.cond);
    if (write_script("count.lua", script, "function process(frame) return frame.index end\n") < 0 ||
        write_script("talk.lua", talking_script, talk) < 0)
        return -1;
    return mr_encoder_create(2, &encoder);
}

static int tear_down(void **state)
{
    (void)state;
    mr_encoder_destroy(encoder);
    pthread_cond_destroy(&seen.cond);
    pthread_mutex_destroy(&seen.lock);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lossless_run_delivers_everything_in_order),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(a_source_that_fails_says_why),
        cmocka_unit_test(rests_while_nobody_watches_and_goes_on),
        cmocka_unit_test(the_script_hears_viewers_even_after_the_end),
        cmocka_unit_test(those_who_leave_are_told_of_though_nobody_is_left),
        cmocka_unit_test(stops_in_the_middle),
        cmocka_unit_test(the_registry_finds_by_name),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
