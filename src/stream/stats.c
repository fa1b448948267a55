#include "stream/stats.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW_US    2000000
#define RECENT_SHARE 0.05 /* of a new sample in the moving mean: about the last 20 frames */

const char *mr_stats_stage_name(enum mr_stage stage)
{
    static const char *const names[MR_STAGES] = {
        [MR_STAGE_DECODE] = "decode", [MR_STAGE_CONVERT] = "convert", [MR_STAGE_SCRIPT] = "script",
        [MR_STAGE_ENCODE] = "encode", [MR_STAGE_LATENCY] = "latency",
    };
    return names[stage];
}

const char *mr_stats_drop_name(enum mr_drop drop)
{
    static const char *const names[MR_DROPS] = {
        [MR_DROP_RATE] = "rate", [MR_DROP_SCRIPT] = "script", [MR_DROP_POOL] = "pool",
        [MR_DROP_SKIP] = "skip", [MR_DROP_FAILED] = "failed",
    };
    return names[drop];
}

void mr_stats_init(struct mr_stats_recorder *recorder)
{
    *recorder = (struct mr_stats_recorder){ .window_start_us = mr_clock_now_us() };
    pthread_mutex_init(&recorder->lock, NULL);
}

void mr_stats_finish(struct mr_stats_recorder *recorder)
{
    pthread_mutex_destroy(&recorder->lock);
}

/* Close the window when it is full: rates are of the last whole one. */
static void turn_window(struct mr_stats_recorder *recorder, int64_t now_us)
{
    int64_t length_us = now_us - recorder->window_start_us;
    if (length_us < WINDOW_US)
        return;

    struct mr_stats *stats = &recorder->stats;
    double seconds = (double)length_us / 1e6;
    stats->fps_in = (double)(stats->frames_in - recorder->window_in) / seconds;
    stats->fps_out = (double)(stats->frames_out - recorder->window_out) / seconds;
    recorder->window_in = stats->frames_in;
    recorder->window_out = stats->frames_out;
    recorder->window_start_us = now_us;
}

void mr_stats_stage(struct mr_stats_recorder *recorder, enum mr_stage stage, int64_t took_us)
{
    pthread_mutex_lock(&recorder->lock);
    struct mr_stats *stats = &recorder->stats;
    double took = (double)took_us;
    if (stage == MR_STAGE_SCRIPT)
        recorder->script_us[stats->samples[stage] % MR_SPREAD_FRAMES] =
            took_us < UINT32_MAX ? (uint32_t)took_us : UINT32_MAX;
    double samples = (double)++stats->samples[stage];
    stats->mean_us[stage] += (took - stats->mean_us[stage]) / samples;
    double share = samples < 1 / RECENT_SHARE ? 1 / samples : RECENT_SHARE;
    stats->recent_us[stage] += (took - stats->recent_us[stage]) * share;
    pthread_mutex_unlock(&recorder->lock);
}

void mr_stats_in(struct mr_stats_recorder *recorder)
{
    int64_t now_us = mr_clock_now_us();
    pthread_mutex_lock(&recorder->lock);
    recorder->stats.frames_in++;
    turn_window(recorder, now_us);
    pthread_mutex_unlock(&recorder->lock);
}

void mr_stats_out(struct mr_stats_recorder *recorder, uint64_t bytes)
{
    pthread_mutex_lock(&recorder->lock);
    recorder->stats.frames_out++;
    recorder->stats.bytes_out += bytes;
    pthread_mutex_unlock(&recorder->lock);
}

void mr_stats_drop(struct mr_stats_recorder *recorder, enum mr_drop drop)
{
    pthread_mutex_lock(&recorder->lock);
    recorder->stats.drops[drop]++;
    pthread_mutex_unlock(&recorder->lock);
}

void mr_stats_get(struct mr_stats_recorder *recorder, struct mr_stats *stats)
{
    int64_t now_us = mr_clock_now_us();
    pthread_mutex_lock(&recorder->lock);
    turn_window(recorder, now_us);
    *stats = recorder->stats;
    pthread_mutex_unlock(&recorder->lock);
}

static int compare(const void *one, const void *other)
{
    uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
    return (a > b) - (a < b);
}

struct mr_spread mr_stats_script_spread(struct mr_stats_recorder *recorder)
{
    uint32_t times_us[MR_SPREAD_FRAMES];
    struct mr_spread spread = { 0 };
    pthread_mutex_lock(&recorder->lock);
    uint64_t samples = recorder->stats.samples[MR_STAGE_SCRIPT];
    memcpy(times_us, recorder->script_us, sizeof(times_us));
    pthread_mutex_unlock(&recorder->lock);

    spread.frames = samples < MR_SPREAD_FRAMES ? (unsigned)samples : MR_SPREAD_FRAMES;
    if (spread.frames == 0)
        return spread;
    qsort(times_us, spread.frames, sizeof(*times_us), compare);
    spread.p50_us = times_us[(spread.frames + 1) / 2 - 1];
    spread.p99_us = times_us[(spread.frames * 99 + 99) / 100 - 1];
    return spread;
}
