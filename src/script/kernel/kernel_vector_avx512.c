/* With AVX-512 F, BW, DQ and VL; see CMakeLists.txt. */
#ifdef __x86_64__
#define SET avx512
#include "script/kernel/kernel_vector_sets.h"
#endif
