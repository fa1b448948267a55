/* For every processor of the kind this is compiled for. */
#define SET base
#include "script/kernel_vector_sets.h"
