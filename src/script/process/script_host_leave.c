#include "script/process/script_host_private.h"

#include <unistd.h>

void mr_script_host_leave(int status)
{
    _exit(status);
}
