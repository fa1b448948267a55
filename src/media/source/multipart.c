#include "media/source/multipart.h"

#include "media/jpeg/jpeg_splitter.h"

#include <errno.h>
#include <libavformat/avformat.h>
#include <libavutil/avstring.h>
#include <libavutil/mem.h>
#include <libavutil/opt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_BYTES 65536
#define CHUNK_BYTES  16384

struct mr_multipart {
    int (*open)(AVFormatContext *demuxer, AVIOContext **io, const char *url, int flags,
                AVDictionary **options); /* FFmpeg's own */
    AVIOContext *inner;                  /* the server's answer; NULL: it is no multipart */
    AVIOContext *outer;                  /* what the demuxer reads */
    struct mr_jpeg_splitter splitter;

    bool begun; /* there was a part */

    /* the part that is being read */
    char head[128];
    const uint8_t *file;
    size_t head_bytes, file_bytes, at; /* `at`: in the head, then in the file */
};

/* Begin the next part.
 * return: 0; FFmpeg's code of the end or an error */
static int begin_part(struct mr_multipart *multipart)
{
    uint8_t chunk[CHUNK_BYTES];
    while ((multipart->file_bytes =
                mr_jpeg_splitter_next(&multipart->splitter, &multipart->file)) == 0) {
        int got = avio_read_partial(multipart->inner, chunk, sizeof(chunk));
        if (got <= 0)
            return got < 0 ? got : AVERROR_EOF;
        if (mr_jpeg_splitter_add(&multipart->splitter, chunk, (size_t)got) < 0)
            return AVERROR(ENOMEM);
    }
    multipart->at = 0;
    multipart->head_bytes =
        (size_t)snprintf(multipart->head, sizeof(multipart->head),
                         "%s--part\r\nContent-Type: image/jpeg\r\nContent-Length: %zu\r\n\r\n",
                         multipart->begun ? "\r\n" : "", multipart->file_bytes);
    multipart->begun = true; /* FFmpeg knows the format by the boundary at the beginning */
    return 0;
}

static int read_parts(void *opaque, uint8_t *buffer, int size)
{
    struct mr_multipart *multipart = opaque;
    if (multipart->at == multipart->head_bytes + multipart->file_bytes) {
        int result = begin_part(multipart);
        if (result < 0)
            return result;
    }
    bool in_head = multipart->at < multipart->head_bytes;
    const uint8_t *from = in_head ? (const uint8_t *)multipart->head + multipart->at
                                  : multipart->file + (multipart->at - multipart->head_bytes);
    size_t left =
        (in_head ? multipart->head_bytes : multipart->head_bytes + multipart->file_bytes) -
        multipart->at;
    size_t count = left < (size_t)size ? left : (size_t)size;
    memcpy(buffer, from, count);
    multipart->at += count;
    return (int)count;
}

static bool is_replaced(AVIOContext *io)
{
    static const char type[] = "multipart/x-mixed-replace";
    uint8_t *value = NULL;
    bool is = av_opt_get(io, "mime_type", AV_OPT_SEARCH_CHILDREN, &value) >= 0 && value != NULL &&
              av_strncasecmp((const char *)value, type, sizeof(type) - 1) == 0;
    av_free(value);
    return is;
}

static int wrap(struct mr_multipart *multipart, AVFormatContext *demuxer, AVIOContext **io)
{
    unsigned char *buffer = av_malloc(BUFFER_BYTES);
    if (buffer != NULL)
        multipart->outer =
            avio_alloc_context(buffer, BUFFER_BYTES, 0, multipart, read_parts, NULL, NULL);
    if (multipart->outer == NULL) {
        av_free(buffer);
        avio_closep(io);
        return AVERROR(ENOMEM);
    }
    multipart->inner = *io;
    *io = multipart->outer;
    demuxer->flags |= AVFMT_FLAG_CUSTOM_IO; /* FFmpeg leaves closing it to us */
    return 0;
}

static int open_address(AVFormatContext *demuxer, AVIOContext **io, const char *url, int flags,
                        AVDictionary **options)
{
    struct mr_multipart *multipart = demuxer->opaque;
    int result = multipart->open(demuxer, io, url, flags, options);
    if (result < 0 || io != &demuxer->pb || !is_replaced(*io))
        return result;
    return wrap(multipart, demuxer, io);
}

struct mr_multipart *mr_multipart_create(struct AVFormatContext *demuxer)
{
    struct mr_multipart *multipart = calloc(1, sizeof(*multipart));
    if (multipart == NULL)
        return NULL;
    multipart->open = demuxer->io_open;
    demuxer->io_open = open_address;
    demuxer->opaque = multipart;
    return multipart;
}

void mr_multipart_destroy(struct mr_multipart **held)
{
    struct mr_multipart *multipart = *held;
    *held = NULL;
    if (multipart == NULL)
        return;
    if (multipart->outer != NULL)
        av_freep(&multipart->outer->buffer); /* FFmpeg may have replaced the first one */
    avio_context_free(&multipart->outer);
    avio_closep(&multipart->inner);
    mr_jpeg_splitter_finish(&multipart->splitter);
    free(multipart);
}
