/* The inside of a recorder, for its files. From below: record_state.c, what it tells; record_writer.c, its thread;
 * recorder.c, its life. No other file includes this header. */
#ifndef MR_STREAM_RECORDER_PRIVATE_H
#define MR_STREAM_RECORDER_PRIVATE_H

#include "media/record/recording.h"
#include "stream/record_queue.h"
#include "stream/record_time.h"
#include "stream/record_trouble.h"
#include "stream/recorder_types.h"

#include <pthread.h>
#include <stdatomic.h>

#define MR_RECORDER_NO_FLUSH INT64_MAX

struct mr_recorder {
    atomic_uint refs; /* the owner, and the thread */

    /* immutable */
    char *stream, *pattern;
    int64_t split_us; /* 0: never */
    bool patient;
    int64_t retry_after_us, hangs_us;

    /* the starter's and stopper's */
    bool started;
    pthread_t thread;

    /* its thread's */
    struct mr_recording *recording; /* NULL: no file is open */
    struct mr_record_time time;
    int64_t begin_us; /* the first frame's, in the time of record_time */
    int width, height;
    uint64_t unflushed;    /* frames */
    bool useful;           /* a frame of the file was flushed */
    int64_t flush_us;      /* when to flush next; MR_RECORDER_NO_FLUSH: nothing to flush */
    int64_t retry_us;      /* when to begin a file, monotonic; 0: no file failed yet */
    uint64_t bytes_before; /* of the files before */

    pthread_mutex_t lock;
    pthread_cond_t wake; /* something came, or it is to stop */
    pthread_cond_t room; /* something was taken, or the thread has ended */
    /* protected by lock */
    struct mr_record_queue queue;
    int64_t stop_us; /* when to give up what waits; 0: it is not to stop */
    bool ended;      /* the thread does nothing more */
    struct mr_record_trouble trouble;
    struct mr_recorder_state state; /* but for what the trouble makes of it, see get_state */
};

#endif
