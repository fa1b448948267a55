/* One clear line for a person: what went wrong, with which value, and what would be right.
 *
 * Functions that can fail for a reason the user can mend take a `struct mr_error *`, fill it once
 * where the reason is known, and return its code. Whoever decides to stop prints it. Plain data; it
 * belongs to whoever declares it. */
#ifndef MR_BASE_ERROR_H
#define MR_BASE_ERROR_H

struct mr_error {
    int code; /* -errno, 0 when unset */
    char text[1024];
};

/* Fill *error (may be NULL) with a printf-formatted line; line breaks become spaces, a too long
 * text is cut.
 * return: code, so that `return mr_error_set(error, -EINVAL, …)` reads well */
int mr_error_set(struct mr_error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
