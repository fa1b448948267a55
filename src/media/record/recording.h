/* A recording: a Matroska file with the JPEGs of a stream as they were sent, and their payloads.
 *
 * Track 1 is video, V_MJPEG: the bytes of each frame's JPEG, unchanged. Track 2 is text subtitles,
 * S_TEXT/UTF8, which players show and ffprobe lists: the payload's JSON. A payload stands before its
 * frame and has the same timestamp, which no other frame of the file has; a frame without one has the
 * payload null. Timestamps are whole milliseconds from the file's first frame (FFmpeg's muxer knows no
 * finer ones) and strictly increasing. Tags: MOONREEL (the version), MOONREEL_STREAM,
 * MOONREEL_STARTED_US (wall clock when the first frame left the decoder, UNIX), and the usual title and
 * DateUTC.
 *
 * Whatever was flushed can be read though the file was never closed: nothing that is needed for
 * playing comes at the end, only the index and the duration. The index has one frame a second; the muxer
 * keeps it in memory until the end (7 MB for a day).
 *
 * Owned by one thread, which waits for the disk. Functions return 0 or the -errno of the write that
 * failed first; after an error only mr_recording_abandon is of use. */
#ifndef MR_MEDIA_RECORDING_H
#define MR_MEDIA_RECORDING_H

#include <stddef.h>
#include <stdint.h>

struct mr_recording;

struct mr_recording_info {
    const char *stream;
    int width, height;
    int64_t captured_us; /* of the first frame, wall clock */
};

struct mr_recording_frame {
    int64_t time_us; /* from the file's first frame */
    const uint8_t *jpeg;
    size_t jpeg_size;
    const char *payload; /* JSON */
    size_t payload_size;
};

/* Begin a file.
 * in:     fd: of an empty file; taken over, failure included
 * out:    *recording, NULL on error
 * return: 0; -ENOMEM; -errno of the first write */
int mr_recording_open(int fd, const struct mr_recording_info *info,
                      struct mr_recording **recording);

/* Add a frame; it is in the file after the next flush at the latest. return: 0; -errno */
int mr_recording_write(struct mr_recording *recording, const struct mr_recording_frame *frame);

/* Hand everything to the kernel.
 * return: 0; -ENOENT: nobody will find it there, since the file was removed; -errno */
int mr_recording_flush(struct mr_recording *recording);

/* return: how many bytes the file had after the last flush */
uint64_t mr_recording_bytes(const struct mr_recording *recording);

/* Finish the file with index and duration, and free. If that fails, it is left as after the last flush.
 * out:    *bytes: how long the file is
 * return: 0; -errno */
int mr_recording_close(struct mr_recording *recording, uint64_t *bytes);

/* Cut off what was written since the last flush that went well, without finishing, and free. Takes
 * NULL. */
void mr_recording_abandon(struct mr_recording *recording);

#endif
