#include "stream/encoder.h"
