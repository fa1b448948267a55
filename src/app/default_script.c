#include "app/default_script.h"

#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char installed[PATH_MAX + 64], beside[PATH_MAX + 64];

static void cut_last(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash != NULL)
        *slash = '\0';
}

static void find_places(void)
{
    char folder[PATH_MAX] = "";
    const char *below = MR_DATA_BELOW_BINARY;
    if (realpath("/proc/self/exe", folder) == NULL)
        folder[0] = '\0';
    cut_last(folder);
    snprintf(beside, sizeof(beside), "%s/lua/process.lua", folder);
    for (; strncmp(below, "../", 3) == 0; below += 3)
        cut_last(folder);
    snprintf(installed, sizeof(installed), "%s/%s/moonreel/lua/process.lua", folder, below);
}

const char *mr_default_script_find(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find_places);
    bool is_beside = access(installed, R_OK) != 0 && access(beside, R_OK) == 0;
    return is_beside ? beside : installed;
}
