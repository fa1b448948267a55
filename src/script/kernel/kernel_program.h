/* A compiled kernel: scalars that are computed once a frame or once a row, and vector instructions
 * that are run once a frame for what depends on x only, and for each block of each row.
 *
 * Instructions name their operands by position in a table of addresses: first the scalars, then one
 * more (the x that a block of columns begins at), columns, channels, registers. */
#ifndef MR_SCRIPT_KERNEL_PROGRAM_H
#define MR_SCRIPT_KERNEL_PROGRAM_H

#include "script/kernel/kernel_graph.h"

#include <stddef.h>

struct mr_kernel_instruction {
    uint8_t op;   /* enum mr_kernel_op */
    uint8_t form; /* see kernel_vector.h */
    uint16_t to, of[3];
};

struct mr_kernel_channel {
    int16_t dx, dy;
    uint16_t channel; /* 0 r, 1 g, 2 b */
};

struct mr_kernel_program {
    unsigned uniforms; /* scalars that are the same for the whole frame; the first ones */
    unsigned scalars;
    unsigned columns, channels, registers;
    unsigned column_steps, pixel_steps; /* instructions */
    uint16_t result[3];                 /* r, g, b by position */
    uint8_t left, right, up, down;      /* how far neighbours are */

    /* point into the same block of memory */
    struct mr_kernel_node *scalar; /* operands by position */
    struct mr_kernel_channel *channel;
    struct mr_kernel_instruction *column_step, *pixel_step;
};

/* Compile what `graph` computes for the three roots.
 * in:     block: mr_kernel_program_bytes(graph) of memory, aligned as by malloc
 * return: how much of it is in use; the program does not refer to the rest, nor to the graph */
size_t mr_kernel_program_compile(const struct mr_kernel_graph *graph, const uint16_t roots[3],
                                 void *block, struct mr_kernel_program *program);
size_t mr_kernel_program_bytes(const struct mr_kernel_graph *graph);

/* Let the program refer to a copy of its block. */
void mr_kernel_program_move(struct mr_kernel_program *program, const void *from, void *to);

static inline unsigned mr_kernel_origin(const struct mr_kernel_program *program)
{
    return program->scalars;
}

static inline unsigned mr_kernel_first_column(const struct mr_kernel_program *program)
{
    return program->scalars + 1;
}

static inline unsigned mr_kernel_first_channel(const struct mr_kernel_program *program)
{
    return mr_kernel_first_column(program) + program->columns;
}

static inline unsigned mr_kernel_first_register(const struct mr_kernel_program *program)
{
    return mr_kernel_first_channel(program) + program->channels;
}

/* Whether pixels other than the one computed are looked at. */
static inline bool mr_kernel_has_neighbours(const struct mr_kernel_program *program)
{
    return (program->left | program->right | program->up | program->down) != 0;
}

#endif
