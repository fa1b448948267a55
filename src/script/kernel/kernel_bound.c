#include "script/kernel/kernel_bound.h"

#include "script/kernel/kernel_math.h"

#include <math.h>

#define UNIT      0x1p-24 /* rounding of one float32 operation, as a part of the value */
#define WHOLE_MAX 0x1p24  /* up to it, multiples of a quantum are float32 numbers */
#define GRID_MAX  0x1p23  /* up to it, their rounded quotients have the right integer part */
#define TINY      1e-30   /* float32 ends at 1.2e-38 */
#define LARGEST   1e37    /* float32 ends at 3.4e38 */

static double magnitude(const struct mr_bound *b)
{
    return fmax(fabs(b->lo), fabs(b->hi));
}

static bool is_exact(const struct mr_bound *b)
{
    return b->quantum > 0;
}

/* 0 times infinity is 0: what is exact stays so whatever it is multiplied with. */
static double times(double a, double b)
{
    return a == 0 || b == 0 ? 0 : a * b;
}

/* The largest power of two that divides the number; 0 when float32 does not hold it. */
static double quantum_of(double value)
{
    if (value == 0)
        return 1;
    if (value != (double)(float)value || !isfinite(value))
        return 0;
    int exponent;
    int64_t whole = (int64_t)ldexp(frexp(value, &exponent), 24);
    return ldexp((double)(whole & -whole), exponent - 24);
}

struct mr_bound mr_bound_unknown(void)
{
    return (struct mr_bound){
        .lo = -INFINITY, .hi = INFINITY, .error = INFINITY, .relative = INFINITY
    };
}

struct mr_bound mr_bound_exact(double lo, double hi, double quantum)
{
    return (struct mr_bound){ .lo = lo, .hi = hi, .quantum = quantum, .positive = lo >= 0 };
}

static bool same_grid(const struct mr_bound *a, const struct mr_bound *b)
{
    if (!is_exact(a) || !is_exact(b))
        return false;
    return fmax(magnitude(a), magnitude(b)) <= fmin(a->quantum, b->quantum) * GRID_MAX;
}

static double part_of(double relative, double most)
{
    return isfinite(relative) ? relative * most : INFINITY;
}

/* Add what rounding the result does, `units` times. */
static struct mr_bound rounded(struct mr_bound result, double units)
{
    double most = magnitude(&result);
    if (!(most <= LARGEST)) /* NaN, too */
        return mr_bound_unknown();
    if (is_exact(&result) && most <= result.quantum * WHOLE_MAX) {
        result.error = result.relative = 0;
        return result;
    }
    result.quantum = 0;
    result.error += most * units * UNIT;
    result.relative += units * UNIT;
    result.error = fmin(result.error, part_of(result.relative, most));
    return result;
}

struct mr_bound mr_bound_scalar(struct mr_bound result)
{
    result.error = result.relative = 0;
    result.positive = result.lo >= 0;
    return rounded(result, 1);
}

struct mr_bound mr_bound_number(double value)
{
    struct mr_bound result = mr_bound_exact(value, value, quantum_of(value));
    return mr_bound_scalar(result);
}

static struct mr_bound range_only(const struct mr_bound *a, double lo, double hi)
{
    struct mr_bound result = *a;
    result.lo = lo;
    result.hi = hi;
    return result;
}

/* ---- one operand ---- */

struct mr_bound mr_bound_negate(const struct mr_bound *a)
{
    struct mr_bound result = range_only(a, -a->hi, -a->lo); /* and as wild */
    result.positive = a->hi <= 0 && is_exact(a);
    return result;
}

struct mr_bound mr_bound_abs(const struct mr_bound *a)
{
    double lo = a->lo > 0 ? a->lo : a->hi < 0 ? -a->hi : 0;
    struct mr_bound result = range_only(a, lo, magnitude(a));
    result.positive = true;
    return result;
}

struct mr_bound mr_bound_floor(const struct mr_bound *a)
{
    struct mr_bound result = range_only(a, floor(a->lo), floor(a->hi));
    if (is_exact(a))
        return mr_bound_exact(result.lo, result.hi, fmax(a->quantum, 1));
    result.error = a->error + 1;
    result.relative = INFINITY;
    return result;
}

struct mr_bound mr_bound_sqrt(const struct mr_bound *a)
{
    if (!is_exact(a) && !a->positive && a->lo < a->error)
        return mr_bound_unknown(); /* may be a NaN in one and not in the other */
    struct mr_bound result = range_only(a, sqrt(fmax(a->lo, 0)), sqrt(fmax(a->hi, 0)));
    result.quantum = 0;
    result.positive = true;
    result.relative = a->relative / 2;
    result.error = is_exact(a) ? 0 : fmin(sqrt(a->error), a->error / (2 * result.lo));
    return rounded(result, 1);
}

struct mr_bound mr_bound_sine(const struct mr_bound *a)
{
    bool fits = magnitude(a) <= (double)MR_FLOAT_ANGLE_MAX;
    double error = fits ? a->error + 4 * UNIT : INFINITY;
    return (struct mr_bound){ .lo = -1, .hi = 1, .error = error, .relative = INFINITY };
}

struct mr_bound mr_bound_exp(const struct mr_bound *a)
{
    struct mr_bound result = { .lo = exp(a->lo), .hi = exp(a->hi), .positive = true };
    result.error = INFINITY;
    result.relative = expm1(a->error);
    return rounded(result, 4);
}

struct mr_bound mr_bound_log(const struct mr_bound *a)
{
    double lo = is_exact(a) ? fmax(a->lo, a->quantum) : a->lo;
    if (!(lo > FLT_MIN) || a->error >= lo / 2)
        return mr_bound_unknown();
    struct mr_bound result = { .lo = log(lo), .hi = log(fmax(a->hi, lo)), .relative = INFINITY };
    result.error = 2 * fmin(a->relative, a->error / lo) + 2 * UNIT;
    return rounded(result, 4);
}

/* ---- two operands ---- */

struct mr_bound mr_bound_add(const struct mr_bound *a, const struct mr_bound *b)
{
    struct mr_bound result = { .lo = a->lo + b->lo, .hi = a->hi + b->hi };
    bool one_sign = (a->lo >= 0 && b->lo >= 0) || (a->hi <= 0 && b->hi <= 0);
    result.error = a->error + b->error;
    result.relative = one_sign ? fmax(a->relative, b->relative) : INFINITY;
    result.quantum = fmin(a->quantum, b->quantum);
    result.positive = (a->positive && b->positive) || (result.lo >= 0 && result.lo > result.error);
    return rounded(result, 1);
}

/* Whether it is 0 in float32 for sure if it is 0 at all, and so for its sign. */
static bool keeps_zero(const struct mr_bound *b)
{
    return is_exact(b) || b->lo - b->error > TINY || b->hi + b->error < -TINY;
}

/* Infinity times what is 0 in one of float32 and double is a NaN in one of them. */
static bool is_unsure(const struct mr_bound *a, const struct mr_bound *b)
{
    return a->wild && !keeps_zero(b);
}

struct mr_bound mr_bound_multiply(const struct mr_bound *a, const struct mr_bound *b, bool square)
{
    if (!isfinite(a->error) || !isfinite(b->error) || is_unsure(a, b) || is_unsure(b, a))
        return mr_bound_unknown();
    double corner[4] = { times(a->lo, b->lo), times(a->lo, b->hi), times(a->hi, b->lo),
                         times(a->hi, b->hi) };
    struct mr_bound result = {
        .lo = fmin(fmin(corner[0], corner[1]), fmin(corner[2], corner[3])),
        .hi = fmax(fmax(corner[0], corner[1]), fmax(corner[2], corner[3])),
    };
    if (square)
        result.lo = fmax(result.lo, 0);
    result.error =
        times(magnitude(a), b->error) + times(magnitude(b), a->error) + times(a->error, b->error);
    result.relative = a->relative + b->relative + times(a->relative, b->relative);
    result.quantum = a->quantum * b->quantum;
    result.positive = square || (a->positive && b->positive);
    return rounded(result, 1);
}

/* Where quotients are. A divisor that may be 0 has to be exact: then it is at least a quantum. */
static bool quotient_range(const struct mr_bound *a, const struct mr_bound *b,
                           struct mr_bound *result)
{
    bool has_zero = b->lo <= 0 && b->hi >= 0;
    if (has_zero ? !is_exact(b) || !keeps_zero(a) : b->error >= fmin(fabs(b->lo), fabs(b->hi)) / 2)
        return false;
    double least = has_zero ? b->quantum : fmin(fabs(b->lo), fabs(b->hi));
    double most = magnitude(a) / least;
    *result = (struct mr_bound){ .lo = -most, .hi = most };
    if (a->lo >= 0 && b->lo >= 0)
        result->lo = b->hi > 0 ? a->lo / b->hi : 0;
    result->positive = a->positive && b->positive;
    result->relative = a->relative + 2 * b->relative;
    result->error = a->error / least + times(most, 2 * b->error / least);
    return true;
}

static bool is_power_of_two(const struct mr_bound *b)
{
    return b->lo == b->hi && is_exact(b) && b->quantum == fabs(b->lo);
}

struct mr_bound mr_bound_divide(const struct mr_bound *a, const struct mr_bound *b)
{
    struct mr_bound result;
    if (!quotient_range(a, b, &result))
        return mr_bound_unknown();
    if (is_power_of_two(b))
        result.quantum = a->quantum / b->quantum;
    return rounded(result, 2); /* two, as it may be a product with the inverse */
}

/* A rounded quotient of multiples of one quantum never reaches an integer that the true one is
 * below of. */
struct mr_bound mr_bound_floor_divide(const struct mr_bound *a, const struct mr_bound *b)
{
    struct mr_bound result;
    if (!quotient_range(a, b, &result))
        return mr_bound_unknown();
    if (same_grid(a, b))
        return rounded(mr_bound_exact(floor(result.lo), floor(result.hi), 1), 0);
    result = rounded(result, 1);
    return mr_bound_floor(&result);
}

struct mr_bound mr_bound_modulo(const struct mr_bound *a, const struct mr_bound *b)
{
    double lo = fmin(b->lo, 0), hi = fmax(b->hi, 0);
    if (b->wild) { /* the rest of a division by infinity is the number, or infinite */
        lo = fmin(lo, a->lo);
        hi = fmax(hi, a->hi);
    }
    if (same_grid(a, b))
        return mr_bound_exact(lo, hi, fmin(a->quantum, b->quantum));
    if (b->lo - b->error <= 0 && b->hi + b->error >= 0)
        return mr_bound_unknown();
    struct mr_bound result = { .lo = lo, .hi = hi, .relative = INFINITY };
    result.error = 2 * magnitude(b) + a->error + magnitude(a) * 4 * UNIT;
    return result;
}

static struct mr_bound product_power(const struct mr_bound *a, int exponent)
{
    double lo = pow(a->lo, exponent), hi = pow(a->hi, exponent);
    struct mr_bound result = { .lo = fmin(lo, hi), .hi = fmax(lo, hi) };
    if (a->lo < 0 && a->hi > 0)
        result.lo = fmin(result.lo, 0);
    double most = magnitude(a) + a->error;
    result.error = times(exponent * a->error, pow(most, exponent - 1));
    result.relative = expm1(exponent * log1p(a->relative));
    result.positive = exponent % 2 == 0 || a->positive;
    return rounded(result, 16 * exponent);
}

struct mr_bound mr_bound_whole_power(const struct mr_bound *a, int exponent)
{
    return exponent == 2 ? mr_bound_multiply(a, a, true) : product_power(a, exponent);
}

/* exp(b * log(a)): y |log y| bounds what a small error of the logarithm does to the result. */
struct mr_bound mr_bound_power(const struct mr_bound *a, const struct mr_bound *b)
{
    if (a->wild || b->wild || a->lo < 0 || !(a->positive || is_exact(a)) || !(b->lo > 0))
        return mr_bound_unknown();
    double corner[4] = { pow(a->lo, b->lo), pow(a->lo, b->hi), pow(a->hi, b->lo),
                         pow(a->hi, b->hi) };
    struct mr_bound result = {
        .lo = fmin(fmin(corner[0], corner[1]), fmin(corner[2], corner[3])),
        .hi = fmax(fmax(corner[0], corner[1]), fmax(corner[2], corner[3])),
        .positive = true,
    };
    double most = fmax(result.hi, 1);
    double steep = most * fmax(1, log(most)) + 1; /* at least y |log y| */
    double relative = fmin(a->relative, a->error / a->lo);
    double from_a = times(relative, b->hi * most);
    if (b->lo < 1 && a->error < 1)
        from_a = fmin(from_a, pow(a->error, b->lo));
    if (b->lo >= 1)
        from_a = fmin(from_a, times(a->error, b->hi * pow(fmax(a->hi + a->error, 1), b->hi - 1)));
    result.error = from_a + times(b->error / b->lo + 8 * UNIT, steep);
    result.relative = INFINITY;
    return rounded(result, 4);
}

struct mr_bound mr_bound_min(const struct mr_bound *a, const struct mr_bound *b)
{
    struct mr_bound result = { .lo = fmin(a->lo, b->lo), .hi = fmin(a->hi, b->hi) };
    if (a->wild || b->wild) /* either may be what is left */
        result.hi = fmax(a->hi, b->hi);
    result.error = fmax(a->error, b->error);
    result.relative = fmax(a->relative, b->relative);
    result.quantum = fmin(a->quantum, b->quantum);
    result.positive = a->positive && b->positive;
    result.error = fmin(result.error, part_of(result.relative, magnitude(&result)));
    return result;
}

struct mr_bound mr_bound_max(const struct mr_bound *a, const struct mr_bound *b)
{
    struct mr_bound minus_a = mr_bound_negate(a), minus_b = mr_bound_negate(b);
    struct mr_bound result = mr_bound_min(&minus_a, &minus_b);
    result = mr_bound_negate(&result);
    result.positive = a->positive || b->positive;
    return result;
}

struct mr_bound mr_bound_compare(const struct mr_bound *a, const struct mr_bound *b)
{
    struct mr_bound result = mr_bound_exact(0, 1, 1);
    bool apart = a->hi + a->error < b->lo - b->error || b->hi + b->error < a->lo - a->error;
    if ((is_exact(a) && is_exact(b)) || apart)
        return result;
    return (
        struct mr_bound){ .lo = 0, .hi = 1, .error = 1, .relative = INFINITY, .positive = true };
}

struct mr_bound mr_bound_select(const struct mr_bound *condition, const struct mr_bound *a,
                                const struct mr_bound *b)
{
    struct mr_bound result = { .lo = fmin(a->lo, b->lo), .hi = fmax(a->hi, b->hi) };
    result.error = fmax(a->error, b->error);
    result.relative = fmax(a->relative, b->relative);
    result.quantum = fmin(a->quantum, b->quantum);
    result.positive = a->positive && b->positive;
    if (is_exact(condition))
        return result;
    result.error += result.hi - result.lo;
    result.relative = INFINITY;
    result.quantum = 0;
    return result;
}
