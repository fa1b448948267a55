#include "media/geometry.h"
