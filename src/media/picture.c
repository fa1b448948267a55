#include "media/picture.h"
