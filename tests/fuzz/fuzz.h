/* What the fuzz targets share. Each is one file with LLVMFuzzerTestOneInput, run by libFuzzer in the
 * fuzz preset and by replay.c, over the files of its corpus, in all others.
 *
 * A finding is what a sanitizer reports, what fuzz_require refuses, or what takes too long. */
#ifndef TEST_FUZZ_H
#define TEST_FUZZ_H

#include "base/buffer.h"
#include "script/engine/engine.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerInitialize(int *argc, char ***argv); /* optional */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- taking an input apart ---- */

struct fuzz_input {
    const uint8_t *at;
    size_t left;
};

/* At its end an input goes on with zeros. bytes: 1 … 8, little end first */
uint64_t fuzz_number(struct fuzz_input *input, unsigned bytes);

/* Take up to `size` bytes; *size becomes how many there were. */
const uint8_t *fuzz_bytes(struct fuzz_input *input, size_t *size);

/* ---- judging ---- */

/* Abort with a message unless the condition holds. */
#define fuzz_require(condition) fuzz_require_at((condition), #condition, __FILE__, __LINE__)
void fuzz_require_at(bool holds, const char *condition, const char *file, int line);

/* return: whether no byte is a control character */
bool fuzz_is_plain(const void *text, size_t size);

bool fuzz_is_utf8(const void *text, size_t size);

/* How many of the lowest descriptors are open. */
int fuzz_descriptors(void);

/* ---- scripts ---- */

/* What time it is for engines: no limit of something a second is met unless a target lets it be. */
extern int64_t fuzz_clock_us;

/* Make an engine with a script of our own, without a deadline (libFuzzer has one).
 * in:     fetch: what gives it files, or NULL; opaque: for both functions */
struct mr_engine *fuzz_engine(const char *text, mr_bundle_fetch *fetch,
                              mr_script_broadcast *broadcast, void *opaque);

#endif
