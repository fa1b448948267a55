#include "stream/packet.h"
