#include "app/standard.h"

#include <fcntl.h>
#include <unistd.h>

void mr_standard_fill(void)
{
    int fd;
    while ((fd = open("/dev/null", O_RDWR)) >= 0 && fd <= STDERR_FILENO)
        ; /* it has the lowest number that is free, and keeps it */
    if (fd >= 0)
        close(fd);
}
