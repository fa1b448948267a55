#include "script/process/confine_landlock.h"

#include "script/process/confine_private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Rights of kernels later than the headers, by the version that brought them (landlock(7)). */
#define RIGHT_TRUNCATE  (1ULL << 14)            /* 3 */
#define RIGHT_IOCTL_DEV (1ULL << 15)            /* 5 */
#define NET_TCP         (1ULL << 0 | 1ULL << 1) /* 4: bind, connect */
#define SCOPE_ALL       (1ULL << 0 | 1ULL << 1) /* 6: abstract sockets, signals */

/* struct landlock_ruleset_attr of version 6. Kernels with an older version want 0 in the later fields. */
struct ruleset {
    uint64_t files;
    uint64_t net;
    uint64_t scoped;
};

/* Read, all below included. */
static const char *const folders[] = {
    "/etc/fonts",
    "/etc/localtime", /* where it leads to */
    "/usr/local/share/fonts",
    "/usr/share/fontconfig",
    "/usr/share/fonts",
    "/usr/share/xml/fontconfig",
    "/usr/share/zoneinfo",
    "/var/cache/fontconfig",
    "/sys/devices/system/cpu", /* sysconf */
#if CONFINE_SANITIZED
    "/proc/self", /* maps, for their reports; and names of functions */
    "/proc/self/exe",
    "/usr/lib",
#endif
};

/* The user's fonts, below what a variable names, or below $HOME when it is not set. */
static const struct {
    const char *variable; /* NULL: only $HOME */
    const char *below;    /* that */
    const char *home;     /* below $HOME */
} personal[] = {
    { NULL, NULL, ".fonts" },
    { NULL, NULL, ".fonts.conf" },
    { NULL, NULL, ".fonts.conf.d" },
    { "XDG_DATA_HOME", "fonts", ".local/share/fonts" },
    { "XDG_CONFIG_HOME", "fontconfig", ".config/fontconfig" },
    { "XDG_CACHE_HOME", "fontconfig", ".cache/fontconfig" },
};

/* Named by a variable as they are. */
static const char *const variables[] = { "FONTCONFIG_PATH", "FONTCONFIG_FILE" };

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static uint64_t file_rights(int version)
{
    uint64_t rights = LANDLOCK_ACCESS_FS_MAKE_SYM * 2 - 1; /* all of version 1 */
    if (version >= 2)
        rights |= LANDLOCK_ACCESS_FS_REFER;
    if (version >= 3)
        rights |= RIGHT_TRUNCATE;
    if (version >= 5)
        rights |= RIGHT_IOCTL_DEV;
    return rights;
}

static int make_ruleset(int version)
{
    struct ruleset rules = {
        .files = file_rights(version),
        .net = version >= 4 ? NET_TCP : 0,
        .scoped = version >= 6 ? SCOPE_ALL : 0,
    };
    return (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof(rules), 0);
}

/* A file that cannot be opened now counts as absent. */
static int allow_path(int ruleset, const char *path)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return 0;
    struct stat info;
    int result = 0;
    if (fstat(fd, &info) == 0) {
        struct landlock_path_beneath_attr rule = { .parent_fd = fd };
        rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE;
        if (S_ISDIR(info.st_mode))
            rule.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
        if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
            result = -errno;
    }
    close(fd);
    return result;
}

static int allow_below(int ruleset, const char *folder, const char *name)
{
    char path[4096];
    if (folder == NULL || folder[0] != '/' ||
        snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
        return 0;
    return allow_path(ruleset, path);
}

static int allow_personal(int ruleset)
{
    int result = 0;
    for (size_t i = 0; i < COUNT(personal) && result == 0; i++) {
        const char *folder = personal[i].variable != NULL ? getenv(personal[i].variable) : NULL;
        if (folder != NULL && folder[0] != '\0')
            result = allow_below(ruleset, folder, personal[i].below);
        else
            result = allow_below(ruleset, getenv("HOME"), personal[i].home);
    }
    return result;
}

#if CONFINE_ASAN
/* LeakSanitizer reads what it is to pass over when it looks for leaks, not before. */
static int allow_suppressions(int ruleset)
{
    static const char key[] = "suppressions=";
    const char *options = getenv("LSAN_OPTIONS");
    const char *at = options != NULL ? strstr(options, key) : NULL;
    if (at == NULL)
        return 0;
    at += strlen(key);
    char path[4096];
    snprintf(path, sizeof(path), "%.*s", (int)strcspn(at, ": "), at);
    return allow_path(ruleset, path);
}
#else
static int allow_suppressions(int ruleset)
{
    (void)ruleset;
    return 0;
}
#endif

static int allow_all(int ruleset)
{
    int result = allow_personal(ruleset);
    for (size_t i = 0; i < COUNT(folders) && result == 0; i++)
        result = allow_path(ruleset, folders[i]);
    for (size_t i = 0; i < COUNT(variables) && result == 0; i++) {
        const char *path = getenv(variables[i]);
        if (path != NULL && path[0] == '/')
            result = allow_path(ruleset, path);
    }
    return result == 0 ? allow_suppressions(ruleset) : result;
}

/* return: the kernel's; not above 0: ENOSYS: not built in; EOPNOTSUPP: off */
static int find_version(void)
{
    return (int)syscall(SYS_landlock_create_ruleset, NULL, (size_t)0,
                        LANDLOCK_CREATE_RULESET_VERSION);
}

bool mr_confine_landlock_exists(void)
{
    return find_version() > 0;
}

int mr_confine_landlock_files(struct mr_error *error)
{
    int version = find_version();
    if (version <= 0)
        return 0;
    int ruleset = make_ruleset(version);
    int result = ruleset < 0 ? -errno : allow_all(ruleset);
    if (result == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
        result = -errno;
    if (ruleset >= 0)
        close(ruleset);
    if (result < 0)
        return mr_error_set(error, result, "Landlock %d: the rules are refused: %s", version,
                            strerror(-result));
    return version;
}
