/* Names of files to record to: made of a pattern for strftime, never of a file that is there. */
#ifndef MR_STREAM_RECORD_NAME_H
#define MR_STREAM_RECORD_NAME_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

#define MR_RECORD_NAME_MAX 1024

/* Make the name of a file from the pattern and a time of the wall clock, in local time. A name that does
 * not end with ".mkv" gets that ending.
 * return: 0; -EINVAL, -ENAMETOOLONG with *error */
int mr_record_name_make(const char *pattern, int64_t wall_us, char name[MR_RECORD_NAME_MAX],
                        struct mr_error *error);

/* Whether a file could be made by the pattern now. Touches nothing.
 * return: 0; -errno with *error, which names the file and what is in its way */
int mr_record_name_check(const char *pattern, struct mr_error *error);

/* Create a file by the pattern, and the directories that it lacks. Where there is one by that name, it
 * is called NAME-1.mkv, or -2, and so on.
 * out:    name: of the file
 * return: its descriptor, for writing; -errno with *error */
int mr_record_name_create(const char *pattern, int64_t wall_us, char name[MR_RECORD_NAME_MAX],
                          struct mr_error *error);

#endif
