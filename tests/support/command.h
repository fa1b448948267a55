/* Run a command to its end and keep what it printed. */
#ifndef TEST_SUPPORT_COMMAND_H
#define TEST_SUPPORT_COMMAND_H

#include "base/buffer.h"

struct command {
    int status; /* exit status; 128 + signal; -1 when it had to be killed at the deadline */
    struct mr_buffer out, err;
};

/* Run argv[0] (looked up in PATH) with standard input from /dev/null, for `limit_ms` at most. */
void command_run(struct command *command, const char *const argv[], int limit_ms);
void command_finish(struct command *command);

/* The last line of what went to standard error, without its line break; cut into command->err. */
const char *command_last_line(struct command *command);

#endif
