/* For every processor of the kind this is compiled for. */
#define SET base
#include "script/kernel/kernel_vector_sets.h"
