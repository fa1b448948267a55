/* A fan-out engine with a hub, and viewers at the other ends of its clients' sockets. */
#ifndef MR_TESTS_FANOUT_FIXTURE_H
#define MR_TESTS_FANOUT_FIXTURE_H

#include "base/clock.h"
#include "http/engine/fanout.h"
#include "http/viewers/native.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/viewer.h"
#include "tcp_pair.h"

#define VIEWERS 12

struct fixture {
    struct mr_fanout *engine;
    struct mr_hub *hub;
    struct viewer viewers[VIEWERS];
    size_t count;
    uint64_t published;
    uint64_t wanted; /* messages, for have_all */
};

static inline int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    f->hub = mr_hub_create();
    *state = f;
    return mr_fanout_create(&(struct mr_fanout_options){ .max_clients = 100 }, &f->engine);
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < f->count; i++)
        viewer_close(&f->viewers[i]);
    if (f->engine != NULL) {
        mr_fanout_stop(f->engine, "over", mr_clock_now_us() + 1000000);
        assert_int_equal(mr_fanout_clients(f->engine), 0);
    }
    mr_fanout_destroy(f->engine);
    assert_int_equal(mr_hub_viewers(f->hub, NULL), 0);
    mr_hub_unref(&f->hub);
    free(f);
    return 0;
}

static inline int64_t in_seconds(int seconds)
{
    return mr_clock_now_us() + seconds * 1000000LL;
}

static inline void publish(struct fixture *f, size_t jpeg_size)
{
    uint8_t *jpeg = calloc(1, jpeg_size);
    char payload[32];
    jpeg[0] = 0xff;
    jpeg[1] = 0xd8;
    snprintf(payload, sizeof(payload), "%d", (int)f->published);
    mr_hub_publish(f->hub, mr_packet_create(&(struct mr_packet_content){
                               .seq = f->published++,
                               .captured_us = mr_clock_wall_us(),
                               .payload = payload,
                               .payload_size = strlen(payload),
                               .jpeg = jpeg,
                               .jpeg_size = jpeg_size,
                           }));
    free(jpeg);
}

static inline struct viewer *add_with(struct fixture *f, const char *format,
                                      const struct viewer_options *options)
{
    int client, server;
    struct viewer *viewer = &f->viewers[f->count++];
    tcp_pair(&client, &server, options->receive_buffer_bytes);
    viewer_adopt(viewer, client, options);
    assert_true(mr_fanout_admit(f->engine, false));
    assert_int_equal(mr_fanout_add(f->engine,
                                   &(struct mr_arrival){
                                       .fd = server,
                                       .protocol = mr_native_protocol(format),
                                       .hub = f->hub,
                                   }),
                     0);
    return viewer;
}

static inline struct viewer *add(struct fixture *f)
{
    return add_with(f, NULL, &(struct viewer_options){ 0 });
}

static inline bool have_all(void *opaque)
{
    struct fixture *f = opaque;
    for (size_t i = 0; i < f->count; i++)
        if (!f->viewers[i].options.never_reads && f->viewers[i].messages < f->wanted)
            return false;
    return true;
}

static inline bool have_ended(void *opaque)
{
    struct fixture *f = opaque;
    for (size_t i = 0; i < f->count; i++)
        if (!f->viewers[i].options.never_reads && !f->viewers[i].ended)
            return false;
    return true;
}

static inline void wait_for(struct fixture *f, uint64_t messages)
{
    f->wanted = messages;
    assert_true(viewers_run(f->viewers, f->count, in_seconds(10), have_all, f));
}

static inline void wait_for_clients(struct fixture *f, unsigned clients)
{
    int64_t deadline_us = in_seconds(5);
    while (mr_fanout_clients(f->engine) != clients) {
        assert_true(mr_clock_now_us() < deadline_us);
        usleep(1000);
    }
}

#endif
