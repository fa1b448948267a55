/* Bounds of a value that float32 arithmetic computes: where it is and how far off at most. An
 * arithmetic of such bounds, with the operations of kernels; each errs on the side of caution.
 *
 * Where a division by 0 makes an infinity or a NaN, it does so in exact arithmetic, too: ranges and
 * errors leave them out of account. Pure functions; any thread. */
#ifndef MR_SCRIPT_KERNEL_BOUND_H
#define MR_SCRIPT_KERNEL_BOUND_H

#include <stdbool.h>

struct mr_bound {
    double lo, hi;   /* where the true value is */
    double error;    /* how far the computed value is from it */
    double relative; /* the same as a part of the true value; infinite when nothing is known */
    double quantum;  /* not 0: the value is a multiple of it, and computed without any error */
    bool positive;   /* the computed value, too, is not below 0 */
    bool wild;       /* or it is an infinity or a NaN, and so is the true value */
};

/* return: the bound of a value about which nothing is known */
struct mr_bound mr_bound_unknown(void);

/* return: the bound of a multiple of `quantum` from lo to hi that is computed without any error */
struct mr_bound mr_bound_exact(double lo, double hi, double quantum);

/* return: the bound of a constant after it was rounded to float32 */
struct mr_bound mr_bound_number(double value);

/* return: the same range, but computed in double and rounded once */
struct mr_bound mr_bound_scalar(struct mr_bound bound);

/* The operations of kernels.
 * return: the bound of the operation's value, given those of its operands
 *
 * mr_bound_sine serves cosines as well; `square` says that both operands are the same value;
 * mr_bound_whole_power is the power as it is computed by multiplying. */
struct mr_bound mr_bound_negate(const struct mr_bound *a);
struct mr_bound mr_bound_abs(const struct mr_bound *a);
struct mr_bound mr_bound_floor(const struct mr_bound *a);
struct mr_bound mr_bound_sqrt(const struct mr_bound *a);
struct mr_bound mr_bound_sine(const struct mr_bound *a);
struct mr_bound mr_bound_exp(const struct mr_bound *a);
struct mr_bound mr_bound_log(const struct mr_bound *a);
struct mr_bound mr_bound_add(const struct mr_bound *a, const struct mr_bound *b);
struct mr_bound mr_bound_multiply(const struct mr_bound *a, const struct mr_bound *b, bool square);
struct mr_bound mr_bound_divide(const struct mr_bound *a, const struct mr_bound *b);
struct mr_bound mr_bound_floor_divide(const struct mr_bound *a, const struct mr_bound *b);
struct mr_bound mr_bound_modulo(const struct mr_bound *a, const struct mr_bound *b);
struct mr_bound mr_bound_whole_power(const struct mr_bound *a, int exponent);
struct mr_bound mr_bound_power(const struct mr_bound *a, const struct mr_bound *b);
struct mr_bound mr_bound_min(const struct mr_bound *a, const struct mr_bound *b);
struct mr_bound mr_bound_max(const struct mr_bound *a, const struct mr_bound *b);
struct mr_bound mr_bound_compare(const struct mr_bound *a, const struct mr_bound *b);
struct mr_bound mr_bound_select(const struct mr_bound *condition, const struct mr_bound *a,
                                const struct mr_bound *b);

#endif
