/* With AVX2 and FMA; see CMakeLists.txt. */
#ifdef __x86_64__
#define SET avx2
#include "script/kernel/kernel_vector_sets.h"
#endif
