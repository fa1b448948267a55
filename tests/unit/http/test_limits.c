#include "http/request/addresses.h"
#include "http/request/bucket.h"

#include "support/check.h"

#include <arpa/inet.h>

static struct in6_addr parse(const char *text)
{
    struct in6_addr address;
    assert_int_equal(inet_pton(AF_INET6, text, &address), 1);
    return address;
}

static void addresses_have_so_many(void **state)
{
    (void)state;
    struct mr_addresses *addresses = mr_addresses_create(2);
    struct in6_addr one = parse("::ffff:192.0.2.1"), other = parse("::ffff:192.0.2.2");
    assert_true(mr_addresses_take(addresses, &one));
    assert_true(mr_addresses_take(addresses, &one));
    assert_false(mr_addresses_take(addresses, &one));
    assert_true(mr_addresses_take(addresses, &other));
    mr_addresses_give(addresses, &one);
    assert_true(mr_addresses_take(addresses, &one));
    assert_false(mr_addresses_take(addresses, &one));

    struct in6_addr here = parse("2001:db8::1"), beside = parse("2001:db8::ffff:0:0:2"),
                    elsewhere = parse("2001:db8:0:1::1");
    assert_true(mr_addresses_take(addresses, &here));
    assert_true(mr_addresses_take(addresses, &beside));
    assert_false(mr_addresses_take(addresses, &here));
    assert_true(mr_addresses_take(addresses, &elsewhere));

    struct in6_addr local[] = { parse("::ffff:127.0.0.1"), parse("::1"), parse("::") };
    for (int i = 0; i < 9; i++)
        assert_true(mr_addresses_take(addresses, &local[i % 3]));
    mr_addresses_destroy(addresses);
}

static void many_addresses_come_and_go(void **state)
{
    (void)state;
    struct mr_addresses *addresses = mr_addresses_create(1);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 10000; i++) {
            struct in6_addr address = parse("::ffff:10.0.0.0");
            address.s6_addr[14] = (uint8_t)(i >> 8);
            address.s6_addr[15] = (uint8_t)i;
            assert_true(mr_addresses_take(addresses, &address));
            assert_false(mr_addresses_take(addresses, &address));
        }
        for (int i = 0; i < 10000; i++) {
            struct in6_addr address = parse("::ffff:10.0.0.0");
            address.s6_addr[14] = (uint8_t)(i >> 8);
            address.s6_addr[15] = (uint8_t)i;
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
