/* FFmpeg's log as moonreel's: its errors and warnings at debug, the rest at trace, under the module
 * "ffmpeg", without passwords. Its messages name inner causes ("moov atom not found"): they can be
 * kept as a hint for the line that the user gets to read. Private to src/media. */
#ifndef MR_MEDIA_FFMPEG_LOG_H
#define MR_MEDIA_FFMPEG_LOG_H

/* Take over FFmpeg's log, once for the process. Any thread, any number of times. */
void mr_ffmpeg_log_install(void);

/* Forget the hint of this thread. */
void mr_ffmpeg_log_clear(void);

/* In a hint: an input refers to an address whose protocol (the first word in '') is not allowed it. */
#define MR_FFMPEG_NOT_ALLOWED "' not on whitelist '"

/* return: the newest error that FFmpeg logged on this thread since the last clear, or "" */
const char *mr_ffmpeg_log_hint(void);

#endif
