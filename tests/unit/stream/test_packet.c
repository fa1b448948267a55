#include "stream/packet.h"

#include "support/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int made;

static int make_copy(struct mr_packet *packet, struct mr_form *form)
{
    made++;
    form->owned = strdup(packet->payload);
    form->part[0] = (struct iovec){ form->owned, packet->payload_size };
    form->part[1] = (struct iovec){ (void *)packet->jpeg, packet->jpeg_size };
    form->parts = 2;
    form->size_bytes = packet->payload_size + packet->jpeg_size;
    return form->owned != NULL ? 0 : -ENOMEM;
}

static int make_nothing(struct mr_packet *packet, struct mr_form *form)
{
    (void)packet;
    (void)form;
    return -ENOMEM;
}

static struct mr_packet *example(void)
{
    return mr_packet_create(&(struct mr_packet_content){
        .seq = 7,
        .pts_us = -5,
        .payload = "{\"n\":1}",
        .payload_size = 7,
        .jpeg = (const uint8_t *)"\xff\xd8pixels",
        .jpeg_size = 8,
    });
}

static void keeps_a_copy_of_its_content(void **state)
{
    (void)state;
    struct mr_packet *packet = example();
    assert_int_equal(packet->seq, 7);
    assert_int_equal(packet->pts_us, -5);
    assert_string_equal(packet->payload, "{\"n\":1}");
    assert_memory_equal(packet->jpeg, "\xff\xd8pixels", 8);
    mr_packet_unref(&packet);
    assert_null(packet);
    mr_packet_unref(&packet);
}

static void makes_each_form_once(void **state)
{
    (void)state;
    static const struct mr_form_maker copy = { .slot = 2, .make = make_copy };
    struct mr_packet *packet = example();
    struct mr_packet *again = mr_packet_ref(packet);
    made = 0;
    const struct mr_form *form = mr_packet_form(packet, &copy);
    assert_ptr_equal(form, mr_packet_form(again, &copy));
    assert_int_equal(made, 1);
    assert_int_equal(form->size_bytes, 15);
    mr_packet_unref(&packet);
    assert_memory_equal(form->part[0].iov_base, "{\"n\":1}", 7);
    mr_packet_unref(&again);
}

static void says_when_a_form_cannot_be_made(void **state)
{
    (void)state;
    static const struct mr_form_maker nothing = { .slot = 0, .make = make_nothing };
    struct mr_packet *packet = example();
    assert_null(mr_packet_form(packet, &nothing));
    mr_packet_unref(&packet);
}

RUN_TESTS(cmocka_unit_test(keeps_a_copy_of_its_content), cmocka_unit_test(makes_each_form_once),
          cmocka_unit_test(says_when_a_form_cannot_be_made))
