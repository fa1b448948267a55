#include "stream/mailbox.h"

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
    struct mr_picture *picture = mr_mailbox_take(mailbox);
    assert_non_null(picture);
    assert_int_equal(picture->seq, seq);
    mr_picture_unref(&picture);
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
    assert_null(mr_mailbox_take(&mailbox));
    pthread_join(thread, NULL);
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
    assert_null(mr_mailbox_take(&mailbox));
    pthread_join(thread, NULL);
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

#define WITH_POOL(test) cmocka_unit_test_setup_teardown(test, make_pool, check_pool)

RUN_TESTS(WITH_POOL(drops_the_oldest_when_full), WITH_POOL(loses_nothing_when_lossless),
          WITH_POOL(lets_everybody_go_when_cancelled))
