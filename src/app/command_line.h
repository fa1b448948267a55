/* Reads the command line into options. Main's thread. */
#ifndef MR_APP_COMMAND_LINE_H
#define MR_APP_COMMAND_LINE_H

#include "app/options.h"

/* Fill *options from the command line. Strings point into argv.
 * return: 0; -EINVAL with *error naming option, value and what would be right */
int mr_command_line_parse(int argc, char **argv, struct mr_options *options,
                          struct mr_error *error);

#endif
