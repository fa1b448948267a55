#include "script/kernel/kernel_precision.h"

#include "script/kernel/kernel_bound.h"

#include <math.h>

#define FINE_ERROR 0.5  /* levels */
#define LARGE      1e12 /* times the last bit of a sine it is still far from a level */

/* ---- nodes ---- */

static struct mr_bound of_operation(const struct mr_kernel_node *node,
                                    const struct mr_kernel_node *nodes, const struct mr_bound *all)
{
    int exponent = mr_kernel_whole_exponent(&nodes[node->of[1]]);
    const struct mr_bound *a = &all[node->of[0]], *b = &all[node->of[1]], *c = &all[node->of[2]];
    struct mr_bound minus_b;
    switch (node->op) {
    case MR_KERNEL_NEGATE:
        return mr_bound_negate(a);
    case MR_KERNEL_ABS:
        return mr_bound_abs(a);
    case MR_KERNEL_FLOOR:
        return mr_bound_floor(a);
    case MR_KERNEL_SQRT:
        return mr_bound_sqrt(a);
    case MR_KERNEL_SIN:
    case MR_KERNEL_COS:
        return mr_bound_sine(a);
    case MR_KERNEL_EXP:
        return mr_bound_exp(a);
    case MR_KERNEL_LOG:
        return mr_bound_log(a);
    case MR_KERNEL_ADD:
        return mr_bound_add(a, b);
    case MR_KERNEL_SUBTRACT:
        minus_b = mr_bound_negate(b);
        return mr_bound_add(a, &minus_b);
    case MR_KERNEL_MULTIPLY:
        return mr_bound_multiply(a, b, a == b);
    case MR_KERNEL_DIVIDE:
        return mr_bound_divide(a, b);
    case MR_KERNEL_FLOOR_DIVIDE:
        return mr_bound_floor_divide(a, b);
    case MR_KERNEL_MODULO:
        return mr_bound_modulo(a, b);
    case MR_KERNEL_POWER:
        return exponent > 0 ? mr_bound_whole_power(a, exponent) : mr_bound_power(a, b);
    case MR_KERNEL_MIN:
        return mr_bound_min(a, b);
    case MR_KERNEL_MAX:
        return mr_bound_max(a, b);
    case MR_KERNEL_LESS:
    case MR_KERNEL_LESS_EQUAL:
    case MR_KERNEL_EQUAL:
        return mr_bound_compare(a, b);
    case MR_KERNEL_SELECT:
        return mr_bound_select(a, b, c);
    default:
        return mr_bound_unknown();
    }
}

/* Widths and heights are the same for a whole frame, so x and y have bounds. */
static struct mr_bound of_leaf(const struct mr_kernel_node *node,
                               const struct mr_kernel_inputs *inputs)
{
    switch (node->op) {
    case MR_KERNEL_X:
        return mr_bound_exact(0, inputs->width, 1);
    case MR_KERNEL_Y:
        return mr_bound_exact(0, inputs->height, 1);
    case MR_KERNEL_CHANNEL:
        return mr_bound_exact(0, 255, 1);
    default:
        return mr_bound_unknown();
    }
}

static double value_of(const struct mr_kernel_node *node, const double *value,
                       const struct mr_kernel_inputs *inputs)
{
    return node->needs == 0 ? mr_kernel_graph_node_value(node, value, inputs, 0) : 0;
}

/* Operations that divide by 0 or take its logarithm, and operations on their results. */
static bool may_be_wild(const struct mr_kernel_node *node, const struct mr_bound *all)
{
    for (unsigned i = 0; i < mr_kernel_graph_operands((enum mr_kernel_op)node->op); i++)
        if (all[node->of[i]].wild)
            return true;
    const struct mr_bound *divisor = &all[node->of[node->op == MR_KERNEL_LOG ? 0 : 1]];
    return (node->op == MR_KERNEL_DIVIDE || node->op == MR_KERNEL_FLOOR_DIVIDE ||
            node->op == MR_KERNEL_MODULO || node->op == MR_KERNEL_LOG) &&
           divisor->lo <= 0 && (divisor->hi >= 0 || node->op == MR_KERNEL_LOG);
}

static struct mr_bound of_node(const struct mr_kernel_node *node,
                               const struct mr_kernel_node *nodes, double value,
                               const struct mr_bound *all, const struct mr_kernel_inputs *inputs)
{
    if (node->needs == 0)
        return mr_bound_number(value);
    struct mr_bound bound = mr_kernel_graph_operands((enum mr_kernel_op)node->op) == 0
                                ? of_leaf(node, inputs)
                                : of_operation(node, nodes, all);
    bound.wild = may_be_wild(node, all);
    return mr_kernel_is_scalar(node) ? mr_bound_scalar(bound) : bound;
}

static bool is_fine(const struct mr_bound *result)
{
    double error = result->error;
    if (result->relative < 1)
        error = fmin(error, 255 * result->relative); /* beyond 255 it does not matter */
    return error <= FINE_ERROR;
}

enum mr_kernel_precision mr_kernel_precision_of(const struct mr_kernel_node *nodes, unsigned count,
                                                const uint16_t roots[3],
                                                const struct mr_kernel_inputs *inputs, void *work)
{
    struct mr_bound *bound = work;
    double *value = (double *)(bound + count), largest = 0;
    for (unsigned i = 0; i < count; i++) {
        value[i] = value_of(&nodes[i], value, inputs);
        bound[i] = of_node(&nodes[i], nodes, value[i], bound, inputs);
        largest = fmax(largest, fmax(-bound[i].lo, bound[i].hi));
    }
    if (is_fine(&bound[roots[0]]) && is_fine(&bound[roots[1]]) && is_fine(&bound[roots[2]]))
        return MR_KERNEL_FLOATS;
    return largest < LARGE ? MR_KERNEL_DOUBLES : MR_KERNEL_EXACT_DOUBLES;
}

size_t mr_kernel_precision_bytes(unsigned count)
{
    return count * (sizeof(struct mr_bound) + sizeof(double));
}
