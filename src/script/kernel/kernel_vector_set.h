/* A set of vector operations, compiled for one instruction set, and the sets that there are. Constants. */
#ifndef MR_SCRIPT_KERNEL_VECTOR_SET_H
#define MR_SCRIPT_KERNEL_VECTOR_SET_H

#include "script/kernel/kernel_graph.h"

#include <stddef.h>

#define MR_VECTOR_STEP  16 /* counts are multiples of it, but for pixels */
#define MR_VECTOR_FORMS 4

/* `out` overlaps no operand; operands are runs as long as `out`, or single values as the form
 * says: with two operands 0 none is single, 1 the second, 2 the first; with three the first is
 * never single, 1 the second is, 2 the third, 3 both. Double operations round as Lua does; sin and cos
 * may differ in the last bits, unless they are the exact ones, which are several times as slow. */
typedef void mr_vector_function(void *out, const void *a, const void *b, const void *c, int count);

struct mr_vector_set {
    const char *name;
    size_t value_bytes;
    mr_vector_function *run[MR_KERNEL_OPS][MR_VECTOR_FORMS]; /* NULL: there is no such form */
    mr_vector_function *exact_sin, *exact_cos;               /* of doubles only */
    /* BGRX to three runs, and back: rounded, clamped to 0 … 255, NaN becomes 0; X stays */
    void (*unpack)(const uint8_t *pixels, void *red, void *green, void *blue, int count);
    void (*pack)(uint8_t *pixels, const void *red, const void *green, const void *blue, int count);
};

extern const struct mr_vector_set mr_vector_float_base, mr_vector_double_base;
#ifdef __x86_64__
extern const struct mr_vector_set mr_vector_float_avx2, mr_vector_double_avx2;
extern const struct mr_vector_set mr_vector_float_avx512, mr_vector_double_avx512;
#endif

#endif
