/* What is in a recording, as FFmpeg sees it. Failures end the running cmocka test. */
#ifndef TEST_SUPPORT_RECORDING_READ_H
#define TEST_SUPPORT_RECORDING_READ_H

#include <stddef.h>
#include <stdint.h>

struct recorded_frame {
    int64_t time_ms;
    uint8_t *jpeg;
    size_t jpeg_size;
    char *payload; /* NULL: none */
};

struct recorded_file {
    int width, height;
    int64_t started_us;
    char stream[64];
    int64_t duration_ms; /* -1: the file does not say */
    struct recorded_frame *frames;
    size_t count;
    size_t strays; /* payloads without a frame */
};

/* Read a whole file; checks that it is a recording: two tracks, timestamps that increase, payloads
 * before their frames. */
void recording_read(const char *path, struct recorded_file *file);
void recorded_file_finish(struct recorded_file *file);

#endif
