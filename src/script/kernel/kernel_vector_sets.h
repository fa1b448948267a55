/* The sets of kernel_vector_set.h for the instruction set that this is compiled for: SET names it. */
#include "script/kernel/kernel_vector_set.h"

#include "script/kernel/kernel_math.h"

#define PASTE_(a, b)   a##_##b
#define PASTE(a, b)    PASTE_(a, b)
#define QUOTE_(a)      #a
#define QUOTE(a)       QUOTE_(a)
#define FN(name)       PASTE(name, TYPE)
#define SET_NAME(type) PASTE(PASTE(mr_vector, type), SET)

/* Rows of a table of functions. */
#define ROW1(name)                                                                                 \
    {                                                                                              \
        FN(name)                                                                                   \
    }
#define ROW2(name)                                                                                 \
    {                                                                                              \
        FN(name), FN(name##_value), FN(value_##name)                                               \
    }
#define ROW3(name)                                                                                 \
    {                                                                                              \
        FN(name), FN(name##_value), FN(name##_to_value), FN(name##_values)                         \
    }

#define COMMON_ROWS                                                                                \
    [MR_KERNEL_NEGATE] = ROW1(negate), [MR_KERNEL_ABS] = ROW1(absolute),                           \
    [MR_KERNEL_FLOOR] = ROW1(floor), [MR_KERNEL_SQRT] = ROW1(sqrt), [MR_KERNEL_SIN] = ROW1(sin),   \
    [MR_KERNEL_COS] = ROW1(cos), [MR_KERNEL_EXP] = ROW1(exp), [MR_KERNEL_LOG] = ROW1(log),         \
    [MR_KERNEL_ADD] = ROW2(add), [MR_KERNEL_SUBTRACT] = ROW2(subtract),                            \
    [MR_KERNEL_MULTIPLY] = ROW2(multiply), [MR_KERNEL_DIVIDE] = ROW2(divide),                      \
    [MR_KERNEL_FLOOR_DIVIDE] = ROW2(floor_divide), [MR_KERNEL_MODULO] = ROW2(modulo),              \
    [MR_KERNEL_POWER] = ROW2(power), [MR_KERNEL_MIN] = ROW2(min), [MR_KERNEL_MAX] = ROW2(max),     \
    [MR_KERNEL_LESS] = ROW2(less), [MR_KERNEL_LESS_EQUAL] = ROW2(less_equal),                      \
    [MR_KERNEL_EQUAL] = ROW2(equal), [MR_KERNEL_SELECT] = ROW3(select),                            \
    [MR_KERNEL_FILL] = ROW1(fill), [MR_KERNEL_IOTA] = ROW1(iota)

#define TYPE          float
#define REAL          float
#define REAL_FN(name) name##f
#include "script/kernel/kernel_vector_body.h"
#include "script/kernel/kernel_vector_float.h"

const struct mr_vector_set SET_NAME(float) = {
    .name = "float32 " QUOTE(SET),
    .value_bytes = sizeof(float),
    .run = { COMMON_ROWS, [MR_KERNEL_MULTIPLY_ADD] = ROW3(multiply_add),
             [MR_KERNEL_MULTIPLY_SUBTRACT] = ROW3(multiply_subtract),
             [MR_KERNEL_SUBTRACT_PRODUCT] = ROW3(subtract_product),
             [MR_KERNEL_ADD_ADD] = ROW3(add_add) },
    .unpack = FN(unpack),
    .pack = FN(pack),
};

#undef TYPE
#undef REAL
#undef REAL_FN
#undef UNARY
#undef BINARY
#undef BINARY_FORM
#undef TERNARY
#undef TERNARY_FORM

#define TYPE          double
#define REAL          double
#define REAL_FN(name) name
#include "script/kernel/kernel_vector_body.h"
#include "script/kernel/kernel_vector_double.h"

const struct mr_vector_set SET_NAME(double) = {
    .name = "double " QUOTE(SET),
    .value_bytes = sizeof(double),
    .run = { COMMON_ROWS },
    .exact_sin = FN(exact_sin),
    .exact_cos = FN(exact_cos),
    .unpack = FN(unpack),
    .pack = FN(pack),
};
