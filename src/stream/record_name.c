#include "stream/record_name.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define EXTENSION   ".mkv"
#define MAX_SUFFIX  9999
#define SUFFIX_ROOM 16 /* for "-9999" and the extension */

static bool has_extension(const char *name)
{
    size_t size = strlen(name), extension = strlen(EXTENSION);
    return size > extension && strcasecmp(name + size - extension, EXTENSION) == 0;
}

static int refuse(const char *pattern, int code, const char *why, struct mr_error *error)
{
    return mr_error_set(error, code, "cannot record to \"%s\": %s", pattern, why);
}

int mr_record_name_make(const char *pattern, int64_t wall_us, char name[MR_RECORD_NAME_MAX],
                        struct mr_error *error)
{
    time_t seconds = (time_t)(wall_us / 1000000);
    struct tm local = { 0 };
    tzset();
    localtime_r(&seconds, &local);
    name[0] = '\0';
    if (pattern[0] == '\0')
        return refuse(pattern, -EINVAL, "the name of a file is wanted", error);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the user's; strftime takes any */
    size_t size = strftime(name, MR_RECORD_NAME_MAX - SUFFIX_ROOM, pattern, &local);
#pragma GCC diagnostic pop
    if (size == 0)
        return refuse(pattern, -ENAMETOOLONG, "the name is empty or too long", error);
    if (name[size - 1] == '/')
        return refuse(pattern, -EISDIR, "that is a directory, the name of a file is wanted", error);
    if (!has_extension(name))
        strcat(name, EXTENSION);
    return 0;
}

/* ---- directories ---- */

/* return: the '/' after the next directory of the path, from `at` on; NULL: there is none */
static char *next_directory(char *at)
{
    while (*at == '/')
        at++;
    return strchr(at, '/');
}

static int make_directories(char *name, struct mr_error *error)
{
    for (char *slash = name; (slash = next_directory(slash)) != NULL;) {
        *slash = '\0';
        int failed = mkdir(name, 0777) < 0 && errno != EEXIST ? -errno : 0;
        if (failed)
            mr_error_set(error, failed, "cannot make the directory \"%s\": %s", name,
                         strerror(-failed));
        *slash = '/';
        if (failed)
            return failed;
    }
    return 0;
}

int mr_record_name_check(const char *pattern, struct mr_error *error)
{
    char name[MR_RECORD_NAME_MAX];
    struct stat status;
    int failed = mr_record_name_make(pattern, mr_clock_wall_us(), name, error);
    if (failed)
        return failed;
    bool there = false;
    while (!there) { /* the innermost directory that is there */
        char *slash = strrchr(name, '/');
        if (slash == NULL)
            strcpy(name, ".");
        else
            slash[slash == name] = '\0';
        there = slash == NULL || slash == name || stat(name, &status) == 0 ||
                (errno != ENOENT && errno != ENOTDIR);
    }
    if (stat(name, &status) == 0 && !S_ISDIR(status.st_mode))
        return mr_error_set(error, -ENOTDIR, "cannot record to \"%s\": \"%s\" is not a directory",
                            pattern, name);
    if (faccessat(AT_FDCWD, name, W_OK | X_OK, AT_EACCESS) < 0)
        return mr_error_set(error, -errno,
                            "cannot record to \"%s\": cannot write to the directory \"%s\": %s",
                            pattern, name, strerror(errno));
    return 0;
}

/* ---- files ---- */

static int create_next(char name[MR_RECORD_NAME_MAX])
{
    char extension[sizeof(EXTENSION)]; /* as the user has it */
    size_t size = strlen(name) - strlen(EXTENSION);
    memcpy(extension, name + size, sizeof(extension));
    for (int i = 0; i <= MAX_SUFFIX; i++) {
        if (i > 0)
            snprintf(name + size, MR_RECORD_NAME_MAX - size, "-%d%s", i, extension);
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST)
            return fd >= 0 ? fd : -errno;
    }
    return -EEXIST;
}

int mr_record_name_create(const char *pattern, int64_t wall_us, char name[MR_RECORD_NAME_MAX],
                          struct mr_error *error)
{
    int result = mr_record_name_make(pattern, wall_us, name, error);
    if (result == 0)
        result = make_directories(name, error);
    if (result < 0)
        return result;
    result = create_next(name);
    return result >= 0
               ? result
               : mr_error_set(error, result, "cannot create \"%s\": %s", name, strerror(-result));
}
