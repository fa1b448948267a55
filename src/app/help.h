/* The text of --help, made from the option table. Main's thread. */
#ifndef MR_APP_HELP_H
#define MR_APP_HELP_H

#include <stdio.h>

/* Print the text, wrapped to 100 columns. */
void mr_help_print(FILE *out);

#endif
