#include "http/door/workers.h"

#include "base/thread.h"

#include <errno.h>
#include <stdlib.h>

struct queue {
    struct mr_connection *first, *last;
};

struct mr_workers {
    /* immutable */
    struct mr_workers_options options;

    /* creator's thread only */
    pthread_t threads[MR_WORKERS];
    unsigned running;

    pthread_mutex_t lock;
    pthread_cond_t changed; /* there may be work for one more worker, or it is over */
    /* protected by lock */
    struct queue ordinary, costly;
    unsigned waiting;        /* in both queues */
    unsigned costly_answers; /* being made */
    bool stopping;
};

/* ---- the queues; all with the lock held ---- */

static void push(struct queue *queue, struct mr_connection *connection)
{
    connection->next = NULL;
    *(queue->first != NULL ? &queue->last->next : &queue->first) = connection;
    queue->last = connection;
}

/* return: the connection to be answered next; NULL: none waits, or only costly ones while enough of them are being made */
static struct mr_connection *pop(struct mr_workers *workers)
{
    struct queue *queue = &workers->ordinary;
    if (queue->first == NULL && workers->costly_answers < MR_WORKERS_COSTLY_MAX)
        queue = &workers->costly;
    struct mr_connection *connection = queue->first;
    if (connection == NULL)
        return NULL;
    queue->first = connection->next;
    workers->waiting--;
    workers->costly_answers += connection->costly;
    return connection;
}

/* ---- the threads ---- */

/* A worker that has made a costly answer takes the next one by itself: nobody has to be woken for it. */
static void *run(void *argument)
{
    struct mr_workers *workers = argument;
    pthread_mutex_lock(&workers->lock);
    while (!workers->stopping) {
        struct mr_connection *connection = pop(workers);
        if (connection == NULL) {
            mr_thread_cond_wait_until(&workers->changed, &workers->lock, -1);
            continue;
        }
        bool costly = connection->costly; /* afterwards the connection may be gone */
        pthread_mutex_unlock(&workers->lock);
        workers->options.answer(workers->options.opaque, connection);
        pthread_mutex_lock(&workers->lock);
        workers->costly_answers -= costly;
    }
    pthread_mutex_unlock(&workers->lock);
    return NULL;
}

int mr_workers_create(const struct mr_workers_options *options, struct mr_workers **made)
{
    *made = NULL;
    struct mr_workers *workers = calloc(1, sizeof(*workers));
    if (workers == NULL)
        return -ENOMEM;
    workers->options = *options;
    pthread_mutex_init(&workers->lock, NULL);
    mr_thread_cond_init(&workers->changed);
    int result = 0;
    while (result == 0 && workers->running < MR_WORKERS) {
        result = mr_thread_start(&workers->threads[workers->running], "worker", run, workers);
        if (result == 0)
            workers->running++;
    }
    if (result < 0) {
        mr_workers_destroy(workers);
        return result;
    }
    *made = workers;
    return 0;
}

int mr_workers_put(struct mr_workers *workers, struct mr_connection *connection)
{
    const struct mr_workers_options *options = &workers->options;
    connection->costly =
        options->is_costly != NULL && options->is_costly(options->opaque, connection);
    pthread_mutex_lock(&workers->lock);
    bool has_room = workers->waiting < MR_WORKERS_QUEUE_MAX;
    if (has_room) {
        push(connection->costly ? &workers->costly : &workers->ordinary, connection);
        workers->waiting++;
        pthread_cond_signal(&workers->changed);
    }
    pthread_mutex_unlock(&workers->lock);
    return has_room ? 0 : -EBUSY;
}

static void close_all(struct queue *queue)
{
    while (queue->first != NULL) {
        struct mr_connection *connection = queue->first;
        queue->first = connection->next;
        mr_connection_destroy(connection);
    }
}

void mr_workers_destroy(struct mr_workers *workers)
{
    if (workers == NULL)
        return;
    pthread_mutex_lock(&workers->lock);
    workers->stopping = true;
    pthread_cond_broadcast(&workers->changed);
    pthread_mutex_unlock(&workers->lock);
    for (unsigned i = 0; i < workers->running; i++)
        pthread_join(workers->threads[i], NULL);
    close_all(&workers->ordinary);
    close_all(&workers->costly);
    pthread_cond_destroy(&workers->changed);
    pthread_mutex_destroy(&workers->lock);
    free(workers);
}
