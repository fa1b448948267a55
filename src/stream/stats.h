/* A stream's figures: counters and moving means of stage times. Plain data behind a lock of its
 * own, written by the stream's threads once a frame, copied out for API and summary. */
#ifndef MR_STREAM_STATS_H
#define MR_STREAM_STATS_H

#include <pthread.h>
#include <stdint.h>

enum mr_stage {
    MR_STAGE_DECODE,  /* read and decode */
    MR_STAGE_CONVERT, /* convert and scale */
    MR_STAGE_SCRIPT,
    MR_STAGE_ENCODE,
    MR_STAGE_LATENCY, /* from the decoder to the publication */
    MR_STAGES,
};

enum mr_drop {
    MR_DROP_RATE,   /* above --fps */
    MR_DROP_SCRIPT, /* the script was busy: a newer frame took its place */
    MR_DROP_POOL,   /* no picture free */
    MR_DROP_SKIP,   /* the script asked for it */
    MR_DROP_FAILED, /* could not be converted or encoded */
    MR_DROPS,
};

/* return: its name in the API, as "decode" or "rate"; lives for ever */
const char *mr_stats_stage_name(enum mr_stage stage);
const char *mr_stats_drop_name(enum mr_drop drop);

struct mr_stats {
    uint64_t frames_in;  /* decoded */
    uint64_t frames_out; /* published */
    uint64_t bytes_out;  /* JPEG bytes published */
    uint64_t drops[MR_DROPS];
    double fps_in, fps_out;      /* over the last seconds */
    double mean_us[MR_STAGES];   /* over all frames */
    double recent_us[MR_STAGES]; /* over the last seconds */
    uint64_t samples[MR_STAGES];
};

#define MR_SPREAD_FRAMES 512 /* power of two */

/* The spread of times from frame to frame: half of the newest MR_SPREAD_FRAMES took p50_us at most, 99 in a
 * hundred p99_us (the nearest rank). */
struct mr_spread {
    unsigned frames; /* that this is of; 0: none yet, and no times */
    uint32_t p50_us, p99_us;
};

struct mr_stats_recorder {
    pthread_mutex_t lock;
    /* protected by lock */
    struct mr_stats stats;
    uint32_t script_us[MR_SPREAD_FRAMES]; /* a ring, by the number of samples */
    int64_t window_start_us;
    uint64_t window_in, window_out; /* counters when the window began */
};

/* Make the figures zero; free what they need. */
void mr_stats_init(struct mr_stats_recorder *recorder);
void mr_stats_finish(struct mr_stats_recorder *recorder);

/* Count a frame: how long a stage took with it; that it was decoded; that it was published, with `bytes`
 * of JPEG; that it was dropped. Any thread. */
void mr_stats_stage(struct mr_stats_recorder *recorder, enum mr_stage stage, int64_t took_us);
void mr_stats_in(struct mr_stats_recorder *recorder);
void mr_stats_out(struct mr_stats_recorder *recorder, uint64_t bytes);
void mr_stats_drop(struct mr_stats_recorder *recorder, enum mr_drop drop);

/* Copy the figures as they are now. Any thread. */
void mr_stats_get(struct mr_stats_recorder *recorder, struct mr_stats *stats);

/* Sorts the newest times, so that it is not for every frame. Any thread.
 * return: the spread of the time that the script takes */
struct mr_spread mr_stats_script_spread(struct mr_stats_recorder *recorder);

#endif
