#include "media/source/source_look.h"

#include "base/clock.h"
#include "media/source/source_state.h"

/* Frame rate of a source with a single frame, where nothing else is said. */
#define STILL_FPS 1.0

double mr_source_look_rate(const struct mr_source *source)
{
    if (source->wish.fps > 0)
        return source->wish.fps;
    return source->look.poll_us > 0 ? 1e6 / (double)source->look.poll_us : STILL_FPS;
}

bool mr_source_look_has_changed(const struct mr_source *source)
{
    const struct stat *seen = &source->look.seen;
    struct stat now;
    if (stat(source->url, &now) < 0)
        return true;
    return now.st_dev != seen->st_dev || now.st_ino != seen->st_ino ||
           now.st_size != seen->st_size || now.st_mtim.tv_sec != seen->st_mtim.tv_sec ||
           now.st_mtim.tv_nsec != seen->st_mtim.tv_nsec;
}

void mr_source_look_note_file(struct mr_source *source)
{
    if (stat(source->url, &source->look.seen) < 0)
        source->look.seen = (struct stat){ 0 };
}

void mr_source_look_begin(struct mr_source *source)
{
    source->look.looked_us = mr_clock_now_us();
    if (source->input.still)
        source->input.fps = mr_source_look_rate(source);
}
