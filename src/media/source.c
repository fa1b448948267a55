#include "media/source.h"
