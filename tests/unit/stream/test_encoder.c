#include "stream/encoder.h"

#include "support/check.h"

#include <stdlib.h>
#include <string.h>

#define FRAMES 200

struct taken {
    uint64_t next;
    int errors;
    size_t bytes;
    bool in_order;
};

static void take(void *opaque, struct mr_packet *packet, const char *error, int64_t took_us)
{
    struct taken *taken = opaque;
    assert_non_null(packet);
    assert_true(took_us >= 0);
    taken->in_order = taken->in_order && packet->seq == taken->next;
    taken->next = packet->seq + 1;
    taken->errors += error != NULL;
    taken->bytes += packet->jpeg_size;
    assert_memory_equal(packet->jpeg, "\xff\xd8", 2);
    mr_packet_unref(&packet);
}

/* Pictures of very different weight, so that later ones are done before earlier ones. */
static struct mr_script_result result_of(struct mr_picture_pool *small, struct mr_picture_pool *big,
                                         uint64_t seq)
{
    struct mr_picture *picture = NULL;
    while (picture == NULL)
        picture = mr_picture_pool_take(seq % 3 == 0 ? big : small);
    memset(picture->plane[0], (int)seq & 0xff,
           (size_t)picture->stride_bytes[0] * (size_t)picture->height);
    picture->seq = seq;
    return (struct mr_script_result){
        .picture = picture,
        .payload = strdup("null"),
        .payload_size = 4,
        .quality = 80,
        .error = seq % 10 == 0 ? strdup("process.lua:1: no") : NULL,
    };
}

static void delivers_in_order_from_many_threads(void **state)
{
    (void)state;
    struct mr_picture_pool *small, *big;
    struct mr_encoder *encoder;
    struct taken taken = { .in_order = true };
    assert_int_equal(mr_picture_pool_create(MR_PICTURE_I420, 16, 16, 8, &small), 0);
    assert_int_equal(mr_picture_pool_create(MR_PICTURE_BGRX, 640, 480, 8, &big), 0);
    assert_int_equal(mr_encoder_create(4, &encoder), 0);
    struct mr_encoder_lane *lane = mr_encoder_lane_open(encoder, take, &taken);

    for (uint64_t seq = 0; seq < FRAMES; seq++) {
        struct mr_script_result result = result_of(small, big, seq);
        mr_encoder_submit(lane, &result);
        assert_null(result.picture);
    }
    mr_encoder_lane_close(lane); /* waits for what is on its way */
    mr_encoder_destroy(encoder);
    mr_picture_pool_destroy(small);
    mr_picture_pool_destroy(big);

    assert_true(taken.in_order);
    assert_int_equal(taken.next, FRAMES);
    assert_int_equal(taken.errors, FRAMES / 10);
}

static void an_unused_pool_ends(void **state)
{
    (void)state;
    struct mr_encoder *encoder;
    assert_int_equal(mr_encoder_create(2, &encoder), 0);
    mr_encoder_lane_close(mr_encoder_lane_open(encoder, take, NULL));
    mr_encoder_destroy(encoder);
    mr_encoder_destroy(NULL);
    mr_encoder_lane_close(NULL);
}

RUN_TESTS(cmocka_unit_test(delivers_in_order_from_many_threads),
          cmocka_unit_test(an_unused_pool_ends))
