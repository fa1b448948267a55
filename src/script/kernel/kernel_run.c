#include "script/kernel/kernel_run.h"

#include "script/lua/binding.h"
#include "script/lua/watchdog.h"

#include <string.h>

#define ALIGNMENT   64   /* of runs of values: the widest vectors */
#define BLOCK_BYTES 2048 /* of one register, so that a dozen of them stay in the fastest cache */

/* Where things are in the scratch memory, in bytes from its aligned begin. */
struct layout {
    int block;         /* values of a register at most, a multiple of MR_VECTOR_STEP */
    int rows;          /* of the ring of rows; 0: there are no neighbours */
    size_t column;     /* bytes of one */
    size_t plane;      /* bytes of one channel of a row in the ring, or of a block */
    size_t at_values;  /* double, of each scalar */
    size_t at_scalars; /* the same as the vectors' type */
    size_t at_columns, at_planes, at_registers;
    size_t bytes;
};

struct run {
    lua_State *L;
    struct mr_watch *watch;
    const struct mr_kernel_job *job;
    const struct mr_kernel_program *program;
    struct layout layout;
    size_t size; /* of a value */
    char **operand;
    double *value;
    char *scalars, *columns, *planes;
    int next_row; /* of the picture, to go into the ring */
};

/* ---- memory ---- */

static size_t align(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static int step_up(int count)
{
    return (count + MR_VECTOR_STEP - 1) / MR_VECTOR_STEP * MR_VECTOR_STEP;
}

/* Blocks of one row are about equally wide. */
static int block_of(int width, size_t value_bytes)
{
    int most = (int)(BLOCK_BYTES / value_bytes), blocks = (width + most - 1) / most;
    return step_up((width + blocks - 1) / blocks);
}

static struct layout lay_out(const struct mr_kernel_job *job)
{
    const struct mr_kernel_program *program = job->program;
    size_t size = job->vectors->value_bytes;
    int width = job->area.right - job->area.left;
    struct layout layout = { .block = block_of(width, size) };
    layout.column = align((size_t)step_up(width) * size);
    layout.plane = align((size_t)layout.block * size);
    if (mr_kernel_has_neighbours(program)) {
        int rows = program->up + 1 + program->down;
        layout.rows = rows < job->picture->height ? rows : job->picture->height;
        layout.plane = align((size_t)step_up(program->left + width + program->right) * size +
                             MR_VECTOR_STEP * size);
    }
    size_t planes = 3 * (layout.rows > 0 ? (size_t)layout.rows : 1);
    size_t operands = mr_kernel_first_register(program) + program->registers;
    layout.at_values = align(operands * sizeof(char *));
    layout.at_scalars = layout.at_values + align(program->scalars * sizeof(double));
    layout.at_columns = layout.at_scalars + align((program->scalars + 1) * size);
    layout.at_planes = layout.at_columns + program->columns * layout.column;
    layout.at_registers = layout.at_planes + planes * layout.plane;
    layout.bytes = layout.at_registers + program->registers * align((size_t)layout.block * size);
    return layout;
}

size_t mr_kernel_run_scratch_bytes(const struct mr_kernel_job *job)
{
    return lay_out(job).bytes + ALIGNMENT;
}

static void place_operands(struct run *run, char *memory)
{
    const struct mr_kernel_program *program = run->program;
    const struct layout *layout = &run->layout;
    unsigned first = mr_kernel_first_channel(program);
    for (unsigned i = 0; i <= program->scalars; i++)
        run->operand[i] = run->scalars + i * run->size;
    for (unsigned i = 0; i < program->channels; i++)
        run->operand[first + i] = run->planes + program->channel[i].channel * layout->plane;
    first = mr_kernel_first_register(program);
    for (unsigned i = 0; i < program->registers; i++)
        run->operand[first + i] =
            memory + layout->at_registers + i * align((size_t)layout->block * run->size);
}

/* ---- scalars ---- */

static void store_scalar(struct run *run, unsigned number, double value)
{
    char *to = run->scalars + number * run->size;
    float single = (float)value;
    if (run->size == sizeof(single))
        memcpy(to, &single, sizeof(single));
    else
        memcpy(to, &value, sizeof(value));
}

static void compute_scalars(struct run *run, unsigned from, unsigned to, int y)
{
    const struct mr_kernel_node *scalar = run->program->scalar;
    for (unsigned i = from; i < to; i++) {
        run->value[i] = mr_kernel_graph_node_value(&scalar[i], run->value, run->job->inputs, y);
        store_scalar(run, i, run->value[i]);
    }
}

/* ---- vectors ---- */

static mr_vector_function *function_of(const struct mr_kernel_job *job,
                                       const struct mr_kernel_instruction *step)
{
    if (job->exact_sines && step->op == MR_KERNEL_SIN)
        return job->vectors->exact_sin;
    if (job->exact_sines && step->op == MR_KERNEL_COS)
        return job->vectors->exact_cos;
    return job->vectors->run[step->op][step->form];
}

static void run_steps(struct run *run, const struct mr_kernel_instruction *steps, unsigned count,
                      int values)
{
    char **operand = run->operand;
    mr_watchdog_check(run->watch, run->L);
    values = step_up(values);
    for (unsigned i = 0; i < count; i++) {
        const struct mr_kernel_instruction *step = &steps[i];
        function_of(run->job, step)(operand[step->to], operand[step->of[0]], operand[step->of[1]],
                                    operand[step->of[2]], values);
    }
}

static void point_at_columns(struct run *run, int offset)
{
    unsigned first = mr_kernel_first_column(run->program);
    for (unsigned i = 0; i < run->program->columns; i++)
        run->operand[first + i] =
            run->columns + i * run->layout.column + (size_t)offset * run->size;
}

static void compute_columns(struct run *run)
{
    const struct mr_area *area = &run->job->area;
    int width = area->right - area->left;
    for (int offset = 0; offset < width; offset += run->layout.block) {
        int left = width - offset;
        point_at_columns(run, offset);
        store_scalar(run, mr_kernel_origin(run->program), area->left + offset);
        run_steps(run, run->program->column_step, run->program->column_steps,
                  left < run->layout.block ? left : run->layout.block);
    }
}

/* ---- rows ---- */

static uint8_t *pixel_at(const struct run *run, int x, int y)
{
    const struct mr_picture *picture = run->job->picture;
    return picture->plane[0] + (size_t)y * (size_t)picture->stride_bytes[0] + (size_t)x * 4;
}

static int clamp_to(int value, int most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

static char *ring_plane(const struct run *run, int row, int channel)
{
    return run->planes + (size_t)(row % run->layout.rows * 3 + channel) * run->layout.plane;
}

/* Repeat the value at `at` over `count` ones from `to` on. */
static void repeat(char *to, const char *at, int count, size_t size)
{
    for (int i = 0; i < count; i++)
        memcpy(to + (size_t)i * size, at, size);
}

/* Bring one row of the picture into the ring, with its edges repeated as far as neighbours are. */
static void unpack_row(struct run *run, int row)
{
    const struct mr_area *area = &run->job->area;
    int from = area->left - run->program->left, to = area->right + run->program->right;
    int first = clamp_to(from, run->job->picture->width),
        end = clamp_to(to, run->job->picture->width);
    size_t size = run->size, before = (size_t)(first - from) * size;
    char *plane[3];
    for (int i = 0; i < 3; i++)
        plane[i] = ring_plane(run, row, i) + before;
    run->job->vectors->unpack(pixel_at(run, first, row), plane[0], plane[1], plane[2], end - first);
    for (int i = 0; i < 3; i++) {
        char *after = plane[i] + (size_t)(end - first) * size;
        repeat(plane[i] - before, plane[i], first - from, size);
        repeat(after, after - size, to - end, size);
    }
}

/* Rows enter the ring before they are written, and stay while a neighbour refers to them. */
static void fill_ring(struct run *run, int y)
{
    int last = clamp_to(y + run->program->down, run->job->picture->height - 1);
    for (; run->next_row <= last; run->next_row++)
        unpack_row(run, run->next_row);
}

static void point_at_neighbours(struct run *run, int y, int offset)
{
    const struct mr_kernel_program *program = run->program;
    unsigned first = mr_kernel_first_channel(program);
    for (unsigned i = 0; i < program->channels; i++) {
        const struct mr_kernel_channel *channel = &program->channel[i];
        int row = clamp_to(y + channel->dy, run->job->picture->height - 1);
        size_t x = (size_t)(program->left + channel->dx + offset);
        run->operand[first + i] = ring_plane(run, row, channel->channel) + x * run->size;
    }
}

static void run_block(struct run *run, int y, int offset, int count)
{
    const struct mr_kernel_program *program = run->program;
    const struct mr_vector_set *vectors = run->job->vectors;
    size_t plane = run->layout.plane;
    uint8_t *pixels = pixel_at(run, run->job->area.left + offset, y);
    point_at_columns(run, offset);
    if (run->layout.rows > 0)
        point_at_neighbours(run, y, offset);
    else if (program->channels > 0)
        vectors->unpack(pixels, run->planes, run->planes + plane, run->planes + 2 * plane, count);
    run_steps(run, program->pixel_step, program->pixel_steps, count);
    vectors->pack(pixels, run->operand[program->result[0]], run->operand[program->result[1]],
                  run->operand[program->result[2]], count);
}

static void run_row(struct run *run, int y)
{
    const struct mr_area *area = &run->job->area;
    int width = area->right - area->left;
    compute_scalars(run, run->program->uniforms, run->program->scalars, y);
    if (run->layout.rows > 0)
        fill_ring(run, y);
    for (int offset = 0; offset < width; offset += run->layout.block) {
        int left = width - offset;
        run_block(run, y, offset, left < run->layout.block ? left : run->layout.block);
    }
}

void mr_kernel_run(lua_State *L, const struct mr_kernel_job *job, void *scratch)
{
    char *memory = (char *)align((uintptr_t)scratch);
    struct layout layout = lay_out(job);
    struct run run = {
        .L = L,
        .watch = &mr_binding_of(L)->watch,
        .job = job,
        .program = job->program,
        .layout = layout,
        .size = job->vectors->value_bytes,
        .operand = (char **)memory,
        .value = (double *)(memory + layout.at_values),
        .scalars = memory + layout.at_scalars,
        .columns = memory + layout.at_columns,
        .planes = memory + layout.at_planes,
        .next_row = clamp_to(job->area.top - job->program->up, job->picture->height),
    };
    place_operands(&run, memory);
    compute_scalars(&run, 0, job->program->uniforms, 0);
    compute_columns(&run);
    for (int y = job->area.top; y < job->area.bottom; y++)
        run_row(&run, y);
}
