#include "media/converter.h"
