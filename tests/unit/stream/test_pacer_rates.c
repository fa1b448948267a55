/* How many frames of sources of all rates pass the limits that a user may set, and how evenly. */
#include "stream/pacer.h"

#include "support/check.h"

#include <math.h>
#include <stdlib.h>

#define SECOND  1000000.0
#define SECONDS 10

static const double limits[] = { 0.5, 1, 5, 10, 24, 25, 30, 60 };
#define LIMITS (sizeof(limits) / sizeof(*limits))

/* Ten seconds of a source that has a frame every 1/fps s, stamped in milliseconds or microseconds.
 */
static void check_steady(double fps, double limit, double stamp_us)
{
    struct mr_pacer pacer;
    mr_pacer_init(&pacer, limit);
    mr_pacer_set_rate(&pacer, fps);
    int shown = 0;
    double last_us = 0, frame_us = SECOND / fps, wanted_us = fmax(frame_us, SECOND / limit);
    for (int i = 0; i * frame_us < SECONDS * SECOND; i++) {
        double pts_us = floor(i * frame_us / stamp_us + 0.5) * stamp_us;
        if (!mr_pacer_admit(&pacer, (int64_t)pts_us))
            continue;
        /* each frame is the nearest to its slot: half a frame's way off on either side */
        if (shown > 0 && fabs(pts_us - last_us - wanted_us) > frame_us + stamp_us + 1)
            fail_msg("%.5g fps at %.3g: %.0f us from one to the next", fps, limit,
                     pts_us - last_us);
        last_us = pts_us;
        shown++;
    }
    double wanted = SECONDS * fmin(fps, limit);
    if (fabs(shown - wanted) > 1)
        fail_msg("%.5g fps at %.3g: %d frames, not %.1f", fps, limit, shown, wanted);
}

static void passes_the_right_number_evenly(void **state)
{
    (void)state;
    const double rates[] = { 24000 / 1001.0, 25, 30000 / 1001.0, 30, 50, 60000 / 1001.0, 60 };
    for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
        for (size_t k = 0; k < LIMITS; k++) {
            check_steady(rates[i], limits[k], 1);
            check_steady(rates[i], limits[k], 1000);
        }
    }
}

/* Distances between 5 and 95 ms: 20 frames a second on average. */
static void holds_the_limit_for_uneven_sources(void **state)
{
    (void)state;
    for (size_t k = 0; k < LIMITS; k++) {
        struct mr_pacer pacer;
        mr_pacer_init(&pacer, limits[k]);
        unsigned dice = 1;
        int shown = 0, came = 0;
        for (double pts_us = 0; pts_us < SECONDS * SECOND;) {
            shown += mr_pacer_admit(&pacer, (int64_t)pts_us);
            came++;
            dice = dice * 1103515245u + 12345;
            pts_us += 5000 + dice / 65536 % 90000;
        }
        assert_true(shown <= SECONDS * limits[k] + 1);
        if (limits[k] <= 10) /* there is a frame for every slot then */
            assert_true(shown >= SECONDS * limits[k] - 1);
        if (limits[k] >= 60) /* few are closer than that */
            assert_true(shown >= came * 0.8);
    }
}

RUN_TESTS(cmocka_unit_test(passes_the_right_number_evenly),
          cmocka_unit_test(holds_the_limit_for_uneven_sources))
