#include "stream/hub.h"
