#include "media/source/input_dictionary.h"

#include "base/log.h"
#include "media/ffmpeg/url.h"
#include "media/source/protocols.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/dict.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FPS       1000.0
#define KEY_MAX_BYTES 64

/* ---- the wishes ---- */

static int set(AVDictionary **dictionary, const char *key, const char *value)
{
    return av_dict_set(dictionary, key, value, 0) < 0 ? -ENOMEM : 0;
}

/* Any class of FFmpeg's that an input can have: the demuxer's, a protocol's, the decoder's. */
static bool is_known(const char *key)
{
    const AVClass *classes[] = { avformat_get_class(), avcodec_get_class() };
    for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++)
        if (av_opt_find(&classes[i], key, NULL, 0,
                        AV_OPT_SEARCH_CHILDREN | AV_OPT_SEARCH_FAKE_OBJ) != NULL)
            return true;
    return false;
}

/* The key of "key=value". return: the value; NULL when it is not of that form */
static const char *split(const char *option, char key[KEY_MAX_BYTES])
{
    size_t length = strcspn(option, "=");
    if (length == 0 || length >= KEY_MAX_BYTES || option[length] == '\0')
        return NULL;
    snprintf(key, KEY_MAX_BYTES, "%.*s", (int)length, option);
    return option + length + 1;
}

/* A value may be a secret, so messages name the key alone. */
static int add_option(const char *option, AVDictionary **dictionary, struct mr_error *error)
{
    char key[KEY_MAX_BYTES];
    const char *value = split(option, key);
    if (value == NULL) {
        size_t name = strcspn(option, "=: \t\r\n"); /* the rest may be a secret header */
        if (name > KEY_MAX_BYTES)
            name = KEY_MAX_BYTES;
        return mr_error_set(error, -EINVAL,
                            "input option \"%.*s%s\" is not KEY=VALUE, as rtsp_transport=udp",
                            (int)name, option, option[name] != '\0' ? "…" : "");
    }
    if (!is_known(key))
        return mr_error_set(error, -EINVAL, "input option \"%s\": FFmpeg has none of that name",
                            key);
    return set(dictionary, key, value);
}

static int add_size(const struct mr_input_options *options, AVDictionary **dictionary,
                    struct mr_error *error)
{
    char text[32];
    struct mr_size size = options->size;
    if (size.width == 0 && size.height == 0)
        return 0;
    if (size.width <= 0 || size.height <= 0)
        return mr_error_set(error, -EINVAL,
                            "input size: %s is missing, an input's size has both: WxH",
                            size.width <= 0 ? "the width" : "the height");
    snprintf(text, sizeof(text), "%dx%d", size.width, size.height);
    return set(dictionary, "video_size", text);
}

static int add_fps(const struct mr_input_options *options, AVDictionary **dictionary,
                   struct mr_error *error)
{
    char text[32];
    if (options->fps == 0)
        return 0;
    if (!(options->fps > 0 && options->fps <= MAX_FPS))
        return mr_error_set(error, -EINVAL,
                            "input fps: %g is not a rate above 0 and up to %g pictures a second",
                            options->fps, MAX_FPS);
    snprintf(text, sizeof(text), "%.10g", options->fps);
    return set(dictionary, "framerate", text);
}

/* ---- what suits the address ---- */

static const struct {
    const char *scheme, *key, *value;
} defaults[] = {
    /* over UDP, which FFmpeg tries first, losses show as torn pictures */
    { "rtsp", "rtsp_transport", "tcp" },
    { "rtsps", "rtsp_transport", "tcp" },
    /* nobody listens, and a silent track would be waited for */
    { "rtsp", "allowed_media_types", "video" },
    { "rtsps", "allowed_media_types", "video" },
    { "udp", "overrun_nonfatal", "1" },
};

static int add_defaults(const struct mr_locator *locator, AVDictionary **dictionary)
{
    char protocols[MR_PROTOCOLS_MAX] = "crypto,data"; /* what comes through a pipe opens nothing */
    int failed = 0;
    if (!locator->fd_given)
        mr_protocols_of(locator->url, protocols);
    if (!locator->device)
        failed = set(dictionary, "protocol_whitelist", protocols);
    for (size_t i = 0; !failed && i < sizeof(defaults) / sizeof(*defaults); i++)
        if (mr_protocols_is(locator->url, defaults[i].scheme))
            failed = set(dictionary, defaults[i].key, defaults[i].value);
    if (!failed && locator->row != NULL) /* its files are read one by one */
        failed = set(dictionary, "pattern_type", "none");
    if (!failed && locator->camera_format != NULL)
        failed = set(dictionary, "input_format", locator->camera_format);
    return failed;
}

int mr_input_dictionary_make(const struct mr_input_options *options,
                             const struct mr_locator *locator, AVDictionary **dictionary,
                             struct mr_error *error)
{
    *dictionary = NULL;
    int failed = add_defaults(locator, dictionary);
    if (!failed)
        failed = add_size(options, dictionary, error);
    if (!failed)
        failed = add_fps(options, dictionary, error);
    for (size_t i = 0; !failed && i < options->option_count; i++)
        failed = add_option(options->option[i], dictionary, error);
    if (failed)
        av_dict_free(dictionary);
    return failed == -ENOMEM ? mr_error_set(error, failed, "out of memory") : failed;
}

/* ---- what became of them ---- */

int mr_input_dictionary_check_demuxer(const struct mr_input_options *options,
                                      const AVDictionary *left, const char *shown,
                                      struct mr_error *error)
{
    if (options->size.width > 0 && av_dict_get(left, "video_size", NULL, 0) != NULL)
        return mr_error_set(error, -EINVAL,
                            "input size %dx%d: \"%s\" has its own, only cameras and raw video are "
                            "asked for one",
                            options->size.width, options->size.height, shown);
    if (options->fps > 0 && av_dict_get(left, "framerate", NULL, 0) != NULL)
        return mr_error_set(error, -EINVAL,
                            "input fps %g: \"%s\" has its own rate, only cameras, raw video and "
                            "rows of pictures are asked for one",
                            options->fps, shown);
    return 0;
}

int mr_input_dictionary_check_left(const struct mr_input_options *options, const AVDictionary *left,
                                   const char *shown, struct mr_error *error)
{
    for (size_t i = 0; i < options->option_count; i++) {
        char key[KEY_MAX_BYTES];
        if (split(options->option[i], key) != NULL && av_dict_get(left, key, NULL, 0) != NULL)
            return mr_error_set(error, -EINVAL,
                                "input option \"%s\": nothing that reads \"%s\" has it", key,
                                shown);
    }
    return 0;
}

int mr_input_dictionary_refused(const char *hint, const char *shown, struct mr_error *error)
{
    static const char words[] = "Error setting option ";
    if (strncmp(hint, words, strlen(words)) != 0)
        return 0;
    const char *key = hint + strlen(words);
    return mr_error_set(error, -EINVAL,
                        "input option \"%.*s\": FFmpeg does not take that value for \"%s\"",
                        (int)strcspn(key, " "), key, shown);
}

static void compare_format(const char *wish, const AVCodecParameters *given, const char *shown)
{
    const char *codec = avcodec_get_name(given->codec_id);
    const char *pixels = given->codec_id == AV_CODEC_ID_RAWVIDEO
                             ? av_get_pix_fmt_name((enum AVPixelFormat)given->format)
                             : NULL;
    if (strcmp(wish, codec) != 0 && (pixels == NULL || strcmp(wish, pixels) != 0))
        mr_log(MR_LOG_WARN, "media", "\"%s\" gives pictures in %s, it has none in %s", shown,
               pixels != NULL ? pixels : codec, wish);
}

void mr_input_dictionary_compare(const struct mr_input_options *options, const char *format,
                                 const AVFormatContext *camera, const char *shown)
{
    if (camera->nb_streams == 0)
        return;
    const AVStream *stream = camera->streams[0];
    struct mr_size size = { stream->codecpar->width, stream->codecpar->height };
    double fps = stream->avg_frame_rate.den > 0 ? av_q2d(stream->avg_frame_rate) : 0;
    if (format != NULL)
        compare_format(format, stream->codecpar, shown);
    if (options->size.width > 0 &&
        (size.width != options->size.width || size.height != options->size.height))
        mr_log(MR_LOG_WARN, "media", "\"%s\" gives pictures of %dx%d, it has none of %dx%d", shown,
               size.width, size.height, options->size.width, options->size.height);
    if (options->fps > 0 && fps > 0 && fabs(fps - options->fps) > 0.01 * options->fps)
        mr_log(MR_LOG_WARN, "media", "\"%s\" gives %.4g pictures a second, not %.4g", shown, fps,
               options->fps);
}
