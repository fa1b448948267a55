/* The workers: in which order they take requests, and what becomes of those that wait. */
#include "http/door/workers.h"

#include "base/clock.h"
#include "base/thread.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/check.h"

#define ANSWERS_MAX 64

/* Workers whose answers end when the test opens the gate. */
struct fixture {
    struct mr_workers *workers;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* protected by lock */
    unsigned held;               /* answers that are being made */
    unsigned costly, costly_max; /* costly ones among them: now, and most so far */
    bool order[ANSWERS_MAX];     /* of each answer that was begun: whether it is a costly one */
    unsigned begun;
    unsigned may_end;
};

static bool is_costly(void *opaque, struct mr_connection *connection)
{
    (void)opaque;
    return connection->max_body == 1; /* the test's mark */
}

static void answer(void *opaque, struct mr_connection *connection)
{
    struct fixture *f = opaque;
    bool costly = is_costly(NULL, connection);
    pthread_mutex_lock(&f->lock);
    if (f->begun < ANSWERS_MAX)
        f->order[f->begun] = costly;
    f->begun++;
    f->held++;
    f->costly += costly;
    if (f->costly > f->costly_max)
        f->costly_max = f->costly;
    pthread_cond_broadcast(&f->changed);
    while (f->may_end == 0)
        mr_thread_cond_wait_until(&f->changed, &f->lock, -1);
    f->may_end--;
    f->held--;
    f->costly -= costly;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
    mr_connection_destroy(connection);
}

/* return: the client's end of a connection that was put; -1: the workers refused it */
static int put(struct fixture *f, bool costly)
{
    int ends[2];
    struct mr_peer peer = { 0 };
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    struct mr_connection *connection = mr_connection_create(ends[0], &peer);
    assert_non_null(connection);
    connection->max_body = costly;
    if (mr_workers_put(f->workers, connection) == 0)
        return ends[1];
    mr_connection_destroy(connection);
    close(ends[1]);
    return -1;
}

static void wait_for(struct fixture *f, const unsigned *value, unsigned wanted)
{
    int64_t deadline_us = mr_clock_now_us() + HANGS_US;
    pthread_mutex_lock(&f->lock);
    while (*value != wanted)
        assert_int_equal(mr_thread_cond_wait_until(&f->changed, &f->lock, deadline_us), 0);
    pthread_mutex_unlock(&f->lock);
}

static void let_end(struct fixture *f, unsigned count)
{
    pthread_mutex_lock(&f->lock);
    f->may_end += count;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    pthread_mutex_init(&f->lock, NULL);
    mr_thread_cond_init(&f->changed);
    const struct mr_workers_options options = { .answer = answer,
                                                .is_costly = is_costly,
                                                .opaque = f };
    assert_int_equal(mr_workers_create(&options, &f->workers), 0);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    let_end(f, ANSWERS_MAX);
    mr_workers_destroy(f->workers);
    pthread_cond_destroy(&f->changed);
    pthread_mutex_destroy(&f->lock);
    free(f);
    return 0;
}

static void costly_answers_come_last_and_leave_workers_for_others(void **state)
{
    struct fixture *f = *state;
    int clients[2 * MR_WORKERS], count = 0;
    for (int i = 0; i < MR_WORKERS; i++) /* all of them costly: two are begun */
        clients[count++] = put(f, true);
    wait_for(f, &f->held, MR_WORKERS_COSTLY_MAX);
    for (int i = 0; i < MR_WORKERS; i++)
        clients[count++] = put(f, false);
    wait_for(f, &f->held, MR_WORKERS); /* the other workers are there for the others */
    let_end(f, (unsigned)count);
    wait_for(f, &f->begun, (unsigned)count);
    wait_for(f, &f->held, 0);
    assert_int_equal(f->costly_max, MR_WORKERS_COSTLY_MAX);
    for (int i = 0; i < MR_WORKERS; i++)
        assert_int_equal(f->order[i], i < MR_WORKERS_COSTLY_MAX);
    for (int i = 0; i < count; i++)
        close(clients[i]);
}

/* A connection without a socket, of which there can be more than a process may have descriptors.
 * return: what mr_workers_put returns */
static int put_without_socket(struct fixture *f, bool costly)
{
    struct mr_peer peer = { 0 };
    struct mr_connection *connection = mr_connection_create(-1, &peer);
    assert_non_null(connection);
    connection->max_body = costly;
    int result = mr_workers_put(f->workers, connection);
    if (result < 0)
        mr_connection_destroy(connection);
    return result;
}

static void a_full_queue_takes_no_more(void **state)
{
    struct fixture *f = *state;
    int clients[2];
    char c;
    for (int i = 0; i < MR_WORKERS; i++)
        assert_int_equal(put_without_socket(f, false), 0);
    wait_for(f, &f->held, MR_WORKERS);
    clients[0] = put(f, false);
    clients[1] = put(f, true);
    for (int i = 2; i < MR_WORKERS_QUEUE_MAX; i++)
        assert_int_equal(put_without_socket(f, i % 2 == 0), 0);
    assert_int_equal(put_without_socket(f, false), -EBUSY);
    assert_int_equal(put_without_socket(f, true), -EBUSY);

    let_end(f, 1); /* one more fits again */
    wait_for(f, &f->begun, MR_WORKERS + 1);
    assert_int_equal(put_without_socket(f, true), 0);
    assert_int_equal(put_without_socket(f, true), -EBUSY);

    /* those that are being answered end, all others are closed */
    let_end(f, MR_WORKERS + MR_WORKERS_QUEUE_MAX);
    mr_workers_destroy(f->workers);
    f->workers = NULL;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(recv(clients[i], &c, 1, 0), 0);
        close(clients[i]);
    }
}

RUN_TESTS(cmocka_unit_test_setup_teardown(costly_answers_come_last_and_leave_workers_for_others,
                                          set_up, tear_down),
          cmocka_unit_test_setup_teardown(a_full_queue_takes_no_more, set_up, tear_down))
