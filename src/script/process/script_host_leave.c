#include "script/process/script_host_leave.h"

#include <unistd.h>

void mr_script_host_leave(int status)
{
    _exit(status);
}
