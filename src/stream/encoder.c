#include "stream/encoder.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "media/jpeg/jpeg.h"
#include "media/picture/picture.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_THREADS 16

struct job {
    struct mr_encoder_lane *lane; /* immutable */
    struct job *next;             /* protected by the pool's lock: in its queue */
    /* the submitter's until queued, then the encoder thread's, then the deliverer's */
    struct mr_script_result result;
    struct mr_packet *packet;
    int64_t took_us;
    bool encoded; /* protected by the pool's lock */
};

struct mr_encoder_lane {
    /* immutable */
    struct mr_encoder *encoder;
    mr_encoder_done *done;
    void *opaque;
    /* protected by the pool's lock */
    struct job jobs[MR_ENCODER_LANE]; /* a ring: `count` from `head` on */
    unsigned head, count;
    bool delivering; /* a thread is handing over jobs from the head */
    pthread_cond_t room;
};

/* A thread of the pool. */
struct worker {
    /* immutable while the thread runs */
    struct mr_encoder *encoder;
    pthread_t thread;
    struct mr_jpeg_encoder *jpeg; /* used by the thread only */
};

struct mr_encoder {
    /* immutable */
    unsigned threads;
    struct worker workers[MAX_THREADS];
    pthread_mutex_t lock;
    pthread_cond_t work;
    /* protected by lock */
    struct job *first, **last; /* queue, at most MR_ENCODER_LANE a lane */
    bool stopping;
};

/* A picture that came as JPEG and is as it came goes out as it came.
 * out: content's JPEG. return: 0; -errno */
static int make_jpeg(struct mr_jpeg_encoder *jpeg_encoder, const struct mr_script_result *result,
                     struct mr_packet_content *content)
{
    struct mr_blob *blob = result->quality_set ? NULL : mr_picture_jpeg(result->picture);
    if (blob == NULL)
        return mr_jpeg_encode(jpeg_encoder, result->picture, result->quality, &content->jpeg,
                              &content->jpeg_size);
    content->blob = blob;
    content->jpeg = blob->data;
    content->jpeg_size = blob->size;
    return 0;
}

static struct mr_packet *encode(struct mr_jpeg_encoder *jpeg_encoder,
                                const struct mr_script_result *result)
{
    const struct mr_picture *picture = result->picture;
    struct mr_packet_content content = {
        .seq = picture->seq,
        .pts_us = picture->pts_us,
        .captured_us = picture->captured_us,
        .width = picture->width,
        .height = picture->height,
        .payload = result->payload,
        .payload_size = result->payload_size,
    };
    int error = make_jpeg(jpeg_encoder, result, &content);
    if (error < 0) {
        mr_log(MR_LOG_WARN, "encoder", "frame %llu (%dx%d) could not be encoded: %s",
               (unsigned long long)picture->seq, picture->width, picture->height, strerror(-error));
        return NULL;
    }
    return mr_packet_create(&content);
}

/* Hand over the finished jobs at the lane's head, unless another thread is at it: that one then
 * takes ours along. Called and returns with the pool's lock held. */
static void deliver(struct mr_encoder_lane *lane)
{
    struct mr_encoder *encoder = lane->encoder;
    if (lane->delivering)
        return;

    lane->delivering = true;
    while (lane->count > 0 && lane->jobs[lane->head].encoded) {
        struct job *job = &lane->jobs[lane->head];
        pthread_mutex_unlock(&encoder->lock);

        lane->done(lane->opaque, job->packet, job->result.error, job->took_us);
        mr_script_result_finish(&job->result);
        job->packet = NULL;

        pthread_mutex_lock(&encoder->lock);
        job->encoded = false;
        lane->head = (lane->head + 1) % MR_ENCODER_LANE;
        lane->count--;
        pthread_cond_broadcast(&lane->room);
    }
    lane->delivering = false;
    pthread_cond_broadcast(&lane->room);
}

static struct job *next_job(struct mr_encoder *encoder)
{
    while (encoder->first == NULL && !encoder->stopping)
        pthread_cond_wait(&encoder->work, &encoder->lock);
    struct job *job = encoder->first;
    if (job != NULL) {
        encoder->first = job->next;
        if (encoder->first == NULL)
            encoder->last = &encoder->first;
    }
    return job;
}

static void *run_encoder(void *argument)
{
    struct worker *worker = argument;
    struct mr_encoder *encoder = worker->encoder;

    pthread_mutex_lock(&encoder->lock);
    for (struct job *job; (job = next_job(encoder)) != NULL;) {
        pthread_mutex_unlock(&encoder->lock);

        int64_t start_us = mr_clock_now_us();
        job->packet = encode(worker->jpeg, &job->result);
        mr_picture_unref(&job->result.picture);
        job->took_us = mr_clock_now_us() - start_us;

        pthread_mutex_lock(&encoder->lock);
        job->encoded = true;
        deliver(job->lane);
    }
    pthread_mutex_unlock(&encoder->lock);
    return NULL;
}

static int start_worker(struct mr_encoder *encoder, unsigned number)
{
    struct worker *worker = &encoder->workers[number];
    char name[16];
    worker->encoder = encoder;
    int result = mr_jpeg_encoder_create(&worker->jpeg);
    if (result < 0)
        return result;
    snprintf(name, sizeof(name), "encoder %u", number);
    result = mr_thread_start(&worker->thread, name, run_encoder, worker);
    if (result < 0)
        mr_jpeg_encoder_destroy(worker->jpeg);
    return result;
}

int mr_encoder_create(unsigned threads, struct mr_encoder **out)
{
    struct mr_encoder *encoder = calloc(1, sizeof(*encoder));
    *out = NULL;
    if (encoder == NULL)
        return -ENOMEM;
    pthread_mutex_init(&encoder->lock, NULL);
    pthread_cond_init(&encoder->work, NULL);
    encoder->last = &encoder->first;

    threads = threads < 1 ? 1 : threads > MAX_THREADS ? MAX_THREADS : threads;
    for (unsigned i = 0; i < threads; i++) {
        int error = start_worker(encoder, i);
        if (error < 0) {
            mr_encoder_destroy(encoder);
            return error;
        }
        encoder->threads++;
    }
    *out = encoder;
    return 0;
}

void mr_encoder_destroy(struct mr_encoder *encoder)
{
    if (encoder == NULL)
        return;
    pthread_mutex_lock(&encoder->lock);
    encoder->stopping = true;
    pthread_cond_broadcast(&encoder->work);
    pthread_mutex_unlock(&encoder->lock);
    for (unsigned i = 0; i < encoder->threads; i++) {
        pthread_join(encoder->workers[i].thread, NULL);
        mr_jpeg_encoder_destroy(encoder->workers[i].jpeg);
    }

    assert(encoder->first == NULL);
    pthread_cond_destroy(&encoder->work);
    pthread_mutex_destroy(&encoder->lock);
    free(encoder);
}

struct mr_encoder_lane *mr_encoder_lane_open(struct mr_encoder *encoder, mr_encoder_done *done,
                                             void *opaque)
{
    struct mr_encoder_lane *lane = calloc(1, sizeof(*lane));
    if (lane == NULL)
        return NULL;
    lane->encoder = encoder;
    lane->done = done;
    lane->opaque = opaque;
    for (unsigned i = 0; i < MR_ENCODER_LANE; i++)
        lane->jobs[i].lane = lane;
    pthread_cond_init(&lane->room, NULL);
    return lane;
}

void mr_encoder_lane_close(struct mr_encoder_lane *lane)
{
    if (lane == NULL)
        return;
    struct mr_encoder *encoder = lane->encoder;
    pthread_mutex_lock(&encoder->lock);
    while (lane->count > 0 || lane->delivering)
        pthread_cond_wait(&lane->room, &encoder->lock);
    pthread_mutex_unlock(&encoder->lock);

    pthread_cond_destroy(&lane->room);
    free(lane);
}

void mr_encoder_submit(struct mr_encoder_lane *lane, struct mr_script_result *result)
{
    struct mr_encoder *encoder = lane->encoder;

    pthread_mutex_lock(&encoder->lock);
    while (lane->count == MR_ENCODER_LANE)
        pthread_cond_wait(&lane->room, &encoder->lock);
    struct job *job = &lane->jobs[(lane->head + lane->count) % MR_ENCODER_LANE];
    lane->count++;
    job->result = *result;
    job->next = NULL;
    *encoder->last = job;
    encoder->last = &job->next;
    pthread_cond_signal(&encoder->work);
    pthread_mutex_unlock(&encoder->lock);

    *result = (struct mr_script_result){ 0 };
}
