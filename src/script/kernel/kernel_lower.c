/* An expression in the operations that are the fastest for float32: products and sums that
 * something is added to in one step, powers and divisions by what is the same for a row as
 * products. */
#include "script/kernel/kernel_graph.h"

#include <math.h>

struct lowering {
    const struct mr_kernel_graph *from;
    struct mr_kernel_graph *to;
    uint16_t uses[MR_KERNEL_MAX_NODES];
    uint16_t node[MR_KERNEL_MAX_NODES]; /* of `to`, by number in `from` */
};

/* Whether it is this operation, and used by one node only, which may thus do its work. */
static bool is_lone(const struct lowering *lowering, unsigned number, enum mr_kernel_op op)
{
    const struct mr_kernel_node *node = &lowering->from->nodes[number];
    return node->op == op && lowering->uses[number] == 1 && !mr_kernel_is_scalar(node);
}

/* An operation on the two operands of `inner` and `other`. The first is never a scalar. */
static unsigned fuse(struct lowering *lowering, enum mr_kernel_op op, unsigned inner,
                     unsigned other)
{
    const struct mr_kernel_node *node = &lowering->from->nodes[inner];
    unsigned a = lowering->node[node->of[0]], b = lowering->node[node->of[1]];
    if (mr_kernel_is_scalar(&lowering->to->nodes[a]))
        return mr_kernel_graph_node(lowering->to, op, b, a, lowering->node[other]);
    return mr_kernel_graph_node(lowering->to, op, a, b, lowering->node[other]);
}

static unsigned lower_sum(struct lowering *lowering, const struct mr_kernel_node *node)
{
    bool adds = node->op == MR_KERNEL_ADD;
    unsigned a = node->of[0], b = node->of[1];
    if (is_lone(lowering, b, MR_KERNEL_MULTIPLY))
        return fuse(lowering, adds ? MR_KERNEL_MULTIPLY_ADD : MR_KERNEL_SUBTRACT_PRODUCT, b, a);
    if (is_lone(lowering, a, MR_KERNEL_MULTIPLY))
        return fuse(lowering, adds ? MR_KERNEL_MULTIPLY_ADD : MR_KERNEL_MULTIPLY_SUBTRACT, a, b);
    if (adds && is_lone(lowering, b, MR_KERNEL_ADD))
        return fuse(lowering, MR_KERNEL_ADD_ADD, b, a);
    if (adds && is_lone(lowering, a, MR_KERNEL_ADD))
        return fuse(lowering, MR_KERNEL_ADD_ADD, a, b);
    return mr_kernel_graph_node(lowering->to, (enum mr_kernel_op)node->op, lowering->node[a],
                                lowering->node[b], 0);
}

static unsigned lower_divide(struct lowering *lowering, unsigned a, unsigned b)
{
    struct mr_kernel_graph *to = lowering->to;
    if (!mr_kernel_is_scalar(&to->nodes[b]))
        return mr_kernel_graph_node(to, MR_KERNEL_DIVIDE, a, b, 0);
    unsigned inverse =
        mr_kernel_graph_node(to, MR_KERNEL_DIVIDE, mr_kernel_graph_constant(to, 1), b, 0);
    return mr_kernel_graph_node(to, MR_KERNEL_MULTIPLY, a, inverse, 0);
}

static unsigned lower_power(struct lowering *lowering, unsigned a, unsigned b)
{
    struct mr_kernel_graph *to = lowering->to;
    double constant = to->nodes[b].op == MR_KERNEL_CONSTANT ? to->nodes[b].value : 0;
    int exponent = mr_kernel_whole_exponent(&to->nodes[b]);
    if (constant == 0.5)
        return mr_kernel_graph_node(to, MR_KERNEL_SQRT, a, 0, 0);
    if (exponent == 0)
        return mr_kernel_graph_node(to, MR_KERNEL_POWER, a, b, 0);
    unsigned product = a;
    for (int bit = exponent >= 8 ? 4 : exponent >= 4 ? 2 : 1; bit > 0; bit /= 2) {
        product = mr_kernel_graph_node(to, MR_KERNEL_MULTIPLY, product, product, 0);
        if ((exponent & bit) != 0) /* bits below the highest */
            product = mr_kernel_graph_node(to, MR_KERNEL_MULTIPLY, product, a, 0);
    }
    return product;
}

static unsigned lower_node(struct lowering *lowering, const struct mr_kernel_node *node)
{
    const uint16_t *of = node->of;
    unsigned operands = mr_kernel_graph_operands((enum mr_kernel_op)node->op), to[3] = { 0 };
    if (node->op == MR_KERNEL_CONSTANT)
        return mr_kernel_graph_constant(lowering->to, node->value);
    if (operands == 0)
        return mr_kernel_graph_node(lowering->to, (enum mr_kernel_op)node->op, of[0], of[1], of[2]);
    for (unsigned i = 0; i < operands; i++)
        to[i] = lowering->node[of[i]];
    if (!mr_kernel_is_scalar(node)) { /* those others are computed as they stand */
        if (node->op == MR_KERNEL_ADD || node->op == MR_KERNEL_SUBTRACT)
            return lower_sum(lowering, node);
        if (node->op == MR_KERNEL_DIVIDE)
            return lower_divide(lowering, to[0], to[1]);
        if (node->op == MR_KERNEL_POWER)
            return lower_power(lowering, to[0], to[1]);
    }
    return mr_kernel_graph_node(lowering->to, (enum mr_kernel_op)node->op, to[0], to[1], to[2]);
}

bool mr_kernel_lower(const struct mr_kernel_graph *graph, struct mr_kernel_graph *lowered,
                     uint16_t roots[3])
{
    struct lowering lowering = { .from = graph, .to = lowered };
    mr_kernel_graph_count_uses(graph, roots, lowering.uses);
    for (unsigned i = 0; i < graph->count; i++) {
        if (lowering.uses[i] == 0)
            continue;
        unsigned node = lower_node(&lowering, &graph->nodes[i]);
        if (node == MR_KERNEL_NO_NODE)
            return false;
        lowering.node[i] = (uint16_t)node;
    }
    for (int i = 0; i < 3; i++)
        roots[i] = lowering.node[roots[i]];
    return true;
}
