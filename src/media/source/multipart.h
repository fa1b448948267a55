/* Motion JPEG over HTTP as browsers read it. Servers write parts with wrong lengths, wrong types, glued or missing
 * boundaries; FFmpeg's demuxer wants all of them right. So for an answer of type multipart/x-mixed-replace, FFmpeg reads
 * through an AVIOContext that finds the JPEG files (jpeg/jpeg_splitter.h) and writes each as a well-formed part.
 * Used by the thread of its input. Private to src/media/source. */
#ifndef MR_MEDIA_MULTIPART_H
#define MR_MEDIA_MULTIPART_H

struct AVFormatContext;
struct mr_multipart;

/* Take over how the demuxer opens its address; before avformat_open_input.
 * return: to be closed after the demuxer; NULL when out of memory */
struct mr_multipart *mr_multipart_create(struct AVFormatContext *demuxer);
void mr_multipart_destroy(struct mr_multipart **multipart); /* takes a pointer to NULL */

#endif
