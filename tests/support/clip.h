/* Clips for tests: the shared ones, and ones made with the ffmpeg command line. Every function
 * fails the running cmocka test when it cannot do what it says. */
#ifndef TEST_SUPPORT_CLIP_H
#define TEST_SUPPORT_CLIP_H

#define CLIP_PATH 4096

/* The path of "cars.mp4" (768x432, 12.5 fps, 377 frames), "people.mp4" (768x432, 10 fps, 1394
 * frames) or "faces.gif" (480x270, 12 fps, 41 frames). Where the shared folder is absent, a clip
 * with the same numbers is made once and kept in TEST_WORK_DIR. */
void clip_shared(const char *name, char path[CLIP_PATH]);

/* A path for a file of this test program only: in a folder of its own in TEST_WORK_DIR, removed
 * with all that is in it when the program ends. */
void clip_path(const char *name, char path[CLIP_PATH]);

/* Run the ffmpeg command line with the arguments that `format` makes, split at spaces (no quoting),
 * and wait for it. */
void clip_ffmpeg(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
