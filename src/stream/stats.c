#include "stream/stats.h"
