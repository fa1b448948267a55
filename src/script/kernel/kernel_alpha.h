/* Pictures with alpha for kernels, which know nothing of it. Any thread. */
#ifndef MR_SCRIPT_KERNEL_ALPHA_H
#define MR_SCRIPT_KERNEL_ALPHA_H

#include "media/picture/picture.h"

/* Around a run over premultiplied BGRA: kernels see and make colours as they are without alpha. What
 * they leave alone is the same afterwards. */
void mr_kernel_alpha_begin(struct mr_picture *picture);
void mr_kernel_alpha_end(struct mr_picture *picture);

#endif
