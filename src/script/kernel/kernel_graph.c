#include "script/kernel/kernel_graph.h"

#include <math.h>
#include <string.h>

unsigned mr_kernel_graph_operands(enum mr_kernel_op op)
{
    if (op < MR_KERNEL_NEGATE)
        return 0;
    if (op < MR_KERNEL_ADD || op >= MR_KERNEL_FILL)
        return 1;
    return op < MR_KERNEL_SELECT ? 2 : 3;
}

/* ---- numbers ---- */

static double modulo(double a, double b)
{
    double rest = fmod(a, b);
    if (rest > 0 ? b < 0 : rest < 0 && b > 0)
        rest += b;
    return rest;
}

double mr_kernel_graph_evaluate(enum mr_kernel_op op, double a, double b, double c)
{
    switch (op) {
    case MR_KERNEL_NEGATE:
        return -a;
    case MR_KERNEL_ABS:
        return fabs(a);
    case MR_KERNEL_FLOOR:
        return floor(a) + 0.0; /* not -0: floored numbers are integers in Lua */
    case MR_KERNEL_SQRT:
        return sqrt(a);
    case MR_KERNEL_SIN:
        return sin(a);
    case MR_KERNEL_COS:
        return cos(a);
    case MR_KERNEL_EXP:
        return exp(a);
    case MR_KERNEL_LOG:
        return log(a);
    case MR_KERNEL_ADD:
        return a + b;
    case MR_KERNEL_SUBTRACT:
        return a - b;
    case MR_KERNEL_MULTIPLY:
        return a * b;
    case MR_KERNEL_DIVIDE:
        return a / b;
    case MR_KERNEL_FLOOR_DIVIDE:
        return floor(a / b);
    case MR_KERNEL_MODULO:
        return modulo(a, b);
    case MR_KERNEL_POWER:
        return b == 2 ? a * a : pow(a, b);
    case MR_KERNEL_MIN:
        return b < a ? b : a;
    case MR_KERNEL_MAX:
        return a < b ? b : a;
    case MR_KERNEL_LESS:
        return a < b;
    case MR_KERNEL_LESS_EQUAL:
        return a <= b;
    case MR_KERNEL_EQUAL:
        return a == b;
    case MR_KERNEL_SELECT:
        return a != 0 ? b : c;
    case MR_KERNEL_MULTIPLY_ADD:
        return a * b + c;
    case MR_KERNEL_MULTIPLY_SUBTRACT:
        return a * b - c;
    case MR_KERNEL_SUBTRACT_PRODUCT:
        return c - a * b;
    case MR_KERNEL_ADD_ADD:
        return a + b + c;
    default:
        return NAN; /* not made of numbers alone */
    }
}

double mr_kernel_graph_node_value(const struct mr_kernel_node *node, const double *value,
                                  const struct mr_kernel_inputs *inputs, double y)
{
    switch (node->op) {
    case MR_KERNEL_CONSTANT:
        return node->value;
    case MR_KERNEL_PARAMETER:
        return inputs->parameters[node->of[0]];
    case MR_KERNEL_WIDTH:
        return inputs->width;
    case MR_KERNEL_HEIGHT:
        return inputs->height;
    case MR_KERNEL_TIME:
        return inputs->time;
    case MR_KERNEL_Y:
        return y;
    default:
        return mr_kernel_graph_evaluate((enum mr_kernel_op)node->op, value[node->of[0]],
                                        value[node->of[1]], value[node->of[2]]);
    }
}

/* ---- nodes ---- */

void mr_kernel_graph_init(struct mr_kernel_graph *graph)
{
    graph->count = 0;
    memset(graph->bucket, 0xff, sizeof(graph->bucket));
}

static unsigned hash(const struct mr_kernel_node *node)
{
    uint64_t bits;
    memcpy(&bits, &node->value, sizeof(bits));
    bits ^= (uint64_t)node->op << 56 ^ (uint64_t)node->of[0] << 32 ^ (uint64_t)node->of[1] << 16 ^
            node->of[2];
    bits *= 0x9e3779b97f4a7c15u; /* 2^64 divided by the golden ratio */
    return (unsigned)(bits >> 54) % MR_KERNEL_BUCKETS;
}

static bool equal_nodes(const struct mr_kernel_node *a, const struct mr_kernel_node *b)
{
    return a->op == b->op && memcmp(a->of, b->of, sizeof(a->of)) == 0 &&
           memcmp(&a->value, &b->value, sizeof(a->value)) == 0; /* -0 and NaN, too */
}

static unsigned intern(struct mr_kernel_graph *graph, const struct mr_kernel_node *node)
{
    uint16_t *bucket = &graph->bucket[hash(node)];
    for (unsigned i = *bucket; i != MR_KERNEL_NO_NODE; i = graph->older[i])
        if (equal_nodes(&graph->nodes[i], node))
            return i;
    if (graph->count == MR_KERNEL_MAX_NODES)
        return MR_KERNEL_NO_NODE;
    unsigned added = graph->count++;
    graph->nodes[added] = *node;
    graph->older[added] = *bucket;
    *bucket = (uint16_t)added;
    return added;
}

unsigned mr_kernel_graph_constant(struct mr_kernel_graph *graph, double value)
{
    return intern(graph, &(struct mr_kernel_node){ .op = MR_KERNEL_CONSTANT, .value = value });
}

static bool is_constant(const struct mr_kernel_graph *graph, unsigned node, double value)
{
    return graph->nodes[node].op == MR_KERNEL_CONSTANT && graph->nodes[node].value == value;
}

/* Whether 0 can be added without a change: -0 + 0 is 0. */
static bool is_leaf(const struct mr_kernel_graph *graph, unsigned node)
{
    return graph->nodes[node].needs != 0 &&
           mr_kernel_graph_operands((enum mr_kernel_op)graph->nodes[node].op) == 0;
}

/* return: the operand that is the result already, or MR_KERNEL_NO_NODE */
static unsigned simplify(const struct mr_kernel_graph *graph, enum mr_kernel_op op, unsigned a,
                         unsigned b)
{
    switch (op) {
    case MR_KERNEL_ADD:
        if (is_constant(graph, a, 0) && is_leaf(graph, b))
            return b;
        return is_constant(graph, b, 0) && is_leaf(graph, a) ? a : MR_KERNEL_NO_NODE;
    case MR_KERNEL_MULTIPLY:
        return is_constant(graph, a, 1) ? b : is_constant(graph, b, 1) ? a : MR_KERNEL_NO_NODE;
    case MR_KERNEL_DIVIDE:
    case MR_KERNEL_POWER:
        return is_constant(graph, b, 1) ? a : MR_KERNEL_NO_NODE;
    case MR_KERNEL_MIN:
    case MR_KERNEL_MAX:
        return a == b ? a : MR_KERNEL_NO_NODE;
    default:
        return MR_KERNEL_NO_NODE;
    }
}

static uint8_t leaf_needs(enum mr_kernel_op op)
{
    switch (op) {
    case MR_KERNEL_X:
        return MR_KERNEL_NEEDS_X;
    case MR_KERNEL_Y:
        return MR_KERNEL_NEEDS_Y;
    case MR_KERNEL_CHANNEL:
        return MR_KERNEL_NEEDS_PIXEL;
    default:
        return 0;
    }
}

static unsigned operation(struct mr_kernel_graph *graph, struct mr_kernel_node *node,
                          unsigned operands)
{
    double value[3] = { 0 };
    unsigned constants = 0;
    for (unsigned i = 0; i < operands; i++) {
        if (node->of[i] == MR_KERNEL_NO_NODE)
            return MR_KERNEL_NO_NODE;
        const struct mr_kernel_node *operand = &graph->nodes[node->of[i]];
        node->needs |= operand->needs;
        constants += operand->op == MR_KERNEL_CONSTANT;
        value[i] = operand->value;
    }
    enum mr_kernel_op op = (enum mr_kernel_op)node->op;
    if (constants == operands)
        return mr_kernel_graph_constant(graph,
                                        mr_kernel_graph_evaluate(op, value[0], value[1], value[2]));
    unsigned same = simplify(graph, op, node->of[0], node->of[1]);
    return same != MR_KERNEL_NO_NODE ? same : intern(graph, node);
}

unsigned mr_kernel_graph_node(struct mr_kernel_graph *graph, enum mr_kernel_op op, unsigned a,
                              unsigned b, unsigned c)
{
    unsigned operands = mr_kernel_graph_operands(op);
    struct mr_kernel_node node = {
        .op = (uint8_t)op,
        .needs = leaf_needs(op),
        .of = { (uint16_t)a, (uint16_t)b, (uint16_t)c },
    };
    if (operands == 0)
        return intern(graph, &node);
    if ((op == MR_KERNEL_ADD || op == MR_KERNEL_MULTIPLY) && a > b) {
        node.of[0] = (uint16_t)b; /* one order, so that a + b is b + a */
        node.of[1] = (uint16_t)a;
    }
    return operation(graph, &node, operands);
}

void mr_kernel_graph_count_uses(const struct mr_kernel_graph *graph, const uint16_t roots[3],
                                uint16_t *uses)
{
    memset(uses, 0, graph->count * sizeof(*uses));
    for (int i = 0; i < 3; i++)
        uses[roots[i]]++;
    for (unsigned i = graph->count; i-- > 0;) {
        const struct mr_kernel_node *node = &graph->nodes[i];
        for (unsigned k = 0;
             uses[i] != 0 && k < mr_kernel_graph_operands((enum mr_kernel_op)node->op); k++)
            uses[node->of[k]]++;
    }
}
