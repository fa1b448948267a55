#include "media/source/input.h"

#include "media/ffmpeg/ffmpeg_error.h"
#include "media/ffmpeg/ffmpeg_log.h"
#include "media/picture/picture_bound.h"
#include "media/source/decoder_threads.h"
#include "media/source/fd_io.h"
#include "media/source/input_dictionary.h"
#include "media/source/input_kind.h"
#include "media/source/input_pipe.h"
#include "media/source/locator.h"
#include "media/source/multipart.h"
#include "media/source/row.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavdevice/avdevice.h>
#include <libavformat/avformat.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* The state of one attempt to open. */
struct attempt {
    const char *shown;
    struct mr_patience *patience;
    const struct mr_input_options *wish;
    struct mr_locator locator;
    AVDictionary *options; /* what nobody has taken yet */
    struct mr_error *error;
};

static void register_devices(void)
{
    avdevice_register_all();
}

/* Give up because of what FFmpeg returned: `what` must have happened to the input. */
static int fail(const struct attempt *attempt, int averror)
{
    int code = mr_ffmpeg_error_code(averror);
    int over = mr_patience_why(attempt->patience, code);
    if (over == -ETIMEDOUT)
        return mr_error_set(attempt->error, over, "cannot open \"%s\": nothing came for %.3g s",
                            attempt->shown, (double)attempt->patience->limit_us / 1e6);
    if (over != 0)
        return mr_error_set(attempt->error, -ECANCELED, "\"%s\": interrupted", attempt->shown);

    const char *hint = mr_ffmpeg_log_hint();
    int refused = averror == AVERROR(EINVAL)
                      ? mr_input_dictionary_refused(hint, attempt->shown, attempt->error)
                      : 0;
    if (refused)
        return refused;
    if (strstr(hint, MR_FFMPEG_NOT_ALLOWED) != NULL)
        return mr_error_set(attempt->error, -EACCES,
                            "\"%s\" refers to what it may not open (%s); if that is meant to be, "
                            "say so with the input option protocol_whitelist",
                            attempt->shown, hint);
    if (averror == AVERROR_INVALIDDATA && hint[0] == '\0')
        return mr_error_set(attempt->error, code, "\"%s\" is not a video FFmpeg knows",
                            attempt->shown);
    if (averror == AVERROR_INVALIDDATA)
        return mr_error_set(attempt->error, code,
                            "\"%s\" is damaged or not a video FFmpeg knows (%s)", attempt->shown,
                            hint);

    const char *format = attempt->locator.camera_format;
    if (format != NULL && averror == AVERROR(EINVAL))
        return mr_error_set(attempt->error, code,
                            "the camera \"%s\" has no pictures in the format \"%s\"",
                            attempt->shown, format);

    const char *demuxer = attempt->locator.format;
    if (demuxer != NULL && strcmp(demuxer, "rawvideo") == 0 && averror == AVERROR(EINVAL))
        return mr_error_set(attempt->error, code,
                            "cannot open \"%s\": raw video does not say what it is: give the input "
                            "size, as 640x360, and the input option pixel_format (yuv420p)",
                            attempt->shown);

    char reason[AV_ERROR_MAX_STRING_SIZE];
    av_strerror(averror, reason, sizeof(reason));
    if (averror == AVERROR(EIO) && strcmp(attempt->shown, "-") == 0)
        return mr_error_set(
            attempt->error, code,
            "cannot read \"-\" as a stream: this format wants a file, give its name");
    if (attempt->locator.device && hint[0] != '\0')
        return mr_error_set(attempt->error, code, "cannot open \"%s\": %s (%s)", attempt->shown,
                            reason, hint);
    return mr_error_set(attempt->error, code, "cannot open \"%s\": %s", attempt->shown, reason);
}

static int open_demuxer(struct mr_input *input, struct attempt *attempt)
{
    struct mr_locator *locator = &attempt->locator;
    input->demuxer = avformat_alloc_context();
    if (input->demuxer == NULL)
        return fail(attempt, AVERROR(ENOMEM));
    input->demuxer->interrupt_callback.callback = mr_patience_is_over;
    input->demuxer->interrupt_callback.opaque = attempt->patience;
    if (locator->camera)
        input->demuxer->flags |= AVFMT_FLAG_NONBLOCK; /* else a dead camera cannot be interrupted */
    if (locator->fd >= 0) {
        input->io = mr_fd_io_open(locator->fd, attempt->patience);
        locator->fd = -1;
        if (input->io == NULL)
            return fail(attempt, AVERROR(ENOMEM));
        input->demuxer->pb = input->io;
    }

    if (input->remote && locator->format == NULL) {
        input->multipart = mr_multipart_create(input->demuxer);
        if (input->multipart == NULL)
            return fail(attempt, AVERROR(ENOMEM));
    }

    const AVInputFormat *format = locator->format ? av_find_input_format(locator->format) : NULL;
    int averror = avformat_open_input(&input->demuxer, locator->url, format, &attempt->options);
    if (averror < 0)
        return fail(attempt, averror);
    if (locator->camera)
        mr_input_dictionary_compare(attempt->wish, locator->camera_format, input->demuxer,
                                    attempt->shown);
    return mr_input_dictionary_check_demuxer(attempt->wish, attempt->options, attempt->shown,
                                             attempt->error);
}

/* FFmpeg shows any text file as a terminal would, and lists of subtitles are inputs to it too. */
static bool is_text(const AVFormatContext *demuxer)
{
    return strcmp(demuxer->iformat->name, "tty") == 0;
}

static bool is_picture_stream(const AVStream *stream)
{
    return stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
           !(stream->disposition & AV_DISPOSITION_ATTACHED_PIC);
}

/* FFmpeg's choice, unless that is the cover of a song. */
static AVStream *choose_stream(AVFormatContext *demuxer)
{
    int best = av_find_best_stream(demuxer, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    if (best >= 0 && is_picture_stream(demuxer->streams[best]))
        return demuxer->streams[best];
    for (unsigned i = 0; i < demuxer->nb_streams; i++)
        if (is_picture_stream(demuxer->streams[i]))
            return demuxer->streams[i];
    return NULL;
}

/* Else seconds of a graph are made and kept, and a live stream is watched for a second or more, to
 * learn a rate that nothing hangs on. (FFmpeg's `nobuffer` is no help: it throws away what was read
 * meanwhile, the first key frame above all.) */
static bool is_probed_briefly(const struct mr_input *input, const struct mr_locator *locator)
{
    struct mr_input_kind kind = mr_input_kind_of(input->demuxer, locator);
    return locator->device || (kind.live && !kind.unstamped);
}

static int find_stream(struct mr_input *input, struct attempt *attempt)
{
    if (is_text(input->demuxer))
        return fail(attempt, AVERROR_INVALIDDATA);
    if (!attempt->locator.camera) { /* a camera says all there is to know when it is opened */
        if (input->demuxer->fps_probe_size < 0 && is_probed_briefly(input, &attempt->locator))
            input->demuxer->fps_probe_size = 2;
        if (input->remote && input->demuxer->max_analyze_duration == 0)
            input->demuxer->max_analyze_duration = attempt->patience->limit_us / 2; /* 0: theirs */
        int averror = mr_picture_bound_probe(input->demuxer);
        if (averror < 0)
            return fail(attempt, averror);
    }
    input->stream = choose_stream(input->demuxer);
    if (mr_patience_check(attempt->patience) != 0)
        return fail(attempt, AVERROR_EXIT);
    if (input->stream == NULL)
        return mr_error_set(attempt->error, -ENODATA, "\"%s\" has no video stream", attempt->shown);
    if (input->stream->codecpar->codec_id == AV_CODEC_ID_WEBP &&
        input->stream->codecpar->width == 0)
        return mr_error_set(attempt->error, -ENOTSUP,
                            "\"%s\" is an animated WebP, which FFmpeg cannot decode; GIF, APNG and "
                            "videos it can",
                            attempt->shown);
    for (unsigned i = 0; i < input->demuxer->nb_streams; i++)
        if (input->demuxer->streams[i] != input->stream)
            input->demuxer->streams[i]->discard = AVDISCARD_ALL;
    return 0;
}

/* Frame threads hold back a frame each: not for live inputs. */
static int open_decoder(struct mr_input *input, struct attempt *attempt, int threads)
{
    const AVCodecParameters *parameters = input->stream->codecpar;
    const AVCodec *codec = avcodec_find_decoder(parameters->codec_id);
    if (codec == NULL)
        return mr_error_set(attempt->error, -ENOTSUP, "no decoder for the codec \"%s\" of \"%s\"",
                            avcodec_get_name(parameters->codec_id), attempt->shown);
    input->decoder = avcodec_alloc_context3(codec);
    if (input->decoder == NULL)
        return fail(attempt, AVERROR(ENOMEM));
    int averror = avcodec_parameters_to_context(input->decoder, parameters);
    if (averror < 0)
        return fail(attempt, averror);
    if (input->decoder->colorspace == AVCOL_SPC_UNSPECIFIED &&
        parameters->codec_id == AV_CODEC_ID_RAWVIDEO)
        input->decoder->colorspace = attempt->locator.matrix;
    mr_picture_bound_decoder(input->decoder);
    if (input->untimed && parameters->codec_id == AV_CODEC_ID_MJPEG) {
        /* pictures that become much lower than this would be taken for fields */
        input->decoder->width = input->decoder->height = 0;
        input->decoder->coded_width = input->decoder->coded_height = 0;
    }
    if (parameters->codec_id ==
        AV_CODEC_ID_MJPEG) /* else half a picture is given out as a whole one */
        input->decoder->err_recognition |= AV_EF_EXPLODE;
    input->decoder->pkt_timebase = input->stream->time_base;
    int share = mr_decoder_threads_take(parameters->width, parameters->height, &input->large);
    input->decoder->thread_count = threads > 0 ? threads : share;
    input->decoder->thread_type = input->live ? FF_THREAD_SLICE : FF_THREAD_FRAME | FF_THREAD_SLICE;
    averror = avcodec_open2(input->decoder, codec, &attempt->options);
    if (averror < 0)
        return fail(attempt, averror);
    return mr_input_dictionary_check_left(attempt->wish, attempt->options, attempt->shown,
                                          attempt->error);
}

static bool is_remote_url(const char *url)
{
    static const char *const files[] = { "file", "data", "concat", "crypto", "subfile", "cache" };
    const char *protocol = avio_find_protocol_name(url);
    for (unsigned i = 0; i < sizeof(files) / sizeof(*files); i++)
        if (protocol != NULL && strcmp(protocol, files[i]) == 0)
            return false;
    return strstr(url, "://") != NULL;
}

bool mr_input_is_elsewhere(const char *url)
{
    return strncmp(url, "/dev/", strlen("/dev/")) == 0 || is_remote_url(url);
}

static bool is_remote(const struct mr_locator *locator)
{
    return !locator->device && !locator->fd_given && is_remote_url(locator->url);
}

static void describe_input(struct mr_input *input, double wished_fps)
{
    AVRational rate = av_guess_frame_rate(input->demuxer, input->stream, NULL);
    input->fps = rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0;
    if (input->still)
        input->fps = wished_fps; /* source_look.c chooses one if there is none */
    else if (input->untimed)
        input->fps = wished_fps; /* else FFmpeg's 25, which means nothing */
    size_t size = 0;
    const uint8_t *matrix =
        av_stream_get_side_data(input->stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    input->orientation = mr_orientation_from_matrix((const int32_t *)matrix, size);
}

/* Opening a file may take any time; a remote source or a camera has a deadline. */
static void begin(const struct mr_input *input, struct attempt *attempt)
{
    if (input->remote || attempt->locator.camera)
        mr_patience_begin(attempt->patience);
    else
        mr_patience_lift(attempt->patience);
}

/* FFmpeg's names do not tell a file with one picture from a file of many (as `rpicam-vid --codec mjpeg` writes it), and
 * a server that sends no length may have one picture or pictures without end. So a second one is looked for. */
static bool has_second_picture(struct mr_input *input)
{
    while (input->ahead.count < 2)
        if (mr_ahead_fetch(&input->ahead, input->demuxer) < 0)
            return false;
    return true;
}

static void find_kind(struct mr_input *input, const struct attempt *attempt)
{
    struct mr_input_kind kind = mr_input_kind_of(input->demuxer, &attempt->locator);
    input->still = kind.pictures && !has_second_picture(input);
    input->piped = input->io != NULL;
    input->live = kind.live && !input->still;
    if (attempt->wish->live != MR_INPUT_LIVE_LOOK)
        input->live = attempt->wish->live == MR_INPUT_LIVE_YES && !input->still;
    else if (input->piped)
        input->live =
            mr_input_pipe_is_live(input->io, input->demuxer, input->stream, &input->ahead);
    bool told = kind.elementary && attempt->wish->fps > 0;
    input->untimed = !input->still && ((input->live && kind.unstamped) || told);
}

static int open_all(struct mr_input *input, struct attempt *attempt, const char *url, int threads)
{
    int failed = mr_locator_init(&attempt->locator, url, attempt->wish, attempt->error);
    if (failed) {
        if (attempt->error != NULL && attempt->error->code == 0)
            fail(attempt, failed);
        return failed;
    }
    if ((failed = mr_input_dictionary_make(attempt->wish, &attempt->locator, &attempt->options,
                                           attempt->error)) != 0)
        return failed;
    input->remote = is_remote(&attempt->locator);
    begin(input, attempt);
    if ((failed = open_demuxer(input, attempt)) != 0)
        return failed;
    begin(input, attempt);
    if ((failed = find_stream(input, attempt)) != 0)
        return failed;
    begin(input, attempt);
    find_kind(input, attempt);
    mr_patience_lift(attempt->patience);
    if ((failed = open_decoder(input, attempt, threads)) != 0)
        return failed;
    describe_input(input, attempt->wish->fps);
    input->row = attempt->locator.row;
    attempt->locator.row = NULL;
    return 0;
}

int mr_input_open(struct mr_input *input, const char *url, const char *shown,
                  const struct mr_input_options *wish, int threads, struct mr_patience *patience,
                  struct mr_error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, register_devices);
    mr_ffmpeg_log_install();
    mr_ffmpeg_log_clear();

    struct mr_error unwanted;
    struct attempt attempt = {
        .shown = shown,
        .patience = patience,
        .wish = wish,
        .error = error != NULL ? error : &unwanted,
    };
    attempt.error->code = 0;
    *input = (struct mr_input){ 0 };
    int failed = open_all(input, &attempt, url, threads);
    mr_locator_finish(&attempt.locator);
    av_dict_free(&attempt.options);
    if (failed)
        mr_input_close(input);
    return failed;
}

void mr_input_close(struct mr_input *input)
{
    avcodec_free_context(&input->decoder);
    avformat_close_input(&input->demuxer);
    mr_ahead_finish(&input->ahead);
    mr_row_destroy(input->row);
    mr_multipart_destroy(&input->multipart);
    mr_fd_io_close(&input->io);
    mr_decoder_threads_release(&input->large);
    *input = (struct mr_input){ 0 };
}

/* Transport streams have clocks, not a beginning in time: looking for one finds the second key
 * frame as often as the first. */
static int seek_to_start(struct mr_input *input)
{
    AVFormatContext *demuxer = input->demuxer;
    int64_t start = input->stream->start_time != AV_NOPTS_VALUE ? input->stream->start_time : 0;
    int averror = AVERROR(ENOSYS);
    if (!(demuxer->iformat->flags & AVFMT_TS_DISCONT))
        averror = av_seek_frame(demuxer, input->stream->index, start, AVSEEK_FLAG_BACKWARD);
    if (averror < 0)
        averror = av_seek_frame(demuxer, -1, 0, AVSEEK_FLAG_BYTE);
    return averror;
}

int mr_input_rewind(struct mr_input *input)
{
    const AVIOContext *io = input->demuxer->pb; /* NULL: a device or a row of files */
    if (input->live || io == NULL || !(io->seekable & AVIO_SEEKABLE_NORMAL))
        return -ESPIPE;
    if (input->still) /* the demuxers of pictures have read theirs for good */
        return -ESPIPE;
    if (seek_to_start(input) < 0)
        return -ESPIPE;
    mr_ahead_finish(&input->ahead);
    avcodec_flush_buffers(input->decoder);
    return 0;
}
