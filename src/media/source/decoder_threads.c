#include "media/source/decoder_threads.h"

#include <libavutil/cpu.h>
#include <stdatomic.h>
#include <stdint.h>

#define ONE_THREAD_PIXELS INT64_C(921600) /* 1280x720 */
#define MOST              16              /* FFmpeg's own bound; more only add delay */

static atomic_int large_ones;

int mr_decoder_threads_take(int width, int height, bool *large)
{
    *large = (int64_t)width * height > ONE_THREAD_PIXELS;
    if (!*large)
        return 1;
    int sharing = atomic_fetch_add(&large_ones, 1) + 1;
    int share = (av_cpu_count() + sharing - 1) / sharing;
    return share > MOST ? MOST : share;
}

void mr_decoder_threads_release(bool *large)
{
    if (*large)
        atomic_fetch_sub(&large_ones, 1);
    *large = false;
}
