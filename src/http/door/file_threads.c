#include "http/door/file_threads.h"

#include "base/thread.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct mr_file_threads {
    struct mr_returned *returned; /* immutable */

    /* creator's thread only */
    pthread_t threads[MR_FILE_THREADS];
    unsigned running;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* protected by lock */
    struct mr_connection *first, *last;
    bool stopping;
};

static void read_piece(struct mr_connection *connection)
{
    struct mr_answer *answer = &connection->answer;
    size_t wanted = answer->file_left < MR_FILE_THREADS_PIECE_BYTES ? (size_t)answer->file_left
                                                                    : MR_FILE_THREADS_PIECE_BYTES;
    ssize_t got = -1;
    mr_buffer_clear(&answer->bytes);
    answer->rest_size = 0;
    uint8_t *to = mr_buffer_reserve(&answer->bytes, wanted);
    if (to != NULL)
        do {
            got = pread(answer->file, to, wanted, answer->file_at);
        } while (got < 0 && errno == EINTR);
    answer->sent = 0;
    if (got <= 0)
        return;
    answer->bytes.size = (size_t)got;
    answer->file_at += got;
    answer->file_left -= (uint64_t)got;
}

static struct mr_connection *wait_for_one(struct mr_file_threads *files)
{
    pthread_mutex_lock(&files->lock);
    while (files->first == NULL && !files->stopping)
        mr_thread_cond_wait_until(&files->changed, &files->lock, -1);
    struct mr_connection *connection = files->stopping ? NULL : files->first;
    if (connection != NULL)
        files->first = connection->next;
    pthread_mutex_unlock(&files->lock);
    return connection;
}

static void *run_file_thread(void *argument)
{
    struct mr_file_threads *files = argument;
    struct mr_connection *connection;
    while ((connection = wait_for_one(files)) != NULL) {
        read_piece(connection);
        mr_returned_put(files->returned, connection);
    }
    return NULL;
}

int mr_file_threads_create(struct mr_returned *returned, struct mr_file_threads **made)
{
    *made = NULL;
    struct mr_file_threads *files = calloc(1, sizeof(*files));
    if (files == NULL)
        return -ENOMEM;
    files->returned = returned;
    pthread_mutex_init(&files->lock, NULL);
    mr_thread_cond_init(&files->changed);
    int result = 0;
    while (result == 0 && files->running < MR_FILE_THREADS) {
        result = mr_thread_start(&files->threads[files->running], "files", run_file_thread, files);
        if (result == 0)
            files->running++;
    }
    if (result < 0) {
        mr_file_threads_destroy(files);
        return result;
    }
    *made = files;
    return 0;
}

void mr_file_threads_read(struct mr_file_threads *files, struct mr_connection *connection)
{
    connection->next = NULL;
    pthread_mutex_lock(&files->lock);
    *(files->first != NULL ? &files->last->next : &files->first) = connection;
    files->last = connection;
    pthread_cond_signal(&files->changed);
    pthread_mutex_unlock(&files->lock);
}

void mr_file_threads_destroy(struct mr_file_threads *files)
{
    if (files == NULL)
        return;
    pthread_mutex_lock(&files->lock);
    files->stopping = true;
    pthread_cond_broadcast(&files->changed);
    pthread_mutex_unlock(&files->lock);
    for (unsigned i = 0; i < files->running; i++)
        pthread_join(files->threads[i], NULL);
    while (files->first != NULL) {
        struct mr_connection *connection = files->first;
        files->first = connection->next;
        mr_connection_destroy(connection);
    }
    pthread_cond_destroy(&files->changed);
    pthread_mutex_destroy(&files->lock);
    free(files);
}
