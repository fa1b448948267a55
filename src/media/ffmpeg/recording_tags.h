/* The Matroska tags by which a recording is told from other files: record/ writes them, source/ looks
 * for the first one. */
#ifndef MR_MEDIA_RECORDING_TAGS_H
#define MR_MEDIA_RECORDING_TAGS_H

#define MR_RECORDING_TAG         "MOONREEL"            /* the version of moonreel that wrote it */
#define MR_RECORDING_TAG_STREAM  "MOONREEL_STREAM"     /* the stream's name */
#define MR_RECORDING_TAG_STARTED "MOONREEL_STARTED_US" /* wall clock of the first frame, UNIX, µs */

#endif
