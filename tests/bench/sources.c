/* What the cheap ways of reading a source save, against the plain ones, in turn:
 *
 *     sources ROUNDS MJPEG-CLIP H264-CLIP
 *
 * CPU time is that of the whole process, with the decoder's threads: opening, every frame, closing. */
#include "base/log.h"
#include "media/convert/converter.h"
#include "media/source/source.h"
#include "media/source/source_skip.h"
#include "stream/pacer.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MAX_ROUNDS 99

struct way {
    const char *clip;
    struct mr_size size;
    double fps; /* the limit; 0: none */
    bool cheap;
};

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "sources: %s: %s\n", what, why);
    exit(1);
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* return: how many frames came out */
static int play(const struct way *way)
{
    struct mr_source_options options = { .url = way->clip,
                                         .fps = way->cheap ? way->fps : 0,
                                         .leave_jpeg = way->cheap };
    struct mr_converter_options wanted = { .size = way->size, .slots = 2 };
    struct mr_source *source;
    struct mr_converter *converter;
    struct mr_decoded decoded;
    struct mr_pacer pacer;
    struct mr_error error = { 0 };
    int frames = 0, result;
    if (mr_source_open(&options, &source, &error) < 0)
        fail(way->clip, error.text);
    if (mr_converter_create(&wanted, &converter) < 0)
        fail("converter", "no memory");
    mr_pacer_init(&pacer, way->fps);
    while ((result = mr_source_read(source, &decoded, &error)) == 0) {
        struct mr_picture *picture;
        if (!mr_pacer_admit(&pacer, decoded.pts_us))
            continue;
        if (way->fps > 0)
            mr_source_skip_slot(source, mr_pacer_slot_us(&pacer));
        if (mr_converter_run(converter, &decoded, &picture, &error) < 0)
            fail(way->clip, error.text);
        mr_picture_unref(&picture);
        frames++;
    }
    if (result < 0)
        fail(way->clip, error.text);
    mr_converter_destroy(converter);
    mr_source_close(source);
    return frames;
}

static double us_a_frame(const struct way *way)
{
    double start = cpu_seconds();
    int frames = play(way);
    return (cpu_seconds() - start) * 1e6 / (frames > 0 ? frames : 1);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof(*values), ascending);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static void compare(const char *what, struct way way, int rounds)
{
    double cheap[MAX_ROUNDS], plain[MAX_ROUNDS], ratios[MAX_ROUNDS];
    play(&way); /* caches */
    for (int i = 0; i < rounds; i++) {
        way.cheap = true;
        cheap[i] = us_a_frame(&way);
        way.cheap = false;
        plain[i] = us_a_frame(&way);
        ratios[i] = cheap[i] / plain[i];
    }
    double middle = median(ratios, rounds); /* sorted now */
    printf("%s: %.1f us against %.1f us: ratio %.3f (%.3f to %.3f in %d pairs)\n", what,
           median(cheap, rounds), median(plain, rounds), middle, ratios[0], ratios[rounds - 1],
           rounds);
}

int main(int argc, char **argv)
{
    int rounds = argc == 4 ? atoi(argv[1]) : 0;
    if (rounds < 1 || rounds > MAX_ROUNDS) {
        fprintf(stderr, "usage: sources ROUNDS MJPEG-CLIP H264-CLIP\n");
        return 2;
    }
    mr_log_set_level(MR_LOG_ERROR);
    setvbuf(stdout, NULL, _IOLBF, 0);
    compare("motion JPEG of 1280x720 to 320x180, decoded small",
            (struct way){ .clip = argv[2], .size = { 320, 180 } }, rounds);
    compare("motion JPEG of 1280x720 to 640x360, decoded small",
            (struct way){ .clip = argv[2], .size = { 640, 360 } }, rounds);
    compare("motion JPEG of 1280x720 as large, decoded by TurboJPEG",
            (struct way){ .clip = argv[2] }, rounds);
    compare("H.264 of 1920x1080 (IBBP, 30 fps) to 640x360 at 5 fps, a frame that is sent",
            (struct way){ .clip = argv[3], .size = { 640, 360 }, .fps = 5 }, rounds);
    return 0;
}
