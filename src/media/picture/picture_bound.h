/* A bound on the pictures that an input may have: where a damaged file (or a bad joke) claims a
 * picture of gigabytes, its decoder refuses it instead of asking for the memory. Private to
 * src/media. */
#ifndef MR_MEDIA_PICTURE_BOUND_H
#define MR_MEDIA_PICTURE_BOUND_H

#include <stdbool.h>

struct AVCodecContext;
struct AVFormatContext;

/* 16384x8192: four times 8K, any photograph; 192 MiB in 4:2:0 */
#define MR_PICTURE_BOUND_PIXELS 134217728

/* avformat_find_stream_info, with decoders that keep to the bound.
 * return: 0 or an AVERROR */
int mr_picture_bound_probe(struct AVFormatContext *demuxer);

/* Make a decoder, which is not open yet, keep to the bound. */
void mr_picture_bound_decoder(struct AVCodecContext *decoder);

#endif
