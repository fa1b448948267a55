/* Standard input, output and error. Main's thread, before anything is opened. */
#ifndef MR_APP_STANDARD_H
#define MR_APP_STANDARD_H

/* Open /dev/null in place of those that were closed when the program was started. Otherwise the next files to be opened
 * would get their numbers, and lines of the log would be written into them. */
void mr_standard_fill(void);

#endif
