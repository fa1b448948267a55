#include "stream/mailbox.h"

#include "base/clock.h"
#include "base/thread.h"
#include "support/check.h"

static struct mr_picture_pool *pool;

static struct mr_picture *picture_of(uint64_t seq)
{
    struct mr_picture *picture = mr_picture_pool_take(pool);
    assert_non_null(picture);
    picture->seq = seq;
    return picture;
}

static void expect_next(struct mr_mailbox *mailbox, uint64_t seq)
{
    struct mr_mail mail = mr_mailbox_take(mailbox, -1);
    assert_non_null(mail.picture);
    assert_int_equal(mail.picture->seq, seq);
    assert_false(mail.over);
    mr_picture_unref(&mail.picture);
}

static void expect_end(struct mr_mailbox *mailbox)
{
    struct mr_mail mail = mr_mailbox_take(mailbox, -1);
    assert_null(mail.picture);
    assert_true(mail.over);
    mr_mailbox_wait_emptied(mailbox);
}

static void drops_the_oldest_when_full(void **state)
{
    (void)state;
    struct mr_mailbox mailbox;
    mr_mailbox_init(&mailbox, 3, false);
    mr_mailbox_set_capacity(&mailbox, 2);
    assert_false(mr_mailbox_put(&mailbox, picture_of(0)));
    assert_false(mr_mailbox_put(&mailbox, picture_of(1)));
    assert_true(mr_mailbox_put(&mailbox, picture_of(2)));
    expect_next(&mailbox, 1);
    expect_next(&mailbox, 2);
    mr_mailbox_finish(&mailbox);
}

static void *put_ten(void *argument)
{
    struct mr_mailbox *mailbox = argument;
    for (uint64_t seq = 0; seq < 10; seq++)
        mr_mailbox_put(mailbox, picture_of(seq));
    mr_mailbox_end(mailbox);
    return NULL;
}

static void loses_nothing_when_lossless(void **state)
{
    (void)state;
    struct mr_mailbox mailbox;
    mr_mailbox_init(&mailbox, 1, true);
    pthread_t thread;
    assert_int_equal(mr_thread_start(&thread, "giver", put_ten, &mailbox), 0);
    for (uint64_t seq = 0; seq < 10; seq++)
        expect_next(&mailbox, seq);
    pthread_join(thread, NULL);
    mr_mailbox_poke(&mailbox); /* does not make it last longer */
    expect_end(&mailbox);
    mr_mailbox_finish(&mailbox);
}

static void *cancel(void *mailbox)
{
    mr_mailbox_cancel(mailbox);
    return NULL;
}

static void lets_everybody_go_when_cancelled(void **state)
{
    (void)state;
    struct mr_mailbox mailbox;
    pthread_t thread;

    mr_mailbox_init(&mailbox, 1, true);
    mr_mailbox_put(&mailbox, picture_of(0));
    assert_int_equal(mr_thread_start(&thread, "canceller", cancel, &mailbox), 0);
    mr_mailbox_put(&mailbox, picture_of(1)); /* full: waits for the cancelling */
    expect_end(&mailbox);
    pthread_join(thread, NULL);
    mr_mailbox_finish(&mailbox);
}

static void *poke(void *mailbox)
{
    mr_mailbox_poke(mailbox);
    return NULL;
}

static void a_poke_ends_the_wait_and_is_remembered(void **state)
{
    (void)state;
    struct mr_mailbox mailbox;
    pthread_t thread;
    mr_mailbox_init(&mailbox, 2, false);
    assert_int_equal(mr_thread_start(&thread, "poker", poke, &mailbox), 0);
    struct mr_mail mail = mr_mailbox_take(&mailbox, -1);
    pthread_join(thread, NULL);
    assert_true(mail.poked);
    assert_null(mail.picture);
    assert_false(mail.over);

    mr_mailbox_put(&mailbox, picture_of(0));
    mr_mailbox_put(&mailbox, picture_of(1));
    mr_mailbox_poke(&mailbox);
    mr_mailbox_poke(&mailbox);
    mail = mr_mailbox_take(&mailbox, -1);
    assert_true(mail.poked);
    assert_int_equal(mail.picture->seq, 0);
    mr_picture_unref(&mail.picture);
    mail = mr_mailbox_take(&mailbox, -1);
    assert_false(mail.poked);
    assert_int_equal(mail.picture->seq, 1);
    mr_picture_unref(&mail.picture);
    mr_mailbox_finish(&mailbox);
}

static void a_deadline_ends_the_wait(void **state)
{
    (void)state;
    struct mr_mailbox mailbox;
    mr_mailbox_init(&mailbox, 1, false);
    int64_t deadline_us = mr_clock_now_us() + 3000;
    struct mr_mail mail = mr_mailbox_take(&mailbox, deadline_us);
    assert_true(mr_clock_now_us() >= deadline_us);
    assert_false(mail.poked || mail.over || mail.picture != NULL);
    mr_mailbox_put(&mailbox, picture_of(5));
    mail = mr_mailbox_take(&mailbox, 0); /* long past: it does not wait, but takes what is there */
    assert_int_equal(mail.picture->seq, 5);
    mr_picture_unref(&mail.picture);
    mr_mailbox_finish(&mailbox);
}

static void *take_all(void *argument)
{
    struct mr_mailbox *mailbox = argument;
    unsigned pokes = 0;
    for (;;) {
        struct mr_mail mail = mr_mailbox_take(mailbox, -1);
        mr_picture_unref(&mail.picture);
        pokes += mail.poked;
        if (mail.over)
            return (void *)(uintptr_t)pokes;
    }
}

static void pokes_arrive_after_the_last_picture(void **state)
{
    (void)state;
    struct mr_mailbox mailbox;
    pthread_t thread;
    void *pokes;
    mr_mailbox_init(&mailbox, 2, false);
    mr_mailbox_put(&mailbox, picture_of(0));
    mr_mailbox_end(&mailbox);
    assert_int_equal(mr_thread_start(&thread, "taker", take_all, &mailbox), 0);
    mr_mailbox_wait_emptied(&mailbox);
    mr_mailbox_poke(&mailbox);
    mr_mailbox_cancel(&mailbox);
    pthread_join(thread, &pokes);
    assert_int_equal((uintptr_t)pokes, 1);
    mr_mailbox_wait_emptied(&mailbox); /* it stays so */
    mr_mailbox_finish(&mailbox);
}

static int make_pool(void **state)
{
    (void)state;
    return mr_picture_pool_create(MR_PICTURE_I420, 16, 16, 4, &pool);
}

/* Whatever a test did, every picture is back. */
static int check_pool(void **state)
{
    (void)state;
    struct mr_picture *all[4];
    for (int i = 0; i < 4; i++)
        all[i] = picture_of(0);
    for (int i = 0; i < 4; i++)
        mr_picture_unref(&all[i]);
    mr_picture_pool_destroy(pool);
    return 0;
}

static void *take_in_a_hurry(void *argument)
{
    struct mr_mailbox *mailbox = argument;
    struct mr_mail mail;
    do
        mail = mr_mailbox_take(mailbox, mr_clock_now_us() + 20);
    while (!mail.over);
    return NULL;
}

/* … also when the taker's time is up at that moment. */
static void whoever_waits_for_the_end_sees_it(void **state)
{
    (void)state;
    for (int i = 0; i < 2000; i++) {
        struct mr_mailbox mailbox;
        pthread_t taker;
        mr_mailbox_init(&mailbox, 1, false);
        assert_int_equal(mr_thread_start(&taker, "taker", take_in_a_hurry, &mailbox), 0);
        for (int64_t until_us = mr_clock_now_us() + i % 50; mr_clock_now_us() < until_us;)
            ;
        mr_mailbox_cancel(&mailbox);
        mr_mailbox_wait_emptied(&mailbox);
        pthread_join(taker, NULL);
        mr_mailbox_finish(&mailbox);
    }
}

#define WITH_POOL(test) cmocka_unit_test_setup_teardown(test, make_pool, check_pool)

RUN_TESTS(cmocka_unit_test(whoever_waits_for_the_end_sees_it),
          WITH_POOL(drops_the_oldest_when_full), WITH_POOL(loses_nothing_when_lossless),
          WITH_POOL(lets_everybody_go_when_cancelled),
          WITH_POOL(a_poke_ends_the_wait_and_is_remembered), WITH_POOL(a_deadline_ends_the_wait),
          WITH_POOL(pokes_arrive_after_the_last_picture))
