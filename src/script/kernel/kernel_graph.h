/* A kernel's expression: what a traced function does to a pixel, as nodes that refer to earlier
 * ones. Equal nodes are the same node, and what depends on constants only is a constant.
 *
 * Plain data of a fixed size without pointers; the thread that runs the script. */
#ifndef MR_SCRIPT_KERNEL_GRAPH_H
#define MR_SCRIPT_KERNEL_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#define MR_KERNEL_MAX_NODES 4096
#define MR_KERNEL_MAX_REACH 64 /* of a neighbour, pixels in each direction */
#define MR_KERNEL_NO_NODE   UINT16_MAX

#define MR_KERNEL_BUCKETS 1024

enum mr_kernel_op {
    /* leaves */
    MR_KERNEL_CONSTANT,  /* value */
    MR_KERNEL_PARAMETER, /* of[0]: its number */
    MR_KERNEL_WIDTH,
    MR_KERNEL_HEIGHT,
    MR_KERNEL_TIME,
    MR_KERNEL_X,
    MR_KERNEL_Y,
    MR_KERNEL_CHANNEL, /* of[0], of[1]: dx, dy + MR_KERNEL_MAX_REACH; of[2]: 0 r, 1 g, 2 b */

    /* of[0] */
    MR_KERNEL_NEGATE,
    MR_KERNEL_ABS,
    MR_KERNEL_FLOOR,
    MR_KERNEL_SQRT,
    MR_KERNEL_SIN,
    MR_KERNEL_COS,
    MR_KERNEL_EXP,
    MR_KERNEL_LOG,

    /* of[0], of[1]; as Lua's operators on floats; comparisons are 1 or 0 */
    MR_KERNEL_ADD,
    MR_KERNEL_SUBTRACT,
    MR_KERNEL_MULTIPLY,
    MR_KERNEL_DIVIDE,
    MR_KERNEL_FLOOR_DIVIDE,
    MR_KERNEL_MODULO,
    MR_KERNEL_POWER,
    MR_KERNEL_MIN,
    MR_KERNEL_MAX,
    MR_KERNEL_LESS,
    MR_KERNEL_LESS_EQUAL,
    MR_KERNEL_EQUAL,

    /* of[0], of[1], of[2] */
    MR_KERNEL_SELECT, /* of[0] is not 0 ? of[1] : of[2] */

    /* only after mr_kernel_lower */
    MR_KERNEL_MULTIPLY_ADD,      /* of[0] * of[1] + of[2] */
    MR_KERNEL_MULTIPLY_SUBTRACT, /* of[0] * of[1] - of[2] */
    MR_KERNEL_SUBTRACT_PRODUCT,  /* of[2] - of[0] * of[1] */
    MR_KERNEL_ADD_ADD,           /* of[0] + of[1] + of[2] */

    /* only as instructions */
    MR_KERNEL_FILL, /* of[0] everywhere */
    MR_KERNEL_IOTA, /* of[0], of[0] + 1, … */

    MR_KERNEL_OPS,
};

/* The inputs that a node's value depends on; 0: it is the same for a whole frame. */
enum mr_kernel_needs {
    MR_KERNEL_NEEDS_X = 1,
    MR_KERNEL_NEEDS_Y = 2,
    MR_KERNEL_NEEDS_PIXEL = 4,
};

struct mr_kernel_node {
    uint8_t op;    /* enum mr_kernel_op */
    uint8_t needs; /* enum mr_kernel_needs */
    uint16_t of[3];
    double value;
};

struct mr_kernel_graph {
    unsigned count;
    struct mr_kernel_node nodes[MR_KERNEL_MAX_NODES];
    uint16_t bucket[MR_KERNEL_BUCKETS]; /* newest node of each, or MR_KERNEL_NO_NODE */
    uint16_t older[MR_KERNEL_MAX_NODES];
};

/* The inputs that are the same for a whole frame. */
struct mr_kernel_inputs {
    double width, height, time;
    const double *parameters;
};

/* Make the graph empty. */
void mr_kernel_graph_init(struct mr_kernel_graph *graph);

/* Add a node of the given kind, or find it. Operands an operation does not have are 0.
 * return: its number; MR_KERNEL_NO_NODE when the graph is full, or an operand is that already */
unsigned mr_kernel_graph_constant(struct mr_kernel_graph *graph, double value);
unsigned mr_kernel_graph_node(struct mr_kernel_graph *graph, enum mr_kernel_op op, unsigned a,
                              unsigned b, unsigned c);

/* return: the value of the operation with these numbers, exactly as Lua computes it */
double mr_kernel_graph_evaluate(enum mr_kernel_op op, double a, double b, double c);

/* in:     node: one that needs neither x nor the pixel; value: those of its operands
 * return: its value */
double mr_kernel_graph_node_value(const struct mr_kernel_node *node, const double *value,
                                  const struct mr_kernel_inputs *inputs, double y);

/* return: how many operands the operation has, 0 … 3 */
unsigned mr_kernel_graph_operands(enum mr_kernel_op op);

/* The exponent, if lowering makes a power with this one a product; 0 if not. */
static inline int mr_kernel_whole_exponent(const struct mr_kernel_node *node)
{
    bool whole = node->op == MR_KERNEL_CONSTANT && node->value >= 2 && node->value <= 8 &&
                 node->value == (double)(int)node->value;
    return whole ? (int)node->value : 0;
}

static inline bool mr_kernel_is_scalar(const struct mr_kernel_node *node)
{
    return (node->needs & (MR_KERNEL_NEEDS_X | MR_KERNEL_NEEDS_PIXEL)) == 0;
}

/* Write what `graph` computes for the three roots into `lowered` (initialised) in operations that
 * are faster and round a little differently, and change the roots to its nodes.
 * return: whether it fits; if not, the roots are as they were */
bool mr_kernel_lower(const struct mr_kernel_graph *graph, struct mr_kernel_graph *lowered,
                     uint16_t roots[3]);

/* Count how often each node is referred to by what the roots depend on, and as a root.
 * out:    uses: graph->count numbers; 0: the node is not needed */
void mr_kernel_graph_count_uses(const struct mr_kernel_graph *graph, const uint16_t roots[3],
                                uint16_t *uses);

#endif
