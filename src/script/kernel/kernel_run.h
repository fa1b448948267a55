/* Runs a compiled kernel over a rectangle of a BGRX picture.
 *
 * The thread that runs the script. */
#ifndef MR_SCRIPT_KERNEL_RUN_H
#define MR_SCRIPT_KERNEL_RUN_H

#include "media/picture/picture.h"
#include "media/pixels/region.h"
#include "script/kernel/kernel_program.h"
#include "script/kernel/kernel_vector.h"

#include <lua.h>

struct mr_kernel_job {
    const struct mr_kernel_program *program;
    const struct mr_vector_set *vectors;
    const struct mr_kernel_inputs *inputs;
    bool exact_sines;           /* with doubles */
    struct mr_picture *picture; /* written in place; neighbours are seen as they were before */
    struct mr_area area;        /* within the picture, not empty */
};

/* Run the kernel over the area of the job.
 * in:     scratch: mr_kernel_run_scratch_bytes(job) of memory
 * A Lua error when the script is told to stop: some rows are done then, and others not. */
void mr_kernel_run(lua_State *L, const struct mr_kernel_job *job, void *scratch);

/* return: how many bytes of scratch memory the job needs */
size_t mr_kernel_run_scratch_bytes(const struct mr_kernel_job *job);

#endif
