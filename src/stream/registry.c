#include "stream/registry.h"
