/* The operations on doubles that kernel_vector_body.h does not have, as Lua computes them. The
 * C library's own functions where only they round as they do. */

UNARY(exp, exp(x))
UNARY(log, log(x))
UNARY(exact_sin, sin(x))
UNARY(exact_cos, cos(x))
BINARY(power, y == 2 ? x * x : pow(x, y))

#ifdef __FP_FAST_FMA

/* Sines of moderate angles; others are left to the C library. */
#define SINE(name, quarters)                                                                       \
    static void FN(name)(void *out, const void *a, const void *b, const void *c, int count)        \
    {                                                                                              \
        double *restrict to = out;                                                                 \
        const double *restrict from = a;                                                           \
        int64_t beyond = 0;                                                                        \
        (void)b, (void)c;                                                                          \
        count &= -MR_VECTOR_STEP;                                                                  \
        for (int i = 0; i < count; i++) {                                                          \
            beyond |= fabs(from[i]) < MR_DOUBLE_ANGLE_MAX ? 0 : 1;                                 \
            to[i] = double_sine(from[i], quarters);                                                \
        }                                                                                          \
        for (int i = 0; beyond != 0 && i < count; i++)                                             \
            to[i] = fabs(from[i]) < MR_DOUBLE_ANGLE_MAX ? to[i] : name(from[i]);                   \
    }

SINE(sin, 0)
SINE(cos, 1)

/* Lua's result is the exact rest of a division, moved to the divisor's sign. Rounding may have
 * lifted the quotient to the next integer; the rest, itself exact, then has the wrong sign. */
#define MODULO_FORM(name, x_index, y_index)                                                        \
    static void FN(name)(void *out, const void *a, const void *b, const void *c, int count)        \
    {                                                                                              \
        double *restrict to = out;                                                                 \
        const double *restrict left = a, *restrict right = b;                                      \
        int64_t beyond = 0;                                                                        \
        (void)c;                                                                                   \
        count &= -MR_VECTOR_STEP;                                                                  \
        for (int i = 0; i < count; i++) {                                                          \
            const double x = left[x_index], y = right[y_index], times = floor(x / y);              \
            const double rest = __builtin_fma(-times, y, x);                                       \
            beyond |= fabs(times) < 0x1p52 ? 0 : 1;                                                \
            beyond |= fabs(y) < INFINITY ? 0 : 1;                                                  \
            const bool wrong = (rest > 0 && y < 0) || (rest < 0 && y > 0);                         \
            to[i] = rest == 0 ? copysign(rest, x) : wrong ? rest + y : rest;                       \
        }                                                                                          \
        for (int i = 0; beyond != 0 && i < count; i++)                                             \
            to[i] = mr_kernel_graph_evaluate(MR_KERNEL_MODULO, left[x_index], right[y_index], 0);  \
    }

MODULO_FORM(modulo, i, i)
MODULO_FORM(modulo_value, i, 0)
MODULO_FORM(value_modulo, 0, i)

#else

UNARY(sin, sin(x))
UNARY(cos, cos(x))
BINARY(modulo, mr_kernel_graph_evaluate(MR_KERNEL_MODULO, x, y, 0))

#endif
