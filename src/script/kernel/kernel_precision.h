/* How precisely a kernel has to be computed to give what Lua's own arithmetic gives.
 *
 * A few operations with each node, once a frame; the thread that runs the script. */
#ifndef MR_SCRIPT_KERNEL_PRECISION_H
#define MR_SCRIPT_KERNEL_PRECISION_H

#include "script/kernel/kernel_graph.h"

#include <stddef.h>

enum mr_kernel_precision {
    MR_KERNEL_FLOATS,        /* float32 comes within half a level everywhere */
    MR_KERNEL_DOUBLES,       /* double, with sines that may differ in the last bits */
    MR_KERNEL_EXACT_DOUBLES, /* numbers become so large that those bits could matter */
};

/* Find out how precisely a kernel has to be computed.
 * in:     nodes: of a graph that is not lowered; work: mr_kernel_precision_bytes(count) of memory,
 *         aligned as by malloc
 * return: the cheapest precision that gives the same levels as Lua */
enum mr_kernel_precision mr_kernel_precision_of(const struct mr_kernel_node *nodes, unsigned count,
                                                const uint16_t roots[3],
                                                const struct mr_kernel_inputs *inputs, void *work);

/* return: how many bytes of work memory `count` nodes need */
size_t mr_kernel_precision_bytes(unsigned count);

#endif
