#include "alloc/failing.h"

#include "support/check.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#define FIND_LEAKS() __lsan_do_recoverable_leak_check()
#else
#define FIND_LEAKS() 0
#endif

/* Looking for what is lost takes longer than a run, so it is done after some. */
#define RUNS_A_LOOK 16

static atomic_ulong count;        /* allocations of this run */
static atomic_ulong fails_at;     /* the number of the one that fails, from 1; 0: none */
static atomic_bool has_failed;    /* in this run */
static unsigned long which_fails; /* fails_at of this run, also after failing_stop */

/* Whether this allocation is to fail. */
static bool fails(void)
{
    unsigned long wanted = atomic_load(&fails_at);
    if (atomic_fetch_add(&count, 1) + 1 != wanted || wanted == 0)
        return false;
    atomic_store(&has_failed, true);
    errno = ENOMEM;
    return true;
}

bool failing_has_failed(void)
{
    return atomic_load(&has_failed);
}

unsigned long failing_which(void)
{
    return which_fails;
}

void failing_stop(void)
{
    atomic_store(&fails_at, 0);
}

/* ---- what the linker puts in place of the C library's ---- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t items, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t items, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
int __real_posix_memalign(void **made, size_t alignment, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);
int __real_vasprintf(char **made, const char *format, va_list args);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t items, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t items, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
int __wrap_posix_memalign(void **made, size_t alignment, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t size);
int __wrap_vasprintf(char **made, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
int __wrap_asprintf(char **made, const char *format, ...) __attribute__((format(printf, 2, 3)));

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t items, size_t size)
{
    return fails() ? NULL : __real_calloc(items, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t items, size_t size)
{
    return fails() ? NULL : __real_reallocarray(old, items, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __real_aligned_alloc(alignment, size);
}

int __wrap_posix_memalign(void **made, size_t alignment, size_t size)
{
    return fails() ? ENOMEM : __real_posix_memalign(made, alignment, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t size)
{
    return fails() ? NULL : __real_strndup(text, size);
}

int __wrap_vasprintf(char **made, const char *format, va_list args)
{
    return fails() ? -1 : __real_vasprintf(made, format, args);
}

int __wrap_asprintf(char **made, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int result = __wrap_vasprintf(made, format, args);
    va_end(args);
    return result;
}

static void free_for_jansson(void *memory)
{
    free(memory);
}

/* ---- the runs ---- */

struct life {
    failing_scenario *prepare, *scenario, *clear;
};

static int descriptors; /* that are open between two runs */

static int count_descriptors(void)
{
    int found = 0;
    DIR *directory = opendir("/proc/self/fd");
    assert_non_null(directory);
    while (readdir(directory) != NULL)
        found++;
    closedir(directory);
    return found;
}

/* in:     first, last: the allocations that failed since the last look; 0: none did */
static void find_leaks(unsigned long first, unsigned long last)
{
    if (FIND_LEAKS() != 0)
        fail_msg("memory is lost when one of the allocations %lu to %lu fails: FAIL_ONLY=%lu, …",
                 first, last, first);
}

static unsigned long run(const struct life *life, unsigned long which)
{
    if (life->prepare != NULL)
        life->prepare();
    atomic_store(&count, 0);
    atomic_store(&has_failed, false);
    atomic_store(&fails_at, which_fails = which);
    life->scenario();
    atomic_store(&fails_at, 0);
    unsigned long needed = atomic_load(&count);
    if (life->clear != NULL)
        life->clear();
    if (which == 0) /* what libraries open once and keep is open by now */
        descriptors = count_descriptors();
    else if (count_descriptors() > descriptors)
        fail_msg("a descriptor is left open when allocation %lu fails", which);
    return needed;
}

void failing_each(const char *module, failing_scenario *prepare, failing_scenario *scenario,
                  failing_scenario *clear)
{
    const struct life life = { prepare, scenario, clear };
    unsigned long failed = 0;
    const char *only = getenv("FAIL_ONLY"); /* for debugging: the number of one allocation */
    json_set_alloc_funcs(__wrap_malloc, free_for_jansson);
    unsigned long expected = run(&life, 0);
    assert_true(expected > 0);
    find_leaks(0, 0);
    if (only != NULL) {
        unsigned long number = strtoul(only, NULL, 10);
        run(&life, number);
        find_leaks(number, number);
        return;
    }
    for (unsigned long which = 1;; which++) {
        run(&life, which);
        if (!atomic_load(&has_failed))
            break; /* the run had fewer allocations */
        failed++;
        if (failed % RUNS_A_LOOK == 0)
            find_leaks(which - RUNS_A_LOOK + 1, which);
    }
    find_leaks(failed - failed % RUNS_A_LOOK + 1, failed);
    /* Threads may need some more or fewer each time, but not many. */
    assert_true(failed >= expected * 3 / 4);
    printf("%s: %lu allocations failed, one in each run\n", module, failed);
}
