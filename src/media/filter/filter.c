#include "media/filter/filter.h"

#include "media/ffmpeg/ffmpeg_log.h"
#include "media/filter/filter_graph.h"

#include <errno.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/buffer.h>
#include <libavutil/frame.h>
#include <libavutil/imgutils.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The size of the picture that a chain is checked on; some options are positions or radii that have to fit. */
#define CHECK_WIDTH  1280
#define CHECK_HEIGHT 720

struct mr_filter {
    char *text;
    unsigned steps;
    struct mr_filter_graph graph; /* empty until the first run */
    AVFrame *in;                  /* lent pixels, or its own */
    AVFrame *out;
    bool lent;      /* `in` refers to a picture's pixels */
    bool remembers; /* keeps pictures that it was given: they have to be its own */
};

static int fill(struct mr_filter *filter, const char *text, struct mr_error *error)
{
    filter->text = strdup(text);
    filter->in = av_frame_alloc();
    filter->out = av_frame_alloc();
    if (filter->text == NULL || filter->in == NULL || filter->out == NULL)
        return mr_error_set(error, -ENOMEM, "out of memory");
    int failed = mr_filter_graph_make(&filter->graph, text, CHECK_WIDTH, CHECK_HEIGHT, error);
    filter->steps = filter->graph.steps;
    mr_filter_graph_finish(&filter->graph);
    return failed;
}

int mr_filter_create(const char *text, struct mr_filter **filter, struct mr_error *error)
{
    *filter = NULL;
    if (strlen(text) > MR_FILTER_MAX_TEXT)
        return mr_error_set(error, -EINVAL, "a text of more than %d bytes", MR_FILTER_MAX_TEXT);
    struct mr_filter *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return mr_error_set(error, -ENOMEM, "out of memory");
    int failed = fill(made, text, error);
    if (failed) {
        mr_filter_destroy(made);
        return failed;
    }
    *filter = made;
    return 0;
}

void mr_filter_destroy(struct mr_filter *filter)
{
    if (filter == NULL)
        return;
    mr_filter_graph_finish(&filter->graph);
    av_frame_free(&filter->in);
    av_frame_free(&filter->out);
    free(filter->text);
    free(filter);
}

void mr_filter_forget(struct mr_filter *filter)
{
    mr_filter_graph_finish(&filter->graph);
    av_frame_unref(filter->in);
}

unsigned mr_filter_steps(const struct mr_filter *filter)
{
    return filter->steps;
}

const char *mr_filter_text(const struct mr_filter *filter)
{
    return filter->text;
}

/* ---- in ---- */

static void leave_alone(void *opaque, uint8_t *data)
{
    (void)opaque;
    (void)data;
}

/* Let the graph read the pixels where they are. Rows are as aligned as FFmpeg's own, and padded to
 * whole vectors, which is as far as it reads behind a row. */
static int lend(AVFrame *frame, const struct mr_region *region)
{
    size_t bytes = (size_t)region->stride_bytes * (size_t)region->height;
    frame->buf[0] =
        av_buffer_create(region->pixels, bytes, leave_alone, NULL, AV_BUFFER_FLAG_READONLY);
    frame->data[0] = region->pixels;
    frame->linesize[0] = (int)region->stride_bytes;
    return frame->buf[0] != NULL ? 0 : AVERROR(ENOMEM);
}

static int copy_in(AVFrame *frame, const struct mr_region *region)
{
    int averror = frame->buf[0] != NULL ? 0 : av_frame_get_buffer(frame, MR_PICTURE_ALIGNMENT);
    if (averror < 0)
        return averror;
    av_image_copy_plane(frame->data[0], frame->linesize[0], region->pixels,
                        (int)region->stride_bytes, region->width * 4, region->height);
    return 0;
}

static bool is_whole(const struct mr_picture *picture, const struct mr_region *region)
{
    return region->width == picture->width && region->height == picture->height;
}

/* Fill filter->in; a buffer of its own from the last time is used again if nobody else has it. */
static int prepare(struct mr_filter *filter, const struct mr_picture *picture,
                   const struct mr_region *region)
{
    AVFrame *frame = filter->in;
    bool fits = frame->format == filter->graph.format && frame->width == region->width &&
                frame->height == region->height;
    filter->lent = is_whole(picture, region) && !filter->remembers;
    if (filter->lent || !fits || !av_frame_is_writable(frame))
        av_frame_unref(frame);
    frame->format = filter->graph.format;
    frame->width = region->width;
    frame->height = region->height;
    frame->sample_aspect_ratio = (AVRational){ 1, 1 };
    frame->pts = picture->pts_us;
    return filter->lent ? lend(frame, region) : copy_in(frame, region);
}

/* ---- out ---- */

/* Put the result in place. It can be the lent pixels themselves, in another order (vflip). */
static int copy_out(struct mr_filter *filter, const struct mr_region *region)
{
    AVFrame *frame = filter->out;
    bool same = frame->buf[0]->data == filter->in->buf[0]->data;
    if (same && frame->data[0] == region->pixels && frame->linesize[0] == region->stride_bytes)
        return 0;
    int averror = same ? av_frame_make_writable(frame) : 0;
    if (averror >= 0)
        av_image_copy_plane(region->pixels, (int)region->stride_bytes, frame->data[0],
                            frame->linesize[0], region->width * 4, region->height);
    return averror;
}

/* One picture in, exactly one out. */
static int pass(struct mr_filter *filter, struct mr_error *error)
{
    struct mr_filter_graph *graph = &filter->graph;
    int averror = av_buffersrc_add_frame_flags(graph->source, filter->in,
                                               AV_BUFFERSRC_FLAG_KEEP_REF | AV_BUFFERSRC_FLAG_PUSH);
    if (averror >= 0)
        averror = av_buffersink_get_frame(graph->sink, filter->out);
    if (averror == AVERROR(EAGAIN))
        return mr_error_set(error, -EPERM,
                            "it gave no frame for the one it got; filters that delay or drop "
                            "frames cannot be used");
    if (averror < 0)
        return mr_filter_graph_fail(error, "failed", averror);
    if (filter->out->width != graph->width || filter->out->height != graph->height)
        return mr_error_set(error, -EPERM, "it changed the picture's size from %dx%d to %dx%d",
                            graph->width, graph->height, filter->out->width, filter->out->height);

    AVFrame *second = av_frame_alloc();
    averror = second != NULL ? av_buffersink_get_frame(graph->sink, second) : AVERROR(ENOMEM);
    av_frame_free(&second);
    if (averror >= 0)
        return mr_error_set(error, -EPERM, "it gave more than one frame for the one it got");
    return averror == AVERROR(EAGAIN) ? 0 : mr_filter_graph_fail(error, "failed", averror);
}

/* ---- both ---- */

static int run(struct mr_filter *filter, const struct mr_picture *picture,
               const struct mr_region *region, struct mr_error *error)
{
    mr_ffmpeg_log_clear();
    int averror = prepare(filter, picture, region);
    if (averror < 0)
        return mr_filter_graph_fail(error, "failed", averror);
    int failed = pass(filter, error);
    if (failed == 0 && (averror = copy_out(filter, region)) < 0)
        failed = mr_filter_graph_fail(error, "failed", averror);
    av_frame_unref(filter->out);
    return failed;
}

/* Nothing may refer to pixels that were only lent. A graph that does is given up, and made again to
 * be fed with copies. */
static void take_back(struct mr_filter *filter)
{
    if (!filter->lent)
        return;
    const AVBufferRef *pixels = filter->in->buf[0];
    if (pixels != NULL && av_buffer_get_ref_count(pixels) > 1) {
        filter->remembers = true;
        mr_filter_graph_finish(&filter->graph);
    }
    av_frame_unref(filter->in);
    filter->lent = false;
}

int mr_filter_run(struct mr_filter *filter, struct mr_picture *picture, const struct mr_area *area,
                  struct mr_error *error)
{
    struct mr_region region = mr_region_of(picture, area);
    struct mr_filter_graph *graph = &filter->graph;
    if (region.width < MR_FILTER_MIN_SIDE || region.height < MR_FILTER_MIN_SIDE)
        return mr_error_set(error, -EINVAL, "at least %dx%d pixels expected, got %dx%d",
                            MR_FILTER_MIN_SIDE, MR_FILTER_MIN_SIDE, region.width, region.height);
    if (graph->width != region.width || graph->height != region.height) {
        mr_filter_graph_finish(graph);
        int failed = mr_filter_graph_make(graph, filter->text, region.width, region.height, error);
        if (failed)
            return failed;
    }
    int failed = run(filter, picture, &region, error);
    if (failed)
        mr_filter_graph_finish(graph);
    take_back(filter);
    return failed;
}
