#include "media/source/input_kind.h"

#include "media/source/protocols.h"

#include <libavformat/avformat.h>
#include <string.h>

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* They are short whatever they describe. */
static bool is_playlist(const AVFormatContext *demuxer)
{
    static const char *const names[] = { "hls", "dash" };
    return is_one_of(demuxer->iformat->name, names, sizeof(names) / sizeof(*names));
}

/* A stream with an end on a server is a file like others. A server that plays (RTSP) does it at its pace,
 * whatever it says about the length. */
static bool is_live(const AVFormatContext *demuxer, const struct mr_locator *locator)
{
    if (locator->device || locator->fd_given)
        return locator->live;
    if (locator->row != NULL || strstr(locator->url, "://") == NULL)
        return false;
    if (mr_protocols_is(locator->url, "rtsp") || mr_protocols_is(locator->url, "rtsps"))
        return true;
    if (demuxer->duration != AV_NOPTS_VALUE)
        return false;
    return is_playlist(demuxer) || demuxer->pb == NULL || avio_size(demuxer->pb) <= 0;
}

/* Pictures one after the other through a pipe are a video, and so are the files of a row. */
static bool has_pictures(const AVFormatContext *demuxer, const struct mr_locator *locator)
{
    static const char pipe[] = "_pipe";
    const char *name = demuxer->iformat->name, *end = strstr(name, pipe);
    if (locator->fd_given || locator->row != NULL || locator->device)
        return false;
    return strcmp(name, "image2") == 0 || (end != NULL && end[strlen(pipe)] == '\0');
}

static bool has_no_stamps(const AVFormatContext *demuxer)
{
    return (demuxer->iformat->flags & AVFMT_NOTIMESTAMPS) != 0 ||
           strcmp(demuxer->iformat->name, "mpjpeg") == 0;
}

/* FFmpeg makes the stamps of these from a rate. */
static bool is_elementary(const AVFormatContext *demuxer)
{
    static const char *const names[] = { "h264", "hevc", "m4v",   "mpegvideo", "h263",
                                         "av1",  "obu",  "dirac", "cavsvideo" };
    return has_no_stamps(demuxer) ||
           is_one_of(demuxer->iformat->name, names, sizeof(names) / sizeof(*names));
}

struct mr_input_kind mr_input_kind_of(const AVFormatContext *demuxer,
                                      const struct mr_locator *locator)
{
    struct mr_input_kind kind = { .live = is_live(demuxer, locator) };
    kind.pictures = has_pictures(demuxer, locator);
    kind.unstamped = has_no_stamps(demuxer);
    kind.elementary = is_elementary(demuxer);
    return kind;
}
