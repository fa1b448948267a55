/* The operations of kernels on whole runs of values: float32, or double where that is not precise
 * enough. Each is compiled for several instruction sets; the best that the processor has is used.
 *
 * Pure functions; any thread. */
#ifndef MR_SCRIPT_KERNEL_VECTOR_H
#define MR_SCRIPT_KERNEL_VECTOR_H

#include "script/kernel/kernel_vector_set.h"

/* return: the operations on float32, or on doubles, for the best instruction set of this processor;
 *         they live for ever */
const struct mr_vector_set *mr_vector_floats(void);
const struct mr_vector_set *mr_vector_doubles(void);

#endif
