#include "media/jpeg.h"
