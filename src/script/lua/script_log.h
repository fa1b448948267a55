/* A stream's log under the module "script NAME": what its script says, at most MR_SCRIPT_LOG_RATE
 * lines a second, since a print per frame or a loop of them must not drown the rest (the excess is
 * counted and said), and what the runner says of it. The newest lines are kept (log_ring.h).
 *
 * One a stream, outliving the versions of its script. Any thread. */
#ifndef MR_SCRIPT_LOG_H
#define MR_SCRIPT_LOG_H

#include "base/log.h"
#include "script/lua/log_ring.h"

#include <stddef.h>
#include <stdint.h>

#define MR_SCRIPT_LOG_RATE       100
#define MR_SCRIPT_LOG_LINE_BYTES 4096 /* what is longer is cut */

struct mr_script_log;

/* Where lines go when it is not the log: called on the thread that wrote one, without a lock. Without
 * text it is not a line, but how many were left out since the last time. */
typedef void mr_script_log_sink(void *opaque, enum mr_log_level level, const char *text,
                                size_t size);

/* return: the log of that stream's script; NULL when out of memory */
struct mr_script_log *mr_script_log_create(const char *stream);
void mr_script_log_destroy(struct mr_script_log *log); /* says what it left out; takes NULL */

/* Before the first line. */
void mr_script_log_set_sink(struct mr_script_log *log, mr_script_log_sink *sink, void *opaque);

/* return: the ring of the newest lines; borrowed, it lives as long as the log */
struct mr_log_ring *mr_script_log_ring(struct mr_script_log *log);

/* Write a line that is not the script's: however many there are. */
void mr_script_log_say(struct mr_script_log *log, enum mr_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Write a line of the script's; beyond a bound of lines a second they are counted instead. */
void mr_script_log_line(struct mr_script_log *log, enum mr_log_level level, const char *text,
                        size_t size);

/* Say what was left out, if a second has passed and nothing came after it. Once a frame or so. */
void mr_script_log_flush(struct mr_script_log *log);

/* The same at once, since this one ends. */
void mr_script_log_settle(struct mr_script_log *log);

/* Count lines that another one, whose lines come here, has left out. */
void mr_script_log_add_excess(struct mr_script_log *log, uint64_t lines);

/* return: how many lines were left out so far */
uint64_t mr_script_log_left_out(struct mr_script_log *log);

#endif
