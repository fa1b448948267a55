#include "stream/stream.h"
