/* A stream and one viewer of it, in this process: what the viewer gets, packet by packet. */
#ifndef TEST_STREAM_WATCHED_STREAM_H
#define TEST_STREAM_WATCHED_STREAM_H

#include "base/clock.h"
#include "stream/stream.h"
#include "support/check.h"
#include "support/clip.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define WATCH_LIMIT_US INT64_C(20000000)

struct watched {
    struct mr_encoder *encoder;
    struct mr_stream *stream;
    struct mr_viewer viewer;
    int fd; /* eventfd: packets, phases */

    uint64_t number;             /* of the newest packet that was looked at */
    struct mr_packet *queue[64]; /* those after it, in order */
    int count;
    uint64_t seq, packets, gaps; /* of the newest one; seqs that were missing */
    int64_t pts_us, since_us;    /* of the newest one; from the one before to it */
    bool began;
};

static void watched_changed(void *opaque)
{
    static const uint64_t one = 1;
    struct watched *watched = opaque;
    if (write(watched->fd, &one, sizeof(one)) != sizeof(one))
        abort();
}

static void watched_script(const char *text, char path[CLIP_PATH])
{
    static unsigned number;
    char name[32];
    snprintf(name, sizeof(name), "script%u.lua", number++);
    clip_path(name, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* Start a stream of `url`; options: what is not zero in it is taken. */
static void watched_start(struct watched *watched, const char *url, const char *script_text,
                          struct mr_stream_options options)
{
    char script[CLIP_PATH];
    watched_script(script_text, script);
    *watched = (struct watched){ .fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
    assert_int_equal(mr_encoder_create(2, &watched->encoder), 0);
    options.name = "test";
    options.url = url;
    options.script = script;
    options.quality = 80;
    options.limits.deadline_ms = 1000;
    options.limits.memory_mib = 64;
    options.loop = true;
    options.changed = watched_changed;
    options.changed_opaque = watched;
    struct mr_error error;
    if (mr_stream_create(&options, watched->encoder, &watched->stream, &error) < 0)
        fail_msg("%s", error.text);
    mr_hub_add_waker(mr_stream_hub(watched->stream), watched->fd);
    assert_int_equal(mr_stream_start(watched->stream), 0);
}

static void watched_join(struct watched *watched)
{
    mr_hub_join(mr_stream_hub(watched->stream), MR_VIEWER_WEBSOCKET, &watched->viewer);
}

static void watched_forget(struct watched *watched)
{
    for (int i = 0; i < watched->count; i++)
        mr_packet_unref(&watched->queue[i]);
    watched->count = 0;
}

static void watched_leave(struct watched *watched)
{
    mr_hub_leave(mr_stream_hub(watched->stream), &watched->viewer);
    watched_forget(watched);
}

static void watched_stop(struct watched *watched)
{
    int64_t start_us = mr_clock_now_us();
    mr_stream_stop(watched->stream, "enough");
    assert_true(mr_clock_now_us() - start_us < HANGS_US);
    watched_forget(watched);
    mr_stream_unref(&watched->stream);
    mr_encoder_destroy(watched->encoder);
    close(watched->fd);
}

/* Wait for news. */
static void watched_wait(struct watched *watched, int64_t deadline_us, const char *what)
{
    struct pollfd wait = { .fd = watched->fd, .events = POLLIN };
    uint64_t count;
    int64_t left_us = deadline_us - mr_clock_now_us();
    if (left_us <= 0) {
        struct mr_stream_state state;
        mr_stream_get_state(watched->stream, &state);
        fail_msg("no %s; it is %s: %s", what, mr_phase_name(state.phase), state.error.text);
    }
    if (poll(&wait, 1, (int)(left_us / 1000) + 1) == 1 &&
        read(watched->fd, &count, sizeof(count)) < 0)
        return;
}

static struct mr_stream_state watched_state(struct watched *watched)
{
    struct mr_stream_state state;
    mr_stream_get_state(watched->stream, &state);
    return state;
}

static struct mr_stream_state watched_phase(struct watched *watched, enum mr_stream_phase phase)
{
    int64_t deadline_us = mr_clock_now_us() + WATCH_LIMIT_US;
    for (;;) {
        struct mr_stream_state state = watched_state(watched);
        if (state.phase == phase)
            return state;
        watched_wait(watched, deadline_us, mr_phase_name(phase));
    }
}

static void watched_fetch(struct watched *watched)
{
    struct mr_packet *recent[MR_HUB_RECENT];
    int got = mr_hub_recent(mr_stream_hub(watched->stream), recent);
    for (int i = 0; i < got; i++) {
        if (recent[i]->number > watched->number) {
            watched->number = recent[i]->number;
            watched->queue[watched->count++] = recent[i];
        } else {
            mr_packet_unref(&recent[i]);
        }
    }
}

/* The next packet, the caller's reference. Media time must not go back. */
static struct mr_packet *watched_next(struct watched *watched)
{
    int64_t deadline_us = mr_clock_now_us() + WATCH_LIMIT_US;
    watched_fetch(watched);
    while (watched->count == 0) {
        watched_wait(watched, deadline_us, "packet");
        watched_fetch(watched);
    }
    struct mr_packet *packet = watched->queue[0];
    watched->count--;
    memmove(watched->queue, watched->queue + 1, (size_t)watched->count * sizeof(*watched->queue));
    if (watched->began) {
        assert_true(packet->seq > watched->seq);
        watched->gaps += packet->seq - watched->seq - 1;
        watched->since_us = packet->pts_us - watched->pts_us;
        assert_true(watched->since_us >= 0);
    }
    watched->began = true;
    watched->seq = packet->seq;
    watched->pts_us = packet->pts_us;
    watched->packets++;
    return packet;
}

/* Look at packets until one has these words in its payload.
 * return: it, the caller's reference */
static struct mr_packet *watched_until(struct watched *watched, const char *words)
{
    int64_t deadline_us = mr_clock_now_us() + WATCH_LIMIT_US;
    for (;;) {
        struct mr_packet *packet = watched_next(watched);
        if (strstr(packet->payload, words) != NULL)
            return packet;
        if (mr_clock_now_us() > deadline_us)
            fail_msg("no payload has \"%s\", but this one: %s", words, packet->payload);
        mr_packet_unref(&packet);
    }
}

static void watched_see(struct watched *watched, const char *words)
{
    struct mr_packet *packet = watched_until(watched, words);
    mr_packet_unref(&packet);
}

#endif
