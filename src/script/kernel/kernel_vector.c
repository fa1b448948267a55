#include "script/kernel/kernel_vector.h"

#ifdef __x86_64__
static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

const struct mr_vector_set *mr_vector_floats(void)
{
#ifdef __x86_64__
    if (has_avx512())
        return &mr_vector_float_avx512;
    if (has_avx2())
        return &mr_vector_float_avx2;
#endif
    return &mr_vector_float_base;
}

const struct mr_vector_set *mr_vector_doubles(void)
{
#ifdef __x86_64__
    if (has_avx512())
        return &mr_vector_double_avx512;
    if (has_avx2())
        return &mr_vector_double_avx2;
#endif
    return &mr_vector_double_base;
}
