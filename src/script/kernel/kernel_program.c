#include "script/kernel/kernel_program.h"

#include <string.h>

#define NEVER UINT16_MAX

struct compiler {
    const struct mr_kernel_graph *graph;
    const uint16_t *roots;
    struct mr_kernel_program *program;
    struct mr_kernel_instruction *steps; /* of the part being compiled */
    unsigned count;
    unsigned free_registers;
    uint16_t uses[MR_KERNEL_MAX_NODES];
    uint16_t place[MR_KERNEL_MAX_NODES];     /* position of a node's value */
    uint16_t last_use[MR_KERNEL_MAX_NODES];  /* node after which a register is free */
    uint16_t free[MR_KERNEL_MAX_NODES + 16]; /* registers */
};

static bool is_column(const struct mr_kernel_node *node)
{
    return node->needs == MR_KERNEL_NEEDS_X;
}

static bool is_computed_by_pixel(const struct mr_kernel_node *node)
{
    return !mr_kernel_is_scalar(node) && !is_column(node) && node->op != MR_KERNEL_CHANNEL;
}

/* ---- scalars and channels ---- */

static void add_scalars(struct compiler *compiler, bool by_row)
{
    struct mr_kernel_program *program = compiler->program;
    for (unsigned i = 0; i < compiler->graph->count; i++) {
        const struct mr_kernel_node *node = &compiler->graph->nodes[i];
        bool needs_y = (node->needs & MR_KERNEL_NEEDS_Y) != 0;
        if (compiler->uses[i] == 0 || !mr_kernel_is_scalar(node) || needs_y != by_row)
            continue;
        struct mr_kernel_node *scalar = &program->scalar[program->scalars];
        *scalar = *node;
        for (unsigned k = 0; k < mr_kernel_graph_operands((enum mr_kernel_op)node->op); k++)
            scalar->of[k] = compiler->place[node->of[k]];
        compiler->place[i] = (uint16_t)program->scalars++;
    }
}

static void widen(uint8_t *before, uint8_t *after, int offset)
{
    if (-offset > *before)
        *before = (uint8_t)-offset;
    if (offset > *after)
        *after = (uint8_t)offset;
}

static void add_channels(struct compiler *compiler)
{
    struct mr_kernel_program *program = compiler->program;
    for (unsigned i = 0; i < compiler->graph->count; i++) {
        const struct mr_kernel_node *node = &compiler->graph->nodes[i];
        if (compiler->uses[i] == 0 || node->op != MR_KERNEL_CHANNEL)
            continue;
        int dx = node->of[0] - MR_KERNEL_MAX_REACH, dy = node->of[1] - MR_KERNEL_MAX_REACH;
        widen(&program->left, &program->right, dx);
        widen(&program->up, &program->down, dy);
        compiler->place[i] = (uint16_t)(mr_kernel_first_channel(program) + program->channels);
        program->channel[program->channels++] =
            (struct mr_kernel_channel){ (int16_t)dx, (int16_t)dy, node->of[2] };
    }
}

/* Columns that pixels refer to are kept; those only other columns refer to go through registers. */
static void add_columns(struct compiler *compiler)
{
    const struct mr_kernel_graph *graph = compiler->graph;
    struct mr_kernel_program *program = compiler->program;
    static const uint16_t unplaced = NEVER;
    for (unsigned i = 0; i < graph->count; i++)
        compiler->place[i] = mr_kernel_is_scalar(&graph->nodes[i]) ? compiler->place[i] : unplaced;
    for (unsigned i = 0; i < graph->count + 3; i++) {
        bool root = i >= graph->count;
        const struct mr_kernel_node *node = root ? NULL : &graph->nodes[i];
        if (!root && (compiler->uses[i] == 0 || !is_computed_by_pixel(node)))
            continue;
        unsigned operands = root ? 1 : mr_kernel_graph_operands((enum mr_kernel_op)node->op);
        for (unsigned k = 0; k < operands; k++) {
            unsigned of = root ? compiler->roots[i - graph->count] : node->of[k];
            if (is_column(&graph->nodes[of]) && compiler->place[of] == unplaced)
                compiler->place[of] =
                    (uint16_t)(mr_kernel_first_column(program) + program->columns++);
        }
    }
}

/* ---- instructions ---- */

static uint16_t take_register(struct compiler *compiler)
{
    struct mr_kernel_program *program = compiler->program;
    if (compiler->free_registers > 0)
        return compiler->free[--compiler->free_registers];
    return (uint16_t)(mr_kernel_first_register(program) + program->registers++);
}

static bool is_register(const struct compiler *compiler, unsigned place)
{
    return place >= mr_kernel_first_register(compiler->program);
}

static struct mr_kernel_instruction *add_step(struct compiler *compiler, enum mr_kernel_op op,
                                              uint16_t to)
{
    struct mr_kernel_instruction *step = &compiler->steps[compiler->count++];
    *step = (struct mr_kernel_instruction){ .op = (uint8_t)op, .to = to };
    return step;
}

/* A scalar as a register, for where there is no form of an instruction that takes one. */
static uint16_t spread(struct compiler *compiler, uint16_t scalar)
{
    uint16_t to = take_register(compiler);
    add_step(compiler, MR_KERNEL_FILL, to)->of[0] = scalar;
    return to;
}

static uint8_t form_of(unsigned operands, const bool scalar[3])
{
    if (operands == 2)
        return scalar[1] ? 1 : scalar[0] ? 2 : 0;
    return operands == 3 ? (uint8_t)(scalar[1] + 2 * scalar[2]) : 0;
}

static void release(struct compiler *compiler, const struct mr_kernel_node *node, unsigned number)
{
    for (unsigned k = 0; k < mr_kernel_graph_operands((enum mr_kernel_op)node->op); k++) {
        unsigned of = node->of[k];
        if (compiler->last_use[of] != number || !is_register(compiler, compiler->place[of]))
            continue;
        compiler->free[compiler->free_registers++] = compiler->place[of];
        compiler->last_use[of] = NEVER; /* once, even if it is an operand twice */
    }
}

static void add_node(struct compiler *compiler, unsigned number)
{
    const struct mr_kernel_node *node = &compiler->graph->nodes[number];
    unsigned operands = mr_kernel_graph_operands((enum mr_kernel_op)node->op);
    uint16_t of[3] = { 0 }, filled = NEVER;
    bool scalar[3] = { false };
    for (unsigned k = 0; k < operands; k++) {
        of[k] = compiler->place[node->of[k]];
        scalar[k] = mr_kernel_is_scalar(&compiler->graph->nodes[node->of[k]]);
    }
    if (operands == 3 && scalar[0])
        of[0] = filled = spread(compiler, of[0]);
    if (compiler->place[number] == NEVER)
        compiler->place[number] = take_register(compiler);

    enum mr_kernel_op op = (enum mr_kernel_op)node->op;
    struct mr_kernel_instruction *step =
        add_step(compiler, op == MR_KERNEL_X ? MR_KERNEL_IOTA : op, compiler->place[number]);
    step->form = form_of(operands, scalar);
    memcpy(step->of, of, sizeof(of));
    if (op == MR_KERNEL_X)
        step->of[0] = (uint16_t)mr_kernel_origin(compiler->program);
    if (filled != NEVER)
        compiler->free[compiler->free_registers++] = filled;
    release(compiler, node, number);
}

static unsigned add_part(struct compiler *compiler, bool (*belongs)(const struct mr_kernel_node *))
{
    const struct mr_kernel_graph *graph = compiler->graph;
    compiler->count = 0;
    compiler->free_registers = 0;
    for (unsigned i = compiler->program->registers; i-- > 0;) /* those of an earlier part */
        compiler->free[compiler->free_registers++] =
            (uint16_t)(mr_kernel_first_register(compiler->program) + i);
    for (unsigned i = 0; i < graph->count; i++)
        if (compiler->uses[i] != 0 && belongs(&graph->nodes[i]))
            add_node(compiler, i);
    return compiler->count;
}

static void find_last_uses(struct compiler *compiler)
{
    const struct mr_kernel_graph *graph = compiler->graph;
    for (unsigned i = 0; i < graph->count; i++)
        for (unsigned k = 0; compiler->uses[i] != 0 &&
                             k < mr_kernel_graph_operands((enum mr_kernel_op)graph->nodes[i].op);
             k++)
            compiler->last_use[graph->nodes[i].of[k]] = (uint16_t)i;
    for (int i = 0; i < 3; i++)
        compiler->last_use[compiler->roots[i]] = NEVER;
}

static void add_results(struct compiler *compiler)
{
    for (int i = 0; i < 3; i++) {
        unsigned root = compiler->roots[i];
        uint16_t place = compiler->place[root];
        bool scalar = mr_kernel_is_scalar(&compiler->graph->nodes[root]);
        compiler->program->result[i] = scalar ? spread(compiler, place) : place;
    }
}

/* ---- the whole ---- */

size_t mr_kernel_program_bytes(const struct mr_kernel_graph *graph)
{
    return graph->count * (sizeof(struct mr_kernel_node) + sizeof(struct mr_kernel_channel) +
                           3 * sizeof(struct mr_kernel_instruction)) +
           16 * sizeof(struct mr_kernel_instruction);
}

void mr_kernel_program_move(struct mr_kernel_program *program, const void *from, void *to)
{
    ptrdiff_t scalar = (char *)program->scalar - (const char *)from;
    ptrdiff_t channel = (char *)program->channel - (const char *)from;
    ptrdiff_t column = (char *)program->column_step - (const char *)from;
    ptrdiff_t pixel = (char *)program->pixel_step - (const char *)from;
    program->scalar = (void *)((char *)to + scalar);
    program->channel = (void *)((char *)to + channel);
    program->column_step = (void *)((char *)to + column);
    program->pixel_step = (void *)((char *)to + pixel);
}

size_t mr_kernel_program_compile(const struct mr_kernel_graph *graph, const uint16_t roots[3],
                                 void *block, struct mr_kernel_program *program)
{
    struct compiler compiler = { .graph = graph, .roots = roots, .program = program };
    *program = (struct mr_kernel_program){ .scalar = block };
    mr_kernel_graph_count_uses(graph, roots, compiler.uses);
    find_last_uses(&compiler);

    add_scalars(&compiler, false);
    program->uniforms = program->scalars;
    add_scalars(&compiler, true);
    add_columns(&compiler);
    program->channel = (struct mr_kernel_channel *)(program->scalar + program->scalars);
    add_channels(&compiler);

    program->column_step = compiler.steps =
        (struct mr_kernel_instruction *)(program->channel + program->channels);
    program->column_steps = add_part(&compiler, is_column);
    program->pixel_step = compiler.steps = program->column_step + program->column_steps;
    program->pixel_steps = add_part(&compiler, is_computed_by_pixel);
    add_results(&compiler);
    program->pixel_steps = compiler.count;
    return (size_t)((char *)(program->pixel_step + program->pixel_steps) - (char *)block);
}
