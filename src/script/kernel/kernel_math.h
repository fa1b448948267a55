/* sin, cos, exp, log and power of one float32, and sin and cos of one double, without branches and
 * tables so that compilers turn loops over them into vector code. Series as in any textbook, long
 * enough that the number's own precision is what limits the result.
 *
 * Included by kernel_vector_body.h for each instruction set. */
#ifndef MR_SCRIPT_KERNEL_MATH_H
#define MR_SCRIPT_KERNEL_MATH_H

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

/* Beyond these the reduction to ±pi/4 loses precision. */
#define MR_FLOAT_ANGLE_MAX  8192.0f
#define MR_DOUBLE_ANGLE_MAX 0x1p45

INLINE uint32_t float_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

INLINE float bits_float(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof(x));
    return x;
}

INLINE uint64_t double_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

INLINE float float_fma(float a, float b, float c)
{
#ifdef __FP_FAST_FMAF
    return __builtin_fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

#define FLOAT_ROUNDER  0x1.8p23f /* adding it leaves the nearest integer in the lowest bits */
#define DOUBLE_ROUNDER 0x1.8p52

/* ---- float32 ---- */

/* sin(x + quarters * pi/2) */
INLINE float float_sine(float x, uint32_t quarters)
{
    float rounded = x * 0x1.45f306p-1f + FLOAT_ROUNDER; /* x / (pi/2) */
    float n = rounded - FLOAT_ROUNDER;
    quarters += float_bits(rounded);
    /* pi/2 in three parts; the first two have few bits, so that n times them is exact */
    float r = float_fma(-n, 0x1.92p+0f, x);
    r = float_fma(-n, 0x1.fb8p-12f, r);
    r = float_fma(-n, -0x1.5dde98p-23f, r);
    float r2 = r * r;
    float odd = float_fma(r2, 1 / 362880.0f, -1 / 5040.0f);
    odd = float_fma(r2, odd, 1 / 120.0f);
    odd = float_fma(r2, odd, -1 / 6.0f);
    odd = float_fma(r2 * r, odd, r);
    float even = float_fma(r2, -1 / 3628800.0f, 1 / 40320.0f);
    even = float_fma(r2, even, -1 / 720.0f);
    even = float_fma(r2, even, 1 / 24.0f);
    even = float_fma(r2, even, -0.5f);
    even = float_fma(r2, even, 1);
    uint32_t result = (quarters & 1) != 0 ? float_bits(even) : float_bits(odd);
    return bits_float(result ^ (quarters & 2) << 30);
}

INLINE float float_exp(float x)
{
    float z = x < -87 ? -87 : x; /* infinity and next to 0 are beyond; a NaN stays one */
    z = z > 89 ? 89 : z;
    float rounded = z * 0x1.715476p+0f + FLOAT_ROUNDER; /* z / ln 2 */
    float n = rounded - FLOAT_ROUNDER;
    float r = float_fma(-n, 0x1.62ep-1f, z);
    r = float_fma(-n, 0x1.0bfbe8p-15f, r);
    float sum = float_fma(r, 1 / 5040.0f, 1 / 720.0f);
    sum = float_fma(r, sum, 1 / 120.0f);
    sum = float_fma(r, sum, 1 / 24.0f);
    sum = float_fma(r, sum, 1 / 6.0f);
    sum = float_fma(r, sum, 0.5f);
    sum = float_fma(r, sum, 1);
    sum = float_fma(r, sum, 1);
    /* times 2^n in two steps: n may be beyond what one exponent holds */
    int32_t whole = (int32_t)(float_bits(rounded) - float_bits(FLOAT_ROUNDER));
    uint32_t half = (uint32_t)(whole >> 1), rest = (uint32_t)whole - half;
    float result = sum * bits_float((half + 127) << 23) * bits_float((rest + 127) << 23);
    return x < -87 ? 0 : result; /* and not one of the tiny numbers that are slow */
}

/* For numbers that are not negative; for numbers below FLT_MIN it is that of FLT_MIN or a little less. */
INLINE float float_log_positive(float x)
{
    /* x is m * 2^n with m from sqrt(1/2) to sqrt(2) */
    uint32_t bits = float_bits(x);
    int32_t n = (int32_t)(bits - 0x3f3504f3u) >> 23;
    float m = bits_float(bits - ((uint32_t)n << 23)), whole = (float)n;
    float s = (m - 1) / (m + 1), s2 = s * s; /* log m is 2 artanh s */
    float sum = float_fma(s2, 2 / 9.0f, 2 / 7.0f);
    sum = float_fma(s2, sum, 2 / 5.0f);
    sum = float_fma(s2, sum, 2 / 3.0f);
    sum = float_fma(s2 * s, sum, 2 * s);
    float result = float_fma(whole, 0x1.62ep-1f, float_fma(whole, 0x1.0bfbe8p-15f, sum));
    result = x < INFINITY ? result : x; /* NaN, too */
    return x == 0 ? -INFINITY : result;
}

INLINE float float_log(float x)
{
    return x < 0 ? NAN : float_log_positive(x);
}

INLINE float float_power(float x, float y)
{
    uint32_t result = float_bits(float_exp(y * float_log_positive(fabsf(x))));
    float half = y * 0.5f;
    uint32_t sign = floorf(half) == half ? 0 : 1u << 31;             /* of an odd power */
    uint32_t negative = floorf(y) == y ? result ^ sign : 0x7fc00000; /* NaN */
    result = x < 0 ? negative : result;
    return y == 0 ? 1 : bits_float(result);
}

/* With a 0 to divide by, 0 times infinity makes the NaN that it has to be. */
INLINE float float_modulo(float x, float y)
{
    float rest = float_fma(-floorf(x / y), y, x);
    float endless = (x < 0 && y > 0) || (x > 0 && y < 0) ? y : x;
    endless = fabsf(x) < INFINITY ? endless : NAN;
    rest = fabsf(y) == INFINITY ? endless : rest;
    return rest == 0 ? copysignf(rest, x) : rest;
}

/* ---- double; needs a fused multiply-add ---- */

/* sin(x + quarters * pi/2) */
INLINE double double_sine(double x, uint64_t quarters)
{
    double rounded = x * 0x1.45f306dc9c883p-1 + DOUBLE_ROUNDER;
    double n = rounded - DOUBLE_ROUNDER;
    quarters += double_bits(rounded);
    double r = __builtin_fma(-n, 0x1.921fb54442d18p+0, x);
    r = __builtin_fma(-n, 0x1.1a62633145c07p-54, r);
    r = __builtin_fma(-n, -0x1.f1976b7ed8fbcp-110, r);
    double r2 = r * r;
    double odd = __builtin_fma(r2, 1 / 355687428096000.0, -1 / 1307674368000.0);
    odd = __builtin_fma(r2, odd, 1 / 6227020800.0);
    odd = __builtin_fma(r2, odd, -1 / 39916800.0);
    odd = __builtin_fma(r2, odd, 1 / 362880.0);
    odd = __builtin_fma(r2, odd, -1 / 5040.0);
    odd = __builtin_fma(r2, odd, 1 / 120.0);
    odd = __builtin_fma(r2, odd, -1 / 6.0);
    odd = __builtin_fma(r2 * r, odd, r);
    double even = __builtin_fma(r2, -1 / 6402373705728000.0, 1 / 20922789888000.0);
    even = __builtin_fma(r2, even, -1 / 87178291200.0);
    even = __builtin_fma(r2, even, 1 / 479001600.0);
    even = __builtin_fma(r2, even, -1 / 3628800.0);
    even = __builtin_fma(r2, even, 1 / 40320.0);
    even = __builtin_fma(r2, even, -1 / 720.0);
    even = __builtin_fma(r2, even, 1 / 24.0);
    even = __builtin_fma(r2, even, -0.5);
    even = __builtin_fma(r2, even, 1);
    uint64_t result = (quarters & 1) != 0 ? double_bits(even) : double_bits(odd);
    result ^= (quarters & 2) << 62;
    double sine;
    memcpy(&sine, &result, sizeof(sine));
    return sine;
}

#endif
