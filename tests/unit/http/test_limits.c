#include "http/request/addresses.h"
#include "http/request/bucket.h"

#include "support/check.h"

static struct mr_peer parse(const char *text)
{
    struct mr_peer peer;
    assert_true(mr_peer_parse(text, &peer));
    return peer;
}

static void addresses_have_so_many(void **state)
{
    (void)state;
    struct mr_addresses *addresses = mr_addresses_create(2);
    struct mr_peer one = parse("192.0.2.1"), other = parse("192.0.2.2");
    assert_true(mr_addresses_take(addresses, &one));
    assert_true(mr_addresses_take(addresses, &one));
    assert_false(mr_addresses_take(addresses, &one));
    assert_true(mr_addresses_take(addresses, &other));
    mr_addresses_give(addresses, &one);
    assert_true(mr_addresses_take(addresses, &one));
    assert_false(mr_addresses_take(addresses, &one));

    struct mr_peer here = parse("2001:db8::1"), beside = parse("2001:db8::ffff:0:0:2"),
                   elsewhere = parse("2001:db8:0:1::1");
    assert_true(mr_addresses_take(addresses, &here));
    assert_true(mr_addresses_take(addresses, &beside));
    assert_false(mr_addresses_take(addresses, &here));
    assert_true(mr_addresses_take(addresses, &elsewhere));

    struct mr_peer local[] = { parse("127.0.0.1"), parse("::1"), parse("unix"), { 0 } };
    for (int i = 0; i < 12; i++)
        assert_true(mr_addresses_take(addresses, &local[i % 4]));
    mr_addresses_destroy(addresses);
}

static void many_addresses_come_and_go(void **state)
{
    (void)state;
    struct mr_addresses *addresses = mr_addresses_create(1);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 10000; i++) {
            struct mr_peer address = parse("10.0.0.0");
            address.bytes[2] = (uint8_t)(i >> 8);
            address.bytes[3] = (uint8_t)i;
            assert_true(mr_addresses_take(addresses, &address));
            assert_false(mr_addresses_take(addresses, &address));
        }
        for (int i = 0; i < 10000; i++) {
            struct mr_peer address = parse("10.0.0.0");
            address.bytes[2] = (uint8_t)(i >> 8);
            address.bytes[3] = (uint8_t)i;
            mr_addresses_give(addresses, &address);
        }
    }
    mr_addresses_destroy(addresses);
}

static void buckets_refill(void **state)
{
    (void)state;
    struct mr_bucket bucket = { 0 };
    int64_t now_us = 1000000000;
    for (int i = 0; i < MR_BUCKET_AT_ONCE; i++)
        assert_int_equal(mr_bucket_take(&bucket, now_us), MR_BUCKET_GOOD);
    for (int i = 0; i < MR_BUCKET_PATIENCE; i++)
        assert_int_equal(mr_bucket_take(&bucket, now_us), MR_BUCKET_TOO_MANY);
    assert_int_equal(mr_bucket_take(&bucket, now_us), MR_BUCKET_ENOUGH);
    for (int i = 0; i < 10 * MR_BUCKET_PER_SECOND; i++) /* at that rate it goes on for ever */
        assert_int_equal(mr_bucket_take(&bucket, now_us += 1000000 / MR_BUCKET_PER_SECOND),
                         MR_BUCKET_GOOD);
    assert_int_equal(mr_bucket_take(&bucket, now_us), MR_BUCKET_TOO_MANY);
    assert_int_equal(mr_bucket_take(&bucket, now_us + 60000000), MR_BUCKET_GOOD);
}

RUN_TESTS(cmocka_unit_test(addresses_have_so_many), cmocka_unit_test(many_addresses_come_and_go),
          cmocka_unit_test(buckets_refill))
