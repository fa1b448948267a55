/* Failing memory: a scenario is run once to count its allocations, then once for each of them, which fails that time.
 *
 * Counted are the calls of malloc, calloc, realloc, reallocarray, strdup, strndup, aligned_alloc, posix_memalign,
 * asprintf and vasprintf in moonreel's own objects, whatever their thread (the linker wraps them, see CMakeLists.txt),
 * and those of jansson. Other libraries allocate for themselves and are not disturbed. */
#ifndef TEST_ALLOC_FAILING_H
#define TEST_ALLOC_FAILING_H

#include <stdbool.h>

/* Part of a module's life, from creation to destruction. It has to come back, with everything released, whatever
 * fails in it, and it asserts what must hold nevertheless. */
typedef void failing_scenario(void);

/* Run the scenario, then again with each allocation failing in turn, until a run has fewer allocations than that.
 * No run may leave a descriptor open, and under AddressSanitizer each is searched for leaks. Prints how many allocations were failed.
 * in:     prepare, clear: called before and after each run, with memory that never fails; NULL: none */
void failing_each(const char *module, failing_scenario *prepare, failing_scenario *scenario,
                  failing_scenario *clear);

/* Whether the failure of this run has happened; until then everything must go well. Any thread. */
bool failing_has_failed(void);

/* The number of the allocation that fails in this run, for messages; 0: none. */
unsigned long failing_which(void);

/* Let no allocation fail any more in this run: for assertions on what works again afterwards. */
void failing_stop(void);

#endif
