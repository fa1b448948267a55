#include "media/picture/picture_bound.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdlib.h>

/* FFmpeg reads one dictionary for each stream there is now; those that it finds later have no
 * options. */
int mr_picture_bound_probe(AVFormatContext *demuxer)
{
    unsigned streams = demuxer->nb_streams;
    AVDictionary **options = calloc(streams + 1, sizeof(*options));
    if (options == NULL)
        return AVERROR(ENOMEM);
    for (unsigned i = 0; i < streams; i++)
        av_dict_set_int(&options[i], "max_pixels", MR_PICTURE_BOUND_PIXELS, 0);
    int averror = avformat_find_stream_info(demuxer, options);
    for (unsigned i = 0; i < streams; i++)
        av_dict_free(&options[i]);
    free(options);
    return averror < 0 ? averror : 0;
}

void mr_picture_bound_decoder(AVCodecContext *decoder)
{
    decoder->max_pixels = MR_PICTURE_BOUND_PIXELS;
}
