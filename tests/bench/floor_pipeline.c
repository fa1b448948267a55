/* The floor of the main job: the same libraries in a bare loop. One decoder thread, one zimg graph
 * (limited range to full, to the output's size), TurboJPEG from the planes, and a counter as
 * payload copied in front of the image. No queues, no threads, no script, nobody to send it to.
 *
 *     floor_pipeline CLIP WIDTH HEIGHT QUALITY FRAMES
 *
 * The clip (8-bit 4:2:0, BT.601, limited range) is read again from its start until there were
 * FRAMES. */
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <turbojpeg.h>
#include <zimg.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "floor_pipeline: %s failed\n", #condition);                            \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

struct floor {
    int width, height, quality;
    AVFormatContext *format;
    AVCodecContext *codec;
    int stream;
    zimg_filter_graph *graph;
    void *scratch;
    uint8_t *plane[3];
    int stride[3];
    tjhandle jpeg;
    unsigned char *bytes;
    unsigned long capacity;
    unsigned char *message;
    unsigned long frames, size_bytes;
};

static void open_clip(struct floor *floor, const char *path)
{
    const AVCodec *decoder;
    CHECK(avformat_open_input(&floor->format, path, NULL, NULL) == 0);
    CHECK(avformat_find_stream_info(floor->format, NULL) >= 0);
    floor->stream = av_find_best_stream(floor->format, AVMEDIA_TYPE_VIDEO, -1, -1, &decoder, 0);
    CHECK(floor->stream >= 0);
    floor->codec = avcodec_alloc_context3(decoder);
    avcodec_parameters_to_context(floor->codec, floor->format->streams[floor->stream]->codecpar);
    floor->codec->thread_count = 1;
    CHECK(avcodec_open2(floor->codec, decoder, NULL) == 0);
}

static zimg_image_format image_format(int width, int height, zimg_pixel_range_e range)
{
    zimg_image_format format;
    zimg_image_format_default(&format, ZIMG_API_VERSION);
    format.width = (unsigned)width;
    format.height = (unsigned)height;
    format.pixel_type = ZIMG_PIXEL_BYTE;
    format.subsample_w = 1;
    format.subsample_h = 1;
    format.color_family = ZIMG_COLOR_YUV;
    format.matrix_coefficients = ZIMG_MATRIX_BT470_BG;
    format.pixel_range = range;
    return format;
}

static void make_graph(struct floor *floor)
{
    zimg_image_format from =
        image_format(floor->codec->width, floor->codec->height, ZIMG_RANGE_LIMITED);
    zimg_image_format to = image_format(floor->width, floor->height, ZIMG_RANGE_FULL);
    zimg_graph_builder_params params;
    size_t size;
    zimg_graph_builder_params_default(&params, ZIMG_API_VERSION);
    params.resample_filter = ZIMG_RESIZE_BILINEAR;
    params.cpu_type = ZIMG_CPU_AUTO_64B;
    params.resample_filter_uv = ZIMG_RESIZE_BILINEAR;
    floor->graph = zimg_filter_graph_build(&from, &to, &params);
    CHECK(floor->graph != NULL);
    zimg_filter_graph_get_tmp_size(floor->graph, &size);
    floor->scratch = aligned_alloc(64, (size + 63) / 64 * 64);
    for (int i = 0; i < 3; i++) {
        int width = i == 0 ? floor->width : (floor->width + 1) / 2;
        int height = i == 0 ? floor->height : (floor->height + 1) / 2;
        floor->stride[i] = (width + 63) / 64 * 64;
        floor->plane[i] = aligned_alloc(64, (size_t)floor->stride[i] * (size_t)height);
    }
    floor->capacity = tjBufSizeYUV2(floor->width, 4, floor->height, TJSAMP_420) + 65536;
    floor->bytes = malloc(floor->capacity);
    floor->message = malloc(floor->capacity + 64);
    floor->jpeg = tjInitCompress();
}

static void handle(struct floor *floor, const AVFrame *frame)
{
    zimg_image_buffer_const from = { .version = ZIMG_API_VERSION };
    zimg_image_buffer to = { .version = ZIMG_API_VERSION };
    for (int i = 0; i < 3; i++) {
        from.plane[i].data = frame->data[i];
        from.plane[i].stride = frame->linesize[i];
        from.plane[i].mask = ZIMG_BUFFER_MAX;
        to.plane[i].data = floor->plane[i];
        to.plane[i].stride = floor->stride[i];
        to.plane[i].mask = ZIMG_BUFFER_MAX;
    }
    CHECK(zimg_filter_graph_process(floor->graph, &from, &to, floor->scratch, NULL, NULL, NULL,
                                    NULL) == 0);
    unsigned long size = floor->capacity;
    CHECK(tjCompressFromYUVPlanes(floor->jpeg, (const unsigned char **)floor->plane, floor->width,
                                  floor->stride, floor->height, TJSAMP_420, &floor->bytes, &size,
                                  floor->quality, TJFLAG_NOREALLOC) == 0);
    int head = snprintf((char *)floor->message, 64, "{\"count\":%lu}", floor->frames);
    memcpy(floor->message + head, floor->bytes, size);
    floor->size_bytes += size;
    floor->frames++;
}

static void drain(struct floor *floor, AVFrame *frame, unsigned long limit)
{
    while (floor->frames < limit && avcodec_receive_frame(floor->codec, frame) == 0)
        handle(floor, frame);
}

int main(int argc, char **argv)
{
    CHECK(argc == 6);
    struct floor floor = { .width = atoi(argv[2]),
                           .height = atoi(argv[3]),
                           .quality = atoi(argv[4]) };
    unsigned long limit = strtoul(argv[5], NULL, 10);
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    open_clip(&floor, argv[1]);
    make_graph(&floor);

    while (floor.frames < limit) {
        int result = av_read_frame(floor.format, packet);
        if (result == 0 && packet->stream_index == floor.stream)
            avcodec_send_packet(floor.codec, packet);
        else if (result < 0)
            avcodec_send_packet(floor.codec, NULL);
        av_packet_unref(packet);
        drain(&floor, frame, limit);
        if (result < 0) {
            avcodec_flush_buffers(floor.codec);
            CHECK(av_seek_frame(floor.format, floor.stream, 0, AVSEEK_FLAG_BACKWARD) >= 0);
        }
    }
    printf("%lu frames, %lu bytes each\n", floor.frames, floor.size_bytes / floor.frames);
    return 0;
}
