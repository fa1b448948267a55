/* The faults of a configuration: one line each, in the order of the file's lines. Main's thread. */
#ifndef MR_APP_COMPLAINTS_H
#define MR_APP_COMPLAINTS_H

#include <stddef.h>

#define MR_COMPLAINTS_MAX 100 /* further ones are only counted */

struct mr_complaint {
    int line; /* 0: none, or not known: first */
    char *text;
};

struct mr_complaints {
    struct mr_complaint list[MR_COMPLAINTS_MAX];
    size_t count; /* in the list */
    size_t more;
};

/* Add a complaint, or count it when the list is full.
 * in:     line: of the file; 0: none */
void mr_complaints_add(struct mr_complaints *complaints, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void mr_complaints_finish(struct mr_complaints *complaints); /* may be all zero */

#endif
