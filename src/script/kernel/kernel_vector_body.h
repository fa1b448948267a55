/* The loops of kernel_vector.h over values of type REAL; FN(name) names them. Included by
 * kernel_vector_sets.h, once for each type. */

/* ---- one operand ---- */

#define UNARY(name, expression)                                                                    \
    static void FN(name)(void *out, const void *a, const void *b, const void *c, int count)        \
    {                                                                                              \
        REAL *restrict to = out;                                                                   \
        const REAL *restrict from = a;                                                             \
        (void)b, (void)c;                                                                          \
        count &= -MR_VECTOR_STEP;                                                                  \
        for (int i = 0; i < count; i++) {                                                          \
            const REAL x = from[i];                                                                \
            to[i] = expression;                                                                    \
        }                                                                                          \
    }

UNARY(negate, -x)
UNARY(absolute, REAL_FN(fabs)(x))
UNARY(floor, REAL_FN(floor)(x) + 0)
UNARY(sqrt, REAL_FN(sqrt)(x))

/* ---- two operands ---- */

#define BINARY_FORM(name, expression, x_index, y_index)                                            \
    static void FN(name)(void *out, const void *a, const void *b, const void *c, int count)        \
    {                                                                                              \
        REAL *restrict to = out;                                                                   \
        const REAL *restrict left = a, *restrict right = b;                                        \
        (void)c;                                                                                   \
        count &= -MR_VECTOR_STEP;                                                                  \
        for (int i = 0; i < count; i++) {                                                          \
            const REAL x = left[x_index], y = right[y_index];                                      \
            to[i] = expression;                                                                    \
        }                                                                                          \
    }

#define BINARY(name, expression)                                                                   \
    BINARY_FORM(name, expression, i, i)                                                            \
    BINARY_FORM(name##_value, expression, i, 0)                                                    \
    BINARY_FORM(value_##name, expression, 0, i)

BINARY(add, x + y)
BINARY(subtract, x - y)
BINARY(multiply, x *y)
BINARY(divide, x / y)
BINARY(floor_divide, REAL_FN(floor)(x / y))
BINARY(min, y < x ? y : x)
BINARY(max, x < y ? y : x)
BINARY(less, x < y ? 1 : 0)
BINARY(less_equal, x <= y ? 1 : 0)
BINARY(equal, x == y ? 1 : 0)

/* ---- three operands ---- */

#define TERNARY_FORM(name, expression, y_index, z_index)                                           \
    static void FN(name)(void *out, const void *a, const void *b, const void *c, int count)        \
    {                                                                                              \
        REAL *restrict to = out;                                                                   \
        const REAL *restrict first = a, *restrict second = b, *restrict third = c;                 \
        count &= -MR_VECTOR_STEP;                                                                  \
        for (int i = 0; i < count; i++) {                                                          \
            const REAL x = first[i], y = second[y_index], z = third[z_index];                      \
            to[i] = expression;                                                                    \
        }                                                                                          \
    }

#define TERNARY(name, expression)                                                                  \
    TERNARY_FORM(name, expression, i, i)                                                           \
    TERNARY_FORM(name##_value, expression, 0, i)                                                   \
    TERNARY_FORM(name##_to_value, expression, i, 0)                                                \
    TERNARY_FORM(name##_values, expression, 0, 0)

TERNARY(select, x != 0 ? y : z)

/* ---- none ---- */

static void FN(fill)(void *out, const void *a, const void *b, const void *c, int count)
{
    REAL *restrict to = out;
    const REAL value = *(const REAL *)a;
    (void)b, (void)c;
    count &= -MR_VECTOR_STEP;
    for (int i = 0; i < count; i++)
        to[i] = value;
}

static void FN(iota)(void *out, const void *a, const void *b, const void *c, int count)
{
    REAL *restrict to = out;
    const REAL first = *(const REAL *)a;
    (void)b, (void)c;
    count &= -MR_VECTOR_STEP;
    for (int i = 0; i < count; i++)
        to[i] = first + (REAL)i;
}

/* ---- pixels ---- */

static void FN(unpack)(const uint8_t *pixels, void *red, void *green, void *blue, int count)
{
    const uint32_t *restrict from = (const uint32_t *)(const void *)pixels;
    REAL *restrict r = red, *restrict g = green, *restrict b = blue;
    for (int i = 0; i < count; i++) {
        const uint32_t pixel = from[i];
        b[i] = (REAL)(int32_t)(pixel & 255);
        g[i] = (REAL)(int32_t)(pixel >> 8 & 255);
        r[i] = (REAL)(int32_t)(pixel >> 16 & 255);
    }
}

/* Limits that compilers do not know: knowing them, gcc 12 makes branches of the two comparisons, and
 * masks of those, instead of a maximum and a minimum. */
static const volatile REAL FN(limits)[2] = { 0, 255 };

INLINE uint32_t FN(channel)(REAL value, REAL least, REAL most)
{
    value = value > least ? value : least; /* NaN, too */
    value = value < most ? value : most;
    return (uint32_t)(int32_t)(value + (REAL)0.5);
}

static void FN(pack)(uint8_t *pixels, const void *red, const void *green, const void *blue,
                     int count)
{
    uint32_t *restrict to = (uint32_t *)(void *)pixels;
    const REAL *restrict r = red, *restrict g = green, *restrict b = blue;
    const REAL least = FN(limits)[0], most = FN(limits)[1];
    for (int i = 0; i < count; i++)
        to[i] = (to[i] & 255u << 24) | FN(channel)(b[i], least, most) |
                FN(channel)(g[i], least, most) << 8 | FN(channel)(r[i], least, most) << 16;
}
