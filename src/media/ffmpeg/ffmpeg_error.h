/* FFmpeg's errors in terms of errno. Any thread. */
#ifndef MR_FFMPEG_ERROR_H
#define MR_FFMPEG_ERROR_H

/* return: an AVERROR as -errno: -ECANCELED for an interrupt, -EBADMSG for damaged data, -EIO for an error
 *         that has no errno */
int mr_ffmpeg_error_code(int averror);

#endif
